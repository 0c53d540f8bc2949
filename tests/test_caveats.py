"""What the page warns of follows from what judged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

from passk.experiment import Experiment, Scoring
from passk.page.caveats import limits
from passk.page.render import title_of
from passk.verifiers import VERIFIERS

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())
PROOFS = Scoring("proof_term", "verbatim")


def told(name: str) -> dict[str, str]:
    return dict(limits(Experiment(name, CONFIG), Path()))


def test_an_exact_verifier_makes_coverage_what_a_user_gets() -> None:
    found = told("demo-proofs")["Someone has to check"]
    assert "no false positives" in found
    assert "pass@k is what a user gets" in found
    assert "HumanEval's base tests, for one, let wrong programs pass" in found


def test_tests_promise_no_such_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("demo", "demo-plus"):
        assert "false positives" not in told(name)["Someone has to check"]
    (verifier,) = Experiment("demo-proofs", CONFIG).verifiers
    assert verifier is VERIFIERS["proof_term"]
    inexact = {"proof_term": type(verifier)(opens=verifier.opens)}
    monkeypatch.setattr("passk.experiment.VERIFIERS", VERIFIERS | inexact)
    assert "false positives" not in told("demo-proofs")["Someone has to check"]


def test_where_no_program_runs_nothing_is_said_of_programs() -> None:
    programs = {"The sandbox", "How a completion becomes a program"}
    assert programs <= set(told("demo"))
    assert not programs & set(told("demo-proofs"))
    assert "A demonstration" in told("demo-proofs")


def test_a_scoring_is_called_by_what_judges() -> None:
    assert (
        title_of(Experiment("demo-proofs", CONFIG), PROOFS) == "a checker of proofs, read verbatim"
    )
    demo = Experiment("demo-plus", CONFIG)
    assert [title_of(demo, scoring) for scoring in demo.scorings] == [
        "the benchmark's own tests, read verbatim",
        "the stronger tests, read verbatim",
    ]


def test_no_caption_of_proofs_speaks_of_tests() -> None:
    for name in Experiment("demo-proofs", CONFIG).analyses(PROOFS):
        caption = ROOT / f"scripts/passk/analyses/{name}/caption.rst"
        assert not re.search(r"\btests\b", caption.read_text()), name


def test_of_proofs_one_is_selected_only_where_that_is_asked_for() -> None:
    experiment = Experiment("demo-proofs", CONFIG)
    assert "selection" not in experiment.analyses(PROOFS)
    assert "pass_at_k" in experiment.analyses(PROOFS)
    experiment.entry["analyses"] = ["selection"]
    try:
        assert experiment.analyses(PROOFS) == ["selection"]
        assert experiment.not_made(PROOFS) == {}
    finally:
        del experiment.entry["analyses"]
