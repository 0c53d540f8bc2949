"""The page of an experiment: its numbers are the tables', its text is escaped, it stands alone.

tests/test_page.py opens it in a browser: make test-browser.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from conftest import ROOT, Workflow
from markupsafe import escape

from passk.experiment import Experiment
from passk.page.facts import _told, _truncated
from passk.page.pictures import alternative, compact, html_of
from passk.page.render import typeset
from passk.records import UserError

PAGE = Path("figures/paper/report.html")


class Outline(HTMLParser):
    """The text that is read, the tags, and every attribute's value by its name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.found: dict[str, list[str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.found.setdefault(name, []).append(value or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        plain = " ".join(" ".join(self.words).split())
        return plain.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open() as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def outline(finished: Workflow) -> Outline:
    return Outline((finished.folder / PAGE).read_text())


@pytest.fixture
def settings(finished: Workflow) -> dict[str, Any]:
    """The part of the config that the page is made from."""
    return Experiment("paper", finished.config()).described()


@pytest.fixture
def folder(finished: Workflow, tmp_path: Path) -> Path:
    """A copy of the finished tables, figures and records, to be changed."""
    for name in ("figures", "results"):
        shutil.copytree(finished.folder / name, tmp_path / name)
    return tmp_path


def write_page(
    folder: Path, settings: dict[str, Any], package: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable, package / "scripts/report_page.py", "--config", json.dumps(settings),
        "--experiment", "paper", "--results", "results", "--output", PAGE,
    ]  # fmt: skip
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def read_twice(folder: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Have a second reading of the samples, which came to the same; the settings that say so."""
    for place in [*folder.glob("**/base-verbatim")]:
        shutil.copytree(place, place.with_name("base-markdown"))
    settings = json.loads(json.dumps(settings))
    settings["experiments"]["paper"]["answers"] = ["verbatim", "markdown"]
    return settings


def test_the_claim_has_the_numbers_of_the_tables(finished: Workflow, outline: Outline) -> None:
    (folder,) = finished.folder.glob("results/small/*/*/base-verbatim")
    by_k = {row["k"]: row for row in rows(folder / "pass_at_k.csv")}
    told = {
        name: f"{100 * float(by_k[k][name]):.1f}"
        for k in ("4",)
        for name in ("pass_at_k", "tasks_low", "tasks_high")
    }
    assert (
        f"Model small passes {told['pass_at_k']} % of 4 tasks within 4 samples (95 % interval "
        f"over tasks {told['tasks_low']} to {told['tasks_high']})" in outline.text
    )
    (rival,) = finished.folder.glob("results/large/*/*/base-verbatim/pass_at_k.csv")
    line = float(rows(rival)[0]["pass_at_k"])
    assert f"{100 * line:.1f} % of Model large at one sample" in outline.text


def test_every_table_that_was_made_has_its_section_and_its_link(
    finished: Workflow, outline: Outline
) -> None:
    made = {path.stem for path in (finished.folder / "figures/paper/base-verbatim").glob("*.csv")}
    assert {"pass_at_k", "reliability", "heat_map", "hardest_tasks"} <= made
    places = {name.partition(".")[2] for name in outline.found["id"] if "." in name}
    assert places == made
    links = {link for link in outline.found["href"] if link.endswith(".csv")}
    assert {f"base-verbatim/{name}.csv" for name in made} <= links
    assert all((finished.folder / PAGE.parent / link).exists() for link in links)


def test_every_anchor_leads_somewhere(outline: Outline) -> None:
    anchors = {link[1:] for link in outline.found["href"] if link.startswith("#")}
    assert anchors and anchors <= set(outline.found["id"])
    assert len(outline.found["id"]) == len(set(outline.found["id"]))


def test_nothing_is_loaded_and_nothing_runs(finished: Workflow, outline: Outline) -> None:
    assert "script" not in outline.tags
    assert all(source.startswith("data:image/") for source in outline.found["src"])
    assert not any(name.startswith("on") for name in outline.found)
    outside = [link for link in outline.found["href"] if re.match(r"\w+:", link)]
    assert {link.partition(":")[0] for link in outside} <= {"https", "data"}
    html = (finished.folder / PAGE).read_text()
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style and "@import" not in style


def test_figures_are_the_files_drawings_and_say_what_they_show(
    finished: Workflow, outline: Outline
) -> None:
    drawn = [unquote(uri).partition(",")[2] for uri in outline.found["src"]]
    svg = (finished.folder / "figures/paper/base-verbatim/pass_at_k.svg").read_text()
    size = re.search(r'viewBox="[^"]*"', svg)
    assert size and size[0] in drawn[0]
    assert len(outline.found["alt"]) == len(drawn) and all(outline.found["alt"])
    assert outline.found["alt"][0].startswith("Model small passes ")
    assert "samples. pass@k: the probability that at least one" in outline.found["alt"][0]
    assert all(drawing.startswith("data:image/svg") for drawing in outline.found["srcset"])
    places = [place for place in outline.found["id"] if place.endswith((".scaling_laws",))]
    assert len(outline.found["srcset"]) >= len(places) == 1


def test_a_figure_that_would_show_nothing_is_left_out_and_it_says_why(
    finished: Workflow, outline: Outline
) -> None:
    """Of recorded samples nothing tells what they took."""
    assert (finished.folder / PAGE).with_name("base-verbatim").joinpath("compute.png").exists()
    assert "What a sample takes is known of no model, neither computation nor" in outline.text
    html = (finished.folder / PAGE).read_text()
    article = html.partition('id="base-verbatim.compute"')[2].partition("</article>")[0]
    assert article and "<img" not in article and "<figcaption" not in article
    assert "<table" not in article  # with a dash in each cell


def test_what_is_not_known_of_recorded_samples_is_not_said(outline: Outline) -> None:
    assert "Longest completion" in outline.text
    assert "Cut off at the limit" not in outline.text


def test_cut_off_samples_are_counted_where_their_number_is_known() -> None:
    record = {"tasks": 10, "draws": [0, 9], "truncated": 0}
    assert _truncated([record], recorded=False) == ["0 of 100 completions (0 %)"]
    assert _truncated([record], recorded=True) == []
    assert _truncated([record | {"truncated": 5}], True) == ["5 of 100 completions (5 %)"]
    assert _truncated([record | {"truncated": None}], False) == []


def test_sentences_hold_labels_with_commas(folder: Path, settings: dict[str, Any]) -> None:
    for name, label in (("small", "Small, 1 M"), ("large", "Large, 2 M")):
        settings["models"][name]["label"] = label
    assert write_page(folder, settings).returncode == 0
    text = Outline((folder / PAGE).read_text()).text
    assert "Small, 1 M: sampled 6 times" in text
    assert "Small, 1 M and Large, 2 M on the benchmark" in text


def test_provenance_is_what_the_records_say(finished: Workflow, outline: Outline) -> None:
    (record,) = finished.folder.glob(
        "results/small/*/*/verdicts/base-verbatim/00000-00001.meta.json"
    )
    verdicts = json.loads(record.read_text())
    assert verdicts["samples"]["model_sha256"] in outline.text
    assert verdicts["benchmark_sha256"] in outline.text
    assert ", ".join(verdicts["sandbox"]["layers"]) in outline.text
    assert "3 of 2 draws of every task" in outline.text
    assert not re.search(r"\b20[2-9]\d-\d\d-\d\d\b", outline.text), "a date"


def test_same_files_same_bytes(finished: Workflow, folder: Path, settings: dict[str, Any]) -> None:
    (folder / PAGE).unlink()
    # By the workflow's own copy: this one has a commit, which the page names.
    assert write_page(folder, settings, finished.folder).returncode == 0
    assert (folder / PAGE).read_bytes() == (finished.folder / PAGE).read_bytes()


def test_what_a_model_wrote_and_what_a_user_named_is_text(
    folder: Path, settings: dict[str, Any]
) -> None:
    hostile = "</code></pre><img src=x onerror=alert(1)>'&{{ 7*7 }}"
    table = folder / "figures/paper/base-verbatim/hardest_tasks.csv"
    assert "return -" in table.read_text()
    table.write_text(table.read_text().replace("return -", f"# {hostile}"))
    for model in settings["models"].values():
        model["label"] = hostile
    done = write_page(folder, settings)
    assert done.returncode == 0, done.stderr
    html = (folder / PAGE).read_text()
    assert "<img src=x" not in html
    assert html.count(str(escape(hostile))) > 5
    found = Outline(html)
    assert f"# {hostile}" in found.text
    assert "onerror" not in found.found


def test_two_readings_of_the_same_samples_have_a_part_each(
    folder: Path, settings: dict[str, Any]
) -> None:
    done = write_page(folder, read_twice(folder, settings))
    assert done.returncode == 0, done.stderr
    outline = Outline((folder / PAGE).read_text())
    assert {"base-verbatim", "base-markdown"} <= set(outline.found["id"])
    assert "base-markdown.reliability" in outline.found["id"]
    assert re.search(
        r"pass@4 is ([\d.]+) % read as verbatim and \1 % read as markdown", outline.text
    )


def test_missing_record_is_one_sentence(folder: Path, settings: dict[str, Any]) -> None:
    (record,) = folder.glob("results/small/*/*/samples/00002-00003.meta.json")
    record.unlink()
    done = write_page(folder, settings)
    assert done.returncode == 2
    assert "00002-00003.meta.json is missing" in done.stderr and done.stderr.count("\n") == 1


def test_smaller_drawing_keeps_everything_but_digits() -> None:
    svg = (
        '<?xml version="1.0"?>\n<!DOCTYPE svg>\n<svg><metadata>x</metadata>\n<!-- note -->\n'
        '<path d="M 1.23456 -7.000001 \nL 3 4" transform="scale(0.015625)"/>\n</svg>'
    )
    assert compact(svg) == '<svg> <path d="M 1.23 -7.00 L 3 4" transform="scale(0.015625)"/> </svg>'


def test_caption_is_marked_up_and_cannot_include_files() -> None:
    assert html_of("Under ``results/``: *all*.") == (
        '<p>Under <span class="docutils literal">results/</span>: <em>all</em>.</p>'
    )
    with pytest.raises(UserError, match="no reStructuredText"):
        html_of(".. include:: /etc/passwd\n")
    with pytest.raises(UserError, match="no reStructuredText"):
        html_of(".. raw:: html\n\n   <script>1</script>\n")


def test_alternative_text_is_the_first_sentences() -> None:
    caption = html_of("One two. " + "Three four five. " * 30)
    assert alternative(caption, 40) == "One two. Three four five."


def test_shards_that_differ_are_all_told() -> None:
    assert _told(["a", "a"]) == ["a"]
    assert _told(["", ""]) == []
    assert _told(["H100", "A100", "H100", ""]) == [
        "H100 (2 of 4 shards)",
        "not recorded (1 of 4 shards)",
        "A100 (1 of 4 shards)",
    ]


def test_numbers_stay_with_their_units() -> None:
    assert typeset("12.0 % at k = 74, -3 to -1.5 (x-1, 0-1)") == (
        "12.0\xa0% at k\xa0=\xa074, \u22123 to \u22121.5 (x-1, 0-1)"
    )
    assert typeset("from k to K = 100") == "from k to K\xa0=\xa0100"
