"""Theorems to prove to a checker of proofs such as Coq or Lean: a statement, and what it is about.

A line has the texts ``task_id``, ``language`` (one of ``passk.verifiers.proof.CHECKERS``) and
``statement``, the benchmark's own text up to where the proof begins. It may have ``header``
(imports, definitions), ``prompt`` (by default header and statement), ``proof`` (a right one, which
is checked before anything is sampled), ``name`` (of the theorem, by default as the statement has
it) and ``axioms``, a list of the names that a proof may use. MiniF2F's own lines, with
``formal_statement``, ``header`` and ``name``, are read as Lean's.

An answer is the proof alone. ``verbatim`` is the completion as it came. ``markdown`` takes the last
block of code, without thoughts; where the model repeats the statement only what follows it counts,
and for Coq no further than its ``Qed.``: the statement that is judged is always the benchmark's.
Lemmas that a model puts before the theorem are no part of the proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from passk.benchmarks import chat, coq, lean, text_field
from passk.records import UserError

MOST_CHARACTERS = 200_000
"""Of a proof; a longer completion is read verbatim, and fails."""
LANGUAGES: Mapping[str, ModuleType] = {"coq": coq, "lean": lean}
"""What is known of the texts of each language."""


@dataclass(frozen=True, slots=True)
class Theorem:
    """One task. ``index`` is its place in the whole benchmark, from 0; ``proof`` may be empty."""

    task_id: str
    language: str
    prompt: str
    header: str
    statement: str
    name: str
    proof: str
    axioms: tuple[str, ...]
    index: int


def read_theorem(record: dict[str, Any], index: int, where: str) -> Theorem:
    """The task of one line.

    :raises UserError: a missing field, one of another type, an unknown language, a statement that
        declares no theorem.
    """
    if "formal_statement" in record and "statement" not in record:  # MiniF2F
        statement = str(record["formal_statement"]).rstrip().removesuffix("sorry")
        record = {
            "task_id": record.get("name"),
            "language": "lean",
            "statement": statement,
        } | record
    names = ("task_id", "language", "statement")
    task_id, language, statement = (text_field(record, one, where, "proof") for one in names)
    if language not in LANGUAGES:
        raise UserError(
            f"{where}: there is no checker for the language {language!r}; the languages are "
            f"{', '.join(LANGUAGES)}"
        )
    optional = {"header": "", "proof": "", "prompt": None, "name": None}
    for name, default in optional.items():
        optional[name] = text_field(record, name, where, "proof") if name in record else default
    axioms = record.get("axioms", [])
    if not isinstance(axioms, list) or not all(isinstance(one, str) for one in axioms):
        raise UserError(f"{where}: 'axioms' must be a list of names")
    try:
        named = LANGUAGES[language].name_of(statement)
    except (UserError, coq.Refused) as error:
        raise UserError(f"{where}: the statement of {task_id} {error}") from None
    opened = LANGUAGES[language].opened(statement)
    prompt = optional["prompt"]
    if prompt is None:
        said = str(record.get("informal_prefix", ""))  # MiniF2F
        prompt = f"{optional['header']}\n{said}{opened}\n".lstrip("\n")
    return Theorem(
        task_id,
        language,
        prompt,
        optional["header"],
        statement,
        optional["name"] or named,
        optional["proof"],
        tuple(axioms),
        index,
    )


def proof_text(task: Theorem, completion: str, answer: str) -> str:
    """The proof in ``completion``, read as ``answer``; see the module.

    :raises ValueError: ``answer`` is neither of the two; never because of the completion.
    """
    return _read(task, completion, answer)[0]


def failure(task: Theorem, completion: str, answer: str) -> str:
    """What kept :func:`proof_text` from finding one, of the kind's ``failures``, or nothing."""
    return _read(task, completion, answer)[1]


def _read(task: Theorem, completion: str, answer: str) -> tuple[str, str]:
    """The proof, and what kept it from being found."""
    if answer not in ("verbatim", "markdown"):
        raise ValueError(f"answer {answer!r} is neither verbatim nor markdown")
    if answer == "verbatim":
        return completion, ""
    if len(completion) > MOST_CHARACTERS:
        return completion, "too_long"
    texts = LANGUAGES[task.language]
    text, unfinished = chat.without_thoughts(completion.replace("\r\n", "\n"))
    text = chat.without_tokens(text)
    fenced = [
        block.text
        for block in chat.blocks(text)
        if block.fenced and block.language in texts.FENCES and block.text.strip()
    ]
    if unfinished and not fenced:
        return "", "unfinished"  # no proof, which fails
    found = texts.after_statement(fenced[-1] if fenced else text, task.name)
    return found, "" if found.strip() else "no_proof"
