"""Harvest the samples that a verifier passed, as a file to train on.

A line is a ``prompt``, just what the model was given, and a ``completion``, just what it wrote:
text where it was given text, lists of messages where it was given a chat. That is the form that
TRL's SFT reads. Of each task the first ``per_task`` distinct samples in the order of their draws
are taken; two programs are the same where they differ in layout and comments only, other answers
where they differ in blanks only. A completion that was cut off is never taken, though it passed:
where it should have ended is not known. ``.meta.json`` beside the file counts what was found, and
says from which samples and verdicts.

No leak: a task whose prompt is also that of a benchmark that the trained model is sampled on is an
error, and nothing is written. Tasks that mean the same in other words are not found.

Judging is the verifier's: what it passes wrongly is harvested, too.
"""

from __future__ import annotations

import argparse
import ast
import json
import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from passk import cli
from passk.benchmarks import Benchmark, find_kind, read_problem_file
from passk.engines.prompts import messages, text_of
from passk.provenance import check_judged, check_on_samples, check_shards
from passk.records import (
    FORMAT,
    Sample,
    UserError,
    metadata_path,
    read_samples,
    read_verdicts,
    sha256_of,
    write_metadata,
    write_text,
)

log = logging.getLogger(__name__)


def line(prompt: str, completion: str, sampling: dict[str, Any]) -> dict[str, Any]:
    """One thing to learn, as text or as messages; a ``prefill`` belongs to the completion."""
    if sampling["prompt"] == "completion":
        return {"prompt": text_of(prompt, sampling), "completion": completion}
    given = [one for one in messages(prompt, sampling) if one["role"] != "assistant"]
    return {"prompt": given, "completion": [{"role": "assistant", "content": completion}]}


def normal_form(answer: str, is_code: bool) -> str:
    """What two samples share that are the same but for layout; never raises."""
    if is_code:
        try:
            return ast.dump(ast.parse(answer))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass  # not Python, or too deep
    return " ".join(answer.split())


def passed(samples: Path, verdicts: Path) -> Iterator[tuple[Sample, bool]]:
    """The samples of a shard, and whether each passed.

    :raises UserError: a sample without a verdict.
    """
    outcomes = {(one.task_id, one.draw): one.outcome for one in read_verdicts(verdicts)}
    for sample in read_samples(samples):
        if (sample.task_id, sample.draw) not in outcomes:
            raise UserError(
                f"draw {sample.draw} of {sample.task_id} has no verdict in {verdicts}: give the "
                f"verdicts that were made from {samples}"
            )
        yield sample, outcomes[sample.task_id, sample.draw] == "passed"


def distinct(
    judged: Iterable[tuple[Sample, bool]],
    benchmark: Benchmark,
    answer: str,
    per_task: int | None,
) -> tuple[list[Sample], set[str], dict[str, int]]:
    """The samples that are learned from, in the benchmark's order, the tasks solved, and counts.

    ``judged`` comes with ascending draws of each task; samples of other tasks are left out.
    """
    problems = {problem.task_id: problem for problem in benchmark.problems}
    is_code = find_kind(benchmark.kind).fenced
    taken: dict[str, dict[str, Sample]] = {task: {} for task in problems}
    counts: Counter[str] = Counter(dict.fromkeys(("samples", "passed", "cut_off"), 0))
    solved: set[str] = set()
    for sample, has_passed in judged:
        if sample.task_id not in problems:
            continue
        counts["samples"] += 1
        if not has_passed:
            continue
        counts["passed"] += 1
        solved.add(sample.task_id)
        if sample.finish_reason == "length":
            counts["cut_off"] += 1
            continue
        own = taken[sample.task_id]
        if per_task is None or len(own) < per_task:
            problem = problems[sample.task_id]
            own.setdefault(
                normal_form(benchmark.extract(problem, sample.completion, answer), is_code), sample
            )
    found = [sample for own in taken.values() for sample in own.values()]
    own = {"tasks": len(problems), "solved": len(solved), "programs": len(found)}
    return found, solved, {**counts, **own}


def solutions(benchmark: Benchmark, solved: Collection[str] = ()) -> list[Sample]:
    """The benchmark's own solutions of the tasks that are not ``solved``, as samples.

    :raises UserError: its tasks have none that a model could have written.
    """
    if not all(hasattr(problem, "canonical_solution") for problem in benchmark.problems):
        raise UserError(
            f"tasks of kind {benchmark.kind} have no solutions to learn from: take out 'source'"
        )
    taught = [problem for problem in benchmark.problems if problem.task_id not in solved]
    return [Sample(problem.task_id, 0, problem.canonical_solution) for problem in taught]


def refuse_leaks(benchmark: Benchmark, held_out: Sequence[Path]) -> None:
    """Check that no task is one of the ``held_out`` problem files', whatever its name.

    :raises UserError: one is.
    """
    own = {" ".join(problem.prompt.split()): problem.task_id for problem in benchmark.problems}
    for path in held_out:
        for problem in read_problem_file(path).problems:
            if task := own.get(" ".join(problem.prompt.split())):
                raise UserError(
                    f"{task} would be learned from, and is task {problem.task_id} of {path}, by "
                    "which the model is measured: take it out of one of the two benchmarks"
                )


def harvest(
    entry: Mapping[str, Any],
    settings: dict[str, Any],
    problems: Path,
    held_out: Sequence[Path],
    samples: Sequence[Path],
    verdicts: Sequence[Path],
    output: Path,
) -> None:
    """Write what an ``entry`` under learning is to learn from, and its metadata.

    ``settings``: what the shards must have been made with (``model``, ``sampling``, ``suite``,
    ``answer``).

    :raises UserError: shards that do not belong together or to the settings; a task that is held
        out; nothing to learn from.
    """
    benchmark = read_problem_file(problems)
    metadata = {"format": FORMAT, "benchmark_sha256": benchmark.sha256}
    if "tasks" in entry:
        benchmark = benchmark.first(entry["tasks"])
    refuse_leaks(benchmark, held_out)
    if entry.get("source") == "solutions":
        found = solutions(benchmark)
        facts = {"tasks": len(found), "programs": len(found)}
    else:
        check_shards(
            verdicts,
            require_metadata=True,
            settings=settings,
            benchmark_sha256=metadata["benchmark_sha256"],
        )
        check_on_samples(verdicts, {sha256_of(path) for path in samples})
        judged = (one for pair in zip(samples, verdicts, strict=True) for one in passed(*pair))
        found, solved, facts = distinct(
            judged, benchmark, settings["answer"], entry.get("per_task")
        )
        for path in verdicts:
            check_judged(path)
        if entry.get("source") == "unsolved":
            found = solutions(benchmark, solved)
            facts["programs"] = len(found)
    if not found:
        if facts["cut_off"] and entry.get("source") != "unsolved":
            raise UserError(
                f"each of the {facts['passed']:,} samples that passed was cut off at its limit of "
                "tokens, so that there is nothing to learn from; raise 'max_tokens'"
            )
        how_many, other = ("each", "harder") if facts["passed"] else ("none", "easier")
        raise UserError(
            f"{how_many} of the {facts['tasks']:,} tasks is solved by the {facts['samples']:,} "
            f"samples, so that there is nothing to learn from; take {other} ones"
        )
    prompts = {problem.task_id: problem.prompt for problem in benchmark.problems}
    lines = [line(prompts[s.task_id], s.completion, settings["sampling"]) for s in found]
    write_text(output, "".join(json.dumps(one) + "\n" for one in lines))
    metadata |= {
        "learning": dict(entry),
        **settings,
        **facts,
        "taken": [[sample.task_id, sample.draw] for sample in found],
        "samples_sha256": {str(path): sha256_of(path) for path in samples},
        "verdicts_sha256": {str(path): sha256_of(path) for path in verdicts},
        "held_out_sha256": {str(path): read_problem_file(path).sha256 for path in held_out},
    }
    write_metadata(metadata_path(output), output, metadata)
    learned = len({sample.task_id for sample in found})
    log.info(
        "%s: %d texts to learn from, of %d of %d tasks",
        output, len(found), learned, facts["tasks"],
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--entry", required=True, metavar="YAML", help="the entry under `learning` of config.yaml"
    )
    parser.add_argument(
        "--settings", required=True, metavar="YAML", help="what the samples were made with"
    )
    parser.add_argument("--problems", required=True, type=Path, metavar="FILE")
    parser.add_argument("--held-out", nargs="*", default=[], type=Path, metavar="FILE")
    parser.add_argument("--samples", nargs="*", default=[], type=Path, metavar="FILE")
    parser.add_argument("--verdicts", nargs="*", default=[], type=Path, metavar="FILE")
    parser.add_argument(
        "--output", required=True, type=Path, metavar="FILE", help=".jsonl to write"
    )
    arguments = parser.parse_args()
    harvest(
        cli.mapping(arguments.entry, "--entry"),
        cli.mapping(arguments.settings, "--settings", ("sampling", "answer")),
        arguments.problems,
        arguments.held_out,
        arguments.samples,
        arguments.verdicts,
        arguments.output,
    )


if __name__ == "__main__":
    cli.run(main)
