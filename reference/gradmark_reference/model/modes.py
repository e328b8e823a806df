"""Grad mode: whether operations are recorded, thread by thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class _Mode(threading.local):
    enabled = True


_mode = _Mode()


def is_grad_enabled() -> bool:
    """Tell whether operations are recorded in this thread."""
    return _mode.enabled


@contextmanager
def _inside(enabled: bool) -> Iterator[None]:
    before, _mode.enabled = _mode.enabled, enabled
    try:
        yield
    finally:
        _mode.enabled = before


def no_grad(function: Callable[..., Any] | None = None) -> Any:
    """Record nothing: a context manager, or a decorator with or without parentheses."""
    return _inside(False) if function is None else _inside(False)(function)


def enable_grad(function: Callable[..., Any] | None = None) -> Any:
    """Record again: a context manager, or a decorator with or without parentheses."""
    return _inside(True) if function is None else _inside(True)(function)


class set_grad_enabled:
    """Set the mode at once; as a context manager or decorator, for the inside alone."""

    def __init__(self, mode: bool) -> None:
        self.mode, self.before, _mode.enabled = mode, _mode.enabled, mode

    def __enter__(self) -> None:
        _mode.enabled = self.mode

    def __exit__(self, *raised: object) -> None:
        _mode.enabled = self.before

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        _mode.enabled = self.before
        return _inside(self.mode)(function)
