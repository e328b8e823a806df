"""Verdicts: what is said about one behaviour of one library."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any


class Outcome(str, Enum):
    """The verdicts, and no others."""

    PASS = "pass"  # noqa: S105 - a verdict
    LENIENT = "lenient"
    FAIL = "fail"
    MISSING = "missing"
    BLOCKED = "blocked"
    ERROR = "error"
    TIMEOUT = "timeout"
    CRASH = "crash"
    MEMORY = "memory"
    PROTOCOL = "protocol"
    UNGRADED = "ungraded"

    @property
    def holds(self) -> bool:
        """Say whether a must is met."""
        return self in {Outcome.PASS, Outcome.LENIENT}


LOST = frozenset({Outcome.TIMEOUT, Outcome.CRASH, Outcome.MEMORY, Outcome.PROTOCOL})
"""The worker was lost with the program: outranks everything that it had said before."""


@dataclass(frozen=True, slots=True)
class Detail:
    """Where and how a library deviates, ready to be shown.

    ``expected`` and ``observed`` are short texts; ``expected_items`` and ``observed_items`` the
    elements as texts where both are arrays, with the flat indices that differ in ``differing``;
    ``index`` is the first of them as a tuple.
    """

    label: str = ""
    line: int = 0
    step: int = 0
    expected: str = ""
    observed: str = ""
    reason: str = ""
    owner: str = ""
    max_abs: float | None = None
    max_rel: float | None = None
    allowed: str = ""
    index: tuple[int, ...] | None = None
    shape: tuple[int, ...] = ()
    expected_items: tuple[str, ...] = ()
    observed_items: tuple[str, ...] = ()
    differing: tuple[int, ...] = ()
    error: str = ""
    message: str = ""
    traceback: str = ""
    lacks: str = ""
    alternative: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One behaviour's verdict. ``root`` is the behaviour that a *blocked* one waits for."""

    id: str
    outcome: Outcome
    detail: Detail = field(default_factory=Detail)
    root: str = ""
    seconds: float = 0.0
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as a line of the journal: empty fields are left out."""
        detail = {k: _plain(v) for k, v in asdict(self.detail).items() if v not in ("", None, (), 0)}
        out: dict[str, Any] = {"kind": "verdict", "id": self.id, "outcome": self.outcome.value}
        if self.root:
            out["root"] = self.root
        if self.note:
            out["note"] = self.note
        if detail:
            out["detail"] = detail
        out["seconds"] = round(self.seconds, 6)
        return out

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Verdict:
        """Read a line of the journal."""
        detail = {
            k: tuple(v) if isinstance(v, list) else v for k, v in data.get("detail", {}).items()
        }
        return cls(
            data["id"],
            Outcome(data["outcome"]),
            Detail(**{k: _number(k, v) for k, v in detail.items()}),
            data.get("root", ""),
            data.get("seconds", 0.0),
            data.get("note", ""),
        )


def _plain(value: Any) -> Any:
    """Write what JSON has no number for as text."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value - value != 0:
        return repr(value)
    return value


def _number(name: str, value: Any) -> Any:
    return float(value) if name in {"max_abs", "max_rel"} and isinstance(value, str) else value
