"""Every figure from its table: the same bytes, any table, nothing on top of anything else."""

import ast
import math
import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from matplotlib.text import Text
from PIL import Image

import plot
from passk import curve
from passk.analyses import ANALYSES, WIDE
from passk.analyses.fail_at_k import figure as fail_at_k
from passk.analyses.fail_at_k import table as fail_at_k_table
from passk.analyses.pass_at_k import figure as pass_at_k
from passk.analyses.pass_at_k.table import COLUMNS
from passk.analyses.success_rates import figure as success_rates
from passk.counts import TaskCount
from passk.curve import Point, from_table
from passk.estimation import estimate_curve
from passk.figures import style
from passk.figures.style import free_slot
from passk.page.pictures import picture
from passk.records import UserError
from passk.statistics.intervals import wilson
from passk.tables import read_table

TABLES = ROOT / "tests/tables"  # of the demo, thinned; reproduction's of a few made-up counts
CURVES = {"pass_at_k": pass_at_k, "fail_at_k": fail_at_k}
CAPTION = ROOT / "scripts/passk/analyses/pass_at_k/caption.rst"
GPT = Point(1, 0.902, 0.847, 0.939)


def counts_of(rates, n, seed=0):
    passed = np.random.default_rng(seed).binomial(n, rates)
    return [TaskCount(f"T/{i}", n, int(c)) for i, c in enumerate(passed)]


def typical(n=200):
    return counts_of(np.random.default_rng(1).beta(0.4, 0.6, 60), n)


EXTREMES = {
    "typical": typical(),
    "no draw passes": counts_of(np.zeros(5), 20),
    "every draw passes": counts_of(np.ones(5), 20),
    "one draw a task": counts_of(np.full(9, 0.5), 1),
    "one task": counts_of(np.array([0.3]), 3),
    "two draws": counts_of(np.full(9, 0.5), 2),
    "nearly all solved": counts_of(np.full(164, 0.97), 100),
    "ten thousand draws": counts_of(np.random.default_rng(2).beta(0.2, 2, 20), 10_000),
}


def curve_table(counts, *, model="Some model", beat=None, rival="Other model", published=()):
    """What is drawn of a curve: its points, those to mark, the line to beat, what others say."""
    smallest = min(count.n for count in counts)
    ks = [k for k in (1, 10, 100, 1000, 10_000) if k <= smallest]
    points = estimate_curve(counts, ks)
    rows = [(model, point) for point in points]
    rows += [("marked", point) for point in points if point.k in ks]
    if beat:
        rows.append((rival, beat))
        k = curve.crossing(points, beat.pass_at_k)
        rows += [] if k is None else [("crossing", Point(k, beat.pass_at_k))]
    rows += [("published", point) for point in published]
    cells = [(name, *(getattr(point, c) for c in curve.COLUMNS)) for name, point in rows]
    return pd.DataFrame(cells, columns=[*COLUMNS])


def fail_table(counts, beat):
    """:func:`curve_table` with laws beside the curve."""
    table = curve_table(counts, beat=beat)
    law = np.exp(-2 * table.k.to_numpy() ** -0.4)
    own = table.series == "Some model"
    return table.assign(**{name: np.where(own, law, math.nan) for name in fail_at_k_table.LAWS})


FIGURE_TABLES = {"pass_at_k": curve_table, "fail_at_k": fail_table}


def rates_table(counts):
    ordered = sorted(counts, key=lambda count: -count.c / count.n)
    rows = [
        (rank, one.task_id, one.n, one.c, one.c / one.n, *map(float, wilson(one.c / one.n, one.n)))
        for rank, one in enumerate(ordered, start=1)
    ]
    return pd.DataFrame(rows, columns=["rank", "task_id", "n", "c", "rate", "low", "high"])


def table_of(name):
    columns = plot.import_module(f"passk.analyses.{name}.table").COLUMNS
    return read_table(TABLES / f"{name}.csv", columns)


def drawn(name, table):
    with style.look():
        figure = plot.import_module(f"passk.analyses.{name}.figure").draw(table, "Some model")
        figure.draw_without_rendering()
    return figure


def texts(figure):
    """The words of a figure that says why there is nothing to draw."""
    (axes,) = figure.axes
    return [text.get_text() for text in axes.texts]


def files(stem: Path) -> dict[str, bytes]:
    return {suffix: path.read_bytes() for suffix, path in style.files(stem).items()}


def test_each_analysis_has_a_figure_except_those_that_are_read():
    assert {*ANALYSES} - {*plot.FIGURES} == {
        "hardest_tasks", "disagreements", "sharpening", "pools",
    }  # fmt: skip
    assert {path.stem for path in TABLES.glob("*.csv")} == {*plot.FIGURES}


@pytest.fixture(scope="module")
def drawn_twice(tmp_path_factory):
    """All figures, in two processes: on another day, and for a user with a taste of their own."""
    folder = tmp_path_factory.mktemp("figures")
    (folder / "matplotlibrc").write_text("font.size: 30\nsvg.hashsalt: another\n")
    code = (
        "import pathlib, sys, plot\nfor name in plot.FIGURES:\n"
        f"    plot.draw(name, pathlib.Path({str(TABLES)!r}, name + '.csv'), 'M, small',"
        " pathlib.Path(sys.argv[1] + name))"
    )
    other = {"SOURCE_DATE_EPOCH": "1000000000", "MATPLOTLIBRC": str(folder)}
    for prefix, environment in (("1", {}), ("2", other)):
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts"), **environment}
        command = [sys.executable, "-c", code, f"{folder}/{prefix}"]
        subprocess.run(command, check=True, env=environment)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", plot.FIGURES)
def test_same_table_same_bytes(drawn_twice, name):
    found = [files(drawn_twice / f"{number}{name}") for number in (1, 2)]
    assert found[0] == found[1]
    assert b"CreationDate" not in found[0]["pdf"]
    assert b"/Subtype /Type3" not in found[0]["pdf"]
    assert b"dc:date" not in found[0]["svg"]


@pytest.mark.parametrize("name", plot.FIGURES)
def test_a_table_without_rows_is_a_sentence(tmp_path, name):
    (sentence,) = texts(drawn(name, table_of(name).iloc[:0]))
    assert sentence.endswith(".")
    lines = (TABLES / f"{name}.csv").read_text().splitlines(keepends=True)
    (tmp_path / "t.csv").write_text(lines[0])
    plot.draw(name, tmp_path / "t.csv", "M", tmp_path / "figure")
    found = picture(tmp_path / "figure.svg", CAPTION.with_name("caption.rst"))
    assert (found.uri, found.said) == ("", " ".join(sentence.split()))
    assert (tmp_path / "figure.md").read_text() == f"{found.said}\n"


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Every figure as it is written, by name."""
    folder = tmp_path_factory.mktemp("shown")
    for name in plot.FIGURES:
        plot.draw(name, TABLES / f"{name}.csv", "M, small", folder / name)
    return folder


def words_of(svg: Path) -> list[str]:
    """The texts of a drawing, line by line."""
    found = ElementTree.parse(svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(text.itertext()).replace("\N{NO-BREAK SPACE}", " ") for text in found]


@pytest.mark.parametrize("name", plot.FIGURES)
def test_the_one_message_stands_in_the_drawing_in_all_files_and_beside_the_caption(shown, name):
    title = ElementTree.parse(shown / f"{name}.svg").findtext("{http://www.w3.org/2000/svg}title")
    assert title and title.endswith(".") and len(title) < 160
    drawn = " ".join(words_of(shown / f"{name}.svg"))
    assert title in drawn
    with Image.open(shown / f"{name}.png") as image:
        assert image.info["Title"] == title
    caption = (ROOT / f"scripts/passk/analyses/{name}/caption.rst").read_text()
    assert (shown / f"{name}.md").read_text() == f"**{title}**\n\n{caption.rstrip()}\n"
    found = picture(shown / f"{name}.svg", ROOT / f"scripts/passk/analyses/{name}/caption.rst")
    assert found.alt.startswith(f"{title} ")


@pytest.mark.parametrize("name", plot.FIGURES)
def test_the_title_lies_on_nothing_and_inside(name):
    module = import_module(f"passk.analyses.{name}.figure")
    table = table_of(name)
    with style.look():
        figure = module.draw(table, "M, small")
        before = figure.get_size_inches()[1]
        style.set_title(figure, "A message of more words than one line of it can hold. " * 3)
        figure.draw_without_rendering()
    box = figure.texts[-1].get_window_extent()
    assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
    drawn = [*(axes.get_tightbbox() for axes in figure.axes)]
    drawn += [legend.get_window_extent() for legend in figure.legends]
    assert all(other.y1 <= box.y0 + 1 for other in drawn), "something reaches up to the title"
    for legend in figure.legends:
        tops = [axes.get_window_extent().y1 for axes in figure.axes]
        assert legend.get_window_extent().y0 >= max(tops) - 1, "the legend lies on the axes"
    assert figure.get_size_inches()[1] > before


@pytest.mark.parametrize("name", plot.FIGURES)
def test_text_of_an_svg_is_text(shown, name):
    """Not outlines of letters; and in a font that any reader has, no wider than matplotlib's."""
    svg = (shown / f"{name}.svg").read_text()
    assert "<use" not in svg.replace('<use xlink:href="#m', "") and "DejaVuSans-" not in svg
    assert len(words_of(shown / f"{name}.svg")) > 5
    assert svg.count("'DejaVu Sans', Verdana, ") == svg.count("font-family") > 0


def test_what_a_figure_marks_is_read_off_its_text(shown):
    assert {"12.0", "37.3", "63.0", "k = 74", "one sample of Demo, 3 M: 60.0"} <= {
        *words_of(shown / "pass_at_k.svg")
    }
    assert {"Demo, 0.3 M: k^\u22120.33 (\u22120.38 to \u22120.27 over tasks)"} <= {
        *words_of(shown / "scaling_laws.svg")
    }
    assert {"exponentiated power law", "power law", "37.0"} <= {*words_of(shown / "fail_at_k.svg")}


def test_the_caption_of_a_figure_whose_drawing_is_missing_is_not_enough(tmp_path):
    with pytest.raises(UserError, match="draw the figure again"):
        picture(tmp_path / "none.svg", CAPTION)


def test_wide_figures_are_those_with_panels_side_by_side(shown):
    side_by_side = set()
    for name in plot.FIGURES:
        source = (ROOT / f"scripts/passk/analyses/{name}/figure.py").read_text()
        if "style.panels(" in source and "style.stacked(" not in source:
            side_by_side.add(name)
    assert {*WIDE} == side_by_side
    assert {path.name for path in shown.glob("*.narrow.svg")} == {f"{n}.narrow.svg" for n in WIDE}


@pytest.mark.parametrize("name", WIDE)
def test_on_a_narrow_screen_panels_are_one_above_the_other(shown, name):
    wide, narrow = (picture(shown / f"{name}{suffix}.svg", CAPTION) for suffix in ("", ".narrow"))
    assert narrow.width == round(96 * style.WIDTH) < wide.width and narrow.height > wide.height
    assert wide.narrow.startswith("data:image/svg+xml,") and " " not in wide.narrow
    labels = [{*words_of(shown / f"{name}{suffix}.svg")} for suffix in ("", ".narrow")]
    assert len(labels[0] & labels[1]) > 0.6 * len(labels[0])


@pytest.mark.parametrize("name", ["pass_at_k", "comparison", "heat_map", "cover"])
def test_a_models_name_is_no_formula(name):
    """Two dollar signs would begin and end one, and a bad one would draw nothing at all."""
    table = curve_table(typical()) if name == "pass_at_k" else table_of(name)
    column = "series" if name == "pass_at_k" else "model"
    label = r"a $\frac$ b"
    table[column] = table[column].replace(table[column].iloc[0], label)
    assert label in " ".join(text.get_text() for text in drawn(name, table).findobj(Text))


@pytest.mark.parametrize(
    "name", ["comparison", "compute", "cover", "reliability", "scaling_laws", "stopping"]
)
def test_a_name_that_begins_with_an_underscore_is_in_the_legend(name):
    """By itself matplotlib's legend leaves it out."""
    table = table_of(name)
    column = "rival" if name == "comparison" else "model"
    label, others = "_second_", [one for one in table[column].unique() if isinstance(one, str)]
    table[column] = table[column].replace(others[-1], label)
    if name == "comparison":  # of several rivals each is named by itself
        more = table.assign(rival="A third")
        table = pd.concat([table, more])
    drawing = drawn(name, table)
    legends = [*drawing.legends, *(one.get_legend() for one in drawing.axes if one.get_legend())]
    assert any(text.get_text().startswith(label) for one in legends for text in one.get_texts()), (
        "in no legend"
    )


def test_a_strong_rivals_interval_is_not_cut():
    (axes,) = drawn("fail_at_k", fail_table(typical(), GPT)).axes
    assert axes.get_ylim()[0] < 1 - GPT.tasks_high


def test_laws_that_were_fitted_are_drawn_and_no_others():
    table = fail_table(typical(), GPT)
    drawing = drawn("fail_at_k", table)
    names = {text.get_text() for text in drawing.legends[0].get_texts()}
    assert names == {"exponentiated power law", "power law"}
    table[["exponentiated_power_law", "power_law"]] = math.nan
    assert drawn("fail_at_k", table).legends == []


@pytest.mark.parametrize("name", plot.FIGURES)
@pytest.mark.filterwarnings("ignore:No artists with labels")
def test_any_one_row_is_drawn(name):
    """One of each kind of row, and the same with no number known."""
    table = table_of(name)
    kinds = [
        column
        for column in table.select_dtypes(exclude="number")
        if table[column].nunique() < 12 and column not in ("model", "task_id")
    ]
    rows = table.drop_duplicates(kinds[:1]) if kinds else table.iloc[:1]
    unknown = {c: math.nan for c in table.select_dtypes("float")}
    for place in range(len(rows)):
        drawn(name, rows.iloc[[place]])
        drawn(name, rows.iloc[[place]].assign(**unknown))


@pytest.mark.parametrize("name", [*CURVES, "success_rates"])
def test_figures_are_one_column_wide(tmp_path, name):
    plot.draw(name, TABLES / f"{name}.csv", "M", tmp_path / "figure")
    found = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", files(tmp_path / "figure")["pdf"])
    assert found
    width, height = (float(side) / 72 for side in found.groups())
    assert width == pytest.approx(style.WIDTH)
    assert style.HEIGHT < height < style.HEIGHT + 0.8  # a title, and a legend


@pytest.mark.parametrize("counts", EXTREMES.values(), ids=EXTREMES.keys())
@pytest.mark.parametrize("name", [*CURVES, "success_rates"])
@pytest.mark.filterwarnings("error")
def test_every_kind_of_counts_is_drawn(tmp_path, monkeypatch, name, counts):
    monkeypatch.setattr(style, "_UNDATED", {"png": {}})
    table = rates_table(counts) if name == "success_rates" else curve_table(counts, beat=GPT)
    if name == "fail_at_k":
        table = fail_table(counts, GPT)
    with style.look():
        style.save(drawn(name, table), tmp_path / "figure")
    with Image.open(tmp_path / "figure.png") as image:
        dark = np.asarray(image.convert("L")) < 160
        assert image.size[0] == round(300 * style.WIDTH)
    assert dark.any()
    assert not dark[:, :2].any() and not dark[:, -2:].any(), "something is cut off at the side"


@pytest.mark.parametrize("model", ["Some model", "marked", "crossing", "published"])
@pytest.mark.parametrize("rival", ["Other model", "marked", "crossing", "published", "Some model"])
@pytest.mark.parametrize("beat", [GPT, Point(1, 0.6), None])
def test_a_curve_is_read_back_whatever_the_models_are_called(model, rival, beat):
    counts, published = typical(), (Point(1, 0.55), Point(100, 0.9))
    table = curve_table(counts, model=model, beat=beat, rival=rival, published=published)
    found = from_table(table)
    points = estimate_curve(counts, [1, 10, 100])
    assert found.label == model
    assert [point.k for point in found.points] == [point.k for point in points]
    assert [point.k for point in found.marked] == [1, 10, 100]
    assert [(point.k, point.pass_at_k) for point in found.published] == [(1, 0.55), (100, 0.9)]
    assert (found.baseline is None) == (beat is None)
    if beat:
        assert (found.baseline.label, found.baseline.value) == (rival, beat.pass_at_k)
        crossed = curve.crossing(points, beat.pass_at_k)
        assert (found.crossing and found.crossing.k) == crossed


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("beat", [0.2, 0.45, 0.6, 0.75, 0.902])
def test_labels_do_not_lie_on_one_another(name, beat):
    """The texts inside the axes, for lines to beat that the curve crosses early, late, never."""
    (axes,) = drawn(name, FIGURE_TABLES[name](typical(1000), beat=Point(1, beat))).axes
    boxes = {text.get_text(): text.get_window_extent() for text in axes.texts}
    assert {"Some model", "light: 95 % over tasks", "dark: 95 % over draws"} <= boxes.keys()
    names = sorted(boxes)
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            overlap = boxes[one].intersection(boxes[one], boxes[other])
            area = overlap.width * overlap.height if overlap else 0
            small = min(boxes[n].width * boxes[n].height for n in (one, other))
            assert area < 0.1 * small, f"{one!r} lies on {other!r}"


@pytest.mark.parametrize("name", CURVES)
def test_the_line_down_from_the_crossing_leaves_out_the_texts(name):
    met = 0
    for beat in np.linspace(0.5, 0.85, 8):
        (axes,) = drawn(name, FIGURE_TABLES[name](typical(), beat=Point(1, beat))).axes
        boxes = [text.get_window_extent() for text in axes.texts]
        parts = [
            line.get_transform().transform(line.get_xydata())
            for line in axes.lines
            if line.get_linewidth() == 0.8
        ]
        (across,) = {round(float(x), 6) for part in parts for x, _ in part}
        met += sum(box.x0 < across < box.x1 for box in boxes)
        for (_, low), (_, high) in parts:
            for box in boxes:
                apart = not box.x0 < across < box.x1 or low >= box.y1 or high <= box.y0
                assert apart, f"the dotted line runs through a text at {beat}"
    assert met, "no text was met at all, so that the test shows nothing"


def test_success_rates_name_the_model_and_count_the_unsolved():
    table = rates_table([*typical(), TaskCount('a,"b"', 200, 0)])
    with style.look():
        found = texts(success_rates.draw(table, "A model"))
    assert "A model" in found
    assert f"{(table.c == 0).sum()} never solved" in found


def test_a_curve_without_any_estimate_is_a_sentence():
    cells = [("M", 5, *[math.nan] * 7)]
    table = pd.DataFrame(cells, columns=[*fail_at_k_table.COLUMNS])
    for name in CURVES:
        assert texts(drawn(name, table)) == ["No k has an estimate."]


def test_the_table_is_not_replaced(tmp_path):
    table = tmp_path / "rates.svg"
    shutil.copy(TABLES / "success_rates.csv", table)
    with pytest.raises(UserError, match="give another name"):
        plot.draw("success_rates", table, "M", tmp_path / "rates")
    assert table.read_bytes() == (TABLES / "success_rates.csv").read_bytes()


def test_free_slot_is_the_nearest_that_fits():
    assert free_slot(1, 10, near=5, taken=[]) in (0, 9)
    assert free_slot(1, 10, near=5, taken=[(4, 6)]) in (3, 6)
    assert free_slot(1, 10, near=5, taken=[(4, 6), (2.5, 3.5), (6.5, 10)]) == 1.5
    assert free_slot(1, 3, near=1, taken=[(0.5, 2.5)]) is None
    assert free_slot(4, 3, near=1, taken=[]) is None


def test_the_font_is_matplotlibs_own():
    """Else the bytes would depend on the fonts of the machine."""
    from matplotlib.font_manager import findfont

    with style.look():
        found = Path(findfont("DejaVu Sans", fallback_to_default=False))
    assert Path(matplotlib.get_data_path()).resolve() in found.resolve().parents


def test_only_figures_import_matplotlib():
    """A table or the page that did would take a second more to start, in every job."""
    package = ROOT / "scripts/passk"
    for path in package.rglob("*.py"):
        if path.parent == package / "figures" or path.name == "figure.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            names = [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{name}" for name in names]
            for name in names:
                parts = name.split(".")
                assert not {"matplotlib", "figures", "figure"} & {*parts}, f"{path} imports {name}"
