# Configuration, wildcards and input functions: all of the workflow's Python.

import ast
import json
import os
import re
import sys
from pathlib import Path

from jsonschema.exceptions import best_match
from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

# `python` in a rule is the interpreter that runs snakemake, whether or not its .venv is activated.
os.environ.update(PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.getenv('PATH')}")

FIGURES = ["pass_at_k", "fail_at_k", "success_rates"]
FORMATS = ["pdf", "svg", "png", "csv"]  # the last is what the others are drawn from

# The engines that run in an environment of their own; the others need only the main one.
ENVIRONMENTS = {"vllm": "vllm", "transformers": "transformers"}
WITH_CONDA = "conda" in workflow.deployment_settings.deployment_method

RULES = {
    name
    for file in Path("rules").glob("*.smk")
    for name in re.findall(r"^rule\s+(\w+):", file.read_text(), re.MULTILINE)
} | {"all"}


def refuse(sentence):
    sys.exit(f"error: config.yaml: {sentence}")


def refuse_other_keys():
    """Check config.yaml against its schema; the error that fits best is the one that is told."""
    try:
        validate(config, "config.schema.yaml")
    except WorkflowError as error:
        cause = best_match([error.__context__])
        path = cause.json_path.removeprefix("$").removeprefix(".") or "top level"
        refuse(f"{path}: {cause.message} (each key is described in rules/config.schema.yaml)")


def refuse_impossible_entries():
    """Check what a schema cannot say of one entry."""
    for name, model in config["models"].items():
        weights = model["weights"]
        local, remote = "path" in weights, {"repository", "revision"} & set(weights)
        if weights["engine"] in ("vllm", "transformers") and (local + len(remote)) != 2 - local:
            refuse(f"models.{name}.weights: give repository and revision, or path")
    for name, benchmark in config["benchmarks"].items():
        if ("path" in benchmark) == ("package" in benchmark):
            refuse(f"benchmarks.{name}: give path or package")
    for name, sampling in config["sampling"].items():
        if sampling["prompt"] == "completion" and "system_prompt" in sampling:
            refuse(f"sampling.{name}: a system_prompt needs 'prompt: chat'")


def refuse_impossible_experiments():
    """Check that names exist and numbers fit."""
    drawn = {}
    for name, experiment in config["experiments"].items():
        where = f"experiments.{name}"
        if name in RULES:
            refuse(f"{where}: this is the name of a rule; choose another")
        for kind, section in [("model", "models"), ("benchmark", "benchmarks"), ("sampling",) * 2]:
            if experiment[kind] not in config[section]:
                known = ", ".join(config[section])
                refuse(f"{where}: unknown {kind} {experiment[kind]!r}; known: {known}")
        n, size = experiment["n_samples"], config["sampling"][experiment["sampling"]]["shard_size"]
        if n % size:
            refuse(f"{where}: n_samples {n} is no multiple of its sampling's shard_size {size}")
        engine = config["models"][experiment["model"]]["weights"]["engine"]
        if engine == "transformers" and size % 50:
            refuse(
                f"{where}: engine transformers draws blocks of 50, its shard_size {size} is none"
            )
        if max(experiment["k_values"]) > n:
            refuse(
                f"{where}: k = {max(experiment['k_values'])} needs at least as many samples, but "
                f"n_samples is {n}; lower k_values or raise n_samples"
            )
        benchmark = experiment["benchmark"]
        if "plus" in experiment["suites"] and "plus" not in config["benchmarks"][benchmark]:
            refuse(
                f"{where}: the suite 'plus' needs tests, but the benchmark {benchmark!r} has no "
                "'plus'; take it out of suites, or add HumanEval+ as the benchmark humaneval does"
            )
        rival = experiment.get("baseline", {}).get("experiment")
        if rival and rival not in config["experiments"]:
            refuse(f"{where}: its baseline {rival!r} is no experiment")
        if rival and config["experiments"][rival]["benchmark"] != benchmark:
            refuse(f"{where}: its baseline {rival!r} is on another benchmark")
        key = tuple(experiment[kind] for kind in ("model", "benchmark", "sampling"))
        other, other_n = drawn.setdefault(key, (name, n))
        if other_n != n:
            refuse(
                f"{where} and {other!r} draw the same samples with different n_samples; give both "
                "the larger one and choose k_values as you like"
            )


refuse_other_keys()
refuse_impossible_entries()
refuse_impossible_experiments()


def name_pattern(names):
    return "|".join(re.escape(name) for name in names)


wildcard_constraints:
    model=name_pattern(config["models"]),
    benchmark=name_pattern(config["benchmarks"]),
    sampling=name_pattern(config["sampling"]),
    experiment=name_pattern(config["experiments"]),
    suite="base|plus",
    answer="verbatim|markdown",
    draws=r"\d{5}-\d{5}",


def code(script):
    """A script and all of scripts/passk that it imports, as inputs, which are tracked by content."""
    found, queue = set(), [Path("scripts", script)]
    while queue:
        path = queue.pop()
        if path in found:
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                continue
            for name in names:
                file = Path("scripts", *name.split(".")).with_suffix(".py")
                if file.exists():
                    # A package within passk counts as a whole: it also starts files as programs.
                    whole = file.parent.parent.name == "passk"
                    queue += file.parent.glob("*.py") if whole else [file]
    return sorted(map(str, found))


def json_of(dpath):
    """A params function: the part of the config at ``dpath`` as JSON, so only it re-runs the job."""
    return lambda wildcards: json.dumps(lookup(within=config, dpath=dpath)(wildcards))


def json_for(kind, section):
    """A params function: the entry that an experiment names as its ``kind``, as JSON."""
    return lambda wildcards: json.dumps(
        config[section][config["experiments"][wildcards["experiment"]][kind]]
    )


def experiments_on(wildcards):
    """The experiments that draw this model, benchmark and sampling."""
    return [
        experiment
        for experiment in config["experiments"].values()
        if all(experiment[key] == wildcards[key] for key in ("model", "benchmark", "sampling"))
    ]


def n_samples(wildcards):
    return max(experiment["n_samples"] for experiment in experiments_on(wildcards))


def k_values(wildcards):
    return sorted({k for e in experiments_on(wildcards) for k in e["k_values"]})


def draws(wildcards):
    """The shards of an experiment's draws: ['00000-00099', '00100-00199', …]."""
    size = config["sampling"][wildcards["sampling"]]["shard_size"]
    starts = range(0, n_samples(wildcards), size)
    return [f"{start:05d}-{start + size - 1:05d}" for start in starts]


def verdicts_of(wildcards):
    verdicts = "results/{model}/{benchmark}/{sampling}/verdicts/{suite}-{answer}/{draws}.jsonl.gz"
    return expand(verdicts, draws=draws(wildcards), **wildcards)


def judged(experiment, file, suite, answer):
    """The path of a table of one experiment under one suite and reading."""
    return expand(
        "results/{model}/{benchmark}/{sampling}/{suite}-{answer}/{file}",
        file=file,
        suite=suite,
        answer=answer,
        **experiment,
    )[0]


def weights(wildcards):
    return config["models"][wildcards["model"]]["weights"]


def environment_name(wildcards):
    return ENVIRONMENTS.get(weights(wildcards)["engine"], "main")


def lock_file(wildcards):
    return f"envs/{environment_name(wildcards)}.txt"


def environment_folder(wildcards):
    """Where the engine's packages are built; `none` where they come with the rules' own."""
    name = environment_name(wildcards)
    return "none" if name == "main" or WITH_CONDA else f"resources/envs/{name}"


def conda_environment(wildcards):
    return f"../envs/{environment_name(wildcards)}.yaml"


def access(wildcards):
    """How an endpoint is reached, as JSON: what decides no sample."""
    entry = config["models"][wildcards["model"]]
    return json.dumps(
        {key: entry[key] for key in ("api_key_variable", "concurrency") if key in entry}
    )


def recorded_samples(wildcards):
    """The file or folder of a model whose samples someone already has; nothing otherwise."""
    entry = weights(wildcards)
    return [entry["path"]] if entry["engine"] == "recorded" else []


def problem_entry(wildcards):
    """What decides a benchmark's problems, as JSON: other tests for them sample nothing again."""
    entry = config["benchmarks"][wildcards["benchmark"]]
    return json.dumps({key: value for key, value in entry.items() if key != "plus"})


def expected_of(wildcards):
    """The expected values of HumanEval+; nothing for a benchmark's own tests."""
    plus = wildcards["suite"] == "plus"
    return expand("resources/plus/{benchmark}.expected.jsonl.gz", **wildcards) if plus else []


def expected_option(wildcards, input):
    return ["--expected", *input.expected] if input.expected else []


def problem_source(wildcards):
    """The file of a benchmark that is given by path; nothing where a package has it."""
    return config["benchmarks"][wildcards["benchmark"]].get("path", [])


def gpus(wildcards):
    entry = config["models"][wildcards["model"]]
    return entry.get("gpus", 1) if weights(wildcards)["engine"] == "vllm" else 0


def settings(wildcards):
    """What every shard must have been made with, as JSON; `estimate` refuses any other."""
    return json.dumps(
        {
            "model": weights(wildcards),
            "sampling": config["sampling"][wildcards["sampling"]],
            "suite": wildcards["suite"],
            "answer": wildcards["answer"],
        }
    )


def experiment_of(wildcards):
    return config["experiments"][wildcards.experiment]


def label_of(wildcards):
    model = experiment_of(wildcards)["model"]
    return config["models"][model]["label"]


def table(file):
    """An input function: a table of the figure's experiment."""
    return lambda wildcards: judged(
        experiment_of(wildcards), file, wildcards.suite, wildcards.answer
    )


def baseline_of(wildcards):
    """The experiment that is the line to beat, or None where it is quoted or not there."""
    name = experiment_of(wildcards).get("baseline", {}).get("experiment")
    return config["experiments"].get(name)


def baseline_table(wildcards):
    rival = baseline_of(wildcards)
    if rival is None:
        return []
    return judged(rival, "pass_at_k.csv", wildcards.suite, wildcards.answer)


def baseline_options(wildcards):
    """The line to beat as options: measured by another experiment, quoted, or none."""
    quoted, rival = experiment_of(wildcards).get("baseline"), baseline_of(wildcards)
    if rival:
        label = config["models"][rival["model"]]["label"]
        return ["--baseline-label", label, "--baseline-pass-at-k", baseline_table(wildcards)]
    if quoted:
        tasks = ["--baseline-tasks", quoted["tasks"]] if "tasks" in quoted else []
        return [
            "--baseline-label",
            quoted["label"],
            "--baseline-value",
            quoted["pass_at_1"],
            *tasks,
        ]
    return []


def published_options(wildcards):
    points = experiment_of(wildcards).get("published", {})
    return ["--published", *(f"{k}={value}" for k, value in points.items())] if points else []


def figures_of(name):
    """All that an experiment is asked for: what it is to cost, and a table and figures a judgement."""
    experiment = config["experiments"][name]
    rival = experiment.get("baseline", {}).get("experiment")
    judgement = [f"{{figure}}.{format}" for format in FORMATS]
    return [f"figures/{one}/forecast.txt" for one in (name, rival) if one] + expand(
        "figures/{experiment}/{suite}-{answer}/{file}",
        experiment=name,
        suite=experiment["suites"],
        answer=experiment["answers"],
        file=["pass_at_k.txt"] + expand(judgement, figure=FIGURES),
    )


def as_figure(name):
    """The files of one figure; the PNG goes into the report, under its experiment."""
    files = {
        format: f"figures/{{experiment}}/{{suite}}-{{answer}}/{name}.{format}" for format in FORMATS
    }
    files["png"] = report(
        files["png"],
        caption=f"../docs/report/{name}.rst",
        category="{experiment}",
        labels={"figure": name, "suite": "{suite}", "answer": "{answer}"},
    )
    return files
