"""How fast a device could write tokens at best: a bound from its bandwidth and its arithmetic.

The roofline model (Williams, Waterman and Patterson 2009, doi:10.1145/1498765.1498785): a step
takes at least as long as its bytes take to pass through the memory, and as its operations take to
be computed. For writing tokens the bytes of a step are the weights, once for all sequences, and the
keys and values that each sequence looks back on (Pope et al. 2022, arXiv:2211.05102, section 2).

The bound is one from above, and generous: a prompt's keys and values are read once for all draws
that share it, reading prompts takes nothing, no step has fewer sequences than asked for, and with
fp8 all arithmetic runs at the rate of fp8. Nothing reaches it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from passk.cost import BYTES_OF, FP8, Shape, kv_bytes_per_token, token_flops


@dataclass(frozen=True, slots=True)
class Device:
    """What was measured: bytes a second through the memory, operations a second on matrices."""

    bandwidth: float
    flops: float


@dataclass(frozen=True, slots=True)
class Bound:
    """Seconds that a step takes at least, for its bytes and for its operations."""

    sequences: int
    memory_seconds: float
    compute_seconds: float

    @property
    def tokens_per_second(self) -> float:
        return self.sequences / max(self.memory_seconds, self.compute_seconds)

    @property
    def bound_by(self) -> str:
        return "memory" if self.memory_seconds >= self.compute_seconds else "arithmetic"


def llama_shape(config: Mapping[str, Any]) -> Shape:
    """The shape of a Llama from its config.json alone: there are no weights to look at."""
    width, head = config["hidden_size"], config["head_dim"]
    attention, kv = config["num_attention_heads"] * head, config["num_key_value_heads"] * head
    layer = width * (2 * attention + 2 * kv + 3 * config["intermediate_size"])
    layers, table = config["num_hidden_layers"], config["vocab_size"] * width
    tables = table if config["tie_word_embeddings"] else 2 * table
    norms = (2 * layers + 1) * width
    return Shape(
        parameters=layers * layer + tables + norms,
        multiplied=layers * layer + table,
        vocabulary=tables,
        layers=layers,
        attention_width=attention,
        kv_width=kv,
        stored_bytes=0,
    )


def read_bytes(shape: Shape, dtype: str, quantization: str | None) -> float:
    """Bytes of the weights that a step reads: not the embedding, of which it looks up few rows.

    With vLLM's on-line fp8 the layers take a byte a parameter and the output table stays as it is.
    """
    size = BYTES_OF[dtype]
    layers = shape.parameters - shape.vocabulary
    output = shape.multiplied - layers
    return layers * (1 if quantization == FP8 else size) + output * size


def decode_bound(
    shape: Shape,
    dtype: str,
    quantization: str | None,
    device: Device,
    sequences: int,
    prompt: float,
    prompts: float,
    lengths: Sequence[int],
) -> Bound:
    """The bound on a step that writes a token of each of ``sequences`` completions.

    ``prompt``: tokens of a prompt; ``prompts``: how many different ones the sequences have.
    ``lengths``: of the completions, in tokens. At a random step a completion of length l is as
    likely to be among the sequences as it has steps, and is l/2 tokens long on average, so that a
    sequence looks back on (sum of l squared) / (2 sum of l) tokens of its own.
    """
    own = sum(length * length for length in lengths) / (2 * sum(lengths))
    kept = sequences * own + prompts * prompt
    size = read_bytes(shape, dtype, quantization) + kept * kv_bytes_per_token(shape, dtype)
    operations = sequences * token_flops(shape, prompt + own)
    return Bound(sequences, size / device.bandwidth, operations / device.flops)
