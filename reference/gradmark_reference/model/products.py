"""The matrix products by name, which take operands of one rank each."""

from __future__ import annotations

from collections.abc import Callable
from operator import matmul
from typing import Any

from .tensor import Tensor

METHODS = "mm mv dot bmm outer cross"


def _of_ranks(name: str, left: int, right: int, product: Any) -> Callable[[Tensor, Tensor], Tensor]:
    def method(self: Tensor, other: Tensor) -> Tensor:
        if (self.dim(), other.dim()) != (left, right):
            raise RuntimeError(f"{name}: expected operands of {left} and {right} dimensions")
        result: Tensor = product(self, other)
        return result

    return method


mm, bmm = _of_ranks("mm", 2, 2, matmul), _of_ranks("bmm", 3, 3, matmul)
mv, dot = _of_ranks("mv", 2, 1, matmul), _of_ranks("dot", 1, 1, matmul)
outer = _of_ranks("outer", 1, 1, lambda a, b: a.reshape(-1, 1) * b.reshape(1, -1))


def cross(self: Tensor, other: Tensor, dim: int = -1) -> Tensor:
    """Return what stands upright on both of two vectors, along an axis of length 3."""
    if self.shape[dim] != 3:
        raise RuntimeError(f"cross: expected an axis of length 3, not of {self.shape[dim]}")
    ahead, behind = self.roll(-1, dim), self.roll(1, dim)
    return ahead * other.roll(1, dim) - behind * other.roll(-1, dim)
