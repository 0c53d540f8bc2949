"""Engines: recorded samples, an endpoint with faults, and transformers on the demo's model."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, TORCH_PYTHON
from openai_server import KEY, MODEL, OpenAIServer

from download_model import describe
from passk.benchmarks import KINDS, read_problem_file
from passk.benchmarks.extraction import program
from passk.benchmarks.human_eval import Problem, human_eval_file
from passk.engines import ENGINES, Engine, Request, open_engine
from passk.engines.openai import ATTEMPTS, OpenAIEngine
from passk.engines.prompts import completion_text
from passk.engines.seeds import STRIDE, draw_seed
from passk.engines.weights import checked_path
from passk.formats.samples import completion_of
from passk.records import Sample, UserError

HUMAN_EVAL = read_problem_file(human_eval_file()).problems
TASKS = tuple(
    Problem(f"Sum/{i}", f'def add{i}(x):\n    """Add {i}."""\n', f"add{i}", "", "", i)
    for i in range(3)
)
real_sleep = OpenAIEngine._sleep
CHAT = {"prompt": "chat", "temperature": 0.5, "top_p": 0.9, "max_tokens": 16, "seed": 0}


def drawn(engine: Engine, requests: list[Request]) -> list[Sample]:
    return [sample for batch in engine.sample(requests) for sample in batch.samples]


@pytest.mark.parametrize("name", [name for name, row in ENGINES.items() if not row.counts])
def test_row_names_a_module_and_environments_that_are_there(name: str) -> None:
    engine = ENGINES[name]
    module, kind = engine.opens.split(":")
    source = (ROOT / "scripts" / module.replace(".", "/")).with_suffix(".py")
    assert f"class {kind}:" in source.read_text()
    assert (ROOT / f"envs/{engine.environment}.txt").exists()
    if engine.cpu_environment:
        assert (ROOT / f"envs/{engine.cpu_environment}.txt").exists()
        assert not (ROOT / f"envs/{engine.cpu_environment}.yaml").exists(), "conda can install it"
    assert all(key in engine.keys for keys in engine.found_by for key in keys)
    assert engine.in_flight is None or engine.in_flight >= engine.block


def test_model_is_sampled_in_the_environment_that_its_gpus_ask_for() -> None:
    def of(engine: str, **model: int) -> tuple[int, str]:
        return ENGINES[engine].gpus_of(model), ENGINES[engine].environment_of(model)

    assert of("vllm") == (1, "vllm")
    assert of("vllm", gpus_per_replica=4) == (4, "vllm")
    assert of("vllm", gpus_per_replica=0) == (0, "vllm-cpu")
    assert of("transformers", gpus_per_replica=4) == (0, "transformers")
    assert of("openai") == of("recorded") == (0, "main")


def test_sampling_script_imports_only_what_every_engine_has() -> None:
    """An engine's environment has torch or vLLM, but neither pydantic, pandas nor tenacity."""
    code = "import sys, sample; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "scripts",
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "passk.engines" in loaded
    heavy = {"torch", "vllm", "transformers", "pydantic", "pandas", "tenacity", "requests", "numpy"}
    assert not heavy & set(loaded)


def test_engine_that_needs_a_seed_refuses_null() -> None:
    for name in ("transformers",):
        weights = {"engine": name, "path": "m", "endpoint": "http://x/v1", "name": "m"}
        with pytest.raises(UserError, match=f"engine {name} cannot sample with 'seed: null': set"):
            open_engine(weights, {**CHAT, "seed": None}, {}, 3)


def test_no_two_draws_share_a_seed() -> None:
    seeds = [
        draw_seed(seed, 3, index, draw)
        for seed in (0, 1)
        for index in range(3)
        for draw in (0, 1, 2, STRIDE - 1)
    ]
    assert len(set(seeds)) == len(seeds)


def test_seeds_stay_below_32_bits() -> None:
    assert draw_seed(260, 164, 163, STRIDE - 1) < 2**32
    with pytest.raises(UserError, match="at most 260"):
        draw_seed(261, 164, 163, 99_999)
    with pytest.raises(UserError, match="at most 260"):
        draw_seed(300, 164, 0, 0)


class Words:
    """A tokenizer that, like SentencePiece, writes a space before each word but a text's first."""

    def decode(self, ids: list[int], **_: object) -> str:
        return " ".join(f"w{i}" for i in ids)


def test_text_of_a_completion_is_the_one_behind_its_prompt() -> None:
    assert completion_text(Words(), list(range(20)), [3, 4]) == " w3 w4"
    assert completion_text(Words(), [7], []) == ""


def recorded(path: Path, size: int = 3, **more: Any) -> Engine:
    weights = {"engine": "recorded", "path": str(path), **more}
    return open_engine(weights, {}, describe(weights), size)


def lines(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def requests_for(first: int, last: int) -> list[Request]:
    return [Request(problem, first, last) for problem in TASKS]


def test_recorded_takes_the_range_asked_from_human_eval_lines(tmp_path: Path) -> None:
    texts = [
        {"task_id": p.task_id, "completion": f"{p.index} {d}"} for d in range(5) for p in TASKS
    ]
    samples = drawn(recorded(lines(tmp_path / "s.jsonl", *texts)), requests_for(2, 3))
    assert {(s.task_id, s.draw): s.completion for s in samples} == {
        (p.task_id, d): f"{p.index} {d}" for p in TASKS for d in (2, 3)
    }


def test_recorded_reads_solutions_and_folders_alike(tmp_path: Path) -> None:
    solution = {p.task_id: f"import math\n\ndef add{p.index}(x):\n    return x\n" for p in TASKS}
    texts = [{"task_id": t, "solution": s} for t, s in solution.items() for _ in range(2)]
    folder = tmp_path / "folder"
    for problem in TASKS:
        for draw in range(2):
            file = folder / problem.task_id.replace("/", "_") / f"{draw}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(solution[problem.task_id])
    from_lines = drawn(recorded(lines(tmp_path / "s.jsonl", *texts)), requests_for(0, 1))
    from_folder = drawn(recorded(folder), requests_for(0, 1))
    assert from_lines == from_folder
    assert len(from_lines) == 6


@pytest.mark.parametrize("answer", KINDS["human_eval"].answers)
def test_whole_programs_define_the_function_again(answer: str) -> None:
    for problem in HUMAN_EVAL:
        # Not byte for byte the prompt, so that it can not simply be cut off.
        whole = "# My solution.\n" + problem.prompt + problem.canonical_solution
        completion = completion_of(problem.prompt, whole)
        tree = ast.parse(program(problem, completion, answer))
        last = [
            n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == problem.entry_point
        ][-1]
        expected = ast.parse(problem.prompt + problem.canonical_solution)
        assert ast.dump(last) in [ast.dump(node) for node in expected.body], problem.task_id


def test_solutions_that_begin_with_the_prompt_give_back_the_completion() -> None:
    for problem in HUMAN_EVAL:
        whole = problem.prompt + problem.canonical_solution
        assert completion_of(problem.prompt, whole) == problem.canonical_solution


def test_whole_program_after_a_prompt_without_docstring_is_valid() -> None:
    scope: dict[str, Any] = {}
    prompt = "def add(x):\n"
    exec(prompt + completion_of(prompt, "def add(x):\n    return x + 1\n"), scope)
    assert scope["add"](1) == 2


FULL = [{"task_id": p.task_id, "draw": d, "completion": "x"} for p in TASKS for d in range(2)]


@pytest.mark.parametrize(
    ("records", "said"),
    [
        (FULL[:-1], "draw 1 of Sum/2 is missing from .*, which has 1 samples"),
        (
            [*FULL, {"task_id": "Sum/9", "draw": 0, "completion": "x"}],
            "unknown task 'Sum/9': these samples belong to another benchmark",
        ),
        ([*FULL, FULL[0]], "draw 0 of Sum/0 is there twice"),
        ([*FULL[:-1], {"task_id": "Sum/2", "draw": 1}], "line 6 has no 'completion'"),
        ([{"task_id": "Sum/0", "solution": "x"}, {"task_id": "Sum/0"}], "line 2 needs strings"),
        ([], "has no samples"),
    ],
)
def test_recorded_refuses(tmp_path: Path, records: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(UserError, match=said):
        drawn(recorded(lines(tmp_path / "s.jsonl", *records)), requests_for(0, 1))


def test_recorded_for_a_part_of_a_benchmark_ignores_its_other_tasks(tmp_path: Path) -> None:
    engine = recorded(lines(tmp_path / "s.jsonl", *FULL))
    assert len(drawn(engine, requests_for(0, 1)[:1])) == 2


def test_recorded_begins_at_a_shard_from_the_middle_of_a_run(tmp_path: Path) -> None:
    path = lines(tmp_path / "s.jsonl", *FULL)
    samples = drawn(recorded(path, first_draw=1), requests_for(0, 0))
    assert [sample.draw for sample in samples] == [0, 0, 0]
    with pytest.raises(UserError, match=r"draw 2 of Sum/0 is missing from .*, which has 2 samples"):
        drawn(recorded(path, first_draw=1), requests_for(0, 1))
    path = lines(tmp_path / "t.jsonl", *[{**one, "draw": one["draw"] + 200} for one in FULL])
    with pytest.raises(
        UserError, match=r"missing from .*, its draws begin at 200: set 'first_draw'"
    ):
        drawn(recorded(path), requests_for(0, 1))
    assert len(drawn(recorded(path, first_draw=200), requests_for(0, 1))) == 6
    with pytest.raises(UserError, match="its draws end at 201: lower 'first_draw'"):
        drawn(recorded(path, first_draw=300), requests_for(0, 1))
    path = lines(tmp_path / "u.jsonl", *FULL[1:])  # one sample was lost, which is no beginning
    with pytest.raises(UserError, match=r"draw 0 of Sum/0 is missing from .*, which has 1 samples"):
        drawn(recorded(path), requests_for(0, 1))


def test_recorded_refuses_a_file_that_changed_since_its_manifest(tmp_path: Path) -> None:
    weights = {"engine": "recorded", "path": str(lines(tmp_path / "s.jsonl", *FULL))}
    manifest = describe(weights)
    lines(tmp_path / "s.jsonl", *FULL[:-1])
    with pytest.raises(UserError, match="changed since"):
        open_engine(weights, {}, manifest, 3)


def test_weights_that_changed_on_disk_are_refused(tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        (tmp_path / name).write_text(name)
    manifest = describe({"engine": "transformers", "path": str(tmp_path)})
    assert checked_path(manifest) == tmp_path
    (tmp_path / "tokenizer.json").write_text("TOKENIZER.json")
    with pytest.raises(UserError, match="json has changed since"):
        checked_path(manifest)
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(UserError, match="json no longer exists"):
        checked_path(manifest)


def test_unknown_engine_is_refused() -> None:
    with pytest.raises(UserError, match="unknown engine 'tgi'"):
        open_engine({"engine": "tgi"}, {}, {}, 1)


def endpoint(server: OpenAIServer, sampling: dict[str, Any] = CHAT, **weights: Any) -> Engine:
    defaults = {
        "engine": "openai",
        "endpoint": server.endpoint,
        "name": MODEL,
        "api_key_variable": "TEST_KEY",
        "concurrency": 4,
    }
    return open_engine(defaults | weights, sampling, {}, len(TASKS))


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses before retries, which no test waits for; the key is set."""
    pauses: list[float] = []
    monkeypatch.setenv("TEST_KEY", KEY)
    monkeypatch.setattr(OpenAIEngine, "_sleep", lambda self, seconds: pauses.append(seconds))
    return pauses


def test_endpoint_gives_every_draw_once_with_its_seed() -> None:
    with OpenAIServer() as server:
        samples = drawn(endpoint(server), requests_for(0, 9))
        assert sorted((s.task_id, s.draw) for s in samples) == [
            (p.task_id, d) for p in TASKS for d in range(10)
        ]
        assert {s.tokens for s in samples} == {5}
        assert len({r["seed"] for r in server.requests}) == 30
        assert server.requests[0]["n"] == 1


def test_endpoint_gets_the_settings_and_the_prompt_style() -> None:
    sampling = {**CHAT, "system_prompt": "Be brief.", "stop": ["\ndef "]}
    with OpenAIServer() as server:
        drawn(endpoint(server, sampling), [Request(TASKS[0], 0, 0)])
        drawn(endpoint(server, {**sampling, "prompt": "completion"}), [Request(TASKS[0], 0, 0)])
        chat, completion = server.requests
    assert chat["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": TASKS[0].prompt},
    ]
    assert (chat["temperature"], chat["top_p"], chat["max_tokens"]) == (0.5, 0.9, 16)
    assert chat["stop"] == ["\ndef "]
    assert completion["prompt"] == TASKS[0].prompt


def test_what_is_null_is_not_sent() -> None:
    open_ended = {"temperature": None, "top_p": None, "max_tokens": None, "seed": None}
    with OpenAIServer() as server:
        engine = endpoint(server, {"prompt": "chat", **open_ended})
        drawn(engine, [Request(TASKS[0], 0, 0)])
        assert engine.seed_rule.startswith("none")
    assert set(server.requests[0]) == {"model", "messages", "n"}


def test_further_settings_are_sent_and_a_prefill_is_part_of_the_completion() -> None:
    further = {
        "top_k": 20,
        "min_p": 0.1,
        "repetition_penalty": 1.1,
        "chat_template_kwargs": {"enable_thinking": False},
    }
    sampling = {**CHAT, **further, "template": "Solve:\n{prompt}!", "prefill": "Sure: "}
    with OpenAIServer() as server:
        (sample,) = drawn(
            endpoint(server, sampling, extra_body={"service_tier": "flex"}),
            [Request(TASKS[0], 0, 0)],
        )
    (asked,) = server.requests
    assert {key: asked[key] for key in further} == further
    assert asked["service_tier"] == "flex"
    assert asked["messages"] == [
        {"role": "user", "content": f"Solve:\n{TASKS[0].prompt}!"},
        {"role": "assistant", "content": "Sure: "},
    ]
    assert sample.completion.startswith("Sure:     return ")
    with OpenAIServer(["repeated prefill"]) as server:
        (sample,) = drawn(endpoint(server, sampling), [Request(TASKS[0], 0, 0)])
    assert sample.completion == "Sure: 1"


def test_extra_body_may_not_hold_what_the_engine_sets() -> None:
    with OpenAIServer() as server, pytest.raises(UserError, match="'extra_body' has n, seed, whi"):
        endpoint(server, extra_body={"seed": 1, "n": 2, "user": "me"})


def test_request_for_several_draws_begins_at_the_same_ones_in_any_layout() -> None:
    with OpenAIServer() as server:
        engine = endpoint(server, draws_per_request=4)
        batches = list(engine.sample([Request(TASKS[0], 0, 9)]))
        assert sorted(r["n"] for r in server.requests) == [2, 4, 4]
        assert sum(batch.completion_tokens for batch in batches) == 10 * 5
        assert sum(batch.prompt_tokens for batch in batches) == 3 * 10
        parts = drawn(engine, [Request(TASKS[0], 4, 7)])
    samples = [s for batch in batches for s in batch.samples]
    assert [s.draw for s in sorted(samples, key=lambda s: s.draw)] == list(range(10))
    assert sorted(map(repr, parts)) == sorted(repr(s) for s in samples if 4 <= s.draw < 8)
    assert {s.tokens for s in samples} == {None}


def test_server_without_several_draws_is_named() -> None:
    with OpenAIServer(["parts"]) as server, pytest.raises(UserError, match="gives 1 of the 4 draw"):
        drawn(endpoint(server, draws_per_request=4), [Request(TASKS[0], 0, 3)])


def test_endpoint_never_sees_more_requests_at_once_than_allowed() -> None:
    with OpenAIServer() as server:
        drawn(endpoint(server, concurrency=2), requests_for(0, 9))
        assert server.most_in_flight <= 2


def test_newer_models_get_the_limit_by_the_name_they_demand() -> None:
    with OpenAIServer(newer=True) as server:
        samples = drawn(endpoint(server, concurrency=1), requests_for(0, 3))
    refused, *answered = server.requests
    assert (len(samples), len(answered)) == (12, 12)
    assert "max_tokens" in refused
    assert {(r.get("max_tokens"), r["max_completion_tokens"]) for r in answered} == {(None, 16)}


PASSING = ["429", "500", "drop", "cut", "not json", "no choices", "429 by date"]


@pytest.mark.parametrize("fault", PASSING)
def test_passing_fault_loses_no_sample(fault: str) -> None:
    with OpenAIServer([fault] * 3) as server:
        samples = drawn(endpoint(server), requests_for(0, 3))
    with OpenAIServer() as server:
        undisturbed = drawn(endpoint(server), requests_for(0, 3))
    assert sorted(map(repr, samples)) == sorted(map(repr, undisturbed))


@pytest.mark.parametrize(
    ("fault", "text", "reason"),
    [
        ("refusal", "I cannot help with that.", "stop"),
        ("empty", "", "content_filter"),
        ("parts", "    return 1", "stop"),
        ("reasoning", "    return 1", "stop"),
        ("thoughts alone", "", "stop"),
    ],
)
def test_sample_is_what_was_said_without_the_thoughts(fault: str, text: str, reason: str) -> None:
    with OpenAIServer([fault]) as server:
        (sample,) = drawn(endpoint(server), [Request(TASKS[0], 0, 0)])
    assert (sample.completion, sample.finish_reason) == (text, reason)


def test_endpoint_that_stays_broken_fails_and_keeps_what_was_drawn() -> None:
    kept: list[Sample] = []
    with OpenAIServer([""] * 5 + ["500"] * 1000) as server:
        with pytest.raises(UserError, match=r"did not answer draw .* run again"):
            for batch in endpoint(server, concurrency=1).sample(requests_for(0, 9)):
                kept += batch.samples
        assert len(server.requests) == 5 + ATTEMPTS
    assert [(s.task_id, s.draw) for s in kept] == [("Sum/0", d) for d in range(5)]


def test_pauses_double_with_jitter_up_to_a_minute(pauses: list[float]) -> None:
    with OpenAIServer(["drop"] * 8) as server, pytest.raises(UserError, match="connection failed"):
        drawn(endpoint(server), [Request(TASKS[0], 0, 0)])
    longest = [1, 2, 4, 8, 16, 32, 60]
    assert len(pauses) == len(longest) == ATTEMPTS - 1
    assert all(most / 2 <= pause <= most for pause, most in zip(pauses, longest, strict=True))


@pytest.mark.parametrize(("fault", "asked"), [("429", 0.05), ("500", 0.0), ("429 by date", 0.0)])
def test_pause_is_the_one_that_the_endpoint_asks_for(
    pauses: list[float], fault: str, asked: float
) -> None:
    with OpenAIServer([fault] * 3) as server:
        drawn(endpoint(server), [Request(TASKS[0], 0, 0)])
    assert pauses == [asked] * 3


def test_failure_ends_the_pauses_of_other_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OpenAIEngine, "_sleep", real_sleep)
    started = time.monotonic()
    with OpenAIServer(["429 in minutes", "400"]) as server:
        with pytest.raises(UserError, match="temperature is too high"):
            drawn(endpoint(server, concurrency=2), requests_for(0, 9))
        assert len(server.requests) == 2
    assert time.monotonic() - started < 60


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("400", "temperature is too high.*; 'temperature: null' in the sampling entry leaves"),
        ("web page", "answers with a web page instead of JSON; 'endpoint' must be"),
        ("moved", "redirects to https://example.org/v1/chat/completions; give"),
        ("quota", "exceeded your quota"),
        ("429 for hours", "slow down"),
    ],
)
def test_fault_that_cannot_pass_stops_at_once(fault: str, said: str) -> None:
    with OpenAIServer([fault]) as server:
        with pytest.raises(UserError, match=said):
            drawn(endpoint(server), [Request(TASKS[0], 0, 0)])
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("refused", "advice"),
    [
        ("seed", "'seed: null' in the sampling entry leaves it out"),
        ("top_p", "'top_p: null' in the sampling entry leaves it out"),
        ("max_tokens", "'max_tokens: null' in the sampling entry leaves it out"),
        ("top_k", "take 'top_k' out of the sampling entry"),
        ("stop", "take 'stop' out of the sampling entry"),
        ("user", "take 'user' out of 'extra_body'"),
    ],
)
def test_refused_parameter_is_named_with_how_to_leave_it_out(refused: str, advice: str) -> None:
    sampling = {**CHAT, "top_k": 5, "stop": ["x"]}
    with OpenAIServer(refused=(refused,)) as server:
        with pytest.raises(UserError, match=f"{refused}.*; {advice}$"):
            drawn(endpoint(server, sampling, extra_body={"user": "me"}), [Request(TASKS[0], 0, 0)])
        assert len(server.requests) == 1


def test_wrong_key_is_named_by_its_variable_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TEST_KEY", "sk-wrong-987")
    with OpenAIServer() as server, pytest.raises(UserError, match="TEST_KEY") as caught:
        drawn(endpoint(server), [Request(TASKS[0], 0, 0)])
    assert "sk-wrong" not in str(caught.value) + caplog.text


def test_missing_key_and_unknown_model_are_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    with OpenAIServer() as server:
        with pytest.raises(UserError, match="check 'name' and 'endpoint'"):
            drawn(endpoint(server, name="gpt-5000"), [Request(TASKS[0], 0, 0)])
        monkeypatch.delenv("TEST_KEY")
        with pytest.raises(UserError, match="TEST_KEY is not set"):
            endpoint(server)


def test_endpoint_that_is_not_there_is_clear_at_once(pauses: list[float]) -> None:
    with OpenAIServer() as server:
        engine = endpoint(server)
        began = endpoint(server)
        drawn(began, [Request(TASKS[0], 0, 0)])
    with pytest.raises(UserError, match=r"nothing answers at .*\(connection refused\): start the"):
        drawn(engine, [Request(TASKS[0], 0, 0)])
    assert not pauses
    with pytest.raises(UserError, match="the connection failed"):  # it may come back
        drawn(began, [Request(TASKS[0], 0, 0)])
    assert len(pauses) == ATTEMPTS - 1


PLAIN = {"prompt": "completion", "temperature": 1.0, "top_p": 1.0, "max_tokens": 24, "seed": 0}
# A round of repair: a prompt a draw, here another task's.
RAGGED = [(0, draw, draw, 7 * draw) for draw in range(16)]
# Settings, and what to draw with them: (task index, first draw, last draw), and maybe whose prompt.
CASES: dict[str, tuple[dict[str, Any], list[tuple[int, ...]]]] = {
    "whole": (PLAIN, [(0, 0, 99), (1, 0, 99)]),
    "parts": (PLAIN, [(1, 50, 99), (0, 0, 49), (1, 0, 49), (0, 50, 99)]),
    "alone": (PLAIN, [(1, 50, 99)]),
    "other seed": ({**PLAIN, "seed": 1}, [(0, 0, 49)]),
    "greedy": ({**PLAIN, "temperature": 0}, [(0, 0, 49)]),
    "tiny nucleus": ({**PLAIN, "top_p": 1e-6}, [(0, 0, 49)]),
    "stop": ({**PLAIN, "stop": ["for", "xs"]}, [(0, 0, 49)]),
    "short": ({**PLAIN, "max_tokens": 3}, [(0, 0, 49)]),
    "context": ({**PLAIN, "max_model_len": 40}, [(0, 0, 49)]),
    "no room": ({**PLAIN, "max_model_len": 10}, [(0, 0, 49)]),
    "too long": ({**PLAIN, "max_model_len": 100_000}, [(0, 0, 49)]),
    "chat": (CHAT, [(0, 0, 49)]),
    "templated": ({**CHAT, "system_prompt": "Be brief."}, [(0, 0, 49)]),
    "top 1": ({**PLAIN, "top_k": 1}, [(0, 0, 49)]),
    "min-p 1": ({**PLAIN, "min_p": 1.0}, [(0, 0, 49)]),
    "wide": ({**PLAIN, "top_k": 100_000, "min_p": 0, "repetition_penalty": 1}, [(0, 0, 49)]),
    "top 3": ({**PLAIN, "top_k": 3}, [(0, 0, 49)]),
    "no repetition": ({**PLAIN, "repetition_penalty": 1e6}, [(0, 0, 49)]),
    "continued": ({**CHAT, "template": "Do: {prompt}!", "prefill": "Sure"}, [(0, 0, 49)]),
    "told": ({**CHAT, "chat_template_kwargs": {"date_string": "today"}}, [(0, 0, 49)]),
    "ragged": (PLAIN, RAGGED),
    "ragged alone": (PLAIN, [one for pair in RAGGED for one in (pair, (1, 0, 0))]),
    "ragged context": ({**PLAIN, "max_model_len": 42}, RAGGED),
    "shaped": ({**PLAIN, "temperature": 0.5, "top_p": 0.9}, [(0, 0, 49)]),
}
TEMPLATE = (
    "{{ date_string }} {% for m in messages %}[{{ m.role }}] {{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)
DRAWER = (
    f"""
TEMPLATE = {TEMPLATE!r}
"""
    + """
import json, sys, torch
from dataclasses import replace
from pathlib import Path
from passk.engines import prompts
from download_model import describe
from passk.engines import Request, open_engine
from passk.benchmarks import read_problem_file
from passk.records import UserError

benchmark = read_problem_file(Path("resources/demo/problems.jsonl"))
tasks = benchmark.problems
weights = {"engine": "transformers", "path": "resources/demo/small", "dtype": "float32"}
manifest = describe(weights)
answers = {}
for name, (sampling, asked) in json.load(sys.stdin).items():
    try:
        engine = open_engine(weights, sampling, manifest, benchmark.size)
        if name in ("templated", "continued", "told"):
            engine._tokenizer.chat_template = TEMPLATE
        asked = [  # the fourth, if given, is the task whose prompt stands there instead
            Request(replace(tasks[i], prompt=tasks[prompt].prompt), first, last)
            for i, first, last, prompt in ((*one, one[0])[:4] for one in asked)
        ]
        batches = list(engine.sample(asked))
    except UserError as error:
        answers[name] = {"error": str(error)}
        continue
    rows = [[s.task_id, s.draw, s.completion, s.finish_reason, s.tokens, s.logprob]
            for b in batches for s in b.samples]
    answers[name] = {"rows": rows, "prompt_tokens": sum(b.prompt_tokens for b in batches)}
    if name == "no repetition":
        answers[name]["ids"] = [engine._tokenizer.encode(row[2]) for row in rows]
    if name in ("templated", "continued", "told"):
        ids = prompts.prompt_ids(engine._tokenizer, asked[0].problem.prompt, sampling)
        answers[name]["prompt"] = engine._tokenizer.decode(ids)
        answers[name] |= engine.identity()
    if name == "shaped":
        # What the model itself says of each text, by one pass over prompt and text.
        given = engine._tokenizer.encode(asked[0].problem.prompt)
        answers[name]["scores"] = scores = []
        for row in rows:
            ids = engine._tokenizer.encode(row[2]) + [1] * (row[3] == "stop")
            with torch.no_grad():
                logits = engine._model(input_ids=torch.tensor([given + ids])).logits[0]
            chosen = torch.log_softmax(logits, -1)[len(given) - 1 : -1]
            score = chosen.gather(1, torch.tensor(ids)[:, None]).sum().item()
            scores.append([len(ids), score])
print(json.dumps(answers))
"""
)


def draw(python: Path, cases: dict[str, Any]) -> dict[str, Any]:
    """Draw each case with the transformers engine, in one process."""
    done = subprocess.run(
        [python, "-c", DRAWER],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def cases() -> dict[str, Any]:
    if not TORCH_PYTHON.exists():
        pytest.skip("the transformers environment is not built: run `make test`, which builds it")
    return draw(TORCH_PYTHON, CASES)


def test_draws_are_the_same_in_any_shard_layout_and_company(cases: dict[str, Any]) -> None:
    whole = cases["whole"]["rows"]
    assert sorted(whole) == sorted(cases["parts"]["rows"])
    assert cases["alone"]["rows"] == [r for r in whole if r[0] == "Demo/1" and r[1] >= 50]
    assert len({row[2] for row in whole}) > 20, "draws differ from each other"


def test_draws_with_prompts_of_their_own_are_those_that_each_would_be_alone(
    cases: dict[str, Any],
) -> None:
    together, alone = cases["ragged"], cases["ragged alone"]
    apart = [row for row in alone["rows"] if row[0] == "Demo/0"]
    same = [a[:5] == b[:5] for a, b in zip(together["rows"], apart, strict=True)]
    assert sum(same) >= len(same) - 1  # a last bit may turn one, on another CPU
    for (*_, one), (*_, other) in zip(together["rows"], apart, strict=True):
        assert one == pytest.approx(other, abs=1e-3) or sum(same) < len(same)
    assert len({row[4] for row in together["rows"]}) > 5  # they end at different times
    # The context is each draw's own: with 42 tokens, the longest prompt leaves the fewest.
    cut = [row[4] for row in cases["ragged context"]["rows"] if row[3] == "length"]
    assert len(set(cut)) > 2


def test_draws_are_the_same_after_a_restart(cases: dict[str, Any]) -> None:
    assert draw(TORCH_PYTHON, {"alone": CASES["alone"]}) == {"alone": cases["alone"]}


def test_another_seed_draws_other_samples(cases: dict[str, Any]) -> None:
    first = [row[2] for row in cases["whole"]["rows"][:50]]
    second = [row[2] for row in cases["other seed"]["rows"]]
    assert sum(a == b for a, b in zip(first, second, strict=True)) < 25


def test_greedy_and_a_tiny_nucleus_give_the_likeliest_text(cases: dict[str, Any]) -> None:
    assert len({row[2] for row in cases["greedy"]["rows"]}) == 1
    assert cases["greedy"] == cases["tiny nucleus"]


def test_settings_that_leave_one_token_are_greedy_and_wide_ones_change_nothing(
    cases: dict[str, Any],
) -> None:
    texts = {
        name: [row[2] for row in case["rows"]] for name, case in cases.items() if "rows" in case
    }
    assert texts["top 1"] == texts["min-p 1"] == texts["greedy"]
    assert (
        cases["wide"]["rows"] == [row for row in cases["whole"]["rows"] if row[0] == "Demo/0"][:50]
    )
    assert len(set(texts["top 3"])) > 1
    assert texts["top 3"] != texts["whole"][:50]


def test_repetition_penalty_leaves_tokens_that_were_there_to_the_last(
    cases: dict[str, Any],
) -> None:
    repeats = [len(ids) - len(set(ids)) for ids in cases["no repetition"]["ids"]]
    assert sum(repeats) < len(repeats)  # what the tokenizer cuts otherwise than the model wrote it


def test_template_prefill_and_the_templates_own_settings_are_in_the_prompt(
    cases: dict[str, Any],
) -> None:
    problem = read_problem_file(ROOT / "resources/demo/problems.jsonl").problems[0].prompt
    continued = cases["continued"]
    assert continued["prompt"] == f"26 Jul 2024 [user] Do: {problem}![assistant] Sure"
    assert all(row[2].startswith("Sure") for row in continued["rows"])
    assert cases["told"]["prompt"] == f"today [user] {problem}[assistant]"


def test_stop_text_ends_a_completion_and_is_not_part_of_it(cases: dict[str, Any]) -> None:
    cut = 0
    free = cases["whole"]["rows"][:50]
    for (*_, text, _, tokens, _), row in zip(free, cases["stop"]["rows"], strict=True):
        ends = [text.index(stop) for stop in ("for", "xs") if stop in text]
        assert row[2] == (text[: min(ends)] if ends else text)
        assert row[4] <= tokens
        cut += bool(ends)
    assert cut > 10


def test_length_and_context_limit_a_completion(cases: dict[str, Any]) -> None:
    assert {row[4] for row in cases["short"]["rows"] if row[3] == "length"} == {3}
    prompt = cases["context"]["prompt_tokens"] // 50
    assert max(row[4] for row in cases["context"]["rows"]) == 40 - prompt
    assert "leaves no room in a context of 10" in cases["no room"]["error"]
    assert "exceeds the model's" in cases["too long"]["error"]


def test_chat_prompt_without_a_template_is_refused(cases: dict[str, Any]) -> None:
    assert "no chat template" in cases["chat"]["error"]


def test_chat_prompt_is_the_template_with_a_fixed_date(cases: dict[str, Any]) -> None:
    problem = read_problem_file(ROOT / "resources/demo/problems.jsonl").problems[0]
    templated = cases["templated"]
    expected = f"26 Jul 2024 [system] Be brief.[user] {problem.prompt}[assistant]"
    assert templated["prompt"] == expected
    assert templated["chat_template_sha256"] == hashlib.sha256(TEMPLATE.encode()).hexdigest()


def test_logprob_is_the_models_own_before_temperature_and_nucleus(cases: dict[str, Any]) -> None:
    shaped = cases["shaped"]
    # Text that the tokenizer cuts in another way than the model wrote it can not be compared.
    same = [
        (row[5], score)
        for row, (tokens, score) in zip(shaped["rows"], shaped["scores"], strict=True)
        if row[4] == tokens
    ]
    assert len(same) > 25
    for ours, theirs in same:
        assert ours == pytest.approx(theirs, abs=1e-3)


def test_model_that_lacks_a_tensor_is_refused(tmp_path: Path) -> None:
    """transformers fills it at random and says so in a warning."""
    if not TORCH_PYTHON.exists():
        pytest.skip("the transformers environment is not built: run `make test`, which builds it")
    script = """
import sys
from pathlib import Path
from safetensors.torch import load_file, save_file
from download_model import describe
from passk.engines import open_engine
from passk.records import UserError
folder = Path(sys.argv[1])
tensors = load_file(folder / "model.safetensors")
del tensors["model.layers.0.mlp.up_proj.weight"]
save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
weights = {"engine": "transformers", "path": str(folder), "dtype": "float32"}
try:
    open_engine(weights, {"seed": 0}, describe(weights), 1)
except UserError as error:
    print(error)
"""
    folder = shutil.copytree(ROOT / "resources/demo/small", tmp_path / "model")
    done = subprocess.run(
        [TORCH_PYTHON, "-c", script, folder],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")},
    )
    said = "lacks 1 of its tensors, such as model.layers.0.mlp.up_proj.weight; give 'path:'"
    assert said in done.stdout, done.stderr
