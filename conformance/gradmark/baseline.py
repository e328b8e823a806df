"""The baseline: deviations that a library's authors know of, each with a reason."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradmark.errors import GradmarkError, near
from gradmark.run import Entry, Run
from gradmark.verdict import Outcome

NAME = "gradmark-baseline.toml"
_KEYS = ("id", "verdict", "reason", "link")
_HEAD = """\
# What is known to deviate, and why. A deviation that is not listed fails the run, and so does an
# entry that holds by now. Behaviours that wait for a listed one need no entry.
"""


@dataclass(frozen=True, slots=True)
class Known:
    """One deviation: the behaviour, the verdict that it has, why, and where it is tracked."""

    id: str
    verdict: str
    reason: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """How a run differs from a baseline: each of the three fails it."""

    new: tuple[Entry, ...]
    stale: tuple[Known, ...]
    unknown: tuple[Known, ...]
    excused: tuple[Entry, ...] = ()
    unexplained: tuple[Known, ...] = ()
    """Entries that give no reason yet; they fail nothing."""

    @property
    def agrees(self) -> bool:
        """Say whether everything is as it was written down."""
        return not (self.new or self.stale or self.unknown)


def compare(run: Run, known: Iterable[Known], ids: Iterable[str]) -> Compared:
    """Hold a run against a baseline; ``ids`` are all behaviours that there are.

    An entry of a behaviour that this run did not ask is neither new nor stale.
    """
    listed = {k.id: k for k in known}
    exists = set(ids)
    entries = {e.id: e for e in run.entries}
    new: list[Entry] = []
    excused: list[Entry] = []
    for entry in run.entries:
        if not entry.counted or entry.holds or entry.outcome is Outcome.UNGRADED:
            continue
        found = listed.get(entry.id)
        waits = entry.outcome is Outcome.BLOCKED and entry.verdict.root in listed
        same = found is not None and found.verdict == entry.outcome.value
        (excused if same or waits else new).append(entry)
    stale = [k for k in listed.values() if k.id in entries and entries[k.id].holds]
    unknown = [k for k in listed.values() if k.id not in exists]
    used = {e.id for e in excused}
    bare = tuple(k for k in listed.values() if k.id in used and not k.reason.strip())
    return Compared(tuple(new), tuple(stale), tuple(unknown), tuple(excused), bare)


def gate(run: Run, compared: Compared) -> int:
    """Return the exit code: 0 as it was written down, 1 otherwise, 3 where something has none."""
    if any(e.outcome is Outcome.UNGRADED for e in run.entries) or not run.complete:
        return 3
    return int(not compared.agrees)


def lines(compared: Compared, path: Path) -> list[str]:
    """Say in plain lines what is new, stale and unknown, and what to do."""
    out = [f"baseline {path}: {len(compared.excused)} known deviations"]
    if compared.unexplained:
        first, number = compared.unexplained[0].id, len(compared.unexplained)
        out.append(f"  without a reason: {number} of its entries, {first} for one")
    out += [f"  new: {e.id} ({e.outcome.value})" for e in compared.new]
    out += [f"  stale: {k.id} holds now, so its entry can go" for k in compared.stale]
    out += [f"  unknown: there is no behaviour {k.id}" for k in compared.unknown]
    return out


def written(run: Run, before: Iterable[Known] = ()) -> str:
    """Return a baseline for a run; what was said about an entry before is kept."""
    kept = {k.id: k for k in before}
    text = [_HEAD]
    for entry in run.entries:
        if not entry.counted or entry.holds or entry.outcome is Outcome.BLOCKED:
            continue
        old = kept.get(entry.id, Known(entry.id, ""))
        known = Known(entry.id, entry.outcome.value, old.reason, old.link)
        text.append("[[known]]")
        text += [f"{key} = {_quoted(getattr(known, key))}" for key in _KEYS]
        text.append("")
    return "\n".join(text)


def write(path: Path, run: Run) -> str:
    """Write a run's deviations down and say so; reasons that stand there already are kept.

    Raises `GradmarkError` where the file can't be read or written.
    """
    before = read(path) if path.exists() else ()
    text = written(run, before)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise GradmarkError(
            "unwritable-output", f"{path} can't be written", cause=str(error), hint="another path"
        ) from None
    count = text.count("[[known]]")
    return f"baseline: {path}, {count} known deviations; write a reason to each"


def _quoted(value: str) -> str:
    # A basic string of TOML is escaped as one of JSON's is, but for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def read(path: Path) -> tuple[Known, ...]:
    """Read a baseline. Raises `GradmarkError` for one that is broken or lists an id twice."""
    data = _parsed(path)
    for key in data:
        if key != "known":
            raise _broken(path, f"unknown key {key!r}", near(key, ["known"]) or "[[known]]")
    tables = data.get("known", [])
    if not isinstance(tables, list):
        raise _broken(path, "known has to be written as [[known]]")
    found: dict[str, Known] = {}
    for number, table in enumerate(tables, 1):
        one = _known(path, table, number)
        if one.id in found:
            raise _broken(path, f"{one.id} is listed twice")
        found[one.id] = one
    return tuple(found.values())


def _parsed(path: Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise GradmarkError(
            "no-baseline",
            f"{path} can't be read",
            cause=str(error),
            hint=f"--write-baseline={path} writes one",
        ) from None
    except ValueError as error:
        raise _broken(path, "it is no TOML", cause=str(error)) from None


def _known(path: Path, table: Any, number: int) -> Known:
    where = f"entry {number}"
    if not isinstance(table, dict):
        raise _broken(path, f"{where} has to be written as [[known]]")
    for key, value in table.items():
        if key not in _KEYS:
            raise _broken(path, f"{where} has an unknown key {key!r}", near(key, _KEYS))
        if not isinstance(value, str):
            raise _broken(path, f"{where}: {key} has to be a text")
    for key in ("id", "verdict"):
        if not table.get(key):
            raise _broken(path, f"{where} has no {key!r}")
    outcomes = [o.value for o in Outcome if not o.holds]
    if table["verdict"] not in outcomes:
        hint = near(table["verdict"], outcomes) or f"one of {', '.join(outcomes)}"
        raise _broken(path, f"{where}: there is no verdict {table['verdict']!r}", hint)
    return Known(**table)


def _broken(path: Path, what: str, hint: str = "", cause: str = "") -> GradmarkError:
    return GradmarkError("bad-baseline", f"{path}: {what}", cause=cause, hint=hint)
