"""The matrix products by name, which take operands of one rank each."""

from __future__ import annotations

from collections.abc import Callable
from operator import matmul
from typing import Any

import numpy as np

from .autograd import Array, Edge
from .tensor import Tensor, record

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


def einsum(equation: str, *operands: Tensor) -> Tensor:
    """Return the sum of products over all letters that the result lacks; no operand repeats one."""
    inputs, result = equation.split("->")
    terms = inputs.split(",")
    lengths = dict(zip("".join(terms), (n for x in operands for n in x.shape), strict=True))

    def edge(own: int) -> Edge:
        others = [n for n in range(len(terms)) if n != own]
        known = [letter for letter in terms[own] if any(letter in terms[n] for n in others)]
        known += [letter for letter in result if letter in terms[own] and letter not in known]
        back = ",".join([result, *(terms[n] for n in others)]) + "->" + "".join(known)
        shape = [lengths[letter] if letter in known else 1 for letter in terms[own]]
        order = [known.index(letter) for letter in terms[own] if letter in known]
        whole = operands[own].shape

        def pull(g: Array, *saved: Array) -> Array:
            # A letter that stands nowhere else was only summed: its gradient is stretched.
            return np.broadcast_to(
                np.einsum(back, g, *saved).transpose(order).reshape(shape), whole
            )

        return Edge(operands[own], pull, *(operands[n] for n in others))

    out = Tensor(np.einsum(equation, *(x._array for x in operands)))
    return record(out, "Einsum", *(edge(n) for n in range(len(terms))))


def cross(self: Tensor, other: Tensor, dim: int = -1) -> Tensor:
    """Return what stands upright on both of two vectors, along an axis of length 3."""
    if self.shape[dim] != 3:
        raise RuntimeError(f"cross: expected an axis of length 3, not of {self.shape[dim]}")
    ahead, behind = self.roll(-1, dim), self.roll(1, dim)
    return ahead * other.roll(1, dim) - behind * other.roll(-1, dim)
