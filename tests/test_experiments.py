"""The list of experiments: what each asks, how far it is, what is still to come."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from conftest import ROOT, small_config

from experiments import HEADER, listing
from passk.experiment import Experiment

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())


def cells(line: str) -> list[str]:
    return [cell for cell in line.split("  ") if cell]


def test_every_experiment_has_a_line_with_what_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    header, *lines = listing(CONFIG).splitlines()[: len(CONFIG["experiments"]) + 1]
    assert [cell.strip() for cell in cells(header)] == list(HEADER)
    assert [line.split()[0] for line in lines] == list(CONFIG["experiments"])
    paper = lines[0]
    assert "humaneval" in paper
    assert "24.6 M tokens, 1.71 GPU-hours, $2.20" in paper


def test_shards_that_are_there_are_counted_and_a_page_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = small_config()
    experiment = Experiment("paper", config)
    for file in [*experiment.samples()[:2], experiment.figures / "report.html"]:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    paper, rival, reason, missing = listing(config).splitlines()[1:]
    assert "2/3" in paper
    assert "0/3" in paper
    assert paper.endswith("figures/paper/report.html")
    assert rival.endswith("-")
    assert missing.startswith("paper: 4 of the shards behind its page are missing; ")
    assert "snakemake --cores all results/small/sums/plain/samples/00004-00005.jsonl.gz " in missing
    assert missing.endswith("/base-verbatim/{00000-00001,00002-00003,00004-00005}.jsonl.gz")
    # Told once for both, beside the table, and no end to the list.
    assert reason.startswith("paper, rival: ")
    assert "problems.jsonl does not exist" in reason
    assert "not known: see below" in paper
    assert max(len(paper), len(rival)) < 150
