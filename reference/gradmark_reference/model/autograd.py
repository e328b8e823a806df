"""The recorded graph, and the walk that carries cotangents from outputs back to leaves."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from .tensor import Tensor

Array: TypeAlias = npt.NDArray[Any]
Target: TypeAlias = "Node | Tensor"


class Version:
    """The number of in-place changes to one piece of memory, for all tensors that share it."""

    count = 0


class Saved:
    """A value kept for backward, which can't be had any more once it was changed in place."""

    def __init__(self, source: Tensor) -> None:
        # The array, not the tensor: an operation that saves its own result would be a cycle.
        self.array, self.version = source._array, source._counter
        self.expected = self.version.count
        # Setting the .data of a leaf reaches its saved values; a result keeps those it had.
        self.leaf = source if source._requires_grad else None

    def unpack(self) -> Array:
        """Return the value that was saved, never another."""
        if self.version.count != self.expected:
            raise RuntimeError(
                "one of the variables needed for gradient computation has been modified by an "
                f"inplace operation: at version {self.version.count}, expected {self.expected}"
            )
        return self.array if self.leaf is None else self.leaf._array


class Edge:
    """The way from an operation back to one input: its vjp and the values that it needs."""

    def __init__(self, source: Tensor, vjp: Callable[..., Any], *saved: Tensor) -> None:
        self.target, self.requires_grad = source._target(), source.requires_grad
        self.shape, self.dtype, self.vjp = source.shape, source.dtype, vjp
        self.saved: tuple[Saved, ...] | None = tuple(map(Saved, saved))

    def pull(self, cotangent: Array) -> Array:
        """Return the input's cotangent for the output's, in the input's own shape and dtype."""
        if self.saved is None:
            raise RuntimeError(
                "Trying to backward through the graph a second time: its saved values are freed. "
                "Specify retain_graph=True the first time."
            )
        values = [saved.unpack() for saved in self.saved]
        with np.errstate(all="ignore"):
            pulled = np.asarray(self.vjp(cotangent, *values))
        return _sum_to(pulled, self.shape).astype(self.dtype, copy=False)


class Node:
    """A recorded operation: an edge for every input that requires grad."""

    counter = itertools.count()

    def __init__(self, name: str, edges: tuple[Edge, ...]) -> None:
        self.name, self.edges, self.sequence = name, edges, next(self.counter)
        self._hooks: list[Callable[[Array], Array]] = []
        # Weak, as the tensor holds its node.
        self.retainer: weakref.ref[Tensor] | None = None

    def _accumulate(self, cotangent: Array) -> None:
        retaining = self.retainer() if self.retainer else None
        if retaining is not None:
            retaining._accumulate(cotangent)


def _sum_to(array: Array, shape: tuple[int, ...]) -> Array:
    """Undo broadcasting: sum over the dimensions that were added or stretched."""
    if array.shape == shape:
        return array
    added = array.ndim - len(shape)
    stretched = (added + axis for axis, length in enumerate(shape) if length == 1)
    with np.errstate(all="ignore"):
        return np.asarray(array.sum(axis=(*range(added), *stretched))).reshape(shape)


def _newest_first(root: Target) -> list[Target]:
    """List what the root came from: what was recorded later comes earlier, and leaves come last."""
    found: dict[Target, None] = {}
    waiting = [root]
    while waiting:
        target = waiting.pop()
        if target not in found:
            found[target] = None
            waiting += [edge.target for edge in target.edges]
    return sorted(found, key=lambda target: target.sequence, reverse=True)


def walk(root: Target, seed: Array, retain_graph: bool | None) -> None:
    """Carry a cotangent back through the graph, leaving each target when its sum is complete."""
    cotangents = {root: seed}
    for target in _newest_first(root):
        cotangent = cotangents.pop(target)
        for hook in list(target._hooks):
            cotangent = hook(cotangent)
        target._accumulate(cotangent)
        for edge in target.edges:
            pulled, known = edge.pull(cotangent), cotangents.get(edge.target)
            # Never in place: the same array may be on its way to other inputs as well.
            cotangents[edge.target] = pulled if known is None else np.asarray(known + pulled)
            # An edge that saved nothing can be walked again.
            if edge.saved and not retain_graph:
                edge.saved = None
