"""How a completion becomes a program: a pure function of the problem and what the model wrote.

``verbatim`` is prompt + completion, as the published run judged it. ``markdown`` also understands
what chat models do when asked for a body only: fences, prose around them, the whole function once
more, a body that lost its indentation, a fence that is never closed.

The text is hostile and may be megabytes long, so this module reads lines and tokens by linear
regular expressions (possessive where it matters) and never calls Python's parser, which such text
can crash or stall. It does not repair code, and where it cannot tell it does what ``verbatim``
does. Not covered: methods of a ``class Solution``, and functions spread over several fences.
"""

from __future__ import annotations

import re

from passk.benchmarks.human_eval import Problem

INDENT = 4
FENCE = re.compile(r"[ \t]*+(`{3,}+|~{3,}+)[ \t]*+([^`]*)")
TOKEN = re.compile(
    r"""\#[^\n]*+
    |\"\"\"(?:\\.|[^"\\]|"(?!""))*+(?:\"\"\")?
    |'''(?:\\.|[^'\\]|'(?!''))*+(?:''')?
    |"(?:\\.|[^"\\\n])*+"?
    |'(?:\\.|[^'\\\n])*+'?
    |\\\n|[\n()\[\]{}]""",
    re.VERBOSE | re.DOTALL,
)
CODE = re.compile(
    r"""[@\#)\]}]|\"\"\"|'''
    |(?:import|def|async\ def|class|return|yield|raise|assert|del|global|nonlocal)\b
    |(?:pass|break|continue)[ \t]*+$
    |from[ ]\S++[ ]import\b
    |for\b(?=.*:).*[ ]in\b
    |(?:if|elif|else|while|try|except|finally|with|match)\b.*:
    |[^\W\d]\w*+(?:\.\w++)*+\(
    |[^\W\d]\w*+(?:\.\w++|\[[^\]]*+\]|,[ ]?[^\W\d]\w*+)*+[ ]?
     (?::[^=]*+)?(?:[-+*/%&|^@]|//|\*\*|<<|>>)?=
    """,
    re.VERBOSE,
)
RETURN = re.compile(r"^[ \t]*+(?:return|yield)\b|:[ \t]*+(?:return|yield)\b", re.MULTILINE)
FUTURE = re.compile(r"^from __future__ import [^\n(]*+\n?", re.MULTILINE)


def program(problem: Problem, completion: str, answer: str) -> str:
    """The Python source to execute for ``completion``, read as ``answer``.

    ``markdown`` goes by these rules, in this order:

    1. Fenced blocks, and code that stands before the first fence, are the candidates. Chosen is the
       first that defines the entry point at its top level, else the first with a ``return`` or
       ``yield``, else the first that is not empty. A block that is never closed runs to the end.
    2. Without fences the candidate is the text from its first line that looks like code up to the
       first line of prose after it.
    3. A candidate that defines the entry point replaces the prompt's function; what the prompt has
       before that (imports, helpers) stays. One that begins right of its own top level is a body
       that the model went on from, whatever follows.
    4. Any other candidate is a body: it is indented as the prompt's docstring is and put behind
       the prompt.
    5. Where nothing looks like code, the program is the verbatim one.

    :raises ValueError: ``answer`` is neither of the two; never because of the completion.
    """
    if answer == "verbatim":
        return problem.prompt + completion
    if answer != "markdown":
        raise ValueError(f"answer {answer!r} is neither verbatim nor markdown")
    text = completion.replace("\r\n", "\n").replace("\r", "\n")
    blocks = _blocks(text)
    if blocks is None:
        code = _without_prose(text)
        blocks = [code] if code.strip() else []
    if not blocks:
        return problem.prompt + completion
    blocks = [_dedent(block) for block in blocks]
    for block in blocks:
        if _defines(block, problem.entry_point):
            return _with_function(problem, block)
    return _with_body(problem, next(filter(RETURN.search, blocks), blocks[0]))


def _blocks(text: str) -> list[str] | None:
    """The candidates of a text with fences, or None where it has no fence."""
    blocks: list[str] = []
    lines: list[str] = []
    fence = None
    found = False
    for line in text.split("\n"):
        marker = FENCE.fullmatch(line)
        if fence is None and marker:
            fence = marker[1]
            if not found:
                before = _without_prose("\n".join(lines))
                if _anchor(before) is not None:
                    blocks.append(before)
                    if not marker[2].strip():
                        fence = None  # It closes what the completion began within.
            found, lines = True, []
        elif fence is not None and marker and _closes(marker, fence):
            blocks.append("\n".join(lines))
            fence, lines = None, []
        elif fence is not None and line.endswith(fence) and line.strip(" \t" + fence[0]):
            blocks.append("\n".join([*lines, line.removesuffix(fence)]))
            fence, lines = None, []
        else:
            lines.append(line)
    if fence is not None:
        blocks.append("\n".join(lines))
    return [block for block in blocks if block.strip()] if found else None


def _closes(marker: re.Match[str], fence: str) -> bool:
    return marker[1][0] == fence[0] and len(marker[1]) >= len(fence) and not marker[2].strip()


def _without_prose(text: str) -> str:
    """From the first line that looks like code up to the first prose at column 0 after it."""
    lines = text.split("\n")
    filled = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    first = filled
    if filled < len(lines) and not lines[filled].startswith(("  ", "\t")):
        first = next(
            (i for i in range(filled, len(lines)) if CODE.match(lines[i].lstrip(" \t"))), len(lines)
        )
    lines = lines[first:]
    starts = _logical_starts("\n".join(lines))
    for i, line in enumerate(lines):
        if i in starts and line.strip() and line[0] not in " \t" and not CODE.match(line):
            lines = lines[:i]
            break
    return "\n".join(lines)


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
    """Of the first line of ``line`` that is not blank, with tabs that count as four."""
    for part in line.split("\n"):
        stripped = part.lstrip(" \t")
        if stripped:
            return len(part[: len(part) - len(stripped)].expandtabs(INDENT))
    return 0


def _anchor(code: str) -> int | None:
    """The index of the first logical line that is neither blank nor a comment, or None."""
    lines = code.split("\n")
    starts = _logical_starts(code)
    return next(
        (i for i, x in enumerate(lines) if i in starts and x.strip() and x.lstrip()[0] != "#"),
        None,
    )


def _shift(code: str, by: int, from_column: int = 0) -> str:
    """Move the logical lines that begin at ``from_column`` or right of it by ``by`` columns."""
    starts = _logical_starts(code)
    lines = code.split("\n")
    for i, line in enumerate(lines):
        column = _indentation(line)
        if i in starts and column >= from_column and line.strip():
            lines[i] = " " * max(from_column, column + by) + line.lstrip(" \t")
    return "\n".join(lines)


def _levels(code: str) -> list[int]:
    """The indentation of each logical line that is neither blank nor a comment."""
    starts = _logical_starts(code)
    return [
        _indentation(line)
        for i, line in enumerate(code.split("\n"))
        if i in starts and line.strip() and line.lstrip()[0] != "#"
    ]


def _dedent(code: str) -> str:
    lowest = min(_levels(code), default=0)
    return _shift(code, -lowest) if lowest else code


def _defines(code: str, name: str) -> bool:
    """Whether the code's top level defines ``name`` and it does not begin inside a body."""
    if _levels(code)[:1] != [0]:
        return False
    pattern = rf"^(?:(?:async[ \t]+)?def[ \t]+{re.escape(name)}\b|{re.escape(name)}[ \t]*+=(?!=))"
    return re.search(pattern, code, re.MULTILINE) is not None


def _with_function(problem: Problem, code: str) -> str:
    name = re.escape(problem.entry_point)
    definition = re.search(rf"^(?:async[ \t]+)?def[ \t]+{name}\b", problem.prompt, re.MULTILINE)
    preamble = problem.prompt[: definition.start()] if definition else ""
    future = "".join(FUTURE.findall(code))
    return future + preamble + (FUTURE.sub("", code) if future else code)


def _with_body(problem: Problem, body: str) -> str:
    """The prompt followed by ``body``, indented as the prompt's own function is."""
    wanted = (_levels(problem.prompt) or [0])[-1] or INDENT
    levels = _levels(body)
    if not levels:
        return problem.prompt + body
    first, rest = levels[0], levels[1:]
    if first == 0:
        lowest = min(rest, default=0)
        opens = body.split("\n")[_anchor(body) or 0].rstrip().endswith(":")
        if lowest and (not opens or rest[0] > lowest):
            # Only the first line lost its indentation: a reply that was stripped.
            lines = body.split("\n")
            at = _anchor(body) or 0
            lines[at] = " " * lowest + lines[at]
            body, first = "\n".join(lines), lowest
        else:
            body, first = _shift(body, wanted), wanted
    tabs = any(line.startswith((" \t", "\t")) for line in body.split("\n"))
    if first != wanted or tabs:
        # What stands at column 0 follows the function and stays there.
        body = _shift(body, wanted - first, from_column=1)
    head = problem.prompt.rstrip(" \t")
    return head + ("" if head.endswith("\n") or body.startswith("\n") else "\n") + body
