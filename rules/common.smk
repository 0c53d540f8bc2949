# What the rules ask of config.yaml: its check, the wildcards, input and params functions.

import json
import os
import re
import sys
from pathlib import Path

from snakemake.io import sourcecache_entry

sys.path.append(str(Path(workflow.basedir, "scripts")))

from passk import code as made_of, config as configuration, redraw, terminal
from passk.analyses import ANALYSES, figure_formats, formats
from passk.benchmarks import ANSWERS, SUITES
from passk.engines import engine_of, finished
from passk.experiment import (
    DECIDES_SAMPLES,
    GIVEN as COUNTED,
    PARTS,
    Experiment,
    Scoring,
    asked,
    continued,
    in_braces,
    learning_of,
    part_options,
    records_of,
)
from passk.records import UserError, metadata_path
from passk.verifiers import VERIFIERS

# `python` in a rule is the interpreter that runs snakemake, whether or not its .venv is activated.
os.environ.update(PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.getenv('PATH')}")

STORAGE = workflow.storage_settings.default_storage_provider
WITH_CONDA = "conda" in workflow.deployment_settings.deployment_method
RULES = {
    name
    for file in Path("rules").glob("*.smk")
    for name in re.findall(r"^rule\s+(\w+):", file.read_text(), re.MULTILINE)
} | {"all", *ANALYSES, *(f"plot_{name}" for name in ANALYSES)}


# One last line says what is wrong in the config, here and wherever that turns out.
def refuse(sentence):
    sys.exit(f"error: {CONFIG}: {sentence}")


# Read before Snakemake does: it would drop a key that stands twice, and show a traceback of others.
GIVEN = [os.path.relpath(file) for file in workflow.overwrite_configfiles]
CONFIG = (GIVEN or ["config.yaml"])[-1]
try:
    for file in GIVEN if GIVEN and not Path("config.yaml").exists() else ["config.yaml", *GIVEN]:
        configuration.read(Path(file))
except UserError as error:
    sys.exit(f"error: {error}")


configfile: "config.yaml"


try:
    configuration.check(config, RULES)
except UserError as error:
    refuse(error)


def name_pattern(names):
    return "|".join(re.escape(name) for name in sorted(names))


wildcard_constraints:
    model=name_pattern(config["models"]),
    benchmark=name_pattern(config["benchmarks"]),
    sampling=name_pattern(config["sampling"]),
    experiment=name_pattern(config["experiments"]),
    tests=name_pattern(config["experiments"]),
    suite=name_pattern([*SUITES, COUNTED.suite]),
    answer=name_pattern([*ANSWERS, COUNTED.answer]),
    draws=r"\d{5}-\d{5}",


EXPERIMENTS = {name: Experiment(name, config) for name in config["experiments"]}
# One for each set of samples: rules up to `estimate` know no experiment, only what it samples.
SAMPLED = {experiment.folder: experiment for experiment in EXPERIMENTS.values()}


# The shards of samples in each folder: what experiments ask for, and what is repaired for them.
DRAWN = {}
for file in sorted({file for one in EXPERIMENTS.values() for file in one.drawn_for_it}):
    DRAWN.setdefault(file.parents[1], []).append(file)


def experiment_of(wildcards):
    return EXPERIMENTS[wildcards.experiment]


def sampled(wildcards):
    """An experiment on the samples of these wildcards."""
    return SAMPLED[Path("results", wildcards.model, wildcards.benchmark, wildcards.sampling)]


def given(wildcards):
    """An experiment on the given counts of these wildcards."""
    return SAMPLED[Path("results", wildcards.model, wildcards.benchmark, "counts")]


def scoring_of(wildcards):
    return Scoring(wildcards.suite, wildcards.answer)


# Whatever a job reads is one of its inputs: with a storage (docs/cluster.md) it has nothing else
# of what is made. What no rule makes is in one of two places, and is marked for it.
def source(file):
    """A file of this repository, which lies wherever a job runs, and in no storage.

    Not local(): a job with such an input runs beside snakemake, and never where GPUs are.
    """
    return sourcecache_entry(file, file) if STORAGE else file


def code(*files):
    return list(map(source, made_of.code(*files)))


def page_code():
    return list(map(source, made_of.page_code()))


def as_figure(name):
    """The files of one figure; the PNG goes into Snakemake's report, under its experiment."""
    stem = f"figures/{{experiment}}/{{suite}}-{{answer}}/{name}"
    caption = f"../scripts/passk/analyses/{name}/caption.rst"
    labels = {"figure": name, "suite": "{suite}", "answer": "{answer}"}
    png = report(f"{stem}.png", caption=caption, category="{experiment}", labels=labels)
    files = {suffix.replace(".", "_"): f"{stem}.{suffix}" for suffix in figure_formats(name)}
    return files | {"png": png}


def json_of(dpath):
    """A params function: the part of the config at ``dpath`` as JSON, so only it re-runs the job.

    Snakemake's own lookup() walks the whole config for each job: a quarter of a large run's start.
    """

    def part(wildcards):
        value = config
        for key in dpath.split("/"):
            value = value[key.format(**wildcards)]
        return json.dumps(value)

    return part


def keys_of_model(*keys):
    """A params function: those of the keys that the model's entry has, as JSON."""

    def part(wildcards):
        entry = model_of(wildcards)
        return json.dumps({key: entry[key] for key in keys if key in entry})

    return part


# How an endpoint is reached and an engine uses its machine: what decides no sample.
access = keys_of_model("api_key_variable", "concurrency", "engine_options")


def model_of(wildcards):
    return config["models"][wildcards.model]


def folder_of(wildcards):
    """The folder of the samples of these wildcards, and of what is made of them."""
    return Path("results", *(wildcards[key] for key in DECIDES_SAMPLES))


def shard_of(wildcards):
    """The samples of the job of a shard."""
    return folder_of(wildcards) / "samples" / f"{wildcards['draws']}.jsonl.gz"


def workers(wildcards):
    """Programs at a time of an execution: one, unless all shards at once leave cores idle."""
    shards = len(DRAWN[folder_of(wildcards)])
    return min(8, max(1, (workflow.resource_settings.cores or 1) // shards))


def cost_before(wildcards):
    """What the rounds before these samples took; nothing where they are no round of repair."""
    parent = before(wildcards)
    return [folder_of(parent) / "cost.json"] if parent else []


def before(wildcards):
    """The wildcards of the shard that a round of repair continues; None for any other."""
    found = continued(config, wildcards["model"], wildcards["sampling"])
    if not found:
        return None
    names = {"model": found[0], "sampling": found[1]}
    same = {key: wildcards[key] for key in ("benchmark", "draws") if key in wildcards.keys()}
    return same | names


def feedback_on(wildcards):
    """The feedback that the shard of a round of repair is drawn with."""
    answer = config["sampling"][wildcards["sampling"]]["repair"]["answer"]
    shard = shard_of(before(wildcards))
    return shard.parents[1] / "feedback" / answer / shard.name


def why_drawn(wildcards):
    """Why the job of a shard has to draw it; None where it is finished and stays as it is."""
    samples, parent = shard_of(wildcards), before(wildcards)
    model, benchmark = samples.parents[3], samples.parents[2]
    first, last = map(int, wildcards["draws"].split("-"))
    drawn_by = "sample_round" if parent else "sample"
    if redraw.is_forced(samples, workflow.dag_settings, drawn_by):
        return "that was asked for"
    if parent and why_drawn(parent):
        return "what it continues is drawn, too"
    sources = {}
    if parent:
        sources = {"samples_sha256": shard_of(parent), "feedback_sha256": feedback_on(wildcards)}
    return finished.why_drawn(
        samples,
        config["models"][wildcards["model"]]["weights"],
        config["sampling"][wildcards["sampling"]],
        model / "manifest.json",
        benchmark / "problems.jsonl",
        range(first, last + 1),
        sources,
    )


def kept(path):
    """An output that Snakemake does not remove before its job starts: that decides itself."""
    return path if STORAGE else update(path)


def gpus(wildcards):
    """GPUs that a shard is drawn on; none where it is finished and stays as it is."""
    model = model_of(wildcards)
    return engine_of(model["weights"]).gpus_of(model) if why_drawn(wildcards) else 0


def environment_name(wildcards):
    return engine_of(model_of(wildcards)["weights"]).environment_of(model_of(wildcards))


def lock_file(wildcards):
    return f"envs/{environment_name(wildcards)}.txt"


def environment_folder(wildcards):
    """Where pip builds the engine's packages; `none` where they come with the rules' own."""
    name = environment_name(wildcards)
    return "none" if name == "main" or in_conda(name) else f"resources/envs/{name}"


def in_conda(name):
    """Whether conda is asked for, and can install it; what it cannot, pip builds."""
    return WITH_CONDA and Path(f"envs/{name}.yaml").exists()


def sampling_folder(wildcards):
    """The engine's environment; `none` also for a shard that is finished and stays as it is."""
    return environment_folder(wildcards) if why_drawn(wildcards) else "none"


def conda_environment(wildcards):
    name = environment_name(wildcards)
    return f"../envs/{name if in_conda(name) else 'main'}.yaml"


def existing(path, where):
    """``path``, which an entry of the config gives: a file of this machine."""
    if path and not Path(path).exists():
        refuse(f"{where}: there is no {path}; correct its 'path'")
    return local(path)


def recorded_samples(wildcards):
    """The file or folder of a model whose samples someone already has; nothing otherwise."""
    weights = model_of(wildcards)["weights"]
    if not engine_of(weights).recorded:
        return []
    return existing(weights["path"], f"models.{wildcards.model}.weights")


def files_of_model(wildcards):
    """What a model's manifest is made from, where that is no repository, package or folder."""
    if learning_of(config, wildcards.model):
        if STORAGE:
            refuse(
                f"models.{wildcards.model}: trained weights lie in this folder, and in no storage; "
                "run without one"
            )
        return "results/{model}/weights"
    return recorded_samples(wildcards)


def learning(wildcards):
    """What a model is trained on, and how."""
    return learning_of(config, wildcards.model)


def taught_by(wildcards):
    """The experiment whose samples a model learns from."""
    return EXPERIMENTS[learning(wildcards)["experiment"]]


def learned_from(files):
    """An input function: shards that a model learns from; none where it learns from solutions."""

    def shards(wildcards):
        if learning(wildcards).get("source") == "solutions":
            return []
        return files(taught_by(wildcards))

    return shards


def held_out(wildcards):
    """The problem files that a learned model is measured by, and those trained from it.

    An experiment whose samples are learned from measures nothing.
    """
    taught = {entry["experiment"] for entry in config.get("learning", {}).values()}
    measured = [
        one
        for one in EXPERIMENTS.values()
        if one.name not in taught and comes_from(one.entry["model"], wildcards.model)
    ]
    return sorted({str(one.problems) for one in measured})


def comes_from(model, base):
    """Whether a model is ``base``, or was trained from it, maybe over others."""
    entry = learning_of(config, model)
    return model == base or bool(entry) and comes_from(entry["base"], base)


def settings_learned_from(wildcards):
    """What the samples that a model learns from must have been made with, as JSON."""
    experiment = taught_by(wildcards)
    return json.dumps(experiment.settings(experiment.scorings[0]))


def learning_entry(wildcards):
    """What decides a harvest, as JSON: how it is learned from is not in it."""
    entry = learning(wildcards)
    return json.dumps({key: value for key, value in entry.items() if key != "finetune"})


def trained_in(wildcards):
    """The engine's environment, for training by this package; a command brings its own."""
    own = "command" not in learning(wildcards)["finetune"]
    return environment_folder(wildcards) if own else "none"


def given_counts(wildcards):
    """The file of a model whose counts are given."""
    path = model_of(wildcards)["weights"]["path"]
    return existing(path, f"models.{wildcards.model}.weights")


def beside_given_counts(wildcards):
    """What describes that file, where something does."""
    metadata = metadata_path(Path(model_of(wildcards)["weights"]["path"]))
    return [local(str(metadata))] if metadata.exists() else []


def problems_of_given_counts(wildcards):
    """The tasks that counts must be of; nothing where the benchmark is only named."""
    named = "name" in config["benchmarks"][wildcards.benchmark]
    return [] if named else ["results/{model}/{benchmark}/problems.jsonl"]


def problem_source(wildcards):
    """The file of a benchmark that is given by path; nothing where a package has it."""
    name = wildcards.benchmark
    return existing(config["benchmarks"][name].get("path", []), f"benchmarks.{name}")


def problem_entry(wildcards):
    """What decides a benchmark's problems, as JSON: other tests for them sample nothing again."""
    entry = config["benchmarks"][wildcards.benchmark]
    return json.dumps({key: value for key, value in entry.items() if key not in SUITES})


def source_of_tests(wildcards):
    """The file of a suite's tests that is given by path; nothing where it is fetched."""
    entry = config["benchmarks"][wildcards.benchmark][wildcards.suite]
    return existing(entry.get("path", []), f"benchmarks.{wildcards.benchmark}.{wildcards.suite}")


def expected_of(wildcards):
    """The expected values that the suite's verifier needs; nothing where it needs none."""
    verifier = VERIFIERS[sampled(wildcards).kind.suites[wildcards.suite]]
    return ["resources/{suite}/{benchmark}.expected.jsonl.gz"] if verifier.prepares else []


def drawn_with(wildcards):
    """What a shard of samples must have been drawn with, as JSON."""
    weights = model_of(wildcards)["weights"]
    return json.dumps({"model": weights, "sampling": config["sampling"][wildcards.sampling]})


def settings(wildcards):
    """What a shard must have been made with, as JSON; the next step refuses any other."""
    scoring = Scoring(wildcards.get("suite"), wildcards.answer)
    return json.dumps(sampled(wildcards).settings(scoring))


def settings_of_experiment(wildcards):
    """As :func:`settings`, of the experiment's own model."""
    return json.dumps(experiment_of(wildcards).settings(scoring_of(wildcards)))


def shards_in(name):
    """A params function: the shards of an input in braces. Not tracked; the input itself is."""
    return lambda wildcards, input: in_braces(input[name])


def part(name):
    """An input function: the files of one part of an analysis, those of all compared models."""
    return lambda wildcards: [
        file
        for files in PARTS[name](experiment_of(wildcards), scoring_of(wildcards))
        for file in files
    ]


def metadata_of(parts):
    """An input function: what describes the files of an analysis, which it checks them by."""
    return lambda wildcards: records_of(experiment_of(wildcards), scoring_of(wildcards), parts)


def part_options_of(parts):
    """A params function: the inputs of an analysis as its options. Not tracked; the inputs are."""
    return lambda wildcards, input: part_options(
        experiment_of(wildcards), scoring_of(wildcards), {name: input[name] for name in parts}
    )


def results_beside(page):
    """A params function: the folder `results` that lies where the output ``page`` does.

    With a storage both are copies, in a folder that the storage names.
    """

    def folder(wildcards, output):
        return output[0].removesuffix(page.format(**wildcards)) + "results"

    return folder


def asked_of(analysis):
    """A params function: what an analysis is asked, beside its files."""
    return lambda wildcards: asked(experiment_of(wildcards), scoring_of(wildcards), analysis)
