"""Elements put into places: what was written over gets nothing back, what came on top is read."""

from __future__ import annotations

from typing import Any

import numpy as np

from .autograd import Edge
from .shapes import permute
from .tensor import Tensor, record

METHODS = "scatter scatter_add index_add repeat_interleave trace movedim"


def _added(self: Tensor, place: tuple[Any, ...], source: Tensor, name: str) -> Tensor:
    """Return a copy with a source on top of what is in some places, as often as they are named."""
    array = self._array.copy()
    np.add.at(array, place, source._array)
    edges = Edge(self, lambda g: g), Edge(source, lambda g: g[place])
    return record(Tensor(array), name, *edges)


def _places(dim: int, index: Tensor) -> tuple[Any, ...]:
    """Return the places of an index that has one along one axis, and its own along the others."""
    place = list(np.indices(index.shape))
    place[dim] = index._array
    return tuple(place)


def scatter(self: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """Return a copy with a source in the places that an index gives along one axis."""
    place = _places(dim, index)
    array, kept = self._array.copy(), np.ones(self.shape, bool)
    array[place], kept[place] = src._array, False
    edges = Edge(self, lambda g: np.where(kept, g, 0)), Edge(src, lambda g: g[place])
    return record(Tensor(array), "Scatter", *edges)


def scatter_add(self: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """Return a copy with a source on top of the places that an index gives along one axis."""
    return _added(self, _places(dim, index), src, "ScatterAdd")


def index_add(self: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """Return a copy with each slice of a source on top of the slice that an index names."""
    place = (*(slice(None),) * (dim % self.dim()), index._array)
    return _added(self, place, source, "IndexAdd")


def repeat_interleave(self: Tensor, repeats: int, dim: int) -> Tensor:
    """Return each slice of one axis so many times in a row."""
    return self.index_select(dim, Tensor(np.arange(self.shape[dim]).repeat(repeats)))


def trace(self: Tensor) -> Tensor:
    """Return the sum of the diagonal."""
    return self.diagonal().sum()


def movedim(self: Tensor, source: int, destination: int) -> Tensor:
    """Return a tensor with one axis in another place among the others."""
    order = [axis for axis in range(self.dim()) if axis != source % self.dim()]
    order.insert(destination % self.dim(), source % self.dim())
    return permute(self, order)


def pad(input: Tensor, pad: tuple[int, ...], value: float = 0.0) -> Tensor:
    """Return a tensor with a margin of one value; the last axis has the first pair of widths."""
    pairs = list(zip(pad[::2], pad[1::2], strict=True))[::-1]
    widths = [(0, 0)] * (input.dim() - len(pairs)) + pairs
    inside = tuple(
        slice(before, before + length)
        for (before, _), length in zip(widths, input.shape, strict=True)
    )
    out = Tensor(np.pad(input._array, widths, constant_values=value))
    return record(out, "ConstantPadNd", Edge(input, lambda g: g[inside]))


def embedding(input: Tensor, weight: Tensor) -> Tensor:
    """Return the rows of a table that are named."""
    return weight[input]
