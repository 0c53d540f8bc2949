"""The rows of KINDS and VERIFIERS name what is there."""

from __future__ import annotations

from pkgutil import resolve_name

import pytest

from passk.benchmarks import DEFAULT_KIND, KINDS
from passk.verifiers import VERIFIERS


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_kind_names_functions_and_verifiers(kind) -> None:
    for name in (kind.reads, kind.extracts, *kind.packages.values(), kind.explains or kind.reads):
        assert callable(resolve_name(name)), name
    assert bool(kind.explains) == bool(kind.failures)
    assert kind.answers
    assert kind.suites and set(kind.suites.values()) <= set(VERIFIERS)


@pytest.mark.parametrize("verifier", VERIFIERS.values(), ids=VERIFIERS)
def test_verifier_names_functions_and_its_auditor(verifier) -> None:
    for name in filter(None, (verifier.opens, verifier.prepares)):
        assert callable(resolve_name(name)), name
    assert verifier.audited_by in ("", *VERIFIERS)
    assert bool(verifier.prepares) == ("expected" in verifier.options)


def test_files_that_say_no_kind_are_of_one_that_is_there() -> None:
    assert DEFAULT_KIND in KINDS
