"""``gradmark matrix``: many journals are read, and one page or table is written."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from gradmark.errors import GradmarkError, near
from gradmark.grade import grade
from gradmark.journal import read
from gradmark.run import Run
from gradmark_backends.ready import READY
from gradmark_cli.many import Asked, ask_all, available
from gradmark_reports.matrix import markdown, matrix, render, scoreboard
from gradmark_reports.visible import visible_line

PAGE = Path("matrix.html")
WRITERS = {"html": render, "markdown": markdown, "scoreboard": scoreboard}
FORMATS = tuple(WRITERS)


def compared(
    journals: Sequence[Path],
    out: Path | None = None,
    to: Sequence[str] = (),
    *,
    teacher: bool = False,
) -> Iterator[str]:
    """Put runs beside each other; yield the text for standard output, and a line for each file.

    ``to`` has texts NAME=FILE, or NAME alone for standard output; without any the page is written
    to ``out``. Raises `GradmarkError`, and then no file was written.
    """
    wanted = _wanted(journals, out, to)
    table = matrix(_read(journals), teacher=teacher)
    texts = [WRITERS[name](table) for name, _ in wanted]
    for (name, file), text in zip(wanted, texts, strict=True):
        if file is None:
            yield text.removesuffix("\n")
        else:
            _write(file, text)
            yield f"{'matrix' if name == 'html' else name}: {file}"


def _wanted(
    journals: Sequence[Path], out: Path | None, to: Sequence[str]
) -> list[tuple[str, Path | None]]:
    wanted: list[tuple[str, Path | None]] = []
    for said in to:
        name, equals, file = said.partition("=")
        if name not in FORMATS:
            hint = near(name, FORMATS) or f"there are {', '.join(FORMATS)}"
            raise GradmarkError("no-such-format", f"the matrix is not written as {name}", hint=hint)
        if equals and not file:
            raise GradmarkError("no-file", f"--to {said} names no file")
        wanted.append((name, Path(file) if equals else None))
    if out or not wanted:
        wanted.append(("html", out or PAGE))
    sources = [journal.resolve() for journal in journals]
    places = [file and file.resolve() for _, file in wanted]
    for place in places:
        if places.count(place) > 1:
            what = f"two of these go to {place or 'standard output'}"
            raise GradmarkError("same-file", what, hint="--to NAME=FILE")
        if place in sources:
            raise GradmarkError("same-file", f"{place} is one of the journals")
    for journal, source in zip(journals, sources, strict=True):
        if sources.count(source) > 1:
            raise GradmarkError(
                "doubled-run",
                f"{journal} is named twice",
                hint="a run is compared with others, not with itself",
            )
    return wanted


def _read(journals: Sequence[Path]) -> list[tuple[str, Run]]:
    """Read every journal, so that all that are broken are named at once."""
    runs: list[tuple[str, Run]] = []
    errors: list[GradmarkError] = []
    for journal in journals:
        try:
            runs.append((str(journal.resolve()), _one(journal)))
        except GradmarkError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise GradmarkError(
            "broken-journals",
            f"{len(errors)} of {len(journals)} journals can't be read",
            cause="\n".join(error.message for error in errors),
            hint="leave them out, or run these backends again",
        )
    return runs


def _one(journal: Path) -> Run:
    run = read(journal)
    try:
        grade(run)
    except ValueError as error:
        raise GradmarkError(
            "broken-journal",
            f"{journal}: its assignment can't be read",
            cause=str(error),
            hint="run that backend again",
        ) from None
    return run


def _write(file: Path, text: str) -> None:
    try:
        file.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise GradmarkError(
            "unwritable-output", f"{file} can't be written", cause=str(error), hint="--out=FILE"
        ) from None


def asked(
    runs: Sequence[Path], *, every: bool, folder: Path, jobs: int | None, again: bool
) -> tuple[list[Path], bool]:
    """Return the journals that are named, and those of the libraries that are named.

    Says of each library how it went, and whether one gave no verdicts. Raises `GradmarkError` where
    nothing is left to be compared.
    """
    names = [str(run) for run in runs if str(run) in READY and not run.exists()]
    journals = [run for run in runs if str(run) not in names]
    names = list(dict.fromkeys([*(READY if every else ()), *names]))
    if not names:
        if not journals:
            raise GradmarkError(
                "nothing-to-compare",
                "no run and no library is named",
                hint="gradmark matrix --all, names of ready adapters, or RUN.jsonl...",
            )
        return journals, False
    here, absent = available(names)
    started, done = time.perf_counter(), []
    for number, one in enumerate(ask_all(here, folder, jobs=jobs or 0, again=again), 1):
        click.echo(f"{number:>2}/{len(here)} {_told(one)}", err=True)
        done.append(one)
    for name in absent:
        click.echo(f"{name}: not installed here: gradmark env {name}", err=True)
    fresh = [one for one in done if one.start and not one.kept]
    if fresh:
        start, own = sum(one.start for one in fresh), sum(one.own_import for one in fresh)
        whole = time.perf_counter() - started
        click.echo(
            f"{len(fresh)} libraries in {whole:.0f} s; of {start:.0f} s of start-up "
            f"{own / start:.0%} their own imports",
            err=True,
        )
    found = sorted((one.journal for one in done if one.journal), key=str)
    if not found and not journals:
        raise GradmarkError(
            "nothing-to-compare",
            "none of these libraries gave a verdict",
            cause="\n".join(_told(one) for one in done if one.trouble),
            hint="gradmark env --all makes their environments",
        )
    return [*journals, *found], any(one.trouble for one in done)


def _told(one: Asked) -> str:
    if one.trouble:
        return f"{one.name}: no verdicts: {visible_line(one.trouble, 200)}"
    assert one.journal is not None  # noqa: S101 - there is a journal where there is no trouble
    run = read(one.journal)
    score = f"{run.score[0]} of {run.score[1]} musts" if run.score else "no score"
    how = "kept" if one.kept else f"{one.seconds:.0f} s"
    return f"{one.name} {run.header.backend['version']}: {score} ({how})"
