"""Rounds of repair: what is said of a program, what a model is given, what a chain costs, and a
round that is killed, whose parent changes, or whose programs are hostile."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
from conftest import PROBLEMS, copy_workflow, recorded_lines, small_config
from openai_server import KEY, MODEL, OpenAIServer

from passk import cost, repair
from passk.analyses.compute import table as compute
from passk.analyses.given import Given
from passk.benchmarks import Benchmark, write_problem_file
from passk.benchmarks.human_eval import Problem
from passk.config import check
from passk.counts import ModelCounts, TaskCount
from passk.experiment import Experiment
from passk.integrity import verify
from passk.provenance import check_samples_record
from passk.records import (
    Sample,
    UserError,
    Verdict,
    metadata_path,
    read_samples,
    sha256_of,
    write_metadata,
    write_records,
    write_text,
)
from passk.sandbox.limits import Limits
from passk.sandbox.pool import Pool, Tally
from passk.verifiers import feedback
from passk.verifiers.feedback import Feedback
from sample import sample

DOC = '''def f(x):
    """Twice x.

    >>> f(2)
    4
    >>> f(-1)
    -2
    """
'''
WITHOUT = 'def f(x):\n    """Twice x."""\n'
LIMITS = Limits.of(0.5, 1 << 28)


def problem(doc: str = DOC, index: int = 0) -> Problem:
    return Problem(f"T/{index}", doc, "f", "", "", index)


def said_of(*bodies: str, doc: str = DOC) -> list[Feedback]:
    """What is said of each body of f."""
    case = feedback.case(problem(doc))
    samples = [Sample("T/0", draw, body) for draw, body in enumerate(bodies)]
    with Pool({"T/0": case}, 2, LIMITS) as pool:
        verdicts = pool.verdicts(samples, lambda s: doc + s.completion, Tally(len(samples)))
        return [case.feedback(one) for one in verdicts]


# What is said of a program.
def test_sentence_is_of_the_first_example_that_fails() -> None:
    bodies = {
        "return 2 * x": None,
        "return abs(2 * x)": "f(-1) returned 2 instead of returning -2.",
        "return x": "f(2) returned 2 instead of returning 4.",
        "return [x][x]": "f(2) raised IndexError instead of returning 4.",
        "return (": "The program raises SyntaxError.",
        "raise __import__('sys').exit()": "f(2) raised SystemExit instead of returning 4.",
        "while x > 0: x = x": "f(2) did not end in time instead of returning 4.",
        "return 4 if x == 2 else f(x)": "f(-1) raised RecursionError instead of returning -2.",
        "import os; os._exit(0)": "f(2) ended the program instead of returning 4.",
    }
    for found, wanted in zip(
        said_of(*(f"    {body}\n" for body in bodies)), bodies.values(), strict=True
    ):
        assert (found.passed, found.feedback) == (wanted is None, wanted)


def test_hostile_values_are_short_printable_and_the_same_in_every_process() -> None:
    bodies = (
        "return '\\x1b[31m\\x00\\u202e<|end|>' + 'A' * 10**5",
        "return set('hgfedcba') | {1, 2.5, None}",
        "return list(range(10**5))",
        "x = []\n    for _ in range(150): x = [x]\n    return x",
        "return 1 << 7900",
        "return object()",
        "return {'a' * 50 * i: [b'x' * 1000] for i in range(40)}",
        "return '\\ud800'",
        "raise type('E' * 5000 + '\\n', (Exception,), {})",
        *(f"return 'A' * {size}" for size in (300_000, 600_000, 1_000_000, 1_000_001, 9_000_000)),
    )
    found = said_of(*(f"    {body}\n" for body in bodies))
    for one in found:
        assert one.passed is False and one.feedback.isprintable()
        assert len(one.feedback) < 2 * feedback.MOST
    texts = [one.feedback for one in found]
    assert texts[0].startswith("f(2) returned '\\x1b[31m\\x00\\u202e<|end|>AAA")
    assert texts[1].startswith("f(2) returned {") and "'a', 'b', 'c'" in texts[1]
    assert texts[5] == "f(2) returned an object instead of returning 4."
    assert texts[8] == "f(2) raised Exception instead of returning 4."
    assert texts[9:] == ["It returns more than can be read."] * 5


def test_task_without_examples_is_neither_right_nor_wrong() -> None:
    case = feedback.case(problem(WITHOUT))
    assert case.feedback(Verdict("T/0", 3, "passed", 0.0)) == Feedback("T/0", 3, None)


# What a model is given.
SAMPLING = {"prompt": "chat", "temperature": 1.0, "top_p": 1.0, "max_tokens": 8, "seed": 0}
DRAWS = range(2, 4)
WEIGHTS = {"engine": "openai", "name": MODEL, "api_key_variable": "TEST_KEY", "concurrency": 1}


def round_of(**more: Any) -> dict[str, Any]:
    return {**SAMPLING, "seed": 1, "repair": {"of": "first", "answer": "verbatim", **more}}


@dataclass
class Chain:
    """Three tasks of two draws in ``folder``, the parent's samples and what is said of them.

    Task 0: wrong, right; task 1: wrong, wrong; task 2 has no example.
    """

    folder: Path
    weights: dict[str, Any]
    benchmark: ClassVar[Benchmark] = Benchmark(
        (problem(), problem(index=1), problem(WITHOUT, 2)), 3
    )

    def __post_init__(self) -> None:
        write_text(self.folder / "problems.jsonl", write_problem_file(self.benchmark))
        self.write_parent("    return x\n")

    def path(self, folder: str) -> Path:
        return self.folder / folder / "00002-00003.jsonl.gz"

    def write_parent(self, wrong: str) -> None:
        right, open_ = "    return 2 * x\n", "    return 3\n"
        bodies = {(0, 2): wrong, (0, 3): right, (1, 2): wrong, (1, 3): wrong + "# other\n"}
        samples = [
            Sample(f"T/{t}", d, bodies.get((t, d), open_), "length" if t == 2 else "stop", 5, -1.5)
            for t in range(3)
            for d in DRAWS
        ]
        said = [
            Feedback("T/0", 2, False, "f(2) returned 2 instead of returning 4."),
            Feedback("T/0", 3, True),
            Feedback("T/1", 2, False, "f(2) returned {program} instead of returning 4."),
            Feedback("T/1", 3, False, "f(2) did not end in time instead of returning 4."),
            Feedback("T/2", 2, None),
            Feedback("T/2", 3, None),
        ]
        parent, on = self.path("first/samples"), self.path("first/feedback/verbatim")
        write_records(parent, samples)
        about = {"benchmark_sha256": self.benchmark.sha256}
        write_metadata(metadata_path(parent), parent, about)
        write_records(on, said)
        about = {"samples_sha256": sha256_of(parent), "answer": "verbatim"}
        write_metadata(metadata_path(on), on, about)

    def read(self, sampling: dict[str, Any]) -> repair.Round:
        parent, on = self.path("first/samples"), self.path("first/feedback/verbatim")
        return repair.read_round(sampling, self.benchmark, DRAWS, parent, on)[0]

    def draw(self, sampling: dict[str, Any]) -> dict[tuple[str, int], Sample]:
        """The samples of a round."""
        output = self.path("round/samples")
        sample(
            self.weights, {}, sampling, self.folder / "problems.jsonl",
            {"path": "", "files": {}, "sha256": None, "bytes": 0}, DRAWS, output, 1,
            self.path("first/samples"), self.path("first/feedback/verbatim"),
        )  # fmt: skip
        check_samples_record(metadata_path(output), self.metadata)
        return {(one.task_id, one.draw): one for one in read_samples(output)}

    @property
    def metadata(self) -> dict[str, Any]:
        return json.loads(metadata_path(self.path("round/samples")).read_text())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    monkeypatch.setenv("TEST_KEY", KEY)
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def chain(tmp_path: Path, server: OpenAIServer) -> Chain:
    return Chain(tmp_path, {**WEIGHTS, "endpoint": server.endpoint})


def test_text_has_the_program_and_what_is_wrong_with_it(chain: Chain) -> None:
    found = chain.read({**round_of(), "prompt": "completion"})
    assert found.texts.keys() == {("T/0", 2), ("T/1", 2), ("T/1", 3)}
    assert found.texts["T/0", 2] == (
        f"{DOC}    return x\n# f(2) returned 2 instead of returning 4.\n{DOC}"
    )
    # What looks like a place of the template is text.
    assert "# f(2) returned {program} instead" in found.texts["T/1", 2]
    assert found.counts == {"drawn": 3, "passed": 1, "without_examples": 2, "too_long": 0}
    chat = chain.read(round_of() | {"template": "Do: {prompt}"}).texts["T/0", 2]
    assert chat.startswith(
        f"Do: {DOC}\n\nThis was an answer:\n\n```python\n{DOC}    return x\n```\n"
    )
    assert chat.endswith("\n\nf(2) returned 2 instead of returning 4. Write a right answer, in the "
                         "form that was asked for.")  # fmt: skip
    own = chain.read(round_of(template="{feedback}|{prompt}|{program}")).texts["T/0", 2]
    assert own == f"f(2) returned 2 instead of returning 4.|{DOC}|{DOC}    return x"


def test_arms_say_nothing_or_what_another_task_s_program_gives(chain: Chain) -> None:
    template = "{feedback}{prompt}{program}"
    nothing = chain.read(round_of(feedback="none", template=template)).texts
    assert all(text.startswith(repair.FAILS) for text in nothing.values())
    other = chain.read(round_of(feedback="another_tasks", template=template)).texts
    assert other["T/0", 2].startswith("f(2) returned {program} instead")
    assert other["T/1", 2].startswith("f(2) returned 2 instead")
    assert other["T/1", 3].startswith(repair.FAILS)  # no other task's draw 3 fails


def test_hostile_program_is_cut_and_can_be_printed() -> None:
    text = repair.readable("\x00\x1b[2J\ud800\u202e" + "é\t\n" * 10**6)
    assert text.startswith("\ufffd\ufffd[2J\ufffd\ufffdé\t\n") and text.endswith("\n# ...")
    assert len(text) < repair.MOST + 10
    text.encode()


# What a round draws.
def test_round_has_a_sample_for_each_draw_and_carries_over_what_stopped(
    chain: Chain, server: OpenAIServer
) -> None:
    drawn = chain.draw(round_of())
    assert len(drawn) == 6
    assert drawn["T/0", 3] == Sample("T/0", 3, "    return 2 * x\n", "stop", 5, -1.5)
    assert drawn["T/2", 2] == Sample("T/2", 2, "    return 3\n", "length", 5, -1.5)
    (first, *others) = [body["messages"] for body in server.requests]
    assert len(others) == 2 and "f(2) returned 2 instead" in first[0]["content"]
    found = chain.metadata
    assert found["repair"] == {
        "drawn": 3, "passed": 1, "without_examples": 2, "too_long": 0, "carried_tokens": 15,
    }  # fmt: skip
    assert (found["prompt_tokens"], found["completion_tokens"]) == (30, 15)
    assert found["repair_template"] == repair.TEMPLATES["chat"]
    parent, on = chain.path("first/samples"), chain.path("first/feedback/verbatim")
    assert found["made_from"] == {
        "samples_sha256": sha256_of(parent), "feedback_sha256": sha256_of(on),
    }  # fmt: skip


def test_round_that_fails_midway_resumes_to_the_same_bytes(
    chain: Chain, server: OpenAIServer
) -> None:
    chain.draw(round_of())
    undisturbed = chain.path("round/samples").read_bytes()
    for path in (chain.path("round/samples"), metadata_path(chain.path("round/samples"))):
        path.unlink()
    server.requests.clear()
    server.faults[:] = ["", "400"]
    with pytest.raises(UserError, match="temperature is too high"):
        chain.draw(round_of())
    chain.draw(round_of())
    assert chain.path("round/samples").read_bytes() == undisturbed
    assert len(server.requests) == 4  # the one that failed was asked for twice


def test_finished_round_stays_until_what_it_continues_is_another(
    chain: Chain, server: OpenAIServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    chain.draw(round_of())
    chain.draw(round_of())
    assert len(server.requests) == 3
    chain.write_parent("    return x + 0\n")
    chain.draw(round_of())
    assert len(server.requests) == 6
    assert "drawn again: made_from.samples_sha256 was" in caplog.text


def test_parent_that_changes_under_an_unfinished_round_starts_it_over(
    chain: Chain, server: OpenAIServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults[:] = ["", "400"]
    with pytest.raises(UserError):
        chain.draw(round_of())
    chain.write_parent("    return x + 0\n")
    chain.draw(round_of())
    assert "holds samples of other settings: starting over" in caplog.text
    assert all("return x + 0" in json.dumps(body) for body in server.requests[-3:])


def test_feedback_on_other_samples_is_refused(chain: Chain) -> None:
    path = chain.path("first/samples")
    write_records(path, [Sample("T/0", 2, "other")])
    write_metadata(metadata_path(path), path, {"benchmark_sha256": chain.benchmark.sha256})
    with pytest.raises(UserError, match=r"is not on .* as they are now"):
        chain.draw(round_of())
    with pytest.raises(UserError, match=r"is not on .* another reading"):
        chain.write_parent("    return x\n")
        chain.draw(round_of(answer="markdown"))


def test_nothing_to_repair_is_a_round_that_draws_nothing(
    chain: Chain, server: OpenAIServer
) -> None:
    path = chain.path("first/feedback/verbatim")
    said = [Feedback(f"T/{t}", d, True) for t in range(3) for d in DRAWS]
    write_records(path, said)
    about = {"samples_sha256": sha256_of(chain.path("first/samples")), "answer": "verbatim"}
    write_metadata(metadata_path(path), path, about)
    drawn = chain.draw(round_of())
    assert (len(drawn), len(server.requests)) == (6, 0)
    assert list(drawn.values()) == list(read_samples(chain.path("first/samples")))
    spent = cost.spent(chain.metadata, None, cost.Prices(prompt=1, completion=1))
    assert (spent.flops, spent.usd, spent.samples) == (0, 0, 6)


def test_text_that_leaves_no_room_ends_its_chain(chain: Chain) -> None:
    found = chain.read(round_of())
    last = {("T/1", 2): Sample("T/1", 2, "long"), ("T/1", 3): Sample("T/1", 3, "long")}
    found.leave_out(last, lambda text: "{program}" not in text)
    assert found.carried["T/1", 2].completion == "long"
    assert found.counts["drawn"] == 2 and found.counts["too_long"] == 1
    done = {("T/0", 2): None}
    (request,) = found.requests(chain.benchmark, DRAWS, done)
    assert (request.first, request.last, request.problem.task_id) == (3, 3, "T/1")


# What a chain costs.
SHAPE = cost.Shape(1000, 900, 100, layers=2, attention_width=8, kv_width=4, stored_bytes=2000)


def spent(prompt: int, completion: int, **more: Any) -> dict[str, Any]:
    """The metadata of a shard of 10 draws of 4 tasks."""
    engine = {"name": "vllm", "device": "1 x GPU", "dtype": "bfloat16", "quantization": None}
    tokens = {"prompt_tokens": prompt, "completion_tokens": completion}
    seconds = {"engine_seconds": 8.0, "wall_seconds": 10.0}
    return {"draws": [0, 9], "tasks": 4, "engine": engine, **tokens, **seconds, **more}


@pytest.fixture
def chained(tmp_path: Path) -> cost.Cost:
    """A first sample of 20 tokens behind 100 each, and of 30 of 40 chains a second of 10 behind
    200; written and read back."""
    manifest = {"shape": asdict(SHAPE)}
    prices = cost.Prices(gpu_hour=3.6, prompt=1, completion=2)
    first = cost.cost_of([spent(4000, 800)], manifest, prices)
    second = [spent(6000, 300, repair={"drawn": 30})]
    whole = cost.cost_of(second, manifest, prices, first)
    write_text(tmp_path / "cost.json", cost.cost_text(whole))
    assert set(json.loads(cost.cost_text(first))) & {"before", "drawn"} == set()
    return cost.read_cost(tmp_path / "cost.json")


def test_chain_takes_what_all_its_rounds_take(chained: cost.Cost) -> None:
    first = cost.prompt_flops(SHAPE, 100) + 8 * cost.completion_flops(SHAPE, 100, 20)
    # Of the second round each prompt is counted in full.
    again = cost.prompt_flops(SHAPE, 200) + cost.completion_flops(SHAPE, 200, 10)
    takes = chained.per_task(8)
    assert takes.flops == pytest.approx(first + 8 * 30 / 40 * again)
    assert chained.lengths == pytest.approx((100 + 150, 20 + 7.5))
    assert takes.usd == pytest.approx(8 * ((100 + 150) + 2 * (20 + 7.5)) / 1e6)
    assert takes.gpu_seconds == pytest.approx(2 * 8 / 40 * 8.0)
    # Memory is that of the round that needs most: here the second, whose prompts are not shared.
    keys = cost.kv_bytes_per_token(SHAPE, "bfloat16")
    assert takes.memory_bytes == pytest.approx(2000 + 8 * (200 + 10) * keys)


def test_chains_are_compared_at_their_tokens(chained: cost.Cost) -> None:
    counts = [
        ModelCounts(label, tuple(TaskCount(f"T/{i}", 10, c) for i, c in enumerate(passed)))
        for label, passed in (("chains", (6, 8, 2, 0)), ("parallel", (3, 4, 1, 0)))
    ]
    given = Given(k_values=[1, 2], counts=counts, cost=[chained, chained.before])
    rows = compute.table(given)
    (one,) = [row for row in rows if row.model == "chains" and row.k == 2 and row.row == "curve"]
    assert one.tokens == pytest.approx(2 * (250 + 27.5))
    (reach,) = [row for row in rows if row.row == "reach" and row.target_k == 1]
    assert reach.model == "parallel"
    assert reach.tokens_ratio == pytest.approx(reach.k * 120 / 277.5)


# The config and the workflow.
def config_of_rounds(**second: Any) -> dict[str, Any]:
    """The small experiment's recorded samples, repaired by a model on GPUs in two rounds."""
    config = small_config(["pass_at_k", "compute"])
    weights = {"engine": "vllm", "path": "resources/demo/small"}
    config["models"]["mender"] = {"label": "Mender", "weights": weights, "gpus_per_replica": 2}
    first = {"of": "plain", "answer": "verbatim", "model": "small"}
    plain = config["sampling"]["plain"]
    config["sampling"]["first"] = {**plain, "seed": 1, "repair": first}
    rest = {"seed": 2, "repair": {"of": "first", "answer": "verbatim"}}
    config["sampling"]["second"] = {**plain, **rest, **second}
    config["experiments"]["mended"] = {
        **config["experiments"]["rival"], "model": "mender", "sampling": "second",
        "compare_with": ["rival"],
    }  # fmt: skip
    return config


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"seed": 0}, r"sampling.second.seed: \(0\) is that of plain, too"),
        ({"shard_size": 4}, r"shard_size: \(4\) must be that of first \(2\)"),
        ({"repair": {"of": "furst", "answer": "verbatim"}}, "did you mean first"),
        ({"repair": {"of": "second", "answer": "verbatim"}}, "in a circle"),
        ({"repair": {"of": "first", "answer": "boxed"}}, "'boxed' is not for this benchmark"),
        ({"repair": {"of": "first", "answer": "verbatim", "model": "x"}}, "unknown model 'x'"),
        ({"repair": {"of": "first"}}, "answer: is missing"),
        ({"repair": {"of": "first", "answer": "verbatim", "feedback": "hints"}}, "must be 'first"),
        (
            {"repair": {"of": "first", "answer": "verbatim", "template": "{program}"}},
            r"the template must have {feedback} in it",
        ),
    ],
)
def test_what_is_wrong_with_a_round_is_one_sentence(changed: dict[str, Any], said: str) -> None:
    check(config_of_rounds())
    with pytest.raises(UserError, match=said):
        check(config_of_rounds(**changed))


def test_model_whose_samples_are_recorded_repairs_nothing() -> None:
    config = config_of_rounds()
    config["experiments"]["mended"]["model"] = "small"
    with pytest.raises(UserError, match="recorded, and second draws new ones; name the model"):
        check(config)


def test_rounds_are_planned_for_gpus_each_behind_the_one_before(tmp_path: Path) -> None:
    workflow = copy_workflow(tmp_path)
    write_text(tmp_path / "problems.jsonl", "".join(json.dumps(one) + "\n" for one in PROBLEMS))
    for name in ("small", "large"):
        write_text(tmp_path / f"{name}.jsonl", recorded_lines({0: 12, 1: 3, 2: 1, 3: 0}))
    workflow.write_config(config_of_rounds())
    output = workflow.snakemake("-n", "mended").stdout
    jobs = dict(re.findall(r"^([a-z_]+) +(\d+)$", output, re.MULTILINE))
    # Two shards, of recorded samples of two models and of two rounds; feedback on all but the last.
    # Of the first, three: another experiment asks for them.
    wanted = {"sample": "5", "feedback": "4", "sample_round": "4", "execute": "4", "cost": "4"}
    assert wanted.items() <= jobs.items()
    rounds = re.findall(r"rule sample_round:\n(?:    .*\n)+", output)
    assert all("gpu=2" in one for one in rounds)
    assert sum("results/mender/sums/first/feedback/verbatim" in one for one in rounds) == 2
    assert sum("results/small/sums/plain/samples" in one for one in rounds) == 2
    described = Experiment("mended", workflow.config()).described()
    assert {*described["models"]} >= {"mender", "small"}
    check({**described, "benchmarks": workflow.config()["benchmarks"]})


def test_demo_s_rounds_are_planned_behind_the_parallel_arm(tmp_path: Path) -> None:
    plan = copy_workflow(tmp_path).planned("demo-repair")
    wanted = {"sample": 2, "feedback": 1, "sample_round": 3, "execute": 5, "report_page": 1}
    assert wanted.items() <= plan.items()


LAST = "results/mender/sums/second/cost.json"


def shards_of(folder: Path) -> dict[str, bytes]:
    """Every shard of samples of the model that repairs."""
    files = sorted((folder / "results/mender").glob("*/*/samples/*.jsonl.gz"))
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


@pytest.mark.slow  # five runs of the workflow
def test_rounds_run_stay_and_follow_what_they_continue(
    tmp_path: Path, server: OpenAIServer
) -> None:
    workflow, config = copy_workflow(tmp_path), config_of_rounds()
    shown = [
        {**one, "prompt": f'{one["prompt"]}    """Add.\n\n    >>> {one["entry_point"]}(1)\n'
                          f'    {1 + number}\n    """\n'}
        for number, one in enumerate(PROBLEMS)
    ]  # fmt: skip
    write_text(tmp_path / "problems.jsonl", "".join(json.dumps(one) + "\n" for one in shown))
    passing = {0: 12, 1: 3, 2: 1, 3: 0}
    for name in ("small", "large"):
        write_text(tmp_path / f"{name}.jsonl", recorded_lines(passing))
    weights = {key: WEIGHTS[key] for key in ("engine", "name")} | {"endpoint": server.endpoint}
    config["models"]["mender"] = {"label": "M", "weights": weights, "api_key_variable": "TEST_KEY"}
    workflow.write_config(config)

    workflow.snakemake("mended")

    # Of 16 draws 8 pass their example; the server's answers never do.
    assert len(server.requests) == 2 * 8
    whole = shards_of(tmp_path)
    assert len(whole) == 4
    page = (tmp_path / "figures/mended/report.html").read_text()
    assert "8 drawn again; 8 carried over, as they pass the examples of their prompt" in page
    found = json.loads((tmp_path / LAST).read_text())
    assert found["before"]["before"]["engine"] == "recorded"
    assert not verify(tmp_path).findings

    # From here on only the samples. Nothing to do; a lost manifest and lost feedback, which come
    # out the same; then other samples behind both rounds.
    assert "Nothing to be done" in workflow.snakemake(LAST).stdout
    (tmp_path / "results/small/manifest.json").unlink()
    workflow.snakemake(LAST, "--forcerun", "download_model")
    assert (len(server.requests), shards_of(tmp_path)) == (16, whole)
    feedback_file = tmp_path / "results/small/sums/plain/feedback/verbatim/00000-00001.jsonl.gz"
    feedback_file.unlink()
    workflow.snakemake(LAST, "--forcerun", "feedback")
    assert (len(server.requests), shards_of(tmp_path)) == (16, whole)

    write_text(tmp_path / "small.jsonl", recorded_lines({**passing, 0: 0}))
    workflow.snakemake(LAST, "--forcerun", "download_model")
    assert len(server.requests) == 16 + 2 * 12  # four more chains, in both rounds
    assert {name for name in whole if whole[name] == shards_of(tmp_path)[name]} == set()
