"""An analysis is one folder and one name: a throw-away copy gets one, and its page shows it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import ROOT, small_config

TABLE = '''"""How many draws were made."""

from dataclasses import dataclass
from typing import get_type_hints

from passk.analyses.given import Given


@dataclass(frozen=True)
class Row:
    model: str
    draws: int


COLUMNS = get_type_hints(Row)


def table(given: Given) -> list[Row]:
    return [Row(model.label, int(model.n.sum())) for model in given.counts]
'''
PAGE = '''"""What the report page says of this analysis."""

from passk.analyses.view import of_columns

TITLE = "Effort"
QUESTION = "How much was drawn?"


def paragraph(table):
    return f"{table.draws.sum()} draws in all."


def view(table, curves):
    return of_columns(table, [("Draws of each", True, lambda row: f"{row.draws:,}")])
'''


def run(folder: Path, script: str, *arguments: object) -> None:
    command = [sys.executable, f"scripts/{script}", *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def finished_small_run(folder: Path) -> dict[str, object]:
    """The counts and records of the small experiments, made up; the config that they are of."""
    config = small_config()
    config["experiments"]["paper"]["analyses"] = ["effort"]
    for model, n in (("small", 6), ("large", 4)):
        home = folder / "results" / model / "sums/plain"
        for kind in ("samples", "verdicts/base-verbatim"):
            (home / kind).mkdir(parents=True)
            for first in range(0, n, 2):
                record = {"tasks": 4, "outcomes": {"passed": 4, "failed": 4}}
                name = f"{first:05d}-{first + 1:05d}.meta.json"
                (home / kind / name).write_text(json.dumps(record))
        (home / "base-verbatim").mkdir()
        counts = "".join(f"Sum/{task},{n},{min(task, n)}\n" for task in range(4))
        (home / "base-verbatim/counts.csv").write_text("task_id,n,c\n" + counts)
        run(
            folder, "estimate.py", "--counts-in", home / "base-verbatim/counts.csv", "--k-values",
            1, 2, 4, "--pass-at-k", home / "base-verbatim/pass_at_k.csv",
        )  # fmt: skip
    return config


def test_one_folder_and_one_name_make_a_table_and_a_section_of_the_page(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=ignored)
    analyses = tmp_path / "scripts/passk/analyses"
    declared = (analyses / "__init__.py").read_text()
    added = declared.replace('    "heat_map":', '    "effort": ("counts",),\n    "heat_map":')
    assert added != declared
    (analyses / "__init__.py").write_text(added)
    (analyses / "effort").mkdir()
    (analyses / "effort/table.py").write_text(TABLE)
    (analyses / "effort/page.py").write_text(PAGE)

    config = finished_small_run(tmp_path)
    figures = tmp_path / "figures/paper"
    (figures / "base-verbatim").mkdir(parents=True)
    cost = "model,step,judgement,draws,samples,completion_tokens,flops,gpu_seconds,core_seconds,usd"
    (figures / "cost.csv").write_text(f"{cost}\nModel small,sample,,all,24,9,nan,nan,1,nan\n")
    counts = [f"results/{name}/sums/plain/base-verbatim/counts.csv" for name in ("small", "large")]
    run(
        tmp_path, "analyse.py", "effort", "--counts", *counts, "--labels", "Model small",
        "Model large", "--output", figures / "base-verbatim/effort.csv",
    )  # fmt: skip
    text = (figures / "base-verbatim/effort.csv").read_text()
    assert text == "model,draws\nModel small,24\nModel large,16\n"
    run(
        tmp_path, "report_page.py", "--config", json.dumps(config), "--experiment", "paper",
        "--results", "results", "--output", figures / "report.html",
    )  # fmt: skip
    html = (figures / "report.html").read_text()
    assert '<article id="base-verbatim.effort"' in html
    for words in (
        "Effort",
        "How much was drawn?",
        "40 draws in all.",
        "Draws of each",
        "effort.csv",
    ):
        assert words in html
