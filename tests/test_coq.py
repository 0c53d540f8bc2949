"""Coq judges: right proofs pass, and nothing else does. `make test-proofs` runs it."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

from passk.benchmarks import read_problem_file
from passk.benchmarks.proof import Theorem, proof_text, read_theorem
from passk.judging import open_verifier
from passk.records import Sample, UserError
from passk.verifiers import proof as proofs
from passk.verifiers.proof import Session, check_theorem

pytestmark = pytest.mark.skipif(
    not shutil.which("coqc"), reason="Coq is not installed: apt-get install coq"
)
SHIPPED = read_problem_file(ROOT / "resources/proofs/coq.jsonl", "proof")
LIMITS = proofs._limits(4, 1024)


def theorem(statement: str, header: str = "", **more: object) -> Theorem:
    line = {"task_id": "t", "language": "coq", "statement": statement, "header": header, **more}
    return read_theorem(line, 0, "here")


FALSE = theorem(
    "Theorem lie : forall n m : nat, n + m = m * n + 7.",
    "Require Import List Arith.\nImport ListNotations.",
)
TRUE = theorem("Theorem truth : forall n m : nat, n + m = m + n.", "Require Import Arith.")


@pytest.fixture(scope="module")
def session() -> Session:
    return Session("coq", None, LIMITS)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "work"
    place.mkdir()
    yield place
    assert not list(place.iterdir())


def test_every_shipped_theorem_has_a_right_proof_that_passes() -> None:
    assert len(SHIPPED.problems) >= 60
    for task in SHIPPED.problems:
        assert task.proof
        check_theorem(task)


WRONG = [
    "",
    " ",
    "Proof.",
    "Qed.",
    "auto.",
    "trivial.",
    "tauto.",
    "intros.",
    "reflexivity.",
    "intros n m",
    "intros n m. simpl. reflexivity.",
    "induction n; simpl; auto.",
    "lia.",
    "intros. { auto. }",
    "intros n m. - auto.",
    "exact I.",
    "exact (fun n m => eq_refl).",
    "apply foo.",
    "nonsense here.",
    "intros n m. destruct n. reflexivity.",
    "intros n m. apply Nat.add_comm. (* open",
    "The proof is by induction on n.",
    "\x00",
    "\ud800",
    "\U0001d561\U0001d563.",
    "(((((",
    "}}}}",
    "- - - - -",
    ".",
]


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_proof_fails(session: Session, folder: Path, text: str) -> None:
    found = session.judge(FALSE, text, folder)
    assert found.outcome == "failed"
    assert found.error and "\n" not in found.error and len(found.error) <= proofs.MOST_OF_ERROR


CHEATS = json.loads((ROOT / "tests/proofs/cheats.json").read_text())


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_is_refused_and_would_not_pass_if_it_were_not(
    session: Session, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The statement is false: what passes is a hole, in the lexer or behind it."""
    assert session.judge(FALSE, CHEATS[name], folder).outcome == "failed"
    monkeypatch.setattr(proofs.LANGUAGES["coq"], "plain", lambda text: text)
    assert session.judge(FALSE, CHEATS[name], folder).outcome != "passed"


def test_a_false_context_is_what_axioms_are_allowed_for(session: Session, folder: Path) -> None:
    header = "Axiom bad : forall n : nat, n = 0."
    statement = "Theorem one : 1 = 2."
    proof = "exact (eq_trans (bad 1) (eq_sym (bad 2)))."
    found = session.judge(theorem(statement, header), proof, folder)
    assert (found.outcome, found.error) == ("failed", "it uses axioms: bad")
    assert (
        session.judge(theorem(statement, header, axioms=["bad"]), proof, folder).outcome == "passed"
    )


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("repeat (pose proof I).", "timeout"),
        ("let rec f x := f (x, x) in f I.", "timeout"),
        ('do 1000000 idtac "' + "x" * 100 + '".', "timeout"),
        ("assert (2 ^ 1000 = 0) by (vm_compute; reflexivity).", None),
    ],
)
def test_what_does_not_end_is_ended(
    session: Session, folder: Path, text: str, outcome: str | None
) -> None:
    found = session.judge(TRUE, text, folder)
    assert found.outcome in ([outcome] if outcome else ["timeout", "crashed"])


def test_files_of_the_host_are_out_of_reach_even_behind_the_lexer(
    session: Session, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(proofs.LANGUAGES["coq"], "plain", lambda text: text)
    secret = tmp_path / "secret.v"
    secret.write_text("Definition found := 1.")
    proof = f'Abort. Load "{secret}". Print found. {TRUE.statement} apply Nat.add_comm.'
    assert session.judge(TRUE, proof, folder).outcome == "failed"
    proof = f'Redirect "{tmp_path}/written" Print nat. intros; apply Nat.add_comm.'
    session.judge(TRUE, proof, folder)
    assert not list(tmp_path.glob("written*"))


RIGHT = [
    "intros; apply Nat.add_comm.",
    "Proof. intros. ring. Qed.",
    "intros n m. now rewrite Nat.add_comm.",
    "exact Nat.add_comm.",
    '(* by the library (* nested *) " *) " *) exact Nat.add_comm.',
    "intros.\n all: swap 1 1.\n 1: apply Nat.add_comm.",
    "induction n as [|n IH].\n1: { auto. }\n{ intros m.\nsimpl. now rewrite IH, <- plus_n_Sm. }",
    "(intros; ring).",
    'idtac "Admitted.". intros; ring.',
    "intros n m.\n+ ring.\nDefined.",
    "Proof.\n  intros n m.\u00a0ring.\nQed.",
    "[> intros; ring ].",
]


@pytest.mark.parametrize("text", RIGHT)
def test_right_proofs_pass_in_several_styles(session: Session, folder: Path, text: str) -> None:
    found = session.judge(TRUE, text, folder)
    assert (found.outcome, found.error) == ("passed", None)


def test_a_model_that_proves_another_statement_proves_nothing(
    session: Session, folder: Path
) -> None:
    answer = "```coq\nTheorem lie : True.\nProof.\n  exact I.\nQed.\n```"
    found = session.judge(FALSE, proof_text(FALSE, answer, "markdown"), folder)
    assert found.outcome == "failed"


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (
            theorem("Theorem t : forall n, n = undefined."),
            "do not compile (The reference undefined",
        ),
        (theorem("Theorem t : True.", "Require Import Nowhere."), "do not compile (Cannot find"),
        (theorem("Theorem t : True.", "Section S."), "do not compile"),
        (theorem("Theorem t : True.", proof="auto. Qed. Qed."), "does not pass (refused"),
        (theorem("Theorem t : False.", proof="auto."), "does not pass"),
    ],
)
def test_what_cannot_be_judged_is_said_before_anything_is_sampled(task: Theorem, told: str) -> None:
    with pytest.raises(UserError) as error:
        check_theorem(task)
    assert told in str(error.value) and "\n" not in str(error.value)


def test_verdicts_come_in_order_and_a_proof_is_judged_once() -> None:
    benchmark = SHIPPED.first(3)
    tasks = {task.task_id: task for task in benchmark.problems}
    samples = [
        Sample(task, draw, tasks[task].proof if draw % 2 else "auto. auto. auto.")
        for task in tasks
        for draw in range(6)
    ]
    verifier = open_verifier(
        "proof_checker", "proof", benchmark, tasks, "verbatim", {"workers": 2}, total=len(samples)
    )
    found = list(verifier.verdicts(samples))
    assert [(one.task_id, one.draw) for one in found] == [(s.task_id, s.draw) for s in samples]
    assert [one.outcome for one in found] == ["failed", "passed"] * 9
    assert verifier.about["distinct_programs"] == 6
    assert json.dumps(verifier.about)
    signed = list(verifier.signatures(samples))
    assert [(one.task_id, one.draw) for one in signed] == [(s.task_id, s.draw) for s in samples]
    assert len({(one.task_id, one.outputs) for one in signed}) == 2 * len(tasks)


def test_what_is_left_is_ended_once_nobody_waits_for_it() -> None:
    (task,) = SHIPPED.first(1).problems
    verifier = open_verifier(
        "proof_checker", "proof", SHIPPED, [task.task_id], "verbatim", {"workers": 2}, total=9
    )
    endless = "repeat (pose proof I)."
    samples = [Sample(task.task_id, draw, endless + " " * draw) for draw in range(2)]
    begun = time.monotonic()
    with pytest.raises(UserError, match="no more"):
        for _ in verifier.verdicts(failing_after(samples)):
            pass
    assert time.monotonic() - begun < proofs.SECONDS


def failing_after(samples: list[Sample]) -> Iterator[Sample]:
    yield from samples
    raise UserError("no more samples")
