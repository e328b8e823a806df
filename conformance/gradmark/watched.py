"""Watching a body while it is recorded: what its source can't tell is seen when it is called."""

from __future__ import annotations

import builtins
import operator
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from gradmark.errors import Unfaithful
from gradmark.faithful import QUESTIONS, check_code
from gradmark.recorded import Named, Recorded

_OURS = str(Path(__file__).parent)
_SPEC = (f"{_OURS}/spec/", f"{_OURS}/operations/")
_ASKING = {
    **{getattr(builtins, name): instead for name, instead in QUESTIONS.items()},
    sys.getrefcount: "lib.host.weakref(value) and lib.host.alive(reference)",
    operator.is_: "lib.same(a, b), or lib.kind(value) where None is meant",
    operator.is_not: "lib.same(a, b), or lib.kind(value) where None is meant",
}
"""Built-in functions that get a wrong answer from a value that is not there yet."""


_PARTS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})


@contextmanager
def watching(body: CodeType) -> Iterator[None]:
    """Hold whatever is given a recorded value to the rules that the body is held to.

    A helper of another package is read when it is called; a built-in function under another name
    is known by what it is. Raises `Unfaithful`.
    """
    before = sys.getprofile()
    sys.setprofile(_watch({body}))
    try:
        yield
    finally:
        sys.setprofile(before)


def _watch(read: set[CodeType]) -> Callable[[FrameType, str, Any], None]:
    def see(frame: FrameType, event: str, function: Any) -> None:
        code = frame.f_code
        if event == "call" and code not in read and not _is_ours(code) and _is_given(frame):
            check_code(code, frame.f_globals)
            read.add(code)
        elif event == "c_call" and code in read and function in _ASKING:
            raise Unfaithful(
                f"`{function.__name__}()`",
                f"{code.co_filename}:{frame.f_lineno}",
                _ASKING[function],
            )

    return see


def _is_ours(code: CodeType) -> bool:
    """Say whether code has no source of a behaviour's own."""
    if code.co_name in _PARTS or (code.co_name == "__init__" and code.co_filename == "<string>"):
        return True  # part of a function that was read, or what a dataclass makes of its fields
    return code.co_filename.startswith(_OURS) and not code.co_filename.startswith(_SPEC)


def _is_given(frame: FrameType) -> bool:
    """Say whether a function that is called holds recorded values, itself or in a container."""
    # The frame's own dict is left as it is: what is taken out of it here would be unbound there.
    for value in frame.f_locals.values():
        inside = value.values() if type(value) is dict else value
        items = inside if type(value) in {list, tuple, dict} else (value,)
        if any(type(item) in {Recorded, Named} for item in items):
            return True
    return False
