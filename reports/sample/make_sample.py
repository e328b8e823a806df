"""Make the sample of the docs anew: the report, the matrix, and their pictures.

The bundled student's engine is graded by the assignment beside this file and shown beside an
earlier attempt of its. The pictures need Chromium and Playwright.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from gradmark_cli.main import main as gradmark

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DOCS = ROOT / "conformance" / "docs" / "report"
ENGINE = ROOT / "reference" / "demo" / "student_engine.py"
CORPUS = ROOT / "plugins" / "tests" / "corpus"
BESIDE = ("tensor_right", "tensor_no_grad_and_detach", "wrong_overwrites")
HOME = "/home/ada/engine"
FAILURE = "accumulation.same-leaf-twice"

ATTEMPT = (
    ("lambda g, a: (-g,)", "lambda g, a: (g,)"),
    ("    def sqrt(self):", "    def square_root(self):"),
    ("class set_grad_enabled:", "class SetGradEnabled:"),
    ("def is_grad_enabled():", "def grad_enabled():"),
)
"""What the student had not yet done in the attempt before."""

DESK = {"width": 1200, "height": 1000}
PHONE = {"width": 375, "height": 760}


def main() -> int:
    """Run, write the pages, and take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder).resolve()
        os.chdir(place)
        _runs(place)
        for journal in place.glob("*/run.jsonl"):
            said = journal.read_text(encoding="utf-8").replace(str(place), HOME)
            journal.write_text(said, encoding="utf-8")
        graded = "graded/run.jsonl"
        gradmark(["report", graded, "--compare=before/run.jsonl", f"--out={DOCS}/index.html"])
        beside = [f"{name}/run.jsonl" for name in ("torch", "model", *BESIDE)]
        gradmark(["matrix", beside[0], beside[1], graded, *beside[2:], "--out=matrix.html"])
        with sync_playwright() as playwright:
            rights = ["--no-sandbox"] if os.geteuid() == 0 else []
            chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=rights)
            _pictures(browser, (DOCS / "index.html").as_uri(), (place / "matrix.html").as_uri())
            browser.close()
    return 0


def _runs(place: Path) -> None:
    source = ENGINE.read_text(encoding="utf-8")
    engine = place / "student_engine.py"
    for old, new in ATTEMPT:
        if old not in source:
            message = f"the engine has no {old!r} any more"
            raise ValueError(message)
        source = source.replace(old, new)
    engine.write_text(source, encoding="utf-8")
    shutil.copy(HERE / "gradmark.toml", place)
    grading = ["run", "--quiet", "--assignment=gradmark.toml"]
    gradmark([*grading, "--out=before"])
    shutil.copy(ENGINE, engine)
    gradmark([*grading, "--out=graded"])
    asking = ["run", "--quiet", "--profile=tensor"]
    gradmark([*asking, "--backend=torch", "--out=torch"])
    gradmark([*asking, "--backend=gradmark_reference.model", "--out=model"])
    for name in BESIDE:
        shutil.copy(CORPUS / f"{name}.py", place)
        gradmark([*asking, f"--backend={name}", f"--out={name}"])


def _pictures(browser: Browser, report: str, matrix: str) -> None:
    _picture(browser, report, "top.png")
    _picture(browser, f"{report}#{FAILURE}", "failure.png", size=DESK | {"height": 1150})
    _picture(browser, f"{report}#{FAILURE}", "dark.png", scheme="dark")
    _picture(browser, report, "phone-top.png", size=PHONE)
    _picture(browser, f"{report}#{FAILURE}", "phone.png", size=PHONE)
    _picture(browser, matrix, "matrix.png", size=DESK | {"height": 1400}, chapter=5)


def _picture(
    browser: Browser,
    address: str,
    name: str,
    *,
    size: dict[str, int] = DESK,
    scheme: str = "light",
    chapter: int | None = None,
) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    page.goto(address)
    if chapter is not None:
        page.locator(".chapter button").nth(chapter).click()
    page.wait_for_timeout(500)
    page.screenshot(path=str(DOCS / name))
    context.close()


if __name__ == "__main__":
    sys.exit(main())
