"""Learning from verified samples: the tasks, the harvest, the training, and their workflow."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import PROBLEMS, ROOT, copy_workflow, recorded_lines, small_config

import finetune
import harvest
from passk.benchmarks import Benchmark, demo, make_benchmark, read_problem_file
from passk.config import check
from passk.records import Sample, UserError, sha256_of, write_text
from passk.verifiers.assertions import check_case

COMMAND = "cp {base}/*.json {base}/*.safetensors {output} && cp {data} {output}/learned.json"


@pytest.fixture
def sums(tmp_path: Path) -> Benchmark:
    path = tmp_path / "problems.jsonl"
    write_text(path, "".join(json.dumps(problem) + "\n" for problem in PROBLEMS))
    return read_problem_file(path)


def sample(task: int, draw: int, completion: str, finish: str = "stop") -> Sample:
    return Sample(f"Sum/{task}", draw, completion, finish)


# What is learned from.
def test_tasks_to_learn_from_share_no_shape_and_no_prompt_with_the_benchmark() -> None:
    shipped = read_problem_file(ROOT / "resources/demo/problems.jsonl")
    made = make_benchmark({"demo": {"size": 1000, "seed": 1}}, "human_eval")
    compositions = [one for one, _ in islice(demo.tasks_to_learn(1), 1000)]
    assert not any(map(demo.is_held_out, compositions))
    assert [demo.body(one) for one in compositions] == [
        problem.canonical_solution for problem in made.problems
    ]
    for field in ("prompt", "canonical_solution", "task_id"):
        own = {getattr(problem, field) for problem in made.problems}
        assert len(own) > 950
        assert not own & {getattr(problem, field) for problem in shipped.problems}


def test_pool_is_the_same_each_time_and_begins_alike_at_each_size() -> None:
    large, small = (
        make_benchmark({"demo": {"size": size, "seed": 3}}, "human_eval") for size in (40, 20)
    )
    assert large.problems[:20] == small.problems
    few = make_benchmark(
        {"demo": {"size": 20, "seed": 3, "config": {"asserts": "few"}}}, "human_eval"
    )
    for one, other in zip(small.problems, few.problems, strict=True):
        assert one.prompt == other.prompt
        asserts, chosen = (set(problem.test.splitlines()[1:]) for problem in (one, other))
        assert chosen < asserts and len(chosen) <= 4
        check_case(one)
        check_case(other)


def test_unknown_generator_is_a_sentence() -> None:
    with pytest.raises(UserError, match="for programs there is demo"):
        make_benchmark({"chain_sum": {"size": 1}}, "human_eval")


# The harvest.
def test_harvest_takes_the_first_distinct_samples_that_passed(sums: Benchmark) -> None:
    judged = [
        (sample(0, 0, "    return -1\n"), False),
        (sample(0, 1, "    return x + 0\n"), True),
        (sample(0, 2, "    return (x + 0)  # the same\n"), True),
        (sample(0, 3, "    return 0 + x\n"), True),
        (sample(0, 4, "    return x\n"), True),
        (sample(1, 0, "    return x + 1\n", "length"), True),
        (Sample("Other/1", 0, "    return x\n"), True),
    ]
    found, solved, counted = harvest.distinct(judged, sums, "verbatim", 2)
    assert [one.draw for one in found] == [1, 3]
    assert solved == {"Sum/0", "Sum/1"}
    assert [one.task_id for one in harvest.solutions(sums, solved)] == ["Sum/2", "Sum/3"]
    assert counted == {
        "samples": 6, "passed": 5, "cut_off": 1, "tasks": 4, "solved": 2, "programs": 2,
    }  # fmt: skip
    assert len(harvest.distinct(judged, sums, "verbatim", None)[0]) == 3
    nothing = {"samples": 1, "passed": 0, "cut_off": 0, "tasks": 4, "solved": 0, "programs": 0}
    assert harvest.distinct(judged[:1], sums, "verbatim", 2) == ([], set(), nothing)


@pytest.mark.parametrize("text", ["(" * 100_000, "x = \0", "\ud800", "def f(:", "-" * 50_000 + "1"])
def test_hostile_completion_is_only_text_to_the_harvest(text: str) -> None:
    assert harvest.normal_form(text, is_code=True) == " ".join(text.split())


def test_lines_are_what_the_model_was_given_and_wrote() -> None:
    plain = {"prompt": "completion", "template": "Q: {prompt}"}
    assert harvest.line("p", "c", plain) == {"prompt": "Q: p", "completion": "c"}
    chat = {"prompt": "chat", "system_prompt": "s", "prefill": "So"}
    assert harvest.line("p", "So c", chat) == {
        "prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "p"}],
        "completion": [{"role": "assistant", "content": "So c"}],
    }


def test_task_that_the_model_is_measured_by_is_refused(sums: Benchmark, tmp_path: Path) -> None:
    renamed = [{**problem, "task_id": f"New/{i}"} for i, problem in enumerate(PROBLEMS)]
    renamed[2]["prompt"] = renamed[2]["prompt"].replace("def ", "def  ")  # blanks hide nothing
    path = tmp_path / "held.jsonl"
    write_text(path, json.dumps(renamed[2]) + "\n")
    with pytest.raises(UserError, match=r"Sum/2 would be learned from, and is task New/2"):
        harvest.refuse_leaks(sums, [path])


# The training.
TRAINING = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import finetune
manifest = json.loads(Path(sys.argv[2]).read_text())
for name, seed in (("one", 0), ("two", 0), ("three", 1)):
    entry = {"steps": 2, "batch": 4, "seed": seed}
    finetune.finetune(entry, manifest, Path(sys.argv[3]), Path(sys.argv[4], name))
"""


def manifest_of_demo() -> dict[str, Any]:
    folder = ROOT / "resources/demo/small"
    files = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    hashes = {name: sha256_of(folder / name) for name in sorted(files)}
    return {"path": str(folder), "files": hashes, "sha256": "0" * 64}


def write_data(path: Path, prompt: Any = "def solve(xs):\n") -> Path:
    lines = [{"prompt": prompt, "completion": f"    return {i}\n"} for i in range(6)]
    write_text(path, "".join(json.dumps(one) + "\n" for one in lines))
    return path


def test_training_again_gives_the_same_bytes(tmp_path: Path, torch_python: Path) -> None:
    data, manifest = write_data(tmp_path / "data.jsonl"), tmp_path / "manifest.json"
    write_text(manifest, json.dumps(manifest_of_demo()))
    subprocess.run(
        [torch_python, "-c", TRAINING, ROOT / "scripts", manifest, data, tmp_path], check=True
    )
    hashes = [sha256_of(tmp_path / name / "model.safetensors") for name in ("one", "two", "three")]
    assert hashes[0] == hashes[1] != hashes[2]
    assert hashes[0] != manifest_of_demo()["files"]["model.safetensors"]
    assert sha256_of(tmp_path / "one/training.json") == sha256_of(tmp_path / "two/training.json")
    assert not list(tmp_path.glob(".*.tmp"))


def test_finished_training_stays_until_something_that_decides_it_changes(tmp_path: Path) -> None:
    data, output = write_data(tmp_path / "data.jsonl"), tmp_path / "weights"
    runs = tmp_path / "runs"
    entry = {"command": f"echo >> {runs}; {COMMAND}", "gpus": 0}
    left = tmp_path / ".weights.x.tmp"  # of one that was killed
    left.mkdir()

    def train(**changed: Any) -> int:
        finetune.finetune({**entry, **changed}, manifest_of_demo(), data, output)
        return len(runs.read_text().splitlines())

    assert [train(), train(), train(gpus=2)] == [1, 1, 1]
    assert not left.exists()
    assert train(seed=1) == 2
    (output / "model.safetensors").write_bytes(b"cut short")
    assert train(seed=1) == 3
    write_data(data, "another")
    assert train(seed=1) == 4


@pytest.mark.parametrize(
    ("command", "said"),
    [("exit 3 # {data} {output}", "ended with 3"), ("touch {output}/config.json", "safetensors")],
)
def test_command_that_makes_no_model_is_a_sentence_and_leaves_nothing(
    command: str, said: str, tmp_path: Path
) -> None:
    data = write_data(tmp_path / "data.jsonl")
    with pytest.raises(UserError, match=said):
        finetune.finetune({"command": command}, manifest_of_demo(), data, tmp_path / "weights")
    assert [path.name for path in tmp_path.iterdir()] == ["data.jsonl"]


# The config and the workflow.
def config_of_learning(**learned: Any) -> dict[str, Any]:
    """The small experiment, and a model that learned from the samples of its rival."""
    config = small_config(["pass_at_k"])
    config["models"]["base"] = {
        "label": "Base",
        "weights": {"engine": "transformers", "path": "resources/demo/small"},
    }
    config["models"]["learnt"] = {
        "label": "Learnt",
        "weights": {"engine": "vllm", "learned": "one"},
        "gpus_per_replica": 2,
    }
    config["learning"] = {
        "one": {
            "base": "base",
            "experiment": "rival",
            "finetune": {"command": COMMAND, "gpus": 4},
            **learned,
        }
    }
    held = {"path": "held.jsonl"}
    config["benchmarks"]["held"] = held
    config["experiments"]["learned"] = {
        **{k: v for k, v in config["experiments"]["rival"].items() if k != "baseline"},
        "model": "learnt",
        "benchmark": "held",
    }
    return config


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"base": "x"}, "learning.one.base: unknown model 'x'"),
        ({"experiment": "x"}, "learning.one.experiment: unknown experiment 'x'"),
        ({"base": "small"}, "must be a model whose weights are files"),
        ({"experiment": "learned"}, "in a circle"),
        ({"source": "solutions", "per_task": 2}, "per_task is for samples"),
        ({"source": "unsolved", "per_task": 2}, "per_task is for samples"),
        ({"finetune": {"steps": 2, "gpus": 1}}, "gpus is not for steps"),
        ({"finetune": {"command": "train {data}"}}, r"must have {output} in it"),
        ({"finetune": {"command": COMMAND, "steps": 2}}, "needs steps, or command"),
    ],
)
def test_what_is_wrong_with_learning_is_one_sentence(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        check(config_of_learning(**changed))


def test_solutions_of_a_benchmark_are_no_answers_of_a_chat() -> None:
    for source in ("solutions", "unsolved"):
        config = config_of_learning(source=source)
        check(config)
        for entry in config["sampling"].values():
            entry["prompt"] = "chat"
        with pytest.raises(UserError, match=f"learning.one.source: .{source}. are programs, and"):
            check(config)


def test_learned_weights_that_are_not_there_are_refused() -> None:
    config = config_of_learning()
    config["models"]["learnt"]["weights"]["learned"] = "on"
    with pytest.raises(UserError, match=r"learned: unknown learning 'on'; did you mean one\?"):
        check(config)


def prepared(folder: Path, config: dict[str, Any]) -> Any:
    workflow = copy_workflow(folder)
    write_text(folder / "problems.jsonl", "".join(json.dumps(one) + "\n" for one in PROBLEMS))
    other = {**PROBLEMS[0], "task_id": "Held/0", "prompt": "def add9(x):\n", "entry_point": "add9"}
    write_text(folder / "held.jsonl", json.dumps(other) + "\n")
    passing = {0: 12, 1: 3, 2: 1, 3: 0}
    for name in ("small", "large"):
        write_text(folder / f"{name}.jsonl", recorded_lines(passing))
    workflow.write_config(config)
    return workflow


def test_vllm_model_with_a_command_is_planned_for_gpus(tmp_path: Path) -> None:
    workflow = prepared(tmp_path, config_of_learning())
    output = workflow.snakemake("-n", "learned").stdout
    jobs = dict(re.findall(r"^([a-z_]+) +(\d+)$", output, re.MULTILINE))
    wanted = {"harvest": "1", "finetune": "1", "download_model": "3", "sample": "4", "execute": "4"}
    assert wanted.items() <= jobs.items()
    (training,) = re.findall(r"rule finetune:\n(?:    .*\n)+", output)
    assert "gpu=4" in training and "results/base/manifest.json" in training


def test_what_measures_a_model_or_one_trained_from_it_is_held_out(tmp_path: Path) -> None:
    """Also where it is the benchmark that is learned from."""
    config = config_of_learning()
    config["models"]["grown"] = {
        **config["models"]["learnt"],
        "weights": {"engine": "vllm", "learned": "two"},
    }
    config["learning"]["two"] = {**config["learning"]["one"], "base": "learnt"}
    learned = config["experiments"]["learned"]
    (pool,) = {config["experiments"]["rival"]["benchmark"]}
    config["experiments"]["again"] = {**learned, "benchmark": pool}
    config["experiments"]["further"] = {**learned, "model": "grown"}
    workflow = prepared(tmp_path, config)
    for model, held in (
        ("learnt", {f"learnt/{pool}", "learnt/held", "grown/held"}),
        ("grown", {"grown/held"}),
    ):
        output = workflow.snakemake("-n", "-p", f"results/{model}/harvest.jsonl").stdout
        (command,) = re.findall(rf"scripts/harvest.py .*{model}/harvest.jsonl", output)
        (named,) = re.findall(r"--held-out (.*?) --samples", command)
        assert set(named.split()) == {f"results/{one}/problems.jsonl" for one in held}


@pytest.mark.slow  # five runs of the workflow
def test_harvest_and_command_make_a_model_like_any_other(
    tmp_path: Path, torch_python: Path
) -> None:
    config = config_of_learning(per_task=1)
    config["models"]["learnt"]["weights"]["engine"] = "transformers"
    del config["models"]["learnt"]["gpus_per_replica"]
    config["learning"]["one"]["finetune"]["gpus"] = 0
    config["sampling"]["fifty"] = {**config["sampling"]["plain"], "shard_size": 50}
    config["experiments"]["learned"] |= {"sampling": "fifty", "n_samples": 50}
    workflow = prepared(tmp_path, config)
    manifest = "results/learnt/manifest.json"

    workflow.snakemake(manifest)

    lines = (tmp_path / "results/learnt/harvest.jsonl").read_text().splitlines()
    assert [json.loads(one)["completion"] for one in lines] == [
        problem["canonical_solution"] for problem in PROBLEMS[:3]
    ]
    found = json.loads((tmp_path / "results/learnt/harvest.meta.json").read_text())
    assert (found["solved"], found["passed"], found["samples"]) == (3, 8, 16)
    assert len(found["samples_sha256"]) == len(found["verdicts_sha256"]) == 2
    assert list(found["held_out_sha256"]) == ["results/learnt/held/problems.jsonl"]
    made = json.loads((tmp_path / manifest).read_text())
    assert made["path"] == "results/learnt/weights"
    assert made["source"]["data_sha256"] == found["sha256"]
    assert (
        made["source"]["base"]["sha256"]
        == json.loads((tmp_path / "results/base/manifest.json").read_text())["sha256"]
    )
    assert "Nothing to be done" in workflow.snakemake(manifest).stdout

    # The manifest is lost: no training again. A task leaks: nothing is learned from it.
    before = (tmp_path / "results/learnt/weights/training.json").read_bytes()
    (tmp_path / manifest).unlink()
    workflow.snakemake(manifest, "--forcerun", "finetune")
    assert "finished, and stays" in (tmp_path / "logs/finetune/learnt.log").read_text()
    assert (tmp_path / "results/learnt/weights/training.json").read_bytes() == before
    shutil.copy(tmp_path / "problems.jsonl", tmp_path / "held.jsonl")
    failed = workflow.snakemake(manifest, check=False)
    assert failed.returncode and "by which the model is measured" in failed.stdout


def test_shipped_arms_learn_from_no_benchmark_that_measures_them() -> None:
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    pools = {
        config["experiments"][entry["experiment"]]["benchmark"]
        for entry in config["learning"].values()
    }
    assert all("generators" in config["benchmarks"][name] for name in pools)
    steps = {json.dumps(entry["finetune"]) for entry in config["learning"].values()}
    assert len(steps) == 1  # equal training
