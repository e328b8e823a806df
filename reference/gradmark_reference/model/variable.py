"""A place in the graph: the memory, the flags and the gradient of a tensor, and its changes."""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .autograd import Array, Edge, Hook, Node, Target, Version, backward, node_type
from .modes import is_grad_enabled

if TYPE_CHECKING:
    from .tensor import Tensor

KINDS = "buif"


class Handle:
    """What registering a hook returns: the way to take the hook off again."""

    def __init__(self, hooks: dict[int, Hook], hook: Hook) -> None:
        self.hooks, self.key = hooks, max(hooks, default=0) + 1
        hooks[self.key] = hook

    def remove(self) -> None:
        """Take the hook off; doing so twice is harmless."""
        self.hooks.pop(self.key, None)


class Variable:
    """An array that knows what it was computed from, and that collects its gradient if a leaf."""

    def __init__(self, array: Any, requires_grad: bool = False) -> None:
        self._array: Array = np.asarray(array)
        self._counter = Version()
        self._node: Node | None = None
        self._base: Variable | None = None
        self._base_node: Node | None = None
        self._hooks: dict[int, Hook] = {}
        self._grad: Tensor | None = None
        self._requires_grad = False
        self.requires_grad = requires_grad

    @property
    def shape(self) -> tuple[int, ...]:
        return self._array.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._array.dtype

    @property
    def _version(self) -> int:
        return self._counter.count

    def dim(self) -> int:
        return self._array.ndim

    def numel(self) -> int:
        return self._array.size

    def tolist(self) -> Any:
        return self._array.tolist()

    def item(self) -> Any:
        if self.numel() != 1:
            raise RuntimeError(f"a Tensor with {self.numel()} elements isn't one number")
        return self._array.item()

    def numpy(self) -> Array:
        if self.requires_grad and is_grad_enabled():
            raise RuntimeError("Can't call numpy() on Tensor that requires grad: detach() it first")
        return self._array

    def __bool__(self) -> bool:
        return bool(self.item())

    def __repr__(self) -> str:
        grad_fn = "" if self._node is None else f", grad_fn=<{type(self._node).__name__}>"
        flag = ", requires_grad=True" * self._requires_grad
        return f"tensor({self.tolist()}{flag}{grad_fn})"

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow back to this tensor."""
        return self._requires_grad or self._node is not None

    @requires_grad.setter
    def requires_grad(self, flag: bool) -> None:
        if self._node is not None and not flag:
            raise RuntimeError("you can only change requires_grad flags of leaf variables.")
        if flag and self.dtype.kind != "f":
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        self._requires_grad = flag and self._node is None

    @property
    def is_leaf(self) -> bool:
        """Whether this tensor is no recorded result."""
        return self._node is None

    @property
    def grad_fn(self) -> Node | None:
        """The node that recorded how this tensor was computed; None for a leaf."""
        return self._node

    @property
    def grad(self) -> Tensor | None:
        """The gradient accumulated so far; None before the first."""
        if self._grad is None and self._node is not None and self._node.retainer is None:
            warnings.warn("The .grad attribute of a non-leaf won't be populated.", stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None and not isinstance(value, Variable):
            raise TypeError("assigned grad expected to be a Tensor or None")
        if value is self:
            raise RuntimeError("can't assign Variable as its own grad")
        if value is not None and (value.shape, value.dtype) != (self.shape, self.dtype):
            raise RuntimeError("assigned grad must have the tensor's own size and dtype")
        self._grad = value

    @property
    def data(self) -> Tensor:
        """The same memory outside the graph, where changes to it are not counted."""
        return self._new(self._array)

    @data.setter
    def data(self, value: Tensor) -> None:
        self._array = value._array

    def detach(self) -> Tensor:
        """Return the same memory outside the graph, where changes to it are still counted."""
        out = self._new(self._array)
        out._counter = self._counter
        return out

    def backward(self, gradient: Tensor | None = None, retain_graph: bool | None = None) -> None:
        """Add this tensor's gradient to the .grad of every leaf that it was computed from."""
        backward([self], [gradient], retain_graph)

    def retain_grad(self) -> None:
        """Have the gradients that pass a result kept in its .grad, as if it were a leaf."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self._node is not None:
            self._node.retainer = weakref.ref(self)

    def register_hook(self, hook: Callable[[Tensor], Any]) -> Handle:
        """Have every gradient of this tensor shown to a function, which may return another."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")

        # Not self: its node keeps the hook, and would keep itself through it.
        wrap: Any = type(self)

        def show(cotangent: Array) -> Array:
            answer = hook(wrap(cotangent.copy()))
            if answer is None:
                return cotangent
            if not isinstance(answer, Variable):
                raise TypeError(f"expected Variable, but hook returned {type(answer).__name__!r}")
            if answer._array.shape != cotangent.shape:
                raise RuntimeError("a hook has changed the size of value")
            return answer._array.astype(cotangent.dtype)

        return Handle((self if self._node is None else self._node)._hooks, show)

    def _new(self, array: Any) -> Tensor:
        make: Any = type(self)
        made: Tensor = make(array)
        return made

    def _alias(self, array: Array) -> Tensor:
        """Return a tensor of that array: a view of this one's base if it shares the memory."""
        out = self._new(array)
        if np.may_share_memory(array, self._array):
            out._counter = self._counter
            out._base = self if self._base is None else self._base
            out._base_node = out._base._node
        return out

    def _target(self) -> Target:
        """Return where cotangents of this tensor go: to its node, or to the leaf itself."""
        if self._base is not None and self._base._node is not self._base_node:
            raise RuntimeError("the base of this view was changed in place: take the view again")
        return self if self._node is None else self._node

    def _accumulate(self, cotangent: Array) -> None:
        if not self.requires_grad:
            return
        if self._grad is None:
            self._grad = self._new(cotangent.copy())
        else:
            self._grad._array += cotangent
            self._grad._counter.count += 1

    def _change(self, operate: Callable[[Tensor], Tensor]) -> None:
        """Replace the values by what an operation makes of them, and record it if need be."""
        if is_grad_enabled() and self._requires_grad:
            raise RuntimeError(
                "a leaf Variable that requires grad is being used in an in-place operation."
            )
        before = self._new(self._array.copy())
        before._node = self._node
        after = operate(before)
        base = self._base
        if after.shape != self.shape:
            raise RuntimeError(f"output with shape {self.shape} can't become {after.shape}")
        if KINDS.index(after.dtype.kind) > KINDS.index(self.dtype.kind):
            raise RuntimeError(f"result type {after.dtype} can't be cast to {self.dtype}")
        if base is not None and is_grad_enabled() and (base.requires_grad or after.requires_grad):
            raise RuntimeError("a view can't be changed in place here: change its base instead")
        self._array[...] = after._array
        self._counter.count += 1
        if after._node is not None:
            if self._node is not None:
                after._node.retainer, self._node.retainer = self._node.retainer, None
            self._node = after._node


def record(result: Tensor, name: str, *edges: Edge) -> Tensor:
    """Return a result, joined to the graph if grad mode and its inputs ask for it."""
    needed = tuple(edge for edge in edges if edge.requires_grad)
    if needed and is_grad_enabled() and result.dtype.kind == "f":
        result._node = node_type(name)(needed)
    return result
