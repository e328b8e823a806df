"""The tensor: its place in the graph, its operators, and how an operation is made."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .autograd import Array, Edge, Node, Target, Version, walk
from .modes import is_grad_enabled, no_grad


def tensor(data: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Return a leaf with a copy of the data; Python's floats become float32."""
    array = np.array(data._array if isinstance(data, Tensor) else data, dtype)
    if dtype is None and not isinstance(data, (Tensor, np.ndarray, np.generic)):
        array = array.astype(np.float32) if array.dtype == np.float64 else array
    return Tensor(array, requires_grad)


def record(result: Tensor, name: str, *edges: Edge) -> Tensor:
    """Return a result, joined to the graph if grad mode and its inputs ask for it."""
    needed = tuple(edge for edge in edges if edge.requires_grad)
    if needed and is_grad_enabled() and result.dtype.kind == "f":
        result.grad_fn = Node(f"{name}Backward0", needed)
    return result


def sizes_of(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    """Return sizes that were given either one by one or as one sequence."""
    return tuple(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes


def lift(other: Any, like: Tensor) -> Tensor:
    """Return an operand as a tensor; a Python number takes the dtype of a float operand."""
    if isinstance(other, Tensor):
        return other
    gives_way = isinstance(other, (int, float)) and like.dtype.kind == "f"
    return tensor(other, like.dtype if gives_way else None)


def compute(function: Callable[..., Any], *operands: Tensor) -> Tensor:
    """Return the result of a NumPy function in the common dtype, where floats win over integers."""
    dtypes = [operand.dtype for operand in operands]
    dtype = np.result_type(*([float_ for float_ in dtypes if float_.kind == "f"] or dtypes))
    arrays = (operand._array.astype(dtype, copy=False) for operand in operands)
    try:
        with np.errstate(all="ignore"):
            array = function(*arrays)
    except ValueError as error:
        raise RuntimeError(str(error)) from None
    # Where NumPy makes float64 of integers, PyTorch makes its default dtype.
    return Tensor(array.astype(np.float32) if array.dtype.kind == "f" != dtype.kind else array)


def operation(name: str, function: Callable[..., Any], *rules: Any) -> Callable[..., Tensor]:
    """Return a method; the rules name what they need: the operands a and b, or the result y."""

    def method(self: Tensor, *others: Any) -> Any:
        if any(other is None for other in others):
            return NotImplemented
        operands = [self, *(lift(other, self) for other in others)]
        out = compute(function, *operands)
        values = {"a": self, "b": operands[-1], "y": out}
        edges = []
        for operand, rule in zip(operands, rules, strict=False):
            _, *needed = rule.__code__.co_varnames
            edges.append(Edge(operand, rule, *(values[name] for name in needed)))
        return record(out, name, *edges)

    return method


def _reflected(operator: Callable[[Tensor, Any], Tensor]) -> Callable[..., Tensor]:
    return lambda self, other: operator(lift(other, self), self)


def _in_place(operator: Callable[[Tensor, Any], Tensor]) -> Callable[..., Tensor]:
    return lambda self, other: self._change(lambda before: operator(before, other))


def _position(key: Any) -> tuple[Any, ...]:
    """Return an index as NumPy takes it, such that what it selects is always an array."""
    parts = list(key) if isinstance(key, tuple) else [key]
    if not any(part is Ellipsis for part in parts):
        parts.append(Ellipsis)
    return tuple(tensor(one)._array if isinstance(one, (Tensor, list)) else one for one in parts)


class Tensor:
    """An array that knows what it was computed from; each method promises what PyTorch's does."""

    # An ndarray on the left of an operator leaves the operation to the tensor.
    __array_ufunc__ = None
    # In a walk, a leaf comes after every node and leads nowhere.
    sequence, edges = -1, ()

    if TYPE_CHECKING:  # most operations are methods that join from modules of their own

        def __getattr__(self, name: str) -> Callable[..., Tensor]: ...

    def __init__(self, array: Any, requires_grad: bool = False) -> None:
        self._array: Array = np.asarray(array)
        self._counter = Version()
        self._base: tuple[Tensor, Node | None] | None = None
        self._hooks: list[Callable[[Array], Array]] = []
        self._grad: Tensor | None = None
        self._requires_grad = False
        self.grad_fn: Node | None = None
        self.requires_grad = requires_grad

    @property
    def shape(self) -> tuple[int, ...]:
        return self._array.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._array.dtype

    def dim(self) -> int:
        return self._array.ndim

    def numel(self) -> int:
        return self._array.size

    def tolist(self) -> Any:
        return self._array.tolist()

    def item(self) -> Any:
        if self.numel() != 1:
            raise RuntimeError(f"a Tensor with {self.numel()} elements is no single number")
        return self._array.item()

    def numpy(self) -> Array:
        if self.requires_grad and is_grad_enabled():
            raise RuntimeError("Can't call numpy() on Tensor that requires grad: detach() it first")
        return self._array

    def __bool__(self) -> bool:
        return bool(self.item())

    def __repr__(self) -> str:
        history = f", grad_fn=<{self.grad_fn.name}>" if self.grad_fn else ""
        return f"tensor({self.tolist()}{', requires_grad=True' * self._requires_grad}{history})"

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow back to this tensor."""
        return self._requires_grad or self.grad_fn is not None

    @requires_grad.setter
    def requires_grad(self, flag: bool) -> None:
        if self.grad_fn is not None and not flag:
            raise RuntimeError("you can only change requires_grad flags of leaf variables.")
        if flag and self.dtype.kind != "f":
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        self._requires_grad = flag and self.grad_fn is None

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        self.requires_grad = requires_grad
        return self

    @property
    def is_leaf(self) -> bool:
        return self.grad_fn is None

    @property
    def grad(self) -> Tensor | None:
        """The gradient accumulated so far; None before the first."""
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None and not isinstance(value, Tensor):
            raise TypeError("assigned grad expected to be a Tensor or None")
        if value is not None and (value.shape, value.dtype) != (self.shape, self.dtype):
            raise RuntimeError("assigned grad must have the tensor's own size and dtype")
        self._grad = value

    @property
    def data(self) -> Tensor:
        """The same memory outside the graph, where changes to it are not counted."""
        return Tensor(self._array)

    @data.setter
    def data(self, value: Tensor) -> None:
        self._array = value._array

    def detach(self) -> Tensor:
        """Return the same memory outside the graph, where changes to it are still counted."""
        out = Tensor(self._array)
        out._counter = self._counter
        return out

    def backward(self, gradient: Tensor | None = None, retain_graph: bool | None = None) -> None:
        """Add this tensor's gradient to the .grad of every leaf that it was computed from."""
        if not self.requires_grad:
            raise RuntimeError("the tensor does not require grad and does not have a grad_fn")
        if gradient is None and self.numel() != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        if not isinstance(gradient, (Tensor, type(None))):
            raise TypeError(f"gradient must be a Tensor or None, not {type(gradient).__name__}")
        if gradient is not None and gradient.shape != self.shape:
            raise RuntimeError(f"Mismatch in shape: {gradient.shape} for {self.shape}")
        seed = np.ones(self.shape) if gradient is None else gradient._array
        walk(self._target(), seed.astype(self.dtype), retain_graph)

    def retain_grad(self) -> None:
        """Have the gradients that pass a result kept in its .grad, as if it were a leaf."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self.grad_fn is not None:
            self.grad_fn.retainer = weakref.ref(self)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> None:
        """Have every gradient of this tensor shown to a function, which may return another."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")

        # No mention of self: its node keeps the hook, and would keep itself through it.
        @no_grad
        def show(cotangent: Array) -> Array:
            answer = hook(Tensor(cotangent.copy()))
            if answer is not None and answer.shape != cotangent.shape:
                raise RuntimeError("a hook has changed the size of value")
            return cotangent if answer is None else answer._array.astype(cotangent.dtype)

        (self.grad_fn or self)._hooks.append(show)

    def _target(self) -> Target:
        """Return where cotangents of this tensor go: to its node, or to the leaf itself."""
        if self._base and self._base[0].grad_fn is not self._base[1]:
            raise RuntimeError("the base of this view was changed in place: take the view again")
        return self.grad_fn or self

    def _accumulate(self, cotangent: Array) -> None:
        if not self.requires_grad:
            return
        if self._grad is None:
            self._grad = Tensor(cotangent.copy())
        else:
            self._grad._array += cotangent
            self._grad._counter.count += 1

    def _view(self, array: Array) -> Tensor:
        """Return a tensor of that array: a view of this one's base if it shares the memory."""
        out = Tensor(array)
        if np.may_share_memory(array, self._array):
            base = self._base[0] if self._base else self
            out._counter, out._base = self._counter, (base, base.grad_fn)
        return out

    def _change(self, operate: Callable[[Tensor], Tensor]) -> Tensor:
        """Replace the values by what an operation makes of them, and record it if need be."""
        if is_grad_enabled() and self._requires_grad:
            raise RuntimeError("a leaf Variable that requires grad can't be changed in place")
        before = Tensor(self._array.copy())
        before.grad_fn = self.grad_fn
        after = operate(before)
        if after.shape != self.shape or not np.can_cast(after.dtype, self.dtype, "same_kind"):
            raise RuntimeError(f"{after.shape} of {after.dtype} doesn't fit in {self}")
        tracked = after.requires_grad or (self._base and self._base[0].requires_grad)
        if self._base and tracked and is_grad_enabled():
            raise RuntimeError("a view can't be changed in place here: change its base instead")
        self._array[...] = after._array
        self._counter.count += 1
        if after.grad_fn is not None:
            if self.grad_fn is not None:
                after.grad_fn.retainer, self.grad_fn.retainer = self.grad_fn.retainer, None
            self.grad_fn = after.grad_fn
        return self

    __add__ = operation("Add", np.add, lambda g: g, lambda g: g)
    __sub__ = operation("Sub", np.subtract, lambda g: g, lambda g: -g)
    __mul__ = operation("Mul", np.multiply, lambda g, b: g * b, lambda g, a: g * a)
    __truediv__ = operation(
        "Div", np.true_divide, lambda g, b: g / b, lambda g, a, b: -g * a / (b * b)
    )
    # Where a factor is 0 the other may be infinite, and the derivative is 0 all the same.
    __pow__ = operation(
        "Pow",
        np.power,
        lambda g, a, b: np.where(b == 0, 0, g * b * a ** (b - 1)),
        lambda g, a, b, y: g * np.where((a == 0) & (b >= 0), 0, y * np.log(a)),
    )
    __neg__ = operation("Neg", np.negative, lambda g: -g)
    clone = operation("Clone", np.copy, lambda g: g)
    _matrix_product = operation(
        "Mm", np.matmul, lambda g, b: g @ b.swapaxes(-1, -2), lambda g, a: a.swapaxes(-1, -2) @ g
    )

    def __matmul__(self, other: Any) -> Tensor:
        a, b = self, lift(other, self)
        if b.dim() == 1:
            return (a @ b.reshape(-1, 1))[..., 0]
        if a.dim() == 1:
            return (a.reshape(1, -1) @ b)[..., 0, :]
        return a._matrix_product(b)

    add, sub, mul, div = __add__, __sub__, __mul__, __truediv__
    pow, matmul, neg = __pow__, __matmul__, __neg__
    __radd__, __rsub__ = _reflected(__add__), _reflected(__sub__)
    __rmul__, __rtruediv__ = _reflected(__mul__), _reflected(__truediv__)
    __rpow__, __rmatmul__ = _reflected(__pow__), _reflected(__matmul__)
    add_ = __iadd__ = _in_place(__add__)
    sub_ = __isub__ = _in_place(__sub__)
    mul_ = __imul__ = _in_place(__mul__)
    div_ = __itruediv__ = _in_place(__truediv__)
    pow_ = __ipow__ = _in_place(__pow__)
    __lt__, __le__ = operation("Lt", np.less), operation("Le", np.less_equal)
    __gt__, __ge__ = operation("Gt", np.greater), operation("Ge", np.greater_equal)
    __eq__ = operation("Eq", np.equal)  # type: ignore[assignment]
    __ne__ = operation("Ne", np.not_equal)  # type: ignore[assignment]
    __hash__ = object.__hash__

    def sum(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        axes = tuple(dim) if isinstance(dim, (tuple, list)) else dim
        total, shape = np.asarray(self._array.sum(axis=axes, keepdims=True)), self.shape
        kept = total.shape
        spread = Edge(self, lambda g: np.broadcast_to(g.reshape(kept), shape))
        return record(Tensor(total if keepdim else total.squeeze(axes)), "Sum", spread)

    def mean(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        total = self.sum(dim, keepdim)
        if total.dtype.kind != "f":
            raise RuntimeError("mean(): the input dtype must be a floating point dtype")
        count = self.numel() / max(total.numel(), 1)
        with np.errstate(all="ignore"):
            out = Tensor((total._array / count).astype(self.dtype))
        return record(out, "Mean", Edge(total, lambda g: g / count))

    def reshape(self, *sizes: Any) -> Tensor:
        out, shape = self._view(self._array.reshape(sizes_of(sizes))), self.shape
        return record(out, "Reshape", Edge(self, lambda g: g.reshape(shape)))

    view = reshape

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        out = self._view(self._array.swapaxes(dim0, dim1))
        return record(out, "Transpose", Edge(self, lambda g: g.swapaxes(dim0, dim1)))

    def t(self) -> Tensor:
        return record(self._view(self._array.T), "T", Edge(self, lambda g: g.T))

    T = property(t)

    def __getitem__(self, key: Any) -> Tensor:
        place, shape = _position(key), self.shape

        def scatter(g: Array) -> Array:
            whole = np.zeros(shape, g.dtype)
            np.add.at(whole, place, g)
            return whole

        return record(self._view(self._array[place]), "Index", Edge(self, scatter))

    def __setitem__(self, key: Any, value: Any) -> None:
        place, source = _position(key), lift(value, self)

        def put(before: Tensor) -> Tensor:
            array, kept = before._array.copy(), np.ones(before.shape, bool)
            array[place], kept[place] = source._array, False
            edges = Edge(before, lambda g: np.where(kept, g, 0)), Edge(source, lambda g: g[place])
            return record(Tensor(array), "CopySlices", *edges)

        self._change(put)

    def copy_(self, source: Any) -> Tensor:
        self[...] = source
        return self

    fill_ = copy_

    def zero_(self) -> Tensor:
        return self.fill_(0)
