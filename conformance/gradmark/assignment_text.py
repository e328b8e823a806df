"""The text of an assignment file: what it says, and on which line."""

from __future__ import annotations

import re
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

from gradmark.errors import GradmarkError

_GROUP = re.compile(r"\s*\[\[\s*[\"']?group[\"']?\s*\]\]")
_INLINE = re.compile(r"\s*[\"']?group[\"']?\s*=")
_AT = re.compile(r"\(at line (\d+), column \d+\)")
_TABLE = re.compile(r"\s*\[")


class File:
    """The text of one file, with a way to say where in it something is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise GradmarkError(
                "no-assignment",
                f"{path} can't be read",
                cause=str(error),
                hint="gradmark init writes gradmark.toml with defaults",
            ) from None

    def mistake(
        self, what: str, key: str = "", group: int | None = None, hint: str = ""
    ) -> GradmarkError:
        """Return an error with the line of a key, in the group of that number if given."""
        where = f"{self.path}:{self.line(key, group)}"
        return GradmarkError("bad-assignment", f"{where}: {what}", hint=hint)

    def line(self, key: str, group: int | None) -> int:
        """Return the line on which a key, or else its group, is written."""
        lines = self.text.split("\n")
        first, last = self._span(lines, group)
        if not key:
            return first + 1
        name = rf"[\"']?{re.escape(key)}[\"']?\s*[=.\]]"
        alone = re.compile(rf"\s*\[*\s*(?:[\w\"'-]+\s*\.\s*)*{name}")
        inside = re.compile(rf".*[{{,]\s*{name}")
        found = (n for way in (alone, inside) for n in range(first, last) if way.match(lines[n]))
        return next(found, first) + 1

    @staticmethod
    def _span(lines: list[str], group: int | None) -> tuple[int, int]:
        """Return the lines of a group, or of the whole file."""
        if group is None:
            return 0, len(lines)
        starts = [n for n, line in enumerate(lines) if _GROUP.match(line)]
        if group < len(starts):
            first = starts[group]
            after = range(first + 1, len(lines))
            return first, next((n for n in after if _TABLE.match(lines[n])), len(lines))
        inline = next((n for n, line in enumerate(lines) if _INLINE.match(line)), len(lines))
        braces = [n for n in range(inline, len(lines)) for _ in range(lines[n].count("{"))]
        if group >= len(braces):
            return 0, len(lines)
        return braces[group], next((n for n in braces[group:] if n > braces[group]), len(lines))


def parsed(file: File) -> dict[str, Any]:
    """Return what a file says, with exact numbers. Raises `GradmarkError` with its line."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(file.text, parse_float=_float)
    except ValueError as error:
        where = str(file.path)
        if at := _AT.search(str(error)):
            where += f":{at[1]}"
        elif "end of document" in str(error):
            where += f":{file.text.rstrip().count(chr(10)) + 1}"
        raise GradmarkError(
            "bad-assignment", f"{where}: this is no TOML", cause=str(error)
        ) from None


def _float(said: str) -> Fraction | float:
    """Keep numbers exact; ``nan``, ``inf`` and 1e9 are left to whoever knows their line."""
    inexact = said.lstrip("+-") in {"nan", "inf"} or "e" in said.lower()
    return float(said) if inexact else Fraction(said)
