"""How a replay touches a library: one method for each kind of step, and how values are read.

The defaults are plain Python on a namespace that is spelt as PyTorch's. This module travels to the
worker, so it needs the standard library alone.
"""

from __future__ import annotations

import inspect
import operator
import struct
import sys
from collections.abc import Callable, Sequence
from typing import Any

from gradmark.trace import ITEM_SIZES, NONE, Value, cut

ITEMS_LIMIT = 10_000
"""Elements of a Python sequence that are read; a longer one is unreadable."""

BYTES_LIMIT = 16 << 20
"""Bytes of an array that are read; behaviours are about small ones."""

BINARY = {
    name: getattr(operator, {"and": "and_", "or": "or_"}.get(name, name))
    for name in (
        "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift eq ne lt le gt ge"
    ).split()
}
UNARY: dict[str, Callable[[Any], Any]] = {
    "neg": operator.neg,
    "pos": operator.pos,
    "abs": abs,
    "invert": operator.invert,
}
SIGNS = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**",
    "matmul": "@", "and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>", "eq": "==",
    "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "neg": "-", "pos": "+", "invert": "~",
}  # fmt: skip
_ABSENT = object()


class Missing(Exception):
    """The library has no such name, operator or keyword; the text says which."""


class Misplaced(Missing):
    """It is absent from something that is no tensor of the library's, where one is due.

    Whatever made that something may be at fault, rather than the library's lack of a name.
    """


class Unreadable(Exception):
    """A value could not be turned into numbers; the text says why."""


def lookup(owner: Any, name: str) -> Any:
    """Return an attribute. Raises `Missing` where there is none, and what a property raises."""
    try:
        return getattr(owner, name)
    except AttributeError:
        if inspect.getattr_static(type(owner), name, _ABSENT) is _ABSENT:
            raise Missing(f"{describe(owner)} has no attribute {name!r}") from None
        raise


def describe(owner: Any) -> str:
    """Name a module, a class or the type of a value, for a message."""
    if inspect.ismodule(owner):
        return f"module {owner.__name__}"
    kind = owner if isinstance(owner, type) else type(owner)
    return str(kind.__name__)


class Surface:
    """A library that is spelt as PyTorch is: ``namespace`` holds its functions and classes.

    ``delivery`` says how it hands over gradients: by ``attribute`` (``y.backward()``, ``x.grad``),
    ``returned`` (`grads`) or by ``transform`` (`vjp`).
    """

    delivery: str = "attribute"

    nests: bool = False
    """Whether `vjp` can be taken of a function that takes it itself: gradients of gradients."""

    keep: Callable[[BaseException], None] | None = None
    """Told of an exception that ends a replay, with all of its frames: for a debugger."""

    def __init__(self, namespace: Any) -> None:
        """Keep the module, or whatever else holds the library's names."""
        self.namespace = namespace

    def symbol(self, path: str) -> Any:
        """Return the library's value for a dotted name. Raises `Missing`."""
        value = self.namespace
        for part in path.split("."):
            value = lookup(value, part)
        return value

    def call(self, path: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function of the library."""
        return self.symbol(path)(*args, **kwargs)

    def method(self, owner: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a method of a value."""
        return lookup(owner, name)(*args, **kwargs)

    def getattr(self, owner: Any, name: str) -> Any:
        """Read an attribute."""
        return lookup(owner, name)

    def setattr(self, owner: Any, name: str, value: Any) -> None:
        """Write an attribute."""
        setattr(owner, name, value)

    def has(self, owner: Any, name: str) -> bool:
        """Say whether a value has an attribute."""
        return hasattr(owner, name)

    def delattr(self, owner: Any, name: str) -> None:
        """Delete an attribute."""
        delattr(owner, name)

    def binary(self, name: str, left: Any, right: Any) -> Any:
        """Apply an operator between two values."""
        return BINARY[name](left, right)

    def unary(self, name: str, value: Any) -> Any:
        """Apply an operator to one value."""
        return UNARY[name](value)

    def inplace(self, name: str, left: Any, right: Any) -> Any:
        """Apply an augmented assignment's operator. Raises `Missing` where it would only rebind."""
        change = getattr(type(left), f"__i{name}__", None)
        if change is None:
            raise Missing(f"{describe(left)} has no in-place {SIGNS[name]}=")
        result = change(left, right)
        if result is NotImplemented:
            raise Missing(f"{describe(left)} has no in-place {SIGNS[name]}= with {describe(right)}")
        return result

    def index(self, value: Any, key: Any) -> Any:
        """Take an item."""
        return value[key]

    def setindex(self, value: Any, key: Any, item: Any) -> None:
        """Write an item."""
        value[key] = item

    def grads(
        self,
        root: Any,  # noqa: ARG002 - every library needs another part of it
        leaves: Sequence[Any],
        seed: Any,  # noqa: ARG002
    ) -> Sequence[Any]:
        """Return the gradients of a root, None for a leaf that it does not depend on.

        ``seed`` is the gradient to start from, or None. Raises `Missing`.
        """
        raise Missing(f"a function that returns the gradients of {len(leaves)} leaves")

    def vjp(
        self,
        function: Callable[..., Any],  # noqa: ARG002 - as above
        leaves: Sequence[Any],
        seed: Any,  # noqa: ARG002
    ) -> Sequence[Any]:
        """Return the gradients of a function of leaves, as `grads` does. Raises `Missing`."""
        raise Missing(f"a transform of functions of {len(leaves)} leaves")

    def is_tensor(self, value: Any) -> bool:
        """Say whether a value is one of the library's tensors."""
        tensor = getattr(self.namespace, "Tensor", None)
        return isinstance(tensor, type) and isinstance(value, tensor)

    def host(self, value: Any) -> Any:
        """Turn a tensor into a NumPy array or plain numbers, by the library's own means."""
        if hasattr(value, "detach"):
            value = value.detach()
        return value.numpy()

    def kind(self, value: Any) -> str:
        """Say what a value is, in the language's own words."""
        if self.is_tensor(value):
            return "tensor"
        return plain_kind(value)

    def dtype(self, value: Any) -> str:
        """Return the plain name of a value's dtype."""
        return dtype_name(lookup(value, "dtype"))

    def shape(self, value: Any) -> tuple[int, ...]:
        """Return a value's shape."""
        return tuple(int(side) for side in lookup(value, "shape"))

    def read(self, value: Any) -> Value:
        """Copy a value out of the library. Raises `Unreadable`."""
        if self.is_tensor(value):
            return read_plain(self.host(value), self, "tensor")
        return read_plain(value, self)


def dtype_name(dtype: Any) -> str:
    """Return float32 for torch.float32, numpy.dtype('float32') and numpy.float32 alike."""
    name = getattr(dtype, "name", None) or getattr(dtype, "__name__", None) or str(dtype)
    return cut(str(name).rpartition(".")[2], 60)


def _is_array(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic))


def plain_kind(value: Any) -> str:
    """Say what a value is that is no tensor of the library's."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if _is_array(value):
        return "ndarray"
    if isinstance(value, float):
        return "float"
    if isinstance(value, complex):
        return "complex"
    if isinstance(value, str):
        return "text"
    if isinstance(value, (list, tuple)):
        return "sequence"
    return "object"


def read_plain(value: Any, surface: Surface, as_kind: str = "") -> Value:  # noqa: PLR0911 - by kind
    """Copy numbers, arrays, strings, sequences and None. Raises `Unreadable`."""
    kind = plain_kind(value)
    match kind:
        case "none":
            return NONE
        case "bool":
            return Value(as_kind or kind, "bool", (), bytes([bool(value)]))
        case "int":
            if not -(1 << 63) <= value < 1 << 63:
                return Value("text", text=cut(str(value)))
            return Value(as_kind or kind, "int64", (), struct.pack("<q", value))
        case "float":
            return Value(as_kind or kind, "float64", (), struct.pack("<d", value))
        case "complex":
            data = struct.pack("<dd", value.real, value.imag)
            return Value(as_kind or kind, "complex128", (), data)
        case "text":
            return Value(kind, text=cut(str(value)))
        case "ndarray":
            return _read_array(value, as_kind or kind)
        case "sequence":
            if len(value) > ITEMS_LIMIT:
                raise Unreadable(f"a sequence of {len(value)} items")
            if as_kind and value:
                return _read_array(_as_array(value), as_kind)
            return Value(kind, items=tuple(surface.read(item) for item in value))
    if hasattr(value, "tolist") and not surface.is_tensor(value):
        return read_plain(value.tolist(), surface, as_kind or "ndarray")
    if as_kind:
        raise Unreadable(f"a {describe(value)} instead of numbers")
    return Value("object", text=cut(describe(value)))


def _as_array(value: Any) -> Any:
    import numpy  # noqa: ICN001 - only where a library hands out nested lists

    return numpy.asarray(value)


def _read_array(value: Any, kind: str) -> Value:
    name = value.dtype.name
    if name not in ITEM_SIZES:
        raise Unreadable(f"an array of dtype {name}")
    if value.nbytes > BYTES_LIMIT:
        raise Unreadable(f"an array of {value.nbytes} bytes")
    shape = tuple(value.shape)
    return Value(kind, name, shape, value.astype(value.dtype.newbyteorder("<")).tobytes())
