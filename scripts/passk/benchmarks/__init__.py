"""What a task is, and how an answer is read out of a completion: one file a kind of benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """What the rest of the package knows of a kind of benchmark. Plain data.

    :ivar module: reads its problem files.
    :ivar suites: the tests that may judge its samples, each by one of
    ``passk.verifiers.VERIFIERS``.
    :ivar answers: the ways in which an answer is read out of a completion.
    """

    module: str
    suites: Mapping[str, str]
    answers: tuple[str, ...]


KINDS: dict[str, Kind] = {
    "human_eval": Kind(
        module="passk.benchmarks.human_eval",
        suites={"base": "assertions", "plus": "inputs_and_outputs"},
        answers=("verbatim", "markdown"),
    ),
}
"""The kinds of benchmark: a row here and a file of its own is all that one needs."""
