"""Whether a term proves its theorem: a type checker for implication and conjunction.

Statements are Lean 4's, ``theorem t (p q : Prop) : (p → q) ∧ p → q :=``, and so are terms:
``fun a b => t``, application, ``⟨t, u⟩`` or ``And.intro t u``, ``t.1`` and ``t.2``. A name is a
lower-case letter, digits may follow; ``fun _`` names nothing.

Why what it passes is a proof: every case of :func:`_check` is a rule of natural deduction read
backwards (``fun`` introduces →, a pair ∧; application and projection eliminate them), nothing else
passes, and the only assumptions are the binders above. So by induction over the term each accepted
term is a derivation in minimal logic, and the Lean 4 term that it looks like. The type is the
benchmark's own: a completion is a term and never a statement. It is data and nothing runs it.

Why nothing stalls it: a text has at most :data:`LENGTH` characters and :data:`DEPTH` levels of
nesting, a term's size is that of its text, and no type is ever made: all are parts of the
statement. (Without these limits a term of n characters could have a type of 2ⁿ.)

Not covered, and failed: terms with a detour, as ``(fun a => t) u`` or ``⟨t, u⟩.1``, though they are
proofs; every proof has a form without. Nothing of Lean beyond the above: no types on binders, no
``by``, no patterns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from passk.benchmarks.theorem import Theorem
from passk.records import UserError
from passk.verifiers import Opening
from passk.verifiers.answers import Answers, Found, without_layout

LENGTH, DEPTH = 4000, 100
INTRO = "And.intro"
_NAME = r"[a-z][0-9]*(?![\w'!?])"
_STATEMENT = re.compile(
    rf"theorem +[A-Za-z]\w* +\(((?:{_NAME} +)+): +Prop\) +: +(.*?) +:=\s*", re.S
)
_TOKEN = re.compile(
    rf"[ \n]*(fun(?![\w.'!?])|{_NAME}|_(?![\w'!?])|And\.intro(?![\w.'!?])|=>"
    r"|(?<![ \n])\.[12](?!\w)|[⟨⟩(),→∧])"
)
_END = ""

Formula: TypeAlias = "str | tuple[str, Formula, Formula]"
"""An atom's name, or ("→" or "∧", left, right)."""


@dataclass(frozen=True, slots=True)
class Function:
    """``fun name => body``"""

    name: str
    body: Term


@dataclass(frozen=True, slots=True)
class Pair:
    """``⟨left, right⟩``"""

    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Spine:
    """A name and what is done to it, in order: an argument, or 1 or 2 for a projection."""

    name: str
    steps: tuple[Term | int, ...] = ()


Term: TypeAlias = "Function | Pair | Spine"


class _Tokens:
    """The tokens of a text, and how deep its reader is."""

    def __init__(self, text: str) -> None:
        if len(text) > LENGTH:
            raise SyntaxError("too long")
        self._found, self._apart, end = [], [], 0
        while found := _TOKEN.match(text, end):
            self._found.append(found[1])
            self._apart.append(found.start(1) > end)
            end = found.end()
        if text[end:].strip(" \n"):
            raise SyntaxError("no term")
        self._found.append(_END)
        self._apart.append(True)
        self._at = self._depth = 0

    @property
    def next(self) -> str:
        return self._found[self._at]

    @property
    def apart(self) -> bool:
        """Whether a space stands before the next token."""
        return self._apart[self._at]

    def take(self, wanted: str = "") -> str:
        token = self.next
        if token == _END or (wanted and token != wanted):
            raise SyntaxError("no term")
        self._at += 1
        return token

    def __enter__(self) -> None:
        self._depth += 1
        if self._depth > DEPTH:
            raise SyntaxError("too deep")

    def __exit__(self, *_: object) -> None:
        self._depth -= 1


def read_statement(text: str) -> Formula:
    """The formula that a theorem states.

    :raises SyntaxError: it is not of the form that this module describes.
    """
    found = _STATEMENT.fullmatch(text) if len(text) <= LENGTH else None
    if not found:
        raise SyntaxError("no statement")
    tokens = _Tokens(found[2])
    formula = _formula(tokens, set(found[1].split()))
    if tokens.next != _END:
        raise SyntaxError("no formula")
    return formula


def _formula(tokens: _Tokens, atoms: set[str], over: str = "→") -> Formula:
    """Both connectives group to the right, and ∧ binds more tightly."""
    with tokens:
        if over == "→":
            left = _formula(tokens, atoms, "∧")
        elif tokens.next == "(":
            tokens.take()
            left = _formula(tokens, atoms)
            tokens.take(")")
        elif (left := tokens.take()) not in atoms:
            raise SyntaxError("no atom")
        if tokens.next != over:
            return left
        return tokens.take(), left, _formula(tokens, atoms, over)


def read_term(text: str) -> Term:
    """The term that a text is.

    :raises SyntaxError: it is none, is longer or deeper than the limits, or has a detour.
    """
    tokens = _Tokens(text)
    term = _term(tokens)
    if tokens.next != _END:
        raise SyntaxError("no term")
    return term


def _term(tokens: _Tokens) -> Term:
    term = _operand(tokens)
    while tokens.next not in (_END, ")", "⟩", ",", "=>"):
        if not tokens.apart:  # Lean 4 applies nothing without a space
            raise SyntaxError("no term")
        term = _then(term, _operand(tokens))
    return term


def _operand(tokens: _Tokens) -> Term:
    with tokens:
        token = tokens.take()
        if token == "fun":
            return _function(tokens)
        if token == "(":
            term = _term(tokens)
            tokens.take(")")
        elif token == "⟨":
            left = _term(tokens)
            tokens.take(",")
            term = Pair(left, _right(tokens))
            tokens.take("⟩")
        elif token[0].islower() or token == INTRO:
            term = Spine(token)
        else:
            raise SyntaxError("no term")
    while tokens.next in (".1", ".2"):
        term = _then(term, int(tokens.take()[1]))
    return term


def _function(tokens: _Tokens) -> Term:
    with tokens:  # of each name: a term is as deep as that
        name = tokens.take()
        if name == "fun" or not (name[0].islower() or name == "_"):
            raise SyntaxError("no name")
        if tokens.next != "=>":
            return Function(name, _function(tokens))
        tokens.take()
        return Function(name, _term(tokens))


def _right(tokens: _Tokens) -> Term:
    with tokens:
        term = _term(tokens)
        if tokens.next != ",":
            return term
        tokens.take()
        return Pair(term, _right(tokens))


def _then(term: Term, step: Term | int) -> Term:
    if not isinstance(term, Spine):
        raise SyntaxError("a detour")
    return Spine(term.name, (*term.steps, step))


def check(term: Term, formula: Formula) -> None:
    """Check that ``term``, which nothing stands above, proves ``formula``.

    :raises NameError: it uses a name that is not bound.
    :raises TypeError: it does not prove that.
    """
    _check(term, formula, {})


def _check(term: Term, wanted: Formula, known: Mapping[str, Formula]) -> None:
    if isinstance(term, Spine) and term.name == INTRO:
        if len(term.steps) != 2 or any(isinstance(step, int) for step in term.steps):
            raise TypeError("And.intro takes two terms")
        term = Pair(*term.steps)
    if isinstance(term, Function):
        _, left, right = _parts(wanted, "→")
        _check(term.body, right, known if term.name == "_" else {**known, term.name: left})
    elif isinstance(term, Pair):
        _, left, right = _parts(wanted, "∧")
        _check(term.left, left, known)
        _check(term.right, right, known)
    else:
        if term.name not in known:
            raise NameError("a name that is not bound")
        found = known[term.name]
        for step in term.steps:
            if isinstance(step, int):
                found = _parts(found, "∧")[step]
            else:
                _, left, right = _parts(found, "→")
                _check(step, left, known)
                found = right
        if found != wanted:
            raise TypeError("a proof of something else")


def _parts(formula: Formula, connective: str) -> tuple[str, Formula, Formula]:
    if formula[0] != connective:  # an atom's name begins with a letter
        raise TypeError(f"no {connective}")
    return formula


def check_theorem(task: Theorem) -> None:
    """Check that a task can be judged, and that its own proof is one.

    :raises UserError: not so.
    """
    try:
        formula = read_statement(task.prompt)
    except SyntaxError:
        raise UserError(
            f"the prompt of {task.task_id} must be a statement such as 'theorem t (p q : Prop) : "
            "(p → q) ∧ p → q :=', of implication and conjunction only"
        ) from None
    try:
        check(read_term(task.proof), formula)
    except (SyntaxError, NameError, TypeError) as error:
        raise UserError(f"the proof of {task.task_id} is none ({error}); correct it") from None


class ProofTerms(Answers):
    """The verifier of proof terms. Its verdicts are ``passed`` or ``failed``.

    :raises UserError: a statement that cannot be read: the benchmark's fault.
    """

    of = "proofs"

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)
        problems = opening.problems
        for problem in problems.values():
            check_theorem(problem)
        self._formulas = {task: read_statement(one.prompt) for task, one in problems.items()}
        self.about = {"limits": {"characters": LENGTH, "depth": DEPTH}}

    def judge(self, task_id: str, answer: str) -> Found:
        """Check a term against the statement of its task."""
        try:
            check(read_term(answer), self._formulas[task_id])
        except (SyntaxError, NameError, TypeError) as wrong:
            return "failed", 0.0, type(wrong).__name__
        return "passed", 0.0, None

    def form(self, answer: str) -> str:
        """The term itself, without its layout."""
        return without_layout(answer)
