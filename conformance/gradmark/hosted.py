"""What Python itself does for a program, beside the library: weakref, gc, copy, thread, NumPy.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import copy
import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

from gradmark.program import Array
from gradmark.surface import Missing


def hosted(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call one of the language's own functions. Raises `Missing` without the NumPy it needs."""
    match name:
        case "weakref":
            return weakref.ref(*args)
        case "alive":
            return args[0]() is not None
        case "collect":
            gc.collect()
            return None
        case "copy":
            return copy.copy(*args)
        case "deepcopy":
            return copy.deepcopy(*args)
        case "thread":
            return _in_thread(*args)
    try:
        import numpy  # noqa: ICN001 - only where the program asks for it
    except ImportError:
        raise Missing("NumPy, in the worker's interpreter") from None
    value: Any = numpy
    for part in name.split(".")[1:]:
        value = getattr(value, part)
    return value(*args, **kwargs)


def _in_thread(function: Callable[..., Any], *args: Any) -> Any:
    outcome: list[Any] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(function(*args))
        except BaseException as error:  # noqa: BLE001 - raised again in the calling thread
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join()
    if errors:
        error = errors.pop()
        try:
            raise error
        finally:
            del error  # a frame that names its own exception lives on, with all that it holds
    return outcome.pop()


def array(value: Array) -> Any:
    """Make a NumPy array of what a program holds. Raises `Missing` without NumPy."""
    try:
        import numpy  # noqa: ICN001 - only where the program holds an array
    except ImportError:
        raise Missing("NumPy, in the worker's interpreter") from None
    return numpy.frombuffer(value.data, dtype=value.dtype).reshape(value.shape).copy()
