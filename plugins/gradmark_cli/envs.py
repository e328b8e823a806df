"""``gradmark env``: the environments of libraries are made, listed and removed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import click

from gradmark.errors import GradmarkError
from gradmark_backends import environments
from gradmark_backends.environments import Environment, everything, home, kind_of
from gradmark_backends.plan import distribution
from gradmark_backends.ready import READY
from gradmark_reports.visible import visible, visible_line

LINE_LIMIT = 110


def made(names: Sequence[str], *, again: bool = False) -> int:
    """Make environments one after another; one that fails does not stop the rest.

    Returns the exit code. Raises `GradmarkError` for a name that there is not.
    """
    for name in names:
        kind_of(name)
    failed: list[str] = []
    for name in names:
        steps = _Steps(name)
        try:
            found = environments.make(name, steps.say, again=again)
        except GradmarkError as error:
            steps.end()
            click.echo(f"{name}: {visible(str(error))}", err=True)
            failed.append(name)
            continue
        steps.end()
        click.echo(_made(found))
    if failed and len(names) > 1:
        click.echo(f"not made: {', '.join(failed)}", err=True)
    return 4 if failed else 0


def _made(found: Environment) -> str:
    stamp = found.stamp
    assert stamp is not None  # noqa: S101 - it was made
    return (
        f"{found.name}: {_version(found)}, Python {stamp.python}, {stamp.mebibytes} MiB in "
        f"{found.folder}; gradmark run --backend={found.name} uses it"
    )


def removed(names: Sequence[str]) -> Iterator[str]:
    """Remove environments, and yield what became of each."""
    for name in names:
        kind_of(name)
    for name in names:
        yield f"{name}: {'removed' if environments.remove(name) else 'there was none'}"


def listed() -> Iterator[str]:
    """Yield a line for each library: how its environment stands, and what it takes."""
    found = everything()
    width = max(len(one.name) for one in found)
    total = 0
    for one in found:
        stamp = one.stamp
        about = one.state
        if stamp:
            total += stamp.mebibytes
            about += f": {_version(one)}, Python {stamp.python}, {stamp.mebibytes} MiB"
        elif about == "not made":
            about += f" (about {kind_of(one.name).mebibytes} MiB)"
        yield f"{one.name:<{width}}  {about}"
    yield f"{total} MiB in {home()}"


def every_name() -> list[str]:
    """Return the names of all ready adapters."""
    return list(READY)


def _version(found: Environment) -> str:
    stamp, kind = found.stamp, kind_of(found.name)
    named = {_plain(distribution(p)): p.partition("==")[2] for p in stamp.packages} if stamp else {}
    return named.get(_plain(distribution(kind.requirements[0])), "?")


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


class _Steps:
    """The steps of one environment: on a terminal one line that changes, else a line each."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._moves = sys.stderr.isatty()
        self._shown = False

    def say(self, what: str) -> None:
        line = visible_line(f"{self._name}: {what}", LINE_LIMIT)
        if self._moves:
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()
            self._shown = True
        else:
            click.echo(line, err=True)

    def end(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
