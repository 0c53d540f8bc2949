"""Sampling on a CPU with PyTorch and transformers only: the demo's engine.

Every draw has a generator of its own, so no draw depends on another's luck. What remains is
arithmetic: a matrix product may differ in its last bit with the shape of the batch, and once in a
long while that turns a sample. So draws are made in blocks of 50 that begin at multiples of 50,
all of one task: any shard size that is a multiple of 50 gives the same samples, on the same CPU,
PyTorch and number of threads. Other CPUs are not promised to agree in every sample.

In a round of repair each draw has a prompt of its own. Then those of a block that are drawn at all
are one batch, padded in front: which these are follows from the round before, so the samples are
the same however often the job is killed, and in any shard.

The loop is this module's own and not ``generate``, which has one generator for a whole batch. It
computes a prompt once for its 50 draws and drops draws that have ended. As in vLLM the logits go
through the repetition penalty, the temperature, min-p, top-k and top-p, in this order. Not covered:
GPUs, beams.

With a vocabulary of 49,152 and 50 draws, two thirds of the time once went into copying all keys and
values for each token, and into sorting the vocabulary for ``top_p`` and passing over it where it
does not fit into the processor's cache. Now most of it goes into products of matrices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.cache_utils import DynamicLayer

from passk import cpu
from passk.benchmarks import Task
from passk.engines import ENGINES, Batch, Request, prompts
from passk.engines.nucleus import nuclei, refuse_no_numbers, rows_together
from passk.engines.seeds import RULE, draw_seed
from passk.engines.weights import checked_path, tokenizer_sha256
from passk.records import Sample, UserError

BLOCK = ENGINES["transformers"].block
# A batch drops its ended draws when no more than this share of it is left: copying has its price.
SHRINK = 0.75
GROWTH = 128
"""Tokens by which the memory for keys and values grows."""


class TransformersEngine:
    seed_rule = f"{RULE}; numpy PCG64 per draw, inverse transform; chunks of {BLOCK} draws"

    def __init__(
        self,
        weights: dict[str, Any],
        sampling: dict[str, Any],
        manifest: dict[str, Any],
        size: int,
        threads: int,
    ) -> None:
        folder = checked_path(manifest)
        torch.set_num_threads(threads)
        dtype = weights.get("dtype", "auto")
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder)
            model, found = AutoModelForCausalLM.from_pretrained(
                folder,
                dtype=getattr(torch, dtype, "auto"),
                use_safetensors=True,
                output_loading_info=True,
            )
        except (OSError, ValueError, KeyError) as error:
            reason = " ".join(str(error).split())[:300]
            raise UserError(f"the model in {folder} cannot be loaded: {reason}") from error
        if missing := sorted(found["missing_keys"]):
            # transformers has filled them at random.
            raise UserError(
                f"the model in {folder} lacks {len(missing)} of its tensors, such as {missing[0]}; "
                "give 'path:' to a folder that is whole"
            )
        self._model = model.eval()
        cpu.warn_of_bfloat16(str(model.dtype))
        self._sampling = sampling
        self._manifest = manifest
        self._size = size
        longest = model.config.max_position_embeddings
        self._model_len = sampling.get("max_model_len", longest)
        if self._model_len > longest:
            raise UserError(
                f"'max_model_len: {self._model_len}' exceeds the model's {longest} positions; "
                "lower it in the sampling entry"
            )
        ends = model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        self._ends = sorted({e for e in [*ends, self._tokenizer.eos_token_id] if e is not None})

    def describe(self) -> dict[str, Any]:
        return {
            "name": "transformers",
            "version": transformers.__version__,
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "cuda": None,
            "device": f"cpu, {torch.get_num_threads()} threads",
            "dtype": str(self._model.dtype).removeprefix("torch."),
            "quantization": None,
        }

    def identity(self) -> dict[str, str | None]:
        return {
            "chat_template_sha256": prompts.chat_template_sha256(self._tokenizer, self._sampling),
            "tokenizer_sha256": tokenizer_sha256(self._manifest),
        }

    def fits(self, prompt: str) -> bool:
        """Whether a problem's prompt leaves room for a completion."""
        return prompts.fits(self._tokenizer, prompt, self._sampling, self._model_len)

    def sample(self, requests: Sequence[Request]) -> Iterator[Batch]:
        prompted = []
        for request in requests:
            task_id = request.problem.task_id
            ids = prompts.prompt_ids(self._tokenizer, request.problem.prompt, self._sampling)
            limit = prompts.completion_limit(ids, self._sampling, self._model_len, task_id)
            prompted.append((request, ids, limit))
        for _, together in groupby(prompted, lambda one: _place(one[0])):
            rows = []
            for request, ids, limit in together:
                rows += [_Row(draw, ids, limit) for draw in request.draws]
            for first in range(0, len(rows), BLOCK):
                block = rows[first : first + BLOCK]
                samples = self._draw(request.problem, block)
                yield Batch(samples, sum(len(row.prompt) for row in block))

    def _begin(self, rows: list[_Row]) -> tuple[torch.Tensor, Any, torch.Tensor | None]:
        """The prompts' logits, shape (rows, vocabulary), their cache, and which of its tokens are
        none (None where all are), shape (rows, longest)."""
        ids, *others = [row.prompt for row in rows]
        if all(one == ids for one in others):
            # The first step's batch is one row, whose cache is then repeated for each draw.
            output = self._model(input_ids=torch.tensor([ids]), use_cache=True, logits_to_keep=1)
            cache = output.past_key_values
            cache.batch_repeat_interleave(len(rows))
            return output.logits[:, -1].float().expand(len(rows), -1), cache, None
        longest = max(len(row.prompt) for row in rows)
        padding = [longest - len(row.prompt) for row in rows]
        mask = torch.tensor([[0] * pad + [1] * (longest - pad) for pad in padding])
        tokens = [
            [row.prompt[0]] * pad + row.prompt for row, pad in zip(rows, padding, strict=True)
        ]
        output = self._model(
            input_ids=torch.tensor(tokens),
            attention_mask=mask,
            position_ids=_positions(mask),
            use_cache=True,
            logits_to_keep=1,
        )
        return output.logits[:, -1].float(), output.past_key_values, mask

    @torch.inference_mode()
    def _draw(self, problem: Task, rows: list[_Row]) -> list[Sample]:
        limit = max(row.limit for row in rows)
        seeds = [
            draw_seed(self._sampling["seed"], self._size, problem.index, row.draw) for row in rows
        ]
        chance = _uniform_numbers(seeds, limit)
        open_rows = list(range(len(rows)))
        logits, cache, mask = self._begin(rows)
        _preallocate(cache)
        seen = None
        if self._sampling.get("repetition_penalty", 1) != 1:
            seen = torch.zeros_like(logits, dtype=torch.bool)
            for place, row in enumerate(rows):
                seen[place, row.prompt] = True
        for step in range(limit):
            tokens, logprobs = _choose(logits, seen, chance[open_rows, step], self._sampling)
            if seen is not None:
                seen.scatter_(1, tokens[:, None], True)
            for row, token, logprob in zip(
                open_rows, tokens.tolist(), logprobs.tolist(), strict=True
            ):
                rows[row].add(token, logprob)
            self._close(rows, open_rows)
            if step + 1 == limit or not any(rows[row].reason is None for row in open_rows):
                break
            still = [i for i, row in enumerate(open_rows) if rows[row].reason is None]
            if len(still) <= SHRINK * len(open_rows):
                kept = torch.tensor(still)
                cache.batch_select_indices(kept)
                tokens, seen = tokens[kept], None if seen is None else seen[kept]
                mask = None if mask is None else mask[kept]
                open_rows = [open_rows[i] for i in still]
            ragged = {}
            if mask is not None:
                mask = torch.cat([mask, torch.ones_like(mask[:, :1])], dim=-1)
                ragged = {"attention_mask": mask, "position_ids": _positions(mask)[:, -1:]}
            output = self._model(
                input_ids=tokens[:, None],
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
                **ragged,
            )
            cache = output.past_key_values
            logits = output.logits[:, -1].float()
        return [
            Sample(
                task_id=problem.task_id,
                draw=row.draw,
                completion=self._sampling.get("prefill", "")
                + (self._text(row) if row.text is None else row.text),
                finish_reason=row.reason or "length",
                tokens=len(row.tokens),
                logprob=row.logprob,
            )
            for row in rows
        ]

    def _close(self, rows: list[_Row], open_rows: list[int]) -> None:
        """Mark the rows whose last token ends them: an end token, the end of a stop text, or the
        last that there is room for."""
        stops = self._sampling.get("stop", [])
        for row in (rows[i] for i in open_rows):
            if row.tokens[-1] in self._ends:
                row.reason = "stop"
        if stops:
            self._stop(rows, open_rows, stops)
        for row in (rows[i] for i in open_rows):
            if row.reason is None and len(row.tokens) == row.limit:
                row.reason = "length"

    def _stop(self, rows: list[_Row], open_rows: list[int], stops: list[str]) -> None:
        # A stop text that just ended lies in the last tokens: each token is a byte or more.
        reach = 4 * max(map(len, stops)) + 4
        waiting = [rows[i] for i in open_rows if rows[i].reason is None]
        tails = self._tokenizer.batch_decode(
            [row.tokens[-reach:] for row in waiting], clean_up_tokenization_spaces=False
        )
        for row, tail in zip(waiting, tails, strict=True):
            if any(stop in tail for stop in stops):
                text = self._text(row)
                found = [text.find(stop) for stop in stops if stop in text]
                if found:
                    row.text, row.reason = text[: min(found)], "stop"

    def _text(self, row: _Row) -> str:
        tokens = row.tokens[:-1] if row.reason == "stop" else row.tokens
        return prompts.completion_text(self._tokenizer, row.prompt, tokens)


def _place(request: Request) -> tuple[str, int, bool]:
    """What requests share that are drawn together: those of single draws in one block."""
    single = len(request.draws) == 1
    return request.problem.task_id, request.first // BLOCK if single else request.first, single


def _positions(mask: torch.Tensor) -> torch.Tensor:
    """The place of each token in its own prompt, shape (rows, tokens); 0 where there is none."""
    return (mask.cumsum(-1) - 1).clamp(min=0)


class _GrowingLayer(DynamicLayer):
    """Keys and values of a layer with room for more, shapes (rows, heads, room, head's width).

    A ``DynamicLayer`` copies all of them for each token. ``keys`` and ``values`` are the filled
    part.
    """

    def __init__(self, layer: DynamicLayer) -> None:
        super().__init__()
        self.lazy_initialization(layer.keys, layer.values)
        self.keys, self.values = layer.keys, layer.values
        self._rooms = (self.keys, self.values)

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        super().batch_select_indices(indices)
        self._rooms = (self.keys, self.values)

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        filled, new = self.keys.shape[-2], key_states.shape[-2]
        if self._rooms[0].shape[-2] < filled + new:
            self._rooms = (_roomier(self.keys, new), _roomier(self.values, new))
        for room, states in zip(self._rooms, (key_states, value_states), strict=True):
            room[:, :, filled : filled + new] = states
        self.keys, self.values = (room[:, :, : filled + new] for room in self._rooms)
        return self.keys, self.values


def _roomier(filled: torch.Tensor, new: int) -> torch.Tensor:
    """A copy of ``filled`` with room for ``new`` tokens behind it and some more."""
    rows, heads, tokens, width = filled.shape
    room = filled.new_empty(rows, heads, tokens + max(new, GROWTH), width)
    room[:, :, :tokens] = filled
    return room


def _preallocate(cache: Any) -> None:
    """Give the layers that keep all keys and values room to grow, which others do not need."""
    for place, layer in enumerate(cache.layers):
        if type(layer) is DynamicLayer:
            cache.layers[place] = _GrowingLayer(layer)


class _Row:
    """One draw as it grows, behind its prompt and up to its limit of tokens. ``logprob`` is under
    the model itself: before temperature and top_p."""

    __slots__ = ("draw", "limit", "logprob", "prompt", "reason", "text", "tokens")

    def __init__(self, draw: int, prompt: list[int], limit: int) -> None:
        self.draw, self.prompt, self.limit = draw, prompt, limit
        self.tokens: list[int] = []
        self.logprob = 0.0
        self.reason: str | None = None
        self.text: str | None = None

    def add(self, token: int, logprob: float) -> None:
        if self.reason is None:
            self.tokens.append(token)
            self.logprob += logprob


def _uniform_numbers(seeds: list[int], steps: int) -> np.ndarray:
    """Numbers in [0, 1), shape (len(seeds), steps), each row from its own seed."""
    return np.stack([np.random.Generator(np.random.PCG64(seed)).random(steps) for seed in seeds])


def _choose(
    logits: torch.Tensor, seen: torch.Tensor | None, chance: np.ndarray, sampling: dict[str, Any]
) -> tuple[torch.Tensor, torch.Tensor]:
    """One token a row, shape (rows,), and its log-probability under the unchanged ``logits``.

    ``seen`` says which tokens stand in each row's prompt or completion, shape (rows, vocabulary);
    None where nothing asks for it.
    """
    few = rows_together(logits.shape[-1])
    chosen = [
        _choose_few(
            logits[first : first + few],
            None if seen is None else seen[first : first + few],
            chance[first : first + few],
            sampling,
        )
        for first in range(0, len(logits), few)
    ]
    tokens, logprobs = zip(*chosen, strict=True)
    return torch.cat(tokens), torch.cat(logprobs)


def _choose_few(
    logits: torch.Tensor, seen: torch.Tensor | None, chance: np.ndarray, sampling: dict[str, Any]
) -> tuple[torch.Tensor, torch.Tensor]:
    """:func:`_choose` of rows whose probabilities fit into the processor's cache.

    :raises UserError: a row is no numbers.
    """
    logprobs = torch.log_softmax(logits, dim=-1)
    refuse_no_numbers(logprobs)
    if seen is not None:
        penalty = sampling["repetition_penalty"]
        logits = torch.where(
            seen, torch.where(logits > 0, logits / penalty, logits * penalty), logits
        )
    if sampling["temperature"] == 0:
        tokens = logits.argmax(dim=-1)
    else:
        probabilities = torch.softmax(logits / sampling["temperature"], dim=-1)
        probabilities = _without_unlikely(probabilities, sampling)
        tokens = _inverse_transform(probabilities, torch.from_numpy(chance), sampling["top_p"])
    return tokens, logprobs.gather(-1, tokens[:, None]).squeeze(-1)


def _without_unlikely(probabilities: torch.Tensor, sampling: dict[str, Any]) -> torch.Tensor:
    """The probabilities with 0 for what min-p and then top-k leave out; rows sum to 1."""
    whole = probabilities
    if "min_p" in sampling:
        least = sampling["min_p"] * probabilities.amax(dim=-1, keepdim=True)
        probabilities = probabilities.where(probabilities >= least, 0)
    if sampling.get("top_k", probabilities.shape[-1]) < probabilities.shape[-1]:
        least = probabilities.topk(sampling["top_k"], dim=-1).values[:, -1:]
        probabilities = probabilities.where(probabilities >= least, 0)
    if probabilities is whole:
        return whole
    return probabilities / probabilities.sum(dim=-1, keepdim=True)


def _inverse_transform(
    probabilities: torch.Tensor, chance: torch.Tensor, top_p: float
) -> torch.Tensor:
    """The token of each row at which the summed probability passes ``chance`` of the nucleus.

    The nucleus is the fewest tokens, from the likeliest on, whose probabilities reach ``top_p``.
    """
    if top_p == 1:
        sums = probabilities.double().cumsum(dim=-1)
        place = torch.searchsorted(sums, chance[:, None] * sums[:, -1:], right=True)
        return place.clamp(max=probabilities.shape[-1] - 1).squeeze(-1)
    tokens = torch.empty(len(probabilities), dtype=torch.long)
    for rows, order, sums, last in nuclei(probabilities, top_p):
        aims = chance[rows, None] * sums.gather(-1, last)
        place = torch.minimum(torch.searchsorted(sums, aims, right=True), last)
        tokens[rows] = order.gather(-1, place).squeeze(-1)
    return tokens
