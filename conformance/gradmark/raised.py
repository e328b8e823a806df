"""Turning a library's exceptions into findings: absent or raised, with whose frames.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import traceback
from types import TracebackType

from gradmark.surface import Misplaced, Missing, Unreadable
from gradmark.trace import TRACE_LIMIT, Stop, Value, cut

_BOUNDARY = (
    "unsupported operand type",
    "bad operand type",
    "unexpected keyword argument",
    "got an unexpected keyword",
    "takes no keyword arguments",
    "invalid keyword argument",
    "positional argument",
    "not subscriptable",
    "not callable",
    "has no len()",
    "does not support item assignment",
    "does not support the context manager protocol",
    "not supported between instances",
    "cannot create weak reference",
    "takes no arguments",
)


def classes(kind: type) -> tuple[str, ...]:
    """Return the names of a class and its bases along the MRO."""
    return tuple(cut(c.__name__, 100) for c in kind.__mro__ if c is not object)[:20]


def named(error: BaseException) -> tuple[str, ...]:
    """Return the names of an exception's classes; what is absent is Missing before all else."""
    if not isinstance(error, Missing):
        return classes(type(error))
    kind = type(error.__cause__) if isinstance(error.__cause__, TypeError) else Exception
    misplaced = ("Misplaced",) if isinstance(error, Misplaced) else ()
    return ("Missing", *misplaced, *classes(kind))


def raised(error: BaseException, step: int) -> Value:
    """Turn an exception into a value: its classes, its message and the step that raised it."""
    return Value("raised", text=message_of(error), names=named(error), step=step)


def message_of(error: BaseException) -> str:
    """Return an exception's message, cut to the limit, whatever its ``__str__`` does."""
    try:
        return cut(str(error))
    except BaseException as broken:  # noqa: BLE001 - a library's exception may have any __str__
        return f"(its message raised {type(broken).__name__})"


_ROOT = __name__.rpartition(".")[0]
_OURS = tuple(f"{_ROOT}{rest}" for rest in (".", "_backends.", "_reference.live"))


def _library_frames(error: BaseException) -> list[TracebackType]:
    """Return the frames of a traceback that are not ours."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if not name.startswith(_OURS):
            frames.append(trace)
        trace = trace.tb_next
    return frames


def at_boundary(error: TypeError) -> bool:
    """Say whether a TypeError means that an operator or keyword is absent.

    It was raised at the boundary, before any code of the library ran.
    """
    text = message_of(error)
    return not _library_frames(error) and any(part in text for part in _BOUNDARY)


def stopped(error: BaseException, at: int) -> Stop:
    """Turn the exception that ended a replay into the reason why."""
    reason = "raised"
    lacks = ""
    if isinstance(error, Missing):
        reason, lacks = "missing", message_of(error)
    elif isinstance(error, NotImplementedError):
        reason, lacks = "missing", message_of(error) or "it raises NotImplementedError"
    elif isinstance(error, Unreadable):
        reason = "unreadable"
    elif isinstance(error, MemoryError):
        reason = "memory"
    frames = _library_frames(error)
    text = ""
    if frames:
        lines = traceback.format_list(traceback.extract_tb(frames[0], limit=40))
        text = cut("".join(lines), TRACE_LIMIT)
    return Stop(reason, at, named(error), message_of(error), text, lacks)
