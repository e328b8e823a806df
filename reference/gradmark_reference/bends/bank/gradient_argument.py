"""Bends of the names under which the gradient argument is passed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradmark_reference.bends.bend import Bend


def _accepted_in_silence(original: Callable[..., Any]) -> Callable[..., Any]:
    def backward(tensors: Any, grad_tensors: Any = None, *args: Any, **kwargs: Any) -> Any:
        old = kwargs.pop("grad_variables", None)
        return original(tensors, grad_tensors if old is None else old, *args, **kwargs)

    return backward


BENDS = (
    Bend(
        "old-name-accepted-in-silence",
        "autograd.backward takes grad_variables without a word",
        "autograd.backward",
        _accepted_in_silence,
        own=("gradient-argument.old-name-warns",),
    ),
)
