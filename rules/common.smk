# Configuration, wildcards and input functions: all of the workflow's Python.

import ast
import json
import os
import re
import sys
from functools import cache
from itertools import groupby
from pathlib import Path

from jsonschema.exceptions import best_match
from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

# `python` in a rule is the interpreter that runs snakemake, whether or not its .venv is activated.
os.environ.update(PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.getenv('PATH')}")

FIGURES = ["pass_at_k", "fail_at_k", "success_rates"]
FORMATS = ["pdf", "svg", "png", "csv"]  # the last is what the others are drawn from

# Each is a table, and the figure that plot_<name> draws from it. Those of the first list need only
# counts and are made by one loop in analyses.smk; the others have a file of their own.
COUNTS_ANALYSES = ["comparison", "scaling_laws", "extrapolation", "reliability", "heat_map"]
OTHER_ANALYSES = ["reproduction", "compute", "verifiers", "selection"]
TABLES = ["hardest_tasks"]  # without a figure

# The engines that run in an environment of their own; the others need only the main one.
ENVIRONMENTS = {"vllm": "vllm", "transformers": "transformers"}
WITH_CONDA = "conda" in workflow.deployment_settings.deployment_method

RULES = {
    name
    for file in Path("rules").glob("*.smk")
    for name in re.findall(r"^rule\s+(\w+):", file.read_text(), re.MULTILINE)
} | {"all", *COUNTS_ANALYSES, *(f"plot_{name}" for name in COUNTS_ANALYSES + OTHER_ANALYSES)}


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
        if WITH_CONDA and weights["engine"] == "vllm" and model.get("gpus_per_replica") == 0:
            refuse(f"models.{name}: gpus_per_replica 0, vLLM on a CPU, needs a run without conda")
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
        sampling = config["sampling"][experiment["sampling"]]
        n, size = experiment["n_samples"], sampling["shard_size"]
        if n % size:
            refuse(f"{where}: n_samples {n} is no multiple of its sampling's shard_size {size}")
        engine = config["models"][experiment["model"]]["weights"]["engine"]
        if engine in ("transformers", "openai") and sampling["seed"] is None:
            refuse(f"{where}: 'seed: null' is for engine vllm; give its sampling a whole number")
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
        others = [("its baseline", rival)] if rival else []
        others += [("compare_with", other) for other in experiment.get("compare_with", [])]
        of = {entry.get("of") for entry in experiment.get("published", [])}
        if "baseline" in of and "baseline" not in experiment:
            refuse(f"{where}: a published value is 'of: baseline', but there is no baseline")
        for what, other in others:
            if other not in config["experiments"]:
                refuse(f"{where}: {what} {other!r} is no experiment")
            if config["experiments"][other]["benchmark"] != benchmark:
                refuse(f"{where}: {what} {other!r} is on another benchmark")
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


@cache
def imported_by(path):
    """The files of scripts/ that a file there imports itself."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Constant) and re.fullmatch(r"passk[.\w]+:\w+", str(node.value)):
            names = [node.value.partition(":")[0]]  # a row of KINDS or VERIFIERS
        else:
            continue
        for stem in (Path("scripts", *name.split(".")) for name in names):
            for file in filter(Path.exists, (stem.with_suffix(".py"), stem / "__init__.py")):
                # These packages count as a whole: they also start files as programs.
                whole = file.parent.name in ("engines", "sandbox")
                found += file.parent.glob("*.py") if whole else [file]
    return found


def code(script):
    """A script and all of scripts/passk that it imports, as inputs, which are tracked by content."""
    found, queue = set(), [Path("scripts", script)]
    while queue:
        path = queue.pop()
        if path not in found:
            found.add(path)
            queue += imported_by(path)
    return sorted(map(str, found))


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


def metadata_of_samples(wildcards):
    metadata = "results/{model}/{benchmark}/{sampling}/samples/{draws}.meta.json"
    return expand(metadata, draws=draws(wildcards), **wildcards)


def prices(wildcards):
    """What a model's samples are paid with, as JSON; it decides no sample."""
    entry = config["models"][wildcards["model"]]
    known = ("price_per_gpu_hour", "price_per_million_tokens")
    return json.dumps({key: entry[key] for key in known if key in entry})


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


def gpus(wildcards):
    """GPUs of one replica; 0 for other engines, and where vLLM's build for CPUs is asked for."""
    entry = config["models"][wildcards["model"]]
    return entry.get("gpus_per_replica", 1) if weights(wildcards)["engine"] == "vllm" else 0


def environment_name(wildcards):
    name = ENVIRONMENTS.get(weights(wildcards)["engine"], "main")
    return "vllm-cpu" if name == "vllm" and not gpus(wildcards) else name


def lock_file(wildcards):
    return f"envs/{environment_name(wildcards)}.txt"


def environment_folder(wildcards):
    """Where the engine's packages are built; `none` where they come with the rules' own."""
    name = environment_name(wildcards)
    return "none" if name == "main" or WITH_CONDA else f"resources/envs/{name}"


def conda_environment(wildcards):
    # vLLM's build for CPUs cannot be had from conda; refuse_impossible_entries() says so.
    return f"../envs/{environment_name(wildcards).removesuffix('-cpu')}.yaml"


def access(wildcards):
    """How an endpoint is reached, as JSON: what decides no sample."""
    entry = config["models"][wildcards["model"]]
    return json.dumps(
        {key: entry[key] for key in ("api_key_variable", "concurrency") if key in entry}
    )


def existing(path, where):
    """``path``, which an entry of the config gives: no rule makes it."""
    if path and not Path(path).exists():
        refuse(f"{where}: there is no {path}; correct its 'path'")
    return path


def recorded_samples(wildcards):
    """The file or folder of a model whose samples someone already has; nothing otherwise."""
    entry = weights(wildcards)
    if entry["engine"] != "recorded":
        return []
    return existing(entry["path"], f"models.{wildcards['model']}.weights")


def problem_entry(wildcards):
    """What decides a benchmark's problems, as JSON: other tests for them sample nothing again."""
    entry = config["benchmarks"][wildcards["benchmark"]]
    return json.dumps({key: value for key, value in entry.items() if key != "plus"})


def expected_of(wildcards):
    """The expected values of HumanEval+; nothing for a benchmark's own tests."""
    if wildcards["suite"] != "plus":
        return []
    return [f"resources/plus/{wildcards['benchmark']}.expected.jsonl.gz"]


def expected_option(wildcards, input):
    return ["--expected", *input.expected] if input.expected else []


def problem_source(wildcards):
    """The file of a benchmark that is given by path; nothing where a package has it."""
    name = wildcards["benchmark"]
    return existing(config["benchmarks"][name].get("path", []), f"benchmarks.{name}")


def plus_source(wildcards):
    """The file of a second suite that is given by path; nothing where it is fetched."""
    return config["benchmarks"][wildcards["benchmark"]]["plus"].get("path", [])


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


def compared_names(wildcards):
    """The experiments in one table: the one that is asked for first, then those beside it."""
    experiment = experiment_of(wildcards)
    rival = experiment.get("baseline", {}).get("experiment")
    names = [wildcards.experiment, rival, *experiment.get("compare_with", [])]
    return list(dict.fromkeys(filter(None, names)))


def compared(wildcards):
    return [config["experiments"][name] for name in compared_names(wildcards)]


def tables_of_compared(file):
    """An input function: a table of each compared experiment."""
    return lambda wildcards: [
        judged(experiment, file, wildcards.suite, wildcards.answer)
        for experiment in compared(wildcards)
    ]


def costs_of_compared(wildcards):
    cost = "results/{model}/{benchmark}/{sampling}/cost.json"
    return [expand(cost, **experiment)[0] for experiment in compared(wildcards)]


def metadata_of_verdicts(wildcards):
    """What the verdicts took that an experiment's tables are made of, its own and the others'."""
    asked = experiment_of(wildcards)
    metadata = "results/{model}/{benchmark}/{sampling}/verdicts/{suite}-{answer}/{draws}.meta.json"
    return [
        path
        for experiment in compared(wildcards)
        for path in expand(
            metadata,
            suite=asked["suites"],
            answer=asked["answers"],
            draws=draws(experiment),
            **experiment,
        )
    ]


def labels_of_compared(wildcards):
    """The models' labels; with the experiment's name where two of them are alike."""
    labels = [config["models"][experiment["model"]]["label"] for experiment in compared(wildcards)]
    return [
        f"{label} ({name})" if labels.count(label) > 1 else label
        for label, name in zip(labels, compared_names(wildcards))
    ]


def quoted_baseline_options(wildcards):
    """The line to beat as options where it is quoted; a measured one is among the compared."""
    return [] if baseline_of(wildcards) else baseline_options(wildcards)


def published_of(experiment, suite):
    """The published values of an experiment that are of a suite."""
    entries = experiment.get("published", [])
    return [entry for entry in entries if entry.get("suite", "base") == suite]


def published(wildcards):
    return published_of(experiment_of(wildcards), wildcards.suite)


def published_options(wildcards):
    """The published points of the experiment's own model, as options."""
    points = [
        f"{entry['k']}={entry['value']}"
        for entry in published(wildcards)
        if "k" in entry and entry.get("of") != "baseline"
    ]
    return ["--published", *points] if points else []


def published_entries(wildcards):
    """The published values as JSON; those of the baseline under the label that it has here."""
    labels = {"model": labels_of_compared(wildcards)[0]}
    if baseline_of(wildcards):
        labels["baseline"] = labels_of_compared(wildcards)[1]
    else:
        labels["baseline"] = experiment_of(wildcards).get("baseline", {}).get("label")
    return [
        json.dumps(
            {"model": labels[entry.get("of", "model")]}
            | {key: value for key, value in entry.items() if key not in ("of", "suite")}
        )
        for entry in published(wildcards)
    ]


def figures_of_suite(experiment, suite):
    """The figures of one of an experiment's suites: what compares two suites stands under plus, and
    what compares with published values, where there are any."""
    drawn = FIGURES + COUNTS_ANALYSES + OTHER_ANALYSES
    if suite != "plus" or "base" not in experiment["suites"]:
        drawn = [name for name in drawn if name != "verifiers"]
    if not published_of(experiment, suite):
        drawn = [name for name in drawn if name != "reproduction"]
    return drawn


def figures_of(name):
    """All that an experiment is asked for: what it is to cost, and a table and figures a judgement."""
    experiment = config["experiments"][name]
    rival = experiment.get("baseline", {}).get("experiment")
    judgement = [f"{{figure}}.{format}" for format in FORMATS]
    said = [f"figures/{one}/forecast.txt" for one in (name, rival) if one]
    said.append(f"figures/{name}/report.html")
    return [*said, f"figures/{name}/cost.csv"] + [
        f"figures/{name}/{suite}-{answer}/{file}"
        for suite in experiment["suites"]
        for answer in experiment["answers"]
        for file in ["pass_at_k.txt"]
        + expand(judgement, figure=figures_of_suite(experiment, suite))
        + expand("{table}.csv", table=TABLES)
    ]


def problems_of_experiment(wildcards):
    return expand("results/{model}/{benchmark}/problems.jsonl", **experiment_of(wildcards))


def shards_of(experiment, kind, suffix):
    """The files of one kind of an experiment's shards, ``samples`` or ``verdicts/{a judgement}``."""
    folder = "results/{model}/{benchmark}/{sampling}".format(**experiment)
    # Not expand(): it takes seconds where models of a hundred shards are compared.
    return [f"{folder}/{kind}/{block}.{suffix}" for block in draws(experiment)]


def shards_of_experiment(kind, suffix):
    """An input function: the files of one kind of the experiment's own shards."""
    return lambda wildcards: shards_of(experiment_of(wildcards), kind.format(**wildcards), suffix)


def shards_of_compared(kind):
    """An input function: the files of one kind of all the compared models' shards."""
    return lambda wildcards: [
        file
        for member in compared(wildcards)
        for file in shards_of(member, kind.format(**wildcards), "jsonl.gz")
    ]


def in_braces(files):
    """Shards as bash's braces write them, ``folder/{00000-00099,00100-00199}.jsonl.gz``.

    A command line is one argument of bash's, and Linux takes none of 128 kB: some 1,400 names.
    """

    def place(file):
        folder, name = os.path.split(file)
        return folder, name.partition(".")[2]

    words = []
    for (folder, suffix), group in groupby(files, place):
        blocks = [os.path.basename(file).removesuffix(f".{suffix}") for file in group]
        one = blocks[0] if len(blocks) == 1 else f"{{{','.join(blocks)}}}"
        words.append(f"{folder}/{one}.{suffix}")
    return words


def shards_in(name):
    """A params function: the shards that are the input ``name``, in braces.

    It is not tracked, as no function of `input` is; the input itself is.
    """
    return lambda wildcards, input: in_braces(input[name])


def options_of_compared(option, kind):
    """A params function: the compared models' shards, behind ``option`` once for each model."""
    return lambda wildcards: [
        word
        for member in compared(wildcards)
        for word in (
            option,
            *in_braces(shards_of(member, kind.format(**wildcards), "jsonl.gz")),
        )
    ]


def settings_of_compared(suite):
    """A params function: what each model's shards of a suite must have been made with."""
    return lambda wildcards: [
        word
        for member in compared(wildcards)
        for word in (
            "--settings",
            settings({**member, "suite": suite.format(**wildcards), "answer": wildcards.answer}),
        )
    ]


def judged_files(wildcards):
    """What the page shows: every judgement's tables and figures, and the compared models' tables."""
    experiment = experiment_of(wildcards)
    ways = [(suite, answer) for suite in experiment["suites"] for answer in experiment["answers"]]
    drawn = "{name}.{format}"
    return [
        f"figures/{wildcards.experiment}/{suite}-{answer}/{file}"
        for suite, answer in ways
        for file in expand(
            drawn, name=figures_of_suite(experiment, suite), format=["csv", "svg", "png"]
        )
        + expand("{table}.csv", table=TABLES)
    ] + [
        judged(member, file, suite, answer)
        for member in compared(wildcards)
        for suite, answer in ways
        for file in ("counts.csv", "pass_at_k.csv")
    ]


def records_of_compared(wildcards):
    """How the compared models' samples and verdicts came to be, shard by shard."""
    experiment = experiment_of(wildcards)
    kinds = ["samples"] + expand(
        "verdicts/{suite}-{answer}", suite=experiment["suites"], answer=experiment["answers"]
    )
    return [
        file
        for member in compared(wildcards)
        for kind in kinds
        for file in shards_of(member, kind, "meta.json")
    ]


def page_code():
    """What the page is made by: also the paragraphs of the analyses, the captions, the look."""
    analyses = COUNTS_ANALYSES + OTHER_ANALYSES + TABLES
    files = {file for name in analyses for file in code(f"passk/analyses/{name}/table.py")}
    look = ["scripts/passk/page/report.html.j2", "scripts/passk/page/report.css"]
    captions = map(str, Path("docs/report").glob("*.rst"))
    return sorted({*files, *code("report_page.py"), *look, *captions})


def page_settings(wildcards):
    """What the page says of the configuration, as JSON, without prices and rates."""
    members = []
    for name, label in zip(compared_names(wildcards), labels_of_compared(wildcards)):
        entry = config["experiments"][name]
        members.append(
            {
                "label": label,
                "name": name,
                "entry": entry,
                "model": {"weights": config["models"][entry["model"]]["weights"]},
                "sampling": config["sampling"][entry["sampling"]],
            }
        )
    return json.dumps(
        {
            "name": wildcards.experiment,
            "members": members,
            "benchmark": config["benchmarks"][experiment_of(wildcards)["benchmark"]],
            "analyses": FIGURES + COUNTS_ANALYSES + OTHER_ANALYSES + TABLES,
        }
    )


def stem(wildcards, output):
    """The path of a figure without its suffix."""
    return os.path.splitext(output.png)[0]


def as_figure(name, formats=FORMATS):
    """The files of one figure; the PNG goes into the report, under its experiment."""
    files = {
        format: f"figures/{{experiment}}/{{suite}}-{{answer}}/{name}.{format}" for format in formats
    }
    files["png"] = report(
        files["png"],
        caption=f"../docs/report/{name}.rst",
        category="{experiment}",
        labels={"figure": name, "suite": "{suite}", "answer": "{answer}"},
    )
    return files
