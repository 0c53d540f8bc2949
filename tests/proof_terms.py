"""Terms for the tests of their checker: proofs that a generator drew, and slips made in them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from random import Random

from passk.benchmarks.demo_theorems import draw
from passk.verifiers.proof_term import INTRO, Function, Pair, Spine, read_term


def parts(term) -> Iterator:
    yield term
    if isinstance(term, Function):
        yield from parts(term.body)
    elif isinstance(term, Pair):
        yield from parts(term.left)
        yield from parts(term.right)
    else:
        for step in term.steps:
            if not isinstance(step, int):
                yield from parts(step)


def replaced(term, place: int, by):
    """The term with the part at ``place`` (as in :func:`parts`) replaced by ``by(part)``."""
    count = itertools.count()

    def walk(part):
        if next(count) == place:
            made = by(part)
            for _ in parts(part):  # those below are numbered, too
                next(count)
            return made
        if isinstance(part, Function):
            return Function(part.name, walk(part.body))
        if isinstance(part, Pair):
            return Pair(walk(part.left), walk(part.right))
        return Spine(part.name, tuple(s if isinstance(s, int) else walk(s) for s in part.steps))

    return walk(term)


def mutated(term, rng: Random):
    """One slip: another name, projection, order, one step more or less, another part."""
    every = list(parts(term))

    def slip(part):
        if isinstance(part, Function):
            return rng.choice([part.body, Function(rng.choice("abcd_"), part.body)])
        if isinstance(part, Pair):
            return rng.choice([part.left, Pair(part.right, part.left), Spine(INTRO, (part.left,))])
        steps = list(part.steps)
        ways = ["name", "more", "other"] + ["less", "swap"] * bool(steps)
        match rng.choice(ways):
            case "name":
                return Spine(rng.choice("abcdpq"), part.steps)
            case "more":
                steps.append(rng.choice([1, 2, Spine(rng.choice("abc")), rng.choice(every)]))
            case "less":
                del steps[rng.randrange(len(steps))]
            case "swap":
                at = rng.randrange(len(steps))
                steps[at] = 3 - steps[at] if isinstance(steps[at], int) else rng.choice([1, 2])
            case "other":
                return rng.choice(every)
        return Spine(part.name, tuple(steps))

    return replaced(term, rng.randrange(len(every)), slip)


def written(term, rng: Random, argument: bool = False) -> str:
    """The term as Lean 4 writes it, with needless brackets, spaces and lines by chance."""
    space = rng.choice([" ", " ", "  ", "\n  "])
    if isinstance(term, Function):
        text = f"fun {term.name}"
        while isinstance(term.body, Function) and rng.random() < 0.6:
            term = term.body
            text += f"{space}{term.name}"
        text += f" =>{space}{written(term.body, rng)}"
    elif isinstance(term, Pair):
        left, right = written(term.left, rng), written(term.right, rng)
        if rng.random() < 0.3:
            left, right = (written(part, rng, True) for part in (term.left, term.right))
            text = f"And.intro {left}{space}{right}"
        else:
            return f"⟨{left},{space}{right}⟩"
    else:
        text, applied = term.name, False
        for step in term.steps:
            if isinstance(step, int):
                text = f"({text}).{step}" if applied or rng.random() < 0.1 else f"{text}.{step}"
                applied = False
            else:
                text, applied = f"{text}{space}{written(step, rng, True)}", True
        if not applied and rng.random() < 0.9:
            return text
    return f"({text})" if argument or rng.random() < 0.1 else text


def terms(count: int, seed: int = 0) -> Iterator[tuple]:
    """(formula, term) pairs, of which a third are proofs by construction."""
    rng = Random(seed)
    for _ in range(count):
        theorem = draw(rng)
        term = read_term(theorem.proof)
        yield theorem.formula, term
        for _ in range(2):
            term = mutated(term, rng)
            yield theorem.formula, term
