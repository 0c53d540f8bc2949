"""Proofs, judged by a checker of proofs: Coq here, Lean by the same rows of :data:`CHECKERS`.

The checker is given the benchmark's own header and statement with the model's proof. A proof passes
where all of these hold:

1.  It is nothing but a proof: ``coq`` and ``lean`` say what is refused before the checker sees it.
2.  The checker compiles the file and ends with 0.
3.  A process of its own, which is given the compiled file and no word of the model's, is asked for
    the theorem's type and its axioms. The type is, letter for letter, that of the statement
    compiled without a proof, and the axioms are those that the language's row or the task allows.
    What a proof prints goes into another process's output, so there is nothing to forge.
4.  Where the language has an independent checker of compiled files (``coqchk``), that ends with 0.

So a proof that passes is one, as far as the checker's kernel is right: coverage has no false
positives. The other way round a right proof may fail: what is refused is refused though it may be
harmless (``abstract``, lemmas of its own), and a limit may be too low for it.

A proof is judged once, however often it was drawn. Each has a process of its own: one for several
would be faster (Coq starts in 0.1 to 0.4 s), but then one could change what the next meets.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shlex
import shutil
import subprocess
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from passk.benchmarks import coq, lean
from passk.benchmarks.proof import LANGUAGES, MOST_CHARACTERS, Theorem
from passk.records import Sample, UserError, Verdict, fingerprint
from passk.sandbox import command, host, scratch
from passk.sandbox.limits import Limits
from passk.verifiers import Opening, Signature
from passk.verifiers.answers import signatures_of, without_layout

log = logging.getLogger(__name__)
MOST_OF_ERROR = 200  # characters
FILES = 16 << 20  # bytes of a compiled file
MEMORY_MB = 4096
SECONDS = 30.0
AHEAD = 32  # samples for each worker that are read before the oldest is judged


@dataclass(frozen=True, slots=True)
class Checker:
    """A checker of proofs, as the command line calls it. In words ``{file}`` and ``{compiled}``
    stand for paths.

    :ivar command: its first words.
    :ivar compiles: the words behind them that make the compiled file from a file.
    :ivar asks: those that run a file which uses the compiled one.
    :ivar version: those that print its version.
    :ivar rechecks: a whole command that looks at the compiled file once more, or nothing.
    :ivar suffixes: of a file and of a compiled one.
    :ivar axioms: those that every proof may use.
    :ivar variable: of the environment, in which ``asks`` is told the folder; may be empty.
    :ivar project: of the environment, the folder to run in; empty where any will do.
    :ivar install: what to do where it is not installed.
    """

    command: tuple[str, ...]
    compiles: tuple[str, ...]
    asks: tuple[str, ...]
    version: tuple[str, ...]
    rechecks: tuple[str, ...]
    suffixes: tuple[str, str]
    axioms: frozenset[str]
    variable: str
    project: str
    install: str


_QUIETLY = ("-q", "-noglob", "-w", "none", "-color", "no", "{file}")
CHECKERS: dict[str, Checker] = {
    "coq": Checker(
        command=("coqc",),
        compiles=_QUIETLY,
        asks=_QUIETLY,
        version=("--print-version",),
        rechecks=("coqchk", "-silent", "-norec", "Candidate"),
        suffixes=(".v", ".vo"),
        axioms=frozenset(),
        variable="",
        project="",
        install="on Debian: apt-get install --no-install-recommends coq",
    ),
    "lean": Checker(
        command=("lake", "env", "lean"),
        compiles=("--json", "-o", "{compiled}", "{file}"),
        asks=("--json", "{file}"),
        version=("--version",),
        rechecks=(),
        suffixes=(".lean", ".olean"),
        axioms=lean.AXIOMS,
        variable="LEAN_PATH",
        project="LEAN_PROJECT",
        install="see docs/proofs.md",
    ),
}
"""The checkers. What a proof of the language may be is in ``passk.benchmarks.proof.LANGUAGES``."""


@dataclass(frozen=True, slots=True)
class Found:
    """How one proof ended, as in :class:`passk.records.Verdict`."""

    outcome: str
    cpu_seconds: float = 0.0
    error: str | None = None


class Session:
    """A language's checker, found on this host, and the limits that it runs under.

    Once ``stop`` is set, what runs is ended, and its result is none.

    :raises UserError: it is not installed.
    """

    def __init__(self, language: str, given: str | None, limits: Limits) -> None:
        self._row, self._texts = CHECKERS[language], LANGUAGES[language]
        self._limits = limits
        self._command = shlex.split(given) if given else list(self._row.command)
        self._rechecks = list(self._row.rechecks)
        home = os.environ.get("ELAN_HOME") or str(Path.home() / ".elan")
        read, self._project = [], None
        for words in filter(None, (self._command, self._rechecks)):
            words[0] = self._found(words[0])
            read.append(str(Path(words[0]).resolve().parents[1]))
        self._environment = {"PATH": os.environ.get("PATH", os.defpath)}
        if self._row.project:
            self._project = os.environ.get(self._row.project, "")
            if not Path(self._project).is_dir() or not self._project:
                raise UserError(
                    f"the variable {self._row.project} must name the folder of a project that has "
                    f"what the theorems import; {self._row.install}"
                )
            read += [self._project, home]
            self._environment["ELAN_HOME"] = home
        self._read = tuple(dict.fromkeys(read))
        self._types: dict[Theorem, str] = {}
        self._lock = threading.Lock()
        self.stop = threading.Event()

    def _found(self, name: str) -> str:
        found = shutil.which(name)
        if not found:
            raise UserError(f"the checker {name} is not installed; {self._row.install}")
        return str(Path(found).absolute())

    def version(self) -> str:
        """As it prints it."""
        done = subprocess.run(
            [*self._command, *self._row.version],
            capture_output=True,
            text=True,
            check=False,
            cwd=self._project,
        )
        return " ".join(done.stdout.split()[:8])

    def _run(self, words: Sequence[str], folder: Path, file: str = "") -> command.Ended:
        source, compiled = self._row.suffixes
        # Where it runs in the folder Coq is told no path, which would be in its messages.
        place = f"{folder}/" if self._project else ""
        paths = {"file": f"{place}{file}{source}", "compiled": f"{place}{file}{compiled}"}
        variable = {self._row.variable: str(folder)} if self._row.variable else {}
        fences = command.Fences(self._read, self._environment | variable, self._project)
        words = [word.format(**paths) if word.startswith("{") else word for word in words]
        return command.run(words, folder, self._limits, fences, self.stop)

    def judge(self, task: Theorem, proof: str, folder: Path) -> Found:
        """Judge a proof in an empty folder, which is left empty.

        :raises UserError: as :meth:`type_of`.
        """
        if len(proof) > MOST_CHARACTERS:
            return Found("failed", error=f"refused: more than {MOST_CHARACTERS:,} characters")
        try:
            plain = self._texts.plain(proof)
        except coq.Refused as error:
            return Found("failed", error=_short(f"refused: {error}"))
        try:
            return self._judge(task, plain, folder)
        finally:
            scratch.wipe(folder)

    def _judge(self, task: Theorem, proof: str, folder: Path) -> Found:
        text = self._texts.candidate(task.header, task.statement, proof)
        ended = self._compile(text, folder)
        used = ended.cpu_seconds
        if ended.code or ended.limit:
            return self._failed(ended, used)
        wanted = self.type_of(task, folder.parent / f"{folder.name}-statement")
        ended = self._ask(task, folder)
        used += ended.cpu_seconds
        if ended.code or ended.limit:
            return self._failed(ended, used)
        try:
            shown, axioms = self._texts.answer(ended.output, task.name)
        except ValueError as error:
            return Found("failed", used, _short(str(error)))
        if shown != wanted:
            return Found("failed", used, "the type of what was proved is not the statement's")
        if more := sorted(axioms - self._row.axioms - set(task.axioms)):
            return Found("failed", used, _short(f"it uses axioms: {', '.join(more)}"))
        if self._rechecks:
            ended = self._run(self._rechecks, folder)
            used += ended.cpu_seconds
            if ended.code or ended.limit:
                return self._failed(ended, used)
        return Found("passed", used)

    def _compile(self, text: str, folder: Path) -> command.Ended:
        source, _ = self._row.suffixes
        (folder / f"Candidate{source}").write_bytes(text.encode(errors="replace"))
        return self._run([*self._command, *self._row.compiles], folder, "Candidate")

    def _ask(self, task: Theorem, folder: Path) -> command.Ended:
        source, _ = self._row.suffixes
        (folder / f"Question{source}").write_text(self._texts.question(task.name))
        return self._run([*self._command, *self._row.asks], folder, "Question")

    def _failed(self, ended: command.Ended, used: float) -> Found:
        if ended.limit:
            return Found("timeout", used, ended.limit)
        message = self._texts.first_message(f"{ended.errors}\n{ended.output}")
        memory = ended.code < 0 or "ut of memory" in message or "Out_of_memory" in message
        return Found("crashed" if memory else "failed", used, _short(message) or None)

    def type_of(self, task: Theorem, folder: Path) -> str:
        """What the checker prints as the type of the statement, compiled without a proof; asked
        once. ``folder`` is made and removed.

        :raises UserError: it does not compile.
        """
        with self._lock:
            if task in self._types:
                return self._types[task]
            folder.mkdir()
            try:
                text = self._texts.reference(task.header, task.statement)
                for step in (partial(self._compile, text), partial(self._ask, task)):
                    ended = step(folder)
                    if ended.code or ended.limit:
                        why = self._failed(ended, 0.0).error
                        raise UserError(
                            f"the header and statement of {task.task_id} do not compile ({why})"
                        )
                try:
                    self._types[task] = self._texts.answer(ended.output, task.name)[0]
                except ValueError as error:
                    raise UserError(f"{task.task_id} cannot be judged: {error}") from None
            finally:
                scratch.remove(folder)
            return self._types[task]


def _short(text: str) -> str:
    line = " ".join(text.split())
    line = line.encode("utf-8", "replace").decode()
    return line if len(line) <= MOST_OF_ERROR else f"{line[: MOST_OF_ERROR - 1]}…"


def _limits(seconds: float, memory_mb: int) -> Limits:
    return Limits(
        cpu_seconds=seconds,
        wall_seconds=max(300.0, 10 * seconds),
        memory_bytes=memory_mb << 20,
        file_bytes=FILES,
        scratch_bytes=8 * FILES,
        descriptors=256,
    )


class Proofs:
    """A :class:`passk.verifiers.Verifier`. It gives no signatures: two proofs are alike in that
    they prove the same, so no majority can be counted."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        options = opening.options
        self._workers = options["workers"]
        self._limits = _limits(options["timeout"], options["memory_mb"])
        languages = dict.fromkeys(task.language for task in opening.problems.values())
        self._sessions = {one: Session(one, options["checker"], self._limits) for one in languages}
        layers, missing = command.layers()
        self.about: dict[str, Any] = {
            "checkers": {one: session.version() for one, session in self._sessions.items()},
            "sandbox": {"layers": layers, "missing": missing},
            "limits": asdict(self._limits),
        }
        if missing:
            log.warning("%sthis host lacks %s", opening.label, ", ".join(missing))
        if missing and options["require_sandbox"]:
            raise UserError(
                f"--require-sandbox, and this host lacks {', '.join(missing)}: run it on another"
            )

    def signatures(self, samples: Iterable[Sample]) -> Iterator[Signature]:
        """As the verifier's: equal proofs have equal texts. No checker plays a part in them."""
        self.about["signatures"] = {"of": "proofs", "sha256": fingerprint([""])}
        return signatures_of(self._opening, samples, without_layout)

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[Verdict]:
        """As the verifier's.

        :raises UserError: a statement that does not compile; a fault of the host.
        """
        host.check_session(self._limits)
        place, handle = scratch.claim(self._limits, self._workers)
        try:
            yield from self._verdicts(samples, place)
        finally:
            os.close(handle)
            scratch.remove(place)

    def _verdicts(self, samples: Iterable[Sample], place: Path) -> Iterator[Verdict]:
        known: dict[bytes, Future[Found]] = {}
        waiting: deque[tuple[Sample, Future[Found]]] = deque()
        local = threading.local()

        def judge(task: Theorem, proof: str) -> Found:
            if not hasattr(local, "folder"):
                local.folder = place / str(threading.get_ident())
                local.folder.mkdir()
            return self._sessions[task.language].judge(task, proof, local.folder)

        with ThreadPoolExecutor(self._workers) as pool:
            try:
                for sample in samples:
                    proof = self._opening.answer(sample)
                    text = f"{sample.task_id}\0{proof}".encode(errors="surrogatepass")
                    key = hashlib.sha256(text).digest()
                    if key not in known:
                        task = self._opening.problems[sample.task_id]
                        known[key] = pool.submit(judge, task, proof)
                    waiting.append((sample, known[key]))
                    while len(waiting) > AHEAD * self._workers:
                        yield _verdict(*waiting.popleft())
                while waiting:
                    yield _verdict(*waiting.popleft())
            finally:
                for session in self._sessions.values():
                    session.stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
        self.about["distinct_programs"] = len(known)


def _verdict(sample: Sample, future: Future[Found]) -> Verdict:
    found = future.result()
    return Verdict(
        sample.task_id, sample.draw, found.outcome, round(found.cpu_seconds, 4), found.error
    )


@cache
def _session_of_checks(language: str) -> Session:
    return Session(language, None, _limits(SECONDS, MEMORY_MB))


def check_theorem(task: Theorem) -> None:
    """Compile the statement by itself, and judge the right proof where there is one.

    :raises UserError: the checker is not installed, the statement does not compile, or the proof
        does not pass.
    """
    session = _session_of_checks(task.language)
    place, handle = scratch.claim(_limits(SECONDS, MEMORY_MB), 1)
    try:
        session.type_of(task, place / "statement")
        if task.proof:
            folder = place / "proof"
            folder.mkdir()
            found = session.judge(task, task.proof, folder)
            if found.outcome != "passed":
                raise UserError(
                    f"the proof that {task.task_id} has does not pass ({found.error}): correct "
                    "it, or take it out"
                )
    finally:
        os.close(handle)
        scratch.remove(place)
