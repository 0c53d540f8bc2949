"""A run of many models and draws, as dry runs plan it."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest
from conftest import Workflow, ask_only, copy_workflow


def large_config(config: dict[str, Any], models: int, n_samples: int, size: int) -> dict[str, Any]:
    """The paper's experiment for several models on both suites, all compared with the first."""
    model, paper = config["models"]["llama-3.1-8b-instruct"], config["experiments"]["paper"]
    names = [f"llama-3.1-8b-instruct-{number}" for number in range(models)]
    labels = ["paper", *(f"paper-{number}" for number in range(1, models))]
    asked = {"n_samples": n_samples, "k_values": [1, n_samples], "suites": ["base", "plus"]}
    asked |= {"answers": ["verbatim"]}
    config = deepcopy(config)
    config["models"] = {name: deepcopy(model) | {"label": name} for name in names}
    config["sampling"]["published"]["shard_size"] = size
    experiments = {
        label: deepcopy(paper) | {"model": name} | asked
        for label, name in zip(labels, names, strict=True)
    }
    ask_only(config, experiments)
    config["experiments"]["paper"]["compare_with"] = labels[1:]
    return config


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workflow, list[str]]:
    """Two models at n = 10,000 in shards of 200, and the names of their experiments."""
    workflow = copy_workflow(tmp_path_factory.mktemp("large"))
    workflow.write_config(large_config(workflow.config(), models=2, n_samples=10_000, size=200))
    return workflow, ["paper", "paper-1"]


def test_no_command_is_longer_than_linux_takes(large: tuple[Workflow, list[str]]) -> None:
    """A rule's command is one argument of bash's."""
    workflow, targets = large
    output = workflow.snakemake("-n", "-p", *targets).stdout
    commands = re.findall(r"python scripts/.*", output)
    assert len(commands) > 300
    # Five models of twice as many shards make ten times as long a list.
    assert max(map(len, commands)) < 2**17 / 10
