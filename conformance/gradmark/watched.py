"""Watching a body while it is recorded: what its source can't tell is seen when it is called."""

from __future__ import annotations

import builtins
import inspect
import operator
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from gradmark.captured import DEEP, attributes
from gradmark.errors import Unfaithful
from gradmark.faithful import QUESTIONS, check_code
from gradmark.frames import is_installed
from gradmark.recorded import Named, Recorded

_OURS = __file__.rpartition("watched")[0]
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
    """Hold whatever the body calls to the rules that the body is held to.

    A helper of another package is read when it is called, an installed one where it is given a
    recorded value; a built-in function under another name
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
        if event == "call" and code not in read and _is_to_be_read(frame):
            check_code(code, frame.f_globals)
            read.add(code)
        elif event == "c_call" and code in read and function in _ASKING:
            raise Unfaithful(
                f"`{function.__name__}()`",
                f"{code.co_filename}:{frame.f_lineno}",
                _ASKING[function],
            )

    return see


def _is_to_be_read(frame: FrameType) -> bool:
    """Say whether a function is a helper of the body's, or was given what is recorded."""
    code = frame.f_code
    if not code.co_flags & inspect.CO_OPTIMIZED or code.co_name in _PARTS:
        return False  # a module or a class that is made, or part of a function that was read
    if code.co_name == "__init__" and code.co_filename == "<string>":
        return False  # what a dataclass makes of its fields
    if not is_installed(code.co_filename):
        return True
    return not code.co_filename.startswith(_OURS) and not _is_for_us(frame) and _is_given(frame)


def _is_for_us(frame: FrameType) -> bool:
    """Say whether Python's own functions are at work for the recording itself."""
    caller = frame.f_back
    while caller is not None and is_installed(caller.f_code.co_filename):
        if caller.f_code.co_filename.startswith(_OURS):
            return True
        caller = caller.f_back
    return False


def _is_given(frame: FrameType) -> bool:
    """Say whether a function that is called holds recorded values, however deep inside."""
    # The frame's own dict is left as it is: what is taken out of it here would be unbound there.
    return any(_holds(value, DEEP) for value in frame.f_locals.values())


def _holds(value: Any, depth: int) -> bool:
    kind = type(value)
    if kind in {Recorded, Named}:
        return True
    if not depth:
        return False
    if issubclass(kind, (list, tuple, deque)):
        inside = list(value)
    else:
        inside = list(value.values()) if issubclass(kind, dict) else [*attributes(value).values()]
    return any(_holds(item, depth - 1) for item in inside)
