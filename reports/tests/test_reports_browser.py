"""The page in a real browser: what it runs, asks for, opens and filters, and for whom it works."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from gradmark.journal import Run
from gradmark_reports.html import write

pytestmark = pytest.mark.browser

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
PHONE = {"width": 360, "height": 740}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window; where GRADMARK_BROWSER is set, nobody goes without it."""
    missing = "" if CHROMIUM else "no chromium: apt-get install chromium, or set CHROMIUM"
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing = "no Playwright: pip install 'gradmark[browser]'"
    if missing and os.environ.get("GRADMARK_BROWSER"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        yield started
        started.close()


Open = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Write a run's page and open it; ``said`` collects what went wrong, ``asked`` the requests."""
    contexts = []

    def open_page(run: Run, address: str = "", **options: Any) -> Any:
        path = tmp_path / "index.html"
        write(run, path)
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.said, page.asked, page.refused = [], [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("dialog", lambda dialog: page.said.append(dialog.message))
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("requestfailed", lambda request: page.refused.append(request.url))
        page.goto(f"{path.as_uri()}{address}")
        return page

    yield open_page
    for context in contexts:
        context.close()


def visible(page: Any) -> list[str]:
    ids: list[str] = page.eval_on_selector_all(
        "[data-o]",
        "all => all.filter(e => e.offsetParent).map(e => e.querySelector('.id').textContent)",
    )
    return ids


EVIL = (
    "</script><script>document.title='owned'</script>"
    "</title></style></pre></details></svg><base href=//evil.example>"
    '<img src=//evil.example/x onerror="document.title=1">'
    '" onmouseover="alert(1)" onfocus="alert(1)" autofocus x=\''
    "<svg onload=alert(1)><meta http-equiv=refresh content='0;url=//evil.example'>"
    "javascript:alert(1) {{ header }} \x00\x1b[31m\u202e\u2066 \ud800 <!-- -->"
    "<link rel=stylesheet href=//evil.example/x.css><iframe src=//evil.example></iframe>"
)


@pytest.mark.parametrize("hostile_run", [EVIL], indirect=True, ids=["everything"])
def test_a_hostile_library_gets_nothing_run(opened: Open, hostile_run: Run) -> None:
    """The title stays, no script of theirs runs, nothing is asked for, and the page still works."""
    page = opened(hostile_run)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for item in page.query_selector_all("summary")[:3]:
        item.hover()
    page.wait_for_timeout(200)
    assert page.title().endswith("Gradmark")
    assert page.title().startswith("</script><script>document.title='owned'</script>")
    assert len(page.asked) == 1
    assert page.said == []
    assert (
        page.eval_on_selector_all("img, iframe, base, link[rel=stylesheet]", "all => all.length")
        == 0
    )
    page.fill("#q", "accumulation.two")
    assert visible(page) == ["accumulation.two-losses"]


@pytest.mark.parametrize("injected", ["script", "image", "style", "handler"])
def test_the_policy_stops_what_escaping_would_let_through(
    opened: Open, sample: Run, injected: str
) -> None:
    """Even markup that got into the page would not run, load or restyle anything."""
    page = opened(sample)
    page.evaluate(
        """kind => {
            const add = (name, more) => document.body.append(Object.assign(
                document.createElement(name), more));
            if (kind === "script") add("script", { textContent: "document.title = 'owned'" });
            if (kind === "image") add("img", { src: "https://evil.example/x.png" });
            if (kind === "style") add("style", { textContent: "body { display: none }" });
            if (kind === "handler")
                document.body.setAttribute("onclick", "document.title = 'owned'");
            document.body.click();
        }""",
        injected,
    )
    page.wait_for_timeout(50)
    assert page.title() == "mylib 0.1 · Gradmark"
    assert page.asked[1:] == page.refused
    assert page.is_visible("h1")
    assert any("Content Security Policy" in text for text in page.said)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
def test_axe_finds_nothing(opened: Open, sample: Run, scheme: str, width: int) -> None:
    """No violation of WCAG 2 A and AA with all panels open, in both schemes, on a phone as well."""
    page = opened(sample, color_scheme=scheme, viewport={"width": width, "height": 900})
    page.click("#keys")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.wait_for_timeout(300)  # each panel that opens gets its buttons a little later
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate(
        "tags => axe.run(document, { runOnly: tags }).then(r => r.violations)", WCAG
    )
    assert [(v["id"], [n["html"][:200] for n in v["nodes"]][:5]) for v in found] == []


def test_a_phone_scrolls_down_only(opened: Open, sample: Run) -> None:
    """Nothing is wider than the screen but what scrolls by itself."""
    page = opened(sample, viewport=PHONE)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("identity", ["accumulation.matrix", "accumulation.loop", "leaf.computed"])
def test_a_deep_link_opens_what_it_names(opened: Open, sample: Run, identity: str) -> None:
    """A failure, a blocked one and a pass: each is opened and in view."""
    page = opened(sample, f"#{identity}")
    page.wait_for_timeout(100)
    target = page.locator(f"[id='{identity}']")
    assert target.is_visible()
    box = target.bounding_box()
    assert 0 <= box["y"] < 900


def test_a_deep_link_works_without_scripts(opened: Open, sample: Run) -> None:
    """The browser itself opens what an address names; controls that would do nothing hide."""
    page = opened(sample, "#accumulation.matrix", java_script_enabled=False)
    assert page.locator("[id='accumulation.matrix']").is_visible()
    assert not page.locator("#tools").is_visible()
    assert page.locator("#passes").is_visible()


def test_a_filter_is_in_the_address(opened: Open, sample: Run) -> None:
    """What is shown follows the controls, the address follows too, and leads back to the same."""
    page = opened(sample)
    page.select_option("#chapter", "accumulation")
    page.uncheck("input[value=blocked]")
    page.wait_for_timeout(250)
    assert visible(page) == ["accumulation.two-losses", "accumulation.matrix"]
    assert page.inner_text("#count") == "2 of 16 shown"
    query = page.evaluate("location.search")
    assert query == "?chapter=accumulation&show=pass.lenient.fail.missing.error.crash"
    again = opened(sample, query)
    assert visible(again) == ["accumulation.two-losses", "accumulation.matrix"]
    again.click("#clear")
    assert len(visible(again)) == 16


def test_words_are_searched_in_titles_and_ids(opened: Open, sample: Run) -> None:
    """Every word has to be there, in any order; what matches nothing says so."""
    page = opened(sample)
    page.fill("#q", "adds LEAF two")
    assert visible(page) == ["accumulation.two-losses"]
    page.fill("#q", "no such thing")
    assert page.is_visible("text=Nothing matches the filter.")
    assert not page.is_visible("#fix")


@pytest.mark.parametrize("size", [{"width": 1200, "height": 300}, PHONE], ids=["wide", "phone"])
def test_who_filters_to_nothing_far_down_sees_it_said(
    opened: Open, sample: Run, size: dict[str, int]
) -> None:
    """The message comes into view, and is not under the controls that stay at the top."""
    page = opened(sample, viewport=size)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.evaluate(
        "q.value = 'no such thing'; q.dispatchEvent(new Event('input', { bubbles: true }))"
    )
    seen = """() => {
      const { x, top, bottom } = nothing.getBoundingClientRect();
      return document.elementFromPoint(x + 2, (top + bottom) / 2)?.id;
    }"""
    assert page.evaluate(seen) == "nothing"


def test_a_link_to_what_is_filtered_away_clears_the_filter(opened: Open, sample: Run) -> None:
    """Whoever follows a link sees its end."""
    page = opened(sample, "?q=accumulation.loop")
    page.evaluate("location.hash = 'no-grad.context'")
    page.wait_for_timeout(50)
    assert page.locator("[id='no-grad.context']").is_visible()
    assert page.input_value("#q") == ""


def test_keys_lead_through_the_page(opened: Open, sample: Run) -> None:
    """/ searches, j and k walk, Enter opens, x opens all, Esc clears; a switch turns them off."""
    page = opened(sample)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert page.locator("[id='accumulation.matrix']").is_visible()
    page.keyboard.press("x")
    assert page.locator("[id='data.version']").is_visible()
    page.keyboard.press("/")
    page.keyboard.type("data.j")
    assert page.input_value("#q") == "data.j"
    page.keyboard.press("Escape")
    assert page.input_value("#q") == ""
    page.click("#keys")
    page.uncheck("#shortcuts")
    page.focus("#keys")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "keys"


def test_a_script_is_copied_as_it_can_be_run(opened: Open, sample: Run) -> None:
    """The button copies the lines without their numbers."""
    page = opened(sample, permissions=["clipboard-read", "clipboard-write"])
    page.locator(".copier").first.click()
    page.wait_for_timeout(50)
    assert page.evaluate("navigator.clipboard.readText()") == (
        "import mylib\n\nx = mylib.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)\n"
        "first, second = (2 * x + 1).sum(), (3 * x).sum()\nfirst.backward()\nsecond.backward()\n"
        "print('grad after the second backward', x.grad)\n"
    )


def test_paper_shows_what_is_closed(opened: Open, sample: Run) -> None:
    """Printing opens every failure but those that wait for another, and closes them again."""
    page = opened(sample)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("[id='no-grad.nested']").is_visible()
    assert not page.locator("[id='accumulation.loop']").is_visible()
    assert not page.locator("#tools").is_visible()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not page.locator("[id='no-grad.nested']").is_visible()


def test_a_chapter_leads_to_its_behaviours(opened: Open, sample: Run) -> None:
    """Its name in the table filters the page by it, and the address keeps that."""
    page = opened(sample)
    page.click("text=Which tensors are leaves")
    page.wait_for_timeout(250)
    assert {identity.split(".")[0] for identity in visible(page)} == {"leaf"}
    assert page.evaluate("location.search") == "?chapter=leaf"
