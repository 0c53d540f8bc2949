"""The bound on tokens a second, against sums worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from bench_sample import LLAMA_8B, SMALL, lengths_of
from conftest import ROOT
from roofline import Device, decode_bound, llama_shape, read_bytes

from passk.cost import FP8, shape_of

# NVIDIA's data sheet of the H200 (SXM): 4.8 TB/s, 989 TFLOP/s in bf16 without sparsity.
H200 = Device(4.8e12, 989e12)


def test_llama_8b_has_the_parameters_that_meta_states() -> None:
    shape = llama_shape(LLAMA_8B)
    assert shape.parameters == 8_030_261_248  # of the published safetensors
    assert shape.parameters - shape.multiplied == 128256 * 4096 + 65 * 4096


@pytest.mark.parametrize("name", ["small", "large"])
def test_shape_from_the_config_is_that_of_the_weights(name: str) -> None:
    folder = ROOT / "resources/demo" / name
    found = shape_of(folder)
    config = json.loads((folder / "config.json").read_text())
    assert found is not None
    assert llama_shape(config) == replace(found, stored_bytes=0)


def test_one_sequence_reads_all_weights_for_each_token() -> None:
    bound = decode_bound(llama_shape(LLAMA_8B), "bfloat16", None, H200, 1, 0, 0, [2])
    # 7.5 G parameters of two bytes each, and next to no keys and values.
    assert bound.tokens_per_second == pytest.approx(4.8e12 / 15.01e9, rel=1e-3)
    assert bound.bound_by == "memory"


def test_step_of_many_sequences_by_hand() -> None:
    """512 draws of one prompt of 200 tokens; completions of 300 tokens: 150 of them so far."""
    shape = llama_shape(LLAMA_8B)
    bound = decode_bound(shape, "bfloat16", None, H200, 512, 200, 1, [300, 300])
    kv = 32 * 2 * 8 * 128 * 2  # 128 KiB a token
    seconds = (15.009e9 + (512 * 150 + 200) * kv) / 4.8e12
    assert bound.memory_seconds == pytest.approx(seconds, rel=1e-3)
    operations = 512 * (2 * 7.5047e9 + 4 * 32 * 4096 * 350)
    assert bound.compute_seconds == pytest.approx(operations / 989e12, rel=1e-3)
    assert bound.tokens_per_second == pytest.approx(512 * 989e12 / operations, rel=1e-3)
    assert bound.bound_by == "arithmetic"


def test_compute_binds_where_the_batch_is_large_and_the_device_slow() -> None:
    bound = decode_bound(llama_shape(LLAMA_8B), "bfloat16", None, Device(1e15, 1e12), 64, 1, 1, [9])
    assert bound.bound_by == "arithmetic"
    assert bound.tokens_per_second == pytest.approx(1e12 / (2 * 7.5047e9), rel=1e-2)


def test_long_completions_weigh_as_they_are_met() -> None:
    """One of 1,000 tokens and one of 10: at a random step it is nearly always the long one."""
    shape = llama_shape(SMALL)
    mixed = decode_bound(shape, "float32", None, H200, 100, 0, 0, [1000, 10])
    long = decode_bound(shape, "float32", None, H200, 100, 0, 0, [1000])
    assert mixed.memory_seconds == pytest.approx(long.memory_seconds, rel=0.02)


def test_fp8_halves_the_layers_and_not_the_output_table() -> None:
    shape = llama_shape(LLAMA_8B)
    table = 128256 * 4096
    layers = shape.multiplied - table
    assert read_bytes(shape, "bfloat16", FP8) == pytest.approx(layers + 2 * table, rel=1e-4)


def test_lengths_have_their_mean_and_differ() -> None:
    for tasks in (4, 8, 164):
        lengths = lengths_of(tasks, 150)
        assert len(set(lengths)) > tasks / 3
        assert sum(lengths) / tasks == pytest.approx(150, rel=0.12)
        assert max(lengths) <= 1024
