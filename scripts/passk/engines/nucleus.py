"""The nucleus of ``top_p`` on a CPU, without sorting the vocabulary (a module that needs torch).

Of 49,152 tokens the nucleus at 0.9 mostly holds a few. It is looked for among the 64 likeliest
tokens, then among 1,024, and only then among all; the answer is that of a stable sort of all in
every bit.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from passk.records import UserError

SIZES = (64, 1024)
"""Tokens among which a nucleus is looked for before all are sorted."""
TOGETHER = 1 << 18
"""Values to work on together, such as 5 rows of 50,000: 1 MiB, so that each of the passes over them
finds them in the processor's cache."""


def rows_together(vocabulary: int) -> int:
    """How many rows of ``vocabulary`` values are best worked on together."""
    return max(1, TOGETHER // vocabulary)


def refuse_no_numbers(rows: torch.Tensor) -> None:
    """Refuse what no token can be drawn from.

    :param rows: probabilities or their logarithms, shape (rows, vocabulary), as a softmax gives
        them: not a number in a whole row where one logit of it is none.
    :raises UserError: a row is no numbers.
    """
    if rows[:, 0].isnan().any():
        raise UserError(
            "the model gave logits that are no numbers, so that no token can be drawn; if its "
            "arithmetic is float16, set 'dtype: float32' in the model's weights"
        )


def nuclei(
    probabilities: torch.Tensor, top_p: float
) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]]:
    """The nucleus of each row: the fewest tokens, from the likeliest on, that reach ``top_p``.

    Of equally likely tokens those of lower number come first.

    :param probabilities: shape (rows, vocabulary).
    :returns: for some of the rows at a time, until all were given, their numbers, shape (some,);
        their likeliest tokens and the sums of these tokens' probabilities up to each (float64),
        both of shape (some, tokens); and the place of the last one in the nucleus, (some, 1).
    """
    rows, vocabulary = torch.arange(len(probabilities)), probabilities.shape[-1]
    for size in (*(size for size in SIZES if size < vocabulary), vocabulary):
        ordered, order = likeliest(probabilities, size)
        sums = ordered.double().cumsum(dim=-1)
        last = (sums - ordered < top_p).sum(dim=-1, keepdim=True) - 1
        # Of tokens that are as likely as the last one found, others may not have been found.
        whole = (ordered.gather(-1, last) > ordered[:, -1:]).squeeze(-1)
        if size == vocabulary or whole.all():
            yield rows, order, sums, last
            return
        if whole.any():
            yield rows[whole], order[whole], sums[whole], last[whole]
            rows, probabilities = rows[~whole], probabilities[~whole]


def likeliest(probabilities: torch.Tensor, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The ``size`` likeliest tokens' probabilities and numbers, each of shape (rows, size).

    In the order of a stable sort of all, from the likeliest on; but among those as likely as the
    last one any may be missing.
    """
    if size == probabilities.shape[-1]:
        ordered, order = probabilities.sort(dim=-1, descending=True, stable=True)
        return ordered, order
    found = probabilities.topk(size, dim=-1, sorted=False).indices.sort(dim=-1).values
    ordered, order = probabilities.gather(-1, found).sort(dim=-1, descending=True, stable=True)
    return ordered, found.gather(-1, order)


def keep_nucleus(logits: torch.Tensor, top_p: float) -> None:
    """Set the logits of tokens outside each row's nucleus to minus infinity, in place.

    :param logits: shape (rows, vocabulary), after the temperature.
    :raises UserError: a row is no numbers.
    """
    few = rows_together(logits.shape[-1])
    for part in logits.split(few):
        kept = torch.full_like(part, -torch.inf)
        probabilities = part.softmax(dim=-1, dtype=torch.float32)
        refuse_no_numbers(probabilities)
        for rows, order, _, last in nuclei(probabilities, top_p):
            inside = torch.arange(order.shape[-1]) <= last
            order = order.where(inside, order[:, :1])  # the likeliest one again
            kept[rows] = kept[rows].scatter(-1, order, part[rows].gather(-1, order))
        part.copy_(kept)
