"""The pages about libraries with environments of their own are true, as far as these are made.

``make heavy`` makes the environments and runs this.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gradmark.behaviour import load_spec
from gradmark.lower import is_pure
from gradmark.session import Session
from gradmark.verdict import Outcome
from gradmark_backends.backend import open_backend
from gradmark_backends.environments import environment, kind_of
from gradmark_backends.resolve import resolve
from gradmark_reference.recorded import open_reference

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "conformance" / "docs"
INDEX = (DOCS / "real-libraries.md").read_text(encoding="utf-8")
FINDING = re.compile(
    r"^### (?P<title>.*?)\n.*?^Verdicts: (?P<ids>.*?)\.\n.*?"
    r"^```python\n(?P<code>.*?)^```\n\nprints\n\n```\n(?P<printed>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
NAMES = re.findall(r"^\| \[[^]]+\]\(real-libraries/([\w-]+)\.md\) [\d.]+ \|", INDEX, re.MULTILINE)
PAGES = {n: (DOCS / "real-libraries" / f"{n}.md").read_text(encoding="utf-8") for n in NAMES}
FINDINGS = {n: [f.groupdict() for f in FINDING.finditer(page)] for n, page in PAGES.items()}


def python_of(name: str) -> Path:
    """Return the interpreter of a library's environment, or skip where none is made."""
    found = environment(name)
    if found.state != "made":
        pytest.skip(f"gradmark env {name} makes what this needs")
    return found.python


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("name", "finding"),
    [
        pytest.param(name, finding, id=f"{name}: {finding['title']}")
        for name, listed in FINDINGS.items()
        for finding in listed
    ],
)
def test_the_script_prints_what_the_page_says(name: str, finding: dict[str, str]) -> None:
    """In the library's own environment, where there is no Gradmark."""
    done = subprocess.run(
        [str(python_of(name)), "-I", "-c", finding["code"]],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **kind_of(name).environment},
    )
    assert done.stdout.strip() == finding["printed"].strip(), done.stderr


@pytest.mark.heavy
@pytest.mark.parametrize("name", NAMES)
def test_the_page_lists_every_deviation(name: str) -> None:
    """What deviates by itself stands on the page, and nothing else does.

    What a functional library has no notion of is said once at the top of its page.
    """
    python_of(name)
    spec = load_spec()
    with open_backend(resolve(name, rootdir=ROOT, invocation_dir=ROOT)) as backend:
        asked = [b.id for b in spec.profile(backend.info.profile)]
        functional = backend.info.delivery != "attribute"
        session = Session(spec.select(asked), backend, open_reference("recorded", 0))

        def listed(verdict: Any) -> bool:
            pure = is_pure(spec.get(verdict.id).program(0).steps)
            notion = pure or not functional or verdict.outcome is not Outcome.MISSING
            return notion and verdict.outcome not in {Outcome.PASS, Outcome.BLOCKED}

        deviating = {v.id for v in session.run() if listed(v)}
    said = {i for f in FINDINGS[name] for i in re.findall(r"`([^`]+)`", f["ids"])}
    assert said == deviating


@pytest.mark.parametrize("name", NAMES)
def test_every_finding_of_a_page_is_read_and_short(name: str) -> None:
    """Each heading has its verdicts, ids that exist, and a script of ten lines at most."""
    headings = re.findall(r"^### (.*)$", PAGES[name], re.MULTILINE)
    assert [found["title"] for found in FINDINGS[name]] == headings
    known = {behaviour.id for behaviour in load_spec()}
    for found in FINDINGS[name]:
        assert set(re.findall(r"`([^`]+)`", found["ids"])) <= known
        assert len(found["code"].splitlines()) <= 10
        assert "gradmark" not in found["code"]
        assert found["printed"].strip()


def test_pages_speak_of_the_versions_that_are_pinned() -> None:
    """The index, the page's first line and the adapter's first requirement agree."""
    assert len(NAMES) >= 5
    for name in NAMES:
        version = kind_of(name).requirements[0].partition("==")[2]
        assert re.search(rf"\(real-libraries/{name}\.md\) {re.escape(version)} \|", INDEX)
        assert f" {version} beside PyTorch " in PAGES[name]
