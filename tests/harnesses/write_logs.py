"""Write the logs of this folder anew: by the harnesses' own packages, on models that only pretend.

    resources/envs/harnesses/bin/python tests/harnesses/write_logs.py FOLDER

Four questions, tried in two draws; which draw of which question is right stands in RIGHT.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}

MODEL = "mock-7b"
RIGHT = {0: (True, True), 1: (True, False), 2: (False, True), 3: (False, False)}
LM_EVAL_TASK = """
task: sums
dataset_path: json
dataset_kwargs: {{data_files: {{test: data.jsonl}}}}
test_split: test
output_type: generate_until
doc_to_text: "{{{{question}}}}"
doc_to_target: "{{{{answer}}}}"
generation_kwargs: {{until: ["."]}}
repeats: {repeats}
metric_list: [{{metric: exact_match, aggregation: mean, higher_is_better: true}}]
filter_list:
  - name: number
    filter: [{{function: regex, regex_pattern: "(\\\\d+)"}}, {{function: take_first}}]
  - name: none
    filter: [{{function: take_first}}]
"""


def answer(question: int, draw: int) -> str:
    return str(2 * question + (not RIGHT[question][draw]))


def write_inspect(folder: Path) -> None:
    """One log of two epochs; the scorer ``half`` gives half a point for what is right."""
    from inspect_ai import Task, eval
    from inspect_ai.dataset import Sample
    from inspect_ai.model import ModelOutput, ModelUsage, get_model
    from inspect_ai.scorer import Score, accuracy, match, scorer
    from inspect_ai.solver import generate

    @scorer(metrics=[accuracy()])
    def half():
        async def score(state, target):
            return Score(value=0.5 if state.output.completion == target.text else 0)

        return score

    def output(text: str) -> ModelOutput:
        made = ModelOutput.from_content(f"mockllm/{MODEL}", text)
        made.usage = ModelUsage()  # else it would fetch a tokenizer
        return made

    samples = [Sample(id=f"sum/{q}", input=f"{q}+{q}?", target=str(2 * q)) for q in RIGHT]
    outputs = [output(answer(question, draw)) for draw in (0, 1) for question in RIGHT]
    task = Task(samples, solver=generate(), scorer=[match(), half()], epochs=2, name="sums")
    model = get_model(f"mockllm/{MODEL}", custom_outputs=outputs)
    how = {"display": "none", "max_samples": 1, "max_connections": 1}
    (log,) = eval(task, model=model, log_dir=str(folder), log_format="eval", **how)
    Path(log.location).rename(folder / "inspect.eval")


def write_lm_eval(folder: Path) -> None:
    """Two runs of one draw each, and one that asks three times and scores the answers together."""
    import lm_eval
    from lm_eval.api.model import LM
    from lm_eval.api.registry import register_model
    from lm_eval.loggers import EvaluationTracker
    from lm_eval.tasks import TaskManager

    draw = 0

    @register_model("mock")
    class Mock(LM):
        @classmethod
        def create_from_arg_string(cls, arg_string, additional_config=None):
            return cls()

        def generate_until(self, requests, disable_tqdm=False):
            questions = [int(request.args[0].split("+")[0]) for request in requests]
            return [f"It is {answer(question, draw)}" for question in questions]

        def loglikelihood(self, requests, disable_tqdm=False):
            raise NotImplementedError

        def loglikelihood_rolling(self, requests, disable_tqdm=False):
            raise NotImplementedError

    data = folder / "data.jsonl"
    questions = [{"question": f"{q}+{q}?", "answer": str(2 * q)} for q in RIGHT]
    data.write_text("".join(json.dumps(question) + "\n" for question in questions))
    for name, repeats in (("run-0", 1), ("run-1", 1), ("repeats", 3)):
        draw = int(name == "run-1")
        (folder / "sums.yaml").write_text(LM_EVAL_TASK.format(repeats=repeats))
        tracker = EvaluationTracker(output_path=str(folder / name))
        results = lm_eval.simple_evaluate(
            model="mock",
            model_args=f"pretrained={MODEL}",
            tasks=["sums"],
            task_manager=TaskManager(include_path=str(folder)),
            log_samples=True,
            evaluation_tracker=tracker,
            bootstrap_iters=0,
        )
        samples = results.pop("samples")
        tracker.save_results_aggregated(results, samples)
        tracker.save_results_samples("sums", samples["sums"])
        for file in (folder / name / MODEL).iterdir():
            file.rename(folder / name / file.name)
        (folder / name / MODEL).rmdir()
    for file in (data, folder / "sums.yaml"):
        file.unlink()


def write_swebench(folder: Path) -> None:
    """A report a run. Question 3 fails by an empty patch first, then by an error."""
    from swebench.harness import reporting

    names = [f"sum__sum-{question}" for question in RIGHT]
    for draw in (0, 1):
        predictions = {
            name: {
                "instance_id": name,
                "model_name_or_path": MODEL,
                "model_patch": "" if (number, draw) == (3, 0) else "diff",
            }
            for number, name in enumerate(names)
        }
        for number, name in enumerate(names[:3]):
            report = Path("logs/run_evaluation", f"run-{draw}", MODEL, name, "report.json")
            report.parent.mkdir(parents=True)
            report.write_text(json.dumps({name: {"resolved": RIGHT[number][draw]}}))
        dataset = [{"instance_id": name} for name in [*names, "sum__sum-never-tried"]]
        reporting.make_run_report(predictions, dataset, f"run-{draw}")
    shutil.rmtree("logs")


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    for write in (write_swebench, write_inspect, write_lm_eval):
        target = folder / write.__name__.removeprefix("write_")
        target.mkdir(parents=True)
        os.chdir(target)
        write(target)


if __name__ == "__main__":
    main()
