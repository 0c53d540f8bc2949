"""What the report page says of this analysis."""

from __future__ import annotations

import math

import pandas as pd

from passk.analyses.compute.table import CURVE, REACH
from passk.analyses.view import Curves, View, amount, of_columns, rounded, share
from passk.cost import in_units
from passk.curve import percent

TITLE = "Memory for compute"
QUESTION = "What does a small model cost instead of a large one?"


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`, the own model first."""
    curve = table[table.row == CURVE]
    own = curve.model.iloc[0]
    text = [_takes(row) for _, row in curve[curve.k == 1].iterrows()]
    reaches = table[(table.row == REACH) & (table.target_k == 1)]
    reaches = reaches[(reaches.model == own) | (reaches.target == own)]
    text += [_reaches(row) for _, row in reaches.iterrows()]
    known = curve[curve.flops.notna()]
    if known.model.nunique() > 1:
        text.append(_best(known))
    text += _stopped(curve[(curve.model == own) & (curve.asked == 1) & (curve.k > 1)])
    if len(known):
        text.append(
            "FLOPs and memory are computed from the models' shapes and the mean lengths of what "
            "was drawn, a prompt once for the k samples of a task, and are not measured; checking "
            "the samples is not among them."
        )
    return " ".join(text)


def _takes(row: pd.Series) -> str:
    words = [
        f"{in_units(row.flops, 'FLOP')}" if row.flops > 0 else "",
        f"{in_units(row.memory_bytes, 'B')} of memory" if row.memory_bytes > 0 else "",
        f"{rounded(row.gpu_seconds)} GPU-seconds" if row.gpu_seconds > 0 else "",
        f"US$ {rounded(row.usd)}" if row.usd >= 0 else "",
    ]
    words = [word for word in words if word]
    passes = f"pass@1 {percent(row.pass_at_k)} %"
    if not words:
        return f"What a sample of {row.model} takes is not known ({passes})."
    more = f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
    return f"One sample of a task by {row.model} takes {more} ({passes})."


def _reaches(row: pd.Series) -> str:
    target = f"the {percent(row.target_value)} % of one sample by {row.target}"
    if math.isnan(row.k):
        text = f"{row.model} does not reach {target} with the samples drawn"
    else:
        text = f"{row.model} reaches {target} at k = {row.k:,.0f}"
    low, high = (
        f"{k:,.0f}" if math.isfinite(k) else "beyond the samples drawn"
        for k in (row.k_low, row.k_high)
    )
    if math.isfinite(row.k_low):
        text += f" (95 % interval over the {row.tasks} tasks: {low} to {high})"
    if row.flops_ratio > 0:
        text += f", with {rounded(row.flops_ratio)} times its FLOPs"
        if row.flops_ratio_low > 0:
            high = f"to {rounded(row.flops_ratio_high)}"
            high = high if math.isfinite(row.flops_ratio_high) else "or more"
            text += f" ({rounded(row.flops_ratio_low)} {high} over tasks)"
        text += f" and {rounded(row.memory_ratio)} times its memory"
    elif row.tokens_ratio > 0:
        text += f", with {rounded(row.tokens_ratio)} times its tokens, prompts counted"
    return text + "."


def _stopped(rows: pd.DataFrame) -> list[str]:
    """What stopping at the first pass saves at the largest k asked for, where a cost is known."""
    rows = rows[rows.mean_draws.notna()]
    if rows.empty:
        return []
    last = rows.iloc[-1]
    words = [
        f"{in_units(last.flops_stopped, 'FLOP')} instead of {in_units(last.flops, 'FLOP')}"
        if last.flops > 0 else "",
        f"US$ {rounded(last.usd_stopped)} instead of {rounded(last.usd)}" if last.usd > 0 else "",
        f"{rounded(last.completion_tokens_stopped, 3)} completion tokens instead of "
        f"{rounded(last.completion_tokens, 3)}" if last.completion_tokens > 0 else "",
    ]  # fmt: skip
    words = [word for word in words if word]
    if not words:
        return []
    return [
        f"Stopped at the first that passes, at most {last.k:,.0f} samples of {last.model} take "
        f"{', '.join(words)} a task, for the same coverage."
    ]


def _best(curve: pd.DataFrame) -> str:
    best = curve[curve.on_envelope == 1].sort_values("flops")
    changes = best[best.model != best.model.shift()]
    if len(changes) == 1:
        return (
            f"Whatever the budget of FLOPs a task, {changes.model.iloc[0]} buys the most coverage "
            "with it; no test stands behind this."
        )
    spans = "; ".join(
        f"{row.model} from {in_units(row.flops, 'FLOP')}" for _, row in changes.iterrows()
    )
    return f"The most coverage for a budget of FLOPs a task: {spans}. No test stands behind this."


def view(table: pd.DataFrame, curves: Curves) -> View:
    """What the k asked for take, as far as it is known of any model."""
    takes = {
        "flops": ("Computation", True, lambda row: amount(row.flops, "FLOP")),
        "memory_bytes": ("Memory", True, lambda row: amount(row.memory_bytes, "B")),
        "usd": ("US$", True, lambda row: rounded(row.usd)),
        "gpu_seconds": ("GPU-seconds", True, lambda row: rounded(row.gpu_seconds)),
        "core_seconds": ("Core-seconds", True, lambda row: rounded(row.core_seconds)),
    }
    known = [column for name, column in takes.items() if (table[name] > 0).any()]
    asked = table[(table.row == CURVE) & (table.asked == 1)]
    return of_columns(
        asked if known else asked[:0],
        [
            ("Model", False, lambda row: row.model),
            ("k", True, lambda row: f"{row.k:,.0f}"),
            ("pass@k (%)", True, lambda row: share(row.pass_at_k)),
            *known,
        ],
    )
