"""Every sample of one model under one scoring, as HTML: a list of tasks, and a page for each.

A task's page has its prompt and each distinct program once, the most frequent first, with its
outcome, the draws that gave it and, where they say more than the program, the raw completions, in
which ``[prompt]`` and ``[program]`` stand for what the page shows already. The pages load nothing
and have no script: a browser opens one task at a time, from a local file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from passk.analyses.draws import Draw, excerpt
from passk.benchmarks import Task
from passk.page.render import template
from passk.records import OUTCOMES

MOST_CHARACTERS = 20_000
"""Of a program or a completion; what follows is counted."""


@dataclass(frozen=True, slots=True)
class Program:
    """A distinct program: what follows the prompt, or all of it where it does not begin with that.

    ``completions`` are the distinct raw texts that gave it, each with its draws.
    """

    prompt: str
    text: str
    outcome: str
    ended: str
    completions: Mapping[str, Sequence[int]]

    @property
    def count(self) -> int:
        """How many draws gave it."""
        return sum(map(len, self.completions.values()))

    @property
    def raw(self) -> list[tuple[str, str]]:
        """Draws and raw completion, where a completion says more than the program."""
        found = [
            (in_ranges(draws), shown(self._without_program(text)))
            for text, draws in self.completions.items()
        ]
        return [] if [text for _, text in found] == ["[program]"] else found

    def _without_program(self, completion: str) -> str:
        for known, name in ((self.text, "[program]"), (self.prompt, "[prompt]")):
            if known.strip():  # on lines of its own: a final answer may stand anywhere
                completion = _named(completion, known.strip("\n").rstrip(), name)
        return completion

    @property
    def draws(self) -> str:
        """The draws that gave it, such as ``0-3, 17``."""
        return in_ranges(sorted(draw for draws in self.completions.values() for draw in draws))


def _named(text: str, known: str, name: str) -> str:
    """``text`` with ``name`` for ``known``, where that first stands on lines of its own.

    No regular expression: a task has thousands of programs, and compiling one takes longest.
    """
    start = text.find(known)
    while start >= 0:
        before, rest = text[:start], text[start + len(known) :].lstrip(" \t")
        if before[-1:] in ("", "\n") and rest[:1] in ("", "\n"):
            return before + name + rest
        start = text.find(known, start + 1)
    return text


def programs(
    problem: Task, draws: Iterable[Draw], extract: Callable[[Any, str], str]
) -> list[Program]:
    """The distinct programs of one task, the most frequent first; equal ones in the draws' order.

    A program that was judged in several ways, once in each.
    """
    found: dict[tuple[str, str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in draws:
        text = extract(problem, one.completion).removeprefix(problem.prompt)
        found[text, one.outcome, one.ended][one.completion].append(one.draw)
    every = [Program(problem.prompt, *key, completions) for key, completions in found.items()]
    return sorted(every, key=lambda program: -program.count)


def pages(
    title: str,
    problems: Sequence[Task],
    draws: Mapping[str, Sequence[Draw]],
    extract: Callable[[Any, str], str],
    report: str | None = None,
) -> Iterator[tuple[str, str]]:
    """The names and texts of the files: each task's, and at last ``index.html``.

    ``extract`` reads the program out of a problem and a completion; ``report`` is the address of
    the page that they belong to.
    """
    tasks = [problem for problem in problems if draws.get(problem.task_id)]
    names = {problem.task_id: f"{problem.index:04d}.html" for problem in tasks}
    rows = []
    for place, problem in enumerate(tasks):
        own = draws[problem.task_id]
        distinct = programs(problem, own, extract)
        counts = {o: sum(one.outcome == o for one in own) for o in OUTCOMES}
        rows.append((problem.task_id, names[problem.task_id], len(own), counts, distinct))
        neighbours = [tasks[i] if 0 <= i < len(tasks) else None for i in (place - 1, place + 1)]
        yield (
            names[problem.task_id],
            template("samples_task.html.j2").render(
                title=title,
                report=report,
                problem=problem,
                prompt=shown(problem.prompt),
                counts=counts,
                n=len(own),
                programs=distinct,
                shown=shown,
                neighbours=[one and (one.task_id, names[one.task_id]) for one in neighbours],
            ),
        )
    index = template("samples_index.html.j2")
    yield "index.html", index.render(title=title, report=report, rows=rows)


def shown(text: str) -> str:
    """``text``, readable and at most so long."""
    return excerpt(text, MOST_CHARACTERS)


def in_ranges(numbers: Iterable[int]) -> str:
    """``0-3, 17`` of ascending numbers."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in spans)
