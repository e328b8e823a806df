"""``gradmark run --backend='path::*'``: every engine of a folder, one after another."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import click

from gradmark.errors import GradmarkError
from gradmark_cli.running import EACH, Request, prepared, run_backend
from gradmark_reports.visible import visible, visible_line

_ODD = re.compile(r"[^A-Za-z0-9.]+")
WRONG = 4


def run_each(request: Request) -> int:
    """Grade every engine that was found, each into a folder of its own; return the worst code.

    An engine that can't be opened costs itself alone. Raises `GradmarkError` where there is none,
    or where a baseline is named, which is about one engine.
    """
    if request.baseline or request.write_baseline or request.compare:
        raise GradmarkError(
            "each-has-its-own",
            "a baseline and an earlier run are about one engine",
            hint="leave out the option, or choose one: --backend=path::Class",
        )
    worst = 0
    for name, folder in _engines(request):
        click.echo(click.style(f"== {visible_line(name)}", bold=True))
        try:
            code = run_backend(replace(request, backend=name, out=folder))
        except GradmarkError as error:
            click.echo(visible(str(error)), err=True)
            code = WRONG
        click.echo()
        worst = max(worst, code)
    return worst


def _engines(request: Request) -> list[tuple[str, Path]]:
    """Return what to name each engine, and where its report goes."""
    from gradmark_backends.backend import open_backend

    made = prepared(request)
    places: list[str] = []
    try:
        open_backend(made.plan, isolation=made.level).close()
    except GradmarkError as error:
        if error.code != "several-engines":
            raise
        places = [line for line in error.cause.splitlines() if line]
    base = request.backend.removesuffix(EACH)
    return [(f"{base}::{place}", request.out / _ODD.sub("-", place)) for place in places]
