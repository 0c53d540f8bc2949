"""What samples cost: tokens, floating-point operations, memory, device time and money.

FLOPs are counted, not measured. A token that sees ``context`` tokens, itself among them, takes

    2 P + 4 L w context

where P are the parameters that it is multiplied with, L the layers and w the width of attention
(heads x head size): a multiplication and an addition a parameter, and the two products of
attention, queries with keys and their weights with values. This is equation 2.2 of Kaplan et al.
2020 (arXiv:2001.08361), whose 2 L w n is the same sum over a context that grows to n, with the
output layer counted too; and it is the 2 (P + 2 L w context) of Brown et al. 2024
(arXiv:2407.21787, Large Language Monkeys). They take all parameters for P; here the embedding is
left out where it is only looked up (7 % of Llama 3.1 8B), and of a mixture of experts only the
share that a token uses is in. A prompt is counted once for the draws that share it.

Not counted: norms, activations, rotary embeddings and the sampler, which are less than a hundredth
of it in models of use. Attention counts as full, so a sliding window costs less than given here.
Lengths are means over samples: with unequal lengths attention, itself a small share, comes out
slightly too low. In a round of repair (passk/repair.py) each draw has a prompt of its own, which is
counted in full; a chain takes what all its rounds take. What is not known (an endpoint's model,
samples that were recorded elsewhere) is NaN, never a guess.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from passk import cli
from passk.engines import ENGINES
from passk.records import UserError

BYTES_OF = {"float32": 4, "bfloat16": 2, "float16": 2}
FP8 = "fp8_per_tensor"  # vLLM's name of it
PER_MILLION = 1e-6
SECONDS_PER_HOUR = 3600.0

_LOOKED_UP = re.compile(r"(^|\.)(embed_tokens|wte|wpe|word_embeddings|embed_in)\.weight$")
_OUTPUT = re.compile(r"(^|\.)(lm_head|embed_out)\.weight$")
_POSITIONS = re.compile(r"(^|\.)(wpe|embed_positions|position_embeddings)\.weight$")
_EXPERTS = re.compile(r"\.experts\.")
_FLOATS = ("F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2")
_LONGEST_HEADER = 100 << 20


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a model decides its FLOPs and memory.

    ``parameters`` are all that lie in memory, tied ones once; ``multiplied`` those that one token
    is multiplied with; ``vocabulary`` those of the embedding and output tables. Widths are
    heads x head size.
    """

    parameters: int
    multiplied: int
    vocabulary: int
    layers: int
    attention_width: int
    kv_width: int
    stored_bytes: int


def shape_of(folder: Path) -> Shape | None:
    """The shape of the model in ``folder``: its config.json and the headers of its safetensors.

    None where it cannot be determined: no such files, integers that pack several parameters, an
    architecture whose keys and values are not stored a head at a time.
    """
    try:
        config = json.loads((folder / "config.json").read_text())
        config = config.get("text_config", config)
        tensors = {}
        for path in _weight_files(folder):
            tensors |= _header(path)
        return _shape(config, tensors)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def shape_of_manifest(manifest: Mapping[str, Any]) -> Shape | None:
    """The shape that ``download_model.py`` wrote down, or else that of the folder it names."""
    recorded = manifest.get("shape")
    if recorded:
        return Shape(**recorded)
    return shape_of(Path(manifest["path"])) if manifest.get("path") else None


def _weight_files(folder: Path) -> list[Path]:
    """The safetensors that transformers would load; some folders hold a second copy of all."""
    index = folder / "model.safetensors.index.json"
    if index.exists():
        return [
            folder / name
            for name in sorted(set(json.loads(index.read_text())["weight_map"].values()))
        ]
    one = folder / "model.safetensors"
    return [one] if one.exists() else sorted(folder.glob("*.safetensors"))


def _header(path: Path) -> dict[str, Any]:
    with path.open("rb") as handle:
        size = int.from_bytes(handle.read(8), "little")
        if size > _LONGEST_HEADER:
            raise ValueError(f"{path} is not safetensors")
        header = json.loads(handle.read(size))
    return {name: tensor for name, tensor in header.items() if name != "__metadata__"}


def _shape(config: Mapping[str, Any], tensors: Mapping[str, Any]) -> Shape | None:
    if not tensors or "kv_lora_rank" in config:
        return None
    if any(tensor["dtype"] not in _FLOATS for tensor in tensors.values()):
        return None
    sizes = {name: math.prod(tensor["shape"]) for name, tensor in tensors.items()}
    matrices = {name for name, tensor in tensors.items() if len(tensor["shape"]) > 1}
    outputs = {name for name in matrices if _OUTPUT.search(name)}
    tied = not outputs or config.get("tie_word_embeddings") is True
    if tied:  # some files hold the tied table twice
        for name in outputs:
            del sizes[name]
        matrices -= outputs
    positions = {name for name in matrices if _POSITIONS.search(name)}
    tables = {name for name in matrices if _LOOKED_UP.search(name)} - positions
    not_multiplied = positions if tied else positions | tables
    used = 1.0
    experts = next(
        (
            config[k]
            for k in ("num_local_experts", "num_experts", "n_routed_experts")
            if config.get(k)
        ),
        None,
    )
    if experts:
        used = config["num_experts_per_tok"] / experts
    multiplied = sum(
        sizes[name] * (used if _EXPERTS.search(name) else 1) for name in matrices - not_multiplied
    )
    heads = config["num_attention_heads"]
    head = config.get("head_dim") or config["hidden_size"] // heads
    return Shape(
        parameters=sum(sizes.values()),
        multiplied=round(multiplied),
        vocabulary=sum(sizes[name] for name in tables | (outputs if not tied else set())),
        layers=config["num_hidden_layers"],
        attention_width=heads * head,
        kv_width=(config.get("num_key_value_heads") or heads) * head,
        stored_bytes=sum(_stored(tensors[name]) for name in sizes),
    )


def _stored(tensor: Mapping[str, Any]) -> int:
    begin, end = tensor["data_offsets"]
    return end - begin


def token_flops(shape: Shape, context: float) -> float:
    """FLOPs of one token that sees ``context`` tokens, itself among them."""
    return 2 * shape.multiplied + 4 * shape.layers * shape.attention_width * context


def prompt_flops(shape: Shape, tokens: float) -> float:
    """FLOPs of a prompt: its i-th token sees i."""
    return tokens * token_flops(shape, (tokens + 1) / 2)


def completion_flops(shape: Shape, prompt: float, tokens: float) -> float:
    """FLOPs of a completion of ``tokens`` behind a prompt: its i-th token sees prompt + i."""
    return tokens * token_flops(shape, prompt + (tokens + 1) / 2)


def weights_bytes(shape: Shape, dtype: str | None, quantization: str | None) -> float:
    """Bytes of the weights as they lie in memory; NaN for a dtype that is not known.

    vLLM's on-line fp8 takes one byte a parameter of the layers, and leaves the tables as they are.
    Any other quantization is that of the files, and takes what they take.
    """
    if quantization not in (None, FP8):
        return float(shape.stored_bytes)
    size = BYTES_OF.get(dtype or "", math.nan)
    if quantization == FP8:
        return shape.vocabulary * size + (shape.parameters - shape.vocabulary)
    return shape.parameters * size


def kv_bytes_per_token(shape: Shape, dtype: str | None) -> float:
    """Bytes of one token's keys and values in all layers, in the model's dtype."""
    return 2 * shape.layers * shape.kv_width * BYTES_OF.get(dtype or "", math.nan)


@dataclass(frozen=True, slots=True)
class Prices:
    """US$: of a GPU-hour, and of a million tokens (prompt, completion); NaN where none is set."""

    gpu_hour: float = math.nan
    prompt: float = math.nan
    completion: float = math.nan

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Prices:
        """Those of a model's entry in config.yaml."""
        tokens = entry.get("price_per_million_tokens") or {}
        return cls(
            entry.get("price_per_gpu_hour", math.nan),
            tokens.get("prompt", math.nan),
            tokens.get("completion", math.nan),
        )

    def of_tokens(self, prompt: float, completion: float) -> float:
        """What an endpoint charges for these tokens; a prompt is charged for each sample."""
        return (prompt * self.prompt + completion * self.completion) * PER_MILLION


@dataclass(frozen=True, slots=True)
class Spent:
    """What one shard's samples took, or all shards together; NaN where it is not known.

    In a round of repair those that were carried over are among the ``samples``, and took nothing.
    ``prompt_tokens`` are summed over samples, ``prompt_tokens_computed`` are those that the engine
    computed: once for the draws that share them. ``flops`` goes with the second,
    ``flops_unshared`` with the first. ``engine_seconds`` are those of sampling, ``wall_seconds``
    have loading the model in them. A GPU is paid for from beginning to end, so ``gpu_seconds`` and
    ``core_seconds`` are devices x wall seconds. ``usd`` is NaN without a price.
    """

    samples: int
    prompt_tokens: float
    completion_tokens: float
    prompt_tokens_computed: float
    flops: float
    flops_unshared: float
    engine_seconds: float
    wall_seconds: float
    gpu_seconds: float
    core_seconds: float
    usd: float


SPENT = tuple(field.name for field in fields(Spent))


def total(parts: Sequence[Spent]) -> Spent:
    """The sum; NaN where a part is."""
    return Spent(*(sum(getattr(part, name) for part in parts) for name in SPENT))


def devices(engine: Mapping[str, Any]) -> tuple[float, float]:
    """GPUs and CPU cores that a shard's metadata name; NaN where they do not."""
    device = engine.get("device")
    if not isinstance(device, str):
        return math.nan, math.nan
    if found := re.match(r"(\d+) x ", device):
        return int(found[1]), math.nan
    if device.startswith("cpu"):
        found = re.search(r"(\d+) threads", device)
        return 0, int(found[1]) if found else math.nan
    return math.nan, math.nan


def spent(metadata: Mapping[str, Any], shape: Shape | None, prices: Prices) -> Spent:
    """What the samples took that a shard's ``metadata`` describes."""
    engine = metadata["engine"]
    first, last = metadata["draws"]
    draws = last - first + 1
    samples = drawn = metadata["tasks"] * draws
    prompt, completion = _number(metadata["prompt_tokens"]), _number(metadata["completion_tokens"])
    info = ENGINES[engine["name"]]
    shared_by = draws if info.shares_prompt else min(draws, info.block)
    if metadata.get("repair"):
        drawn, shared_by = metadata["repair"]["drawn"], 1
    if info.in_flight is None:
        shared_by = math.nan
    flops = unshared = math.nan if drawn else 0.0
    if shape and drawn:
        a_prompt, a_completion = prompt / drawn, completion / drawn
        written = drawn * completion_flops(shape, a_prompt, a_completion)
        flops = written + drawn / shared_by * prompt_flops(shape, a_prompt)
        unshared = written + drawn * prompt_flops(shape, a_prompt)
    gpus, cores = devices(engine)
    # Reading recorded samples is not sampling.
    seconds = math.nan if info.recorded else _number(metadata["engine_seconds"])
    wall = math.nan if info.recorded else _number(metadata["wall_seconds"])
    usd = prices.of_tokens(prompt, completion)
    if math.isnan(prices.prompt) and gpus > 0:
        usd = gpus * wall / SECONDS_PER_HOUR * prices.gpu_hour
    return Spent(
        samples=samples,
        prompt_tokens=prompt,
        completion_tokens=completion,
        prompt_tokens_computed=prompt / shared_by,
        flops=flops,
        flops_unshared=unshared,
        engine_seconds=seconds,
        wall_seconds=wall,
        gpu_seconds=gpus * wall,
        core_seconds=cores * wall,
        usd=usd,
    )


@dataclass(frozen=True, slots=True)
class PerTask:
    """What k samples of one task take, on average over tasks, at the rate of the whole run.

    The prompt is computed once. ``memory_bytes`` are the weights and the keys and values of the
    samples that the engine computes at once, at most k. Seconds are those of sampling, without
    loading the model.
    """

    flops: float
    memory_bytes: float
    gpu_seconds: float
    core_seconds: float
    usd: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What a model's samples of one benchmark took: the content of a cost.json."""

    engine: str
    dtype: str | None
    quantization: str | None
    shape: Shape | None
    prices: Prices
    shards: Mapping[str, Spent]
    """By draws, such as ``00000-00099``."""
    drawn: int | None = None
    """Of a round of repair: how many of its samples were drawn in it."""
    before: Cost | None = None
    """Of a round of repair: what the rounds before it took."""

    @property
    def total(self) -> Spent:
        return total(list(self.shards.values()))

    @property
    def weights_bytes(self) -> float:
        if self.shape is None:
            return math.nan
        return weights_bytes(self.shape, self.dtype, self.quantization)

    @property
    def kv_bytes_per_token(self) -> float:
        return kv_bytes_per_token(self.shape, self.dtype) if self.shape else math.nan

    @property
    def lengths(self) -> tuple[float, float]:
        """Mean tokens of a sample's prompt and of its completion; of a chain, of all rounds."""
        prompt, completion = self._of_round
        before = self.before.lengths if self.before else (0.0, 0.0)
        return prompt + before[0], completion + before[1]

    @property
    def _of_round(self) -> tuple[float, float]:
        """Mean tokens of this round, over all samples, those that it carries over among them."""
        every = self.total
        return every.prompt_tokens / every.samples, every.completion_tokens / every.samples

    @property
    def _of_sequence(self) -> tuple[float, float]:
        """Mean tokens of a prompt and a completion that the engine computed."""
        every = self.total
        drawn = every.samples if self.drawn is None else self.drawn
        return every.prompt_tokens / max(drawn, 1), every.completion_tokens / max(drawn, 1)

    @property
    def kv_bytes_per_sequence(self) -> float:
        return sum(self._of_sequence) * self.kv_bytes_per_token

    def memory_bytes(self, samples: float) -> float:
        """Weights, and the keys and values of ``samples`` of one task, as many as go at once; of
        several rounds that of the one that needs most."""
        prompt, completion = self._of_sequence
        info = ENGINES[self.engine]
        at_once = min(samples, info.in_flight or samples)
        prompts = 1 if info.shares_prompt and self.before is None else at_once
        tokens = prompts * prompt + at_once * completion
        own = self.weights_bytes + tokens * self.kv_bytes_per_token
        return _most(own, self.before.memory_bytes(samples)) if self.before else own

    def per_task(self, k: float) -> PerTask:
        """What k samples of a task take; k need not be whole where it is a mean over tasks."""
        prompt, completion = self._of_round
        share = k / self.total.samples
        flops = math.nan
        if self.before:
            flops = share * self.total.flops
        elif self.shape:
            flops = prompt_flops(self.shape, prompt)
            flops += k * completion_flops(self.shape, prompt, completion)
        parts = self.shards.values()
        gpu_seconds = share * sum(part.gpu_seconds * _sampling_share(part) for part in parts)
        core_seconds = share * sum(part.core_seconds * _sampling_share(part) for part in parts)
        usd = self.prices.of_tokens(k * prompt, k * completion)
        if math.isnan(self.prices.prompt) and gpu_seconds > 0:
            usd = gpu_seconds / SECONDS_PER_HOUR * self.prices.gpu_hour
        own = PerTask(flops, self.memory_bytes(k), gpu_seconds, core_seconds, usd)
        return _both(self.before.per_task(k), own) if self.before else own


def _most(one: float, other: float) -> float:
    return math.nan if math.isnan(one) or math.isnan(other) else max(one, other)


def _both(before: PerTask, own: PerTask) -> PerTask:
    """What rounds one after the other take: the memory of one of them, and the sum of the rest."""
    return PerTask(
        before.flops + own.flops,
        own.memory_bytes,
        before.gpu_seconds + own.gpu_seconds,
        before.core_seconds + own.core_seconds,
        before.usd + own.usd,
    )


def cost_of(
    shards: Iterable[Mapping[str, Any]],
    manifest: Mapping[str, Any],
    prices: Prices,
    before: Cost | None = None,
) -> Cost:
    """The cost of a sampling, from its shards' metadata and its model's manifest; of a round of
    repair, on top of that of the rounds ``before``."""
    shards = list(shards)
    names = [f"{m['draws'][0]:05d}-{m['draws'][1]:05d}" for m in shards]
    engine = shards[0]["engine"]
    known = ENGINES[engine["name"]].in_flight is not None
    shape = shape_of_manifest(manifest) if known else None
    return Cost(
        engine=engine["name"],
        dtype=engine["dtype"],
        quantization=engine["quantization"],
        shape=shape,
        prices=prices,
        shards={n: spent(m, shape, prices) for n, m in zip(names, shards, strict=True)},
        drawn=sum(one["repair"]["drawn"] for one in shards) if before else None,
        before=before,
    )


def cost_text(cost: Cost) -> str:
    """The text of a cost.json, which :func:`read_cost` reads back; what is not known is null.

    ``total`` and ``memory`` follow from the rest and are there to be read.
    """
    record = _written(cost)
    record["total"] = asdict(cost.total)
    record["memory"] = {
        "weights_bytes": cost.weights_bytes,
        "kv_bytes_per_token": cost.kv_bytes_per_token,
        "kv_bytes_per_sequence": cost.kv_bytes_per_sequence,
    }
    return json.dumps(_without_nan({"format": 1, **record}), indent=2, allow_nan=False) + "\n"


def _written(cost: Cost) -> dict[str, Any]:
    """The fields of a cost; those of a round of repair only where it is one."""
    record = asdict(cost)
    if cost.before is None:
        del record["drawn"], record["before"]
    else:
        record["before"] = _written(cost.before)
    return record


def read_cost(path: Path) -> Cost:
    """Read a cost.json.

    :raises UserError: it is missing or damaged.
    """
    try:
        return _read(json.loads(path.read_text()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is missing or damaged: regenerate it with cost.py") from error


def _read(record: Mapping[str, Any]) -> Cost:
    shape, before = record["shape"], record.get("before")
    return Cost(
        engine=record["engine"],
        dtype=record["dtype"],
        quantization=record["quantization"],
        shape=Shape(**shape) if shape else None,
        prices=Prices(**{key: _number(value) for key, value in record["prices"].items()}),
        shards={
            name: Spent(**{key: _number(value) for key, value in part.items()})
            for name, part in record["shards"].items()
        },
        drawn=record.get("drawn"),
        before=_read(before) if before else None,
    )


def _sampling_share(part: Spent) -> float:
    """The share of its time that a shard's job drew samples, and did not load the model."""
    return part.engine_seconds / part.wall_seconds if part.wall_seconds else math.nan


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def read_record(path: Path, keys: Iterable[str] = ()) -> dict[str, Any]:
    """A JSON file that holds a mapping with ``keys``.

    :raises UserError: it is missing or damaged.
    """
    try:
        record = json.loads(path.read_text())
        cli.need(record, str(path), keys)
    except (FileNotFoundError, ValueError, UserError) as error:
        raise UserError(f"{path} is missing or damaged: delete it and run again") from error
    return record


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def in_units(value: float, unit: str) -> str:
    """Three digits with a decimal prefix: ``1.29 TFLOP``, ``16.1 GB``; ``-`` where not known."""
    if math.isnan(value):
        return "-"
    prefixes = ["", "k", "M", "G", "T", "P", "E", "Z"]
    step = min(max(int(math.log10(value) // 3), 0), len(prefixes) - 1) if value > 0 else 0
    number = float(f"{value / 1000**step:.3g}")
    if number >= 1000 and step + 1 < len(prefixes):
        number, step = number / 1000, step + 1
    return f"{number:g} {prefixes[step]}{unit}"
