"""What is added to a finished experiment runs; what was finished stays. The table of
docs/your-own.md: other lines of it are in test_workflow.py and, for a suite, in test_plus.py."""

from __future__ import annotations

from collections import Counter

import pytest
from conftest import Workflow

PREPARED = ("download_model", "problem_file", "environment")


@pytest.mark.parametrize("factor", [10, 100])
def test_ten_and_a_hundred_times_the_samples_add_shards_and_repeat_none(
    factor: int, workflow: Workflow
) -> None:
    config = workflow.config()
    config["experiments"]["paper"]["n_samples"] *= factor
    workflow.write_config(config)
    plan = workflow.planned()
    added = (6 * factor - 6) // 2
    assert [plan[stage] for stage in ("sample", "execute", "observe")] == [added] * 3
    assert plan["estimate"] == 1
    assert not set(PREPARED) & set(plan)


def test_new_model_runs_alone_until_it_is_compared(workflow: Workflow) -> None:
    config = workflow.config()
    config["models"]["new"] = config["models"]["large"] | {"label": "New"}
    config["experiments"]["newcomer"] = config["experiments"]["rival"] | {"model": "new"}
    workflow.write_config(config)
    assert workflow.planned() == Counter()
    config["experiments"]["paper"]["compare_with"] = ["newcomer"]
    workflow.write_config(config)
    plan = workflow.planned()
    # Its own four draws in two shards; the finished models' tables stay.
    assert [plan[stage] for stage in ("sample", "execute", "observe")] == [2] * 3
    assert [plan[stage] for stage in ("estimate", "cost", *PREPARED)] == [1] * 5
    assert plan["comparison"] == plan["report_page"] == 1
    assert not {"plot_pass_at_k", "print_pass_at_k", "hardest_tasks"} & set(plan)


def test_plot_script_draws_its_own_figure_only(workflow: Workflow) -> None:
    script = workflow.folder / "scripts/passk/analyses/heat_map/figure.py"
    script.write_text(script.read_text() + "# a comment\n")
    plan = workflow.planned()
    del plan["all"]
    assert plan == Counter({"plot_heat_map": 1, "report_page": 1})
