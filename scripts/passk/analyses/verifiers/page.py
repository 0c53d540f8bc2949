"""What the report page says of this analysis."""

from __future__ import annotations

import math

import pandas as pd

from passk.curve import percent
from passk.words import agreeing, counted

TITLE = "Imperfect tests"
QUESTION = "What if the tests that choose are weaker than those that judge?"


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`, the own model first."""
    label = table.model.iloc[0]
    own = table[(table.model == label) & (table.task_id == "")]
    counts = own[own.k == 0].set_index("quantity").value
    curves = {name: own[own.quantity == name] for name in ("believed", "true", "success", "wrong")}
    believed, true, success, wrong = (curve.iloc[-1] for curve in curves.values())
    text = [
        f"{label}, judged twice: with {counted(believed.k, 'sample')} the base tests believe "
        f"{percent(believed.value)} % of the tasks solved, the stronger tests "
        f"{percent(true.value)} % (95 % interval over tasks {percent(true.low)} to "
        f"{percent(true.high)} %). The base tests pass "
        f"{counted(int(counts.base_passed), 'sample')}; "
        f"{agreeing(counts.false_positives, 'fails', 'fail')} the stronger ones, on "
        f"{counts.tasks_with_false_positives:,.0f} of {counted(counts.tasks, 'task')}"
    ]
    share = own[own.quantity == "wrong_of_accepted"].iloc[0]
    if not math.isnan(share.value):
        text[0] += (
            f"; as a share of a task's passes that is {percent(share.value)} % on average over the "
            f"tasks that have any ({percent(share.low)} to {percent(share.high)} % over tasks)"
        )
    text[0] += "."
    if counts.false_negatives:
        text.append(
            f"Of the rest, {agreeing(counts.false_negatives, 'passes', 'pass')} the stronger ones."
        )
    text.append(
        f"Taking the first of at most {counted(success.k, 'sample')} that passes the base tests "
        f"gives a right answer on {percent(success.value)} % of the tasks and a wrong one on "
        f"{percent(wrong.value)} %."
    )
    if (curves["wrong"].value > 0).any():
        text.append(_cost_sentence(own))
    else:
        text.append("No wrong answer is taken, so that what one costs makes no difference.")
    for other in table.model.unique()[1:]:
        rival = table[(table.model == other) & (table.quantity == "true") & (table.k == 1)]
        if len(rival):
            text.append(
                f"One sample of {other} is right on {percent(rival.value.iloc[0])} % by the "
                "stronger tests."
            )
    return " ".join(text)


def _cost_sentence(own: pd.DataFrame) -> str:
    """Whether more samples hurt where a wrong answer costs something, as far as the data tell."""
    last = int(own[own.quantity == "success"].k.max())
    best = own[own.quantity == "best"]
    hurt = best[best.k < last]
    if hurt.empty:
        return (
            f"At no cost of a wrong answer up to {best.cost.max():g} times the "
            f"worth of a right one do more samples hurt here, up to {last:,}."
        )
    declines = own[own.quantity == "decline"].set_index("cost")
    shown = hurt[hurt.cost.map(declines.low) > 0]
    first = (hurt if shown.empty else shown).iloc[0]
    decline = declines.loc[first.cost]
    cost = "once" if first.cost == 1 else f"{first.cost:g} times"
    best_k = f"{counted(first.k, 'sample')} {'is' if first.k == 1 else 'are'} best"
    where = best_k if first.k else "accepting nothing is best"
    told = (
        "with that cost more samples stop helping and then hurt"
        if decline.low > 0
        else "the interval holds 0, so that these tasks do not show that more samples hurt"
    )
    return (
        f"If a wrong answer costs {cost} what a right one is worth, {where} (utility "
        f"{first.value:.3f} a task), and {last:,} earn {decline.value:.3f} less (95 % interval "
        f"over tasks {decline.low:.3f} to {decline.high:.3f}, for a number chosen on these tasks): "
        f"{told}."
    )
