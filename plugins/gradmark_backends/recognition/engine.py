"""The adapter of an engine that has none: nothing is offered but what trying it showed.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any, ClassVar

from gradmark.surface import Missing, describe, lookup, plain_kind, read_plain
from gradmark.trace import Value
from gradmark_backends.adapter import Adapter, nested, plain_dtype, plain_shape
from gradmark_backends.recognition.arrays import (
    SHAPED,
    Arrays,
    arrays_of,
    as_form,
    as_sides,
    renamed,
)
from gradmark_backends.recognition.clearing import clear
from gradmark_backends.recognition.lines import LOOKED_FOR, lines_of
from gradmark_backends.recognition.reading import ABSENT, flat, number, opened, own, peek, takes
from gradmark_backends.recognition.seeding import Seeding, seeding_of
from gradmark_backends.recognition.spelling import DIFFERENTIATES, Spelling
from gradmark_backends.recognition.starting import go_backward, seeded
from gradmark_backends.recognition.switches import detach_of, no_grad_of

FIRST = 3
"""Lines about the leaf, its value and its gradient, which come before what it took to import it."""

FACTORIES = {"ones": ((), 1.0), "zeros": ((), 0.0), "full": ((3.0,), 3.0)}


class Engine(Adapter):
    """An engine without an adapter, as its `Spelling` says."""

    name: ClassVar[str] = "by convention"

    def __init__(
        self,
        namespace: ModuleType,
        spelling: Spelling,
        *,
        table: Mapping[str, str] | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        """Take the conventions, and try which of the rest hold; a table's word is taken."""
        super().__init__(namespace)
        self.spelling = spelling
        self._tensors = (spelling.kind,)
        self.home = _home(spelling.kind, namespace)
        self.namespaces = tuple(dict.fromkeys((namespace, self.home, *_around(self.home))))
        said = {k.partition(".")[2]: v for k, v in (table or {}).items() if k.startswith("names.")}
        self.renamed_words = {
            k.partition(".")[2]: v for k, v in (table or {}).items() if k.startswith("keywords.")
        }
        pairs = ((".grad", spelling.gradient), (".data", spelling.data))
        self.aliases: dict[str, Any] = {
            wanted: found
            for wanted, found in pairs
            if found and self._is_another(wanted[1:], found)
        }
        if callable(peek(spelling.example, "data")):
            self.aliases[".data"] = None
        self.after = peek(self._differentiated(), spelling.gradient)
        self.scalar_shape = self._scalar_shape()
        self.arrays: Arrays = arrays_of(spelling, self.host)
        self.profile = "tensor" if self.arrays.form else "scalar"
        self.only_dtype = "" if spelling.dtype else self._dtype()
        self.seeding: Seeding = seeding_of(
            spelling,
            lambda data, *, requires_grad=True: self.leaf(data, requires_grad, None),
            self.host,
            vectors=bool(self.arrays.form),
        )
        self.factories = {name: made for name in FACTORIES if (made := self._own(name))}
        self.switch, switch = no_grad_of(self.namespaces, spelling.kind)
        if switch is not None and "no_grad" not in said:
            self.aliases["no_grad"] = lambda _lib, *args, **named: switch(*args, **named)
        self.detach = detach_of(spelling)
        if self.detach not in {"", "detach"}:
            self.aliases[".detach"] = self.detach
        flag = spelling.requires_grad
        if flag and flag != "requires_grad" and peek(spelling.example, flag) is not ABSENT:
            self.aliases[".requires_grad"] = flag
        self.aliases.update({name: other or None for name, other in said.items()})
        lines = tuple(lines_of(self))
        self.recognised = (*lines[:FIRST], *notes, *lines[FIRST:])

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
        if name == "data" and not callable(peek(self.spelling.example, found)):
            return True  # whatever has PyTorch's name is not what the engine computes with
        return there is ABSENT or (name == "grad" and (callable(there) or number(there) is None))

    def _scalar_shape(self) -> tuple[int, ...]:
        """Return the largest shape in which this engine holds one number, or its gradient."""
        held = [self.spelling.held]
        if self.spelling.score == DIFFERENTIATES:
            held.append(self.host(self.spelling.result))
            held.append(opened(self.after))
        shapes = [plain_shape(value) for value in held if value is not None]
        return max((s for s in shapes if all(side == 1 for side in s)), key=len, default=())

    def _differentiated(self) -> Any:
        """Return a leaf that has its gradient, or None where it gets none."""
        if self.spelling.score != DIFFERENTIATES and not self.spelling.plainly:
            return None
        x = self.spelling.leaf(3.0)
        try:
            go_backward(self.spelling, x * x + x)
        except BaseException:  # noqa: BLE001 - it need not work again
            return None
        return x

    def spelt(self) -> dict[str, str]:
        """Return the engine's names for what a script for people writes."""
        flag = self.spelling.requires_grad
        named = {"tensor": self.spelling.called, "requires_grad": f"{flag}=True" if flag else ""}
        elsewhere = {n: path for n in LOOKED_FOR if (path := self.path_of(n)) not in {"", n}}
        return {**super().spelt(), **elsewhere, **named}

    @property
    def kinds(self) -> tuple[type, ...]:
        return (self.spelling.kind,)

    def path_of(self, name: str) -> str:
        return self._path(self.symbol_of(name)) if self.there(name) else ""

    @property
    def file(self) -> str:
        """Return the file that defines the engine's class."""
        return str(getattr(self.home, "__file__", None) or "")

    def symbol_of(self, name: str) -> Any:
        """Return the engine's own object for one of its switches. Raises `Missing`."""
        if name == "no_grad" and self.switch:
            return self.find(self.switch)
        return self.find(name)

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

            data = numpy.array({"array": data, "vector": [data], "matrix": [[data]]}[made])
        return self.spelling.make(data, requires_grad=requires_grad, dtype=dtype)

    def _listed(self, data: Any) -> Any:
        if not self.arrays.form:
            rank = len(plain_shape(data))
            raise Missing(f"tensors of rank {rank}: {self.spelling.called} holds single numbers")
        return as_form(data, self.arrays.form)

    def leaf_keywords(self, requires_grad: bool | None, dtype: Any) -> dict[str, Any]:
        flag = self.spelling.requires_grad
        named: dict[str, Any] = {}
        if flag and requires_grad is not None:
            named[flag] = requires_grad
        return named if dtype is None else {**named, "dtype": dtype}

    def factory(self, name: str) -> Any:
        return self.factories.get(name)

    def method(self, owner: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if name == "backward" and self.is_tensor(owner):
            return self._backward(owner, args, kwargs)
        if name in SHAPED and self.is_tensor(owner):
            found = peek(owner, str(self.alias(owner, name)))
            if callable(found):
                args = as_sides(found, args, self.arrays.sides)
        function = peek(owner, str(self.aliases.get(f".{name}") or name))
        if callable(function):
            kwargs = renamed(function, self._renamed(kwargs))
        return super().method(owner, name, args, kwargs)

    def _renamed(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        return {self.renamed_words.get(name, name): value for name, value in kwargs.items()}

    def _backward(self, root: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        way, rest = self.spelling, dict(kwargs)
        method = way.back(root)
        if not args and "gradient" not in rest:
            one = way.start_with != "plain" and number(peek(root, way.data), way.data) is not None
            return go_backward(way, root) if one and not rest else method(**rest)
        seed = args[0] if args else rest.pop("gradient")
        if way.start_with == "grad" and not self.seeding.name:
            is_array = self.is_tensor(seed) and way.start_as != "tensor"
            seeded(way, root, self.host(seed) if is_array else seed)
            return method(*args[1:], **rest)
        if not self.seeding.name:
            return method(*args, **kwargs)
        if self.seeding.form == "array" and self.is_tensor(seed):
            seed = self.host(seed)
        return method(*args[1:], **{self.seeding.name: seed}, **rest)

    def setattr(self, owner: Any, name: str, value: Any) -> None:
        how = self.spelling.clear
        if name == "grad" and value is None and how != "start" and self.is_tensor(owner):
            clear(self.spelling, owner)
            return
        super().setattr(owner, name, value)

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
        goes_back = hasattr(kind, self.spelling.backward) or hasattr(kind, self.spelling.data)
        return goes_back and hasattr(kind, "__add__") and own(kind, self.namespace)

    def host(self, value: Any) -> Any:
        name = self.spelling.data
        if not name:
            raise Missing(f"an attribute of {self.spelling.called} that holds its numbers")
        return opened(lookup(value, name), name)

    def read(self, value: Any) -> Value:
        """Copy a value out; a gradient may be wrapped in a class that is no tensor's."""
        if not self.is_tensor(value) and plain_kind(value) == "object":
            inner = opened(value)
            if inner is not value and plain_kind(inner) != "object":
                return read_plain(inner, self, "tensor")
        return super().read(value)

    def _dtype(self) -> str:
        try:
            form = self.arrays.form
            made = self.spelling.make(self._listed([1.0, 2.0])) if form else self.spelling.leaf(3.0)
            return plain_dtype(self.host(made))
        except BaseException:  # noqa: BLE001 - no convention is claimed for what can't be read
            return ""

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

    def there(self, name: str) -> bool:
        """Say whether the engine has a function of PyTorch's."""
        alias = self.aliases.get(name, name)
        if callable(alias) or alias is None:
            return alias is not None
        try:
            self.find(alias)
        except Missing:
            return False
        return True


def _home(kind: type, namespace: ModuleType) -> ModuleType:
    """Return the module that defines a class; Python's own may have its name by now."""
    if kind.__module__ == namespace.__name__:
        return namespace
    return sys.modules.get(kind.__module__, namespace)


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
