"""The blocks of the language itself, what leaves them early, and the order of what they hold."""

from __future__ import annotations

from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any

from gradmark.program import Step, released

if TYPE_CHECKING:
    from gradmark.recorder import Recorder


class Thrown(Exception):
    """What `lib.throw` raises while recording: it leaves the blocks up to `lib.caught`."""


class Block:
    """A ``with`` of the language itself."""

    __slots__ = ("_fields", "_op", "_recorder")

    def __init__(self, recorder: Recorder, op: str, **fields: Any) -> None:
        self._recorder = recorder
        self._op = op
        self._fields = fields

    def __enter__(self) -> None:
        self._recorder.open(self._op, **self._fields)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._recorder.leave(error)
        return self._op == "caught" and isinstance(error, Thrown)


def tidy(steps: list[Step], *, last: bool) -> tuple[Step, ...]:
    """Put neighbouring releases into one order; where nothing follows, drop those at the end.

    The order in which Python lets go of several names at once is not promised to stay the same.
    """
    out: list[Step] = []
    pending: list[Step] = []
    for step in steps:
        if step.op == "release":
            pending.append(step)
            continue
        out += [*_ordered(pending), step]
        pending = []
    return tuple(out if last else [*out, *_ordered(pending)])


def _ordered(releases: list[Step]) -> list[Step]:
    if len(releases) < 2:  # noqa: PLR2004 - one is in order
        return releases
    numbers = [step.number for step in releases]
    by_slot = sorted(releases, key=released)
    return [replace(s, number=n) for s, n in zip(by_slot, numbers, strict=True)]
