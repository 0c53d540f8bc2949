import csv
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image

import estimate
import plot_fail_at_k
import plot_pass_at_k
import plot_success_rates
from passk.counts import TaskCount, counts_csv
from passk.curve import curve_csv
from passk.figures import style
from passk.figures.curve import View, draw, from_arguments
from passk.figures.style import free_slot
from passk.records import UserError

CURVES = {"pass_at_k": plot_pass_at_k, "fail_at_k": plot_fail_at_k}
BASELINE = ["--baseline-label", "GPT-4o", "--baseline-value", "0.902", "--baseline-tasks", "164"]


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


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Call a figure's main on counts; the figure's stem comes back."""

    def call(module, counts, *arguments, stem="figure"):
        counts_file, curve_file = tmp_path / "counts.csv", tmp_path / "pass_at_k.csv"
        counts_file.write_text(counts_csv(counts))
        smallest = min(count.n for count in counts)
        ks = [k for k in (1, 10, 100, 1000, 10_000) if k <= smallest]
        curve_file.write_text(curve_csv(estimate.estimate_curve(counts, [*ks, smallest + 1])))
        given = ["--label", "Some model", "--output", str(tmp_path / stem), *arguments]
        if module is plot_success_rates:
            given += ["--counts", str(counts_file)]
        else:
            given += ["--pass-at-k", str(curve_file), "--k-values", *map(str, ks)]
        monkeypatch.setattr(sys, "argv", ["plot", *given])
        module.main()
        return tmp_path / stem

    return call


def files(stem: Path) -> dict[str, bytes]:
    return {s: Path(f"{stem}.{s}").read_bytes() for s in ("pdf", "svg", "png", "csv")}


def rows(stem: Path) -> list[dict[str, str]]:
    with Path(f"{stem}.csv").open(newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize("module", [plot_pass_at_k, plot_fail_at_k, plot_success_rates])
def test_same_data_same_bytes(run, module, monkeypatch):
    extra = [] if module is plot_success_rates else [*BASELINE, "--published", "100=0.9"]
    first = files(run(module, typical(), *extra))
    # Another day, and a user with a taste of their own.
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    monkeypatch.setitem(matplotlib.rcParams, "font.size", 30)
    monkeypatch.setitem(matplotlib.rcParams, "svg.hashsalt", "another")
    assert files(run(module, typical(), *extra, stem="again")) == first


@pytest.mark.parametrize("module", [plot_pass_at_k, plot_fail_at_k, plot_success_rates])
def test_files_are_one_column_wide_and_undated(run, module):
    found = files(run(module, typical()))
    width, height = 72 * style.WIDTH, 72 * style.HEIGHT
    assert f"/MediaBox [ 0 0 {width:.6g} {height:.6g} ]".encode() in found["pdf"]
    assert b"CreationDate" not in found["pdf"]
    assert b"/Subtype /Type3" not in found["pdf"]
    assert b"dc:date" not in found["svg"]


@pytest.mark.parametrize("counts", EXTREMES.values(), ids=EXTREMES.keys())
@pytest.mark.parametrize("module", [plot_pass_at_k, plot_fail_at_k, plot_success_rates])
@pytest.mark.filterwarnings("error")
def test_every_kind_of_counts_is_drawn(run, monkeypatch, module, counts):
    monkeypatch.setattr(style, "_UNDATED", {"png": {}})
    extra = [] if module is plot_success_rates else BASELINE
    with Image.open(f"{run(module, counts, *extra)}.png") as image:
        dark = np.asarray(image.convert("L")) < 160
        assert image.size == (round(300 * style.WIDTH), round(300 * style.HEIGHT))
    assert dark.any()
    assert not dark[:, :2].any() and not dark[:, -2:].any(), "something is cut off at the side"


@pytest.mark.parametrize("module", CURVES.values(), ids=CURVES.keys())
def test_the_csv_holds_what_is_drawn_and_no_nan(run, module):
    stem = run(module, typical(), *BASELINE[:2], "--baseline-value", "0.6", "--published", "9=.7")
    drawn = rows(stem)
    curve = [row for row in drawn if row["series"] == "Some model"]
    assert [int(row["k"]) for row in curve][-1] == 200
    assert all(row["pass_at_k"] != "nan" for row in drawn)
    assert [row["k"] for row in drawn if row["series"] == "marked"] == ["1", "10", "100"]
    assert [row["pass_at_k"] for row in drawn if row["series"] == "GPT-4o"] == ["0.6"]
    assert [row["pass_at_k"] for row in drawn if row["series"] == "published"] == ["0.7"]
    at = {row["k"]: float(row["pass_at_k"]) for row in curve}
    (crossing,) = (row["k"] for row in drawn if row["series"] == "crossing")
    assert at[crossing] >= 0.6 > at[str(int(crossing) - 1)]


def test_the_baselines_interval_is_wilsons(run):
    (row,) = (r for r in rows(run(plot_pass_at_k, typical(), *BASELINE)) if r["series"] == "GPT-4o")
    assert float(row["tasks_low"]) == pytest.approx(0.847, abs=0.001)
    assert float(row["tasks_high"]) == pytest.approx(0.939, abs=0.001)


def test_a_measured_baseline_is_its_curve_at_k_1(run, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text(curve_csv(estimate.estimate_curve(typical(), [1])))
    extra = ["--baseline-label", "Large", "--baseline-pass-at-k", str(other)]
    (row,) = (r for r in rows(run(plot_pass_at_k, typical(), *extra)) if r["series"] == "Large")
    expected = estimate.estimate_curve(typical(), [1])[0]
    assert float(row["pass_at_k"]) == pytest.approx(expected.pass_at_k)
    assert float(row["tasks_low"]) == pytest.approx(expected.tasks_low)


def test_success_rates_are_ranked_with_their_wilson_intervals(run):
    drawn = rows(run(plot_success_rates, [*typical(), TaskCount('a,"b"', 200, 0)]))
    rates = [float(row["rate"]) for row in drawn]
    assert rates == sorted(rates, reverse=True)
    assert drawn[-1]["task_id"] == 'a,"b"'
    assert float(drawn[-1]["low"]) == 0
    assert float(drawn[-1]["high"]) == pytest.approx(0.01885, abs=1e-4)


@pytest.mark.parametrize("module", CURVES.values(), ids=CURVES.keys())
@pytest.mark.parametrize("beat", [0.2, 0.45, 0.6, 0.75, 0.902])
def test_labels_do_not_lie_on_one_another(monkeypatch, tmp_path, module, beat):
    """The texts inside the axes, for lines to beat that the curve crosses early, late, never."""
    curve = tmp_path / "curve.csv"
    curve.write_text(curve_csv(estimate.estimate_curve(typical(1000), [1, 10, 100, 1000])))
    parser = plot_pass_at_k.argparse.ArgumentParser()
    plot_pass_at_k.add_arguments(parser)
    given = ["--pass-at-k", str(curve), "--label", "Some model", "--output", "unused"]
    given += ["--k-values", "1", "10", "100", "1000", "--baseline-label", "Other model"]
    plot = from_arguments(parser.parse_args([*given, "--baseline-value", str(beat)]))
    with style.figure() as (drawing, axes):
        module.set_axes(axes, plot)
        draw(View(axes, failing=module is plot_fail_at_k), plot)
        drawing.draw_without_rendering()
        boxes = {text.get_text(): text.get_window_extent() for text in axes.texts}
    assert {"Some model", "light: 95 % over tasks", "dark: 95 % over draws"} <= boxes.keys()
    names = sorted(boxes)
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            overlap = boxes[one].intersection(boxes[one], boxes[other])
            area = overlap.width * overlap.height if overlap else 0
            small = min(boxes[n].width * boxes[n].height for n in (one, other))
            assert area < 0.1 * small, f"{one!r} lies on {other!r}"


@pytest.mark.parametrize("module", CURVES.values(), ids=CURVES.keys())
def test_the_line_down_from_the_crossing_leaves_out_the_texts(tmp_path, module):
    curve = tmp_path / "curve.csv"
    curve.write_text(curve_csv(estimate.estimate_curve(typical(), [1, 10, 100])))
    parser = plot_pass_at_k.argparse.ArgumentParser()
    plot_pass_at_k.add_arguments(parser)
    given = ["--pass-at-k", str(curve), "--label", "Some model", "--output", "unused"]
    given += ["--k-values", "1", "10", "100", "--baseline-label", "Other model"]
    met = 0
    for beat in np.linspace(0.5, 0.85, 8):
        plot = from_arguments(parser.parse_args([*given, "--baseline-value", str(beat)]))
        with style.figure() as (drawing, axes):
            module.set_axes(axes, plot)
            draw(View(axes, failing=module is plot_fail_at_k), plot)
            drawing.draw_without_rendering()
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


@pytest.mark.parametrize("module", [*CURVES.values(), plot_success_rates])
def test_what_is_drawn_is_not_replaced(run, module):
    stem = "counts" if module is plot_success_rates else "pass_at_k"
    with pytest.raises(UserError, match="give it another name"):
        run(module, typical(), stem=stem)
    run(module, typical(), stem="other")


def test_free_slot_is_the_nearest_that_fits():
    assert free_slot(1, 10, near=5, taken=[]) in (0, 9)
    assert free_slot(1, 10, near=5, taken=[(4, 6)]) in (3, 6)
    assert free_slot(1, 10, near=5, taken=[(4, 6), (2.5, 3.5), (6.5, 10)]) == 1.5
    assert free_slot(1, 3, near=1, taken=[(0.5, 2.5)]) is None
    assert free_slot(4, 3, near=1, taken=[]) is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--baseline-value", "0.9"], "give --baseline-label"),
        (["--baseline-label", "x", "--baseline-value", "90.2"], "not between 0 and 1"),
        (["--baseline-label", "x", "--baseline-pass-at-k", "none.csv"], "does not exist"),
    ],
)
def test_a_baseline_that_cannot_be_is_refused(run, arguments, message):
    with pytest.raises(UserError, match=message):
        run(plot_pass_at_k, typical(), *arguments)


def test_a_curve_without_any_estimate_is_refused(monkeypatch, tmp_path):
    curve = tmp_path / "curve.csv"
    curve.write_text("k,pass_at_k\n5,nan\n")
    given = ["--pass-at-k", str(curve), "--label", "m", "--k-values", "5", "--output", "unused"]
    monkeypatch.setattr(sys, "argv", ["plot", *given])
    with pytest.raises(UserError, match="no k with an estimate"):
        plot_pass_at_k.main()


def test_the_font_is_matplotlibs_own():
    """Else the bytes would depend on the fonts of the machine."""
    from matplotlib.font_manager import findfont

    with style.figure():
        found = Path(findfont("DejaVu Sans", fallback_to_default=False))
    assert Path(matplotlib.get_data_path()) in found.parents
