"""How a completion becomes a program: a pure function of the problem and what the model wrote.

``verbatim`` is prompt + completion, as the published run judged it. ``markdown`` reads an answer as
a person would who is asked for its program, by these rules, the first that applies:

1.  *Right as it is.* If prompt + completion parses, defines the entry point and has no ``return``
    outside a function, that is the program: ``markdown`` fails nothing that ``verbatim`` passes.
2.  *Thoughts are no answer* (``chat``). They go, and so do special tokens with all that follows the
    end of the turn, tags such as ``[PYTHON]``, zero-width characters and no-break spaces outside
    strings. Rule 1 is tried once more. A completion that ends within a thought and holds no program
    outside it has no answer: its program is :data:`passk.benchmarks.UNFINISHED`, which fails.
3.  *Blocks.* The text is cut at the marks of fences; a block that its language's name says is not
    Python is left out, one that only parses together with the next ones (a fence in a docstring) is
    joined with them; of a transcript with ``>>>`` the input counts, of a diff what it leaves. Where
    no block in a fence holds a program, the text outside counts as well, and in the last place code
    in backticks within a line.
4.  *Pieces.* Of a block count the statements at its top level that parse. Prose, pseudo-code, other
    languages and a statement cut by the length limit do not, and are skipped.
5.  *Whole or body.* Pieces that are indented, or that have a ``return`` outside a function, are a
    body; it is indented as the prompt's docstring is, a first line that lost its place is put back,
    and what cannot run behind a final ``return`` may be anything. All others are whole statements.
    The entry point is defined by ``def``, ``class``, an import from the standard library, or an
    assignment of what may be callable, at the top level or below its ``if``, ``try`` and ``with``;
    a stub (docstring, ``pass``, ``...``, ``raise NotImplementedError``) defines nothing.
6.  *The last one wins*: the last block that defines the entry point, else the last body, if
    possible one that uses no unknown name. Statements of earlier blocks stay before it; of later
    ones stays what defines a name that is missing. The prompt's own imports and helpers come first.
7.  *Tests and examples go.* At the top level, unless the entry point needs them or they may change
    data that it uses, these are left out: ``assert``, a value without effect, what calls the entry
    point, prints, reads input, runs or guards tests; the import of a package; and what then uses a
    name that nothing defines.
8.  Annotations that name something unknown are not evaluated; a helper ``check``, which the test's
    own would overwrite, gets another name. Where nothing is code, the program is the verbatim one.

Nothing else is repaired. An answer that gives a right program first and a wrong one as a warning
behind it is read wrongly; so is a method of a class where a function was asked for.

The text is hostile and may be megabytes long. Before Python's parser sees any of it its length is
limited, and so is all that is parsed of one completion (:data:`MOST_CHARACTERS`): a longer answer
is read verbatim. What the parser refuses by ``RecursionError`` or ``MemoryError`` is not Python.
Nothing is ever run here.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from passk.benchmarks import UNFINISHED, chat, definitions
from passk.benchmarks.human_eval import Problem

MOST_CHARACTERS = 200_000
"""Of a text that is parsed; twice as many are parsed of one completion, pieces and all."""

INDENT = 4
TOKEN = re.compile(
    r"""\#[^\n]*+
    |\"\"\"(?:\\.|[^"\\]|"(?!""))*+(?:\"\"\")?
    |'''(?:\\.|[^'\\]|'(?!''))*+(?:''')?
    |"(?:\\.|[^"\\\n])*+"?
    |'(?:\\.|[^'\\\n])*+'?
    |\\\n|[\n()\[\]{}]""",
    re.VERBOSE | re.DOTALL,
)
MOST_JOINED = 8
DEFINITION = re.compile(r"(?:async[ ]+)?(?:def|class)\b|@")
LANGUAGE = re.compile(r"\A\s*(?:python3?|py)[ \t]*\n", re.IGNORECASE)
CONTINUES = re.compile(r"(?:else|elif|except|finally)\b|[)\]}]")
TEST = "check"  # HumanEval's function of a task's test, which takes the place of the program's
OF_TEST = re.compile(rf"(?<![\w.]){TEST}\b")
UNBALANCING = re.compile(r"[\"'(\[{\\]")
INVISIBLE = {ord(c): None for c in "\u200b\u200c\u200d\u2060\ufeff\u00ad"}
SPACES = INVISIBLE | {ord(c): " " for c in "\u00a0\u1680\u202f\u205f\u3000"}
SPACES |= {code: " " for code in range(0x2000, 0x200B)}
ODD = re.compile("[" + "".join(map(chr, SPACES)) + "]")
TRANSCRIPT = re.compile(r"[ \t]*(?:>>>|In \[\d+\]:)(?: |$)")
INPUT = re.compile(r"[ \t]*(?:>>>|\.\.\.|In \[\d+\]:|\.\.\.:)(?: |$)")
FUTURE = re.compile(r"^from __future__ import [^\n(]*+\n?", re.MULTILINE)
ANNOTATIONS = "from __future__ import annotations\n"


def program(problem: Problem, completion: str, answer: str) -> str:
    """The Python source to execute for ``completion``, read as ``answer``; see the module.

    :raises ValueError: ``answer`` is neither of the two; never because of the completion.
    """
    if answer == "verbatim":
        return problem.prompt + completion
    return _read(_Reader(problem), completion, answer)[0]


def failure(problem: Problem, completion: str, answer: str) -> str:
    """What kept :func:`program` from finding one, of the kind's ``failures``, or nothing.

    Read verbatim, one that is too long to be looked at counts as read.

    :raises ValueError: as :func:`program`.
    """
    reader = _Reader(problem)
    if answer == "verbatim":
        return reader.fault(problem.prompt + completion)
    _, text = _read(reader, completion, answer)
    return "" if text is None else reader.failure(text)


def _read(reader: _Reader, completion: str, answer: str) -> tuple[str, str | None]:
    """The program; and where none was found, the completion without its thoughts."""
    if answer != "markdown":
        raise ValueError(f"answer {answer!r} is neither verbatim nor markdown")
    found = reader.continued(completion)
    if found is not None:
        return found, None
    text, reader.unfinished = chat.without_thoughts(completion)
    found = reader.read(text)
    if found is not None:
        return found, None
    return UNFINISHED if reader.unfinished else reader.problem.prompt + completion, text


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one block holds: whole ``statements``, which may define the entry point, or the ``body``
    of the prompt's function with statements behind it."""

    statements: str
    body: str = ""
    defines: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """Statements that parse, moved to column 0; ``indented``: they stood right of it."""

    text: str
    tree: ast.Module
    indented: bool

    @property
    def is_body(self) -> bool:
        return self.indented or definitions.returns(self.tree.body)


class Reader:
    """Reads the blocks of one completion; counts what it lets the parser see."""

    def __init__(self) -> None:
        self._left = 2 * MOST_CHARACTERS

    def cleaned(self, text: str) -> str:
        """A text without thoughts as its blocks are read: no tokens, tags and odd spaces."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = chat.without_tags(chat.without_tokens(chat.unquoted(text)))
        if ODD.search(text):
            text = _outside_strings(text, lambda part: part.translate(SPACES))
        return text

    def blocks(self, text: str) -> list[chat.Block]:
        """The blocks that may hold Python, those of one docstring joined."""
        return [
            replace(one, text=chat.patched(one.text)) if one.language in chat.DIFFS else one
            for one in self._joined(chat.blocks(text))
            if one.language in chat.PYTHON
        ]

    def parsed(self, text: str) -> ast.Module | None:
        return self._parsed_to(text)[0]

    def _parsed_to(self, text: str) -> tuple[ast.Module | None, int]:
        """The tree, or None and the number of lines before what is no Python."""
        self._left -= len(text)
        if len(text) > MOST_CHARACTERS or self._left < 0:
            return None, 0
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(text), 0
        except SyntaxError as error:
            return None, (error.lineno or 1) - 1
        except (ValueError, RecursionError, MemoryError):
            return None, 0

    def without_prose(self, text: str) -> str:
        """Without the lines at column 0 that are no Python."""
        starts = _logical_starts(text)
        return "\n".join(
            line
            for at, line in enumerate(text.split("\n"))
            if at not in starts
            or line[:1] in ("", " ", "\t", "#", ")", "]", "}", "@")
            or CONTINUES.match(line)
            or self._is_head(line)
            or self.parsed(line) is not None
        )

    def _is_head(self, line: str) -> bool:
        """Whether a line begins a statement, though it does not parse with what follows."""
        if DEFINITION.match(line):
            return True
        opens = line.rstrip().endswith(":")
        return opens and line[0] not in " \t" and self.parsed(line + " pass") is not None

    def _joined(self, blocks: list[chat.Block]) -> Iterator[chat.Block]:
        """The blocks; one that ends within a string is joined with the next where they parse."""
        at = 0
        while at < len(blocks):
            block = blocks[at]
            at += 1
            if block.fenced and block.language in chat.PYTHON and _is_open(block.text):
                text = block.text
                for end in range(at, min(at + MOST_JOINED, len(blocks))):
                    text += f"\n{blocks[end].mark}\n{blocks[end].text}"
                    if self.parsed(dedented(text)):
                        block, at = replace(block, text=text), end + 1
                        break
            yield block


class _Reader(Reader):
    """Reads a function.

    ``unfinished``: whether the completion ends within a thought.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem
        self.unfinished = False
        self._name = problem.entry_point
        self._found: list[ast.Module] = []  # what parsed of its blocks
        self._broken = False  # whether a line begins code that does not parse

    def read(self, text: str) -> str | None:
        """The program in a text without thoughts, or None."""
        if len(text) > MOST_CHARACTERS:
            return None
        text = self.cleaned(text)
        found = self.continued(text)
        if found is not None:
            return found
        blocks = self.blocks(text)
        for chosen in ([one for one in blocks if one.fenced], blocks):
            found = self._best(one.text for one in chosen)
            if found is not None:
                return found
        return self._best(chat.inline(text))

    def failure(self, text: str) -> str:
        """Why :meth:`read` found no program in a text without thoughts."""
        if self.unfinished:
            return "unfinished"
        if len(text) > MOST_CHARACTERS or self._left < 0:
            return "too_long"
        name = re.escape(self._name)
        statements = [one for tree in self._found for one in tree.body]
        within = (getattr(part, "name", "") for one in statements for part in ast.walk(one))
        if self._name in within:
            return "no_definition"  # a stub, or a method
        if re.search(rf"\bdef[ \t]+{name}[ \t]*\(", text):
            return "syntax"
        if text.lstrip("\n")[:1] in (" ", "\t") and not self.parsed(self.problem.prompt + text):
            return "syntax"  # a body
        code = [one for one in statements if not _is_label(one)]
        if definitions.acts(ast.Module(code, [])):
            return "no_definition"
        cut = any(one.fenced and one.text.strip() for one in self.blocks(self.cleaned(text)))
        return "syntax" if cut or self._broken else "no_code"

    def fault(self, text: str) -> str:
        """What is wrong with a whole program."""
        tree = self.parsed(text)
        if tree is None:
            return "syntax" if len(text) <= MOST_CHARACTERS else ""
        if definitions.returns(tree.body):
            return "syntax"  # of a body outside its function
        return "" if definitions.defines(tree, self._name) else "no_definition"

    def continued(self, completion: str) -> str | None:
        """The program where the completion goes on from the prompt as it stands, or None."""
        text = self.problem.prompt + completion
        tree = self.parsed(text)
        if tree is None or definitions.returns(tree.body):
            return None
        own = self.problem.prompt.count("\n")
        written = [one for one in tree.body if one.lineno > own]
        if not definitions.defines(tree, self._name) or any(map(definitions.is_future, written)):
            return None
        return self._needed(text, tree, written)

    def _best(self, texts: Iterable[str]) -> str | None:
        """The program that these blocks give together, or None."""
        answers = [answer for text in texts if (answer := self._answer(text))]
        whole = [at for at, answer in enumerate(answers) if answer.defines]
        if whole:
            at = whole[-1]
            earlier = [answer.statements for answer in answers[: at + 1]]
            return self._united([self._preamble(), *earlier], answers[at + 1 :])
        found = None
        for at in reversed(range(len(answers))):
            if answers[at].body:
                earlier = [answer.statements for answer in answers[:at]]
                parts = [*earlier, self._with_body(answers[at].body), answers[at].statements]
                text = self._united(parts, answers[at + 1 :])
                if text is not None and not _names(definitions.unknown, ast.parse(text)):
                    return text
                found = found or text
        return found

    def _answer(self, text: str) -> _Answer | None:
        """What a block holds, or None where none of it is Python."""
        if TRANSCRIPT.match(text.lstrip("\n")):
            shown = (line for line in text.split("\n") if INPUT.match(line))
            text = "\n".join(INPUT.sub("", line, count=1) for line in shown)
        text = dedented(LANGUAGE.sub("", text, count=1))
        tree = self.parsed(text)
        if tree is None:
            spoken = dedented(self.without_prose(text))
            tree = self.parsed(spoken)
            text = text if tree is None else spoken
        if tree is not None and not definitions.returns(tree.body):
            self._found.append(tree)
            whole = definitions.defines(tree, self._name)
            return _Answer(text, defines=whole) if tree.body else None
        pieces = list(self._pieces(text))
        self._found += [piece.tree for piece in pieces]
        if not pieces:
            return None
        bodies = [at for at, piece in enumerate(pieces) if piece.is_body]
        if not bodies:
            found = "\n".join(piece.text for piece in pieces)
            whole = any(definitions.defines(piece.tree, self._name) for piece in pieces)
            return _Answer(found, defines=whole)
        last = bodies[-1]
        if pieces[bodies[0]].indented:  # such a body ends where its indentation does
            last = next(at for at in bodies if at + 1 not in bodies)
        body, rest = pieces[: last + 1], pieces[last + 1 :]
        return _Answer(*("\n".join(piece.text for piece in part) for part in (rest, body)))

    def _pieces(self, text: str) -> Iterator[_Piece]:
        """The statements that parse, one by one."""
        lines = text.split("\n")
        begins: list[int] = []
        at = 0
        while at < len(lines) and self._left > 0:
            if not lines[at].strip() or lines[at].lstrip()[0] == "#":
                at += 1
                continue
            if not begins:
                rest = "\n".join(lines[at:])
                self._left -= len(rest)
                begins = [at + begin for begin in _statement_begins(rest)]
            end = begins[bisect_right(begins, at)]
            piece = self._piece("\n".join(lines[at:end]))
            if piece is not None:
                yield piece
                at = end
                continue
            if UNBALANCING.search(lines[at]):
                begins = []
            if self._is_head(lines[at]):
                self._broken |= lines[at].rstrip()[-1:] in ":("
                at = next((i for i in range(at + 1, end) if lines[i][:1].strip()), end)
            else:
                at += 1

    def _piece(self, text: str) -> _Piece | None:
        """The statement, its first line put where it belongs, or up to a final ``return``."""
        plain = dedented(text)
        indented = _levels(text)[:1] != [0]
        tree, lines = self._parsed_to(plain)
        if tree is not None:
            return _Piece(plain, tree, indented) if tree.body else None
        moved = _with_first_line_moved(plain)
        tree = self.parsed(moved)
        if tree is not None:
            return _Piece(moved, tree, indented=True)
        plain = "\n".join(plain.split("\n")[:lines])
        tree = self.parsed(plain)
        if tree is not None and definitions.ends(tree.body):
            return _Piece(plain, tree, indented)
        return None

    def _preamble(self) -> str:
        """What the prompt has before its function."""
        name = re.escape(self._name)
        prompt = self.problem.prompt
        definition = re.search(rf"^(?:async[ \t]+)?def[ \t]+{name}\b", prompt, re.MULTILINE)
        return prompt[: definition.start()] if definition else ""

    def _with_body(self, body: str) -> str:
        """The prompt followed by a body that begins at column 0."""
        wanted = (_levels(self.problem.prompt) or [0])[-1] or INDENT
        head = self.problem.prompt.rstrip(" \t")
        return head + ("" if head.endswith("\n") else "\n") + _shift(body, wanted)

    def _united(self, parts: list[str], later: list[_Answer]) -> str | None:
        """The program of these parts, and what it lacks of ``later`` ones; None if it is none."""
        text = joined_text(parts)
        tree = self.parsed(text)
        if tree is None or definitions.returns(tree.body):
            return None
        if not definitions.defines(tree, self._name):
            return None
        missing = _names(definitions.unknown, tree) if later else set()
        for answer in later:
            more = self.parsed(answer.statements) if missing else None
            if more and not missing.isdisjoint(_names(definitions.bound, more)):
                text = joined_text([text, answer.statements])
                tree = self.parsed(text) or tree
                missing = _names(definitions.unknown, tree)
        return self._needed(text, tree, tree.body)

    def _needed(self, text: str, tree: ast.Module, written: list[ast.stmt]) -> str:
        """The program without what the entry point does not need, if what the model has ``written``
        at its top level does more than define; a helper with the name of the test gets another."""
        if self._name != TEST and any(getattr(one, "name", "") == TEST for one in written):
            text = _outside_strings(text, lambda part: OF_TEST.sub(f"{TEST}_", part))
            tree = self.parsed(text) or tree
        if all(map(definitions.only_defines, written)):
            return text
        try:
            text = definitions.needed(
                text.replace("\r\n", "\n").replace("\r", "\n"), tree, self._name
            )
            missing = definitions.annotated_by_unknown(tree)
        except RecursionError:  # scopes within scopes, by the hundred
            return text
        return ANNOTATIONS + text if missing else text


def _names(find: Callable[[ast.Module], set[str]], tree: ast.Module) -> set[str]:
    """The names that ``find`` finds; none where scopes lie within scopes, by the hundred."""
    try:
        return find(tree)
    except RecursionError:
        return set()


def _is_label(statement: ast.stmt) -> bool:
    """Whether it is a word before a colon, as in ``Note: this``, which parses."""
    return isinstance(statement, ast.AnnAssign) and statement.value is None


def joined_text(parts: Iterable[str]) -> str:
    """The parts one after another, what they import from ``__future__`` first."""
    text = "\n".join(part for part in parts if part.strip())
    future = "".join(FUTURE.findall(text))
    return future + FUTURE.sub("", text) if future else text


def _outside_strings(text: str, change: Callable[[str], str]) -> str:
    """The text with all changed but strings and comments."""
    parts: list[str] = []
    at = 0
    for token in TOKEN.finditer(text):
        if token[0][0] in "\"'#":
            parts += [change(text[at : token.start()]), token[0]]
            at = token.end()
    return "".join([*parts, change(text[at:])])


def _is_open(text: str) -> bool:
    """Whether the text ends within a string of three quotes."""
    last = ""
    for token in TOKEN.finditer(text):
        last = token[0]
    return last[:3] in ('"""', "'''") and (len(last) < 6 or last[-3:] != last[:3])


def _statement_begins(text: str) -> list[int]:
    """The indices of the lines at column 0 that begin a statement, and that behind the last line.

    What a decorator decorates belongs to it, as ``else`` does to its ``if``.
    """
    lines = text.split("\n")
    found: list[int] = []
    decorated = False
    for at in sorted(_logical_starts(text)):
        line = lines[at]
        if line[:1] in ("", " ", "\t", "#", "\f") or CONTINUES.match(line):
            continue
        if not decorated:
            found.append(at)
        decorated = line.startswith("@")
    return [*found, len(lines)]


def _logical_starts(text: str) -> set[int]:
    """The indices of the lines that begin outside strings, brackets and continuations."""
    starts = {0}
    line = depth = 0
    for token in TOKEN.finditer(text):
        found = token[0]
        line += found.count("\n")
        if found in "([{":
            depth += 1
        elif found in ")]}":
            depth = max(0, depth - 1)
        elif found == "\n" and depth == 0:
            starts.add(line)
    return starts


def _indentation(line: str) -> int:
    """The columns before the first character, with tabs that count as four."""
    stripped = line.lstrip(" \t")
    return len(line[: len(line) - len(stripped)].expandtabs(INDENT))


def _levels(code: str) -> list[int]:
    """The indentation of each logical line that is neither blank nor a comment."""
    starts = _logical_starts(code)
    return [
        _indentation(line)
        for at, line in enumerate(code.split("\n"))
        if at in starts and line.strip() and line.lstrip()[0] != "#"
    ]


def _shift(code: str, by: int) -> str:
    """Move all logical lines by so many columns; tabs become spaces."""
    starts = _logical_starts(code)
    lines = code.split("\n")
    for at, line in enumerate(lines):
        if at in starts and line.strip():
            lines[at] = " " * max(0, _indentation(line) + by) + line.lstrip(" \t")
    return "\n".join(lines)


def dedented(code: str) -> str:
    lowest = min(_levels(code), default=0)
    return _shift(code, -lowest) if lowest else code


def _with_first_line_moved(code: str) -> str:
    """The first line at the level of the others: it lost blanks, or has one too many."""
    lines = code.split("\n")
    levels = _levels(code)
    if len(levels) < 2:
        return code
    starts = _logical_starts(code)
    first = next(
        at
        for at, line in enumerate(lines)
        if at in starts and line.strip() and line.lstrip()[0] != "#"
    )
    lines[first] = " " * min(levels[1:]) + lines[first].lstrip(" \t")
    return dedented("\n".join(lines))
