"""The journal ``run.jsonl``: a header, one line a verdict, a footer; reports are made from it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, replace
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, TextIO

from gradmark.assignment import Assignment
from gradmark.errors import GradmarkError
from gradmark.run import FORMAT, Entry, Footer, Header, Run, in_headline, make_entry, make_header
from gradmark.session import BackendInfo
from gradmark.strict import build
from gradmark.verdict import Outcome

__all__ = [
    "FORMAT",
    "NAME",
    "Entry",
    "Footer",
    "Header",
    "Run",
    "Writer",
    "exit_code",
    "make_entry",
    "make_footer",
    "make_header",
    "read",
    "schema",
    "write_line",
]

NAME = "run.jsonl"


class _Sum:
    """What a footer says, summed up one entry at a time, so that no run is kept in memory."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.outcomes: Counter[str] = Counter()
        self.passed = 0
        self.deviates = False
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        self.outcomes[entry.outcome.value] += 1
        self.passed += entry.holds and in_headline(entry)
        self.deviates |= entry.counted and not entry.holds

    @property
    def exit_code(self) -> int:
        return 3 if self.outcomes[Outcome.UNGRADED.value] else int(self.deviates)

    def footer(self, seconds: float, code: int | None) -> Footer:
        outcomes = {name: n for name, n in sorted(self.outcomes.items()) if n}
        code = self.exit_code if code is None else code
        return Footer(outcomes, self.passed, round(seconds, 3), code)


def exit_code(entries: Iterable[Entry]) -> int:
    """Return 0 where all that counts holds, 1 where it does not, 3 where something is ungraded."""
    return _Sum(entries).exit_code


def make_footer(entries: Iterable[Entry], seconds: float, code: int | None = None) -> Footer:
    """Sum a run up."""
    return _Sum(entries).footer(seconds, code)


def write_line(stream: TextIO, data: dict[str, Any]) -> None:
    """Write one line and flush it, so that a run that dies leaves what it had."""
    stream.write(json.dumps(data, ensure_ascii=True, allow_nan=False) + "\n")
    stream.flush()


class Writer:
    """Writes a journal as a context manager; no footer is written where an exception passes.

    Raises `GradmarkError` where the file can't be written, at once or later.
    """

    def __init__(self, path: Path, header: Header) -> None:
        """Open the file and write the header."""
        self._path = path
        self._size = header.size
        self._sum = _Sum()
        try:
            self._stream = path.open("w", encoding="utf-8", newline="\n")
        except OSError as error:
            self._fail(error)
        self._write(header.to_json())

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return what was written so far, read back from the file."""
        return read(self._path).entries

    def add(self, entry: Entry) -> None:
        """Write one verdict."""
        self._write(entry.to_json())
        self._sum.add(entry)

    def finish(
        self, seconds: float, code: int | None = None, hints: tuple[str, ...] = ()
    ) -> Footer:
        """Write the footer; the exit code is 3 where a verdict was lost."""
        if code is None and self._sum.outcomes.total() != self._size:
            code = 3
        footer = replace(self._sum.footer(seconds, code), hints=hints)
        self._write(footer.to_json())
        return footer

    def _write(self, data: dict[str, Any]) -> None:
        try:
            write_line(self._stream, data)
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> NoReturn:
        raise GradmarkError(
            "unwritable-output",
            f"{self._path} can't be written",
            cause=str(error),
            hint="another folder: --out=DIR or --gradmark-report=DIR",
        ) from None

    def __enter__(self) -> Writer:  # noqa: PYI034 - Self came with 3.11
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """Close the file."""
        with suppress(OSError):  # what could not be written was said when it was written
            self._stream.close()


def read(path: Path) -> Run:
    """Read a journal. Raises `GradmarkError` for one that is broken, doubled or of another format.

    A journal whose last line is torn, or that has no footer, is an incomplete run, not an error.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(path, "it can't be read", str(error), "name a run.jsonl") from None
    lines = text.split("\n")
    torn = lines.pop()  # what is behind the last line's end: nothing, unless the run died writing
    records = [_record(path, number, line) for number, line in enumerate(lines, 1)]
    if torn:
        with suppress(GradmarkError):
            records.append(_record(path, len(lines) + 1, torn))
    return _assemble(path, records)


def _record(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        record = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _broken(path, f"line {number} is no JSON", str(error)) from None
    if not isinstance(record, dict):
        raise _broken(path, f"line {number} is no object", ascii(line[:80]))
    return record


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is no JSON"
    raise ValueError(message)


def _assemble(path: Path, records: list[dict[str, Any]]) -> Run:
    if not records or records[0].get("kind") != "header":
        raise _broken(path, "the first line is no journal's header", "", "name a run.jsonl")
    if records[0].get("format") != FORMAT:
        raise GradmarkError(
            "foreign-journal",
            f"{path} is of format {records[0].get('format')!a}; this version reads {FORMAT}",
            hint="read it with the version of Gradmark that wrote it",
        )
    entries: list[Entry] = []
    footer: Footer | None = None
    number = 1
    try:
        header = build(Header, _without(records[0], "kind", "format"))
        header = replace(header, backend=asdict(build(BackendInfo, records[0]["backend"])))
        if header.assignment:
            Assignment.from_json(header.assignment)
        for number, record in enumerate(records[1:], 2):
            kind = record.get("kind")
            if footer is not None or kind not in ("verdict", "footer"):
                what = f"line {number} is a {ascii(kind)[:40]} in the middle of a run"
                raise _broken(path, what, "", _MERGED)
            if kind == "footer":
                footer = build(Footer, _without(record, "kind"))
            else:
                entries.append(Entry.from_json(record))
    except ValueError as error:
        raise _broken(path, f"line {number} is not a journal's", str(error)) from None
    return _consistent(path, Run(header, tuple(entries), footer))


def _consistent(path: Path, run: Run) -> Run:
    """Refuse a journal whose lines contradict each other."""
    seen = Counter(e.id for e in run.entries)
    for identity, times in seen.items():
        if times > 1:
            raise _broken(path, f"{identity} has {times} verdicts", "", _MERGED)
    if run.header.planned:
        for identity in seen.keys() - set(run.header.planned):
            raise _broken(path, f"{identity} was not planned in this run", "", _MERGED)
    if run.footer is not None:
        counted = make_footer(run.entries, 0)
        if (run.footer.outcomes, run.footer.passed) != (counted.outcomes, counted.passed):
            what = "its footer counts other verdicts than it holds"
            raise _broken(path, what, f"{run.footer.outcomes} and {counted.outcomes}")
    return run


def _without(record: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in names}


_MERGED = "one journal is one run: name each on its own"


def _broken(
    path: Path, what: str, cause: str, hint: str = "run the backend again"
) -> GradmarkError:
    return GradmarkError("broken-journal", f"{path}: {what}", cause=cause, hint=hint)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a journal's lines."""
    text = files("gradmark").joinpath("journal.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
