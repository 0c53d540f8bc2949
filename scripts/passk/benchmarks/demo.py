"""The demo's family of programs: what its models are trained on and its benchmark asks for.

A *composition* says what to do with a list: take part of it, keep some items, change each, and
reduce the rest to one result. Each part is an :class:`Operation` with its argument filled in.
:func:`prompt` words a composition as a function with a docstring, as HumanEval does;
:func:`body` writes the one-line function body that solves it.

A benchmark to learn from (:func:`make`) is of the training stream, too, so of no shape that the
demo's benchmark has; its tasks are tested on random lists, or on few short ones.

Whole *shapes* (the operations, whatever their arguments) are held out by a hash, see
:func:`is_held_out`: the training stream never combines these operations, with any argument, so a
model that solves a benchmark task has put known operations together in a way it has not met.

Not covered: any program outside this family. A model trained on it knows nothing else.
"""

from __future__ import annotations

import ast
import hashlib
import string
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from random import Random
from typing import Any

from passk.records import UserError

ENTRY_POINT = "solve"
HELD_OUT_PART = 8
"""One shape in so many is held out."""
INPUTS = 24
"""Of a task to learn from."""
FEW = 4
"""Asserts of a task that is tested in a hurry."""
LEFT_OUT = 0.3
"""The part of the slips that leave something out, or swap."""
EXAMPLES, SHORTEST, LONGEST = 2, 3, 5
"""That a docstring may show, and the items of their lists."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be done. ``{a}`` stands for its argument in phrases and code.

    In ``code``, ``{x}`` is the item, ``{xs}`` the list and ``{items}`` the items of a generator
    expression. ``arguments`` is empty where the operation takes none.
    """

    name: str
    phrases: tuple[str, ...]
    code: str
    arguments: tuple[int | str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """An operation with its argument chosen."""

    operation: Operation
    argument: int | str | None = None

    def code(self, **names: str) -> str:
        """The operation's code with its argument and the given names filled in."""
        return self.operation.code.format(a=self.argument, **names)

    def phrase(self, rng: Random) -> str:
        """One of the operation's wordings."""
        return rng.choice(self.operation.phrases).format(a=self.argument)


def _numbers(first: int, last: int) -> tuple[int, ...]:
    return tuple(range(first, last + 1))


@dataclass(frozen=True, slots=True)
class Domain:
    """The operations on one kind of list, each table from common to rare."""

    list_name: str
    item_name: str
    items: str
    sources: tuple[Operation, ...]
    conditions: tuple[Operation, ...]
    maps: tuple[Operation, ...]
    reductions: tuple[Operation, ...]


WHOLE = Operation("whole", (), "{xs}")
KEEP_LIST = Operation("list", ("return the list", "return what you get"), "[{items}]")

SOURCES = (
    Operation("skip", ("skip the first {a}", "drop the first {a}"), "{xs}[{a}:]", _numbers(2, 6)),
    Operation(
        "take", ("take the first {a}", "look at the first {a}"), "{xs}[:{a}]", _numbers(2, 9)
    ),
    Operation("reverse", ("reverse the list", "go from last to first"), "{xs}[::-1]"),
    Operation("sort", ("sort the list", "put the list in order"), "sorted({xs})"),
    Operation("last", ("take the last {a}", "look at the last {a}"), "{xs}[-{a}:]", _numbers(2, 9)),
    Operation("unique", ("sort without repeats", "drop repeats and sort"), "sorted(set({xs}))"),
    Operation("omit_last", ("leave out the last {a}",), "{xs}[:-{a}]", _numbers(2, 6)),
    Operation("every", ("take one in {a}, from the first",), "{xs}[::{a}]", _numbers(2, 4)),
    Operation("sort_down", ("sort from the top down",), "sorted({xs}, reverse=True)"),
)

NUMBERS = Domain(
    list_name="xs",
    item_name="x",
    items="numbers",
    sources=SOURCES,
    conditions=(
        Operation("above", ("above {a}", "greater than {a}"), "{x} > {a}", _numbers(0, 30)),
        Operation("below", ("below {a}", "less than {a}"), "{x} < {a}", _numbers(0, 30)),
        Operation("even", ("even",), "{x} % 2 == 0"),
        Operation("odd", ("odd",), "{x} % 2 == 1"),
        Operation("multiple", ("divisible by {a}",), "{x} % {a} == 0", _numbers(3, 9)),
        Operation("positive", ("positive",), "{x} > 0"),
        Operation("at_least", ("at least {a}", "{a} or more"), "{x} >= {a}", _numbers(1, 30)),
        Operation("at_most", ("at most {a}", "{a} or less"), "{x} <= {a}", _numbers(1, 30)),
        Operation("negative", ("negative",), "{x} < 0"),
        Operation("no_multiple", ("not divisible by {a}",), "{x} % {a} != 0", _numbers(3, 9)),
        Operation("other", ("other than {a}",), "{x} != {a}", _numbers(0, 9)),
        Operation("last_digit", ("that end in {a}",), "abs({x}) % 10 == {a}", _numbers(0, 9)),
        Operation("within", ("within {a} of zero",), "abs({x}) <= {a}", _numbers(5, 25)),
    ),
    maps=(
        Operation("add", ("add {a}", "increase each by {a}"), "({x}) + {a}", _numbers(1, 20)),
        Operation(
            "times", ("multiply by {a}", "take each {a} times"), "({x}) * {a}", _numbers(2, 9)
        ),
        Operation("minus", ("subtract {a}", "lower each by {a}"), "({x}) - {a}", _numbers(1, 20)),
        Operation("square", ("square each",), "({x}) ** 2"),
        Operation("negate", ("change the sign",), "-({x})"),
        Operation("halve", ("halve each, rounding down",), "({x}) // 2"),
        Operation("abs", ("drop the sign",), "abs({x})"),
        Operation("remainder", ("take the remainder by {a}",), "({x}) % {a}", _numbers(3, 9)),
        Operation("from", ("subtract each from {a}",), "{a} - ({x})", _numbers(1, 30)),
        Operation("divide", ("divide by {a}, rounding down",), "({x}) // {a}", _numbers(3, 9)),
        Operation("cap", ("replace what exceeds {a} by {a}",), "min({x}, {a})", _numbers(5, 30)),
        Operation("cube", ("cube each",), "({x}) ** 3"),
        Operation("floor", ("raise to {a} what is less",), "max({x}, {a})", _numbers(0, 20)),
        Operation("distance", ("take the distance to {a}",), "abs(({x}) - {a})", _numbers(1, 20)),
    ),
    reductions=(
        KEEP_LIST,
        Operation("sum", ("return the sum", "add them up"), "sum({items})"),
        Operation("max", ("return the largest, or 0",), "max([{items}], default=0)"),
        Operation("count", ("return how many there are",), "len([{items}])"),
        Operation("min", ("return the smallest, or 0",), "min([{items}], default=0)"),
        Operation("sorted", ("return them in order",), "sorted({items})"),
        Operation("distinct", ("return how many differ",), "len(set({items}))"),
        Operation("digit", ("return the last digit of the sum",), "abs(sum({items})) % 10"),
        Operation(
            "text", ("return them as text, with spaces",), '" ".join(str(x) for x in [{items}])'
        ),
    ),
)

_LETTERS = tuple("aeioustrnl")

WORDS = Domain(
    list_name="words",
    item_name="w",
    items="words",
    sources=SOURCES,
    conditions=(
        Operation("longer", ("longer than {a}",), "len({x}) > {a}", _numbers(2, 8)),
        Operation("shorter", ("shorter than {a}",), "len({x}) < {a}", _numbers(3, 9)),
        Operation("has", ("with the letter {a}",), '"{a}" in {x}', _LETTERS),
        Operation("starts", ("that start with {a}",), '{x}.startswith("{a}")', _LETTERS),
        Operation("lacks", ("without the letter {a}",), '"{a}" not in {x}', _LETTERS),
        Operation("ends", ("that end with {a}",), '{x}.endswith("{a}")', _LETTERS),
        Operation("length", ("of length {a}",), "len({x}) == {a}", _numbers(3, 7)),
        Operation("even_length", ("of even length",), "len({x}) % 2 == 0"),
    ),
    maps=(
        Operation("upper", ("put in capitals",), "({x}).upper()"),
        Operation("reverse_each", ("spell backwards",), "({x})[::-1]"),
        Operation("prefix", ("cut to {a} letters",), "({x})[:{a}]", _numbers(2, 4)),
        Operation("behead", ("cut off the first {a} letters",), "({x})[{a}:]", _numbers(2, 4)),
        Operation("twice", ("write twice",), "({x}) * 2"),
        Operation("suffix", ("keep only the last {a} letters",), "({x})[-{a}:]", _numbers(2, 4)),
        Operation("add_letter", ("append {a}",), '({x}) + "{a}"', _LETTERS),
        Operation("title", ("capitalise",), "({x}).title()"),
        Operation("strike", ("strike out every {a}",), '({x}).replace("{a}", "")', _LETTERS),
    ),
    reductions=(
        KEEP_LIST,
        Operation("join", ("join them with spaces",), '" ".join({items})'),
        Operation("count", ("return how many there are",), "len([{items}])"),
        Operation("dashes", ("join them with dashes",), '"-".join({items})'),
        Operation("letters", ("return how many letters",), 'len("".join({items}))'),
        Operation("sorted", ("return them in order",), "sorted({items})"),
        Operation(
            "longest", ("return the longest, or none",), 'max([{items}], key=len, default="")'
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Composition:
    """A source, up to two conditions, up to two maps and a reduction, in one domain."""

    domain: Domain
    source: Step
    conditions: tuple[Step, ...]
    maps: tuple[Step, ...]
    reduction: Step

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that do something: taking the whole list and keeping it are none."""
        every = (self.source, *self.conditions, *self.maps, self.reduction)
        return tuple(step for step in every if step.operation not in (WHOLE, KEEP_LIST))

    @property
    def shape(self) -> str:
        """The operations without their arguments, conditions in either order: what is held out."""
        conditions = sorted(step.operation.name for step in self.conditions)
        others = (self.source, *self.maps, self.reduction)
        return " ".join((self.domain.items, *conditions, *(s.operation.name for s in others)))


def is_held_out(composition: Composition) -> bool:
    """Whether this composition's shape is kept from the training stream, by its hash."""
    return hashlib.sha256(composition.shape.encode()).digest()[0] % HELD_OUT_PART == 0


def _choose(rng: Random, operations: tuple[Operation, ...]) -> Step:
    """Draw a step; the r-th operation of a table has weight 1/r."""
    (operation,) = rng.choices(operations, [1 / (r + 1) for r in range(len(operations))])
    return Step(operation, rng.choice(operation.arguments) if operation.arguments else None)


def draw(rng: Random) -> Composition:
    """Draw a composition of one to six steps, held out or not."""
    domain = NUMBERS if rng.random() < 0.7 else WORDS
    while True:
        composition = Composition(
            domain,
            _choose(rng, domain.sources) if rng.random() < 0.4 else Step(WHOLE),
            tuple(_choose(rng, domain.conditions) for _ in range(rng.choice((0, 1, 1, 2)))),
            tuple(_choose(rng, domain.maps) for _ in range(rng.choice((0, 1, 1, 2)))),
            _choose(rng, domain.reductions),
        )
        names = [step.operation.name for step in composition.steps]
        if names and len(set(names)) == len(names):
            return composition


def replaced(steps: tuple[Step, ...], at: int, *by: Step) -> tuple[Step, ...]:
    """The steps with others, or none, in place of one."""
    return (*steps[:at], *by, *steps[at + 1 :])


def omissions(composition: Composition) -> Iterator[Composition]:
    """The composition without its source, without one condition or map, without any map."""
    if composition.source.operation is not WHOLE:
        yield replace(composition, source=Step(WHOLE))
    for at in range(len(composition.conditions)):
        yield replace(composition, conditions=replaced(composition.conditions, at))
    for at in range(len(composition.maps)):
        yield replace(composition, maps=replaced(composition.maps, at))
    if len(composition.maps) > 1:
        yield replace(composition, maps=())


def slip(composition: Composition, rng: Random) -> Composition:
    """A composition that is one slip away: without a part, with the maps swapped, or with a step
    drawn anew, half of the time only its argument; sometimes the same."""
    domain, maps = composition.domain, composition.maps
    left_out = [*omissions(composition), *([replace(composition, maps=maps[::-1])] if maps else [])]
    if left_out and rng.random() < LEFT_OUT:
        return rng.choice(left_out)

    def again(step: Step, operations: tuple[Operation, ...]) -> Step:
        if step.operation.arguments and rng.random() < 0.5:
            return Step(step.operation, rng.choice(step.operation.arguments))
        return _choose(rng, operations)

    place = rng.choice(("source", "reduction", *("conditions",) * 2, *("maps",) * 2))
    steps = getattr(composition, place)
    table = getattr(domain, f"{place.removesuffix('s')}s")
    if isinstance(steps, Step):
        return replace(composition, **{place: again(steps, table)})
    if not steps:
        return composition
    at = rng.randrange(len(steps))
    return replace(composition, **{place: replaced(steps, at, again(steps[at], table))})


def training_stream(rng: Random) -> Iterator[Composition]:
    """Endless compositions to train on: none that is held out."""
    while True:
        composition = draw(rng)
        if not is_held_out(composition):
            yield composition


def docstring(composition: Composition, rng: Random) -> str:
    """One sentence that says what to do, in wordings that ``rng`` chooses."""
    clauses = []
    if composition.source.operation is not WHOLE:
        clauses.append(composition.source.phrase(rng))
    if composition.conditions:
        kept = " and ".join(step.phrase(rng) for step in composition.conditions)
        clauses.append(f"keep the {composition.domain.items} {kept}")
    clauses += [step.phrase(rng) for step in composition.maps]
    clauses.append(composition.reduction.phrase(rng))
    sentence = ", ".join(clauses[:-1]) + ", then " + clauses[-1] if clauses[1:] else clauses[0]
    return sentence[0].upper() + sentence[1:] + "."


def prompt(composition: Composition, rng: Random, shown: Sequence[list] = ()) -> str:
    """The function's head and docstring, with the results on the lists ``shown``; ends in a
    newline."""
    text = docstring(composition, rng)
    if shown:
        solve = solution(composition)
        calls = (f"    >>> {ENTRY_POINT}({x!r})\n    {solve(list(x))!r}\n" for x in shown)
        text += "\n\n" + "".join(calls) + "    "
    return f'def {ENTRY_POINT}({composition.domain.list_name}):\n    """{text}"""\n'


def body(composition: Composition) -> str:
    """The function's body: one indented ``return`` line with its newline."""
    domain = composition.domain
    item = domain.item_name
    for step in composition.maps:
        item = step.code(x=item)
    # Unparsing drops the parentheses that the templates need around an inner expression.
    item = ast.unparse(ast.parse(item, mode="eval")).replace("'", '"')
    items = f"{item} for {domain.item_name} in {composition.source.code(xs=domain.list_name)}"
    if composition.conditions:
        items += " if " + " and ".join(s.code(x=domain.item_name) for s in composition.conditions)
    return f"    return {composition.reduction.code(items=items)}\n"


def training_texts(rng: Random) -> Iterator[tuple[str, str]]:
    """The training stream as prompts and the bodies that solve them."""
    for composition in training_stream(rng):
        yield prompt(composition, rng), body(composition)


def random_input(domain: Domain, rng: Random) -> list[int] | list[str]:
    """A list to call a solution with: 1 to 12 items, some of them repeated."""
    length = rng.randint(1, 12)
    pool: list[int] | list[str]
    if domain is NUMBERS:
        pool = [rng.randint(-25, 40) for _ in range(length)]
    else:
        letters = "".join(_LETTERS) + string.ascii_lowercase
        pool = ["".join(rng.choices(letters, k=rng.randint(1, 9))) for _ in range(length)]
    return [rng.choice(pool) if rng.random() < 0.3 else item for item in pool]


def inputs_to_show(domain: Domain, rng: Random, known: Collection[str] = ()) -> list[list]:
    """:data:`EXAMPLES` different lists of :data:`SHORTEST` to :data:`LONGEST` items, none of whose
    texts is ``known``."""
    found: dict[str, list] = {}
    while len(found) < EXAMPLES:
        values = random_input(domain, rng)
        if SHORTEST <= len(values) <= LONGEST and repr(values) not in known:
            found[repr(values)] = values
    return list(found.values())


def solution(composition: Composition) -> Callable[[list], Any]:
    """The function that the composition describes."""
    names: dict[str, Any] = {}
    exec(f"def {ENTRY_POINT}({composition.domain.list_name}):\n{body(composition)}", names)
    return names[ENTRY_POINT]


def problem(
    number: int,
    composition: Composition,
    inputs: list[list],
    family: str = "Demo",
    shown: Sequence[list] = (),
) -> dict[str, str]:
    """The task in HumanEval's format; its number also chooses its wording."""
    solve = solution(composition)
    asserts = [f"    assert candidate({i!r}) == {solve(list(i))!r}\n" for i in inputs]
    return {
        "task_id": f"{family}/{number}",
        "prompt": prompt(composition, Random(number), shown),
        "entry_point": ENTRY_POINT,
        "canonical_solution": body(composition),
        "test": "def check(candidate):\n" + "".join(asserts),
    }


def few_inputs(inputs: list[list]) -> list[list]:
    """The empty list and the shortest others, :data:`FEW` in all; of equal ones the first."""
    return sorted(inputs, key=len)[:FEW]


def tasks_to_learn(seed: int) -> Iterator[tuple[Composition, list[list]]]:
    """Endless programs of two steps or more, each once, none of a held-out shape; and the lists
    that they are tested on."""
    rng, known = Random(f"to learn from {seed}"), set()
    for composition in training_stream(rng):
        if len(composition.steps) > 1 and body(composition) not in known:
            known.add(body(composition))
            inputs = [[], *(random_input(composition.domain, rng) for _ in range(INPUTS))]
            yield composition, inputs


def make(generators: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Tasks to learn from, as a config entry's ``generators`` ask for them.

    ``demo`` takes ``size`` of :func:`tasks_to_learn` with its ``seed``; with the config ``{asserts:
    few}`` they are the same tasks, tested in a hurry.

    :raises UserError: another generator, or another config.
    """
    for name, entry in generators.items():
        config = entry.get("config", {})
        if name != "demo" or config not in ({}, {"asserts": "few"}):
            raise UserError(
                f"there is no generator {name} with the config {config}; for programs there is "
                "demo, without a config or with {asserts: few}, and puzzles are of 'kind: "
                "reasoning_gym'"
            )
        tasks = islice(tasks_to_learn(entry.get("seed", 0)), entry["size"])
        for number, (composition, inputs) in enumerate(tasks):
            chosen = few_inputs(inputs) if config else inputs
            yield problem(number, composition, chosen, "Learn")
