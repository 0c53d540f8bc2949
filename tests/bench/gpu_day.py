"""What only a GPU can show, by one command and within half an hour: `make gpu-day`.

In this order, so that what matters most is there if the time ends: the engine's tests on the GPU
with the demo's model (seeds, layouts, a restart, a killed engine); tokens a second with the shape
of Llama 3.1 8B, in bf16 and in fp8, at n = 1,000 and 100, with a seed a draw and without, beside
one call of vLLM's ``generate`` and the roofline; the same with fewer sequences at once; memory; and
what the paper's run would take at that rate.

Each step is written to the JSON file when it is done. The same command again goes on with what is
missing, on the same device and at the same state of the package. A step that fails is recorded
with its reason, and the next one begins; one that the time does not suffice for is named.

``--cpu`` rehearses all of it on vLLM's build for CPUs with a cut-down shape: that proves the code
and says nothing of a GPU.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from bench_sample import draw, engine_python

from passk import cli
from passk.forecast import TOKENS_PER_SAMPLE
from passk.records import UserError, write_text

ROOT = Path(__file__).resolve().parents[2]
TESTS, RATES, FEWER = "tests", "tokens a second", "fewer sequences at once"
FEWER_SEQUENCES = 256
log = logging.getLogger("gpu-day")


def tests(python: Path, seconds: float) -> dict[str, Any]:
    """How each of the engine's tests ended, with the environment of ``python``.

    :raises UserError: they could not be begun, or did not end within ``seconds``.
    """
    report = ROOT / "results/bench/gpu-day-tests.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    asked = [sys.executable, "-m", "pytest", "-q", "tests/test_vllm.py", f"--junitxml={report}"]
    environment = {**os.environ, "VLLM_ENVIRONMENT": python.parents[1].name, "OMP_NUM_THREADS": "1"}
    limited(asked, environment, seconds)
    if not report.exists():
        raise UserError("the tests could not be begun: their reason stands above")
    ended: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        kinds = {child.tag for child in case}
        ended[case.attrib["name"]] = next(
            (kind for kind in ("failure", "error", "skipped") if kind in kinds), "passed"
        )
    return {"tests": ended}


def limited(asked: list[str], environment: dict[str, str], seconds: float) -> None:
    """Run a command; whatever it started ends with it, when its time is over, too.

    :raises UserError: it did not end within ``seconds``.
    """
    with subprocess.Popen(asked, cwd=ROOT, env=environment, start_new_session=True) as process:
        try:
            process.wait(timeout=max(1.0, seconds))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            raise UserError(f"did not end within {seconds / 60:.0f} minutes") from None
        except BaseException:
            os.killpg(process.pid, 9)
            raise


def rates(gpu: bool, precision: str, fewer: bool, seconds: float) -> dict[str, Any]:
    """Tokens a second, with rows as in the table of bench_sample.py.

    :raises UserError: they could not be measured, or not within ``seconds``.
    """
    n, size = (["1000", "100"], ["--tasks", "4"]) if gpu else (["8", "4"], ["--tasks", "2"])
    if fewer:
        n, size = n[:1], [*size, "--sequences", str(FEWER_SEQUENCES if gpu else 4)]
    with tempfile.TemporaryDirectory() as folder:
        stem = Path(folder) / "rates"
        asked = [sys.executable, "tests/bench/bench_sample.py", "--output", str(stem), *size]
        asked += ["--n", *n, "--precisions", precision]
        asked += [] if gpu else ["--cpu", "--tokens", "12"]
        limited(asked, dict(os.environ), seconds)
        if not stem.with_suffix(".csv").exists():
            raise UserError("nothing was measured: the reason stands above")
        table = pd.read_csv(stem.with_suffix(".csv"), keep_default_na=False, na_values=["nan"])
    return {"rows": table.astype(object).where(table.notna(), None).to_dict("records")}


def papers_run(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the experiment ``paper`` takes at each rate measured with seeds.

    ``gpu_hours`` are of one GPU as this one; ``usd`` is at the price in config.yaml, of an A100.
    """
    told = yaml.safe_load((ROOT / "config.yaml").read_text())
    experiment = told["experiments"]["paper"]
    model = told["models"][experiment["model"]]
    tokens = 164 * experiment["n_samples"] * model.get("tokens_per_sample", TOKENS_PER_SAMPLE)
    found = []
    for row in rows:
        if row["way"] == "seeds":
            hours = tokens / row["tokens_per_second"] / 3600
            kept = {key: row[key] for key in ("dtype", "quantization", "n", "sequences")}
            usd = hours * model["price_per_gpu_hour"]
            found.append({**kept, "tokens": tokens, "gpu_hours": hours, "usd": usd})
    return found


def steps(python: Path, gpu: bool) -> dict[str, tuple[float, Callable[[float], dict[str, Any]]]]:
    """Name -> seconds that it may take on a GPU (the rates as on an H200, the rest a guess)."""
    found: dict[str, tuple[float, Callable[[float], dict[str, Any]]]] = {
        TESTS: (480, partial(tests, python))
    }
    kinds = {"bf16": "own", "fp8": "fp8"} if gpu else {"float32": "own"}
    for fewer in (False, True):
        for name, precision in kinds.items():
            step = f"{FEWER if fewer else RATES}, {name}"
            found[step] = (150 if fewer else 270, partial(rates, gpu, precision, fewer))
    return found


def state() -> str:
    """The commit that is checked out, with ``-dirty`` where files differ from it."""
    asked = ["git", "describe", "--always", "--dirty", "--abbrev=40"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def devices(gpu: bool) -> list[str]:
    """What nvidia-smi says of each GPU: name, memory, driver."""
    if not gpu:
        return ["CPU"]
    asked = ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()


def run(output: Path, gpu: bool, minutes: float) -> dict[str, Any]:
    """Do every step that is not done and for which there is time; all that is known."""
    python = engine_python(gpu)
    ends = time.monotonic() + 60 * minutes
    same = {"devices": devices(gpu), "state": state()}
    try:
        known = json.loads(output.read_text())
    except (FileNotFoundError, ValueError):
        known = {}
    if {key: known.get(key) for key in same} != same:
        known = {**same, "steps": {}}
    done = known["steps"]
    for name, (about, step) in steps(python, gpu).items():
        if "error" not in done.get(name, {"error": ""}):
            log.info("%s: done before", name)
            continue
        left = ends - time.monotonic()
        if left < about:
            log.warning("%s: left out, it takes some %.0f minutes", name, about / 60)
            done[name] = {"error": f"no time was left of the {minutes:g} minutes"}
            continue
        log.info("%s: begins, some %.0f minutes on a GPU", name, about / 60)
        begun = time.monotonic()
        try:
            done[name] = step(left)
        except UserError as error:
            log.warning("%s: %s", name, error)
            done[name] = {"error": str(error)}
        done[name]["seconds"] = round(time.monotonic() - begun, 1)
        write_text(output, json.dumps(known, indent=1) + "\n")
    rows = [row for step in done.values() for row in step.get("rows", [])]
    if gpu:
        known["paper"] = papers_run(rows)
    write_text(output, json.dumps(known, indent=1) + "\n")
    if rows:
        draw(rows, output.with_suffix(""))
    return known


def summary(known: dict[str, Any]) -> str:
    """A line a step, and what is to be known at once."""
    lines = [", ".join(known["devices"])]
    for name, step in known["steps"].items():
        if "error" in step:
            lines.append(f"{name}: not done: {step['error']}")
        elif "tests" in step:
            ended = list(step["tests"].values())
            counts = {kind: ended.count(kind) for kind in dict.fromkeys(ended)}
            lines.append(f"{name}: " + ", ".join(f"{n} {kind}" for kind, n in counts.items()))
            bad = [test for test, how in step["tests"].items() if how in ("failure", "error")]
            lines += [f"  failed: {test}" for test in bad]
        for row in step.get("rows", []):
            rate = f"{row['tokens_per_second']:,.0f} tokens/s"
            share = f"{row['of_plain']:.2f} of plain, {row['of_roofline']:.2f} of the roofline"
            lines.append(f"{name}, n = {row['n']:,}, {row['way']}: {rate}, {share}")
    for cost in known.get("paper", []):
        how = f"{cost['quantization'] or cost['dtype']}, {cost['sequences']:,} at once"
        lines.append(f"the paper's run, {how}: {cost['gpu_hours']:.2f} GPU hours")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--cpu", action="store_true", help="rehearse on the CPU, cut down")
    parser.add_argument("--minutes", type=float, default=25, help="for all of it (default: 25)")
    parser.add_argument("--output", type=Path, default=Path("results/bench/gpu-day.json"))
    given = parser.parse_args()
    gpu = not given.cpu
    if gpu and shutil.which("nvidia-smi") is None:
        raise UserError(
            "there is no GPU here (no nvidia-smi): run on a machine with one, or rehearse with "
            "make gpu-day CPU=1"
        )
    known = run(given.output, gpu, given.minutes)
    print(summary(known))
    print(f"wrote {given.output} and {given.output.with_suffix('.png')}", file=sys.stderr)


if __name__ == "__main__":
    cli.run(main)
