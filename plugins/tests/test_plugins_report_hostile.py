"""A hostile library, asked for real: what it says is text in the report, and nothing else."""

from __future__ import annotations

import os
import shutil

import pytest

from gradmark_cli.main import main

pytestmark = pytest.mark.browser

LIBRARY = r"""
import sys

EVIL = (
    "</script><script>document.title='owned'</script></title></style></pre>"
    "<img src=//evil.example/x onerror=document.title=1>\" autofocus onfocus=alert(1) x='"
    "<base href=//evil.example>\x00\x1b[31m\u202e\u2066 ::set-output name=x::y\n=cmd|' /C calc'!A0"
)
print(EVIL, EVIL, file=sys.stderr)


class Text(str):
    def __str__(self):
        raise RuntimeError(EVIL)


class Tensor:
    def __init__(self, data, requires_grad=False):
        self.data, self.grad, self.requires_grad = data, None, requires_grad

    def __repr__(self):
        raise RecursionError(EVIL)

    def __add__(self, other):
        return type(EVIL[:40].replace("\x00", ""), (Tensor,), {})(3.0, True)

    def __mul__(self, other):
        print(EVIL * 50)
        raise type("Error" + EVIL.replace("\x00", ""), (Exception,), {})(EVIL + "\udcff" * 5)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        raise ValueError("x" * 5_000_000 + EVIL)

    def sum(self):
        raise ValueError(Text(EVIL))

    def backward(self):
        self.grad = EVIL


def tensor(data, requires_grad=False):
    return Tensor(data, requires_grad)


def ones(*shape, requires_grad=False):
    return Tensor(1.0, requires_grad)
"""


def test_a_browser_finds_nothing_but_text(tiny, capsys):
    """The title is the library's name, no script runs, nothing is asked for."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None and not os.environ.get("GRADMARK_BROWSER"):
        pytest.skip("no chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    (tiny / "evil.py").write_text(LIBRARY)
    assert main(["run", "--backend=evil.py", "--profile=tensor", "-q"]) == 1
    page_file = tiny / "gradmark-report" / "index.html"
    assert "document.title=&#39;owned&#39;" in page_file.read_text()
    said, asked = [], []
    with sync_api.sync_playwright() as playwright:
        rights = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium, args=rights)
        page = browser.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(page_file.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        page.wait_for_timeout(200)
        title, strangers = page.title(), page.query_selector_all("img, base, iframe")
        browser.close()
    assert title == "evil.py · Gradmark"
    assert (said, asked, strangers) == ([], [page_file.as_uri()], [])
