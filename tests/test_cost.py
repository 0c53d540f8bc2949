"""What samples cost, against counts by hand, enumeration, and PyTorch's own counter."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from passk import cost
from passk.cost import Prices, Shape, shape_of

LLAMA_8B = {
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_attention_heads": 32,
    "num_hidden_layers": 32,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
    "tie_word_embeddings": False,
}


def llama_tensors(config: dict[str, Any]) -> dict[str, list[int]]:
    """The tensors of a Llama by name: what its checkpoints hold."""
    d, ff, vocab = config["hidden_size"], config["intermediate_size"], config["vocab_size"]
    head = config.get("head_dim") or d // config["num_attention_heads"]
    q, kv = config["num_attention_heads"] * head, config["num_key_value_heads"] * head
    tensors = {"model.embed_tokens.weight": [vocab, d], "model.norm.weight": [d]}
    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}"
        tensors |= {
            f"{at}.self_attn.q_proj.weight": [q, d],
            f"{at}.self_attn.k_proj.weight": [kv, d],
            f"{at}.self_attn.v_proj.weight": [kv, d],
            f"{at}.self_attn.o_proj.weight": [d, q],
            f"{at}.mlp.gate_proj.weight": [ff, d],
            f"{at}.mlp.up_proj.weight": [ff, d],
            f"{at}.mlp.down_proj.weight": [d, ff],
            f"{at}.input_layernorm.weight": [d],
            f"{at}.post_attention_layernorm.weight": [d],
        }
    if not config["tie_word_embeddings"]:
        tensors["lm_head.weight"] = [vocab, d]
    return tensors


def write_model(
    folder: Path, config: dict[str, Any], tensors: dict[str, list[int]], dtype: str = "BF16"
) -> Path:
    """A model's folder as far as its shape goes: the header of a safetensors file, no data."""
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    place = 0
    for name, shape in tensors.items():
        size = 2 * math.prod(shape)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [place, place + size]}
        place += size
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text)
    return folder


@pytest.fixture
def llama(tmp_path: Path) -> Shape:
    shape = shape_of(write_model(tmp_path / "llama", LLAMA_8B, llama_tensors(LLAMA_8B)))
    assert shape is not None
    return shape


def test_llama_8b_has_the_parameters_that_its_card_counts(llama: Shape) -> None:
    assert llama.parameters == 8_030_261_248
    # 32 layers of 218,103,808 in matrices, and the output table; the embedding is looked up.
    assert llama.multiplied == 32 * 218_103_808 + 128256 * 4096 == 7_504_658_432
    assert llama.stored_bytes == 2 * 8_030_261_248


def test_llama_8b_takes_the_memory_that_hand_counts_give(llama: Shape) -> None:
    assert cost.kv_bytes_per_token(llama, "bfloat16") == 2 * 32 * 8 * 128 * 2 == 131_072
    assert cost.weights_bytes(llama, "bfloat16", None) == 16_060_522_496
    # On-line fp8 leaves the two tables (1,050,673,152 parameters) at two bytes.
    assert cost.weights_bytes(llama, "bfloat16", cost.FP8) == 8_030_261_248 + 1_050_673_152
    assert cost.weights_bytes(llama, "bfloat16", "awq") == llama.stored_bytes
    assert math.isnan(cost.weights_bytes(llama, "int3", None))


def matrix_products(config: dict[str, Any], context: int) -> int:
    """FLOPs of one token's forward pass, product by product: 2 a b c for (a, b) times (b, c)."""
    d, ff = config["hidden_size"], config["intermediate_size"]
    heads, kv = config["num_attention_heads"], config["num_key_value_heads"]
    head = config["head_dim"]
    total = 0
    for _ in range(config["num_hidden_layers"]):
        for rows, columns in [
            (d, heads * head), (d, kv * head), (d, kv * head), (heads * head, d),
            (d, ff), (d, ff), (ff, d),
        ]:  # fmt: skip
            total += 2 * 1 * rows * columns
        for _ in range(heads):
            total += 2 * 1 * head * context  # the query with each key
            total += 2 * 1 * context * head  # the weights with the values
    return total + 2 * d * config["vocab_size"]


@pytest.mark.parametrize("size", ["small", "large"])
def test_flops_are_those_of_the_matrix_products_one_by_one(size: str) -> None:
    folder = ROOT / "resources/demo" / size
    config = json.loads((folder / "config.json").read_text())
    shape = shape_of(folder)
    assert shape is not None
    for context in (1, 7, 200):
        assert cost.token_flops(shape, context) == matrix_products(config, context)
    prompt, tokens = 30, 24
    by_one = [matrix_products(config, context) for context in range(1, prompt + tokens + 1)]
    assert cost.prompt_flops(shape, prompt) == sum(by_one[:prompt])
    assert cost.completion_flops(shape, prompt, tokens) == sum(by_one[prompt:])


COUNTER = """
import json, sys, torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoModelForCausalLM
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], attn_implementation="eager").float()
found = []
with torch.inference_mode():
    cache = model(input_ids=torch.arange(2, 32)[None], use_cache=True).past_key_values
    for _ in range(3):
        with FlopCounterMode(display=False) as counter:
            model(input_ids=torch.tensor([[5]]), past_key_values=cache, use_cache=True)
        found.append(counter.get_total_flops())
print(json.dumps(found))
"""


def test_flops_of_decoding_are_those_that_pytorch_counts(torch_python: Path) -> None:
    folder = ROOT / "resources/demo/small"
    done = subprocess.run(
        [torch_python, "-c", COUNTER, folder], capture_output=True, text=True, check=True
    )
    counted = json.loads(done.stdout.splitlines()[-1])
    shape = shape_of(folder)
    assert shape is not None
    assert [cost.token_flops(shape, context) for context in (31, 32, 33)] == counted


def test_tied_table_is_counted_once_even_where_the_file_holds_it_twice(tmp_path: Path) -> None:
    config = {**LLAMA_8B, "num_hidden_layers": 1, "tie_word_embeddings": True}
    tensors = llama_tensors(config)
    once = shape_of(write_model(tmp_path / "once", config, tensors))
    tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"]
    twice = shape_of(write_model(tmp_path / "twice", config, tensors))
    assert once == twice
    assert once is not None
    assert once.multiplied == 218_103_808 + 128256 * 4096


def test_token_is_multiplied_with_the_experts_that_it_uses(tmp_path: Path) -> None:
    config = {**LLAMA_8B, "num_hidden_layers": 1, "num_local_experts": 8, "num_experts_per_tok": 2}
    tensors = {name: shape for name, shape in llama_tensors(config).items() if ".mlp." not in name}
    dense = shape_of(write_model(tmp_path / "dense", config, tensors))
    for expert in range(8):
        tensors[f"model.layers.0.block_sparse_moe.experts.{expert}.w1.weight"] = [100, 4096]
    tensors["model.layers.0.mlp.shared_expert.w1.weight"] = [7, 4096]
    mixed = shape_of(write_model(tmp_path / "mixed", config, tensors))
    assert dense is not None
    assert mixed is not None
    assert mixed.parameters - dense.parameters == (8 * 100 + 7) * 4096
    assert mixed.multiplied - dense.multiplied == (2 * 100 + 7) * 4096


def test_index_says_which_files_count(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m", LLAMA_8B, llama_tensors(LLAMA_8B))
    one = shape_of(folder)
    (folder / "model.safetensors").rename(folder / "model-00001-of-00001.safetensors")
    assert shape_of(folder) == one
    (folder / "consolidated.safetensors").write_bytes(
        (folder / "model-00001-of-00001.safetensors").read_bytes().replace(b"model.", b"other.")
    )
    names = dict.fromkeys(llama_tensors(LLAMA_8B), "model-00001-of-00001.safetensors")
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": names}))
    assert shape_of(folder) == one


def test_what_cannot_be_told_is_no_shape(tmp_path: Path) -> None:
    tensors = llama_tensors(LLAMA_8B)
    assert shape_of(tmp_path) is None
    assert shape_of(write_model(tmp_path / "packed", LLAMA_8B, tensors, "I32")) is None
    assert shape_of(write_model(tmp_path / "mla", {**LLAMA_8B, "kv_lora_rank": 4}, tensors)) is None
    assert shape_of(write_model(tmp_path / "other", {"model_type": "mamba"}, tensors)) is None
    folder = write_model(tmp_path / "cut", LLAMA_8B, tensors)
    (folder / "model.safetensors").write_bytes(b"weights")
    assert shape_of(folder) is None


def test_shape_is_taken_from_the_manifest_where_the_weights_are_gone(llama: Shape) -> None:
    manifest = {"path": "/nowhere", "shape": asdict(llama)}
    assert cost.shape_of_manifest(manifest) == llama
    assert cost.shape_of_manifest({"path": "/nowhere"}) is None
    assert cost.shape_of_manifest({"path": None, "shape": None}) is None


def metadata(
    engine: str = "vllm", device: str | None = "2 x NVIDIA H200", first: int = 0, **changes: Any
) -> dict[str, Any]:
    """A shard of 100 draws of 164 tasks, 200 tokens a prompt and 150 a completion."""
    return {
        "draws": [first, first + 99],
        "tasks": 164,
        "engine": {"name": engine, "device": device, "dtype": "bfloat16", "quantization": None},
        "prompt_tokens": 16_400 * 200,
        "completion_tokens": 16_400 * 150,
        "engine_seconds": 1500.0,
        "wall_seconds": 1800.0,
        **changes,
    }


def test_gpus_are_paid_for_from_beginning_to_end(llama: Shape) -> None:
    spent = cost.spent(metadata(), llama, Prices(gpu_hour=1.29))
    assert spent.gpu_seconds == 3600
    assert spent.usd == pytest.approx(1.29)
    assert spent.samples == 16_400
    assert spent.prompt_tokens_computed == 164 * 200
    assert math.isnan(spent.core_seconds)


def test_prompt_is_computed_once_for_the_draws_that_share_it(llama: Shape) -> None:
    prompt = cost.prompt_flops(llama, 200)
    completions = 16_400 * cost.completion_flops(llama, 200, 150)
    gpu = cost.spent(metadata(), llama, Prices())
    assert gpu.flops == pytest.approx(164 * prompt + completions)
    assert gpu.flops_unshared == pytest.approx(16_400 * prompt + completions)
    chunks = cost.spent(metadata("transformers", "cpu, 3 threads"), llama, Prices())
    assert chunks.prompt_tokens_computed == 2 * 164 * 200  # chunks of 50 draws
    assert chunks.flops == pytest.approx(2 * 164 * prompt + completions)
    assert (chunks.gpu_seconds, chunks.core_seconds) == (0, 3 * 1800)


def test_cpu_has_no_price_of_a_gpu(llama: Shape) -> None:
    spent = cost.spent(metadata("transformers", "cpu, 1 threads"), llama, Prices(gpu_hour=1.29))
    assert math.isnan(spent.usd)


def test_endpoint_is_paid_by_the_token_and_its_flops_are_not_known() -> None:
    prices = Prices.of({"price_per_million_tokens": {"prompt": 2.5, "completion": 10}})
    spent = cost.spent(metadata("openai", None), None, prices)
    assert spent.usd == pytest.approx(3.28 * 2.5 + 2.46 * 10)
    unknown = (spent.flops, spent.gpu_seconds, spent.core_seconds, spent.prompt_tokens_computed)
    assert all(map(math.isnan, unknown))
    assert spent.wall_seconds == 1800


def test_reading_recorded_samples_is_not_sampling() -> None:
    tokens = {"prompt_tokens": None, "completion_tokens": None}
    spent = cost.spent(metadata("recorded", None, **tokens), None, Prices(gpu_hour=1.0))
    numbers = [getattr(spent, name) for name in cost.SPENT if name != "samples"]
    assert all(map(math.isnan, numbers))


def test_first_sample_of_a_task_brings_the_prompt_and_the_others_do_not(llama: Shape) -> None:
    found = cost.cost_of([metadata()], {"path": None, "shape": None}, Prices(gpu_hour=3.6))
    assert math.isnan(found.per_task(3).flops)
    manifest = {"path": None, "shape": asdict(llama)}
    found = cost.cost_of([metadata(), metadata(first=100)], manifest, Prices(gpu_hour=3.6))
    one, five = found.per_task(1), found.per_task(5)
    completion = cost.completion_flops(llama, 200, 150)
    assert one.flops == pytest.approx(cost.prompt_flops(llama, 200) + completion)
    assert five.flops - one.flops == pytest.approx(4 * completion)
    assert one.memory_bytes == pytest.approx(16_060_522_496 + 350 * 131_072)
    assert five.memory_bytes == pytest.approx(16_060_522_496 + (200 + 5 * 150) * 131_072)
    # Two GPUs for 1,500 s drew the 16,400 samples of each shard.
    assert five.gpu_seconds == pytest.approx(5 * 3000 / 16_400)
    assert five.usd == pytest.approx(5 * 3000 / 16_400 * 3.6 / 3600)


def test_memory_stops_growing_at_the_sequences_that_go_at_once(llama: Shape) -> None:
    manifest = {"path": None, "shape": asdict(llama)}
    found = cost.cost_of([metadata("transformers", "cpu, 1 threads")], manifest, Prices())
    assert found.memory_bytes(50) == found.memory_bytes(1000)
    # Each draw of a chunk has a copy of the prompt.
    assert found.memory_bytes(50) == pytest.approx(16_060_522_496 + 50 * 350 * 131_072)


def test_cost_is_read_back_as_it_was_written(tmp_path: Path, llama: Shape) -> None:
    manifest = {"path": None, "shape": asdict(llama)}
    for shards in ([metadata(), metadata(first=100)], [metadata("recorded", None)]):
        written = cost.cost_of(shards, manifest, Prices(gpu_hour=1.0))
        path = tmp_path / "cost.json"
        path.write_text(cost.cost_text(written))
        assert cost.cost_text(cost.read_cost(path)) == path.read_text()
        assert "NaN" not in path.read_text()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (999.6, "1 kB"),
        (1.29e12, "1.29 TB"),
        (16_060_522_496, "16.1 GB"),
        (math.nan, "-"),
    ],
)
def test_units_have_three_digits(value: float, text: str) -> None:
    assert cost.in_units(value, "B") == text


def run(script: str, *arguments: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / script, *map(str, arguments)],
        capture_output=True,
        text=True,
    )


@pytest.fixture
def sampled(tmp_path: Path) -> Path:
    """The folder of a sampling of two shards, with their verdicts' metadata."""
    folder = tmp_path / "results/model/benchmark/sampling"
    (folder / "samples").mkdir(parents=True)
    (folder / "verdicts/base-verbatim").mkdir(parents=True)
    model = write_model(tmp_path / "m", LLAMA_8B, llama_tensors(LLAMA_8B))
    (folder / "manifest.json").write_text(json.dumps({"path": str(model)}))
    for first in (0, 100):
        name = f"{first:05d}-{first + 99:05d}.meta.json"
        (folder / "samples" / name).write_text(json.dumps(metadata(first=first)))
        judged = {
            "suite": "base", "answer": "verbatim", "samples": {"draws": [first, first + 99]},
            "outcomes": {"passed": 16_000, "failed": 400}, "cpu_seconds": 12.5, "wall_seconds": 9.0,
        }  # fmt: skip
        (folder / "verdicts/base-verbatim" / name).write_text(json.dumps(judged))
    return folder


def test_table_holds_each_shard_and_their_sum(sampled: Path, tmp_path: Path) -> None:
    done = run(
        "cost.py", "--metadata", *sorted((sampled / "samples").iterdir()), "--manifest",
        sampled / "manifest.json", "--prices", "{price_per_gpu_hour: 2}", "--output",
        sampled / "cost.json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    table = tmp_path / "cost.csv"
    verdicts = sorted((sampled / "verdicts/base-verbatim").iterdir())
    done = run(
        "print_cost.py", "--cost", sampled / "cost.json", "--labels", "Llama, 8 B", "--verdicts",
        *verdicts, "--output", table,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with table.open() as handle:
        rows = list(csv.DictReader(handle))
    by_step = {(row["step"], row["judgement"], row["draws"]): row for row in rows}
    assert list(by_step) == [
        ("sampling", "", "00000-00099"), ("sampling", "", "00100-00199"), ("sampling", "", "all"),
        ("execution", "base-verbatim", "00000-00099"),
        ("execution", "base-verbatim", "00100-00199"), ("execution", "base-verbatim", "all"),
    ]  # fmt: skip
    every = by_step["sampling", "", "all"]
    assert float(every["usd"]) == pytest.approx(2 * 3600 / 3600 * 2)
    assert float(every["completion_tokens"]) == 2 * 16_400 * 150
    judged = by_step["execution", "base-verbatim", "all"]
    assert (judged["samples"], judged["core_seconds"], judged["usd"]) == ("32800", "25", "nan")
    assert "16.1 GB of weights" in done.stdout
    assert "4.00" in done.stdout


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_damaged_metadata_is_one_sentence(sampled: Path, text: str) -> None:
    shard = sampled / "samples/00000-00099.meta.json"
    shard.write_text(text)
    done = run(
        "cost.py", "--metadata", shard, "--manifest", sampled / "manifest.json", "--output",
        sampled / "cost.json",
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.strip() == f"error: {shard} is missing or damaged: delete it and run again"
    assert not (sampled / "cost.json").exists()
