"""The pages about real libraries are true: scripts print what they say; nothing is left out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

import pytest

from gradmark.behaviour import load_spec
from gradmark.session import Session
from gradmark.verdict import Outcome
from gradmark_backends.backend import open_backend
from gradmark_backends.resolve import resolve
from gradmark_reference.live import Live

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "conformance" / "docs"
INDEX = (DOCS / "real-libraries.md").read_text(encoding="utf-8")
FINDING = re.compile(
    r"^### (?P<title>.*?)\n.*?^Verdicts: (?P<ids>.*?)\.\n.*?"
    r"^```python\n(?P<code>.*?)^```\n\nprints\n\n```\n(?P<printed>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
VERSIONS = dict(re.findall(r"^\| (\w+) (\d+\.\d+\.\d+) \| profile", INDEX, re.MULTILINE))
PAGES = {
    name: (DOCS / "real-libraries" / f"{name}.md").read_text(encoding="utf-8") for name in VERSIONS
}
LIBRARIES = {
    name: [found.groupdict() for found in FINDING.finditer(page)] for name, page in PAGES.items()
}
BEYOND = {"mygrad": ("operators", "operations", "kinks")}
BEYOND["tinygrad"] = BEYOND["mygrad"]
"""The chapters of which a library is asked all, whatever its adapter's profile."""

FINDINGS = [
    pytest.param(found, id=f"{name}: {found['title']}")
    for name, listed in LIBRARIES.items()
    for found in listed
]


def version(name: str) -> str:
    """Return the version of a library that is installed here, or nothing."""
    try:
        return installed(name)
    except PackageNotFoundError:
        return ""


OTHERS = [name for name in LIBRARIES if version(name) != VERSIONS[name]]

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(bool(OTHERS), reason=f"the page speaks of other versions of {OTHERS}"),
]


@pytest.mark.parametrize("finding", FINDINGS)
def test_the_script_prints_what_the_page_says(finding: dict[str, str]) -> None:
    """A finding's script has ten lines at most, and runs without Gradmark."""
    assert len(finding["code"].splitlines()) <= 10
    assert "gradmark" not in finding["code"]
    done = subprocess.run(
        [sys.executable, "-c", finding["code"]],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "DEV": "PYTHON"},
    )
    assert done.stdout.strip() == finding["printed"].strip(), done.stderr


@pytest.mark.parametrize("name", PAGES)
def test_every_finding_of_a_page_is_read(name: str) -> None:
    """No heading of a finding stands without its verdicts, its script and what that prints."""
    headings = re.findall(r"^### (.*)$", PAGES[name], re.MULTILINE)
    assert [found["title"] for found in LIBRARIES[name]] == headings


@pytest.mark.parametrize("name", LIBRARIES)
def test_the_page_lists_every_deviation(name: str) -> None:
    """What a library deviates in by itself stands on the page, and nothing else does."""
    plan = resolve(name, rootdir=ROOT, invocation_dir=ROOT)
    with open_backend(plan) as backend:
        spec = load_spec()
        asked = [b.id for b in spec.profile(backend.info.profile)]
        spec = spec.select([*asked, *BEYOND.get(name, ())])
        session = Session(spec, backend, Live())
        deviating = {
            v.id for v in session.run() if v.outcome not in {Outcome.PASS, Outcome.BLOCKED}
        }
    listed = {i for found in LIBRARIES[name] for i in re.findall(r"`([^`]+)`", found["ids"])}
    assert listed == deviating


def test_the_index_names_three_libraries() -> None:
    """There are findings for each library that the index promises."""
    assert list(LIBRARIES) == ["micrograd", "mygrad", "tinygrad"]
    assert all(len(listed) >= 4 for listed in LIBRARIES.values())
