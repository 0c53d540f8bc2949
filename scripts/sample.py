"""Draw one shard of samples: a block of draws of every task.

The shard is written at once when it is complete. Until then its samples are kept in
``SAMPLES.partial``, from which the same command resumes after a kill, a full disk or an endpoint
that failed; on the same device the final bytes are those of an undisturbed run. A finished shard
that is what is asked stays as it is (passk/engines/finished.py). Exit code 2 and one sentence for
what the user can fix.

With ``--parent`` and ``--feedback`` it is a round of repair (passk/repair.py): the draws that fail
an example of their prompt are drawn again, the others are carried over.

Tokens a second count completion tokens. This script does not judge anything.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from passk import cli, repair
from passk.benchmarks import Benchmark, read_problem_file
from passk.engines import Request, engine_of, open_engine
from passk.engines.checkpoint import open_checkpoint
from passk.engines.finished import asked, difference, is_there
from passk.engines.weights import REMEMBERED_IN, memory_of
from passk.progress import Progress
from passk.records import (
    UserError,
    bring_back,
    fingerprint,
    metadata_path,
    read_metadata,
    remove_leftovers,
    write_metadata,
    write_records,
)

# What of an engine decides how samples are distributed. Its version and its device do not, though
# they may decide which ones are drawn: they are recorded, and a shard may be of several.
DECISIVE = ("name", "dtype", "quantization")
SETTINGS = ("prompt", "temperature", "top_p", "max_tokens", "seed")


def parse_draws(text: str) -> range:
    """``00000-00099`` -> range(0, 100).

    :raises UserError: anything else.
    """
    match = re.fullmatch(r"([0-9]{5})-([0-9]{5})", text)
    if not match or int(match[1]) > int(match[2]):
        raise UserError(f"--draws {text!r} is not a range such as 00000-00099")
    return range(int(match[1]), int(match[2]) + 1)


def missing_requests(
    benchmark: Benchmark, draws: range, done: dict[tuple[str, int], Any], block: int
) -> list[Request]:
    """What is still to be drawn, as requests of whole blocks of ``block`` draws.

    :raises UserError: ``draws`` does not begin and end at multiples of ``block``.
    """
    if draws.start % block or draws.stop % block:
        raise UserError(
            f"this engine draws blocks of {block}: 'shard_size' in the sampling entry must be a "
            f"multiple of {block}"
        )
    requests: list[Request] = []
    for problem in benchmark.problems:
        for first in range(draws.start, draws.stop, block):
            if all((problem.task_id, d) in done for d in range(first, first + block)):
                continue
            last = first + block - 1
            before = requests[-1] if requests else None
            if before and before.problem is problem and before.last + 1 == first:
                requests[-1] = Request(problem, before.first, last)
            else:
                requests.append(Request(problem, first, last))
    return requests


def shard_name(samples: Path) -> str:
    """``…/model/benchmark/sampling/samples/00000-00099.jsonl.gz`` -> its last four parts."""
    name = samples.name.removesuffix(".gz").removesuffix(".jsonl")
    parts = samples.parts
    return "/".join([*parts[-5:-2], name]) if parts[-2:-1] == ("samples",) else name


def sample(
    weights: dict[str, Any],
    access: dict[str, Any],
    sampling: dict[str, Any],
    problems: Path,
    manifest: dict[str, Any],
    draws: range,
    samples: Path,
    threads: int,
    parent: Path | None = None,
    feedback: Path | None = None,
) -> None:
    """Draw the shard ``draws`` of all tasks in ``problems`` into ``samples`` and its metadata.

    ``parent``, ``feedback``: the samples that a round of repair continues, and what is wrong with
    them.

    :raises UserError: what the engine, the checkpoint or the round raises; see there.
    """
    started = time.monotonic()
    # Read when torch is imported; without it its pool takes every core.
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    benchmark = read_problem_file(problems)
    with open_checkpoint(samples.with_name(samples.name + ".partial")) as checkpoint:
        chain, last, given = None, {}, sampling
        if parent and feedback:
            chain, last = repair.read_round(sampling, benchmark, draws, parent, feedback)
            given = repair.given_to_engine(sampling)
        made_from = chain.made_from if chain else None
        settings = asked(weights, sampling, manifest, benchmark, draws, made_from)
        if stands(samples, settings):
            checkpoint.remove()
            return
        engine = open_engine({**weights, **access}, given, manifest, benchmark.size, threads)
        settings |= {"seed_rule": engine.seed_rule, **engine.identity()}
        if chain:
            settings["repair_template"] = chain.template
        description = engine.describe()
        settings["engine"] = {key: description[key] for key in DECISIVE}
        remove_leftovers(samples)
        checkpoint.resume(fingerprint(settings), description)
        drawn = checkpoint.samples
        name, total, found = shard_name(samples), len(benchmark.problems) * len(draws), len(drawn)
        if chain:
            chain.leave_out(last, getattr(engine, "fits", lambda text: True))
            requests = chain.requests(benchmark, draws, drawn)
            total = len(chain.texts)
            logging.info("%s: %s of %s chains go on", name, f"{total:,}", f"{len(last):,}")
        else:
            requests = missing_requests(benchmark, draws, drawn, engine_of(weights).block)
        earlier = f", {found:,} of them from an earlier run" if found else ""
        logging.info("%s: %s samples to draw%s", name, f"{total:,}", earlier)
        if sampling["temperature"] == 0 and len(draws) > 1:
            logging.warning(
                "%s: with 'temperature: 0' all draws of a task are one answer, but for rounding "
                "and an endpoint's moods: pass@k is pass@1 at every k",
                name,
            )
        progress = Progress("samples", total, f"{name}: ", found)
        tokens = 0

        def speed(seconds: float) -> str:
            return f"{tokens / seconds:,.0f} tokens/s"

        begun = recorded = time.monotonic()
        wall = begun - started
        for batch in engine.sample(requests):
            now = time.monotonic()
            if batch.samples:
                checkpoint.append(batch, now - recorded, now - recorded + wall)
                recorded, wall = now, 0.0
            tokens += batch.completion_tokens or sum(s.tokens or 0 for s in batch.samples)
            progress.update(len(drawn), speed)
        progress.update(len(drawn), speed, last=True)
        whole = {**drawn, **chain.carried} if chain else drawn
        records = [whole[p.task_id, d] for p in benchmark.problems for d in draws]
        write_records(samples, records)
        truncated = sum(record.finish_reason == "length" for record in records)
        parts = [part for part in checkpoint.parts if part.samples] or checkpoint.parts[-1:]
        metadata = {
            **settings,
            "engine": parts[-1].engine,
            "drawn_by": [asdict(part) for part in parts],
            "prompt_tokens": checkpoint.prompt_tokens,
            "completion_tokens": checkpoint.completion_tokens,
            **({"repair": repaired(chain)} if chain else {}),
            "truncated": truncated,
            "truncated_share": round(truncated / len(records), 6),
            "engine_seconds": round(checkpoint.engine_seconds, 3),
            "wall_seconds": round(checkpoint.wall_seconds + wall, 3),
        }
        write_metadata(metadata_path(samples), samples, metadata)
        checkpoint.remove()


def repaired(chain: repair.Round) -> dict[str, Any]:
    """What the metadata say of a round: its prompt and completion tokens are those of what was
    drawn in it, and not of what was carried over."""
    return {**chain.counts, "carried_tokens": chain.carried_tokens}


def stands(samples: Path, settings: dict[str, Any]) -> bool:
    """Whether this shard is finished and what is asked, so that it stays as it is.

    Where its model's files only lie elsewhere now, its metadata are told so.

    :raises UserError: it is not the file that its metadata describe.
    """
    path, name = metadata_path(samples), shard_name(samples)
    if not is_there(samples):
        return False
    metadata = read_metadata(path, samples)
    if why := difference(metadata, settings):
        logging.info("%s: finished, but drawn again: %s", name, why)
        return False
    total = f"{settings['tasks'] * (settings['draws'][1] - settings['draws'][0] + 1):,}"
    logging.info(
        "%s: %s samples, %s of them from an earlier run: finished, and stays", name, total, total
    )
    if metadata["model"] != settings["model"]:
        write_metadata(path, samples, {**metadata, "model": settings["model"]})
    return True


def read_manifest(path: Path) -> dict[str, Any]:
    """What ``download_model.py`` wrote, and where the hashes of its files are remembered.

    :raises UserError: it is not that.
    """
    try:
        manifest = json.loads(path.read_text())
        cli.need(manifest, str(path), ("path", "files", "sha256", "bytes"))
    except (FileNotFoundError, ValueError, UserError) as error:
        raise UserError(
            f"{path} is missing or damaged: delete it and run the same command again, or make it "
            "with download_model.py"
        ) from error
    return manifest | {REMEMBERED_IN: str(memory_of(path))}


def recorded_in(weights: dict[str, Any]) -> list[Path]:
    """The file or folder of samples that exist already; nothing where an engine draws them."""
    return [Path(weights["path"])] if engine_of(weights).recorded else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--weights", required=True, metavar="YAML", help="the model's `weights` of config.yaml"
    )
    parser.add_argument(
        "--access",
        default="{}",
        metavar="YAML",
        help="how an endpoint is reached and an engine runs: `api_key_variable`, `concurrency`, "
        "`engine_options`; no sample changes",
    )
    parser.add_argument(
        "--sampling", required=True, metavar="YAML", help="the `sampling` entry of config.yaml"
    )
    parser.add_argument(
        "--problems", required=True, type=Path, metavar="FILE", help="the problem file"
    )
    parser.add_argument(
        "--manifest", required=True, type=Path, metavar="FILE", help="what download_model.py wrote"
    )
    parser.add_argument(
        "--draws", required=True, metavar="A-B", help="such as 00000-00099, both included"
    )
    parser.add_argument(
        "--samples", required=True, type=Path, metavar="FILE", help="the .jsonl.gz to write"
    )
    parser.add_argument(
        "--threads", type=int, default=1, help="CPU threads of an engine on CPUs (default: 1)"
    )
    parser.add_argument(
        "--parent", type=Path, metavar="FILE", help="samples that a round of repair continues"
    )
    parser.add_argument(
        "--feedback", type=Path, metavar="FILE", help="what feedback.py wrote of these samples"
    )
    arguments = parser.parse_args()
    weights = cli.mapping(arguments.weights, "--weights", ("engine",))
    sampling = cli.mapping(arguments.sampling, "--sampling", SETTINGS)
    continued = [path for path in (arguments.parent, arguments.feedback) if path]
    if len(continued) != (2 if "repair" in sampling else 0):
        raise UserError(
            "--parent and --feedback belong to a sampling entry with 'repair'; give all or none"
        )
    sample(
        weights,
        cli.mapping(arguments.access, "--access"),
        sampling,
        arguments.problems,
        read_manifest(arguments.manifest),
        parse_draws(arguments.draws),
        arguments.samples,
        arguments.threads,
        arguments.parent,
        arguments.feedback,
    )
    # Or Snakemake takes the shard for older than what it was drawn from, and removes it.
    inputs = [arguments.problems, *arguments.manifest.parent.glob("*.*"), *recorded_in(weights)]
    inputs += [one for path in continued for one in (path, metadata_path(path))]
    for path in bring_back(inputs):
        logging.warning("%s was of a time to come: it got the present one", path)


if __name__ == "__main__":
    cli.run(main)
