"""An engine that computes, keeps its flags, refuses what is to be refused and says zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradmark_reference.nulls._forward import Forward, no_grad, set_grad_enabled


class Tensor(Forward):
    """Has the gradient zero everywhere."""

    used = False

    def backward(self, gradient: Any = None, retain_graph: bool = False) -> None:
        """Give zeros to all leaves."""
        if not self.requires_grad or self.used:
            raise RuntimeError("nothing to go back through")
        if gradient is None and self.array.size != 1:
            raise RuntimeError("a gradient is needed")
        if gradient is not None and gradient.shape != self.shape:
            raise RuntimeError("a gradient of another shape")
        self.used = self.grad_fn is not None and not retain_graph
        waiting: list[Forward] = [self]
        seen: set[int] = set()
        while waiting:
            one = waiting.pop()
            if id(one) in seen:
                continue
            seen.add(id(one))
            waiting += one.sources
            if one.is_leaf:
                one.grad = type(self)(np.zeros_like(one.array))


__all__ = ["Tensor", "no_grad", "ones", "set_grad_enabled", "tensor"]


def tensor(data: Any, requires_grad: bool = False) -> Tensor:
    """Return a leaf."""
    return Tensor(data, requires_grad)


def ones(*sizes: int, requires_grad: bool = False) -> Tensor:
    """Return a leaf full of ones."""
    return Tensor(np.ones(sizes), requires_grad)
