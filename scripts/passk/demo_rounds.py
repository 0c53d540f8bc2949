"""What the demo's model that repairs is trained on: prompts with examples, and rounds of repair.

Half of the texts are a prompt and the body that solves it. The others are what a round gives a
model (``repair.py``): a program one or two slips away that fails an example, the sentence on it,
and the prompt again; what follows is the right body. In one round of :data:`SILENT` no more is said
than that an example fails, so that the arm without feedback meets a text that the model knows.

Nothing here is of a held-out shape, the wrong programs included.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from passk import repair
from passk.benchmarks import demo
from passk.benchmarks.human_eval import Problem
from passk.records import Verdict
from passk.sandbox import wire
from passk.sandbox.protocol import Reply
from passk.verifiers import feedback

ROUNDS = 0.5
"""The part of the texts that are rounds."""
SECOND_SLIP = 0.3
"""The part of the wrong programs that are two slips away."""
SILENT = 4
TRIES = 20


def training_texts(rng: Random) -> Iterator[tuple[str, str]]:
    """What the model is given, and the body that solves it; endless."""
    for composition in demo.training_stream(rng):
        shown = demo.inputs_to_show(composition.domain, rng)
        prompt = demo.prompt(composition, rng, shown)
        given = prompt
        if rng.random() < ROUNDS and (wrong := near_miss(composition, prompt, shown, rng)):
            program, said = wrong
            said = repair.FAILS if rng.randrange(SILENT) == 0 else said
            given = repair.text(repair.TEMPLATES["completion"], prompt, program, said)
        yield given, demo.body(composition)


def near_miss(
    composition: demo.Composition, prompt: str, shown: list[list], rng: Random
) -> tuple[str, str] | None:
    """A program that fails an example of the prompt, and the sentence on it; None where
    :data:`TRIES` slips pass all examples, or are of held-out shapes."""
    case = feedback.case(Problem("", prompt, demo.ENTRY_POINT, "", "", 0))
    for _ in range(TRIES):
        wrong = demo.slip(composition, rng)
        if rng.random() < SECOND_SLIP:
            wrong = demo.slip(wrong, rng)
        if demo.is_held_out(wrong):
            continue
        solve = demo.solution(wrong)
        replies = [Reply(wire.encode(solve(list(values)))) for values in shown]
        verdict = Verdict("", 0, "passed", 0.0, case.judge(replies, case.calls).error)
        said = case.feedback(verdict).feedback
        if said is not None:
            return prompt + demo.body(wrong), said
    return None
