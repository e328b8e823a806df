"""The frames of a body that is being recorded: where it is, and what its names hold."""

from __future__ import annotations

import contextlib
import inspect
import sys
import sysconfig
from traceback import walk_tb
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
_SPEC = (f"{_FOLDER}spec/", f"{_FOLDER}operations/")
_PYTHONS = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"))
_INSTALLED = ("/site-packages/", "/dist-packages/")
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


def is_installed(filename: str) -> bool:
    """Say whether a file is Python's, an installed package's or ours, but no behaviour's."""
    if filename.startswith(_SPEC):
        return False
    return filename.startswith((_FOLDER, "<", *_PYTHONS)) or any(p in filename for p in _INSTALLED)


def raised_at(error: BaseException, otherwise: str) -> tuple[str, str]:
    """Return file and line of the author's statement that raised.

    Beside it stands what it called there, where that is Python's or an installed package's.
    """
    found, called = otherwise, ""
    for frame, line in walk_tb(error.__traceback__):
        code = frame.f_code
        if not is_installed(code.co_filename):
            found, called = f"{code.co_filename}:{line}", ""
        elif not called and code.co_filename not in _OURS and found != otherwise:
            package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
            called = "" if package == "gradmark" else f"{package}'s {code.co_name}()"
    return found, called


def names_in(frame: FrameType) -> dict[str, Any]:
    """Return a function's names and what they hold, leaving nothing of it behind."""
    if not frame.f_code.co_flags & inspect.CO_OPTIMIZED:
        return {}
    names = frame.f_locals
    found = dict(names)
    if _SNAPSHOTS:
        names.clear()
    return found
