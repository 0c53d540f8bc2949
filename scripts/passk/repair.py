"""A round of repair: each draw that fails an example of its prompt is drawn again, and shown what
it was and what is wrong with it.

A round is a sampling entry of its own, with ``repair: {of: …}``. Draw d of it continues draw d of
the entry that it names, so that a *chain* of rounds is one draw: it has one verdict, that on its
last program, and a cost, that of all its rounds, and the estimator of pass@k holds on chains as it
does on samples. A chain stops where its program passes the examples that its prompt shows; of a
task without examples nothing is known, and it stops at once. What has stopped is carried over as it
is, so that a round has a sample for each draw.

What the model is given is one text (:data:`TEMPLATES`, or the entry's own): in a chat one message
of the user's, whatever was said before. Programs are cut at :data:`MOST` characters, and characters
that cannot be printed are replaced: they are the model's own text, and it may be hostile. A text
that leaves no room in the model's context is not given: that chain stops, too.

Not covered: which of several feedbacks is best, rounds that see more than the last program, and
whether what the examples accept is right: that is the tests' to say, which play no part here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from passk.benchmarks import Benchmark
from passk.engines import Request
from passk.engines.prompts import text_of
from passk.records import (
    Sample,
    Snapshot,
    UserError,
    metadata_path,
    read_metadata,
    read_samples,
)
from passk.verifiers.feedback import Feedback, read_feedback

TEMPLATES = {
    "chat": (
        "{prompt}\n\nThis was an answer:\n\n```python\n{program}\n```\n\n{feedback} Write a right "
        "answer, in the form that was asked for."
    ),
    "completion": "{program}\n# {feedback}\n{prompt}",
}
"""What the model is given, by the kind of prompt: ``{prompt}`` is what it was given of the problem
at first, ``{program}`` the last program, ``{feedback}`` what is wrong with it."""
PLACES = ("{program}", "{feedback}")  # that every template has
MOST = 6000
"""Characters of a program that are shown."""
FAILS = "It fails an example."
"""What is said of a program where no more is to be said."""
FIRST, NONE, OTHER = "first_failing_example", "none", "another_tasks"
FEEDBACK = (FIRST, NONE, OTHER)
Key = tuple[str, int]


@dataclass(slots=True)
class Round:
    """What is to be drawn in a round: the ``texts`` that the model is given, by task and draw; and
    what is ``carried`` over.

    ``made_from``: the sha256 of what was read; ``counts``: how many are drawn, and why others not.
    """

    template: str
    made_from: Mapping[str, str]
    texts: dict[Key, str] = field(default_factory=dict)
    carried: dict[Key, Sample] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def leave_out(self, last: Mapping[Key, Sample], fits: Callable[[str], bool]) -> None:
        """Carry over what is too long for the model: ``last`` has the samples of the round
        before."""
        long = [key for key, text in self.texts.items() if not fits(text)]
        for key in long:
            del self.texts[key]
            self.carried[key] = last[key]
        self.counts |= {"drawn": len(self.texts), "too_long": len(long)}

    def requests(
        self, benchmark: Benchmark, draws: range, done: Mapping[Key, Any]
    ) -> list[Request]:
        """What is still to be drawn: a request a draw, since each has a text of its own."""
        return [
            Request(replace(problem, prompt=self.texts[problem.task_id, draw]), draw, draw)
            for problem in benchmark.problems
            for draw in draws
            if (problem.task_id, draw) in self.texts and (problem.task_id, draw) not in done
        ]

    @property
    def carried_tokens(self) -> int | None:
        """Of the samples that are carried over; None where one is unknown."""
        tokens = [sample.tokens for sample in self.carried.values()]
        return None if None in tokens else sum(tokens)


def given_to_engine(sampling: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that an engine draws a round with: its texts are whole, without a template."""
    return {key: value for key, value in sampling.items() if key not in ("template", "repair")}


def template_of(sampling: Mapping[str, Any]) -> str:
    """The template of a round's texts."""
    return sampling["repair"].get("template", TEMPLATES[sampling["prompt"]])


def read_round(
    sampling: Mapping[str, Any], benchmark: Benchmark, draws: range, parent: Path, feedback: Path
) -> tuple[Round, dict[Key, Sample]]:
    """The round that continues the samples in ``parent``, with the ``feedback`` on them; and these
    samples.

    :raises UserError: files that are damaged, of another benchmark, of other draws, or do not
        belong together.
    """
    snapshot = Snapshot([parent, feedback])
    of, on = (read_metadata(metadata_path(path), path) for path in (parent, feedback))
    if on.get("samples_sha256") != of["sha256"] or on.get("answer") != sampling["repair"]["answer"]:
        raise UserError(
            f"{feedback} is not on {parent} as they are now (another sha256, or another reading): "
            f"delete {feedback} and run again"
        )
    if of.get("benchmark_sha256") != benchmark.sha256:
        raise UserError(
            f"{parent} was drawn for another benchmark (its sha256 differs); delete it, run again"
        )
    last = {(one.task_id, one.draw): one for one in snapshot.read(parent, read_samples)}
    said = {(one.task_id, one.draw): one for one in snapshot.read(feedback, read_feedback)}
    wanted = {(problem.task_id, draw) for problem in benchmark.problems for draw in draws}
    if not wanted == last.keys() == said.keys():
        raise UserError(
            f"{parent} or {feedback} has not the draws {draws.start} to {draws.stop - 1} of every "
            "task; delete both and run again"
        )
    found = Round(
        template_of(sampling),
        {"samples_sha256": of["sha256"], "feedback_sha256": on["sha256"]},
    )
    _fill(found, sampling, benchmark, draws, last, said)
    return found, last


def _fill(
    found: Round,
    sampling: Mapping[str, Any],
    benchmark: Benchmark,
    draws: Sequence[int],
    last: Mapping[Key, Sample],
    said: Mapping[Key, Feedback],
) -> None:
    repair = sampling["repair"]
    tasks = [problem.task_id for problem in benchmark.problems]
    for place, problem in enumerate(benchmark.problems):
        for draw in draws:
            key = problem.task_id, draw
            if said[key].passed is not False:
                found.carried[key] = last[key]
                continue
            others = (said[task, draw] for task in (*tasks[place + 1 :], *tasks[:place]))
            program = benchmark.extract(problem, last[key].completion, repair["answer"])
            found.texts[key] = text(
                found.template,
                text_of(problem.prompt, dict(sampling)),
                program,
                _feedback(repair.get("feedback", FIRST), said[key], others),
            )
    found.counts = {
        "drawn": len(found.texts),
        "passed": sum(one.passed is True for one in said.values()),
        "without_examples": sum(one.passed is None for one in said.values()),
        "too_long": 0,
    }


def _feedback(kind: str, own: Feedback, others: Iterator[Feedback]) -> str:
    """What is said of a program; another task's is that of the next task whose draw of the same
    number fails."""
    if kind == NONE:
        return FAILS
    if kind == OTHER:
        return next((one.feedback for one in others if one.feedback), FAILS)
    return own.feedback or FAILS


def text(template: str, prompt: str, program: str, feedback: str) -> str:
    """What the model is given, with nothing in it that only looks like a place of the template."""
    values = {"prompt": prompt, "program": readable(program).rstrip(), "feedback": feedback}
    return re.sub(r"\{(prompt|program|feedback)\}", lambda match: values[match[1]], template)


def readable(program: str) -> str:
    """A program's first :data:`MOST` characters, with those replaced that cannot be printed."""
    shown = program if len(program) <= MOST else f"{program[:MOST]}\n# ..."
    return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in shown)
