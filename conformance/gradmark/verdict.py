"""Verdicts: what is said about one behaviour of one library."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from gradmark.strict import build, filled, plain


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
    loaded: tuple[str, ...] = ()
    """Packages and native libraries that were loaded while it was asked: evidence, no verdict."""

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as a line of the journal: what is as by default is left out."""
        out = {"kind": "verdict", **filled(self, without="detail"), "detail": filled(self.detail)}
        out["seconds"] = plain(round(self.seconds, 6))
        return {name: value for name, value in out.items() if value != {}}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Verdict:
        """Read a line of the journal. Raises ValueError for what `to_json` never writes."""
        return build(cls, {name: data[name] for name in data.keys() - {"kind", "about"}})
