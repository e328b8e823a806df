"""The matrix in a real browser: it opens, sorts, searches, and runs nothing of a stranger's."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from gradmark.journal import Run, make_footer
from gradmark.verdict import Outcome
from gradmark_reports.matrix import matrix, render

pytestmark = pytest.mark.browser

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EVIL = (
    "</script><script>document.title='owned'</script></style></td></table><base href=//x.example>"
    '<img src=//evil.example/x onerror="document.title=1">" onmouseover="alert(1)" autofocus x=\''
    "<svg onload=alert(1)>{{ header }} \x00\x1b[31m\u202e\u2066 \ud800 <!-- -->"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window; CI may not go without it."""
    missing = "" if CHROMIUM else "no chromium: apt-get install chromium, or set CHROMIUM"
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing = "no Playwright: pip install 'gradmark[browser]'"
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield started
        started.close()


Open = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Write some runs' matrix and open it; ``said`` collects trouble, ``asked`` the requests."""
    contexts = []

    def open_page(runs: list[Run], address: str = "", **options: Any) -> Any:
        path = tmp_path / "matrix.html"
        page_text = render(matrix([(f"{n}.jsonl", run) for n, run in enumerate(runs)]))
        path.write_bytes(page_text.encode("utf-8"))
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.said, page.asked = [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("dialog", lambda dialog: page.said.append(dialog.message))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(f"{path.as_uri()}{address}")
        if options.get("java_script_enabled", True):
            page.wait_for_selector("#tools:not([hidden])")
        return page

    yield open_page
    for context in contexts:
        context.close()


def right(run: Run, name: str = "right") -> Run:
    entries = tuple(
        replace(e, verdict=replace(e.verdict, outcome=Outcome.PASS), holds=True)
        for e in run.entries
    )
    header = replace(run.header, backend={**run.header.backend, "name": name})
    return Run(header, entries, make_footer(entries, 1.0))


def many(run: Run, number: int) -> list[Run]:
    return [run, *(right(run, f"right_{n}") for n in range(1, number))]


def shown(page: Any) -> list[str]:
    ids: list[str] = page.eval_on_selector_all(
        ".behaviour", "all => all.filter(e => e.offsetParent).map(e => e.dataset.id)"
    )
    return ids


def click_open(page: Any, chapter: str) -> None:
    page.click(f"#in-{chapter} button")


LEAF = [
    f"leaf.{n}" for n in "requires-grad others-stay-none computed starts-at-none grad-fn".split()
]


def test_a_chapter_opens_to_its_behaviours(opened: Open, sample: Run) -> None:
    """Most different first, or as in the spec; a second click closes it."""
    page = opened([sample, right(sample)])
    assert shown(page) == []
    click_open(page, "leaf")
    assert shown(page) == [LEAF[3], *LEAF[:3], LEAF[4]]
    page.check("input[value=spec]")
    assert shown(page) == LEAF
    row = page.locator("[data-id='leaf.starts-at-none']")
    assert row.locator("td").all_inner_texts() == ["pass", "lenient"]
    assert "2 of 2 · must leaf.starts-at-none" in row.inner_text()
    click_open(page, "leaf")
    assert shown(page) == []


def test_what_agrees_can_be_left_out(opened: Open, sample: Run) -> None:
    """A filter and a search hide behaviours, and chapters in which nothing is left."""
    page = opened([sample, right(sample)])
    page.click("#all")
    assert len(shown(page)) == 16
    page.check("#only")
    assert len(shown(page)) == 9
    assert page.inner_text("#count") == "9 of 16 behaviours"
    assert not page.is_visible("#in-leaf")
    page.fill("#q", "SECOND loss")
    assert shown(page) == ["accumulation.two-losses"]
    page.fill("#q", "no such thing")
    assert page.is_visible("text=Nothing matches.")


def test_a_deep_link_opens_its_chapter(opened: Open, sample: Run) -> None:
    """An id in the address is opened and in view."""
    page = opened([sample, right(sample)], "#data.version")
    row = page.locator("[data-id='data.version']")
    assert row.is_visible()
    assert 0 <= row.bounding_box()["y"] < 900


def test_many_runs_show_letters_that_are_still_words(opened: Open, sample: Run) -> None:
    """Where there is no room for words their letters are seen, and the words are still there."""
    page = opened(many(sample, 12))
    click_open(page, "accumulation")
    cell = page.locator("[data-id='accumulation.two-losses'] td.fail")
    assert cell.text_content() == "fail"
    assert cell.evaluate("e => getComputedStyle(e, '::before').content") == '"F" / ""'
    assert cell.evaluate("e => getComputedStyle(e).fontSize") == "0px"


def test_without_scripts_there_are_counts(opened: Open, sample: Run) -> None:
    """No control that would do nothing, and the counts of every chapter."""
    page = opened([sample, right(sample)], java_script_enabled=False)
    assert not page.locator("#tools").is_visible()
    assert page.locator(".chapter").count() == 5
    assert page.locator(".chapter button").count() == 0
    assert page.locator("#in-accumulation td").all_inner_texts() == ["4/4", "0/4"]


@pytest.mark.parametrize("hostile_run", [EVIL], indirect=True, ids=["everything"])
def test_a_hostile_library_gets_nothing_run(opened: Open, sample: Run, hostile_run: Run) -> None:
    """The title stays, no script of theirs runs, nothing is asked for, and chapters open."""
    page = opened([sample, hostile_run])
    page.click("#all")
    page.locator("#table td").first.hover()
    page.wait_for_timeout(200)
    assert page.title() == "2 runs beside each other · Gradmark"
    assert len(page.asked) == 1
    assert page.said == []
    assert len(shown(page)) == 16
    foreign = "img, iframe, base, svg, table table, link[rel=stylesheet]"
    assert page.locator(foreign).count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "runs"), [(1200, 3), (1200, 12), (360, 3)])
def test_axe_finds_nothing(opened: Open, sample: Run, scheme: str, width: int, runs: int) -> None:
    """No violation of WCAG 2 A and AA with all chapters open, in both schemes."""
    some = many(sample, runs)
    some[1] = Run(some[1].header, some[1].entries[:7])
    page = opened(some, color_scheme=scheme, viewport={"width": width, "height": 900})
    page.click("#all")
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate(
        "tags => axe.run(document, { runOnly: tags }).then(r => r.violations)", WCAG
    )
    assert [(v["id"], [n["html"][:200] for n in v["nodes"]][:5]) for v in found] == []


@pytest.mark.parametrize("number", [3, 12])
def test_a_phone_scrolls_the_table_only(opened: Open, sample: Run, number: int) -> None:
    """The page is as wide as the screen; the table scrolls by itself."""
    page = opened(many(sample, number), viewport={"width": 360, "height": 740})
    page.click("#all")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
