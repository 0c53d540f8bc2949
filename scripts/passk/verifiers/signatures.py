"""Signatures of programs: what they do on inputs that nobody has outputs for.

Every sample's program runs on a task's generated inputs (``generated_inputs``) in the sandbox; each
output becomes a mark, and samples with the same marks behave alike. A mark says nothing of right or
wrong. Numbers are rounded to six digits first, so that two orders of adding floats agree; otherwise
two outputs have one mark where ``==`` holds between them (``sandbox.canonical``).

A program sees the inputs and returns data, as ever. So it can have another's marks only by
returning what the other returns, and can change nobody's marks but its own. It can imitate: samples
that agree on a wrong answer are a majority, too.

Examples of the prompt (``examples``) are the first of the inputs. Whether a program passes them is
decided here, too, beside the marks: their results never meet it.

Beside the marks stands a digest of the program's text without comments, docstrings, spaces and
blank lines, with one kind of quotes: for samples that agree word for word. It is made with regular
expressions of linear cost and not with Python's parser, which hostile text can crash; names,
redundant brackets and the order of statements are not normalised.
"""

from __future__ import annotations

import base64
import builtins
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from passk.records import UserError, finite_number, read_lines
from passk.sandbox import canonical, wire
from passk.sandbox.protocol import Judgement, Reply
from passk.verifiers import Signature
from passk.verifiers.examples import Example

DIGITS = 6
MARK_BYTES = 6
CPU_SECONDS = 0.5
"""Of a program on all its inputs."""
RAN, NO_VALUE, EXAMPLES = "ran", "?", "="
UNREADABLE = ("SyntaxError", "IndentationError", "TabError")
EXCEPTIONS = frozenset(
    name
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException)
)
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*+|\\\n)
    |(?P<text>[A-Za-z]{0,2}+(?:\"\"\"(?:\\.|[^"\\]|"(?!""))*+(?:\"\"\")?+
        |'''(?:\\.|[^'\\]|'(?!''))*+(?:''')?+
        |"(?:\\.|[^"\\\n])*+"?+
        |'(?:\\.|[^'\\\n])*+'?+))
    |(?P<word>\w++)
    |(?P<line>\n[ \t\r\f\n]*+)
    |(?P<space>[ \t\r\f]++)
    |(?P<sign>[^\w\s])
    |(?P<other>\s)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class ObservedCase:
    """What cases share that look at each reply, and go on after one that raised."""

    task_id: str
    entry_point: str
    calls: tuple[bytes, ...]
    epilogue: ClassVar[str] = ""
    digests: ClassVar[bool] = False
    seconds: ClassVar[tuple[float, ...]] = ()
    overwritten: ClassVar[tuple[str, ...]] = ()
    quick: ClassVar[bool] = True
    keep_going: ClassVar[bool] = True
    prints: ClassVar[bool] = False
    memory_bytes: ClassVar[int | None] = None

    @staticmethod
    def unobserved(replies: Sequence[Reply]) -> Judgement | None:
        """Of replies in which there is nothing to be seen: a program that does not parse, or one
        that has company and no memory, and runs again alone."""
        if replies and replies[0].exception in UNREADABLE:
            return Judgement("failed", replies[0].exception)
        if any(reply.exception == "MemoryError" for reply in replies):
            return Judgement("failed", "MemoryError")
        return None


@dataclass(frozen=True, slots=True)
class SignatureCase(ObservedCase):
    """A task's generated inputs as the sandbox sees a case: it observes and never fails a value.

    The first of the calls are those of the ``examples``, in their order. Where it is not ``marked``
    it hands on only which of these agree.
    """

    examples: tuple[Example, ...] = ()
    marked: bool = True

    def judge(self, replies: Sequence[Reply], calls: Sequence[bytes]) -> Judgement:
        """Hand on the marks of the replies."""
        if (found := self.unobserved(replies)) is not None:
            return found
        state = "passed" if len(replies) >= len(self.calls) else "unfinished"
        marks = " ".join(map(mark, replies[: len(self.calls)])) if self.marked else ""
        agreed = (one.agrees(reply) for one, reply in zip(self.examples, replies, strict=False))
        return Judgement(state, with_examples(agreed, marks) or None)


def with_examples(agreed: Iterable[bool], marks: str) -> str:
    """Put what the replies to the examples were before the marks: a word that is no mark."""
    flags = "".join("-+"[one] for one in agreed)
    return f"{EXAMPLES}{flags} {marks}" if flags else marks


def mark(reply: Reply) -> str:
    """The mark of one reply, without spaces. Never raises, whatever a candidate sent."""
    if reply.value is None:
        return "!" + (reply.exception if reply.exception in EXCEPTIONS else "Exception")
    try:
        form = canonical.form(_rounded(wire.decode(reply.value)))
    except Exception:  # nested too deep, unhashable where it must not be, malformed
        return NO_VALUE
    if form == canonical.UNEQUAL:
        return NO_VALUE
    digest = hashlib.blake2b(form, digest_size=MARK_BYTES).digest()
    return base64.urlsafe_b64encode(digest).decode()


def _rounded(value: Any) -> Any:
    kind = type(value)
    if kind is float:
        return float(f"{value:.{DIGITS}g}")
    if kind in (list, tuple, set, frozenset):
        return kind(map(_rounded, value))
    if kind is dict:
        return {key: _rounded(item) for key, item in value.items()}
    return value


NOTHING = mark(Reply(wire.encode(None)))
"""The mark of a program that returns nothing."""


def text_digest(program: str) -> str:
    """A digest that programs share which differ only in layout, comments, docstrings or quotes."""
    data = normalised(program).encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(hashlib.blake2b(data, digest_size=9).digest()).decode()


def normalised(program: str) -> str:
    """The program's tokens, a logical line a line, each after the level of its indentation."""
    lines: list[str] = []
    tokens: list[str] = []
    levels: list[int] = []
    only_text, depth, columns = True, 0, 0

    def end_line() -> None:
        if tokens and not only_text:
            while levels and columns < levels[-1]:
                levels.pop()
            if not levels or columns > levels[-1]:
                levels.append(columns)
            lines.append(f"{len(levels)} {' '.join(tokens)}")
        tokens.clear()

    program = program.replace("\r\n", "\n").replace("\r", "\n")
    lead = len(program) - len(program.lstrip(" \t"))
    columns = len(program[:lead].expandtabs(8))
    for token in _TOKEN.finditer(program):
        kind, text = token.lastgroup, token[0]
        if kind == "line" and depth == 0:
            end_line()
            only_text, columns = True, len(text.rpartition("\n")[2].expandtabs(8))
        elif kind == "text":
            tokens.append(_with_one_quote(text))
        elif kind in ("word", "sign"):
            depth = max(0, depth + (text in "([{") - (text in ")]}"))
            only_text = False
            tokens.append(text)
    end_line()
    return "\n".join(lines)


def _with_one_quote(text: str) -> str:
    """A short string in double quotes, where its quotes are all that changes."""
    body = text[1:-1]
    if text[0] == "'" == text[-1] and len(text) > 1 and not re.search(r"[\"'\\]", body):
        return f'"{body}"'
    return text


def observed(outcome: str, error: str | None) -> tuple[str, tuple[str, ...]]:
    """A signature's outcome and outputs from the verdict on its program."""
    seen = error or ""
    outputs = () if seen in EXCEPTIONS else tuple(seen.split())
    if outputs and outputs[0].startswith(EXAMPLES):
        outputs = outputs[1:]
    return RAN if outcome == "passed" else outcome, outputs


def passes_examples(count: int, outcome: str, error: str | None) -> bool | None:
    """Whether a program passes all of its task's ``count`` examples, from the verdict on it; None
    where there are none. One that ended by itself before its inputs did passes none."""
    if not count:
        return None
    flags = (error or "").partition(" ")[0]
    return outcome != "failed" and flags == EXAMPLES + "+" * count


def read_signatures(path: Path, digest: Any = None) -> Iterator[Signature]:
    """Yield the signatures of a file. ``digest``: see :func:`passk.records.read_lines`.

    :raises UserError: a damaged file, or one of something else.
    """
    for number, record in read_lines(path, digest):
        try:
            logprob, examples = record["logprob"], record["examples"]
            if examples not in (None, True, False):
                raise ValueError(examples)
            yield Signature(
                str(record["task_id"]),
                int(record["draw"]),
                str(record["outcome"]),
                tuple(map(str, record["outputs"])),
                str(record["text"]),
                None if logprob is None else float(logprob),
                examples,
                finite_number(record, "score", f"{path} line {number}"),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(
                f"{path} line {number} is no signature; delete the file and observe again"
            ) from error
