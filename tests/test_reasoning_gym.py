"""Reasoning Gym: its tasks are made once and kept whole, and its scorers can neither be run by an
answer nor kept busy by it."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from conftest import ROOT, small_config
from test_config import told

from passk.benchmarks import (
    KINDS,
    Benchmark,
    load_benchmark,
    make_benchmark,
    read_problem_file,
    write_problem_file,
)
from passk.benchmarks.answer import UNFINISHED
from passk.benchmarks.reasoning_gym import Puzzle, opened, read_answer, read_puzzle
from passk.records import OUTCOMES, Sample, UserError
from passk.sandbox.limits import Limits
from passk.verifiers import Opening
from passk.verifiers.reasoning_gym import (
    MOST_CHARACTERS,
    SCORES,
    Reasoning,
    check_puzzle,
    judged,
    scored,
)

THERE = importlib.util.find_spec("reasoning_gym") is not None
needs_package = pytest.mark.skipif(
    not THERE, reason="the package reasoning-gym is not installed: make test-reasoning-gym"
)
LIMITS = Limits.of(2.0, 1 << 30)
if THERE:
    from passk.benchmarks import reasoning_library as library

    NAMES = sorted(library.DATASETS.keys() - library.FLAWED.keys())
else:
    NAMES = []
WITHOUT_ANSWER = {"boxnet", "rush_hour"}
"""Generators that give no right answer, which are refused."""
RIGHT = {("polynomial_equations", "0")}
"""Garbage that is an answer."""
GARBAGE = (
    "None", "0", "-1", "nan", "inf", "[]", "{}", "''", "yes", "x", "?", "\u0000", "\u0661",
    "\ud800", "null", "[null]", "1/0", "1e999999999", "x" * MOST_CHARACTERS, "1" * MOST_CHARACTERS,
    "[" * 5000, "(" * 300 + "1" + ")" * 300, '{"a":' * 3000, "[[1]]" * 1000, "1 " * 9000,
    "exit()", "__import__('os').system('id')", "().__class__.__bases__[0].__subclasses__()",
)  # fmt: skip
ENDLESS = ("9**9**9**9", "factorial(10**9)")


def puzzle(**fields: object) -> Puzzle:
    given = {"answer": "5", "generator": "made_up", "config": {}, "entry": {"dict": []}}
    given |= {"task_id": "made_up/0", "prompt": "2 + 3?", "library": "0", "index": 0}
    return Puzzle(**given | fields)


@pytest.mark.parametrize(
    ("completion", "tagged", "last_line"),
    [
        ("I think.\n<answer> 5\n</answer>\nDone.\n", "5", "Done."),
        ("<answer>4</answer> or rather <answer>5</answer>", "5", None),
        ("<answer>two\nlines</answer>", "two\nlines", "lines</answer>"),
        ("<answer>5", "", "<answer>5"),
        ("5</answer>", "", "5</answer>"),
        ("", "", ""),
        ("<think>it is <answer>4</answer></think><answer>5</answer><|im_end|>x", "5", None),
        ("<think>it is <answer>4</answer> or", UNFINISHED, UNFINISHED),
        ("a\n5  \n\n", "", "5"),
    ],
)
def test_an_answer_is_read(completion: str, tagged: str, last_line: str | None) -> None:
    assert read_answer(puzzle(), completion, "tagged") == tagged
    if last_line is not None:
        assert read_answer(puzzle(), completion, "last_line") == last_line
    assert read_answer(puzzle(), completion, "verbatim") == completion.strip()


def test_a_box_is_read_as_for_final_answers() -> None:
    text = "so \\boxed{4}, no: $\\boxed{\\frac{5}{2}}$."
    assert read_answer(puzzle(), text, "boxed") == "\\frac{5}{2}"


@pytest.mark.parametrize("text", ["<answer>" * 100_000, "</answer>" * 100_000, "\n" * 1_000_000])
def test_reading_takes_time_linear_in_the_text(text: str) -> None:
    for answer in KINDS["reasoning_gym"].answers:
        read_answer(puzzle(), text, answer)


@needs_package
def test_tags_are_read_as_by_the_package() -> None:
    from reasoning_gym.utils import extract_answer

    for text in (
        "<answer>a</answer>",
        "x <answer>\n b \n</answer> <answer>c</answer>",
        "",
        "<answer>",
    ):
        assert read_answer(puzzle(), text, "tagged") == (extract_answer(text) or "")


@pytest.fixture(scope="module")
def everything() -> Benchmark:
    return make_benchmark({name: {"size": 3, "seed": 7} for name in NAMES}, "reasoning_gym")


@needs_package
def test_tasks_of_all_generators_survive_the_problem_file(everything: Benchmark) -> None:
    lines = [json.loads(line) for line in write_problem_file(everything).splitlines()]
    again = [read_puzzle(line, line["index"], "") for line in lines]
    assert tuple(again) == everything.problems and len(again) == 3 * len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_generator(name: str, scorer: object, everything: Benchmark) -> None:
    """Its own answers pass, and what is no answer fails."""
    again = [one for one in everything.problems if one.generator == name]
    for problem in again:
        if name in WITHOUT_ANSWER:
            assert problem.answer is None
        else:
            assert judged(scorer, problem, problem.answer.strip())[0] == "passed"
    for problem in again[:2]:
        for text in GARBAGE:
            if text != problem.answer:
                outcome, seconds, _ = judged(scorer, problem, text)
                assert outcome != "passed" or (name, text) in RIGHT, text[:40]
                assert seconds < LIMITS.cpu_seconds + 1


@pytest.fixture(scope="module")
def scorer() -> Iterator[object]:
    with opened(SCORES, LIMITS) as process:
        yield process


@pytest.fixture(scope="module")
def made() -> dict[str, Puzzle]:
    names = ("countdown", "chain_sum", "string_insertion", "simple_integration", "n_queens",
             "polynomial_multiplication", "graph_color")  # fmt: skip
    generators = {name: {"size": 1, "seed": 1} for name in names}
    return {one.generator: one for one in make_benchmark(generators, "reasoning_gym").problems}


@needs_package
@pytest.mark.parametrize("text", ENDLESS)
def test_an_endless_expression_meets_the_limit(
    text: str, scorer: object, made: dict[str, Puzzle]
) -> None:
    for name in ("countdown", "polynomial_multiplication"):
        outcome, seconds, _ = judged(scorer, made[name], text)
        assert outcome in ("timeout", "failed", "crashed") and seconds < LIMITS.cpu_seconds + 1
    assert judged(scorer, made["chain_sum"], made["chain_sum"].answer)[0] == "passed"


# Each would score 1.0 where the package's own `eval` ran it: it looks for the entry on the stack.
FORGED = (
    "[f for f in (lambda: (yield))().gi_frame]",
    "__import__('sys')._getframe(1).f_locals['entry']['answer']",
    "(x := __import__('sys').exit(0))",
    "[c for c in ().__class__.__base__.__subclasses__()]",
    "Symbol.__init__.__globals__",
    "Symbol('x').func('y')",
    "Integer(value=3)",
    "S('__import__(\"os\")')",
    "sympify('1')",
    "f'{1}'",
)


@needs_package
@pytest.mark.parametrize("text", FORGED)
def test_an_answer_runs_no_code(text: str, scorer: object, made: dict[str, Puzzle]) -> None:
    for scope in (None, {"Integer": int, "Symbol": str}):
        with pytest.raises((library.Refused, SyntaxError)):
            library.checked_eval(text, scope)
    for problem in made.values():
        assert judged(scorer, problem, text)[0] != "passed"


@needs_package
def test_the_package_alone_runs_what_an_answer_says(made: dict[str, Puzzle]) -> None:
    """So the fence is needed, and its tests can fail."""
    script = (
        "import json, sys; from passk.benchmarks import reasoning_library as l\n"
        "if sys.argv.pop(1) == 'alone': l._fence_eval = lambda: None\n"
        "for asked in json.loads(sys.argv[1]): l.score(*asked)\n"
    )
    asked = [
        [name, "{}", made[name].prompt, made[name].entry, f"print('{name} ran')"]
        for name in ("string_insertion", "countdown")
    ]
    said = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script, how, json.dumps(asked)],
            capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        ).stdout.splitlines()
        for how in ("alone", "fenced")
    ]  # fmt: skip
    assert said == [["string_insertion ran", "countdown ran"], []]


@needs_package
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("coin_flip", "0"),
        ("game_of_life_halting", "no idea"),
        ("puzzle24", "1 + 2 + 3 * 7"),
        ("complex_arithmetic", "nan"),
        ("intermediate_integration", "Integral({integrand}, {variable})"),
    ],
)
def test_what_a_scorer_wrongly_takes_for_right_does_not_pass(name: str, text: str) -> None:
    """One that no longer does may be taken back in."""
    import reasoning_gym

    package = reasoning_gym.create_dataset(name, size=5, seed=3)
    entry = next(
        entry for entry in package if entry["answer"] != "False" and entry["metadata"] is not None
    )
    text = text.format(**{"integrand": "", "variable": ""} | entry["metadata"])
    script = (
        "import sys, json; from passk.benchmarks import reasoning_library as l\n"
        "l.FORGED.clear(); l._fence_eval = lambda: None\n"
        "name, question, entry, text = json.loads(sys.argv[1])\n"
        "print(l.score(name, '{}', question, entry, text))\n"
    )
    kept = library.encode({key: entry[key] for key in ("answer", "metadata")})
    asked = [name, entry["question"], kept, text]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, json.dumps(asked)],
        capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.stdout == "1.0\n"
    if name in library.FLAWED:
        assert "error" in library.generate(name, 1, 0, {})
    else:
        with opened(SCORES, LIMITS) as process:
            assert process.call(name, "{}", entry["question"], kept, text).value < 1


@needs_package
def test_every_evaluation_in_the_package_is_fenced() -> None:
    """A scorer calls eval, or sympy's parser, by those names: no exec, no sympify of a text."""
    folder = Path(importlib.util.find_spec("reasoning_gym").origin).parent
    for file in folder.rglob("*.py"):
        text = file.read_text()
        body = text.partition("def score_answer")[2]
        for name in ("exec(", "sympify(", "builtins.eval", "__import__", "pickle", "yaml.load("):
            assert name not in body, f"{file.name}: {name}"


@needs_package
def test_plain_expressions_are_evaluated() -> None:
    import sympy
    from sympy.parsing.sympy_parser import parse_expr

    library._fence_eval()
    assert library.checked_eval(" [1, -2.5, 'a', (3,)] ") == [1, -2.5, "a", (3,)]
    assert library.checked_eval("0x1 << 5 | 2") == 34
    x = sympy.Symbol("x")
    for text in ("x**2/2 + sin(x)*exp(2*x) + C", "log(Abs(x)) + sqrt(2)", "-3.5*x + E"):
        assert parse_expr(text, local_dict={"x": x}).has(x)
    for text in ("x.__class__", "x[0]", "lambda: 0", "factorial(3)", "3!"):
        with pytest.raises((ValueError, SyntaxError)):
            parse_expr(text, local_dict={"x": x})


@needs_package
@pytest.mark.parametrize(
    "value",
    [
        (1, (2, "a")),
        {1: "a", (2, 3): {"b": None}},
        {"tuple": [1]},
        {3, 1},
        Fraction(3, 4),
        [1.5, True, "\u00e9"],
        {},
    ],
)
def test_what_an_entry_holds_survives_json(value: object) -> None:
    again = library.decode(json.loads(json.dumps(library.encode(value))))
    assert again == value and repr(again) == repr(value)


@needs_package
def test_what_cannot_be_kept_is_refused() -> None:
    with pytest.raises(TypeError, match="a complex cannot be kept"):
        library.encode({"a": [1j]})


@needs_package
@pytest.mark.parametrize(
    ("generators", "sentence"),
    [
        ({"countdwn": {"size": 1}}, "generators.countdwn: unknown; did you mean countdown?"),
        ({"composite": {"size": 1}}, "generators.composite: mixes others"),
        (
            {"countdown": {"size": 1, "config": {"min_number": 3}}},
            "generators.countdown: config.min_number: unknown key; did you mean min_numbers?",
        ),
        (
            {"countdown": {"size": 1, "config": {"min_numbers": 30}}},
            "its config cannot be used: max_numbers must be >= min_numbers",
        ),
        (
            {"countdown": {"size": 1, "config": {"min_numbers": "many"}}},
            "generators.countdown: its config cannot be used: ",
        ),
    ],
)
def test_what_cannot_be_made_is_told(generators: dict, sentence: str) -> None:
    with pytest.raises(UserError) as error:
        make_benchmark(generators, "reasoning_gym")
    assert sentence in str(error.value) and "\n" not in str(error.value)


@needs_package
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"answer": None}, "has no answer that its scorer could be held against"),
        ({"answer": "no number"}, "its own answer does not score 1.0 .failed."),
        ({"answer": "9**9**9**9"}, "its own answer does not score 1.0 "),
        ({"library": "0.0.1"}, "was made by reasoning-gym 0.0.1, and "),
    ],
)
def test_a_task_that_cannot_be_judged_is_refused(
    changed: dict, sentence: str, made: dict[str, Puzzle]
) -> None:
    fields = {name: getattr(made["countdown"], name) for name in Puzzle.__dataclass_fields__}
    check_puzzle(Puzzle(**fields))
    with pytest.raises(UserError, match=sentence):
        check_puzzle(Puzzle(**fields | changed))


@needs_package
def test_tasks_do_not_depend_on_the_hash_seed_or_the_size() -> None:
    asked = {"isomorphic_strings": {"size": 2}}
    script = (
        "import json; from passk.benchmarks import make_benchmark;"
        f"print(make_benchmark({asked!r}, 'reasoning_gym').sha256)"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(found) == 1
    small, large = (
        make_benchmark({"chain_sum": {"size": size}}, "reasoning_gym").problems for size in (2, 5)
    )
    assert large[:2] == small


@needs_package
def test_verdicts_and_signatures(made: dict[str, Puzzle], caplog: pytest.LogCaptureFixture) -> None:
    problem = made["chain_sum"]
    texts = [problem.answer, "1e9", "", UNFINISHED, "1" * (MOST_CHARACTERS + 1), problem.answer]
    samples = [Sample(problem.task_id, draw, text) for draw, text in enumerate(texts)]
    opening = Opening(
        "", "score", {problem.task_id: problem}, lambda _, text: text, len(samples), "",
        {"timeout": 2.0, "memory_mb": 1024},
    )  # fmt: skip
    verifier = Reasoning(opening)
    verdicts = list(verifier.verdicts(samples))
    assert [one.outcome for one in verdicts] == ["passed", *["failed"] * 4, "passed"]
    assert verdicts[0].cpu_seconds == verdicts[-1].cpu_seconds
    assert (verifier.about["distinct_answers"], verifier.about["unfinished"]) == (5, 1)
    assert "1 samples end within a thought" in caplog.text
    signatures = list(verifier.signatures(samples))
    assert [one.outcome for one in signatures] == ["ran", "ran", "failed", "failed", "ran", "ran"]
    assert signatures[0].outputs == signatures[-1].outputs != signatures[1].outputs
    assert {one.outcome for one in verdicts} <= set(OUTCOMES)


@needs_package
def test_a_partial_score_is_a_failure(made: dict[str, Puzzle], scorer: object) -> None:
    problem = made["chain_sum"]
    text = f"It is {problem.answer}, I think."
    assert 0 < scored(scorer, problem, text).value < 1
    assert judged(scorer, problem, text)[0] == "failed"


def test_the_config_is_checked(tmp_path: Path) -> None:
    config = small_config()
    entry = {"kind": "reasoning_gym", "generators": {"countdown": {"size": 2}}}
    (name,) = {one["benchmark"] for one in config["experiments"].values()}
    for changes, sentence in (
        (
            {"kind": "mbpp"},
            f"benchmarks.{name}.generators: are for 'kind: human_eval or reasoning_",
        ),
        (
            {"generators": {"countdown": {"size": 0}}},
            "generators.countdown.size: must be at least 1",
        ),
        ({"generators": {"countdown": {}}}, "generators.countdown.size: is missing"),
        ({"generators": {"countdown": {"size": 1, "sed": 2}}}, "did you mean seed?"),
        ({"generators": {}}, f"benchmarks.{name}.generators: must not be empty"),
        ({"sha256": "0" * 64}, "is of a problem file, and these are made"),
        ({"path": "x.jsonl"}, "needs package, or path, or url, or generators, or name"),
        ({}, "suites: 'base' is not for benchmarks of kind reasoning_gym; known: score"),
    ):
        config["benchmarks"][name] = entry | changes
        assert sentence in told(config)


@pytest.mark.skipif(THERE, reason="the package is installed")
def test_a_package_that_is_not_there_is_named() -> None:
    with pytest.raises(UserError, match="run `make setup-reasoning-gym`"):
        load_benchmark({"kind": "reasoning_gym", "generators": {"countdown": {"size": 1}}})


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    line = {"task_id": "a/0", "prompt": "?", "generator": "a", "library": "1", "answer": 5}
    (tmp_path / "file.jsonl").write_text(json.dumps(line) + "\n")
    with pytest.raises(UserError, match="is no task of kind reasoning_gym"):
        read_problem_file(tmp_path / "file.jsonl", "reasoning_gym")


def test_the_lock_names_the_package() -> None:
    assert "reasoning-gym==" in (ROOT / "envs/reasoning-gym.txt").read_text()
