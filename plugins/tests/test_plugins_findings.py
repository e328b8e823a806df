"""The pages about real libraries are true: scripts print what they say; nothing is left out."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

import pytest

from gradmark.behaviour import load_spec
from gradmark.host import Terms, entry_of
from gradmark.run import Entry
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


@cache
def deviating(name: str) -> list[Entry]:
    """Ask a library, and return what is reported of all that it deviates in by itself."""
    plan = resolve(name, rootdir=ROOT, invocation_dir=ROOT)
    with open_backend(plan) as backend:
        spec = load_spec()
        asked = [b.id for b in spec.profile(backend.info.profile)]
        spec = spec.select([*asked, *BEYOND.get(name, ())])
        terms = Terms(name, "torch")
        found = [
            entry_of(spec.get(v.id), v, terms, backend.info)
            for v in Session(spec, backend, Live()).run()
        ]
    return [e for e in found if e.outcome not in {Outcome.PASS, Outcome.BLOCKED}]


@pytest.mark.parametrize("name", LIBRARIES)
def test_the_page_lists_every_deviation(name: str) -> None:
    """What a library deviates in by itself stands on the page, and nothing else does."""
    listed = {i for found in LIBRARIES[name] for i in re.findall(r"`([^`]+)`", found["ids"])}
    assert listed == {entry.id for entry in deviating(name)}


RUN_ALL = """
import contextlib, io, json, sys
sys.modules.update(dict.fromkeys(["gradmark", "gradmark_backends", "gradmark_reference"]))
for script in json.load(sys.stdin):
    printed, stopped = io.StringIO(), ""
    try:
        with contextlib.redirect_stdout(printed):
            exec(script, {})
    except Exception as error:
        stopped = f"{type(error).__name__}: {error}"
    print(json.dumps([printed.getvalue(), stopped]))
"""
NUMBER = re.compile(r"-?(?:inf|nan|\d+(?:\.\d*)?(?:e[-+]\d+)?)")
RAISED = re.compile(r"[A-Z]\w+: ")
ABSENT = ("AttributeError: ", "TypeError: ", "ModuleNotFoundError: ", "NotImplementedError: ")


def numbers(text: str) -> list[float]:
    """Return the numbers in a text."""
    return [float(number) for number in NUMBER.findall(text)]


def shows(entry: Entry, printed: str, stopped: str) -> bool:
    """Say whether a script printed, or stopped with, what was observed of the library."""
    detail = entry.verdict.detail
    if entry.outcome is Outcome.MISSING:
        return stopped.startswith(ABSENT)
    if stopped:
        return stopped.splitlines()[0] == detail.observed.splitlines()[0]
    label, observed = detail.label, detail.observed
    if observed.startswith("no exception"):
        observed = "nothing was raised"
    elif RAISED.match(observed):
        observed = observed.splitlines()[0].replace(": ", " ", 1)
    elif ": " in observed:
        label, _, observed = observed.partition(": ")
    said = printed.rpartition(f"{label}: ")[2]
    wanted = numbers(observed)
    alike = numbers(said)[: len(wanted)] == pytest.approx(wanted, rel=1e-5, nan_ok=True)
    return said.startswith(observed.strip("'")) or (bool(wanted) and alike)


OTHERWISE = {
    "operations.max-dim": "two names for one array, which has two rows in mygrad",
    "operations.min-dim": "two names for one array",
    "kinks.clamp-tensor-bound-tie": "a bound that is left out has to be given to mygrad as None",
    "operators.method-forms": "the dtype goes by a name of tinygrad's own",
    "data.read-is-a-constant": "tinygrad's own data, a method, is refused in tinygrad's words",
}
"""Scripts that run, and show the reason otherwise than the verdict words it."""


@pytest.mark.parametrize("name", LIBRARIES)
def test_printed_scripts_show_what_was_observed(name: str) -> None:
    """The script beside a verdict runs in the library's words, and shows the verdict's reason."""
    asked = {Outcome.FAIL, Outcome.LENIENT, Outcome.ERROR, Outcome.MISSING}
    entries = [e for e in deviating(name) if e.outcome in asked and e.id not in OTHERWISE]
    done = subprocess.run(
        [sys.executable, "-c", RUN_ALL],
        input=json.dumps(["\n".join(entry.script) for entry in entries]),
        capture_output=True,
        text=True,
        check=True,
    )
    shown = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = [(e.id, *s) for e, s in zip(entries, shown, strict=True) if not shows(e, *s)]
    assert not wrong
    assert len(entries) > 10


def test_the_index_names_three_libraries() -> None:
    """There are findings for each library that the index promises."""
    assert list(LIBRARIES) == ["micrograd", "mygrad", "tinygrad"]
    assert all(len(listed) >= 4 for listed in LIBRARIES.values())
