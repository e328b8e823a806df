"""The recorded graph, and the walk that carries cotangents from outputs back to leaves."""

from __future__ import annotations

import functools
import itertools
import weakref
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .modes import no_grad

if TYPE_CHECKING:
    from .tensor import Tensor
    from .variable import Variable

Array: TypeAlias = npt.NDArray[Any]
Hook: TypeAlias = Callable[[Array], Array]
Target: TypeAlias = "Node | Variable"

_FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after "
    "they have already been freed). Specify retain_graph=True the first time."
)


class Version:
    """The number of in-place changes to one piece of memory, for all tensors that share it."""

    count = 0


class Saved:
    """A value kept for backward, which can't be had any more once it was changed in place."""

    __slots__ = ("array", "expected", "leaf", "version")

    def __init__(self, source: Variable) -> None:
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
                f"inplace operation: [{self.array.dtype} {list(self.array.shape)}] is at version "
                f"{self.version.count}; expected version {self.expected} instead."
            )
        return self.array if self.leaf is None else self.leaf._array


class Edge:
    """The way from an operation back to one input: its vjp and the values that it needs."""

    __slots__ = ("dtype", "requires_grad", "saved", "shape", "target", "vjp")

    def __init__(self, source: Variable, vjp: Callable[..., Any], *saved: Variable) -> None:
        self.target, self.requires_grad = source._target(), source.requires_grad
        self.shape, self.dtype = source._array.shape, source._array.dtype
        self.vjp = vjp
        self.saved: tuple[Saved, ...] | None = tuple(map(Saved, saved))

    def pull(self, cotangent: Array) -> Array:
        """Return the input's cotangent for the output's, in the input's own shape and dtype."""
        if self.saved is None:
            raise RuntimeError(_FREED)
        values = [saved.unpack() for saved in self.saved]
        with np.errstate(all="ignore"):
            pulled = np.asarray(self.vjp(cotangent, *values))
        return _sum_to(pulled, self.shape).astype(self.dtype, copy=False)

    def release(self) -> None:
        """Let go of what was saved; an edge that saved nothing can be walked again."""
        if self.saved:
            self.saved = None


class Node:
    """A recorded operation: an edge for every input that requires grad."""

    __slots__ = ("_hooks", "edges", "retainer", "sequence")
    counter = itertools.count()

    def __init__(self, edges: tuple[Edge, ...]) -> None:
        self.edges, self.sequence = edges, next(self.counter)
        self._hooks: dict[int, Hook] = {}
        # Weak, as the tensor holds its node.
        self.retainer: weakref.ref[Variable] | None = None

    def _accumulate(self, cotangent: Array) -> None:
        retaining = self.retainer and self.retainer()
        if retaining is not None:
            retaining._accumulate(cotangent)


@functools.cache
def node_type(name: str) -> type[Node]:
    """Return the class of one operation's nodes, named as PyTorch names it."""
    return type(f"{name}Backward0", (Node,), {"__slots__": ()})


def _sum_to(array: Array, shape: tuple[int, ...]) -> Array:
    """Undo broadcasting: sum over the dimensions that were added or stretched."""
    if array.shape == shape:
        return array
    added = array.ndim - len(shape)
    stretched = (added + axis for axis, length in enumerate(shape) if length == 1)
    return np.asarray(array.sum(axis=(*range(added), *stretched))).reshape(shape)


def _newest_first(roots: Iterable[Target]) -> list[Node]:
    """List every node that the roots came from; what was recorded later depends on the earlier."""
    nodes: set[Node] = set()
    waiting = list(roots)
    while waiting:
        target = waiting.pop()
        if isinstance(target, Node) and target not in nodes:
            nodes.add(target)
            waiting += [edge.target for edge in target.edges]
    return sorted(nodes, key=attrgetter("sequence"), reverse=True)


def _add(cotangents: dict[Target, Array], target: Target, more: Array) -> None:
    known = cotangents.get(target)
    # Never in place: the same array may be on its way to other inputs as well.
    cotangents[target] = more if known is None else np.asarray(known + more)


def _receive(target: Target, cotangent: Array) -> Array:
    """Show a complete cotangent to the hooks, and store what they make of it where it is wanted."""
    for hook in list(target._hooks.values()):
        cotangent = hook(cotangent)
    target._accumulate(cotangent)
    return cotangent


@no_grad
def _walk(cotangents: dict[Target, Array], retain_graph: bool | None) -> None:
    """Carry cotangents back through the nodes, each when it has all of its own, to the leaves."""
    for node in _newest_first(cotangents):
        cotangent = _receive(node, cotangents.pop(node))
        for edge in node.edges:
            _add(cotangents, edge.target, edge.pull(cotangent))
        for edge in () if retain_graph else node.edges:
            edge.release()
    for leaf, cotangent in cotangents.items():
        _receive(leaf, cotangent)


def _seed(output: Tensor, gradient: Any) -> Array:
    """Return the cotangent that a walk starts from: the one given, or 1 for a single element."""
    if not output.requires_grad:
        raise RuntimeError("element of tensors does not require grad and does not have a grad_fn")
    if gradient is None:
        if output.numel() != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        return np.ones(output.shape, output.dtype)
    if not isinstance(gradient, type(output)):
        kind = type(gradient).__name__
        raise TypeError(f"gradients can be either Tensors or None, but got {kind}")
    if gradient.shape != output.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output has a shape of {gradient.shape} "
            f"and output has a shape of {output.shape}."
        )
    return gradient._array.astype(output.dtype)


def backward(tensors: Any, grad_tensors: Any = None, retain_graph: bool | None = None) -> None:
    """Add the tensors' gradients to the .grad of every leaf that they were computed from."""
    outputs = tensors if isinstance(tensors, (list, tuple)) else [tensors]
    given = grad_tensors if isinstance(grad_tensors, (list, tuple)) else [grad_tensors]
    gradients = [None] * len(outputs) if grad_tensors is None else given
    cotangents: dict[Target, Array] = {}
    for output, gradient in zip(outputs, gradients, strict=True):
        _add(cotangents, output._target(), _seed(output, gradient))
    _walk(cotangents, retain_graph)
