"""``gradmark matrix``: many journals are read, and one page or table is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from gradmark.errors import GradmarkError, near
from gradmark.grade import grade
from gradmark.journal import read
from gradmark.run import Run
from gradmark_reports.matrix import markdown, matrix, render

PAGE = Path("matrix.html")
FORMATS = ("html", "markdown")


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
    texts = [render(table) if name == "html" else markdown(table) for name, _ in wanted]
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
            hint = near(name, FORMATS) or f"there are {' and '.join(FORMATS)}"
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
