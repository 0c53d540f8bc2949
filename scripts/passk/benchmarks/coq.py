"""What a proof for Coq may be, and what goes around it. Plain text in and out; Coq is not needed.

A proof is a sequence of sentences. Each must be a bullet, a brace or a tactic: a word in small
letters, or ``(`` or ``[``, behind a selector of goals at most. All commands of Coq begin with a
capital letter (or ``#[``), so none is let through: no axiom, notation, option, plugin, file, second
theorem. ``Proof.`` and ``Qed.`` may stand at the edges; they are put there anyway. The words of
:data:`REFUSED` may stand nowhere.

The lexer is Coq's own as far as that needs: comments nest, strings within comments count, ``"``
doubled is one, ``.`` ends a sentence before a blank or the end, ``.(`` is one token. Coq is given
the text with blanks for its comments, so that nothing hides in how they are read.

Source: Coq 8.16, reference manual, "Basic notions and conventions: Lexical conventions".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from passk.records import UserError

FENCES = ("coq", "rocq", "gallina", "v", "")
REFUSED = {
    "admit", "give_up", "sorry", "abstract", "ltac", "ltac2", "exact_no_check", "change_no_check",
    "convert_concl_no_check", "convert_hyp_no_check", "vm_cast_no_check", "native_cast_no_check",
    "native_compute", "native_cast", "unshelve_all", "optimize_heap", "timeout", "par", "Admitted",
    "Axiom", "Parameter", "Declare", "bypass_check",
}  # fmt: skip
"""Words with which a proof could be left open, go round a check, start a process, add a constant,
or depend on how fast the machine is."""

MOST_OF_SELECTOR = 200  # characters

_COMMANDS = r"Theorem|Lemma|Fact|Remark|Corollary|Proposition|Property|Example"
_WORD = r"[^\W\d][\w']*"
_TOKEN = re.compile(
    rf"""(?P<blank>\s+)
    |(?P<comment>\(\*)
    |(?P<string>"(?:[^"]|"")*+"?)
    |(?P<word>{_WORD}(?:\.{_WORD})*)
    |(?P<number>\d[\w]*(?:\.\d\w*)?)
    |(?P<end>\.(?=\s|\Z))
    |(?P<symbol>\.\(|\.{_WORD}|\{{\||\|\}}|.)""",
    re.VERBOSE | re.DOTALL,
)
_IN_COMMENT = re.compile(r'\(\*|\*\)|"(?:[^"]|"")*+"?')
_NAME = re.compile(rf"\s*(?:{_COMMANDS})\s+({_WORD})")
_SELECTOR = re.compile(
    r"(?:all|!|\d+(?:\s*-\s*\d+)?(?:\s*,\s*\d+(?:\s*-\s*\d+)?)*|\[\s*\w+\s*\])\s*:"
)


class Refused(Exception):
    """A proof that the checker is not given; why."""


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is a group of the lexer; ``text`` as it stands, from ``begin``."""

    kind: str
    text: str
    begin: int


def check_characters(text: str, blanks: str) -> None:
    """No blanks but these, and nothing that is not seen or that is no character.

    :raises Refused: there is one.
    """
    for one in sorted(set(text) - set(blanks)):
        if unicodedata.category(one)[0] in "ZC":
            raise Refused(f"the character {one!a} is refused")


def name_of(statement: str) -> str:
    """The name of the theorem that a statement declares.

    :raises UserError: it declares none.
    """
    found = _NAME.match(without_comments(statement))
    if not found:
        raise UserError(f"must begin with one of {_COMMANDS.replace('|', ', ')} and a name")
    return found[1]


def without_comments(text: str) -> str:
    """The text with blanks where its comments stand; an open one reaches to the end.

    :raises Refused: a comment that is not closed.
    """
    kept, at = [], 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        end = token.end()
        if token.lastgroup == "comment":
            end = _end_of_comment(text, at)
            kept.append(re.sub(r"[^\n]", " ", text[at:end]))
        else:
            kept.append(token[0])
        at = end
    return "".join(kept)


def _end_of_comment(text: str, begin: int) -> int:
    depth = 0
    for mark in _IN_COMMENT.finditer(text, begin):
        depth += {"(*": 1, "*)": -1}.get(mark[0], 0)
        if depth == 0:
            return mark.end()
    raise Refused("a comment is not closed")


def tokens(text: str) -> Iterator[Token]:
    """What stands in a text without comments, blanks left out.

    :raises Refused: a string that is not closed.
    """
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        if kind == "string" and not re.fullmatch(r'"(?:[^"]|"")*+"', found[0]):
            raise Refused("a string is not closed")
        if kind != "blank":
            yield Token(kind, found[0], found.start())


def sentences(text: str) -> Iterator[list[Token]]:
    """The sentences of a proof without comments. A bullet and a brace are sentences by themselves.

    :raises Refused: the text ends within one.
    """
    sentence: list[Token] = []
    bullet = ""
    for token in tokens(text):
        if bullet and token.text == bullet[0] and token.kind == "symbol":
            bullet += token.text
            continue
        bullet = ""
        if not sentence and token.kind == "symbol" and token.text in "-+*{}":
            bullet = token.text if token.text in "-+*" else ""
            yield [token]
            continue
        sentence.append(token)
        if token.kind == "end" or (
            token.text == "{" and _is_selector(text[sentence[0].begin : token.begin])
        ):
            yield sentence
            sentence = []
    if sentence:
        raise Refused("the proof ends within a sentence")


def _is_selector(text: str) -> bool:
    return len(text) < MOST_OF_SELECTOR and _SELECTOR.fullmatch(text.rstrip()) is not None


def plain(proof: str) -> str:
    """The proof as Coq shall have it: without comments, ``Proof.`` and ``Qed.``.

    :raises Refused: something in it is no tactic.
    """
    check_characters(proof, " \n\t\r\xa0")
    text = without_comments(proof.replace("\xa0", " "))
    begin, ends = 0, len(text)
    found = list(sentences(text))
    if not found:
        raise Refused("there is no proof")
    if _words(found[0]) == ["Proof", "."]:
        last = found[0][-1]
        begin, found = last.begin + 1, found[1:]
    if found and _words(found[-1]) in (["Qed", "."], ["Defined", "."]):
        ends, found = found[-1][0].begin, found[:-1]
    for sentence in found:
        _check(sentence, text)
    return text[begin:ends]


def _words(sentence: list[Token]) -> list[str]:
    return [token.text for token in sentence]


def _check(sentence: list[Token], text: str) -> None:
    for before, token in zip([None, *sentence], sentence, strict=False):
        for word in token.text.split(".") if token.kind in ("word", "symbol") else ():
            if word in REFUSED:
                raise Refused(f"{word} is refused")
        if token.text == "[" and before is not None and before.text == "#":
            raise Refused("an attribute, #[…], is refused")
    if len(sentence) == 1 and sentence[0].kind == "symbol":
        return
    selector = _SELECTOR.match(text, sentence[0].begin)
    rest = [one for one in sentence if not selector or one.begin >= selector.end()]
    first = rest[0]
    if first.text == "{" and selector:
        return
    if first.text in ("(", "[") or (first.kind == "word" and not first.text[0].isupper()):
        return
    raise Refused(f"{first.text} begins no tactic")


def after_statement(text: str, name: str) -> str:
    """What follows the last statement of this name, where the text has one, up to the proof's
    ``Qed.``: outside comments and strings."""
    try:
        plain_text = without_comments(text)
    except Refused:
        return text
    begins = [
        found.end() for found in re.finditer(rf"\b(?:{_COMMANDS})\s+{name}(?![\w'])", plain_text)
    ]
    begin = begins[-1] if begins else 0
    if begins:
        ends = (one for one in _TOKEN.finditer(plain_text, begin) if one.lastgroup == "end")
        begin = next((one.end() for one in ends), len(text))
    before = None
    for token in _TOKEN.finditer(plain_text, begin):
        if token.lastgroup == "end" and before in ("Qed", "Defined", "Admitted", "Abort"):
            return text[begin : token.end()]
        before = token[0]
    return text[begin:]


def opened(statement: str) -> str:
    """The statement up to where its tactics begin: what a prompt ends in."""
    return f"{statement}\nProof."


def candidate(header: str, statement: str, proof: str) -> str:
    """The file with a plain proof."""
    return f"{header}\n{opened(statement)}\n{proof}\nQed.\n"


def reference(header: str, statement: str) -> str:
    """The file with the statement alone."""
    return f"{header}\n{statement}\nAdmitted.\n"


def question(name: str) -> str:
    """The file that asks, in a process of its own, what the compiled file has proved, and how."""
    return (
        "Require Candidate.\nSet Printing All.\nSet Printing Width 1000000.\n"
        "Set Printing Depth 1000000.\n"
        f"Check @Candidate.{name}.\nPrint Assumptions Candidate.{name}.\n"
    )


def answer(output: str, _: str) -> tuple[str, frozenset[str]]:
    """The type of the theorem and the names of its axioms, from what :func:`question` printed.

    :raises ValueError: it does not read so.
    """
    text, mark, closed = output.rpartition("Closed under the global context\n")
    if mark and not closed:
        return text, frozenset()
    text, mark, listed = output.partition("\nAxioms:\n")
    lines = listed.splitlines()
    axioms = [re.fullmatch(r"([\w.']+)(?: : .*)?", line) for line in lines if line[:1].strip()]
    if not mark or not all(axioms):  # "f is assumed to be guarded.", "Theory:", and the like
        raise ValueError("Print Assumptions printed something else than axioms")
    names = (found[1].removeprefix("Candidate.") for found in axioms)
    return text + "\n", frozenset(names)


def first_message(errors: str) -> str:
    """The first line of an error of Coq's, without its place."""
    lines = (
        errors[errors.find("Error:") :].split("\n") if "Error:" in errors else errors.split("\n")
    )
    words = " ".join(" ".join(lines[:4]).split())
    return words.removeprefix("Error:").strip()
