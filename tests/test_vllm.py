"""The real vLLM engine, in its build for CPUs, on the demo's model (`make test-vllm`)."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, VLLM_CPU_PYTHON
from test_sample import Shard

from passk.problems import read_problem_file
from passk.records import metadata_path, read_metadata, read_samples

pytestmark = pytest.mark.skipif(
    not VLLM_CPU_PYTHON.exists(), reason="the vllm-cpu environment is not built: `make test-vllm`"
)

MODEL = {"engine": "vllm", "path": str(ROOT / "resources/demo/small"), "dtype": "float32"}
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
    "full context": ({**PLAIN, "max_tokens": 1000}, [(0, 0, 4)]),
    "chat": (CHAT, [(0, 0, 4)]),
    "no template": (CHAT, [(0, 0, 4)]),
}
DRAWER = """
import json, sys
from pathlib import Path
from download_model import describe
from passk import prompts
from passk.engines import Request, open_engine
from passk.problems import read_problem_file
from passk.records import UserError
from passk.seeds import draw_seed
from vllm import SamplingParams

weights, cases = json.load(sys.stdin)
benchmark = read_problem_file(Path("resources/demo/problems.jsonl"))
engine = open_engine(weights, cases["whole"][0], describe(weights), benchmark.size)
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
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def cases() -> dict[str, Any]:
    """Every case, drawn by one engine in one process."""
    done = subprocess.run(
        [VLLM_CPU_PYTHON, "-c", DRAWER],
        input=json.dumps([MODEL, CASES]),
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


def test_killed_shard_resumes_and_is_described(tmp_path: Path) -> None:
    problems = read_problem_file(ROOT / "resources/demo/problems.jsonl").first(30)
    options = {"problems": problems, "python": VLLM_CPU_PYTHON, "draws": "00000-00049"}
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
    assert (metadata["engine"]["device"], metadata["engine"]["dtype"]) == ("cpu", "float32")
    assert metadata["completion_tokens"] == sum(s.tokens or 0 for s in two)
    assert metadata["seed_rule"].startswith("(seed * tasks + index) * 100000 + draw")


@pytest.mark.parametrize("temperature", [0, 1])
def test_vllm_and_transformers_draw_from_the_same_distribution(
    tmp_path: Path, torch_python: Path, temperature: int
) -> None:
    """Greedy: the same text, tokens and log-probability. Sampled: the same means."""
    samples = {}
    for name, python in (("vllm", VLLM_CPU_PYTHON), ("transformers", torch_python)):
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
