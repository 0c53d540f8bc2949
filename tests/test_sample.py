"""Shards: what is asked of the engine, and what a kill, a second writer or a full disk leave."""

from __future__ import annotations

import errno
import gzip
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from openai_server import KEY, MODEL, OpenAIServer

from download_model import describe
from passk.benchmarks import Benchmark, read_problem_file, write_problem_file
from passk.benchmarks.human_eval import Problem
from passk.engines import Batch, Request
from passk.engines.checkpoint import Checkpoint, open_checkpoint
from passk.records import Sample, UserError, metadata_path, read_metadata, read_samples
from sample import missing_requests, parse_draws, sample, shard_name

TASKS = Benchmark(
    tuple(Problem(f"Sum/{i}", f"def add{i}(x):\n", f"add{i}", "", "", i) for i in range(3)), 3
)
ENGINE = {"name": "fake", "dtype": None, "quantization": None}
SAMPLING = {"prompt": "chat", "temperature": 1.0, "top_p": 1.0, "max_tokens": 8, "seed": 0}


def test_draws_are_a_range_with_both_ends() -> None:
    assert parse_draws("00050-00099") == range(50, 100)
    for text in (
        "0-99",
        "00099-00050",
        "00000-00099x",
        "00000",
        "-0001-00001",
        "\u0660" * 5 + "-00001",
    ):
        with pytest.raises(UserError, match="not a range"):
            parse_draws(text)


def test_only_missing_blocks_are_asked_for() -> None:
    first, second, third = TASKS.problems
    done = {("Sum/0", d): None for d in range(100)} | {("Sum/1", d): None for d in range(99)}
    assert missing_requests(TASKS, range(0, 100), done, 50) == [
        Request(second, 50, 99),
        Request(third, 0, 99),
    ]
    assert missing_requests(TASKS, range(0, 100), done, 1)[0] == Request(second, 99, 99)
    assert missing_requests(TASKS, range(100, 102), done, 1)[0] == Request(first, 100, 101)


def test_shard_that_the_engine_cannot_cut_is_refused() -> None:
    for draws in (range(0, 20), range(10, 60), range(25, 75)):
        with pytest.raises(UserError, match="must be a multiple of 50"):
            missing_requests(TASKS, draws, {}, 50)


def test_shard_name_is_the_telling_part_of_its_path() -> None:
    path = Path("results/llama/humaneval/published/samples/00000-00099.jsonl.gz")
    assert shard_name(path) == "llama/humaneval/published/00000-00099"
    assert shard_name(Path("out.jsonl.gz")) == "out"


@pytest.fixture
def recorded(tmp_path: Path) -> dict[str, Any]:
    """Arguments of ``sample`` for samples that are recorded, draws 0 to 3."""
    lines = [
        {"task_id": p.task_id, "draw": d, "completion": f"{p.index} {d}", "tokens": 2}
        | {"finish_reason": "length" if d == 0 else "stop"}
        for d in range(4)
        for p in TASKS.problems
    ]
    (tmp_path / "recorded.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "problems.jsonl").write_text(write_problem_file(TASKS))
    weights = {"engine": "recorded", "path": str(tmp_path / "recorded.jsonl")}
    return {
        "weights": weights,
        "access": {},
        "sampling": SAMPLING,
        "problems": tmp_path / "problems.jsonl",
        "manifest": describe(weights),
        "draws": range(2, 4),
        "samples": tmp_path / "samples/00002-00003.jsonl.gz",
        "threads": 1,
    }


def test_shard_is_in_order_of_tasks_and_draws_and_described(recorded: dict[str, Any]) -> None:
    sample(**recorded)
    path = recorded["samples"]
    read = [(s.task_id, s.draw, s.completion) for s in read_samples(path)]
    assert read == [(f"Sum/{i}", d, f"{i} {d}") for i in range(3) for d in (2, 3)]
    metadata = read_metadata(metadata_path(path), path)
    assert list(metadata) == [
        "format", "model", "model_sha256", "benchmark_sha256", "tasks", "draws", "sampling",
        "seed_rule", "chat_template_sha256", "tokenizer_sha256", "engine", "drawn_by",
        "prompt_tokens", "completion_tokens", "truncated", "truncated_share", "engine_seconds",
        "wall_seconds", "sha256",
    ]  # fmt: skip
    assert metadata["draws"] == [2, 3]
    assert metadata["model_sha256"] == recorded["manifest"]["sha256"]
    assert (metadata["completion_tokens"], metadata["truncated"]) == (12, 0)
    assert [p.name for p in path.parent.iterdir() if "partial" in p.name] == []


def test_checkpoint_of_other_settings_is_not_used(
    recorded: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    partial = recorded["samples"].with_name("00002-00003.jsonl.gz.partial")
    with open_checkpoint(partial) as checkpoint:
        checkpoint.resume("of other settings", {"name": "recorded"})
        checkpoint.append(Batch([Sample("Sum/0", 2, "wrong")], 1), 0.0, 0.0)
    sample(**recorded)
    assert "starting over" in caplog.text
    assert "wrong" not in gzip.decompress(recorded["samples"].read_bytes()).decode()


def test_checkpoint_drops_a_line_that_was_cut_and_keeps_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "shard.partial"
    first, second = Sample("a", 0, "x\n", "stop", 3, -1.5), Sample("a", 1, "y")
    for junk in (b'{"samples": [["a", 2', b"not json\n", b'{"samples"\n{"fingerprint": "f"}\n'):
        with open_checkpoint(path) as checkpoint:
            checkpoint.resume("f", ENGINE)
            checkpoint.append(Batch([first], 7), 1.0, 2.0)
            checkpoint.append(Batch([second], 7), 1.0, 2.0)
        with path.open("ab") as handle:
            handle.write(junk)
        with open_checkpoint(path) as checkpoint:
            checkpoint.resume("f", ENGINE)
            assert list(checkpoint.samples.values()) == [first, second]
            assert (checkpoint.prompt_tokens, checkpoint.wall_seconds) == (14, 4.0)
            checkpoint.append(Batch([Sample("a", 2, "z")], 7), 0.0, 0.0)
        with open_checkpoint(path) as checkpoint:
            checkpoint.resume("f", ENGINE)
            assert len(checkpoint.samples) == 3
            checkpoint.remove()


def test_checkpoint_of_another_device_is_kept_and_told(
    recorded: dict[str, Any], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed on one GPU and continued on another: every draw is kept, and each engine recorded."""
    path = recorded["samples"]
    resume = Checkpoint.resume

    def killed(self: Checkpoint, fingerprint: str, engine: dict[str, Any]) -> None:
        resume(self, fingerprint, {**engine, "device": "1 x another GPU"})
        self.append(Batch([Sample("Sum/1", 3, "of the first job", "stop", 7)], 1), 2.0, 3.0)
        raise KeyboardInterrupt

    monkeypatch.setattr(Checkpoint, "resume", killed)
    with pytest.raises(KeyboardInterrupt):
        sample(**recorded)
    monkeypatch.undo()
    sample(**recorded)
    assert "another engine or device" in caplog.text
    assert [s.completion for s in read_samples(path)].count("of the first job") == 1
    metadata = read_metadata(metadata_path(path), path)
    first, second = metadata["drawn_by"]
    assert (first["engine"]["device"], first["samples"]) == ("1 x another GPU", 1)
    assert (first["engine_seconds"], first["wall_seconds"]) == (2.0, 3.0)
    assert (second["engine"], second["samples"]) == (metadata["engine"], 5)
    assert metadata["completion_tokens"] == 7 + 5 * 2


def test_full_disk_keeps_what_was_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "shard.partial"

    class FullDisk:
        """Writes eight bytes of what it is given, and then nothing."""

        def __init__(self, handle: Any) -> None:
            self.handle, self.writes = handle, 0

        def write(self, data: bytes) -> int:
            self.writes += 1
            if self.writes > 1:
                raise OSError(errno.ENOSPC, "No space left on device")
            return self.handle.write(data[:8])

        def __getattr__(self, name: str) -> Any:
            return getattr(self.handle, name)

    with open_checkpoint(path) as checkpoint:
        checkpoint.resume("f", ENGINE)
        checkpoint.append(Batch([Sample("a", 0, "x")], 1), 0.0, 0.0)
        whole = path.read_bytes()
        monkeypatch.setattr(checkpoint, "_handle", FullDisk(checkpoint._handle))
        with pytest.raises(OSError, match="No space"):
            checkpoint.append(Batch([Sample("a", 1, "y")], 1), 0.0, 0.0)
    assert path.read_bytes() == whole


class Shard:
    """The command line of ``sample.py`` for one shard of TASKS (or a file) in a folder."""

    def __init__(
        self, folder: Path, weights: dict[str, Any], sampling: dict[str, Any], **options: Any
    ) -> None:
        folder.mkdir()
        self.samples = folder / "shard.jsonl.gz"
        self.partial = folder / "shard.jsonl.gz.partial"
        problems = options.get("problems", TASKS)
        (folder / "problems.jsonl").write_text(write_problem_file(problems))
        (folder / "manifest.json").write_text(json.dumps(describe(weights)))
        self.command = [
            options.get("python", sys.executable),
            ROOT / "scripts/sample.py",
            *("--weights", json.dumps(weights), "--sampling", json.dumps(sampling)),
            *("--access", json.dumps(options.get("access", {}))),
            *("--problems", folder / "problems.jsonl", "--manifest", folder / "manifest.json"),
            *("--draws", options.get("draws", "00000-00009"), "--samples", self.samples),
        ]

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "TEST_KEY": KEY},
        )

    def run(self) -> tuple[int, str]:
        with self.start() as process:
            output = process.communicate()[0]
        return process.returncode, output

    def kill_when_it_has(self, lines: int) -> None:
        with self.start() as process:
            while process.poll() is None and self.kept() < lines:
                time.sleep(0.02)
            assert process.poll() is None, "it ended before it could be killed"
            process.kill()

    def kept(self) -> int:
        return self.partial.read_bytes().count(b"\n") if self.partial.exists() else 0


def endpoint(server: OpenAIServer) -> dict[str, Any]:
    return {
        "engine": "openai",
        "endpoint": server.endpoint,
        "name": MODEL,
        "api_key_variable": "TEST_KEY",
        "concurrency": 2,
    }


def test_killed_shard_resumes_to_the_bytes_of_an_undisturbed_run(tmp_path: Path) -> None:
    with OpenAIServer() as server:
        undisturbed = Shard(tmp_path / "undisturbed", endpoint(server), SAMPLING)
        assert undisturbed.run()[0] == 0
        asked = len(server.requests)
        shard = Shard(tmp_path / "killed", endpoint(server), SAMPLING)
        server.limit = asked + 20
        shard.kill_when_it_has(22)
        server.limit = None
        with shard.partial.open("ab") as handle:
            handle.write(b'{"samples": [["Sum/0", 1, "cut')
        code, output = shard.run()
        assert code == 0, output
        assert "20 of them from an earlier run" in output
        # What was in flight when it was killed may have been asked for twice, nothing else.
        assert asked + 30 <= len(server.requests) <= asked + 30 + 2
    assert shard.samples.read_bytes() == undisturbed.samples.read_bytes()
    assert not shard.partial.exists()


def test_second_writer_waits_and_takes_over_what_the_first_one_left(tmp_path: Path) -> None:
    with OpenAIServer(limit=5) as server:
        shard = Shard(tmp_path / "shard", endpoint(server), SAMPLING)
        with shard.start() as first:
            assert server.stuck.wait(60)
            with shard.start() as second:
                assert "another process is sampling this shard" in second.stdout.readline()
                server.limit = None
                first.kill()
                output = second.communicate()[0]
        assert second.returncode == 0, output
        assert "of them from an earlier run" in output
        assert len(list(read_samples(shard.samples))) == 30


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        ("--weights", "{}", "--weights needs 'engine'"),
        ("--weights", "{engine: openai}", "--weights with engine openai needs 'endpoint'"),
        ("--sampling", "{prompt: chat}", "--sampling needs 'temperature'"),
        ("--manifest", "{}", "missing or damaged"),
        ("--manifest", "[]", "missing or damaged"),
    ],
)
def test_wrong_option_is_one_sentence(tmp_path: Path, option: str, text: str, said: str) -> None:
    weights = {"engine": "openai", "endpoint": "http://127.0.0.1:9", "name": MODEL}
    shard = Shard(tmp_path / "shard", weights, SAMPLING)
    place = shard.command.index(option) + 1
    if option == "--manifest":
        shard.command[place].write_text(text)
    else:
        shard.command[place] = text
    code, output = shard.run()
    assert (code, len(output.splitlines())) == (2, 1), output
    assert said in output


def test_second_writer_keeps_a_shard_that_the_first_one_finished(tmp_path: Path) -> None:
    with OpenAIServer() as server:
        shard = Shard(tmp_path / "shard", endpoint(server), SAMPLING)
        assert shard.run()[0] == 0
        before, asked = shard.samples.stat(), len(server.requests)
        code, output = shard.run()
        assert (code, len(server.requests)) == (0, asked)
        assert "30 of them from an earlier run: finished, and stays" in output
        assert shard.samples.stat() == before
        assert not shard.partial.exists()


def test_clock_that_is_set_back_leaves_no_input_newer_than_the_shard(tmp_path: Path) -> None:
    """Snakemake removes an output that is older than an input."""
    with OpenAIServer() as server:
        shard = Shard(tmp_path / "shard", endpoint(server), SAMPLING)
        inputs = [shard.samples.with_name(f"{name}.json") for name in ("manifest", "environment")]
        inputs.append(shard.samples.with_name("problems.jsonl"))
        inputs[1].touch()
        for _ in ("drawn", "kept"):
            for path in inputs:
                os.utime(path, (time.time() + 86400, time.time() + 86400))
            assert shard.run()[0] == 0
            shard.samples.touch()  # as Snakemake does
            assert all(p.stat().st_mtime <= shard.samples.stat().st_mtime for p in inputs)


def test_impatient_second_writer_leaves_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.partial"
    with (
        open_checkpoint(path),
        pytest.raises(UserError, match="another process is sampling this shard"),
        open_checkpoint(path, patience=0.0),
    ):
        pass


def test_failing_endpoint_keeps_the_shard_for_the_next_run(tmp_path: Path) -> None:
    with OpenAIServer([""] * 10 + ["400"]) as server:
        shard = Shard(tmp_path / "shard", endpoint(server), SAMPLING)
        code, output = shard.run()
        assert code == 2
        assert output.splitlines()[-1].startswith("error: ")
        assert KEY not in output + shard.partial.read_text()
        assert not shard.samples.exists()
        assert shard.run()[0] == 0
        assert len(server.requests) <= 32


DEMO = {"engine": "transformers", "path": str(ROOT / "resources/demo/small"), "dtype": "float32"}
PLAIN = {**SAMPLING, "prompt": "completion", "max_tokens": 24}


@pytest.mark.faults
def test_killed_transformers_shard_resumes_to_the_same_bytes(
    tmp_path: Path, torch_python: Path
) -> None:
    problems = read_problem_file(ROOT / "resources/demo/problems.jsonl").first(8)
    options = {"problems": problems, "python": torch_python, "draws": "00000-00049"}
    undisturbed = Shard(tmp_path / "undisturbed", DEMO, PLAIN, **options)
    assert undisturbed.run()[0] == 0
    shard = Shard(tmp_path / "killed", DEMO, PLAIN, **options)
    shard.kill_when_it_has(4)
    code, output = shard.run()
    assert code == 0, output
    assert "of them from an earlier run" in output
    assert shard.samples.read_bytes() == undisturbed.samples.read_bytes()
    metadata = read_metadata(metadata_path(shard.samples), shard.samples)
    other = read_metadata(metadata_path(undisturbed.samples), undisturbed.samples)
    for key in ("prompt_tokens", "completion_tokens", "truncated", "engine"):
        assert metadata[key] == other[key]


def test_engine_that_is_not_installed_here_is_named(tmp_path: Path) -> None:
    shard = Shard(tmp_path / "s", {**DEMO, "engine": "vllm"}, PLAIN)
    code, output = shard.run()
    assert (code, "engine 'vllm' needs the package" in output) == (2, True), output
