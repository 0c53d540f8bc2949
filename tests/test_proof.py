"""What a proof may be and how it is read: without any checker of proofs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ROOT

from passk.benchmarks import Benchmark, coq, lean, read_problem_file, write_problem_file
from passk.benchmarks.coq import Refused
from passk.benchmarks.proof import Theorem, proof_text, read_theorem
from passk.records import UserError
from passk.verifiers import proof

COQ = {"task_id": "c", "language": "coq", "statement": "Theorem t : forall n, n = n."}
LEAN = {"task_id": "l", "language": "lean", "statement": "theorem t (n : Nat) : n = n := by"}


def read(line: dict[str, object]) -> Theorem:
    return read_theorem(line, 0, "here")


def refused(texts: object, text: str) -> str:
    with pytest.raises(Refused) as error:
        texts.plain(text)
    return str(error.value)


def test_a_theorem_is_read_with_what_it_may_lack() -> None:
    task = read(COQ)
    assert (task.name, task.header, task.proof, task.axioms) == ("t", "", "", ())
    assert task.prompt == "Theorem t : forall n, n = n.\nProof.\n"
    task = read({**COQ, "header": "Require Import Arith.", "axioms": ["a"]})
    assert task.prompt.startswith("Require Import Arith.\nTheorem")
    assert task.axioms == ("a",)
    assert read({**COQ, "prompt": "Prove it."}).prompt == "Prove it."
    assert read(LEAN).prompt == "theorem t (n : Nat) : n = n := by\n"


def test_a_problem_file_is_read_back_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "problems.jsonl"
    benchmark = Benchmark((read({**COQ, "axioms": ["a", "b"]}),), 1, "proof")
    file.write_text(write_problem_file(benchmark))
    assert read_problem_file(file) == benchmark
    assert read_problem_file(file).sha256 == benchmark.sha256


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"language": "isabelle"}, "here: there is no checker for the language 'isabelle'"),
        ({"statement": None}, "has no text 'statement'"),
        ({"statement": "Definition t := 1."}, "must begin with one of Theorem"),
        ({"statement": "(* Theorem t : True."}, "a comment is not closed"),
        ({"statement": "Goal True."}, "must begin with one of Theorem"),
        ({"axioms": "all"}, "'axioms' must be a list"),
        ({"proof": 1}, "has no text 'proof'"),
        ({"language": "lean"}, "must begin with theorem or lemma"),
    ],
)
def test_a_line_that_is_no_theorem_is_one_sentence(change: dict[str, object], told: str) -> None:
    with pytest.raises(UserError) as error:
        read({**COQ, **change})
    assert told in str(error.value) and "\n" not in str(error.value)


def test_minif2f_lines_are_read_as_they_are() -> None:
    line = {
        "name": "mathd_algebra_1",
        "split": "test",
        "formal_statement": "theorem mathd_algebra_1 (x : \u211d) (h : x = 1) : x + 1 = 2 := by\n"
        "  sorry",
        "header": "import Mathlib\nopen Real\n",
        "informal_prefix": "/-- Show it. -/\n",
    }
    task = read(line)
    assert (task.task_id, task.language, task.name) == (
        "mathd_algebra_1",
        "lean",
        "mathd_algebra_1",
    )
    assert "sorry" not in task.prompt
    assert "\n/-- Show it. -/\ntheorem" in task.prompt and "Show" not in task.statement
    file = lean.candidate(task.header, task.statement, lean.plain("linarith"))
    assert file.endswith("x + 1 = 2 := by\n  linarith\n")


# Coq


def test_what_is_given_to_coq_has_no_comments_and_no_edges() -> None:
    text = 'Proof.\n  intros. (* a (* b *) " *) " *)\n  auto. (* done *)\nQed.'
    assert coq.plain(text).split() == ["intros.", "auto."]
    file = coq.candidate("H.", "Theorem t : True.", coq.plain("Defined."))
    assert file == "H.\nTheorem t : True.\nProof.\n\nQed.\n"


@pytest.mark.parametrize(
    "text",
    [
        "auto.",
        "- auto.\n-- auto.\n* auto.",
        "{ auto. }",
        "1: { auto. }",
        "[x]: { auto. }",
        "all: auto.",
        "1,3-4: auto.",
        "(auto; auto).",
        "[> auto | auto ].",
        "rewrite Nat.add_comm.",
        "exact (fun x => x.(field)).",
        "exact (match n with O => a | S _ => b end).",
        'idtac "Admitted. (* ".',
        "induction n as [|n' IH'].",
        "pose (Set := Type). auto.",
        "intros \u03b1 \u03b2; apply \u03b1.",
        "now destruct x as [[] | ?].",
        "rewrite <- H in *; lia.",
        "set (x := 1). (* {| *) cbn.",
        "idtac.(* Coq reads no comment here *) auto.",
    ],
)
def test_tactics_of_coq_are_let_through(text: str) -> None:
    assert coq.plain(text) == coq.without_comments(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "there is no proof"),
        ("(* nothing *)", "there is no proof"),
        ("auto", "ends within a sentence"),
        ("auto. simpl", "ends within a sentence"),
        ("auto. (* a", "a comment is not closed"),
        ('idtac "a', "a string is not closed"),
        ("auto. Qed. Qed.", "Qed begins no tactic"),
        ("auto. Qed. Theorem x : True. auto. Qed.", "Qed begins no tactic"),
        ("Proof. Proof. auto.", "Proof begins no tactic"),
        ("Proof with auto. intros...", "Proof begins no tactic"),
        ("- Admitted.", "Admitted is refused"),
        ("{ Abort. }", "Abort begins no tactic"),
        ("1: { Set Printing All. }", "Set begins no tactic"),
        ("all: Set Printing All.", "Set begins no tactic"),
        ("[x]: Fail auto.", "Fail begins no tactic"),
        ("(* *) Set (* *) Universe Polymorphism.", "Set begins no tactic"),
        ('(* " *) " *) Axiom a : False.', "Axiom is refused"),
        ("#[local] auto.", "attribute"),
        ("auto #[x].", "attribute"),
        ("@auto.", "@ begins no tactic"),
        ("exact ltac:(admit).", "ltac is refused"),
        ("exact Coq.admit.", "admit is refused"),
        ("exact x.admit.", "admit is refused"),
        ("par: auto.", "par is refused"),
        ("timeout 1 auto.", "timeout is refused"),
        ("auto.\x00", "character"),
        ("auto.\u2028", "character"),
        ("auto.\u200b Set.", "character"),
        ("auto.\ue000 Set.", "character"),
        ("auto.\ud800 Set.", "character"),
    ],
)
def test_what_is_no_tactic_of_coq_is_refused(text: str, told: str) -> None:
    assert told in refused(coq, text)


def test_hostile_text_is_read_in_linear_time() -> None:
    for text in ("(*" * 20_000, "{ " * 20_000, "1: {" * 10_000, '"' * 20_001, "a." * 20_000):
        refused(coq, text + " Qed. Qed.")
    for text in ("/-" * 20_000, '"\\' * 20_000, "'" * 20_000, "r" + "#" * 20_000):
        try:
            lean.plain(text)
        except Refused:
            continue


@pytest.mark.parametrize(
    ("output", "found"),
    [
        ("t\n     : True\nClosed under the global context\n", ("t\n     : True\n", set())),
        (
            "t\n     : True\nAxioms:\nCandidate.a : False\nClassical_Prop.classic\n"
            "  : forall P : Prop, or P (not P)\n",
            ("t\n     : True\n", {"a", "Classical_Prop.classic"}),
        ),
    ],
)
def test_axioms_of_coq_are_read(output: str, found: tuple[str, set[str]]) -> None:
    assert coq.answer(output, "t") == found


@pytest.mark.parametrize(
    "output",
    [
        "",
        "t\n     : True\n",
        "t\n     : True\nAxioms:\nt is assumed to be guarded.\n",
        "t\n     : True\nAxioms:\nt relies on an unsafe hierarchy.\n",
        "t\n     : True\nAxioms:\na : False\nTheory:\nType hierarchy is collapsed\n",
        "t\n     : True\nClosed under the global context\nand more\n",
        "t\n     : True\nSection Variables:\na : False\n",
    ],
)
def test_what_reads_otherwise_is_no_list_of_axioms(output: str) -> None:
    with pytest.raises(ValueError):
        coq.answer(output, "t")


# Lean


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("rfl", "  rfl"),
        ("  intro n\n  rfl\n", "  intro n\n  rfl"),
        ("simp -- by simp\nlinarith", "  simp          \n  linarith"),
        ("/- a /- b -/ c -/ rfl", "                    rfl".replace(" " * 20, " " * 20)),
        ("  set_option maxHeartbeats 400000 in\n  nlinarith [sq_nonneg (a - b)]", None),
        ("  exact h.end", None),
        ("  rcases h with ⟨x, hx'⟩\n  · exact hx'.le", None),
        ("  exact (by decide : 'a' ≠ 'b')", None),
        ('  exact absurd h (by simp : "a" ≠ "b\\"")', None),
        ("  have h₁ : x = 1 := by omega\n  simpa using h₁", None),
    ],
)
def test_tactics_of_lean_are_let_through(text: str, given: str | None) -> None:
    found = lean.plain(text)
    assert found.split() == (given or text).split()
    assert all(line.startswith(" ") for line in found.split("\n"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sorry", "sorry"),
        ("  admit", "admit"),
        ("stop simp", "stop"),
        ("native_decide", "native_decide"),
        ("decide +native", "native"),
        ("exact Lean.ofReduceBool _ _ rfl", "ofReduceBool is refused"),
        ("rfl\naxiom bad : False", "axiom"),
        ("rfl\n  theorem t2 : False := by", "theorem"),
        ("rfl\nend", "end is refused"),
        ("rfl\nnamespace A", "namespace"),
        ("rfl\n@[simp] def x := 1", "attribute"),
        ("rfl\nattribute [simp] x", "attribute"),
        ('rfl\nlocal notation "a" => b', "local"),
        ('rfl\nmacro "x" : tactic => `(tactic| rfl)', "macro"),
        ("rfl\ninstance : Add Nat := ⟨Nat.mul⟩", "instance"),
        ("rfl\n#eval 1", "command #eval"),
        ("rfl\n#print axioms t", "command #print"),
        ("set_option autoImplicit true in rfl", "option"),
        ("set_option debug.skipKernelTC true in\n  rfl", "option"),
        ("set_option maxHeartbeats 0 in rfl", "option"),
        ("set_option maxHeartbeats 99999999 in rfl", "option"),
        ("rfl\nunsafe def x := 1", "unsafe"),
        ("rfl\nopaque x : Nat", "opaque"),
        ("run_tac Lean.Elab.admitGoal g", "run_tac"),
        ("exact (by_elab return x)", "by_elab"),
        ("exact Lean.Elab.x", "Lean.Elab.x is refused"),
        ("exact IO.getStdout", "IO.getStdout"),
        ("exact _root_.Lean.x", "is refused"),
        ("open Lean in rfl", "open"),
        ("exact «sorry»", "« is refused"),
        ('exact r#"a"#', "is refused"),
        ('exact s!"{x}"', "string"),
        ('exact "{x}"', "string"),
        ('exact "a', "string"),
        ("/- a /- -/", "a comment is not closed"),
        ("", "there is no proof"),
        ("-- nothing", "there is no proof"),
        ("\trfl", "character"),
        ("rfl\u00a0", "character"),
        ("have h : '\"' = '\"' := rfl; sorry; exact \"\"", "character"),
        ("first | exact id ''\"'\" | (run_tac Lean.anything); have := '\"'", "character"),
        ("exact foo 1axiom bad : False", "axiom"),
        ("exact h'-- x\nsorry", "sorry"),
        ('exact "--"; sorry', "sorry"),
        ("/-- doc -/ rfl\n/-! mod -/ sorry", "sorry"),
        ("elab_rules : tactic", "elab_rules"),
    ],
)
def test_what_may_be_no_part_of_a_proof_of_lean_is_refused(text: str, told: str) -> None:
    assert told in refused(lean, text)


def messages(*texts: str) -> str:
    return "".join(json.dumps({"severity": "information", "data": text}) + "\n" for text in texts)


@pytest.mark.parametrize(
    ("text", "axioms"),
    [
        ("'t' does not depend on any axioms", set()),
        ("'t' depends on axioms: [propext]", {"propext"}),
        (
            "'t' depends on axioms: [propext,\n Classical.choice,\n Quot.sound]",
            {"propext", "Classical.choice", "Quot.sound"},
        ),
        ("'t' depends on axioms: [propext, sorryAx]", {"propext", "sorryAx"}),
    ],
)
def test_axioms_of_lean_are_read(text: str, axioms: set[str]) -> None:
    assert lean.answer(messages("@t : True", text), "t") == ("@t : True", axioms)


@pytest.mark.parametrize(
    "output",
    [
        "",
        "'t' does not depend on any axioms",
        messages("'t' does not depend on any axioms"),
        messages("@t : True", "'u' does not depend on any axioms"),
        messages("forged", "@t : True", "'t' does not depend on any axioms"),
        "[1]\n[2]\n",
    ],
)
def test_what_reads_otherwise_is_no_list_of_lean_axioms(output: str) -> None:
    with pytest.raises(ValueError):
        lean.answer(output, "t")


def test_sorry_is_no_axiom_that_lean_may_use() -> None:
    assert proof.CHECKERS["lean"].axioms == {"propext", "Classical.choice", "Quot.sound"}
    assert proof.CHECKERS["coq"].axioms == set()


# Reading an answer


@pytest.mark.parametrize(
    ("line", "completion", "found"),
    [
        (COQ, "```coq\nProof.\nauto.\nQed.\n```", "Proof.\nauto.\nQed."),
        (
            COQ,
            "Sure:\n```coq\nTheorem t : True.\nProof. auto. Qed.\n```\nDone.",
            "Proof. auto. Qed.",
        ),
        (
            COQ,
            "```coq\nTheorem t : forall n, n = n.\nProof. auto. Qed.\nCheck t.\n```",
            "Proof. auto. Qed.",
        ),
        (COQ, "```\nTheorem t' : True. auto. Qed.\n```", "Theorem t' : True. auto. Qed."),
        (COQ, "<think>admit.</think>\n```\nauto.\n```", "auto."),
        (COQ, "<think>auto.", ""),
        (COQ, "```python\nx\n```\n```coq\nauto.\n```", "auto."),
        (COQ, "```coq\nsimpl.\n```\nBetter:\n```coq\nauto.\n```", "auto."),
        (COQ, "auto. Qed. And so on.", "auto. Qed."),
        (COQ, "```coq\n(* Theorem t : no. *) Theorem t : a. auto. Qed.\n```", "auto. Qed."),
        (LEAN, "```lean4\ntheorem t (n : Nat) : n = n := by\n  rfl\n```", "rfl"),
        (
            LEAN,
            "```lean\ntheorem t (h : x = (1 : Nat) := by simp) : True := trivial\n```",
            "exact trivial",
        ),
        (LEAN, "```lean\nrfl\n```", "rfl"),
        (LEAN, "  rfl", "rfl"),
    ],
)
def test_markdown_takes_the_proof_alone(
    line: dict[str, object], completion: str, found: str
) -> None:
    assert proof_text(read(line), completion, "markdown").strip() == found


def test_verbatim_is_the_completion_as_it_came() -> None:
    assert proof_text(read(COQ), "```\nauto.\n```", "verbatim") == "```\nauto.\n```"
    with pytest.raises(ValueError):
        proof_text(read(COQ), "", "boxed")


@pytest.mark.parametrize("line", [COQ, LEAN])
def test_no_completion_is_too_odd_to_be_read(line: dict[str, object]) -> None:
    for text in (
        "",
        "```",
        "```coq",
        "\ud800",
        "\x00",
        "<think>" * 1000,
        "(*" * 10_000,
        "`" * 10_000,
    ):
        assert isinstance(proof_text(read(line), text, "markdown"), str)


def test_a_checker_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UserError, match="the checker coqc is not installed; on Debian"):
        proof.Session("coq", None, proof._limits(1, 512))
    with pytest.raises(UserError, match="the checker lake is not installed; see docs/proofs"):
        proof.Session("lean", None, proof._limits(1, 512))


def test_the_shipped_theorems_are_refused_nothing() -> None:
    benchmark = read_problem_file(ROOT / "resources/proofs/coq.jsonl", "proof")
    assert len(benchmark.problems) >= 60
    for task in benchmark.problems:
        coq.plain(task.proof)
