"""Final answers: how they are read, their normal forms, and what each verifier takes for equal."""

from __future__ import annotations

import importlib.util
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

import problem_file
from passk.benchmarks import KINDS, Benchmark, find_benchmark, load_benchmark, read_problem_file
from passk.benchmarks.answer import MOST_CHARACTERS, READINGS, UNFINISHED, Question, final_answer
from passk.judging import open_verifier
from passk.limited import Limited
from passk.records import Sample, UserError, sha256_of
from passk.sandbox.limits import Limits
from passk.verifiers.normal_form import equal, normal_form

GSM8K = ROOT.parent / "shared/data/gsm8k-test.jsonl"
PAIRS, HARD, BLIND = (
    [json.loads(line) for line in (ROOT / "tests" / f"{name}.jsonl").open()]
    for name in ("answers_equal", "answers_equal_hard", "answers_equal_blind")
)
needs_algebra = pytest.mark.skipif(
    importlib.util.find_spec("math_verify") is None,
    reason="math-verify is not installed; run `make setup`",
)


def read(completion: str, answer: str) -> str:
    return final_answer(Question("q", "?", "1", 0), completion, answer)


@pytest.mark.parametrize(
    ("answer", "completion", "found"),
    [
        ("boxed", r"So $\boxed{18}$.", "18"),
        ("boxed", r"\boxed{7}. But wait, it is \boxed{5}", "5"),
        ("boxed", r"\boxed{\frac{1}{\sqrt{2}}} is it", r"\frac{1}{\sqrt{2}}"),
        ("boxed", r"\boxed{\{1, 2\}}", r"\{1, 2\}"),
        ("boxed", r"\boxed 5.", "5"),
        ("boxed", r"\fbox{a}", "a"),
        ("boxed", r"\boxed{3} and \boxed{4", "3"),
        ("boxed", "it is 5", ""),
        ("boxed", r"\boxed{" + "1" * (MOST_CHARACTERS + 1) + "}", ""),
        ("boxed", r"<think>\boxed{1}</think>\boxed{2}", "2"),
        ("boxed", r"<think>\boxed{1}", UNFINISHED),
        ("boxed", r"\boxed{5}<|im_end|>\boxed{6}", "5"),
        ("gsm8k", "#### 18\n#### 20", "20"),
        ("gsm8k", "x\n#### $1,234.50 dollars.", "1,234.50"),
        ("gsm8k", "#### -3.", "-3"),
        ("gsm8k", "#### 5 + 3", "5 + 3"),
        ("gsm8k", "#### 12\n####", "12"),
        ("gsm8k", "the answer is 12", ""),
        ("last_number", "an area of 10 cm^2", "10"),
        ("last_number", "an area of $10\\text{ cm}^{2}$", "10"),
        ("last_number", "$x^2 = 16$", "16"),
        ("last_number", r"$\boxed{18}$.", "18"),
        ("last_number", "from 3 to 1,234,567.", "1,234,567"),
        ("last_number", "it is 5-3.", "3"),
        ("last_number", "it is -$5.", "-5"),
        ("last_number", "a half, 1/2, of it", "1/2"),
        ("last_number", r"so \frac{3}{4} of it", r"\frac{3}{4}"),
        ("last_number", "1.5e-3 m", "1.5e-3"),
        ("last_number", "none", ""),
        ("boxed", "\\boxed\n{5}", "5"),
        ("boxed", r"\boxed \frac12", r"\frac12"),
        ("boxed", r"\boxed{3}, \fbox\frac{1}{2}.", r"\frac{1}{2}"),
        ("boxed", "the answer in \\boxed\n\nI think", ""),
        ("gsm8k", "#### 42\n#### Explanation\nfoo", "42"),
        ("gsm8k", "#### yes\n#### no", "no"),
        ("gsm8k", "#### Answer: 5", "5"),
        ("gsm8k", "#### **Answer:** $5.", "5"),
        ("gsm8k", "#### **Answer: 5**", "5"),
        ("gsm8k", r"#### Answer: $\frac12$", r"\frac12"),
        ("gsm8k", "#### The answer is 3 1/2 hours.", "3 1/2"),
        ("gsm8k", "#### Answer: 5 + 3", "Answer: 5 + 3"),
        ("gsm8k", "#### x=1 or x=2", "x=1 or x=2"),
        ("gsm8k", "#### x >= 5", "x >= 5"),
        ("gsm8k", "#### x + y = 5", "x + y = 5"),
        ("gsm8k", "#### - 5", "-5"),
        ("last_number", "The number of eggs is:\n- 12 eggs", "12"),
        ("last_number", "> - 12 eggs", "12"),
        ("last_number", "- $12", "12"),
        ("last_number", "The answer \u2013 42.", "42"),
        ("last_number", "it is 5 - 3", "3"),
        ("last_number", r"$x$ - 3", "3"),
        ("last_number", "5%-6%", "6"),
        ("last_number", "x = - 5", "-5"),
        ("last_number", "$- 5$", "-5"),
        ("last_number", r"x \le - 5", "-5"),
        ("last_number", "(- 5)", "-5"),
        ("last_number", "-12 eggs", "-12"),
        ("last_number", "So it takes 3 1/2 hours.", "3 1/2"),
        ("last_number", r"$3\frac{1}{2}$", r"3\frac{1}{2}"),
        ("last_number", "It is 1 000", "1 000"),
        ("last_number", "in 2020 300 men", "300"),
        ("last_number", "100 2000", "2000"),
        ("last_number", "5 1000/2", "5 1000/2"),
        ("last_number", r"it is \frac12", r"\frac12"),
        ("last_number", r"x^2 = 5 \cdot 10^4", r"5 \cdot 10^4"),
        ("last_number", "2^{10}", "10"),
    ],
)
def test_an_answer_is_read_as_described(answer: str, completion: str, found: str) -> None:
    assert read(completion, answer) == found


def numbers() -> list[str]:
    """The answers of the tables that are one number in digits."""
    texts = {pair[key] for pair in PAIRS + HARD for key in ("reference", "answer")}
    return sorted(
        text for text in texts if normal_form(text).is_number and any(map(str.isdigit, text))
    )


WRITTEN = [
    "1{,}000", r"1,\!000", r"1\,000", "1\u00a0000", "1,000 1/2", "3 and 1/2", "3\u00bd", "\u00be",
    r"3\frac12", r"\frac1{2}", r"\frac{-1}{2}", r"\dfrac{1.5}{2}", "1.5/2.5", "1/-2", r"6 \div 4",
    "-.5", "1.5e3", "1.5 * 10^{-3}", "2\u00d710\u00b3", "10^{3}", r"0.1\overline{6}", "1011_2",
    r"-\frac{2}{4}", "- 5", "\u22125", "+5", "-$5", r"\$1,000.50",
]  # fmt: skip


@pytest.mark.parametrize("before", ["Of 7 it is $x = ", "(", r"it is \(", "$"])
def test_last_number_finds_as_one_what_is_one_number(before: str) -> None:
    found = {text: read(before + text, "last_number") for text in (*WRITTEN, *numbers())}
    other = {text: one for text, one in found.items() if not equal(*map(normal_form, (one, text)))}
    assert other == {}
    assert len(found) > 200


@pytest.mark.parametrize("answer", READINGS)
@pytest.mark.parametrize(
    "piece",
    [
        r"\boxed{",
        "{",
        "#### ",
        "####\n",
        "1",
        "111,",
        "1,111",
        "1.",
        "-",
        "$-",
        r"\frac{1",
        " ",
        "\\boxed \n",
        "#### a\n",
        "#### 1a" + "b" * 99,
        "#### a is is",
        "1 000 ",
        "1 1/",
        "1 and ",
        "10^{",
        r"1.1\overline{1",
        "1 ",
        "= - ",
        r"1\,",
        "1/1",
    ],
)
def test_hostile_text_is_read_in_linear_time(answer: str, piece: str) -> None:
    started = time.process_time()
    read(piece * (300_000 // len(piece)), answer)
    assert time.process_time() - started < 3  # quadratic would take hours


def test_lines_without_a_number_behind_a_long_one_are_read_in_linear_time() -> None:
    text = "#### " + "a" * 300_000 + "1\n" + "#### a\n" * 40_000
    started = time.process_time()
    read(text, "gsm8k")
    assert time.process_time() - started < 3


def test_thousand_hostile_texts_have_a_normal_form_in_no_time() -> None:
    pieces = ["(", r"\{1,", "[1,", "1,", r"\text{", "111,", " and ", r"\frac", "1 ", "ab "]
    started = time.process_time()
    for piece in pieces:
        normal_form(piece * (MOST_CHARACTERS // len(piece)))
        normal_form("1" + piece * (MOST_CHARACTERS // len(piece) - 1))
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1,234.50", "2469/2", ""),
        (r"-\frac{2}{4}", "-1/2", ""),
        (r"1\frac12", "3/2", ""),
        (r"1.5 \times 10^{3}", "1500", ""),
        (r"12\text{ square cm}", "12", "cm^2"),
        ("60 mph", "60", "miles/hours"),
        (r"90^\circ", "90", "degrees"),
        (r"10\sqrt{3}\text{ m}", r"10\sqrt{3}", "m"),
        (r"x=1 \text{ or } x=\frac12", "{1,1/2}", ""),
        ("(2, 1)", "(2,1)", ""),
        (r"\text{(b)}", "B", ""),
        ("1 2", "1_2", ""),
        ("The answer is **5**", "5", ""),
        (r"Thus, the final answer is: \boxed{5}.", "5", ""),
        ("x ** 2", "x^2", ""),
        ("$18", "18", "dollars"),
        (r"\$18 per hour", "18", "dollars/hours"),
        ("1.5 million dollars", "1500000", "dollars"),
        ("3:45 P.M.", "3:45", "pm"),
        ("3 to 2", "3:2", ""),
        ("1 hr and 20 min", "1 hours 20 minutes", ""),
        (r"\{\emptyset\}", "{{}}", ""),
        ("2m", "2m", ""),
        ("5 thou\u017fand", "5", "thou\u017fand"),
        ("5 m\u0131llion", "5m\u0131llion", ""),
        ("5 cm, 10 cm", "{10,5}", ""),
        ("3 hundred fifty", "3hundredfifty", ""),
        (r"\begin{pmatrix}0\\5\\100\end{pmatrix}", "(0,5,100)", ""),
    ],
)
def test_normal_forms(text: str, value: str, unit: str) -> None:
    form = normal_form(text)
    assert (form.value, form.unit) == (value, unit)


@pytest.fixture(scope="module")
def algebra() -> Iterator[Limited]:
    with Limited("passk.verifiers.equality:same", Limits.of(1.5, 1 << 30)) as process:
        yield process


def accepted(pair: dict[str, Any], process: Limited | None) -> tuple[bool, str | None]:
    reference, answer = pair["reference"], pair["answer"]
    if equal(normal_form(reference), normal_form(answer)):
        return True, None
    if process is None or max(len(reference), len(answer)) > 500:
        return False, None
    call = process.call(reference, answer)
    return call.value is True, call.error


def rates(
    process: Limited | None, pairs: list[dict[str, Any]] = PAIRS
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The pairs that are falsely accepted, and falsely rejected."""
    found = [(pair, accepted(pair, process)[0]) for pair in pairs]
    return (
        [pair for pair, yes in found if yes and not pair["equal"]],
        [pair for pair, yes in found if not yes and pair["equal"]],
    )


def test_the_table_is_large_enough() -> None:
    kinds = Counter(pair["equal"] for pair in PAIRS)
    assert len(PAIRS) >= 150
    assert min(kinds.values()) >= 75


def test_exact_accepts_nothing_wrong_and_most_of_what_is_right() -> None:
    wrong, missed = rates(None)
    assert wrong == []
    assert len(missed) <= 46  # of 155


@needs_algebra
def test_lenient_accepts_nothing_wrong_and_nearly_all_that_is_right(algebra: Limited) -> None:
    wrong, missed = rates(algebra)
    assert wrong == []  # the goal was 2
    assert len(missed) <= 4, missed  # of 155; the goal was 10 %


@needs_algebra
def test_pairs_that_a_reviewer_wrote_against_the_rules(algebra: Limited) -> None:
    """167 of these are not equal, 116 are; before the rules that they showed to be missing, exact
    accepted 31 and lenient 50 of the wrong ones."""
    wrong, missed = rates(None, HARD)
    assert wrong == []
    assert len(missed) <= 70
    wrong, missed = rates(algebra, HARD)
    assert len(wrong) <= 7, wrong
    assert len(missed) <= 14, missed


@needs_algebra
def test_pairs_whose_authors_did_not_know_the_rules(algebra: Limited) -> None:
    """Three tables, 305 pairs not equal and 335 equal, each written before the rules that it showed
    to be missing. Before those rules lenient accepted 3, 1 and 0 wrong ones and rejected 10, 23 and
    3 right ones."""
    for process, most in ((None, 156), (algebra, 8)):
        wrong, missed = rates(process, BLIND)
        assert wrong == []
        assert len(missed) <= most, missed


def verdicts(suite: str, answers: list[str], reference: str = "2\\sqrt{2}", **options: Any):
    benchmark = Benchmark((Question("q", "?", reference, 0),), 1, "answer")
    samples = [Sample("q", draw, answer) for draw, answer in enumerate(answers)]
    verifier = open_verifier(
        KINDS["answer"].suites[suite], suite, benchmark, ["q"], "boxed", options
    )
    found = list(verifier.verdicts(samples))
    return [(one.outcome, one.error) for one in found], verifier.about


def boxed(text: str) -> str:
    return f"\\boxed{{{text}}}"


@needs_algebra
def test_verdicts_of_both_suites() -> None:
    answers = [boxed("2√2"), boxed("\\sqrt{8}"), boxed("3"), "", "<think> hm", boxed("\\sqrt{8}")]
    none, cut, wrong = ("failed", "no answer"), ("failed", "unfinished thought"), ("failed", None)
    found, about = verdicts("exact", answers)
    assert found == [("passed", None), wrong, wrong, none, cut, wrong]
    assert about["unfinished"] == 1
    found, about = verdicts("lenient", answers)
    assert found == [("passed", None), ("passed", None), wrong, none, cut, ("passed", None)]
    assert (about["distinct_answers"], about["answers_by_algebra"]) == (5, 2)


@needs_algebra
def test_an_answer_that_keeps_algebra_busy_is_a_timeout_and_the_next_is_judged() -> None:
    answers = [boxed("(x+y+z+w)^{400}"), boxed("\\sqrt{8}")]
    found, about = verdicts("lenient", answers, timeout=0.5)
    assert found == [("timeout", None), ("passed", None)]
    assert about["cpu_seconds"] < 10


@needs_algebra
@pytest.mark.parametrize(
    ("reference", "answer", "equal"),
    [
        ("x=1, y=2", "a=1, b=2", False),
        ("p=1 or p=2", "q=1 or q=2", False),
        ("x=1, y=2", "(1, 2)", True),
        ("(B) 1/2", r"(B) \frac{1}{2}", True),
        ("(B) 24", "(B) 25", False),
        (r"\{\{1\}\}", r"\{1\}", False),
        (r"A + B + C", "A + B + c", False),
        (r"\frac{x^2}{2} + C", r"\frac12 x^2 + c", True),
        ("3:4", "6:8", True),
        ("3:4", "4:3", False),
        ("1:10", "2:20", False),
        ("1:2:3", "2:4:6", True),
        (r"[-1,3]", r"1 \pm 2", False),
        (r"\pm\sqrt2\pm\sqrt3", r"\sqrt2+\sqrt3, -\sqrt2-\sqrt3", False),
        (r"1 \pm \sqrt{2}", r"1+\sqrt2, 1-\sqrt2", True),
        (r"(-\infty, 1) \cup (2, \infty)", r"x < 1 \text{ or } x > 2.0000000000000000001", False),
    ],
)
def test_pairs_that_a_second_reader_found(algebra: Limited, reference, answer, equal) -> None:
    assert accepted({"reference": reference, "answer": answer}, algebra)[0] is equal


def test_signatures_are_final_answers_whatever_is_right() -> None:
    benchmark = Benchmark((Question("q", "?", "1", 0),), 1, "answer")
    answers = [boxed("0.5"), boxed("1/2"), boxed("5"), "", boxed("5 \\text{ cm}")]
    samples = [Sample("q", draw, answer) for draw, answer in enumerate(answers)]
    verifier = open_verifier("exact_answer", "exact", benchmark, ["q"], "boxed", {})
    half, same, five, none, metres = verifier.signatures(samples)
    assert half.outputs == same.outputs != five.outputs == metres.outputs
    assert (none.outcome, none.outputs) == ("failed", ())
    assert verifier.about["signatures"]["of"] == "answers"


def written(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_both_formats_are_read(tmp_path: Path) -> None:
    lines = [{"question": "Q?", "answer": "1 + 1 = 2\n#### 2"},
             {"task_id": "aime/1", "question": "R?", "answer": 204}]  # fmt: skip
    path = written(tmp_path / "q.jsonl", *lines)
    problems = read_problem_file(path, "answer").problems
    assert problems == (Question("0", "Q?", "2", 0), Question("aime/1", "R?", "204", 1))
    output = tmp_path / "problems.jsonl"
    problem_file.problem_file({"kind": "answer", "path": str(path)}, output)
    assert read_problem_file(output).problems == problems
    assert find_benchmark(str(output)).problems[0].prompt == "Q?"


def boxes(*held: object) -> str:
    return " or ".join(f"$x = {boxed(str(one))}$" for one in held)


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        (f"We have 3 = 3, so $x={boxed('2')}$.", "2"),
        (f"{'long ' * 1000} $x={boxed('2')}$.", "2"),
        (f"5 or {boxed('7')}", "7"),
        (boxes(2, 2), "2"),
        (boxed(boxed("2")), "2"),
        ("so \\boxed\\frac12", "\\frac12"),
        (f"{boxed('1')}\n#### 2", "2"),
        (f"put it in {boxed('')}", f"put it in {boxed('')}"),
        (204.0, "204"),
    ],
)
def test_of_a_whole_solution_the_answer_counts(tmp_path: Path, answer: Any, right: str) -> None:
    path = written(tmp_path / "q.jsonl", {"question": "Q?", "answer": answer, "unique_id": "a"})
    assert read_problem_file(path, "answer").problems == (Question("0", "Q?", right, 0),)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"question": "Q?"}, "line 1 has no 'answer' that is a text or a whole number"),
        ({"question": "Q?", "answer": True}, "line 1 has no 'answer'"),
        ({"question": "Q?", "answer": "so it is\n####"}, "an 'answer' of 0 characters"),
        ({"question": "Q?", "answer": "1" * 3000}, "an 'answer' of 3,000 characters"),
        ({"answer": "1"}, "line 1 has no text 'question'"),
        ({"question": "Q?", "answer": 1.5}, "line 1 has no 'answer' that is a text or a whole"),
        ({"question": "Q?", "answer": float("nan")}, "line 1 has no 'answer' that is a text"),
        ({"question": "Q?", "answer": boxes(2, 3)}, "an 'answer' with 2 different boxes; write"),
        (
            {"problem": "Q?", "answer": "1", "unique_id": "a/1"},
            "line 1 must have the keys 'question' and 'answer'; rename 'problem' to 'question', "
            "'unique_id' to 'task_id'$",
        ),
        (
            {"Question": "Q?", "Answer": 1, "Solution": "1"},
            "rename 'Question' to 'question', 'Answer' to 'answer'$",
        ),
        ({"question": "Q?", "solution": "1"}, "rename 'solution' to 'answer'$"),
        ({"task_id": 7, "question": "Q?", "answer": "1"}, "a 'task_id' that is no text"),
        ({"question": "Q?", "answer": "$$"}, "1 of 1 tasks cannot be judged; .*only layout"),
    ],
)
@needs_algebra
def test_a_question_that_cannot_be_judged_is_refused(tmp_path: Path, record, said) -> None:
    path = written(tmp_path / "q.jsonl", record)
    with pytest.raises(UserError, match=said):
        problem_file.problem_file({"kind": "answer", "path": str(path)}, tmp_path / "out.jsonl")


@needs_algebra
def test_a_reference_that_algebra_cannot_read_is_named(tmp_path: Path, caplog) -> None:
    path = written(tmp_path / "q.jsonl", {"question": "Q?", "answer": "\\frac{1}{"})
    problem_file.problem_file({"kind": "answer", "path": str(path)}, tmp_path / "out.jsonl")
    (said,) = caplog.messages
    assert said.startswith("0 has the answer ")
    assert said.endswith("which math-verify cannot read: lenient judges as exact does")


def test_a_missing_package_is_one_sentence(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    path = written(tmp_path / "q.jsonl", {"question": "Q?", "answer": "1"})
    with pytest.raises(UserError, match="the suite lenient needs the package math-verify"):
        problem_file.problem_file({"kind": "answer", "path": str(path)}, tmp_path / "out.jsonl")


def test_a_benchmark_is_fetched_once_by_its_address_and_hash(tmp_path: Path) -> None:
    path = written(tmp_path / "q.jsonl", {"question": "Q?", "answer": "1"})
    entry = {"kind": "answer", "url": path.as_uri(), "sha256": sha256_of(path)}
    first = load_benchmark(entry, tmp_path)
    path.unlink()
    assert load_benchmark(entry, tmp_path) == first
    written(path, {"question": "Q?", "answer": "2"})
    with pytest.raises(UserError, match=r"is not the file that config\.yaml expects"):
        load_benchmark({**entry, "sha256": "0" * 64}, tmp_path)
    with pytest.raises(UserError, match="needs 'sha256'"):
        load_benchmark({"kind": "answer", "url": path.as_uri()}, tmp_path)
    missing = (tmp_path / "none.jsonl").as_uri()
    with pytest.raises(UserError, match=r"cannot be downloaded .* put the file at"):
        load_benchmark({**entry, "url": missing, "sha256": "1" * 64}, tmp_path)


@pytest.mark.skipif(not GSM8K.exists(), reason="GSM8K's test set is not at ../shared/data")
def test_every_answer_of_gsm8k_is_a_number_and_equals_itself() -> None:
    problems = read_problem_file(GSM8K, "answer").problems
    assert len(problems) == 1319
    assert all(normal_form(problem.answer).is_number for problem in problems)
    solutions = [json.loads(line)["answer"] for line in GSM8K.open()]
    for answer in ("gsm8k", "last_number"):
        for problem, solution in zip(problems, solutions, strict=True):
            found = final_answer(problem, solution, answer)
            assert equal(normal_form(found), normal_form(problem.answer)), (solution, found)
