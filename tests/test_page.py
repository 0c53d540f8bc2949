"""The page of an experiment, and Snakemake's report, in a real browser: make test-browser."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from browser import CHROMIUM, Browser, chromium
from conftest import ROOT, Workflow

from passk.page.pictures import html_of

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no chromium: apt-get install chromium (Debian)"
)
SCHEMES = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])

SMALL_TEXT = """[...document.querySelectorAll("body *")]
    .filter(e => e.offsetParent && [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()))
    .filter(e => parseFloat(getComputedStyle(e).fontSize) < 14)
    .map(e => e.tagName + " " + e.textContent.slice(0, 40))"""
# Links within a sentence need not be large: WCAG 2.2, 2.5.8.
SMALL_TARGETS = """[...document.querySelectorAll("a, summary")]
    .filter(e => e.offsetParent && !e.closest("p:not(.data), .cite, dd, figcaption"))
    .filter(e => e.getBoundingClientRect().height < 24)
    .map(e => e.textContent.slice(0, 40))"""
# Those that are cut off and cannot be scrolled to, by a finger or by keys.
OUT_OF_REACH = """[...document.querySelectorAll("main *, header *")]
    .filter(e => e.offsetParent && e.getBoundingClientRect().right > innerWidth + 1)
    .filter(e => !e.closest("[tabindex='0']"))
    .map(e => e.tagName + " " + e.textContent.slice(0, 40))"""
CUT_OFF = """[...document.querySelectorAll("div.box")]
    .filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 1)
    .map(e => e.getAttribute("aria-label") + " " + e.scrollWidth)"""
# Of an SVG that was opened alone.
TEXT_BEYOND = """(() => {
    const sheet = document.documentElement.getBoundingClientRect();
    return [...document.querySelectorAll("text")].filter(e => {
        const box = e.getBoundingClientRect();
        return box.left < sheet.left - 1 || box.right > sheet.right + 1
            || box.top < sheet.top - 1 || box.bottom > sheet.bottom + 1;
    }).map(e => e.textContent);
})()"""
# WCAG 2, 1.4.3: the luminances of text and of the ground behind it, 4.5 to 1 or more.
FAINT = """(() => {
    const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
    const luminance = colour => numbers(colour).slice(0, 3).map(v => v / 255)
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = e => {
        for (; e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor;
            if (numbers(colour)[3] !== 0) return colour;
        }
        return "rgb(255, 255, 255)";
    };
    const written = e => [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim());
    return [...document.querySelectorAll("body *")].filter(e => e.offsetParent && written(e))
        .filter(e => {
            const both = [luminance(getComputedStyle(e).color), luminance(ground(e))];
            return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05) < 4.5;
        }).map(e => e.tagName + " " + e.textContent.slice(0, 40));
})()"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("chromium")) as started:
        yield started


@pytest.fixture(scope="module", params=["small", "demo"])
def page(request: pytest.FixtureRequest) -> str:
    """The address of the small experiment's page; and of the demo's, where that was run."""
    if request.param == "demo":
        path = ROOT / "figures/demo/report.html"
        if not path.exists():
            pytest.skip("the demo was not run: make demo")
    else:
        path = request.getfixturevalue("finished").folder / "figures/paper/report.html"
    return path.as_uri()


def complaints(browser: Browser) -> list[str]:
    """Errors and warnings of the console, and what was asked of anything but files here."""
    told = [
        str(event)
        for name in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
        for event in browser.named(name)
        if event.get("entry", event).get("level", event.get("type")) not in ("info", "log", "debug")
    ]
    asked = [event["request"]["url"] for event in browser.named("Network.requestWillBeSent")]
    return told + [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]


@SCHEMES
@pytest.mark.parametrize("width", [320, 390, 1000, 1440])
def test_nothing_goes_wrong_and_nothing_is_fetched(
    browser: Browser, page: str, width: int, dark: bool
) -> None:
    browser.open(page, width, dark)
    assert complaints(browser) == []
    loaded = (
        "[...document.images].filter(i => i.offsetParent).every(i => i.complete && i.naturalWidth)"
    )
    assert browser.evaluate("document.images.length") > 0
    assert browser.evaluate(loaded)
    assert browser.evaluate("document.body.innerText.length") > 2000


def test_what_goes_wrong_would_be_seen(browser: Browser, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text("<script>console.error(1); x.y</script><img src='http://127.0.0.1:9/x.png'>")
    browser.open(bad.as_uri(), 390)
    found = "\n".join(complaints(browser))
    assert "ReferenceError" in found and "'type': 'error'" in found
    assert "http://127.0.0.1:9/x.png" in found


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_shows_it_without_scrolling_sideways(
    browser: Browser, page: str, width: int
) -> None:
    browser.open(page, width)
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    assert browser.evaluate(OUT_OF_REACH) == []
    assert browser.evaluate(SMALL_TEXT) == []
    assert browser.evaluate(SMALL_TARGETS) == []


@pytest.mark.parametrize("width", [1000, 1100, 1440])
def test_a_desk_shows_every_short_table_whole(browser: Browser, page: str, width: int) -> None:
    browser.open(page, width)
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    assert browser.evaluate(CUT_OFF) == []


def test_the_text_of_every_figure_lies_inside_it(browser: Browser, page: str) -> None:
    """It is set in the reader's own font, here as wide as this machine's is."""
    figures = sorted(Path(unquote(page.removeprefix("file://"))).parent.glob("*/*.svg"))
    assert len(figures) > 10
    for figure in figures:
        browser.open(figure.as_uri(), 1000)
        assert browser.evaluate("document.querySelectorAll('text').length") > 0
        assert browser.evaluate(TEXT_BEYOND) == [], figure.name


@pytest.mark.parametrize("width", [320, 390])
def test_panels_side_by_side_are_stacked_on_a_phone(
    browser: Browser, page: str, width: int
) -> None:
    stacked = """[...document.querySelectorAll("picture:has(source) img")]
        .filter(i => i.offsetParent)
        .map(i => [i.currentSrc.length, i.naturalWidth, i.clientWidth])"""
    browser.open(page, 1000)
    wide = browser.evaluate(stacked)
    browser.open(page, width)
    narrow = browser.evaluate(stacked)
    assert len(wide) == len(narrow) > 0
    for (before, size, _), (after, smaller, shown) in zip(wide, narrow, strict=True):
        assert before != after and smaller < size and shown > 0.8 * smaller


@SCHEMES
def test_text_stands_out_from_its_ground(browser: Browser, page: str, dark: bool) -> None:
    browser.open(page, 1000, dark)
    ground = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (max(map(int, ground[4:-1].split(", "))) < 80) == dark
    browser.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert browser.evaluate(FAINT) == []


def test_printed_it_is_black_on_white_and_whole(browser: Browser, page: str) -> None:
    browser.open(page, 700, dark=True, printed=True)
    assert (
        browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    )
    assert browser.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert browser.evaluate("[...document.querySelectorAll('details pre')].length") > 0
    heights = (
        "[...document.querySelectorAll('details pre')].map(e => e.getBoundingClientRect().height)"
    )
    assert min(browser.evaluate(heights)) > 0  # though the details are closed
    assert browser.pdf().startswith(b"%PDF")


def test_links_within_it_lead_somewhere(browser: Browser, page: str) -> None:
    browser.open(page, 390)
    lost = "[...document.querySelectorAll('a[href^=\"#\"]')].filter(a => !document.querySelector("
    assert browser.evaluate(lost + "'#' + CSS.escape(a.hash.slice(1)))).length") == 0


def test_snakemakes_report_opens_and_has_the_captions(
    browser: Browser, finished: Workflow, tmp_path: Path
) -> None:
    folder = tmp_path / "workflow"
    shutil.copytree(finished.folder, folder, symlinks=True)
    Workflow(folder).snakemake("--report", "report.zip")
    with zipfile.ZipFile(folder / "report.zip") as packed:
        packed.extractall(tmp_path)
    (page,) = tmp_path.glob("report/report.html")
    browser.open(page.as_uri(), 1000)
    # Snakemake's own page says so of a library that it brings along.
    tailwind = "cdn.tailwindcss.com should not be used"
    assert [told for told in complaints(browser) if tailwind not in told] == []
    text = browser.evaluate("document.body.innerText")
    assert "every sample is executed, and pass@k is estimated" in text
    json = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), page.read_text())
    held = words(unescape(json.replace("\\n", " ")))
    drawn = [path.stem for path in folder.glob("figures/paper/base-verbatim/*.pdf")]
    assert {"pass_at_k", "selection", "compute", "reliability", "heat_map"} <= set(drawn)
    for name in drawn:
        caption = html_of((ROOT / f"scripts/passk/analyses/{name}/caption.rst").read_text())
        assert words(caption.unescape()) in held, name


def words(html: str) -> str:
    """Its text without tags, quotes and the kind of space."""
    return " ".join(re.sub(r"<[^>]*>|[\\\"'\u2018\u2019]", "", html).split())
