"""What a chat model writes around its answer: thoughts, special tokens, tags, fences.

Plain text in, plain text out; nothing here knows Python. Every step is linear in the text, which is
hostile and may be megabytes long (regular expressions that are possessive or bounded).

Sources: the chat templates of the models named below; CommonMark 0.31 §4.5 for fences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_THINKING = r"(?:seed:)?(?:think|thinking|thoughts?|reasoning|reflection|scratchpad)"
# What opens a thought and what closes it, without the first character of both.
_THOUGHTS = (
    (rf"{_THINKING}>", rf"/{_THINKING}>"),  # DeepSeek, Qwen, Phi, Seed, EXAONE, Granite
    (r"THINK(?:ING)?\]", r"/THINK(?:ING)?\]"),  # Magistral
    (r"think▷", r"/think▷"),  # Kimi
    (r"\|begin_of_thought\|>", r"\|end_of_thought\|>"),  # Sky-T1, OpenThinker
    (r"\|START_THINKING\|>", r"\|END_THINKING\|>"),  # Command A
    (r"\|inner_prefix\|>", r"\|inner_suffix\|>"),  # Apertus
    (r"\|channel\|>\s*(?:analysis|commentary)\b", r"\|channel\|>\s*final\b"),  # gpt-oss
)
_THOUGHT = re.compile(
    r"[<\[◁](?:"
    + "|".join(f"(?P<open{i}>{a})|(?P<close{i}>{b})" for i, (a, b) in enumerate(_THOUGHTS))
    + ")",
    re.IGNORECASE,
)
# gpt-oss, written without its special tokens
_ANALYSIS = re.compile(r"\s*analysis(?=[A-Z])")
_FINAL = re.compile(r"assistant(?:commentary)?\s?final(?=\W|[A-Z])")
_END = re.compile(
    r"""<[|\uff5c](?:im_end|eot_id|eom_id|end|endoftext|end_of_text|return|EOT|endofturn|end_of_turn
        |END_OF_TURN_TOKEN|END_RESPONSE|end\u2581of\u2581sentence|eos|call|user|endofprompt)[|\uff5c]>
    |</s>|<eos>|<end_of_turn>|<EOT>|<(?:file_sep|repo_name|filename|gh_stars)>|\[/?INST\]|<turn\|>
    |^(?:\#\#\#[ ](?:Instruction|Input|Question|User|Human)|(?:Human|User))[ ]?:[ ]*+(?=\n|[A-Z])
    """,
    re.VERBOSE | re.MULTILINE,
)
_ROLE = re.compile(
    r"(?:<\|(?:im_start|start|start_header_id|header_start|channel)\|>|<start_of_turn>)\s*"
    r"(?:assistant|model|final|system)?\b"
)
_TOKEN = re.compile(
    r"<[|\uff5c][\w\u2581/.:-]{1,40}[|\uff5c]>|</?s>"
    r"|<(?:bos|eos|pad|unk|mask|start_of_turn|end_of_turn|EOT|EOD)>"
    r"|<fim_(?:prefix|middle|suffix|pad)>|\u2581<(?:PRE|MID|SUF|EOT)>|<(?:PRE|MID|SUF)>"
    r"|<(?:file_sep|repo_name|filename|gh_stars|jupyter_\w{1,20}|empty_output)>|<<SYS>>|<</SYS>>"
)
_LEADING = re.compile(rf"(?:[ \t]*+(?:{_TOKEN.pattern}|\[/?INST\])[ \t]*\n?|[ \t]*+\n)*+")
_TAGS = (
    r"python|py|code|answer|solution|response|output|final|final_answer|implementation|function|pre"
)
_TAG = re.compile(
    rf"<(?P<slash>/?)(?:{_TAGS})(?:\s[^<>\n]{{0,80}})?>"
    r"|\[(?P<slash2>/?)(?:PYTHON|CODE|ANSWER|SOLUTION|BEGIN|END|DONE|TESTS?|RESPONSE)\]",
    re.IGNORECASE,
)
_INLINE_TAG = re.compile(r"<code>([^\n<]{1,2000})</code>", re.IGNORECASE)
_QUOTED = re.compile(
    r"^('''|\"\"\")(?:python|py)[ \t]*\n((?:(?!\1).*\n)*?)\1[ \t]*$", re.MULTILINE | re.IGNORECASE
)
_MARK = re.compile(r"[ \t]*+(?:[-*+][ \t]++|\d{1,3}[.)][ \t]++)?(`{3,}+|~{3,}+)[ \t]*+([^`\n]*+)")
_MARK_BEHIND = re.compile(r"(.*?[^`\s][ \t]*)(`{3,})[ \t]*+([\w+#.{}-]*+)[ \t]*+")
_LANGUAGE = re.compile(r"\{?[.\s]*([A-Za-z][\w+#-]*|)")
_QUOTE = re.compile(r"^[ \t]{0,3}> ?", re.MULTILINE)
_TICKS = re.compile(r"(?<!`)(`{1,5})(?!`)(?:(?:python|py)[ ])?([^`\n]{1,2000})\1(?!`)")

_REFUSAL = re.compile(
    r"""[\s*_>"'`-]*+
    (?:(?:(?:i\ am|i'm|we\ are|we're)\ (?:(?:very|so|really|truly)\ )?sorry|sorry|unfortunately
        |(?:my\ |our\ )?apologies|i\ apologi[sz]e|as\ an?\ (?:ai|artificial))\b[^.!?\n]{0,80}?\b)?
    (?:i|we)\ ?(?:can't|cannot|can\ not|won't|will\ not|must\ decline\ to|have\ to\ decline\ to
        |(?:am|'m|are|'re)\ (?:unable|not\ able)\ to)
    \ (?:\w{1,20}\ )?(?:help|assist|provide|fulfill?|comply|complete|write|create|generate|produce
        |answer|solve|implement|do|support|continue|execute)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
LONGEST_REFUSAL = 600

LONGEST_LINE = 1000  # of those that may have a mark behind words

DIFFS = ("diff", "patch")
PYTHON = frozenset(
    ("", "python", "python2", "python3", "py", "py3", "python-repl", "pycon", "ipython", "ipython3",
     "sage", "cython", "code", "plaintext", "text", "txt", "plain", "markdown", "md", "tool_code",
     "repl", "doctest", "console", "starlark", *DIFFS)
)  # fmt: skip
"""What a fence may call itself and still hold Python."""
_PYTHONS = frozenset(
    ("python", "python2", "python3", "py", "py3", "python-repl", "pycon", "ipython", "ipython3")
)
LONGEST_NAME = 20


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text between two marks of fences. ``language``: as its fence says, in lower
    case. ``fenced``: whether it stands inside, so far as one can tell. ``mark``: the line that
    opened it."""

    text: str
    language: str
    fenced: bool
    mark: str = ""


def without_thoughts(text: str) -> tuple[str, bool]:
    """The text that is no thought, and whether it ends within one.

    What stands before a lone closing mark is a thought, too: the template had opened it.
    """
    if _ANALYSIS.match(text):
        final = _FINAL.search(text)
        return (text[final.end() :], False) if final else ("", True)
    kept: list[str] = []
    start, closing = 0, ""
    for mark in _THOUGHT.finditer(text):
        name = mark.lastgroup or ""
        if name.startswith("open"):
            if not closing:
                kept.append(text[start : mark.start()])
                closing = name.replace("open", "close")
        elif not closing:
            kept, start = [], mark.end()
        elif closing == name:
            closing, start = "", mark.end()
    if not closing:
        kept.append(text[start:])
    return "".join(kept), bool(closing)


def without_tokens(text: str) -> str:
    """The answer's own turn, without special tokens and without the tags around it."""
    if "<" in text:
        text = _ROLE.sub("", text)
    begin = _LEADING.match(text).end()
    end = _END.search(text, begin)
    return _TOKEN.sub("", text[begin : end.start() if end else len(text)])


def without_tags(text: str) -> str:
    """Tags that stand at an end of their line are line breaks; those in a sentence stay."""
    text = _INLINE_TAG.sub(r"`\1`", text)
    text = _QUOTED.sub(r"```python\n\2```", text)
    return "\n".join(
        _untagged(line) if "<" in line or "[" in line else line for line in text.split("\n")
    )


def _untagged(line: str) -> str:
    start, end = 0, len(line)
    tags = list(_TAG.finditer(line))
    for tag in tags:
        if not line[start : tag.start()].strip():
            start = tag.end()
    for tag in reversed(tags):
        if not line[tag.end() : end].strip():
            end = tag.start()
    return line[start:end]


def blocks(text: str) -> list[Block]:
    """The text cut at every line that can open or close a fence.

    Which of the two a mark does cannot always be known (a fence that the prompt opened, one fence
    within another of the same length, a fence in a docstring): ``fenced`` goes by CommonMark, and
    the reader may join blocks again.
    """
    found: list[Block] = []
    lines: list[str] = []
    fence, language, opened = "", "", ""

    def close(mark: str, now: str, called: str) -> None:
        nonlocal fence, language, opened
        found.append(Block("\n".join(lines), language, bool(fence), opened))
        lines.clear()
        fence, language, opened = now, called, mark

    for line in text.split("\n"):
        mark = _MARK.fullmatch(line)
        may_end = "```" in line and len(line) < LONGEST_LINE
        behind = _MARK_BEHIND.fullmatch(line) if may_end and not mark else None
        if mark:
            ticks, info = mark[1], mark[2].strip()
            called = _LANGUAGE.match(info)[1].lower() if info else ""
            if not info and fence and ticks[0] == fence[0] and len(ticks) >= len(fence):
                close(line, "", "")
            else:
                close(line, ticks, called)
                rest = info[len(called) :].strip() if called in PYTHON else ""
                if rest and info[: len(called)].lower() == called:
                    lines.append(rest)  # the code begins on the mark's own line, or is a title
        elif behind:
            lines.append(behind[1])
            inside = bool(fence) and not behind[3]
            close(line, "" if inside else behind[2], "" if inside else behind[3].lower())
        else:
            lines.append(line)
    close("", "", "")
    return found


def patched(text: str) -> str:
    """What a diff leaves behind."""
    lines = (line for line in text.split("\n") if not line.startswith(("-", "+++", "@@")))
    return "\n".join(line[1:] if line[:1] in ("+", " ") else line for line in lines)


def unquoted(text: str) -> str:
    """A quotation's lines without their ``>``, where a fence stands in one."""
    return (
        _QUOTE.sub("", text)
        if re.search(r"^[ \t]{0,3}> ?(?:```|~~~)", text, re.MULTILINE)
        else text
    )


def inline(text: str) -> list[str]:
    """The code that stands in backticks within lines, without a language's name."""
    return [found[2] for found in _TICKS.finditer(text)]


def fence_language(text: str) -> str | None:
    """The language that the first fence in a text names: ``python`` for all of Python's names, an
    empty text where it names none, None where there is no fence."""
    if "```" not in text and "~~~" not in text:
        return None
    named = next((block.language for block in blocks(text) if block.fenced), None)
    return "python" if named in _PYTHONS else named and named[:LONGEST_NAME]


def refuses(text: str) -> bool:
    """Whether a completion refuses to answer: a rule that would rather miss one.

    Without thoughts it is no longer than :data:`LONGEST_REFUSAL` characters, has no fence, and says
    in its first sentence that "I" or "we" cannot or will not help, write, solve and the like ("I'm
    sorry, but I can't help with that."). One that only calls a task wrong or hard does not refuse.
    """
    said = without_tokens(without_thoughts(text)[0]).replace("\u2019", "'").strip()
    if len(said) > LONGEST_REFUSAL or fence_language(said) is not None:
        return False
    return _REFUSAL.match(said) is not None
