"""The checker of proof terms: against types found by unification, and on what is hostile."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from conftest import ROOT
from proof_terms import terms, written

from passk.benchmarks import read_problem_file
from passk.benchmarks.demo_theorems import draw
from passk.records import UserError
from passk.verifiers.proof_term import (
    DEPTH,
    INTRO,
    LENGTH,
    Function,
    Pair,
    Spine,
    check,
    check_theorem,
    read_statement,
    read_term,
)

MODUS_PONENS = "theorem t (p q : Prop) : (p → q) ∧ p → q :="


def judged(statement: str, text: str) -> str:
    """The exception's name, or passed."""
    try:
        check(read_term(text), read_statement(statement))
    except (SyntaxError, NameError, TypeError) as error:
        return type(error).__name__
    return "passed"


# A second checker, of another method: the most general type by unification, then the statement's.
class Types:
    def __init__(self) -> None:
        self.bound: dict[int, object] = {}
        self.fresh = itertools.count()

    def new(self) -> int:
        return next(self.fresh)

    def look(self, kind):
        while isinstance(kind, int) and kind in self.bound:
            kind = self.bound[kind]
        return kind

    def occurs(self, variable, kind) -> bool:
        kind = self.look(kind)
        if isinstance(kind, tuple):
            return self.occurs(variable, kind[1]) or self.occurs(variable, kind[2])
        return kind == variable

    def unify(self, one, two) -> bool:
        one, two = self.look(one), self.look(two)
        if one == two:
            return True
        if isinstance(two, int):
            one, two = two, one
        if isinstance(one, int):
            if self.occurs(one, two):
                return False
            self.bound[one] = two
            return True
        return (
            isinstance(one, tuple)
            and isinstance(two, tuple)
            and one[0] == two[0]
            and self.unify(one[1], two[1])
            and self.unify(one[2], two[2])
        )

    def infer(self, term, names):
        """The most general type; None where there is none. ``names``: from the innermost."""
        if isinstance(term, Function):
            left = self.new()
            right = self.infer(term.body, [(term.name, left), *names])
            return None if right is None else ("→", left, right)
        if isinstance(term, Pair):
            left = self.infer(term.left, names)
            right = self.infer(term.right, names)
            return None if left is None or right is None else ("∧", left, right)
        steps = list(term.steps)
        if term.name == INTRO:
            if len(steps) != 2 or 1 in steps or 2 in steps:
                return None
            return self.infer(Pair(*steps), names)
        kind = next((kind for name, kind in names if name == term.name != "_"), None)
        for step in steps:
            if kind is None:
                return None
            left, right = self.new(), self.new()
            connective = "∧" if isinstance(step, int) else "→"
            if not self.unify(kind, (connective, left, right)):
                return None
            if isinstance(step, int):
                kind = (left, right)[step - 1]
            else:
                argument = self.infer(step, names)
                if argument is None or not self.unify(argument, left):
                    return None
                kind = right
        return kind


def has_type(term, formula) -> bool:
    types = Types()
    kind = types.infer(term, [])
    return kind is not None and types.unify(kind, formula)


def test_verdicts_are_those_of_unification_on_right_and_mutated_terms() -> None:
    rng, passed, total = Random(1), 0, 0
    for number, (formula, term) in enumerate(terms(1000)):
        expected = has_type(term, formula)
        assert expected or number % 3  # those that are drawn are proofs
        text = written(term, rng)
        try:
            check(read_term(text), formula)
            found = True
        except (SyntaxError, NameError, TypeError):
            found = False
        assert found == expected, (formula, text)
        passed, total = passed + found, total + 1
    assert 0.3 < passed / total < 0.6


def plain(term):
    """The term with every ``And.intro t u`` as a pair."""
    if isinstance(term, Function):
        return Function(term.name, plain(term.body))
    if isinstance(term, Pair):
        return Pair(plain(term.left), plain(term.right))
    steps = tuple(step if isinstance(step, int) else plain(step) for step in term.steps)
    whole = term.name == INTRO and len(steps) == 2 and not {1, 2} & set(steps)
    return Pair(*steps) if whole else Spine(term.name, steps)


def test_what_is_written_is_read_back() -> None:
    rng = Random(2)
    for theorem in (draw(rng) for _ in range(500)):
        term = read_term(theorem.proof)
        assert plain(read_term(written(term, rng))) == term
    a, b = Spine("a"), Spine("b")
    assert read_term("fun a b => a.1 b.2 ⟨a, b, (b)⟩") == Function(
        "a", Function("b", Spine("a", (1, Spine("b", (2,)), Pair(a, Pair(b, b)))))
    )


@pytest.mark.parametrize(
    ("formula", "tree"),
    [
        ("p → q → p", ("→", "p", ("→", "q", "p"))),
        ("(p → q) → p", ("→", ("→", "p", "q"), "p")),
        ("p ∧ q ∧ p", ("∧", "p", ("∧", "q", "p"))),
        ("p ∧ q → q ∧ p", ("→", ("∧", "p", "q"), ("∧", "q", "p"))),
        ("p ∧ (q → p)", ("∧", "p", ("→", "q", "p"))),
        ("(p ∧ q) ∧ p", ("∧", ("∧", "p", "q"), "p")),
        ("((p))", "p"),
    ],
)
def test_formulas_group_as_in_lean(formula: str, tree) -> None:
    assert read_statement(f"theorem t (p q : Prop) : {formula} :=") == tree


@pytest.mark.parametrize(
    "text",
    [
        "fun a => a.1 a.2",
        " fun a => a.1 a.2\n",
        "fun a=> a.1 a.2",
        "fun a =>\n  (a.1) (a.2)",
        "(fun p => p.1 p.2)",
        "fun q7 => q7.1 q7.2",
        "fun t => ((t).1 t.2)",
    ],
)
def test_a_proof_may_be_written_in_several_ways(text: str) -> None:
    assert judged(MODUS_PONENS, text) == "passed"


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("p → (p → p) → p", "fun a f => f (f (f a))"),
        ("((p → p) → q) → q", "fun f => f fun a => a"),
        ("p → q → p", "fun a _ => a"),
        ("p → q → p", "fun a a0 => a"),
        ("p → q → q", "fun a a => a"),
        ("p → p ∧ p ∧ p", "fun a => ⟨a, a, a⟩"),
        ("p → p ∧ p", "fun a => And.intro a a"),
        ("p → p ∧ p", "fun a => (And.intro a) a"),
        ("(p → q ∧ p) → p → q", "fun f a => (f a).1"),
        ("(p ∧ q → q) → p → q → q", "fun f a b => f ⟨a, b⟩"),
        ("(p → q) → p → q", "fun f => f"),
    ],
)
def test_proofs_pass(statement: str, text: str) -> None:
    assert judged(f"theorem t (p q : Prop) : {statement} :=", text) == "passed"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "SyntaxError"),
        ("fun a => a", "TypeError"),
        ("fun a => a.2 a.1", "TypeError"),
        ("fun a => a.1", "TypeError"),
        ("fun a => a.1 a", "TypeError"),
        ("fun a => a.1 a.2 a.2", "TypeError"),
        ("fun a => ⟨a.1, a.2⟩", "TypeError"),
        ("fun a b => a.1 a.2", "TypeError"),
        ("fun a => b.1 b.2", "NameError"),
        ("fun _ => _", "SyntaxError"),
        ("fun a => t a", "NameError"),
        ("fun a => p", "NameError"),
        ("t", "NameError"),
        ("fun a => a.1 a.2 ⟩", "SyntaxError"),
        ("fun a => a.1 a.2) (a", "SyntaxError"),
        ("fun a => a.1 a.2\n\ntheorem u : q := fun a => a", "SyntaxError"),
        ("fun a => a.1 a.2 -- done", "SyntaxError"),
        ("fun a => a .1 a.2", "SyntaxError"),
        ("fun a => a.1 a. 2", "SyntaxError"),
        ("fun a => a.1(a.2)", "SyntaxError"),
        ("fun a => a.01 a.2", "SyntaxError"),
        ("fun a => a.1 a.22", "SyntaxError"),
        ("fun a => a.\uff11 a.2", "SyntaxError"),
        ("fun a => a.1 a.\uff12", "SyntaxError"),
        ("fun \u0430 => \u0430.1 \u0430.2", "SyntaxError"),  # Cyrillic
        ("fun a' => a'.1 a'.2", "SyntaxError"),
        ("fun A => A.1 A.2", "SyntaxError"),
        ("fun fun => fun", "SyntaxError"),
        ("fun => a", "SyntaxError"),
        ("fun (a : (p → q) ∧ p) => a.1 a.2", "SyntaxError"),
        ("fun a ↦ a.1 a.2", "SyntaxError"),
        ("fun ⟨a, b⟩ => a b", "SyntaxError"),
        ("fun a => a.1\ta.2", "SyntaxError"),
        ("fun a => a.1\u00a0a.2", "SyntaxError"),
        ("fun a => a.1 a.2\0", "SyntaxError"),
        ("fun a => a.1 a.2 \ud800", "SyntaxError"),
        ("(fun b => b) fun a => a.1 a.2", "SyntaxError"),
        ("fun a => ⟨a.1 a.2, a⟩.1", "SyntaxError"),
        ("fun a => (And.intro (a.1 a.2) a).1", "TypeError"),
        ("fun a => And.intro", "TypeError"),
        ("fun a => And.intro.1 a", "SyntaxError"),
        ("fun a => ⟨a.1 a.2⟩", "SyntaxError"),
        ("fun a => ⟨⟩", "SyntaxError"),
        ("by exact fun a => a.1 a.2", "SyntaxError"),
        ("sorry", "SyntaxError"),
        ("__import__('os').system('true')", "SyntaxError"),
    ],
)
def test_what_is_no_proof_fails(text: str, error: str) -> None:
    assert judged(MODUS_PONENS, text) == error


@pytest.mark.parametrize(
    "text",
    [
        "a" * 2**20,
        " " * 2**20,
        "fun a => a.1 a.2" + " " * 2**20,
        "(" * 2**20,
        "(" * (LENGTH // 2) + "a" + ")" * (LENGTH // 2 - 1),
        "⟨" * LENGTH,
        "fun a => " * (LENGTH // 9),
        "fun" + " a" * (LENGTH // 2 - 10) + " => a",
        "⟨" + "a," * (LENGTH // 2 - 10) + "a⟩",
        "fun a => a.1" + " a" * (LENGTH // 2 - 10),
        "fun a => a" + ".1" * (LENGTH // 2 - 10),
        "fun a => " + "a.1 (" * 700,
        "fun a => " + "f fun b => " * 300,
        "fun f => f " * 360,
        "\ud800" * LENGTH,
        "." * LENGTH,
    ],
)
def test_hostile_text_fails_at_once(text: str) -> None:
    started = time.process_time()
    assert judged(MODUS_PONENS, text) != "passed"
    assert time.process_time() - started < 0.25


def test_any_row_of_signs_is_refused_or_judged_as_by_unification() -> None:
    rng, signs = Random(0), "fun,a,b,_,=>,⟨,⟩,(,),.1,.2, , ,\n,And.intro,a0,p,→,∧,:,\t,é,a.1,b.2"
    choices = [*signs.split(","), ","]
    statements = ["p → p", "p → q → p", "p → p ∧ p", "p ∧ q → q ∧ p", "(p → q) → p → q"]
    formulas = [read_statement(f"theorem t (p q : Prop) : {text} :=") for text in statements]
    found = []
    for _ in range(15_000):
        length = rng.choice([1, 2, 3, 5, 8, 40, 400])
        text = f"fun a{rng.choice([' ', ' b '])}=> {''.join(rng.choices(choices, k=length))}"
        try:
            term = read_term(text)
        except SyntaxError:
            continue
        for formula in formulas:
            try:
                check(term, formula)
                found.append(True)
            except (NameError, TypeError):
                found.append(False)
            assert found[-1] == has_type(term, formula), (text, formula)
    assert sum(found) > 50
    assert len(found) > 500


def test_deepest_terms_pass_and_deeper_ones_fail() -> None:
    binders = [f"a{n}" for n in range(DEPTH - 2)]
    statement = f"theorem t (p : Prop) : {'p → ' * 40}p :="
    assert judged(statement, f"fun {' '.join(binders[:40])} => a0") == "passed"
    loop = "theorem t (p : Prop) : p → (p → p) → p :="
    deep = DEPTH - 4
    assert judged(loop, f"fun a f => {'f (' * deep}a{')' * deep}") == "passed"
    assert judged(loop, f"fun a f => {'f (' * DEPTH}a{')' * DEPTH}") == "SyntaxError"


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "theorem t : p → p :=",
        "theorem t (p : Prop) : p → q :=",
        "theorem t (p : Prop) : p → p",
        "theorem t (p : Type) : p → p :=",
        "theorem t (p : Prop) : p \u2228 p :=",
        "theorem t (p : Prop) : (p → p :=",
        "theorem t (p : Prop) : ∀ x, p :=",
        "theorem t (p q : Prop) : p → q := by sorry --:=",
        f"theorem t (p : Prop) : {'(' * 500}p{')' * 500} :=",
        f"theorem t (p : Prop) : {'p → ' * 5000}p :=",
    ],
)
def test_what_is_no_statement_is_refused_before_anything_is_drawn(statement: str, tmp_path) -> None:
    path = tmp_path / "theorems.jsonl"
    path.write_text(json.dumps({"task_id": "T/0", "prompt": statement, "proof": "fun a => a"}))
    (task,) = read_problem_file(path, "theorem").problems
    with pytest.raises(UserError, match="the prompt of T/0 must be a statement such as"):
        check_theorem(task)


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *(str(ROOT / a) if a.startswith("scripts") else a for a in arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
    )


def test_command_lines_judge_theorems(tmp_path: Path) -> None:
    tasks = [
        {"task_id": "T/0", "prompt": MODUS_PONENS, "proof": " fun a => a.1 a.2"},
        {"task_id": "T/1", "prompt": "theorem t (p : Prop) : p → p :=", "proof": "fun a => a"},
    ]
    (tmp_path / "theorems.jsonl").write_text("".join(json.dumps(t) + "\n" for t in tasks))
    entry = json.dumps({"kind": "theorem", "path": "theorems.jsonl"})
    make = ("scripts/problem_file.py", "--benchmark", entry, "--output", "problems.jsonl")
    assert command(tmp_path, *make).returncode == 0
    samples = [
        {"task_id": "T/0", "draw": 0, "completion": " fun x => x.1 x.2"},
        {"task_id": "T/0", "draw": 1, "completion": " fun x => x.2 x.1"},
        {"task_id": "T/0", "draw": 2, "completion": "(" * 2_000_000},
        {"task_id": "T/1", "draw": 0, "completion": "fun x => y"},
        {"task_id": "T/1", "draw": 1, "completion": ""},
    ]
    (tmp_path / "samples.jsonl").write_text("".join(json.dumps(s) + "\n" for s in samples))
    here = ("--benchmark", "problems.jsonl", "--samples", "samples.jsonl")
    done = command(tmp_path, "scripts/execute.py", *here, "--verdicts", "v.jsonl")
    assert done.returncode == 0, done.stderr
    verdicts = [json.loads(line) for line in (tmp_path / "v.jsonl").open()]
    assert [(v["outcome"], v["error"]) for v in verdicts] == [
        ("passed", None),
        ("failed", "TypeError"),
        ("failed", "SyntaxError"),
        ("failed", "NameError"),
        ("failed", "no answer"),
    ]
    metadata = json.loads((tmp_path / "v.meta.json").read_text())
    assert metadata["suite"] == "proof_term"
    assert metadata["limits"] == {"characters": LENGTH, "depth": DEPTH}
    done = command(tmp_path, "scripts/observe.py", *here, "--observations", "o.jsonl")
    assert done.returncode == 0, done.stderr
    marks = [tuple(json.loads(line)["outputs"]) for line in (tmp_path / "o.jsonl").open()]
    assert len(set(marks)) == 5 and marks[-1] == ()  # that of no answer
    assert json.loads((tmp_path / "o.meta.json").read_text())["signatures"]["of"] == "proofs"

    wrong = {**tasks[0], "proof": "fun a => a"}
    (tmp_path / "theorems.jsonl").write_text(json.dumps(wrong) + "\n")
    done = command(tmp_path, *make[:-1], "other.jsonl")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "error: theorems.jsonl: 1 of 1 tasks cannot be judged; correct them: the proof of T/0 is "
        "none (a proof of something else); correct it"
    )
