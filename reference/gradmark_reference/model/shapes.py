"""Functions that only move elements: each leads what arrives back to where it came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from .autograd import Array, Edge
from .tensor import Tensor, compute, record, sizes_of

METHODS = (
    "flatten squeeze unsqueeze permute expand repeat flip roll narrow tril triu diagonal "
    "split chunk unbind"
)


def flatten(self: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Return a tensor in which a row of axes has become one."""
    shape = self.shape or (1,)
    start, stop = start_dim % len(shape), end_dim % len(shape) + 1
    return self.reshape(*shape[:start], prod(shape[start:stop]), *shape[stop:])


def squeeze(self: Tensor, dim: Any = None) -> Tensor:
    """Return a tensor without its axes of length 1, or without the given ones if they are."""
    given = range(self.dim()) if dim is None else dim if isinstance(dim, tuple) else (dim,)
    gone = [axis % (self.dim() or 1) for axis in given]
    lengths = enumerate(self.shape)
    return self.reshape([length for axis, length in lengths if length != 1 or axis not in gone])


def unsqueeze(self: Tensor, dim: int) -> Tensor:
    """Return a tensor with one more axis, of length 1."""
    place = dim % (self.dim() + 1)
    return self.reshape(*self.shape[:place], 1, *self.shape[place:])


def permute(self: Tensor, *dims: Any) -> Tensor:
    """Return a tensor with its axes in another order."""
    order = [dim % self.dim() for dim in sizes_of(dims)]
    out = self._view(self._array.transpose(order))
    return record(out, "Permute", Edge(self, lambda g: g.transpose(np.argsort(order))))


def expand(self: Tensor, *sizes: Any) -> Tensor:
    """Return a tensor that shows the same elements again along axes of length 1, or new ones."""
    wanted = sizes_of(sizes)
    old = (1,) * (len(wanted) - self.dim()) + self.shape
    shape = [length if size == -1 else size for size, length in zip(wanted, old, strict=True)]
    # What was stretched is summed by the edge, as for every operation that broadcasts.
    return record(
        self._view(np.broadcast_to(self._array, shape)), "Expand", Edge(self, lambda g: g)
    )


def repeat(self: Tensor, *sizes: Any) -> Tensor:
    """Return copies side by side, so many along each axis."""
    times = sizes_of(sizes)
    old = (1,) * (len(times) - self.dim()) + self.shape
    copies = [length for pair in zip(times, old, strict=True) for length in pair]
    every_other = tuple(range(0, len(copies), 2))
    back = Edge(self, lambda g: g.reshape(copies).sum(axis=every_other))
    return record(Tensor(np.tile(self._array, times)), "Repeat", back)


def flip(self: Tensor, *dims: Any) -> Tensor:
    """Return a copy in which the order along some axes is reversed."""
    axes = sizes_of(dims)
    return record(
        Tensor(np.flip(self._array, axes)), "Flip", Edge(self, lambda g: np.flip(g, axes))
    )


def roll(self: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    """Return a copy in which elements move along, and come in again on the other side."""
    back = Edge(self, lambda g: np.roll(g, np.negative(shifts), dims))
    return record(Tensor(np.roll(self._array, shifts, dims)), "Roll", back)


def tril(self: Tensor, diagonal: int = 0) -> Tensor:
    """Return a copy with zeros above a diagonal."""
    back = Edge(self, lambda g: np.tril(g, diagonal))
    return record(Tensor(np.tril(self._array, diagonal)), "Tril", back)


def triu(self: Tensor, diagonal: int = 0) -> Tensor:
    """Return a copy with zeros below a diagonal."""
    back = Edge(self, lambda g: np.triu(g, diagonal))
    return record(Tensor(np.triu(self._array, diagonal)), "Triu", back)


def diagonal(self: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """Return the elements on a diagonal, as the last axis."""
    places = np.arange(self.numel()).reshape(self.shape).diagonal(offset, dim1, dim2)
    return self.take(Tensor(places))


def narrow(self: Tensor, dim: int, start: int, length: int) -> Tensor:
    """Return a part of one axis."""
    return self[(slice(None),) * (dim % self.dim()) + (slice(start, start + length),)]


def split(self: Tensor, split_size: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Return parts of one length, of which the last may be shorter, or of the given lengths."""
    sizes, whole = split_size, self.shape[dim]
    if isinstance(sizes, int):
        sizes = [min(sizes, whole - start) for start in range(0, whole or 1, sizes)]
    stops = np.cumsum(sizes).tolist()
    return tuple(narrow(self, dim, b - size, size) for b, size in zip(stops, sizes, strict=True))


def chunk(self: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Return at most so many parts of one length, of which the last may be shorter."""
    return split(self, max(-(-self.shape[dim] // chunks), 1), dim)


def unbind(self: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Return what one axis counts, without the axis."""
    return tuple(narrow(self, dim, i, 1).squeeze(dim) for i in range(self.shape[dim]))


def _part(offsets: Array, index: int, dim: int) -> Callable[[Array], Array]:
    return lambda g: np.split(g, offsets, dim)[index]


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Return tensors joined along an axis."""
    offsets = np.cumsum([tensor.shape[dim] for tensor in tensors])[:-1]
    edges = [Edge(tensor, _part(offsets, i, dim)) for i, tensor in enumerate(tensors)]
    return record(compute(lambda *parts: np.concatenate(parts, dim), *tensors), "Cat", *edges)


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Return tensors joined along a new axis."""
    return cat([unsqueeze(tensor, dim) for tensor in tensors], dim)
