"""Write the demo's benchmark: held-out tasks of the demo's family, in HumanEval's own format, a
second, stronger suite for them in HumanEval+'s, the same tasks with few asserts, and the same tasks
with two examples in their docstrings.

Tasks are drawn from the same generator as the training programs, and only shapes that are held out
from those (see ``passk/benchmarks/demo.py``). Each task's asserts are chosen so that every *slip*
(one step left out, replaced, with another argument, or the maps swapped) that changes the result of
any of 100 random lists fails at least one of them; a task where leaving a part out changes nothing
is not used.

The second suite knows nothing of slips: beside the first suite's inputs it has edge cases of the
domain (:func:`edge_inputs`) and lists that are longer and of a wider range. The tasks with few
asserts (:func:`few_inputs`) are tested as someone in a hurry would: there it has much to find. The
examples that are shown are in neither suite.

Not covered: slips that show on fewer lists than that, and programs more than one slip away, which
are not enumerated.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from passk import cli
from passk.benchmarks.demo import (
    NUMBERS,
    Composition,
    Domain,
    Operation,
    Step,
    draw,
    few_inputs,
    inputs_to_show,
    is_held_out,
    omissions,
    problem,
    random_input,
    replaced,
    solution,
)
from passk.records import write_text

SEED = 1
TASKS_OF_STEPS = {2: 30, 3: 30, 4: 30, 5: 30}
ASSERTS = 12
CANDIDATES = 100
LONG_LISTS = 10
LARGE = 1_000_000


def results(composition: Composition, inputs: list[list]) -> list[str]:
    """What the composition makes of each input, as text, so that 1 and True differ."""
    solve = solution(composition)
    return [repr(solve(list(values))) for values in inputs]


def _others(step: Step, operations: tuple[Operation, ...]) -> Iterator[Step]:
    """Every other step of a table: the same operation's other arguments, each other operation's."""
    for operation in operations:
        for argument in operation.arguments or (None,):
            if (operation, argument) != (step.operation, step.argument):
                yield Step(operation, argument)


def slips(composition: Composition) -> Iterator[Composition]:
    """Every composition that is one slip away."""
    domain = composition.domain
    yield from omissions(composition)
    yield replace(composition, maps=composition.maps[::-1])
    for step in _others(composition.source, domain.sources):
        yield replace(composition, source=step)
    for at, step in enumerate(composition.conditions):
        for other in _others(step, domain.conditions):
            yield replace(composition, conditions=replaced(composition.conditions, at, other))
    for at, step in enumerate(composition.maps):
        for other in _others(step, domain.maps):
            yield replace(composition, maps=replaced(composition.maps, at, other))
    for step in _others(composition.reduction, domain.reductions):
        yield replace(composition, reduction=step)


def strong_inputs(composition: Composition, rng: Random) -> list[list] | None:
    """Inputs on which every slip shows that shows on any of many; None if no task comes of it.

    At least :data:`ASSERTS` inputs, the empty list first; None where a step changes nothing or
    half of the results are the same.
    """
    domain = composition.domain
    drawn = [[], *(random_input(domain, rng) for _ in range(CANDIDATES))]
    inputs = list({repr(values): values for values in drawn}.values())
    right = results(composition, inputs)
    if any(results(slip, inputs) == right for slip in omissions(composition)):
        return None
    shown_by = []
    for slip in slips(composition):
        wrong = results(slip, inputs)
        shown_by.append({i for i in range(len(inputs)) if wrong[i] != right[i]})
    chosen = [0]
    hidden = [where for where in shown_by if where and 0 not in where]
    while hidden:
        ((best, _),) = Counter(i for where in hidden for i in sorted(where)).most_common(1)
        chosen.append(best)
        hidden = [where for where in hidden if best not in where]
    chosen += [i for i in range(len(inputs)) if i not in chosen][: max(0, ASSERTS - len(chosen))]
    if max(Counter(right[i] for i in chosen).values()) > len(chosen) / 2:
        return None
    return [inputs[i] for i in chosen]


def tasks(seed: int = SEED) -> list[tuple[Composition, list[list]]]:
    """The benchmark's compositions and inputs, by number of steps; every shape once."""
    rng = Random(seed)
    wanted = dict(TASKS_OF_STEPS)
    shapes: set[str] = set()
    found = []
    while any(wanted.values()):
        composition = draw(rng)
        steps = len(composition.steps)
        if not wanted.get(steps) or composition.shape in shapes or not is_held_out(composition):
            continue
        shapes.add(composition.shape)
        inputs = strong_inputs(composition, rng)
        if inputs is not None:
            wanted[steps] -= 1
            found.append((composition, inputs))
    return sorted(found, key=lambda task: len(task[0].steps))


def benchmark_text(found: list[tuple[Composition, list[list]]]) -> str:
    """The text of the problem file of :func:`tasks`: one task a line."""
    problems = (problem(number, *task) for number, task in enumerate(found))
    return "".join(json.dumps(task) + "\n" for task in problems)


def few_text(found: list[tuple[Composition, list[list]]]) -> str:
    """As :func:`benchmark_text`, each task with the asserts of :func:`few_inputs` alone."""
    return benchmark_text([(composition, few_inputs(inputs)) for composition, inputs in found])


def edge_inputs(composition: Composition, rng: Random) -> list[list]:
    """What a hasty test leaves out: single items, repeats, extremes, both sides of each bound."""
    arguments = [s.argument for s in composition.steps if isinstance(s.argument, int)]
    if composition.domain is NUMBERS:
        bounds = sorted({sign * a + by for a in arguments for sign in (1, -1) for by in (-1, 0, 1)})
        edges = [-LARGE, -LARGE + 7, -100, -1, 0, 1, 99, LARGE - 3, LARGE, *bounds]
        lists = [[item] for item in (0, -1, 1, LARGE, -LARGE)]
    else:
        letters = "".join(str(s.argument) for s in composition.steps if isinstance(s.argument, str))
        edges = ["", "a", "A", "aa", "Stone", "zebra", "eel", "x" * 30, "level" * 5]
        edges += [letters, letters + "q", "q" + letters, letters.upper()]
        edges += ["n" * (a + by) for a in arguments for by in (-1, 0, 1)]
        lists = [[item] for item in ("", "a", "A", "level" * 5)]
    lists += [edges, edges[::-1], sorted(edges), edges * 2, [edges[0]] * 7, [edges[-1]] * 12]
    return lists + [rng.choices(edges, k=rng.randint(2, 12)) for _ in range(LONG_LISTS)]


def long_inputs(domain: Domain, rng: Random) -> list[list]:
    """Random lists of 13 to 60 items; of numbers, every other one up to a thousand."""
    found = []
    for place in range(LONG_LISTS):
        length = rng.randint(13, 60)
        values = [item for _ in range(length) for item in random_input(domain, rng)][:length]
        if domain is NUMBERS and place % 2:
            values = [rng.randint(-1000, 1000) for _ in range(length)]
        found.append(values)
    return found


def plus_task(number: int, composition: Composition, inputs: list[list]) -> dict[str, Any]:
    """The task's line of the second suite, in HumanEval+'s format: inputs and no outputs."""
    rng = Random(f"plus {number}")
    more = [*edge_inputs(composition, rng), *long_inputs(composition.domain, rng)]
    known = {repr(values) for values in inputs}
    new = {repr(values): values for values in more if repr(values) not in known}
    task = problem(number, composition, inputs)
    return {
        **{name: task[name] for name in ("task_id", "prompt", "entry_point", "canonical_solution")},
        "base_input": [[values] for values in inputs],
        "plus_input": [[values] for values in new.values()],
        "atol": 0,
    }


def plus_text(found: list[tuple[Composition, list[list]]]) -> str:
    """The text of the second suite of :func:`tasks`: one task a line."""
    lines = (plus_task(number, *task) for number, task in enumerate(found))
    return "".join(json.dumps(line) + "\n" for line in lines)


def shown_text(found: list[tuple[Composition, list[list]]]) -> str:
    """As :func:`benchmark_text`, each docstring with examples that neither suite has."""
    lines = []
    for number, (composition, inputs) in enumerate(found):
        plus = plus_task(number, composition, inputs)
        known = {repr(values) for (values,) in plus["base_input"] + plus["plus_input"]}
        shown = inputs_to_show(composition.domain, Random(f"shown {number}"), known)
        lines.append(json.dumps(problem(number, composition, inputs, shown=shown)) + "\n")
    return "".join(lines)


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=Path, required=True, help="problem file to write (JSONL)")
    parser.add_argument("--plus", type=Path, required=True, help="second suite to write (JSONL)")
    parser.add_argument(
        "--few", type=Path, required=True, help="problem file with few asserts to write (JSONL)"
    )
    parser.add_argument(
        "--shown", type=Path, required=True, help="problem file with examples to write (JSONL)"
    )
    args = parser.parse_args()
    found = tasks()
    write_text(args.output, benchmark_text(found))
    write_text(args.plus, plus_text(found))
    write_text(args.few, few_text(found))
    write_text(args.shown, shown_text(found))


if __name__ == "__main__":
    cli.run(main)
