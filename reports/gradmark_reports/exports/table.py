"""A CSV file as it was downloaded: cells can be read, and written without touching the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradmark.errors import GradmarkError

DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says, and where in the text it stands with its quotes."""

    value: str
    start: int
    end: int
    quoted: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A file's text with its rows; the first is the header. Rows are counted from 1."""

    name: str
    text: str
    delimiter: str
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def header(self) -> tuple[str, ...]:
        """Return the columns' names."""
        return tuple(cell.value.strip() for cell in self.rows[0]) if self.rows else ()

    def value(self, row: int, column: int) -> str:
        """Return a cell of a row, counted from 0; nothing where the row is too short."""
        cells = self.rows[row]
        return cells[column].value.strip() if column < len(cells) else ""

    def replaced(self, values: Mapping[tuple[int, int], str]) -> str:
        """Return the text with some cells replaced and every other character as it was."""
        out, at = [], 0
        for row, column in sorted(values):
            cell = self.rows[row][column]
            out += [self.text[at : cell.start], self._written(values[row, column], cell.quoted)]
            at = cell.end
        return "".join([*out, self.text[at:]])

    def _written(self, value: str, quoted: bool) -> str:
        if quoted or any(c in value for c in (self.delimiter, '"', "\n", "\r")):
            doubled = value.replace('"', '""')
            return f'"{doubled}"'
        return value


def parse(name: str, data: bytes, required: Sequence[str]) -> Table:
    """Read a file by the delimiter under which its header has the required columns.

    Raises `GradmarkError` for a file that is not UTF-8, or has no such header.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise GradmarkError(
            "bad-roster",
            f"{name} is not UTF-8",
            cause=str(error),
            hint="take the file as it was downloaded, or save it as CSV UTF-8",
        ) from None
    for delimiter in DELIMITERS:
        table = Table(name, text, delimiter, _rows(text, delimiter))
        if set(required) <= set(table.header):
            return table
    raise GradmarkError(
        "bad-roster",
        f"{name} has no columns {', '.join(required)}",
        cause=f"its first line: {text.splitlines()[0][:200] if text.strip() else 'nothing'}",
        hint="take the file as it was downloaded, in English",
    )


def _rows(text: str, delimiter: str) -> tuple[tuple[Cell, ...], ...]:
    rows: list[tuple[Cell, ...]] = []
    cells: list[Cell] = []
    at = 1 if text.startswith("\ufeff") else 0
    while at < len(text):
        cell, at = _cell(text, at, delimiter)
        cells.append(cell)
        if at < len(text) and text[at] == delimiter:
            at += 1
            if at == len(text):
                cells.append(Cell("", at, at, quoted=False))
            continue
        at += 2 if text.startswith("\r\n", at) else 1
        rows.append(tuple(cells))
        cells = []
    if cells:
        rows.append(tuple(cells))
    return tuple(rows)


def _cell(text: str, start: int, delimiter: str) -> tuple[Cell, int]:
    """Return the cell that starts here, and where it ends."""
    if text.startswith('"', start):
        at = start + 1
        parts: list[str] = []
        while True:
            close = text.find('"', at)
            if close < 0:  # never closed: the rest of the file, as every reader takes it
                return Cell("".join([*parts, text[at:]]), start, len(text), quoted=True), len(text)
            parts.append(text[at:close])
            if not text.startswith('""', close):
                break
            parts.append('"')
            at = close + 2
        end = close + 1
        while end < len(text) and text[end] not in (delimiter, "\n", "\r"):
            end += 1
        parts.append(text[close + 1 : end])
        return Cell("".join(parts), start, end, quoted=True), end
    end = start
    while end < len(text) and text[end] not in (delimiter, "\n", "\r"):
        end += 1
    return Cell(text[start:end], start, end, quoted=False), end
