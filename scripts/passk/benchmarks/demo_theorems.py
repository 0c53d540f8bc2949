"""The demo's family of theorems: what its prover is trained on and its benchmark asks for.

A theorem of implication and conjunction is drawn together with a proof of it (:func:`draw`): a goal
is proved from the top down, and where the proof needs something it takes a hypothesis that is
there or makes up a new one, with premises that are proved in their turn. The hypotheses, in any
order and some of them joined by ∧, stand before the goal; some have no use. Proofs have no detours,
but need not be the shortest.

Atoms are named in the order of their first place in the statement and variables in the order of
their binders, so that a theorem has one text whatever its names. Whole *shapes* are held out by a
hash (:func:`is_held_out`): a statement without the names of its atoms, its hypotheses in any order
and whether joined by ∧ or one after the other (:func:`shape`). The training stream has no theorem
of a shape that is held out.

Not covered: any statement outside this family. A model trained on it knows nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

ATOMS, VARIABLES = "pqrstu", "abcdefghijklmno"
HELD_OUT_PART = 8
"""One shape in so many is held out."""
SMALL, LARGEST = 9, 14
"""Steps of a proof (binders, pairs, projections and applications): smaller ones are drawn less
often, larger ones never."""

Formula: TypeAlias = "str | tuple[str, Formula, Formula]"
Path: TypeAlias = "tuple[int | Formula, ...]"
"""What leads from a hypothesis to a part of it: 1 or 2, or the premise that has to be proved."""


@dataclass(frozen=True, slots=True)
class DrawnTheorem:
    """A statement, the text of a proof of it, and how many steps that has."""

    formula: Formula
    proof: str
    steps: int


@dataclass(slots=True)
class _Proof:
    """A proof that is being drawn. ``given``: the hypotheses made up so far; ``goals``: what is
    being proved, each with its local hypotheses; ``circular``: one of them within its own proof."""

    rng: Random
    atoms: str
    budget: int
    given: list[Formula] = field(default_factory=list)
    goals: list[tuple[Formula, frozenset[Formula]]] = field(default_factory=list)
    circular: bool = False

    def formula(self, size: int) -> Formula:
        """A random formula with about so many connectives."""
        if size < 1 or self.rng.random() < 0.25:
            return self.rng.choice(self.atoms)
        left = self.rng.randrange(size)
        connective = "→" if self.rng.random() < 0.6 else "∧"
        return connective, self.formula(left), self.formula(size - 1 - left)

    def prove(self, goal: Formula, local: tuple[Formula, ...]) -> tuple:
        """A proof of ``goal`` from the local hypotheses and those that it makes up.

        ("fun", body), ("pair", left, right), or ("use", "given" or "local", place, path, proofs of
        the path's premises).
        """
        self.budget -= 1
        key = goal, frozenset(local)
        if key in self.goals:
            self.circular = True
        self.goals.append(key)
        term = self._proof_of(goal, local)
        self.goals.pop()
        return term

    def _proof_of(self, goal: Formula, local: tuple[Formula, ...]) -> tuple:
        ways = [
            (where, place, path)
            for where, known in (("given", self.given), ("local", local))
            for place, formula in enumerate(known)
            for path in paths(formula, goal)
            if sum(isinstance(step, tuple | str) for step in path) <= max(0, self.budget)
        ]
        if not isinstance(goal, str) and (not ways or self.rng.random() < 0.4):
            connective, left, right = goal
            if connective == "→":
                return "fun", self.prove(right, (*local, left))
            return "pair", self.prove(left, local), self.prove(right, local)
        if not ways or (self.budget > 0 and self.rng.random() < 0.4):
            ways = [("given", len(self.given), self.make_up(goal))]
        where, place, path = self.rng.choice(ways)
        premises = [step for step in path if not isinstance(step, int)]
        return "use", where, place, path, [self.prove(premise, local) for premise in premises]

    def make_up(self, goal: Formula) -> Path:
        """A new hypothesis that leads to ``goal``, and how."""
        path: list[int | Formula] = []
        made = goal
        for _ in range(self.rng.choice((0, 1, 1, 2, 3) if self.budget > 0 else (0, 0, 0, 1))):
            if self.budget > 0 and self.rng.random() < 0.65:
                premise = self.formula(self.rng.choice((0, 0, 0, 1, 2)))
                path.insert(0, premise)
                made = ("→", premise, made)
            else:
                side = self.rng.choice((1, 2))
                path.insert(0, side)
                beside = self.formula(self.rng.choice((0, 0, 1)))
                made = ("∧", made, beside) if side == 1 else ("∧", beside, made)
        self.given.append(made)
        return tuple(path)


def paths(formula: Formula, goal: Formula) -> Iterator[Path]:
    """Every way from a hypothesis to a part of it that is ``goal``."""
    if formula == goal:
        yield ()
    if not isinstance(formula, str):
        connective, left, right = formula
        if connective == "∧":
            yield from ((1, *path) for path in paths(left, goal))
            yield from ((2, *path) for path in paths(right, goal))
        else:
            yield from ((left, *path) for path in paths(right, goal))


def draw(rng: Random) -> DrawnTheorem:
    """Draw a theorem, held out or not."""
    while True:
        proof = _Proof(rng, ATOMS[: rng.choice((2, 3, 3, 4))], rng.randrange(2, 14))
        goal = proof.formula(rng.choice((0, 0, 1, 2)))
        term = proof.prove(goal, ())
        for _ in range(rng.choice((0, 0, 0, 1))):
            proof.given.append(proof.formula(rng.choice((0, 1, 2))))
        if len(set(proof.given)) < len(proof.given) or goal in proof.given or proof.circular:
            continue
        bundles = _bundled(proof.given, rng)
        formula = goal
        for bundle, _ in reversed(bundles):
            formula = ("→", bundle, formula)
        names = {
            place: VARIABLES[number] + projections
            for number, (_, places) in enumerate(bundles)
            for place, projections in places.items()
        }
        body, steps, binders = _text(term, names, [], len(bundles))
        steps += len(bundles)
        if rng.randrange(SMALL) < steps <= LARGEST and len(bundles) + binders <= len(VARIABLES):
            text = _function(" ".join(VARIABLES[: len(bundles)]), body)
            return DrawnTheorem(_renamed(formula), text, steps)


def _bundled(formulas: list[Formula], rng: Random) -> list[tuple[Formula, dict[int, str]]]:
    """The hypotheses in any order, some joined by ∧, each with the way to those in it by place."""
    places = list(range(len(formulas)))
    rng.shuffle(places)
    bundles: list[tuple[Formula, dict[int, str]]] = []
    for place in places:
        one = formulas[place], {place: ""}
        if bundles and rng.random() < 0.3:
            (left, first), (right, second) = bundles.pop(), one
            if rng.random() < 0.3:
                (left, first), (right, second) = (right, second), (left, first)
            joined = {key: ".1" + way for key, way in first.items()}
            joined |= {key: ".2" + way for key, way in second.items()}
            one = ("∧", left, right), joined
        bundles.append(one)
    return bundles


def _text(
    term: tuple, names: dict[int, str], local: list[str], depth: int, inside: bool = False
) -> tuple[str, int, int]:
    """A proof's text, its steps, and the most binders that stand above a part of it.

    ``inside``: it is applied or an argument, and what needs brackets has them.
    """
    kind, *parts = term
    if kind == "fun":
        name = VARIABLES[min(depth, len(VARIABLES) - 1)]
        text, steps, binders = _text(parts[0], names, [*local, name], depth + 1)
        text = _function(name, text)
        return f"({text})" if inside else text, steps + 1, binders + 1
    if kind == "pair":
        (left, first, above), (right, second, below) = (
            _text(part, names, local, depth) for part in parts
        )
        return f"⟨{left}, {right}⟩", first + second + 1, max(above, below)
    where, place, path, proofs = parts
    text = names[place] if where == "given" else local[place]
    steps, binders, left, applied = text.count("."), 0, iter(proofs), False
    for step in path:
        if isinstance(step, int):
            text, applied = f"({text}).{step}" if applied else f"{text}.{step}", False
        else:
            argument, more, above = _text(next(left), names, local, depth, inside=True)
            text, applied = f"{text} {argument}", True
            steps, binders = steps + more, max(binders, above)
        steps += 1
    return f"({text})" if inside and applied else text, steps, binders


def _function(names: str, text: str) -> str:
    if not names:
        return text
    return f"fun {names} {text[4:]}" if text.startswith("fun ") else f"fun {names} => {text}"


def _atoms_of(formula: Formula) -> Iterator[str]:
    if isinstance(formula, str):
        yield formula
    else:
        yield from _atoms_of(formula[1])
        yield from _atoms_of(formula[2])


def _renamed(formula: Formula) -> Formula:
    """The formula with its atoms named in the order of their first places."""
    names = dict(zip(dict.fromkeys(_atoms_of(formula)), ATOMS, strict=False))

    def renamed(part: Formula) -> Formula:
        if isinstance(part, str):
            return names[part]
        return part[0], renamed(part[1]), renamed(part[2])

    return renamed(formula)


def shape(formula: Formula) -> str:
    """What is held out: the formula without names; hypotheses and conjuncts have no order, and a
    conjunction of hypotheses is no other than one after the other."""
    return "∧".join(sorted(_conjuncts(formula, ())))


def _conjuncts(formula: Formula, premises: tuple[str, ...]) -> Iterator[str]:
    if isinstance(formula, str):
        yield f"({'→'.join((*sorted(premises), '_'))})"
    elif formula[0] == "∧":
        yield from _conjuncts(formula[1], premises)
        yield from _conjuncts(formula[2], premises)
    else:
        yield from _conjuncts(formula[2], (*premises, *_conjuncts(formula[1], ())))


def is_held_out(formula: Formula) -> bool:
    """Whether this formula's shape is kept from the training stream, by its hash."""
    return hashlib.sha256(shape(formula).encode()).digest()[0] % HELD_OUT_PART == 0


def training_stream(rng: Random) -> Iterator[DrawnTheorem]:
    """Endless theorems to train on: none that is held out."""
    while True:
        theorem = draw(rng)
        if not is_held_out(theorem.formula):
            yield theorem


def formula_text(formula: Formula, inside: str = "") -> str:
    """A formula as Lean 4 has it, without needless brackets. ``inside``: left of which connective,
    or ``∧`` right of that one."""
    if isinstance(formula, str):
        return formula
    connective, left, right = formula
    text = f"{formula_text(left, connective)} {connective} {formula_text(right, connective * 2)}"
    needs = inside == connective or (inside.startswith("∧") and connective == "→")
    return f"({text})" if needs else text


def prompt(theorem: DrawnTheorem) -> str:
    """The statement, up to its ``:=``."""
    atoms = " ".join(dict.fromkeys(_atoms_of(theorem.formula)))
    return f"theorem t ({atoms} : Prop) : {formula_text(theorem.formula)} :="


def body(theorem: DrawnTheorem) -> str:
    """What follows the statement: a space and the proof."""
    return f" {theorem.proof}"


def training_texts(rng: Random) -> Iterator[tuple[str, str]]:
    """The training stream as statements and what proves them."""
    for theorem in training_stream(rng):
        yield prompt(theorem), body(theorem)
