"""What the report page says of this analysis."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from passk.analyses.readings.table import (
    ALL,
    ANY,
    DECIDED,
    DIFFERENCE,
    FENCE,
    NO_FENCE,
    ONLY,
    OUTCOME,
    PASSES,
    SAMPLES,
    TASK,
    UNNAMED,
)
from passk.analyses.view import Curves, View, interval, points, share, signed
from passk.curve import percent
from passk.words import agreeing, counted

TITLE = "What was read"
QUESTION = "What did the model write, and what does the reading decide?"
EMPTY = "There are no samples."
MOST_NAMES = 5
READ = ("passed", "unpassed")


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`."""
    text = [_samples(table), _fences(table)]
    readings = list(dict.fromkeys(table[table.group == OUTCOME].reading))
    text += [_unread(table, reading) for reading in readings]
    if len(readings) > 1:
        text += [_decided(table), *_only(table, readings)]
    text.append("Shares are means over tasks, their 95 % intervals over tasks.")
    return " ".join(filter(None, text))


def _samples(table: pd.DataFrame) -> str:
    of = table[table.group == SAMPLES].set_index("name")
    number = {name: of.samples[name] for name in of.index}
    every = int(number["all"])
    words = [agreeing(number["empty"], "is empty", "are empty")]
    unknown = int(number["unknown"])
    if math.isnan(number["cut"]):
        words.append("how many were cut off at the limit of tokens is not recorded")
    else:
        of_known = f" (of {every - unknown:,} whose end is recorded)" if unknown else ""
        cut = "cut off at the limit of tokens"
        words.append(agreeing(number["cut"], f"was {cut}", f"were {cut}") + of_known)
    words.append(agreeing(number["refusal"], "refuses", "refuse"))
    return f"Of {counted(every, 'sample')}, {words[0]}, {words[1]}, and {words[2]}."


def _fences(table: pd.DataFrame) -> str:
    found = table[(table.group == FENCE) & (table.samples > 0)]
    if found.empty or list(found.name) == [NO_FENCE]:
        return ""
    said = {row.name_: f"{percent(row.value)} %" for row in _renamed(found)}
    none = said.pop(NO_FENCE, "")
    named = [f"{'no language' if name == UNNAMED else name} in {of}" for name, of in said.items()]
    rest = f"; {none} have no fence" if none else ""
    return f"The first fence names {', '.join(named)}{rest}."


def _unread(table: pd.DataFrame, reading: str) -> str:
    """Of how many samples nothing was read, and the most frequent reason."""
    rows = table[(table.group == OUTCOME) & (table.reading == reading)]
    unread = rows[~rows.name.isin(READ)]
    number = int(unread.samples.sum())
    if not number:
        return f"Read as {reading}, every sample has an answer."
    most = next(_renamed(unread.sort_values("samples", ascending=False, kind="stable")))
    have = agreeing(number, "has no answer", "have no answer")
    words = f"Read as {reading}, {have} ({share(unread.value.sum())} %)"
    words += f", most often: {most.words} ({int(most.samples):,}"
    return f"{words}{f', {int(most.cut):,} of them cut off' if most.cut > 0 else ''})."


def _decided(table: pd.DataFrame) -> str:
    passes = table[(table.group == PASSES) & (table.reading == "")].set_index("name").value
    row = next(_renamed(table[table.group == DECIDED]))
    if math.isnan(row.value):
        return "Nothing passes under any reading."
    (both,) = table[(table.group == DIFFERENCE) & (table.reading == "")].itertuples()
    return (
        f"Under some reading {percent(passes[ANY])} % pass at one sample, under every reading "
        f"{percent(passes[ALL])} %: {signed(both.value)} points "
        f"({points(both.low, both.high)} over tasks), so that the reading decides "
        f"{percent(row.value)} % of pass@1."
    )


def _only(table: pd.DataFrame, readings: list[str]) -> list[str]:
    """Which tasks the first reading and each other one solve alone."""
    text = []
    for other in readings[1:]:
        for one, against in ((other, readings[0]), (readings[0], other)):
            pair = table[(table.reading == one) & (table.against == against)]
            names = list(pair[pair.group == TASK].name)
            if not names:
                continue
            shown = ", ".join(names[:MOST_NAMES])
            left = len(names) - MOST_NAMES
            shown += f" and {left:,} more" if left > 0 else ""
            solved = counted(len(names), "task")
            text.append(f"Only {one} solves {solved} that {against} does not: {shown}.")
    return text


def view(table: pd.DataFrame, curves: Curves) -> View:
    """What became of the samples, a column for each reading."""
    outcome = table[table.group == OUTCOME]
    readings = list(dict.fromkeys(outcome.reading))
    passes = table[(table.group == PASSES) & (table.reading != "")].set_index("reading")
    lines = [
        ("pass@1, %", [share(passes.value[one]) for one in readings]),
        ("its interval", [interval(passes.low[one], passes.high[one]) for one in readings]),
    ]
    if len(readings) > 1:
        less = table[(table.group == DIFFERENCE) & (table.against == readings[0])]
        less = less.set_index("reading")
        only = table[(table.group == ONLY) & (table.against == readings[0])].set_index("reading")
        others = readings[1:]
        lines += [
            (f"less {readings[0]}, points", ["", *(signed(less.value[one]) for one in others)]),
            ("its interval", ["", *(points(less.low[one], less.high[one]) for one in others)]),
            (
                f"tasks new to {readings[0]}",
                ["", *(f"{int(only.tasks[one]):,}" for one in others)],
            ),
        ]
    told = dict(zip(outcome.name, outcome.words, strict=True))
    samples = outcome.set_index(["name", "reading"]).samples
    unread = [name for name in told if name not in READ]
    lines += [(told[name], _numbers(samples.loc[name], readings)) for name in READ]
    lines.append(("not read", _numbers(samples.loc[unread].groupby("reading").sum(), readings)))
    lines += [
        (f"\N{MIDDLE DOT} {told[name]}", _numbers(samples.loc[name], readings))
        for name in unread
        if samples.loc[name].any()
    ]
    return View(
        ("", *readings),
        (False, *(True for _ in readings)),
        tuple((words, *cells) for words, cells in lines),
    )


def _numbers(samples: pd.Series, readings: Sequence[str]) -> list[str]:
    return [f"{int(samples[one]):,}" for one in readings]


def _renamed(rows: pd.DataFrame) -> Iterator[Any]:
    """The rows as tuples, whose ``name`` is ``name_``: tuples have a ``name`` of their own."""
    return rows.rename(columns={"name": "name_"}).itertuples()
