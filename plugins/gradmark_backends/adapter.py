"""What stands between a program and a library: an `Adapter` says how the library spells things.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, ClassVar

from gradmark.surface import Missing, Surface, describe, dtype_name, lookup, plain_kind
from gradmark.trace import ITEM_SIZES
from gradmark_backends.scripted import spelt

CREATION = frozenset("tensor ones zeros full".split())
"""The calls that only put plain numbers into a tensor."""

SHORT_DTYPES = {
    "float": "float32", "double": "float64", "half": "float16", "int": "int32", "long": "int64",
    "short": "int16", "bool": "bool",
}  # fmt: skip
NESTED = 6
"""Tensors inside tensors that are opened before a value counts as unreadable."""

Alias = str | Callable[..., Any]


class Adapter(Surface):
    """How one library spells what a program says as PyTorch does; a subclass names what differs.

    Most libraries need ``name``, ``module`` and a line or two of the rest. An adapter never keeps
    state and never supplies what the library lacks: whatever it offers is one operation of the
    library, and what is not there raises `Missing`.
    """

    name: ClassVar[str] = ""
    """What ``--backend=`` calls it."""

    module: ClassVar[str] = ""
    """What is imported; its names are the library's."""

    requirements: ClassVar[tuple[str, ...]] = ()
    """What to give to ``pip install``, pinned; the first one's version is the library's."""

    build_requirements: ClassVar[tuple[str, ...]] = ()
    """What is installed before, for sources that are built with what is there, not in isolation."""

    pythons: ClassVar[tuple[str, ...]] = ()
    """The versions of Python that the pins are made for, the best one first; none is any."""

    also: ClassVar[tuple[str, ...]] = ()
    """Other modules that have to be there, imported before it: the engine behind the library."""

    mebibytes: ClassVar[int] = 0
    """About how much of the disk an environment with these requirements takes."""

    environment: ClassVar[Mapping[str, str]] = {}
    """Variables that are set before the import, unless the user has set them."""

    needs: ClassVar[tuple[str, ...]] = ()
    """What the library can't do without behind walls: compiler, memory, threads, gpu."""

    profile: str = "tensor"
    """The largest profile that the adapter claims: scalar, tensor or torch."""

    delivery: str = "attribute"

    types: ClassVar[tuple[str, ...]] = ("Tensor",)
    """The dotted names of the classes whose values are tensors."""

    places: ClassVar[tuple[str, ...]] = ("",)
    """Where functions are looked up, in this order: the module itself, or dotted names in it."""

    data: ClassVar[str] = "data"
    """The attribute, or method without arguments, that holds a tensor's numbers."""

    aliases: Mapping[str, Alias | None] = {}
    """PyTorch's names with the library's: ``{"no_grad": "no_autodiff", ".grad": "derivative"}``.

    A name with a leading full stop is a method or attribute of a value. Instead of a name there may
    be a callable of one operation; it is given the library, then the value, then the arguments; or
    None where the library means something else by PyTorch's name.
    """

    keywords: ClassVar[Mapping[str, str]] = {}
    """PyTorch's keywords with the library's: ``{"dim": "axis"}``."""

    scalar_shape: tuple[int, ...] = ()
    """The shape of what has rank 0 in PyTorch."""

    only_dtype: str = ""
    """The dtype of everything, where the library has one dtype only."""

    written: ClassVar[Mapping[str, str]] = {}
    """How a script for people writes what an alias can't say: ``{"requires_grad": ""}``.

    ``requires_grad`` has what is written instead of ``requires_grad=True``, ``no_grad()`` what
    stands for the call with its parentheses, and what an alias does by a callable has a form:
    ``{".detach()": "lib.stop({})", ".grad = None": "{}.clear()"}``, with ``{}`` for the value.
    ``leaf_of`` is the body of a function that makes a leaf where that takes more than one call.
    `gradmark.spelling.Spelling` says what else there is.
    """

    recognised: tuple[str, ...] = ()
    """What was found out about the library, one line each, for headers and reports."""

    def __init__(self, namespace: Any) -> None:
        """Keep the library's module."""
        super().__init__(namespace)
        self._tensors = tuple(
            found for name in self.types if isinstance(found := self._at(name), type)
        )

    @classmethod
    def open(cls) -> Adapter:
        """Import the library. Raises whatever its import raises."""
        for variable, value in cls.environment.items():
            os.environ.setdefault(variable, value)
        for module in cls.also:
            import_module(module)
        return cls(import_module(cls.module))

    def spelt(self) -> dict[str, str]:
        """Return PyTorch's names with the library's, as a script for people writes them."""
        return spelt(self)

    @property
    def kinds(self) -> tuple[type, ...]:
        """The classes whose values are tensors, as far as they were found."""
        return self._tensors

    def path_of(self, name: str) -> str:
        """Return the dotted name under which the library has a function or value, or nothing."""
        found = (path for path in self._dotted(name) if _reached(self.namespace, path) is not None)
        return next(found, "")

    def factory_name(self, name: str) -> str:
        """Return the dotted name of what `factory` returns, or nothing where it has none."""
        path = self.path_of(name)
        return path if path and _reached(self.namespace, path) == self.factory(name) else ""

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """Make a tensor of plain numbers, lists or an array. Raises `Missing`.

        ``requires_grad`` and ``dtype`` are None where the program leaves them to the library.
        """
        return self.find("tensor")(data, **self.leaf_keywords(requires_grad, dtype))

    def leaf_keywords(self, requires_grad: bool | None, dtype: Any) -> dict[str, Any]:
        """Return what the library's constructors are given besides numbers.

        Where gradients are no attribute, nothing has to be told that it will get one.
        """
        named = {"requires_grad": True} if requires_grad and self.delivery == "attribute" else {}
        return named if dtype is None else {**named, "dtype": dtype}

    def factory(self, name: str) -> Callable[..., Any] | None:
        """Return the library's own ``ones``, ``zeros`` or ``full``, whose shape is a tuple."""
        try:
            found: Callable[..., Any] = self.find(name)
        except Missing:
            return None
        return found

    def find(self, path: str) -> Any:
        """Return the library's value for a dotted name. Raises `Missing`."""
        found = self._at(path)
        if found is None:
            raise Missing(f"{describe(self.namespace)} has no attribute {path!r}")
        return found

    def symbol(self, path: str) -> Any:
        alias = self.aliases.get(path, path)
        if alias is None:
            raise Missing(f"{describe(self.namespace)} has another {path}")
        if callable(alias):
            return lambda *args, **kwargs: alias(self.namespace, *args, **kwargs)
        try:
            return self.find(alias)
        except Missing:
            plain = SHORT_DTYPES.get(path, path)
            if plain not in ITEM_SIZES:
                raise
            return plain

    def call(self, path: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if path in CREATION and path not in self.aliases:
            return self.create(path, args, kwargs)
        try:
            function = self.symbol(path)
        except Missing:
            if not (args and self.is_tensor(args[0]) and hasattr(args[0], path)):
                raise
            function = getattr(type(args[0]), path)
        return function(*args, **self._renamed(kwargs))

    def create(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Make a tensor by the library's own factory or, where it has none, by `leaf`."""
        requires_grad, dtype = kwargs.pop("requires_grad", None), kwargs.pop("dtype", None)
        if kwargs:
            raise Missing(f"{name}(… {next(iter(kwargs))}=…)")
        if name == "tensor":
            (data,) = args
            return self.leaf(data, requires_grad, dtype)
        fill: tuple[Any, ...] = ()
        if name == "full":
            *args_, value = args
            args, fill = tuple(args_), (value,)
        sides = tuple(args[0]) if args and isinstance(args[0], (tuple, list)) else args
        made = self.factory(name)
        if made is not None:
            return made(sides, *fill, **self.leaf_keywords(requires_grad, dtype))
        value = fill[0] if fill else {"ones": 1.0, "zeros": 0.0}[name]
        return self.leaf(nested(sides, value), requires_grad, dtype)

    def method(self, owner: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        alias = self.alias(owner, name)
        kwargs = self._renamed(kwargs)
        if callable(alias):
            return alias(self.namespace, owner, *args, **kwargs)
        try:
            bound = lookup(owner, alias)
        except Missing:
            function = self.function_for(owner, name)
            if function is None:
                raise
        else:
            return bound(*args, **kwargs)
        return function(owner, *args, **kwargs)

    def function_for(self, owner: Any, name: str) -> Callable[..., Any] | None:
        """Return the library's function for a method that its tensors lack: ``exp(x)``."""
        if not self.is_tensor(owner) or name in CREATION:
            return None
        try:
            found = self.symbol(name)
        except Missing:
            return None
        return found if callable(found) else None

    def getattr(self, owner: Any, name: str) -> Any:
        alias = self.alias(owner, name)
        return alias(self.namespace, owner) if callable(alias) else lookup(owner, alias)

    def has(self, owner: Any, name: str) -> bool:
        try:
            alias = self.alias(owner, name)
        except Missing:
            return False
        return callable(alias) or hasattr(owner, alias)

    def setattr(self, owner: Any, name: str, value: Any) -> None:
        alias = self._written(owner, name)
        if name == "grad" and value is None:
            value = self.no_gradient(owner)
        try:
            setattr(owner, alias, value)
        except AttributeError as error:
            trace = error.__traceback__
            if trace is not None and trace.tb_next is not None:
                raise  # out of the library's own code
            raise Missing(f"{describe(owner)}.{name} that can be written") from None

    def no_gradient(self, owner: Any) -> Any:
        """Return what the library has where PyTorch has None: what a gradient starts as."""
        del owner
        return None

    def delattr(self, owner: Any, name: str) -> None:
        delattr(owner, self._written(owner, name))

    def alias(self, owner: Any, name: str) -> Alias:
        """Return the library's name for a method or attribute of a value. Raises `Missing`."""
        if not self.is_tensor(owner):
            return name
        alias = self.aliases.get(f".{name}", name)
        if alias is None:
            raise Missing(f"{describe(owner)} has another .{name}, and nothing for PyTorch's")
        return alias

    def _written(self, owner: Any, name: str) -> str:
        alias = self.alias(owner, name)
        if callable(alias):
            raise Missing(f"{describe(owner)}.{name} that can be written")
        return alias

    def is_tensor(self, value: Any) -> bool:
        return isinstance(value, self._tensors)

    def host(self, value: Any) -> Any:
        for _ in range(NESTED):
            held = lookup(value, self.data)
            value = held() if callable(held) else held
            if not self.is_tensor(value):
                break
        return value

    def dtype(self, value: Any) -> str:
        try:
            return dtype_name(lookup(value, "dtype"))
        except Missing:
            return plain_dtype(self.host(value) if self.is_tensor(value) else value)

    def shape(self, value: Any) -> tuple[int, ...]:
        try:
            return super().shape(value)
        except Missing:
            return plain_shape(self.host(value) if self.is_tensor(value) else value)

    def number(self, data: Any, dtype: Any = None) -> Any:
        """Return data that is a single number, for libraries without arrays. Raises `Missing`."""
        shape = plain_shape(data)
        if shape:
            raise Missing(f"tensors of rank {len(shape)}: {self.name} has single numbers alone")
        self.asked(dtype)
        return data.item() if hasattr(data, "item") else data

    def asked(self, dtype: Any) -> None:
        """Refuse a dtype that is not the only one. Raises `Missing`."""
        if dtype is not None and self.only_dtype not in {"", dtype_name(dtype)}:
            raise Missing(f"dtype {dtype_name(dtype)}: there is {self.only_dtype} alone")

    def _renamed(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        return {self.keywords.get(name, name): value for name, value in kwargs.items()}

    def _at(self, path: str) -> Any:
        found = (_reached(self.namespace, dotted) for dotted in self._dotted(path))
        return next((value for value in found if value is not None), None)

    def _dotted(self, path: str) -> Iterator[str]:
        return (f"{place}.{path}".strip(".") for place in self.places)


def _reached(value: Any, path: str) -> Any:
    """Return what a dotted name leads to, or None."""
    try:
        for part in path.split("."):
            value = lookup(value, part)
    except Missing:
        return None
    return value


def nested(shape: Sequence[int], value: Any) -> Any:
    """Return lists nested to a shape, with one value everywhere."""
    if not shape:
        return value
    return [nested(shape[1:], value) for _ in range(shape[0])]


def plain_shape(value: Any) -> tuple[int, ...]:
    """Return the shape of a number, of nested lists or of an array."""
    if isinstance(value, (list, tuple)):
        return (len(value), *(plain_shape(value[0]) if value else ()))
    return tuple(int(side) for side in getattr(value, "shape", ()))


def plain_dtype(value: Any) -> str:
    """Return the dtype of a number, of nested lists or of an array. Raises `Missing`."""
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    if hasattr(value, "dtype"):
        return dtype_name(value.dtype)
    names = {"bool": "bool", "int": "int64", "float": "float64", "complex": "complex128"}
    kind = plain_kind(value)
    if kind not in names:
        raise Missing(f"a dtype of {describe(value)}")
    return names[kind]
