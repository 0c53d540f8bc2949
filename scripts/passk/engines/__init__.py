"""What draws samples: one small protocol, and the engines that keep it.

``vllm`` for GPUs, ``transformers`` for CPUs, ``openai`` for any OpenAI-compatible endpoint,
``recorded`` for samples that exist already. Each engine's module is imported only when it is
asked for, because each lives in an environment of its own.

An engine never returns fewer samples than it was asked for: it raises. What it has yielded by then
is whole and may be kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from passk import cli
from passk.problems import Problem
from passk.records import Sample, UserError


@dataclass(frozen=True, slots=True)
class Request:
    """Draws ``first`` to ``last``, both included, of one task."""

    problem: Problem
    first: int
    last: int

    @property
    def draws(self) -> range:
        return range(self.first, self.last + 1)


@dataclass(frozen=True, slots=True)
class Batch:
    """Finished samples, and the prompt tokens they were given (summed over samples; or None).

    An empty batch is a sign of life.
    """

    samples: Sequence[Sample]
    prompt_tokens: int | None


class Engine(Protocol):
    """Draws samples of one model with one set of sampling settings."""

    chunk: int
    """Draws are made in blocks of this size, aligned to its multiples."""

    seed_rule: str
    """How a draw's seed follows from the settings, in words."""

    def describe(self) -> dict[str, Any]:
        """Name, version, device and dtype: what a shard's metadata records of the engine."""
        ...

    def identity(self) -> dict[str, str | None]:
        """``chat_template_sha256`` and ``tokenizer_sha256`` where known, else None."""
        ...

    def sample(self, requests: Sequence[Request]) -> Iterator[Batch]:
        """Yield every draw asked for once, in any order, as they are finished."""
        ...


FOUND_BY = {
    "vllm": (("path",), ("repository", "revision")),
    "transformers": (("path",), ("repository", "revision")),
    "openai": (("endpoint", "name"),),
    "recorded": (("path",),),
}
"""What ``weights`` must hold beside ``engine``, in one way or another."""


def check_weights(weights: Any, what: str) -> None:
    """Check that ``weights`` name an engine and what it draws from. ``what``: their name.

    :raises UserError: they do not.
    """
    cli.need(weights, what, ("engine",))
    engine = weights["engine"]
    if engine not in list(FOUND_BY):  # which may be a list itself
        raise UserError(
            f"there is no engine {engine!r}; it is vllm, transformers, openai or recorded"
        )
    ways = FOUND_BY[engine]
    if not any(weights.keys() >= set(keys) for keys in ways):
        keys = ", or ".join(" and ".join(map(repr, keys)) for keys in ways)
        raise UserError(f"{what} with engine {engine} needs {keys}")


def open_engine(
    weights: dict[str, Any],
    sampling: dict[str, Any],
    manifest: dict[str, Any],
    size: int,
    threads: int = 1,
) -> Engine:
    """Load the engine that ``weights['engine']`` names.

    ``manifest`` is what ``download_model.py`` wrote, ``size`` the number of tasks in the whole
    benchmark (seeds need it), ``threads`` the CPU threads of engine transformers.

    :raises UserError: an unknown engine, one that is not installed here, weights that are missing
        or not those of the manifest, no GPU.
    """
    check_weights(weights, "--weights")
    name = weights["engine"]
    if name in ("transformers", "openai") and sampling["seed"] is None:
        raise UserError(
            f"'seed: null' is for engine vllm; engine {name} needs a whole number as the sampling "
            "entry's seed"
        )
    try:
        if name == "transformers":
            from passk.engines.transformers import TransformersEngine

            return TransformersEngine(weights, sampling, manifest, size, threads)
        if name == "vllm":
            from passk.engines.vllm import VllmEngine

            return VllmEngine(weights, sampling, manifest, size)
        if name == "openai":
            from passk.engines.openai import OpenAIEngine

            return OpenAIEngine(weights, sampling, size)
        from passk.engines.recorded import RecordedEngine

        return RecordedEngine(manifest, size)
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("passk"):
            raise
        raise UserError(
            f"engine {name!r} needs the package {error.name!r}, which this Python does not have; "
            "run it through the workflow, which builds the engine's environment"
        ) from error
