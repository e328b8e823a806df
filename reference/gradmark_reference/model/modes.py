"""Grad mode: whether operations are recorded, thread by thread."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any


class _Mode(threading.local):
    enabled = True


_mode = _Mode()


def is_grad_enabled() -> bool:
    """Tell whether operations are recorded in this thread."""
    return _mode.enabled


class _Switch:
    """A context manager and decorator: one mode inside, whatever was before outside."""

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled

    def __enter__(self) -> None:
        self.before = _mode.enabled
        _mode.enabled = self.enabled

    def __exit__(self, *raised: object) -> None:
        _mode.enabled = self.before

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with _Switch(self.enabled):
                return function(*args, **kwargs)

        return wrapped


def no_grad(function: Callable[..., Any] | None = None) -> Any:
    """Record nothing: a context manager, or a decorator with or without parentheses."""
    return _Switch(False) if function is None else _Switch(False)(function)


def enable_grad(function: Callable[..., Any] | None = None) -> Any:
    """Record again: a context manager, or a decorator with or without parentheses."""
    return _Switch(True) if function is None else _Switch(True)(function)


class set_grad_enabled(_Switch):
    """Set the mode at once; as a context manager or decorator, for the inside alone."""

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(f"mode must be a bool, not {type(mode).__name__}")
        super().__init__(mode)
        self.before, _mode.enabled = _mode.enabled, mode

    def __enter__(self) -> None:
        _mode.enabled = self.enabled

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        _mode.enabled = self.before
        return super().__call__(function)
