"""The frames of a body that is being recorded: where it is, and what its names hold."""

from __future__ import annotations

import contextlib
import inspect
import sys
from types import FrameType
from typing import Any

_FOLDER = __file__.rpartition("frames")[0]
_OURS = frozenset(
    {
        f"{_FOLDER}{name}.py"
        for name in ("blocks", "captured", "frames", "library", "record", "recorded", "recorder")
    }
    | {contextlib.__file__}
)
_OUTERMOST = f"{_FOLDER}record.py"
"""Where bodies are called."""

_SNAPSHOTS = sys.version_info < (3, 13)
"""Whether a frame keeps the dict of its names that it once handed out, and so their values."""


def body_frames() -> list[FrameType]:
    """Return the frames of the body and of what it called, the innermost first."""
    frame: FrameType | None = sys._getframe(1)
    found: list[FrameType] = []
    while frame is not None and frame.f_code.co_filename != _OUTERMOST:
        if frame.f_code.co_filename not in _OURS:
            found.append(frame)
        frame = frame.f_back
    return found


def raised_at(error: BaseException, otherwise: str) -> str:
    """Return file and line of the body's statement that raised."""
    found, trace = otherwise, error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file not in _OURS:
            found = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def names_in(frame: FrameType) -> dict[str, Any]:
    """Return a function's names and what they hold, leaving nothing of it behind."""
    if not frame.f_code.co_flags & inspect.CO_OPTIMIZED:
        return {}
    names = frame.f_locals
    found = dict(names)
    if _SNAPSHOTS:
        names.clear()
    return found
