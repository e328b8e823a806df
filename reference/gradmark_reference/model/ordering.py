"""Elements in order: what is returned is read by place, so gradients find their way back."""

from __future__ import annotations

from typing import Any

import numpy as np

from .reductions import Extreme, evenly, reduction
from .shapes import narrow
from .tensor import Tensor

METHODS = "sort topk median"


def sort(self: Tensor, dim: int = -1, descending: bool = False) -> Extreme:
    """Return the elements along an axis in order, and where they were."""
    keys = -self._array if descending else self._array
    places = Tensor(np.argsort(keys, axis=dim, kind="stable"))
    return Extreme(self.gather(dim, places), places)


def topk(self: Tensor, k: int, dim: int = -1, largest: bool = True) -> Extreme:
    """Return the k largest elements along an axis in order, or the smallest, and their places."""
    both = sort(self, dim, descending=largest)
    return Extreme(*(narrow(one, dim, 0, k) for one in both))


_middle = reduction(
    "Median",
    lambda a, _: np.sort(a, axis=None)[(a.size - 1) // 2].reshape((1,) * a.ndim),
    lambda g, axes, a, y: evenly(g, a == y, axes),
)


def median(self: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """Return the middle element, the lower one of two; or those along an axis and their places."""
    if dim is None:
        return _middle(self)
    both = sort(self, dim)
    parts = (narrow(one, dim, (self.shape[dim] - 1) // 2, 1) for one in both)
    return Extreme(*(part if keepdim else part.squeeze(dim) for part in parts))
