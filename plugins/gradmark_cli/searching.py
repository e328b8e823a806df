"""``gradmark search``: random compositions are asked, and the first wrong answer is shown small."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from gradmark.behaviour import PROFILES
from gradmark.errors import GradmarkError, near
from gradmark.host import default_profile, open_both
from gradmark.search import EXAMPLES, hypothesis, search
from gradmark_cli.progress import Progress
from gradmark_reports.searched import search_line, search_text
from gradmark_reports.visible import visible_line


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of ``gradmark search``."""

    backend: str
    profile: str = ""
    examples: int = EXAMPLES
    seed: int = 0
    isolation: int | None = None
    backend_python: str = ""


def search_backend(wanted: Wanted) -> int:
    """Search, print, and return 1 where something was found. Raises `GradmarkError`."""
    from gradmark_backends.backend import open_backend
    from gradmark_backends.resolve import resolve
    from gradmark_reference.live import Live

    if wanted.profile and wanted.profile not in PROFILES:
        raise GradmarkError(
            "unknown-profile",
            f"there is no profile {wanted.profile!r}",
            hint=near(wanted.profile, PROFILES) or f"one of {', '.join(PROFILES)}",
        )
    hypothesis()
    here = Path.cwd()
    plan = resolve(wanted.backend, rootdir=here, invocation_dir=here, python=wanted.backend_python)
    level = 1 if wanted.isolation is None else wanted.isolation
    with Progress() as progress:
        progress.say(f"opening {visible_line(plan.name, 60)}")
        opening = partial(open_backend, plan, isolation=level)
        backend, reference = open_both(opening, Live, isolation=level)
        try:
            has_adapter = plan.has_adapter
            profile = wanted.profile or default_profile(backend.info, has_adapter=has_adapter)
            progress.say(f"searching, {wanted.examples} examples")
            searched = search(
                backend, reference, profile=profile, examples=wanted.examples, seed=wanted.seed
            )
            info = backend.info
        finally:
            backend.close()
    again = _again(wanted, profile)
    if told := search_text(searched, info, seed=wanted.seed, again=again):
        click.echo(f"{told}\n")
    click.echo(search_line(searched, wanted.seed))
    return 1 if searched.findings else 0


def _again(wanted: Wanted, profile: str) -> str:
    words = {
        "--backend": wanted.backend,
        "--backend-python": wanted.backend_python,
        "--profile": profile,
        "--examples": str(wanted.examples),
        "--seed": str(wanted.seed),
        "--isolation": "" if wanted.isolation is None else str(wanted.isolation),
    }
    line = [f"{name}={shlex.quote(word)}" for name, word in words.items() if word]
    return " ".join(["gradmark", "search", *line])
