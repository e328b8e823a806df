"""An engine that computes, keeps its flags and refuses every backward."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradmark_reference.nulls._forward import Forward, no_grad, set_grad_enabled


class Tensor(Forward):
    """Refuses to differentiate."""

    def backward(self, *_: Any, **__: Any) -> None:
        """Refuse."""
        raise RuntimeError("not today")


__all__ = ["Tensor", "no_grad", "ones", "set_grad_enabled", "tensor"]


def tensor(data: Any, requires_grad: bool = False) -> Tensor:
    """Return a leaf."""
    return Tensor(data, requires_grad)


def ones(*sizes: int, requires_grad: bool = False) -> Tensor:
    """Return a leaf full of ones."""
    return Tensor(np.ones(sizes), requires_grad)
