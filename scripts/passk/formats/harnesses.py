"""What other harnesses judged, as counts: of each task the draws, and how many of them passed.

Each reader yields (task, draw, passed). A draw is one try at every task: an epoch of Inspect's, a
sample of EvalPlus's, one run of LM-eval, NeMo-Skills or SWE-bench; the draws of several files are
added. A pass is what the harness itself scored 1; a score between 0 and 1 needs a threshold. What
ended in an error, or gave no answer, failed: it is never missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from passk.counts import TaskCount
from passk.formats import read_json, recognise
from passk.records import UserError, read_lines

Draw = tuple[str, Any, bool]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of a file's verdicts count, where it has several.

    :ivar score: Inspect's scorer, LM-eval's metric, EvalPlus's suite or NeMo-Skills's key.
    :ivar filter: LM-eval's filter.
    :ivar threshold: the smallest score that passes, where scores are not 0 or 1 alone.
    """

    score: str | None = None
    filter: str | None = None
    threshold: float | None = None


@dataclass(slots=True)
class About:
    """What the files say of themselves; each reader adds what it finds.

    :ivar errors: draws that count as failed because they ended in an error or without an answer.
    """

    versions: set[str] = field(default_factory=set)
    models: set[str] = field(default_factory=set)
    tasks: set[str] = field(default_factory=set)
    scores: set[str] = field(default_factory=set)
    errors: int = 0
    problems: dict[str, str] = field(default_factory=dict)

    def same_problem(self, task: str, text: str, where: str) -> None:
        """Refuse a task that was another problem in a file before.

        :raises UserError: it was.
        """
        if self.problems.setdefault(task, text) != text:
            raise UserError(
                f"{where}: {task} is another problem than before; give runs of the same problems, "
                "in the same order where they have no ids"
            )


Reader = Callable[[Path, Choice, About], Iterable[Draw]]


def count(paths: Sequence[Path], harness: str, choice: Choice) -> tuple[list[TaskCount], About]:
    """The counts of all files together, in the first file's order of tasks.

    :raises UserError: a file of another format, a (task, draw) twice, one that is missing, a score
        that has to be chosen or needs a threshold, files of several models or benchmarks.
    """
    about = About()
    passed: dict[str, dict[Any, bool]] = {}
    draws: dict[Any, Path] = {}
    for number, path in enumerate(paths):
        _check_format(path, harness)
        for task, draw, right in HARNESSES[harness].reads(path, choice, about):
            of_task = passed.setdefault(task, {})
            if (number, draw) in of_task:
                raise UserError(f"{path}: draw {draw} of {task} is there twice; remove one of them")
            of_task[number, draw] = right
            draws[number, draw] = path
    for what, names in (("models", about.models), ("tasks", about.tasks)):
        if len(names) > 1:
            raise UserError(
                f"the files are of several {what} ({', '.join(sorted(names))}), which have no "
                "common pass rate; give those of one"
            )
    if not passed:
        raise UserError(f"{paths[0]} has no verdicts; give the file of a run that has ended")
    for task, of_task in passed.items():
        if missing := [draw for draw in draws if draw not in of_task]:
            raise UserError(
                f"{draws[missing[0]]} has no verdict on draw {missing[0][1]} of {task}, which "
                f"others have ({len(missing)} of {len(draws)} draws of it are missing); give "
                "files of the same tasks, each finished"
            )
    counts = [
        TaskCount(task, len(of_task), sum(of_task.values())) for task, of_task in passed.items()
    ]
    return counts, about


def _check_format(path: Path, harness: str) -> None:
    found = recognise(path)
    if found and harness not in [one.harness for one in found]:
        one = found[0]
        remedy = f"give --format {one.harness}" if one.harness else f"give what {harness} wrote"
        raise UserError(f"{path} is {one.title}; {remedy}")


def passes(score: Any, threshold: float | None, where: str) -> bool:
    """Whether a score is a pass: 1 and true are, 0 and false are not.

    :raises UserError: it is between them and there is no ``threshold``, or it is no number.
    """
    if not isinstance(score, bool | int | float):
        raise UserError(f"{where}: the score {score!r} is no number; choose another with --score")
    if threshold is not None:
        return score >= threshold
    if score not in (0, 1):
        raise UserError(
            f"{where}: the score {score:g} is neither 0 nor 1; say with --threshold from which "
            "score on a draw passes"
        )
    return bool(score)


def chosen(names: Sequence[str], choice: str | None, where: Path | str, option: str) -> str:
    """The name that is chosen, or the only one.

    :raises UserError: there is none, or several and none is chosen, or not this one.
    """
    if not names:
        raise UserError(f"{where} has no score that is known here; give a run that was judged")
    listed = ", ".join(names)
    if choice is not None and choice not in names:
        raise UserError(f"{where} has no {choice!r}; {option} takes one of {listed}")
    if choice is None and len(names) > 1:
        raise UserError(f"{where} has several ({listed}); choose one with {option}")
    return choice or names[0]


INSPECT_GRADES = {"C": 1, "I": 0, "P": 0.5, "N": 0, "yes": 1, "true": 1, "no": 0, "false": 0}


def inspect(path: Path, choice: Choice, about: About) -> Iterator[Draw]:
    """A log of Inspect's, read by Inspect itself: an epoch is a draw."""
    try:
        from inspect_ai.log import read_eval_log, read_eval_log_sample_summaries
    except ModuleNotFoundError as error:
        raise UserError(
            "Inspect's logs are read by Inspect itself, which this Python does not have: pip "
            "install inspect-ai, or run this where Inspect ran"
        ) from error
    try:
        log = read_eval_log(str(path), header_only=True)
        samples = read_eval_log_sample_summaries(str(path))
    except Exception as error:  # it has no exception of its own for a damaged log
        raise UserError(f"{path} cannot be read by Inspect ({type(error).__name__})") from error
    if log.status != "success":
        raise UserError(
            f"{path} is of a run that did not end well (its status is {log.status}); finish it "
            "with inspect eval-retry and give the new log"
        )
    about.versions.add(log.eval.packages.get("inspect_ai", ""))
    about.models.add(log.eval.model)
    about.tasks.add(log.eval.task)
    names = sorted({name for sample in samples for name in sample.scores or {}})
    name = chosen(names, choice.score, path, "--score")
    about.scores.add(name)
    for sample in samples:
        score = (sample.scores or {}).get(name)
        if score is None:
            about.errors += 1
            yield str(sample.id), sample.epoch, False
            continue
        value = INSPECT_GRADES.get(score.value, score.value) if _text(score.value) else score.value
        where = f"{path}, epoch {sample.epoch} of {sample.id}"
        yield str(sample.id), sample.epoch, passes(value, choice.threshold, where)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def lm_eval(path: Path, choice: Choice, about: About) -> Iterator[Draw]:
    """LM-eval's ``samples_*.jsonl``: one run, so one draw of each document."""
    filters = dict.fromkeys(str(record.get("filter")) for _, record in read_lines(path))
    kept = chosen(list(filters), choice.filter, path, "--filter")
    task, _, date = path.name.removesuffix(".gz").removesuffix(".jsonl").rpartition("_")
    results = path.with_name(f"results_{date}.json")
    if results.exists():
        found = read_json(results)
        about.versions.add(str(found.get("lm_eval_version") or ""))
        about.models.add(str(found.get("model_name") or found.get("model_source") or ""))
    about.tasks.add(task.removeprefix("samples_"))
    for number, record in read_lines(path):
        if str(record.get("filter")) != kept:
            continue
        where = f"{path} line {number}"
        names = [name for name in record.get("metrics", []) if name in record]
        name = chosen(names, choice.score, where, "--score")
        about.scores.add(name)
        responses = record.get("resps")
        if isinstance(responses, list) and any(
            isinstance(one, list) and len(one) > 1 and _text(one[0]) for one in responses[:1]
        ):
            raise UserError(
                f"{where}: LM-eval gave {len(responses[0])} answers one score together, so it is "
                "not known which of them passed; run it so many times with 'repeats: 1'"
            )
        doc = record.get("doc") if isinstance(record.get("doc"), dict) else {}
        task_id = str(doc.get("task_id") or record.get("doc_id"))
        about.same_problem(task_id, str(record.get("doc_hash")), where)
        yield task_id, 0, passes(record[name], choice.threshold, where)


NEMO_VERDICT = re.compile(r"Judgement\*{0,2}\s*:\W*(yes|no)\b", re.IGNORECASE)
NEMO_SCORES = ("symbolic_correct", "judgement", "is_correct", "is_correct-plus")


def nemo_skills(path: Path, choice: Choice, about: About) -> Iterator[Draw]:
    """NeMo-Skills's ``output-rs*.jsonl``: one run, so one draw of each problem."""
    for number, record in read_lines(path):
        where = f"{path} line {number}"
        names = [name for name in NEMO_SCORES if name in record]
        name = chosen(names, choice.score, where, "--score")
        about.scores.add(name)
        value = record[name]
        if name == "judgement":  # NeMo-Skills reads a judge without a verdict as no
            found = NEMO_VERDICT.search(str(value))
            about.errors += not found
            value = bool(found) and found[1].lower() == "yes"
        task = next((record[key] for key in ("id", "problem_id", "task_id") if key in record), None)
        task_id = str(number - 1 if task is None else task)
        about.same_problem(task_id, str(record.get("problem", record.get("question"))), where)
        yield task_id, 0, passes(value, choice.threshold, where)


def evalplus(path: Path, choice: Choice, about: About) -> Iterator[Draw]:
    """EvalPlus's ``*_eval_results.json``: of each task its samples' status under base and plus."""
    results = read_json(path).get("eval")
    if not isinstance(results, dict) or not all(isinstance(one, list) for one in results.values()):
        raise UserError(f"{path} is not EvalPlus's results as its versions from 0.2 on write them")
    every = [sample for samples in results.values() for sample in samples]
    names = [name for name in ("base", "plus") if any(one.get(f"{name}_status") for one in every)]
    suite = chosen(names, choice.score, path, "--score")
    about.scores.add(suite)
    suites = ("base", "plus")[: 1 + (suite == "plus")]  # plus is all of the tests
    for task, samples in results.items():
        for draw, sample in enumerate(samples):
            yield task, draw, all(sample.get(f"{name}_status") == "pass" for name in suites)


SWE_BENCH_FAILED = ("unresolved_ids", "error_ids", "empty_patch_ids")


def swebench(path: Path, choice: Choice, about: About) -> Iterator[Draw]:
    """SWE-bench's report of a run: empty patches and errors failed."""
    report = read_json(path)
    keys = ("resolved_ids", *SWE_BENCH_FAILED)
    lacking = [key for key in keys if not isinstance(report.get(key), list)]
    if lacking:
        raise UserError(f"{path} is no report of a SWE-bench run: it has no list {lacking[0]!r}")
    about.scores.add("resolved")
    about.errors += len(report["error_ids"]) + len(report["empty_patch_ids"])
    failed = {task for key in SWE_BENCH_FAILED for task in report[key]}
    if both := failed & set(report["resolved_ids"]):
        raise UserError(f"{path} has {min(both)} both as resolved and as failed; run it again")
    for task in sorted({*report["resolved_ids"], *failed}):
        yield task, 0, task not in failed


@dataclass(frozen=True, slots=True)
class Harness:
    """A tool that judged, and the function that reads its verdicts out of a file."""

    tool: str
    reads: Reader


HARNESSES = {
    "inspect": Harness("Inspect", inspect),
    "lm-eval": Harness("LM-eval", lm_eval),
    "nemo-skills": Harness("NeMo-Skills", nemo_skills),
    "evalplus": Harness("EvalPlus", evalplus),
    "swebench": Harness("SWE-bench", swebench),
}
"""To read another harness, add a row here and one to :data:`passk.formats.FORMATS`."""
