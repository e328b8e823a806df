"""The recorded graph, and the walk that carries cotangents from outputs back to leaves."""

from __future__ import annotations

import functools
import itertools
import weakref
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
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
    "they have already been freed). Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the "
    "graph a second time or if you need to access saved tensors after calling backward."
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
        self.retainer: weakref.ref[Variable] | None = None


@functools.cache
def node_type(name: str) -> type[Node]:
    """Return the class of one operation's nodes, named as PyTorch names it."""
    return type(f"{name}Backward0", (Node,), {"__slots__": ()})


def _sum_to(array: Array, shape: tuple[int, ...]) -> Array:
    if array.shape == shape:
        return array
    added = array.ndim - len(shape)
    stretched = (added + axis for axis, length in enumerate(shape) if length == 1)
    return np.asarray(array.sum(axis=(*range(added), *stretched))).reshape(shape)


def _topological(roots: Sequence[Target]) -> list[Target]:
    """List all that the roots came from: inputs first, each leaf just before its first use."""
    nodes: set[Node] = set()
    waiting = [root for root in roots if isinstance(root, Node)]
    while waiting:
        node = waiting.pop()
        if node not in nodes:
            nodes.add(node)
            waiting += [edge.target for edge in node.edges if isinstance(edge.target, Node)]
    order: dict[Target, None] = {}
    for node in sorted(nodes, key=attrgetter("sequence")):
        order.update(dict.fromkeys(edge.target for edge in node.edges))
        order[node] = None
    return list(order | dict.fromkeys(roots))


def _add(cotangents: dict[Target, Array], target: Target, more: Array) -> None:
    known = cotangents.get(target)
    # Never in place: the same array may be on its way to other inputs as well.
    cotangents[target] = more if known is None else np.asarray(known + more)


@no_grad
def _walk(
    cotangents: dict[Target, Array],
    retain_graph: bool | None,
    wanted: AbstractSet[Target] = frozenset(),
) -> dict[Target, Array]:
    """Carry cotangents back to every leaf's .grad or, if some are wanted, return those alone."""
    order = _topological(list(cotangents))
    useful, captured = set(wanted or order), dict[Target, Array]()
    for node in order:
        if isinstance(node, Node) and any(edge.target in useful for edge in node.edges):
            useful.add(node)
    for target in reversed(order):
        if target not in useful or target not in cotangents:
            continue
        cotangent = cotangents.pop(target)
        for hook in list(target._hooks.values()):
            cotangent = hook(cotangent)
        if target in wanted:
            captured[target] = cotangent
        if not isinstance(target, Node):
            if not wanted and target.requires_grad:
                target._accumulate(cotangent)
            continue
        retaining = target.retainer() if target.retainer else None
        if retaining is not None:
            retaining._accumulate(cotangent)
        edges = [edge for edge in target.edges if edge.target in useful]
        for edge in edges:
            _add(cotangents, edge.target, edge.pull(cotangent))
        for edge in target.edges if edges and not retain_graph else ():
            edge.release()
    return captured


def _seeds(outputs: Sequence[Tensor], gradients: Sequence[Any] | None) -> dict[Target, Array]:
    """Return the cotangents that a walk starts from: those given, or 1 for a single element."""
    gradients = [None] * len(outputs) if gradients is None else gradients
    if len(gradients) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(gradients)} gradients")
    cotangents: dict[Target, Array] = {}
    for index, (output, gradient) in enumerate(zip(outputs, gradients, strict=True)):
        if not output.requires_grad:
            raise RuntimeError(
                f"element {index} of tensors does not require grad and does not have a grad_fn"
            )
        if gradient is None and output.numel() != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        if not isinstance(gradient, (type(output), type(None))):
            kind = type(gradient).__name__
            raise TypeError(f"gradients can be either Tensors or None, but got {kind}")
        if gradient is not None and gradient.shape != output.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[{index}] has a shape of {gradient.shape} "
                f"and output[{index}] has a shape of {output.shape}."
            )
        seed = np.ones(output.shape) if gradient is None else gradient._array
        _add(cotangents, output._target(), seed.astype(output.dtype))
    return cotangents


def _listed(given: Any) -> Any:
    return given if given is None or isinstance(given, (list, tuple)) else [given]


def backward(tensors: Any, grad_tensors: Any = None, retain_graph: bool | None = None) -> None:
    """Add the tensors' gradients to the .grad of every leaf that they were computed from."""
    _walk(_seeds(_listed(tensors), _listed(grad_tensors)), retain_graph)


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    allow_unused: bool = False,
) -> tuple[Tensor | None, ...]:
    """Return the gradient of the outputs for every input, leaving every leaf's .grad alone."""
    sources: Sequence[Tensor] = _listed(inputs)
    seeds = _seeds(_listed(outputs), _listed(grad_outputs))
    if not sources:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    if not all(source.requires_grad for source in sources):
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    targets = [source._target() for source in sources]
    captured = _walk(seeds, retain_graph, set(targets))
    if not allow_unused and not captured.keys() >= set(targets):
        raise RuntimeError(
            "One of the differentiated Tensors appears to not have been used in the graph. "
            "Set allow_unused=True if this is the desired behavior."
        )
    found = [captured.get(target) for target in targets]
    return tuple(None if one is None else sources[0]._new(one.copy()) for one in found)
