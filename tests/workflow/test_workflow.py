"""The workflow as users run it: what a run makes, and what a change makes again."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Workflow, copy_workflow, small_config

from passk.analyses import formats
from passk.experiment import Experiment

SMALL = Experiment("paper", small_config())
ANALYSES = SMALL.analyses(SMALL.scorings[0])
ALONE = ["success_rates", "readings", "hardest_tasks"]  # of the experiment's own model, at no k


def made(*analyses: str) -> dict[str, int]:
    """The jobs that make these analyses and show them on the page."""
    plots = [f"plot_{name}" for name in analyses if "png" in formats(name)]
    printed = ["print_pass_at_k"] if "pass_at_k" in analyses else []
    return dict.fromkeys([*analyses, *plots, *printed, "report_page"], 1)


FIGURES = {rule: 1 for rule in made(*ANALYSES) if rule.startswith("plot_")}
DRAWN = {**made(*ANALYSES), "samples_pages": 1}
AT_K = made(*(name for name in ANALYSES if name not in ALONE))
COST = {"cost": 1, "print_cost": 1, **made("compute")}
RIVAL = json.dumps(small_config()["experiments"]["rival"])
JUDGED = Path("results/small/sums/plain/base-verbatim")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open() as handle:
        return list(csv.DictReader(handle))


def test_chain_counts_what_was_recorded(finished: Workflow) -> None:
    counts = rows(finished.folder / JUDGED / "counts.csv")
    assert [(r["task_id"], int(r["n"]), int(r["c"])) for r in counts] == [
        ("Sum/0", 6, 6),
        ("Sum/1", 6, 3),
        ("Sum/2", 6, 1),
        ("Sum/3", 6, 0),
    ]


def test_chain_estimates_pass_at_k(finished: Workflow) -> None:
    curve = {
        int(r["k"]): float(r["pass_at_k"]) for r in rows(finished.folder / JUDGED / "pass_at_k.csv")
    }
    assert curve[1] == pytest.approx((1 + 3 / 6 + 1 / 6 + 0) / 4)
    assert curve[4] == pytest.approx((1 + 1 + 4 / 6 + 0) / 4)


def test_chain_draws_every_figure(finished: Workflow) -> None:
    drawn = finished.folder / "figures/paper/base-verbatim"
    names = {f"{name}.{suffix}" for name in ANALYSES for suffix in formats(name)}
    assert names | {"pass_at_k.txt", "samples"} == {p.name for p in drawn.iterdir()}
    assert (drawn / "samples/index.html").exists()
    without = ("sharpening", "pools", "hardest_tasks")
    assert {*ANALYSES} - {*without} == {name.removeprefix("plot_") for name in FIGURES}
    assert all(p.stat().st_size > 0 for p in drawn.iterdir())


def test_finished_run_has_nothing_to_do(finished: Workflow) -> None:
    assert "Nothing to be done" in finished.snakemake("-n").stdout


def test_more_samples_keep_the_finished_shards(workflow: Workflow) -> None:
    config = workflow.config()
    config["experiments"]["paper"]["n_samples"] = 12
    workflow.write_config(config)
    before = (workflow.folder / "results/small/sums/plain/samples/00000-00001.jsonl.gz").stat()
    plan = workflow.planned()
    assert (plan["sample"], plan["execute"], plan["estimate"]) == (3, 3, 1)
    workflow.snakemake(str(JUDGED / "counts.csv"))
    after = (workflow.folder / "results/small/sums/plain/samples/00000-00001.jsonl.gz").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert {r["n"] for r in rows(workflow.folder / JUDGED / "counts.csv")} == {"12"}


@pytest.mark.parametrize(
    ("section", "name", "changed", "expected"),
    [
        ("models", "small", {"label": "Another"}, {"forecast": 1, "print_cost": 1, **DRAWN}),
        ("models", "small", {"price_per_gpu_hour": 99.0}, {"forecast": 1, **COST}),
        (
            "models",
            "small",
            {
                "gpus_per_replica": 4,
                "tokens_per_second": 7.0,
                "concurrency": 2,
                "engine_options": {},
            },
            {"forecast": 1},
        ),
        (
            "experiments",
            "paper",
            {"k_values": [1, 3]},
            {"forecast": 1, "estimate": 1, **AT_K, **made("success_rates")},
        ),
        (
            "experiments",
            "paper",
            {"answers": ["verbatim", "markdown"]},
            {
                "forecast": 1,
                "execute": 5,
                "observe": 5,
                "estimate": 2,
                "print_cost": 1,
                **DRAWN,
            },
        ),
    ],
)
def test_changes_that_sample_nothing(
    workflow: Workflow,
    section: str,
    name: str,
    changed: dict[str, object],
    expected: dict[str, int],
) -> None:
    config = workflow.config()
    config[section][name] |= changed
    workflow.write_config(config)
    plan = workflow.planned()
    del plan["all"]
    assert plan == Counter(expected)


@pytest.mark.parametrize(
    ("files", "runs", "rests"),
    [
        (
            "scripts/passk/figures/style.py",
            {"plot_pass_at_k", "plot_fail_at_k", "plot_success_rates"},
            {"sample", "execute", "estimate"},
        ),
        (
            "scripts/estimate.py",
            {"estimate", *FIGURES} - {"plot_selection", "plot_readings"},
            {"sample", "execute", "selection", "readings"},
        ),
        ("scripts/execute.py", {"execute", "estimate", *FIGURES}, {"sample"}),
        ("scripts/passk/sandbox/forkserver.py", {"execute", "estimate", *FIGURES}, {"sample"}),
        (
            "scripts/passk/analyses/extrapolation/page.py",
            {"report_page"},
            {"extrapolation", "plot_extrapolation", "print_pass_at_k"},
        ),
        (
            "scripts/passk/analyses/extrapolation/table.py",
            {"extrapolation", "plot_extrapolation", "report_page"},
            {"estimate", "comparison", "scaling_laws"},
        ),
        (
            "scripts/sample.py scripts/passk/engines/vllm.py envs/transformers.txt envs/main.txt",
            set(),
            {"sample", "execute", "estimate", *FIGURES},
        ),
    ],
)
def test_edited_file_runs_again_only_what_it_made(
    workflow: Workflow, files: str, runs: set[str], rests: set[str]
) -> None:
    for file in files.split():
        path = workflow.folder / file
        path.write_text(path.read_text() + "# a comment\n")
    plan = workflow.planned()
    assert runs <= set(plan)
    assert not rests & set(plan)


def test_touched_file_runs_nothing(workflow: Workflow) -> None:
    for file in ("scripts/execute.py", "results/small/manifest.json", "problems.jsonl"):
        (workflow.folder / file).touch()
    assert workflow.planned() == Counter()


def test_other_weights_sample_again_that_model_only(workflow: Workflow) -> None:
    (workflow.folder / "other.jsonl").write_text((workflow.folder / "large.jsonl").read_text())
    config = workflow.config()
    config["models"]["small"]["weights"]["path"] = "other.jsonl"
    workflow.write_config(config)
    plan = workflow.planned()
    assert (plan["download_model"], plan["sample"], plan["execute"]) == (1, 3, 3)


def test_other_sampling_settings_sample_again(workflow: Workflow) -> None:
    config = workflow.config()
    config["sampling"]["plain"]["temperature"] = 0.5
    workflow.write_config(config)
    assert workflow.planned()["sample"] == 5


def test_other_problems_sample_again(workflow: Workflow) -> None:
    workflow.edit("problems.jsonl", "candidate(1) == 1", "candidate(1) == 2")
    plan = workflow.planned()
    assert (plan["problem_file"], plan["sample"], plan["execute"]) == (2, 5, 5)


def test_changed_recording_is_read_again(workflow: Workflow) -> None:
    (workflow.folder / "small.jsonl").write_text((workflow.folder / "large.jsonl").read_text())
    workflow.snakemake(str(JUDGED / "counts.csv"))
    assert [r["c"] for r in rows(workflow.folder / JUDGED / "counts.csv")] == ["6", "6", "6", "1"]


def test_deleted_resources_sample_nothing_again(workflow: Workflow) -> None:
    for link in (workflow.folder / "resources").iterdir():
        link.unlink()
    (workflow.folder / "resources").rmdir()
    config = workflow.config()
    config["experiments"]["paper"]["n_samples"] = 8
    workflow.write_config(config)
    assert workflow.planned()["sample"] == 1


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[: len(data) // 2], id="truncated"),
        pytest.param(lambda data: data[:-1] + bytes([data[-1] ^ 1]), id="bit flipped"),
    ],
)
def test_damaged_shard_is_refused_and_the_rest_kept(workflow: Workflow, damage: object) -> None:
    shard = workflow.folder / "results/small/sums/plain/samples/00002-00003.jsonl.gz"
    shard.write_bytes(damage(shard.read_bytes()))
    done = workflow.snakemake(
        "-R", "execute", "--keep-going", "--", str(JUDGED / "counts.csv"), check=False
    )
    assert done.returncode != 0
    assert "error: results/small/sums/plain/samples/00002-00003.jsonl.gz" in done.stdout
    assert shard.exists()


@pytest.mark.parametrize("rule", ["execute", "estimate"])
def test_shard_of_other_settings_is_refused(workflow: Workflow, rule: str) -> None:
    folder = "samples" if rule == "execute" else "verdicts/base-verbatim"
    metadata = workflow.folder / f"results/small/sums/plain/{folder}/00002-00003.meta.json"
    record = json.loads(metadata.read_text())
    drawn = record if rule == "execute" else record["samples"]
    drawn["sampling"]["temperature"] = 0.2
    metadata.write_text(json.dumps(record))
    done = workflow.snakemake("-R", rule, "--", str(JUDGED / "counts.csv"), check=False)
    assert done.returncode != 0
    assert "temperature = 0.2, but the configuration says 1.0" in done.stdout


def test_missing_sample_is_never_counted_as_a_failure(workflow: Workflow) -> None:
    recording = workflow.folder / "small.jsonl"
    lines = recording.read_text().splitlines(keepends=True)
    recording.write_text("".join(line for line in lines if '"Sum/2", "draw": 3' not in line))
    done = workflow.snakemake(str(JUDGED / "counts.csv"), check=False)
    assert done.returncode != 0
    assert "Sum/2" in done.stdout


def test_paper_is_ten_gpu_shards(tmp_path: Path) -> None:
    workflow = copy_workflow(tmp_path)
    output = workflow.snakemake("-n", "--resources", "gpu=10").stdout
    assert output.count("gpu=1\n") == 10
    plan = workflow.planned("--resources", "gpu=10")
    assert (plan["download_model"], plan["sample"], plan["execute"]) == (1, 10, 20)


def test_commands_of_the_readme_plan_what_they_say(tmp_path: Path) -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    commands = [
        line.split("#")[0].split() for line in lines if line.startswith("snakemake --cores")
    ]
    workflow = copy_workflow(tmp_path)
    planned = [workflow.planned(*command[3:])["sample"] for command in commands]
    assert planned == [1, 10]


def test_dry_run_needs_no_gpu_token_or_weights(tmp_path: Path) -> None:
    plan = copy_workflow(tmp_path).planned("smoke")
    assert plan["sample"] == 1


@pytest.mark.parametrize(
    ("file", "lines", "arguments", "sentence"),
    [
        ("config.yaml", "colour: red", [], "config.yaml: colour: unknown key"),
        ("config.yaml", "colour: [", [], r"config.yaml: line \d+: "),
        ("config.yaml", "models: {}", [], r"config.yaml: line \d+: the key 'models' stands"),
        ("config.yaml", "", ["--config", "colour=red"], "config.yaml: colour: unknown key"),
        (
            "config.yaml",
            f"  execute: {RIVAL}",
            [],
            "config.yaml: experiments.execute: .* of a rule",
        ),
        ("other.yaml", "a: 1\na: 2", ["--configfile", "other.yaml"], "other.yaml: line 2: the key"),
        ("other.yaml", "a: 1", ["--configfile", "other.yaml"], "other.yaml: a: unknown key"),
    ],
)
def test_bad_config_is_one_clear_sentence(
    workflow: Workflow, file: str, lines: str, arguments: list[str], sentence: str
) -> None:
    with (workflow.folder / file).open("a") as handle:
        handle.write(f"{lines}\n")
    done = workflow.snakemake("-n", *arguments, check=False)
    assert done.returncode != 0
    said = ("Using workflow specific profile", "Config file config.yaml is extended")
    errors = [line for line in done.stdout.splitlines() if not line.startswith(said)]
    assert len(errors) == 1, done.stdout
    assert re.match(f"error: {sentence}", errors[0]), errors[0]


@pytest.mark.parametrize("file", ["problems.jsonl", "small.jsonl"])
def test_missing_source_is_one_clear_sentence(workflow: Workflow, file: str) -> None:
    (workflow.folder / file).unlink()
    done = workflow.snakemake("--quiet", "all", check=False)
    assert done.returncode != 0
    assert re.search(
        rf"^error: config.yaml: .*: there is no {file}; correct its 'path'\Z",
        done.stdout.strip(),
        re.MULTILINE,
    ), done.stdout
    (workflow.folder / file).touch()  # no lock is left behind
    assert "LockException" not in workflow.snakemake("-n", check=False).stdout


def test_forecast_covers_the_baseline_that_is_sampled_too(finished: Workflow) -> None:
    assert (finished.folder / "figures/rival/forecast.txt").exists()


def test_unknown_experiment_is_an_error(workflow: Workflow) -> None:
    done = workflow.snakemake("-n", "no_such_experiment", check=False)
    assert done.returncode != 0
    assert "no_such_experiment" in done.stdout


@pytest.fixture(scope="module")
def plan_of_everything(finished: Workflow) -> str:
    return finished.snakemake("-n", "--forceall").stdout


MODULES = (
    {rule: [rule] for rule in ("execute", "observe", "estimate", "cost", "print_cost")}
    | {"print_pass_at_k": ["print_pass_at_k"]}
    | {name: ["analyse", f"passk.analyses.{name}.table"] for name in ANALYSES}
    | {rule: ["plot", f"passk.analyses.{rule[5:]}.figure"] for rule in FIGURES}
    | {"report_page": ["report_page", *(f"passk.analyses.{name}.page" for name in ANALYSES)]}
)


@pytest.mark.parametrize("rule", MODULES)
def test_rule_depends_on_the_code_that_python_loads_for_it(
    rule: str, plan_of_everything: str
) -> None:
    """Ask the interpreter what the script imports: another way than the workflow's own."""
    listing = (
        f"import sys, {', '.join(MODULES[rule])}\n"
        "print(*(m.__file__ for m in list(sys.modules.values()) if getattr(m, '__file__', None)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", listing], cwd=ROOT / "scripts", check=True, capture_output=True
    )
    loaded = {Path(file) for file in done.stdout.decode().split()}
    needed = {str(f.relative_to(ROOT)) for f in loaded if f.is_relative_to(ROOT / "scripts")}
    job = plan_of_everything.split(f"rule {rule}:")[1].split("output:")[0]
    inputs = job.replace(",", " ").split()
    assert needed
    assert needed <= set(inputs)


@pytest.mark.parametrize("name", ["main", "transformers", "vllm"])
def test_conda_environment_has_the_pins_of_the_lock(name: str) -> None:
    lock = (ROOT / f"envs/{name}.txt").read_text().splitlines()
    pins = [line for line in lock if line and not line.startswith("#")]
    environment = yaml.safe_load((ROOT / f"envs/{name}.yaml").read_text())
    assert environment["dependencies"][-1] == {"pip": pins}
    assert all("==" in pin for pin in pins)
