"""Finding an engine's own names for no_grad and detach, where they are not PyTorch's.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from gradmark_backends.recognition.reading import ABSENT, number, own, peek
from gradmark_backends.recognition.spelling import DIFFERENTIATES, Spelling
from gradmark_backends.recognition.starting import go_backward

NO_GRADS = ("no_grad", "nograd", "NoGrad", "no_autodiff", "no_backprop", "no_gradient", "no_tape")
DETACHES = ("detach", "detached", "stop_gradient", "stop_grad", "unchain", "constant")


def no_grad_of(places: Iterable[Any], kind: type) -> tuple[str, Callable[..., Any] | None]:
    """Return an engine's switch and its name; a name is not enough where it is not PyTorch's."""
    for name in NO_GRADS:
        for place in places:
            found = peek(place, name)
            usable = found is not ABSENT and (_manages(found) or callable(found))
            if usable and own(found, place):
                return name, _opened(found)
        held = inspect.getattr_static(kind, name, None)
        if isinstance(held, (staticmethod, classmethod, type)):
            return f"{kind.__name__}.{name}", peek(kind, name)
    return "", None


def _manages(value: Any) -> bool:
    return hasattr(type(value), "__enter__") and hasattr(type(value), "__exit__")


def _opened(found: Any) -> Callable[..., Any]:
    """Return something to call: a switch that is there once and for all is handed out as it is."""
    return (lambda: found) if _manages(found) and not callable(found) else found


def detach_of(spelling: Spelling) -> str:
    """Return the method that cuts a value off, by what it does where it is not called detach."""
    for name in DETACHES:
        method = peek(spelling.kind, name)
        if not callable(method) or isinstance(method, type):
            continue
        if name == "detach" or _cuts(spelling, name):
            return name
    return ""


def _cuts(spelling: Spelling, name: str) -> bool:
    """Say whether x·detached(x) + x has the slope x + 1."""
    if spelling.score != DIFFERENTIATES:
        return False
    try:
        x = spelling.leaf(3.0)
        cut = getattr(x, name)()
        y = x * cut + x
        go_backward(spelling, y)
        return number(peek(x, spelling.gradient)) == 4.0  # noqa: PLR2004 - 3 + 1
    except BaseException:  # noqa: BLE001 - an engine may refuse in any way
        return False
