"""The adapter of an engine that has none: PyTorch-shaped, by the conventions that were found.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any, ClassVar

from gradmark.surface import Missing, describe, lookup
from gradmark_backends.adapter import Adapter, nested, plain_dtype, plain_shape
from gradmark_backends.conventions import (
    ABSENT,
    DIFFERENTIATES,
    RAISES,
    Spelling,
    opened,
    own,
    parameters,
    peek,
    seed_parameter,
    takes,
)  # fmt: skip

FOR_ARRAYS = ("shape", "sum", "mean", "reshape", "transpose", "T", "dot", "matmul", "__matmul__")
"""Any of these says that an engine is about arrays."""

FACTORIES = {"ones": ((), 1.0), "zeros": ((), 0.0), "full": ((3.0,), 3.0)}
LOOKED_FOR = ("no_grad", "enable_grad", "set_grad_enabled")
LOOKED_FOR_IN_VALUES = ("requires_grad", "is_leaf", "grad_fn", "detach", "sum", "shape", "dtype")


class Spelled(Adapter):
    """An engine without an adapter; nothing is offered but what trying it showed."""

    name: ClassVar[str] = "by convention"

    def __init__(self, namespace: ModuleType, spelling: Spelling) -> None:
        """Take the conventions, and try which of the rest hold."""
        super().__init__(namespace)
        self.spelling = spelling
        self._tensors = (spelling.kind,)
        home = sys.modules.get(spelling.kind.__module__, namespace)
        self.namespaces = tuple(dict.fromkeys((namespace, home, *_around(home))))
        pairs = ((".grad", spelling.gradient), (".data", spelling.data))
        self.aliases = {
            wanted: found
            for wanted, found in pairs
            if found and self._is_another(wanted[1:], found)
        }
        if callable(peek(spelling.example, "data")):
            self.aliases[".data"] = None
        self.scalar_shape = plain_shape(spelling.held) if spelling.held is not None else ()
        self.lists = self._vectors()
        self.profile = "tensor" if self.lists else "scalar"
        self.only_dtype = "" if spelling.dtype else self._dtype()
        self.seed = seed_parameter(spelling.kind)
        self.seed_as = self._seed()
        self.factories = {name: made for name in FACTORIES if (made := self._own(name))}
        self.recognised = tuple(self._lines())

    def find(self, path: str) -> Any:
        for namespace in self.namespaces:
            value: Any = namespace
            try:
                for part in path.split("."):
                    value = lookup(value, part)
            except Missing:
                continue
            except BaseException:  # noqa: BLE001, S112 - a module's __getattr__ may raise anything
                continue
            if own(value, namespace) or not callable(value):
                return value
        raise Missing(f"{describe(self.namespace)} has no attribute {path!r}")

    def _is_another(self, name: str, found: str) -> bool:
        """Say whether an engine keeps under another name what PyTorch has under this one."""
        if name == found:
            return False
        there = peek(self.spelling.example, name)
        return there is ABSENT or (callable(there) and name == "grad")

    def spelt(self) -> dict[str, str]:
        """Return the engine's names for what a script for people writes."""
        flag = self.spelling.requires_grad
        named = {"tensor": self.spelling.called, "requires_grad": f"{flag}=True" if flag else ""}
        elsewhere = {
            name: path
            for name in LOOKED_FOR
            if self._there(name) and (path := self._path(self.find(name))) not in {"", name}
        }
        return {**super().spelt(), **elsewhere, **named}

    def factory_name(self, name: str) -> str:
        return self._path(self.factories[name]) if name in self.factories else ""

    def _path(self, wanted: Any) -> str:
        """Return the dotted name under which the engine's module has something, or nothing."""
        name = str(getattr(wanted, "__name__", ""))
        for prefix, place in self._places():
            if name and peek(place, name) == wanted:
                return f"{prefix}{name}"
        return ""

    def _places(self) -> Iterator[tuple[str, Any]]:
        kind, inside = self.spelling.kind, f"{self.namespace.__name__}."
        for namespace in self.namespaces:
            if namespace is self.namespace:
                yield "", namespace
            elif namespace.__name__.startswith(inside):
                yield f"{namespace.__name__[len(inside) :]}.", namespace
        if peek(self.namespace, kind.__name__) is kind:
            yield f"{kind.__name__}.", kind

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        if dtype is not None and not self.spelling.dtype:
            self.asked(dtype)
            dtype = None
        if self.is_tensor(data):
            raise Missing(f"{self.spelling.called}() of a tensor")
        if plain_shape(data):
            return self.spelling.make(self._listed(data), requires_grad=requires_grad, dtype=dtype)
        made = self.spelling.payload
        if made != "number":
            import numpy  # noqa: ICN001 - the engine takes nothing but its arrays

            data = numpy.array(data if made == "array" else [data])
        return self.spelling.make(data, requires_grad=requires_grad, dtype=dtype)

    def _listed(self, data: Any) -> Any:
        if self.lists == "array" and isinstance(data, (list, tuple)):
            import numpy  # noqa: ICN001 - the engine takes nothing but its arrays

            return numpy.array(data)
        if not self.lists:
            rank = len(plain_shape(data))
            raise Missing(f"tensors of rank {rank}: {self.spelling.called} holds single numbers")
        return data

    def leaf_keywords(self, requires_grad: bool | None, dtype: Any) -> dict[str, Any]:
        flag = self.spelling.requires_grad
        named: dict[str, Any] = {}
        if flag and requires_grad is not None:
            named[flag] = requires_grad
        return named if dtype is None else {**named, "dtype": dtype}

    def factory(self, name: str) -> Any:
        return self.factories.get(name)

    def method(self, owner: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if name != "backward" or not self.seed or not (args or "gradient" in kwargs):
            return super().method(owner, name, args, kwargs)
        rest = dict(kwargs)
        seed = args[0] if args else rest.pop("gradient")
        if self.seed_as == "array" and self.is_tensor(seed):
            seed = self.host(seed)
        return lookup(owner, name)(*args[1:], **{self.seed: seed}, **rest)

    def no_gradient(self, owner: Any) -> Any:
        start = self.spelling.start
        if start is None or isinstance(start, (int, float)):
            return start
        shape = plain_shape(self.host(owner))
        if self.is_tensor(start):
            return self.leaf(nested(shape, 0.0), requires_grad=False, dtype=None)
        import numpy  # noqa: ICN001 - the gradient is one of its arrays

        return numpy.zeros_like(start, shape=shape)

    def is_tensor(self, value: Any) -> bool:
        """Results may be of another class than leaves: of an operation, or a base class."""
        if isinstance(value, self.spelling.kind):
            return True
        kind = type(value)
        return hasattr(kind, "backward") and hasattr(kind, "__add__") and own(kind, self.namespace)

    def host(self, value: Any) -> Any:
        name = self.spelling.data
        if not name:
            raise Missing(f"an attribute of {self.spelling.called} that holds its numbers")
        return opened(lookup(value, name), name)

    def _vectors(self) -> str:
        """Find out how lists of numbers are given to the engine: list, array, or not at all."""
        for payload in ("list", "array"):
            try:
                data: Any = [1.0, 2.0]
                if payload == "array":
                    import numpy  # noqa: ICN001 - only tried where there is one

                    data = numpy.array(data)
                x = self.spelling.make(data)
                if flat(self.host(x)) != [1.0, 2.0]:
                    continue
                # An engine of single numbers computes with an array as well, by accident.
                if payload == "array" and not self._is_for_arrays():
                    continue
                for result, wanted in ((x * x, [1.0, 4.0]), (x + x, [2.0, 4.0])):
                    if flat(self.host(result)) == wanted:
                        return payload
            except BaseException:  # noqa: BLE001, S112 - an engine may refuse in any way
                continue
        return ""

    def _is_for_arrays(self) -> bool:
        converts = not isinstance(self.spelling.held, (int, float))
        return converts or any(hasattr(self.spelling.kind, name) for name in FOR_ARRAYS)

    def _dtype(self) -> str:
        try:
            data = self._listed([1.0, 2.0]) if self.lists else None
            made = self.spelling.make(data) if self.lists else self.spelling.leaf(3.0)
            return plain_dtype(self.host(made))
        except BaseException:  # noqa: BLE001 - no convention is claimed for what can't be read
            return ""

    def _seed(self) -> str:
        """Find out whether ``backward`` wants its gradient as a tensor or as an array."""
        if not self.seed or not self.lists or not self.spelling.tried:
            return "tensor"
        for form in ("tensor", "array"):
            try:
                x = self.leaf([1.0, 2.0], requires_grad=True, dtype=None)
                seed = self.leaf([1.0, 10.0], requires_grad=False, dtype=None)
                given = seed if form == "tensor" else self.host(seed)
                (x * x).backward(**{self.seed: given})
                if flat(opened(peek(x, self.spelling.gradient))) == [2.0, 40.0]:
                    return form
            except BaseException:  # noqa: BLE001, S112 - an engine may refuse in any way
                continue
        return "tensor"

    def _own(self, name: str) -> Any:
        """Return the engine's own factory if it does, tried on two elements, what it says."""
        fill, value = FACTORIES[name]
        flag = self.spelling.requires_grad
        for place in (*self.namespaces, self.spelling.kind):
            found = peek(place, name)
            if not callable(found) or not own(found, self.namespace):
                continue
            if flag and not takes(found, flag):
                continue
            try:
                made = found((2,), *fill, **self.leaf_keywords(requires_grad=True, dtype=None))
                if self.is_tensor(made) and flat(self.host(made)) == [value, value]:
                    return found
            except BaseException:  # noqa: BLE001, S112 - another way of giving the shape
                continue
        return None

    def _lines(self) -> Any:
        spelling = self.spelling
        flag = f", {spelling.requires_grad}=True" if spelling.requires_grad else ""
        payload = {"number": "3.0", "array": "np.array(3.0)", "vector": "np.array([3.0])"}
        yield f"leaf: {spelling.called}({payload[spelling.payload]}{flag})"
        if spelling.score == RAISES:
            yield f"the leaf can't be made: {spelling.why}"
            return
        yield f"value: .{spelling.data} ({spelling.holds})" if spelling.data else "value: not found"
        if spelling.gradient:
            after = peek(spelling.example, spelling.gradient)
            kind = "" if after is None or after is ABSENT else type(after).__name__
            about = ", ".join(part for part in (kind, spelling.before) if part)
            yield f"gradient: .{spelling.gradient}" + (f" ({about})" if about else "")
        else:
            yield "gradient: not found"
        vector = {"list": "[1.0, 2.0]", "array": "np.array([1.0, 2.0])"}
        if self.lists:
            yield f"vectors: {spelling.called}({vector[self.lists]}{flag})"
        else:
            yield "vectors: none, single numbers alone"
        if self.seed:
            yield f"backward takes a gradient: {self.seed}, as {self.seed_as}"
        made = [n for n in FACTORIES if n not in self.factories]
        if self.lists and made:
            yield f"made by the leaf's constructor: {', '.join(made)}"
        if spelling.score != DIFFERENTIATES:
            yield f"x*x + x at 3 went wrong: {spelling.why or 'not 12 and 7'}"
        absent = [name for name in LOOKED_FOR if not self._there(name)]
        absent += [n for n in LOOKED_FOR_IN_VALUES if peek(spelling.example, n) is ABSENT]
        absent += [] if self.seed else ["backward(gradient)"]
        if "retain_graph" not in parameters(peek(spelling.kind, "backward")):
            absent.append("retain_graph")
        if absent:
            yield f"missing: {', '.join(absent)}"

    def _there(self, name: str) -> bool:
        try:
            self.find(name)
        except Missing:
            return False
        return True


def _around(home: ModuleType) -> Iterator[ModuleType]:
    """Yield the packages that a module is in, and the modules beside it.

    A package may keep its switches in other files than its tensor.
    """
    parent = home.__name__.rpartition(".")[0]
    beside = f"{parent}."
    for name, module in sorted(sys.modules.items()):
        inside = name.startswith(beside) and "." not in name[len(beside) :]
        if parent and (inside or beside.startswith(f"{name}.")):
            yield module


def flat(value: Any) -> list[float]:
    """Return the numbers of an array or of nested lists in a row."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, (list, tuple)):
        return [number for item in value for number in flat(item)]
    return [float(value)]
