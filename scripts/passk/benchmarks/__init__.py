"""What a task is, and how an answer is read out of a completion: one file a kind of benchmark.

A kind's file has a frozen dataclass of its tasks with at least ``task_id``, ``prompt`` and
``index``, and a function that reads one from a line of a problem file; its row in :data:`KINDS`
says the rest. A problem file is JSON lines (gzip or plain). A file that
:func:`write_problem_file` made says in each line which ``index`` the task has, how many ``tasks``
the file and the whole benchmark (``size``) have, and of which ``kind`` they are unless that is
HumanEval's; any other file is a whole benchmark of the kind that its entry in config.yaml names.

A benchmark may be the ``first`` so many tasks of another; its tasks keep the index they have in
the whole, so that they draw the same samples.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Protocol

from passk import cli
from passk.downloads import fetch
from passk.records import UserError, read_lines, sha256_of

DEFAULT_KIND = "human_eval"
UNFINISHED = 'raise EOFError("the completion ends within a thought: it has no answer")\n'
"""The answer of a completion that has none since its tokens ran out while the model still thought:
a program that fails."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What the rest of the package knows of a kind of benchmark. Plain data: a ``module:function``
    is imported only when it is used.

    :ivar reads: function of a problem file's line (a dict), the task's index and where the line
        is; returns the task, raises ``UserError``.
    :ivar suites: the tests that may judge its samples, each by one of
        ``passk.verifiers.VERIFIERS``; the first is the default, and its verifier gives signatures.
    :ivar answers: the ways in which an answer is read out of a completion; the first is the
        default.
    :ivar extracts: function of a task, a completion and one of ``answers``; returns the answer's
        text, whatever the completion is.
    :ivar packages: what a config entry's ``package`` may be, and the function that returns the
        path of that package's problem file.
    :ivar makes: function of a config entry's ``generators`` that yields the lines of a problem
        file; empty where tasks are not made.
    :ivar notes: what the report page says of how answers are read and judged, where they are no
        programs.
    :ivar failures: what may keep an answer from being read, by its name, in words that go on from
        "not read:", and fit a figure's legend.
    :ivar explains: function of the same three as ``extracts``, which it asks; returns the name of
        what kept the answer from being read, one of ``failures``, or an empty text. Empty itself
        where nothing can.
    :ivar fenced: whether answers are code, which a model may put into a fence.
    """

    reads: str
    suites: Mapping[str, str]
    answers: tuple[str, ...]
    extracts: str
    packages: Mapping[str, str] = field(default_factory=dict)
    makes: str = ""
    notes: str = ""
    failures: Mapping[str, str] = field(default_factory=dict)
    explains: str = ""
    fenced: bool = False


UNREAD = {"unfinished": "ends within a thought", "too_long": "too long to be read"}
NOT_CODE = {"no_code": "no code found", "syntax": "does not parse", **UNREAD}
NO_FUNCTION = {"no_definition": "does not define the function", **NOT_CODE}
NO_ANSWER = {"no_answer": "no answer in that form", **UNREAD}
NO_PROOF = {"no_proof": "no proof found", **UNREAD}

KINDS: dict[str, Kind] = {
    "human_eval": Kind(
        reads="passk.benchmarks.human_eval:read_problem",
        suites={"base": "assertions", "plus": "inputs_and_outputs"},
        answers=("verbatim", "markdown"),
        extracts="passk.benchmarks.extraction:program",
        packages={"human-eval": "passk.benchmarks.human_eval:human_eval_file"},
        makes="passk.benchmarks.demo:make",
        failures=NO_FUNCTION,
        explains="passk.benchmarks.extraction:failure",
        fenced=True,
    ),
    "mbpp": Kind(
        reads="passk.benchmarks.mbpp:read_problem",
        suites={"base": "assertions"},
        answers=("verbatim", "markdown"),
        extracts="passk.benchmarks.extraction:program",
        failures=NO_FUNCTION,
        explains="passk.benchmarks.extraction:failure",
        fenced=True,
    ),
    "stdin_stdout": Kind(
        reads="passk.benchmarks.stdin_stdout:read_problem",
        suites={"tests": "stdin_stdout"},
        answers=("verbatim", "markdown"),
        extracts="passk.benchmarks.stdin_stdout:program",
        failures=NOT_CODE,
        explains="passk.benchmarks.stdin_stdout:failure",
        fenced=True,
    ),
    "answer": Kind(
        reads="passk.benchmarks.answer:read_question",
        suites={"exact": "exact_answer", "lenient": "lenient_answer"},
        answers=("boxed", "gsm8k", "last_number"),
        extracts="passk.benchmarks.answer:final_answer",
        failures=NO_ANSWER,
        explains="passk.benchmarks.answer:failure",
        notes=(
            "boxed reads the last closed box, gsm8k what stands behind the last ####, last_number "
            "the last number; thoughts do not count, and a completion without an answer fails. "
            "exact compares what is written, after layout and notations are made alike: equal "
            "expressions in another form fail. lenient asks computer algebra, too, which may take "
            "for equal what is not. Both believe the reference, and neither looks at the reasoning."
        ),
    ),
    "reasoning_gym": Kind(
        reads="passk.benchmarks.reasoning_gym:read_puzzle",
        suites={"score": "reasoning_gym"},
        answers=("tagged", "boxed", "last_line", "verbatim"),
        extracts="passk.benchmarks.reasoning_gym:read_answer",
        failures=NO_ANSWER,
        explains="passk.benchmarks.reasoning_gym:failure",
        makes="passk.benchmarks.reasoning_gym:make",
        notes=(
            "tagged reads the last <answer>, boxed the last closed box, last_line the last line, "
            "verbatim all; only verbatim counts thoughts. A pass is a score of 1.0 by the "
            "generator's own scorer, which may be kinder than it should (docs/reasoning.md)."
        ),
    ),
    "proof": Kind(
        reads="passk.benchmarks.proof:read_theorem",
        suites={"proof": "proof_checker"},
        answers=("verbatim", "markdown"),
        extracts="passk.benchmarks.proof:proof_text",
        failures=NO_PROOF,
        explains="passk.benchmarks.proof:failure",
        fenced=True,
    ),
    "theorem": Kind(
        reads="passk.benchmarks.theorem:read_theorem",
        suites={"proof_term": "proof_term"},
        answers=("verbatim",),
        extracts="passk.benchmarks.theorem:term",
    ),
}
"""The kinds of benchmark: a row here and a file of its own is all that one needs."""

SUITES = tuple(dict.fromkeys(suite for kind in KINDS.values() for suite in kind.suites))
ANSWERS = tuple(dict.fromkeys(answer for kind in KINDS.values() for answer in kind.answers))


class Task(Protocol):
    """What every kind's problems have. ``index`` is the place in the whole benchmark, from 0."""

    task_id: str
    prompt: str
    index: int


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The tasks to draw, in file order, and ``size``: how many the whole benchmark has.

    ``checked``: whether each task can be judged was seen before, by `problem_file` or by whoever
    chose a package's tasks.
    """

    problems: tuple[Any, ...]
    size: int
    kind: str = DEFAULT_KIND
    checked: bool = field(default=False, compare=False)

    @property
    def sha256(self) -> str:
        """Of the whole content, in hexadecimal: what a shard's metadata records."""
        text = json.dumps([self.size, self._lines()], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _lines(self) -> list[dict[str, Any]]:
        mark = {} if self.kind == DEFAULT_KIND else {"kind": self.kind}
        return [{**asdict(problem), **mark} for problem in self.problems]

    def first(self, count: int) -> Benchmark:
        """The first ``count`` tasks; they keep their index and the whole's size."""
        if not 1 <= count <= len(self.problems):
            raise UserError(f"'first: {count}' asks for more tasks than {len(self.problems)}")
        return replace(self, problems=self.problems[:count])

    def extract(self, problem: Task, completion: str, answer: str) -> str:
        """The text of the answer in ``completion``, read as one of the kind's ``answers``."""
        return _function(KINDS[self.kind].extracts)(problem, completion, answer)

    def failure(self, problem: Task, completion: str, answer: str) -> str:
        """What kept an answer from being read: one of the kind's ``failures``, or an empty text."""
        explains = KINDS[self.kind].explains
        return _function(explains)(problem, completion, answer) if explains else ""


_function = cache(resolve_name)  # asked for each sample


def find_kind(name: str) -> Kind:
    """The row of :data:`KINDS`.

    :raises UserError: there is none.
    """
    if name not in list(KINDS):  # which may be a list itself
        raise UserError(f"there is no kind of benchmark {name!r}; the kinds are {', '.join(KINDS)}")
    return KINDS[name]


def read_problem_file(path: Path, kind: str = DEFAULT_KIND) -> Benchmark:
    """Read a problem file; ``kind`` counts where :func:`write_problem_file` did not make it, and
    so say what its lines hold beside a task.

    :raises UserError: a damaged file, a line that is no task of the kind, a task given twice, no
        task.
    """
    problems: dict[str, Any] = {}
    size = tasks = None
    for number, record in read_lines(path):
        where = f"{path} line {number}"
        made = isinstance(record.get("tasks"), int) and isinstance(record.get("index"), int)
        if not problems:
            kind = record.get("kind", DEFAULT_KIND) if made else kind
            tasks, size = (record["tasks"], record.get("size")) if made else (None, None)
        _check_texts(record, where)
        problem = _read_task(record, kind, record["index"] if made else len(problems), where)
        if problem.task_id in problems:
            raise UserError(
                f"{path} has the task_id {problem.task_id!r} twice (again in line {number}); every "
                "task needs its own"
            )
        problems[problem.task_id] = problem
    if not problems:
        raise UserError(f"{path} has no tasks; it must hold one JSON object a line")
    if tasks is not None and tasks != len(problems):
        raise UserError(
            f"{path} holds {len(problems)} of {tasks} tasks: it is cut short; delete it and run "
            "the same command again"
        )
    return Benchmark(tuple(problems.values()), size or len(problems), kind, tasks is not None)


def _check_texts(record: dict[str, Any], where: str) -> None:
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise UserError(
            f"{where} has half of a pair of code units (\\ud800 to \\udfff), which is no text: "
            "take it out, or write the other half"
        ) from None


def _read_task(record: dict[str, Any], kind: str, index: int, where: str) -> Any:
    read = resolve_name(find_kind(kind).reads)
    try:
        problem = read(record, index, where)
    except UserError as error:
        like = [name for name in KINDS if name != kind and _reads(record, name, where)]
        if index or not like:
            raise
        raise UserError(
            f"{error}; the line is a task of kind {' or '.join(like)}: say `kind:` beside the path "
            "in an entry below benchmarks in config.yaml"
        ) from None
    if not problem.task_id.strip():
        raise UserError(f"{where} has an empty 'task_id': every task needs a name of its own")
    return problem


def _reads(record: dict[str, Any], kind: str, where: str) -> bool:
    try:
        resolve_name(KINDS[kind].reads)(record, 0, where)
    except UserError:
        return False
    return True


def write_problem_file(benchmark: Benchmark) -> str:
    """The text of a problem file, which :func:`read_problem_file` reads back unchanged.

    Each line says how many there are, so that a file that lost its last ones is found out.
    """
    about = {"size": benchmark.size, "tasks": len(benchmark.problems)}
    return "".join(json.dumps({**line, **about}) + "\n" for line in benchmark._lines())


def text_field(record: Mapping[str, Any], name: str, where: str, kind: str) -> str:
    """The text that a line has as ``name``.

    :raises UserError: it has none.
    """
    if not isinstance(record.get(name), str):
        raise UserError(f"{where} has no text {name!r}, which a problem of kind {kind} needs")
    return record[name]


def load_benchmark(entry: dict[str, Any], root: Path = Path()) -> Benchmark:
    """Load a benchmark from its entry in config.yaml.

    ``entry`` has ``package`` (one of its kind's), ``path``, ``url`` or ``generators``, and may have
    ``kind``, ``sha256`` (of the file; with ``url`` of its unpacked content, and needed) and
    ``first``. Relative paths start at ``root``. What is fetched is kept below
    ``resources/problems``.

    :raises UserError: none of the four, a missing file, another sha256 than the entry's, a
        damaged file, tasks that cannot be made; as :func:`passk.downloads.fetch`.
    """
    kind = entry.get("kind", DEFAULT_KIND)
    if "generators" in entry and find_kind(kind).makes:
        benchmark = make_benchmark(entry["generators"], kind)
        return benchmark.first(entry["first"]) if "first" in entry else benchmark
    packages = find_kind(kind).packages
    packed = entry.get("package") in packages
    if packed:
        path = resolve_name(packages[entry["package"]])()
    elif "path" in entry:
        path = root / entry["path"]
    elif "url" in entry:
        cli.need(entry, "the entry of a benchmark with 'url'", ("sha256",))
        path = root / "resources" / "problems" / f"{entry['sha256']}.jsonl"
        fetch(entry["url"], entry["sha256"], path)
    else:
        known = f" or 'package' ({', '.join(packages)})" if packages else ""
        known += " or 'generators'" if find_kind(kind).makes else ""
        raise UserError(f"the entry of a benchmark of kind {kind} needs 'path' or 'url'{known}")
    if not path.exists():
        raise UserError(f"the problem file {path} does not exist; check the benchmark's 'path'")
    expected = entry.get("sha256")
    if expected and "url" not in entry and sha256_of(path) != expected:
        remedy = "install the pinned package again" if packed else "give that file"
        raise UserError(
            f"{path} is not the file that config.yaml expects (its sha256 differs); {remedy}, or "
            "correct the benchmark's 'sha256'"
        )
    benchmark = read_problem_file(path, kind)
    benchmark = replace(benchmark, checked=benchmark.checked or packed)
    return benchmark.first(entry["first"]) if "first" in entry else benchmark


def make_benchmark(generators: Mapping[str, Any], kind: str) -> Benchmark:
    """The tasks that these generators of a kind make.

    :raises UserError: they cannot be made.
    """
    row = find_kind(kind)
    lines = resolve_name(row.makes)(generators)
    read = resolve_name(row.reads)
    problems = tuple(read(line, index, line["task_id"]) for index, line in enumerate(lines))
    return Benchmark(problems, len(problems), kind)


def find_config() -> Path:
    """The config.yaml of the current folder, or else the one that comes with this package."""
    here = Path("config.yaml")
    package = Path(__file__).resolve().parents[1]
    installed, checkout = package / here, package.parents[1] / here
    return next((path for path in (here, installed) if path.exists()), checkout)


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
