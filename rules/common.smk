# What the rules ask of config.yaml: its check, the wildcards, input and params functions.

import json
import os
import re
import sys
from pathlib import Path

sys.path.append(str(Path(workflow.basedir, "scripts")))

from passk import config as configuration, terminal
from passk.analyses import ANALYSES, formats
from passk.benchmarks import ANSWERS, SUITES
from passk.code import code, page_code
from passk.engines import engine_of
from passk.experiment import (
    GIVEN as COUNTED,
    PARTS,
    Experiment,
    Scoring,
    asked,
    in_braces,
    part_options,
)
from passk.records import UserError, metadata_path
from passk.verifiers import VERIFIERS

# `python` in a rule is the interpreter that runs snakemake, whether or not its .venv is activated.
os.environ.update(PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.getenv('PATH')}")

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
    configuration.check(config, RULES, WITH_CONDA)
except UserError as error:
    refuse(error)


def name_pattern(names):
    return "|".join(re.escape(name) for name in sorted(names))


wildcard_constraints:
    model=name_pattern(config["models"]),
    benchmark=name_pattern(config["benchmarks"]),
    sampling=name_pattern(config["sampling"]),
    experiment=name_pattern(config["experiments"]),
    suite=name_pattern([*SUITES, COUNTED.suite]),
    answer=name_pattern([*ANSWERS, COUNTED.answer]),
    draws=r"\d{5}-\d{5}",


EXPERIMENTS = {name: Experiment(name, config) for name in config["experiments"]}
# One for each set of samples: rules up to `estimate` know no experiment, only what it samples.
SAMPLED = {experiment.folder: experiment for experiment in EXPERIMENTS.values()}


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


def as_figure(name):
    """The files of one figure; the PNG goes into Snakemake's report, under its experiment."""
    stem = f"figures/{{experiment}}/{{suite}}-{{answer}}/{name}"
    caption = f"../scripts/passk/analyses/{name}/caption.rst"
    labels = {"figure": name, "suite": "{suite}", "answer": "{answer}"}
    png = report(f"{stem}.png", caption=caption, category="{experiment}", labels=labels)
    return {"pdf": f"{stem}.pdf", "svg": f"{stem}.svg", "png": png}


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


# How an endpoint is reached: what decides no sample.
access = keys_of_model("api_key_variable", "concurrency")


def model_of(wildcards):
    return config["models"][wildcards.model]


def gpus(wildcards):
    return engine_of(model_of(wildcards)["weights"]).gpus_of(model_of(wildcards))


def environment_name(wildcards):
    return engine_of(model_of(wildcards)["weights"]).environment_of(model_of(wildcards))


def lock_file(wildcards):
    return f"envs/{environment_name(wildcards)}.txt"


def environment_folder(wildcards):
    """Where the engine's packages are built; `none` where they come with the rules' own."""
    name = environment_name(wildcards)
    return "none" if name == "main" or WITH_CONDA else f"resources/envs/{name}"


def conda_environment(wildcards):
    # What conda cannot install, the check of the config refuses where conda is asked for.
    return f"../envs/{engine_of(model_of(wildcards)['weights']).environment}.yaml"


def existing(path, where):
    """``path``, which an entry of the config gives: no rule makes it."""
    if path and not Path(path).exists():
        refuse(f"{where}: there is no {path}; correct its 'path'")
    return path


def recorded_samples(wildcards):
    """The file or folder of a model whose samples someone already has; nothing otherwise."""
    weights = model_of(wildcards)["weights"]
    if not engine_of(weights).recorded:
        return []
    return existing(weights["path"], f"models.{wildcards.model}.weights")


def given_counts(wildcards):
    """The file of a model whose counts are given."""
    path = model_of(wildcards)["weights"]["path"]
    return existing(path, f"models.{wildcards.model}.weights")


def beside_given_counts(wildcards):
    """What describes that file, where something does."""
    metadata = metadata_path(Path(model_of(wildcards)["weights"]["path"]))
    return [metadata] if metadata.exists() else []


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


def settings(wildcards):
    """What a shard must have been made with, as JSON; the next step refuses any other."""
    scoring = Scoring(wildcards.get("suite"), wildcards.answer)
    return json.dumps(sampled(wildcards).settings(scoring))


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


def part_options_of(parts):
    """A params function: the inputs of an analysis as its options. Not tracked; the inputs are."""
    return lambda wildcards, input: part_options(
        experiment_of(wildcards), scoring_of(wildcards), {name: input[name] for name in parts}
    )


def asked_of(analysis):
    """A params function: what an analysis is asked, beside its files."""
    return lambda wildcards: asked(experiment_of(wildcards), scoring_of(wildcards), analysis)
