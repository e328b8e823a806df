"""``gradmark report --to``: exports of a journal, all rendered before the first is written."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from gradmark.errors import GradmarkError
from gradmark.grade import Grade, grade
from gradmark.journal import read
from gradmark.run import Run
from gradmark_reports.exports import Around, Format, format_named


@dataclass(frozen=True, slots=True)
class Exports:
    """What was asked for: ``to`` has texts NAME=FILE, or NAME alone for standard output."""

    journal: Path
    to: Sequence[str]
    roster: Path | None = None
    student: str = ""
    column: str = ""


def exported(asked: Exports) -> Iterator[str]:
    """Write the exports; yield the one for standard output, and a line for each file.

    Raises `GradmarkError`, and then no file was written.
    """
    wanted = _wanted(asked)
    run = read(asked.journal)
    found = _grade(asked.journal, run)
    around = _around(asked, [format_ for format_, _ in wanted])
    texts = [format_.render(run, found, around) for format_, _ in wanted]
    for (format_, file), text in zip(wanted, texts, strict=True):
        if file is None:
            yield text.removesuffix("\n")
        else:
            _write(file, text)
            yield f"{format_.name}: {file}"


def _wanted(asked: Exports) -> list[tuple[Format, Path | None]]:
    wanted: list[tuple[Format, Path | None]] = []
    for said in asked.to:
        name, equals, file = said.partition("=")
        if equals and not file:
            raise GradmarkError("no-file", f"--to {said} names no file")
        wanted.append((format_named(name), Path(file) if equals else None))
    places = [file and file.resolve() for _, file in wanted]
    for place in places:
        if places.count(place) > 1:
            raise GradmarkError(
                "same-file",
                f"two exports go to {place or 'standard output'}",
                hint="--to NAME=FILE",
            )
        if place and place == asked.journal.resolve():
            raise GradmarkError("same-file", f"{place} is the journal itself")
        if place and asked.roster and place == asked.roster.resolve():
            raise GradmarkError(
                "same-file", f"{place} is the roster itself", hint="name a new file: it stays as is"
            )
    return wanted


def _grade(journal: Path, run: Run) -> Grade | None:
    try:
        return grade(run)
    except ValueError as error:
        raise GradmarkError(
            "broken-journal", f"{journal}: its assignment can't be read", cause=str(error)
        ) from None


def _around(asked: Exports, formats: Sequence[Format]) -> Around:
    around = Around(os.environ, student=asked.student, column=asked.column)
    if any(format_.commit for format_ in formats):
        around = replace(around, committed=_committed())
    if asked.roster is None:
        return around
    try:
        data = asked.roster.read_bytes()
    except OSError as error:
        raise GradmarkError(
            "no-roster", f"{asked.roster} can't be read", cause=str(error)
        ) from None
    return replace(around, roster=(str(asked.roster), data))


def _committed() -> str:
    """Return the date of the commit that is checked out here, nothing where there is none."""
    command = ["git", "log", "-1", "--date=format-local:%Y-%m-%dT%H:%M:%SZ", "--format=%cd"]
    with suppress(OSError, subprocess.TimeoutExpired):
        said = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
            env={**os.environ, "TZ": "UTC"},
        )
        return said.stdout.strip()
    return ""


def _write(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    temporary = ""
    try:
        with NamedTemporaryFile(dir=file.parent, prefix=".gradmark-", delete=False) as stream:
            temporary = stream.name
            stream.write(text.encode("utf-8"))
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise GradmarkError(
            "unwritable-output", f"{file} can't be written", cause=str(error)
        ) from None
