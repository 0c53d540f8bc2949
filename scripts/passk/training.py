"""Training of small language models in plain PyTorch: what the demo's models, and those that learn
from verified samples, are made by.

The same CPU type, torch version and thread count give the same bytes: :func:`make_deterministic`
fixes the threads and asks torch for deterministic algorithms. The loss is taken over what follows
the prompt only: prompts are given, never predicted. torch is imported when it is used.

Not covered: GPUs, several processes, checkpoints. A run takes a minute or two, and begins again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from random import Random
from statistics import fmean
from typing import TYPE_CHECKING, Any

from passk.progress import Progress

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

THREADS = 1
NOT_LEARNED = -100
"""The label of a token that the loss leaves out."""
Text = tuple[list[int], list[int]]
"""The token ids that are given, and those that are to be written."""


def make_deterministic() -> None:
    """One thread, and torch's deterministic algorithms."""
    import torch

    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True)


def batch_of(texts: Sequence[Text], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """``(tokens, labels)`` of shape (texts, longest), padded at the end with ``pad``."""
    import torch

    longest = max(len(given) + len(written) for given, written in texts)
    tokens = torch.full((len(texts), longest), pad)
    labels = torch.full((len(texts), longest), NOT_LEARNED)
    for row, (given, written) in enumerate(texts):
        length = len(given) + len(written)
        tokens[row, :length] = torch.tensor(given + written)
        labels[row, len(given) : length] = torch.tensor(written)
    return tokens, labels


def in_turn(
    texts: Sequence[Text], batch: int, pad: int, rng: Random
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Endless batches: every text once in an order that ``rng`` draws, then again in another."""
    waiting: list[Text] = []
    while True:
        while len(waiting) < batch:
            waiting += rng.sample(texts, len(texts))
        yield batch_of(waiting[:batch], pad)
        waiting = waiting[batch:]


def train(
    model: Any,
    stream: Iterator[tuple[torch.Tensor, torch.Tensor]],
    steps: int,
    learning_rate: float,
    *,
    half: bool,
) -> list[float]:
    """Train in place for ``steps`` steps of AdamW; return each step's loss (nats per token).

    ``half``: whether the arithmetic is bfloat16; weights stay whole.
    """
    import torch

    optimizer = torch.optim.AdamW(
        model.parameters(), lr=learning_rate, betas=(0.9, 0.98), weight_decay=0.01
    )
    warm_up = min(100, steps)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm_up, 1 - step / steps)
    )
    losses: list[float] = []
    progress = Progress("steps", steps, log=log)
    for step in range(1, steps + 1):
        tokens, labels = next(stream)
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            loss = model(input_ids=tokens, labels=labels, use_cache=False).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        progress.update(step, lambda _: f"loss {fmean(losses[-50:]):.3f}", step == steps)
    return losses
