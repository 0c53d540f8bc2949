"""Values that others published: what they are of and where they stand. Data, never results.

config.yaml has them under an experiment's ``published``; a command line takes each as ``K=P`` or as
a YAML (or JSON) mapping.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from passk import cli
from passk.records import UserError


@dataclass(frozen=True, slots=True)
class Published:
    """One value, a fraction, with its source.

    :ivar k: of pass@k; 0 where it is something else, ``quantity``, listed for context only.
    :ivar model: the label under which the model is measured here; "" is the experiment's own.
    :ivar name: the model as its source names it, with its version.
    :ivar tasks: the tasks behind it; 0 where they are as many as here.
    :ivar samples: the draws of each task behind it, 0 if unknown.
    :ivar by: who published it, in a word.
    :ivar differs: what was done otherwise there, so that another value would be no surprise.
    """

    value: float
    k: int = 0
    quantity: str = ""
    model: str = ""
    name: str = ""
    tasks: int = 0
    samples: int = 0
    by: str = ""
    source: str = ""
    url: str = ""
    differs: str = ""


_KINDS = {"float": (int, float), "int": int, "str": str}
_NAMES = {(int, float): "a number", int: "a whole number", str: "text"}


def from_text(text: str) -> Published:
    """Read ``K=P``, or a mapping of a :class:`Published`'s fields.

    :raises UserError: an unknown key, a value of the wrong kind, not 0 <= value <= 1, k < 1.
    """
    if text.lstrip().startswith("{"):
        entry = cli.mapping(text, "--published", ["value"])
    else:
        k, _, value = text.partition("=")
        try:
            entry = {"k": int(k), "value": float(value)}
        except ValueError as error:
            raise UserError(
                f"--published {text!r} is neither K=P, such as 100=0.905, nor a mapping"
            ) from error
    kinds = {field.name: _KINDS[field.type] for field in fields(Published)}
    for key, value in entry.items():
        if key not in kinds:
            raise UserError(f"--published: unknown key {key!r}; known: {', '.join(kinds)}")
        if isinstance(value, bool) or not isinstance(value, kinds[key]):
            raise UserError(f"--published: {key} must be {_NAMES[kinds[key]]}, got {value!r}")
    if not (0 <= entry["value"] <= 1 and math.isfinite(entry["value"])):
        raise UserError(f"--published: the value {entry['value']} is not between 0 and 1")
    if min(entry.get(key, 1) for key in ("k", "tasks", "samples")) < 1:
        raise UserError("--published: k, tasks and samples are 1 or more where they are given")
    if ("k" in entry) == ("quantity" in entry):
        raise UserError("--published: give k of a pass@k, or the quantity of what is none")
    return Published(**entry)
