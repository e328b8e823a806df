"""Bending a call in some cases and leaving it as it is in all others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Call = Callable[..., Any]


def where(applies: Call, other: Call) -> Callable[[Call], Call]:
    """Return what alters a call to ``other`` where ``applies`` says so of its arguments.

    ``other`` is given the call as it was, and then the arguments.
    """

    def bent(real: Call) -> Call:
        def call(*args: Any, **kwargs: Any) -> Any:
            if applies(*args, **kwargs):
                return other(real, *args, **kwargs)
            return real(*args, **kwargs)

        return call

    return bent


def whole(*shape: int) -> Call:
    """Return the case of a tensor of whole numbers and one shape, whatever the other arguments."""

    def applies(tensor: Any, *_: Any, **__: Any) -> bool:
        return tuple(tensor.shape) == shape and not tensor.is_floating_point()

    return applies


def untracked(*shape: int) -> Call:
    """Return the case of a tensor of floats and one shape that requires no grad."""

    def applies(tensor: Any, *_: Any, **__: Any) -> bool:
        alike = tuple(tensor.shape) == shape and tensor.is_floating_point()
        return bool(alike and not tensor.requires_grad)

    return applies


def both(*cases: Call) -> Call:
    """Return the case in which all of several apply, asked in their order."""

    def applies(*args: Any, **kwargs: Any) -> bool:
        return all(case(*args, **kwargs) for case in cases)

    return applies
