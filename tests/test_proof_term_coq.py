"""The checker of proof terms against Coq: both accept and refuse the same terms."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from proof_terms import terms

from passk.verifiers.proof_term import INTRO, Function, Pair, check

COUNT = 2000
"""Theorems; each comes with its proof and two mutants of it."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("coqc"), reason="Coq is not installed"),
]


def formula_in_coq(formula) -> str:
    if isinstance(formula, str):
        return formula
    connective = {"→": "->", "∧": "/\\"}[formula[0]]
    return f"({formula_in_coq(formula[1])} {connective} {formula_in_coq(formula[2])})"


def term_in_coq(term) -> str:
    if isinstance(term, Function):
        return f"(fun {term.name} => {term_in_coq(term.body)})"
    if isinstance(term, Pair):
        return f"(conj {term_in_coq(term.left)} {term_in_coq(term.right)})"
    text = "conj" if term.name == INTRO else term.name
    for step in term.steps:
        text = f"(proj{step} {text})" if isinstance(step, int) else f"({text} {term_in_coq(step)})"
    return text


def accepts(term, formula) -> bool:
    try:
        check(term, formula)
    except (NameError, TypeError):
        return False
    return True


def test_coq_accepts_and_refuses_the_same_terms(tmp_path: Path) -> None:
    lines, accepted = [], 0
    for formula, term in terms(COUNT, seed=7):
        right = accepts(term, formula)
        accepted += right
        # ``Fail`` makes a command that is refused succeed, and one that is accepted fail.
        lines.append(
            f"{'' if right else 'Fail '}Check (fun p q r s : Prop => "
            f"({term_in_coq(term)} : {formula_in_coq(formula)}))."
        )
    assert COUNT <= accepted < 0.6 * len(lines)
    (tmp_path / "terms.v").write_text("\n".join(lines) + "\n")
    done = subprocess.run(
        ["coqc", "-q", "terms.v"], cwd=tmp_path, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr[-2000:]
