"""Reading elements by place, all of it by the tensor's own index."""

from __future__ import annotations

import numpy as np

from .tensor import Tensor

METHODS = "index_select gather take masked_select"


def index_select(self: Tensor, dim: int, index: Tensor) -> Tensor:
    """Return the listed places of one axis."""
    return self[(slice(None),) * (dim % self.dim()) + (index,)]


def gather(self: Tensor, dim: int, index: Tensor) -> Tensor:
    """Return elements whose place is the index's own, but along one axis what the index says."""
    place = list(np.indices(index.shape))
    place[dim] = index._array
    return self[tuple(place)]


def take(self: Tensor, index: Tensor) -> Tensor:
    """Return elements by their place among all of them, row after row."""
    return self.flatten()[index]


def masked_select(self: Tensor, mask: Tensor) -> Tensor:
    """Return the elements where a mask is true, row after row."""
    shape = np.broadcast_shapes(self.shape, mask.shape)
    return self.expand(shape)[mask.expand(shape)]
