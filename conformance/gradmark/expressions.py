"""Writing what a step computes as a Python expression, with no more parentheses than it needs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradmark.program import Array, Cut, Function, Items, Operand, Pairs, Ref, Step, Symbol
from gradmark.spelling import Spelling
from gradmark.surface import SIGNS

LAMBDA, NOT, COMPARISON, NEGATION, POWER, CALL, ATOM = 1, 5, 6, 13, 14, 16, 17
FILLED: dict[str, Operand] = {"ones": 1.0, "zeros": 0.0, "full": None}
"""The calls that make a tensor of one number, and which number that is."""

RANKS = {
    "or": 7, "xor": 8, "and": 9, "lshift": 10, "rshift": 10, "add": 11, "sub": 11, "mul": 12,
    "truediv": 12, "floordiv": 12, "mod": 12, "matmul": 12, "pow": POWER,
    **dict.fromkeys(["eq", "ne", "lt", "le", "gt", "ge"], COMPARISON),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """An expression: its source, how tightly it binds, and the steps that it makes."""

    source: str
    rank: int = ATOM
    steps: frozenset[int] = frozenset()

    def __str__(self) -> str:
        """Return the source."""
        return self.source

    def within(self, rank: int) -> str:
        """Return the source as an operand of something that binds with ``rank``."""
        return self.source if self.rank >= rank else f"({self.source})"


Texts = dict[int, Text]
"""What stands for the slots of one step, and, by identity, for the functions that it is given."""


def operands(step: Step) -> Iterator[Operand]:
    """Yield the operands of a step in the order in which Python evaluates them."""
    if step.op in {"setattr", "setindex"}:
        yield step.args[-1]
        yield from step.args[:-1]
    else:
        yield from step.args
    yield from (value for _, value in step.kwargs)


def parts(value: Operand) -> Iterator[Operand]:
    """Yield an operand, or what it consists of, in the order in which Python evaluates it."""
    match value:
        case Items(items=items):
            for item in items:
                yield from parts(item)
        case Pairs(items=pairs):
            for pair in pairs:
                yield from parts(pair[0])
                yield from parts(pair[1])
        case Cut(start, stop, step):
            for end in (start, stop, step):
                yield from parts(end)
        case _:
            yield value


def quoted(text: str) -> str:
    """Write a string in double quotes where that needs no backslash."""
    plain = repr(text)
    if plain.startswith("'") and '"' not in plain and "\\" not in plain:
        return f'"{plain[1:-1]}"'
    return plain


def number(value: complex) -> Text:
    """Write a number so that it comes back as the same one."""
    if isinstance(value, complex):
        return Text(f"complex({number(value.real)}, {number(value.imag)})", CALL)
    if isinstance(value, float) and not math.isfinite(value):
        sign = "-" if value < 0 else ""
        return Text(f'float("{sign}{"nan" if math.isnan(value) else "inf"}")', CALL)
    source = repr(value)
    return Text(source, NEGATION if source.startswith("-") else ATOM)


class Writer:
    """Writes operands and steps as expressions, given the texts of the slots that they use."""

    def __init__(self, spelling: Spelling) -> None:
        """Keep the spelling of the library."""
        self.spelling = spelling

    def operand(  # noqa: PLR0911 - one line for each kind of operand
        self, value: Operand, texts: Texts
    ) -> Text:
        """Write one operand."""
        match value:
            case Ref(slot):
                return texts[slot]
            case Symbol(path):
                return Text(self.spelling.path(path), CALL)
            case Items(kind, items):
                inner = ", ".join(self._item(item, texts) for item in items)
                if kind == "tuple":
                    return Text(f"({inner},)" if len(items) == 1 else f"({inner})")
                return Text(f"[{inner}]")
            case Pairs(items=pairs):
                shown = (f"{self._item(k, texts)}: {self._item(v, texts)}" for k, v in pairs)
                return Text("{" + ", ".join(shown) + "}")
            case Cut(start, stop, step):
                ends = [self._item(end, texts) for end in (start, stop, step)]
                return Text(f"slice({', '.join(ends)})", CALL)
            case Array():
                return self._array(value)
            case Function():
                return texts[id(value)]
            case str():
                return Text(quoted(value))
            case None | bool():
                return Text(str(value))
        return Text("...") if value is Ellipsis else number(value)

    def _item(self, value: Operand, texts: Texts) -> str:
        return self.operand(value, texts).within(LAMBDA)

    def _array(self, value: Array) -> Text:
        self.spelling.imports.add("import numpy")
        array = np.frombuffer(value.data, dtype=value.dtype).reshape(value.shape)
        if array.size == 0:
            return Text(f"numpy.zeros({value.shape}, dtype={quoted(value.dtype)})", CALL)
        return Text(f"numpy.array({_nested(array.tolist())}, dtype={quoted(value.dtype)})", CALL)

    def key(self, value: Operand, texts: Texts) -> str:
        """Write what stands between the brackets of an index."""
        if isinstance(value, Items) and value.kind == "tuple" and value.items:
            inner = ", ".join(self._subscript(item, texts) for item in value.items)
            return f"{inner}," if len(value.items) == 1 else inner
        return self._subscript(value, texts)

    def _subscript(self, value: Operand, texts: Texts) -> str:
        if not isinstance(value, Cut):
            return self._item(value, texts)
        ends = [
            "" if end is None else self.operand(end, texts).within(LAMBDA + 1)
            for end in (value.start, value.stop, value.step)
        ]
        return ":".join(ends if ends[2] else ends[:2])

    def arguments(self, args: Sequence[Operand], step: Step, texts: Texts) -> str:
        """Write the arguments of a call."""
        shown = [self._item(arg, texts) for arg in args]
        named = (self.spelling.keyword(n, self._item(v, texts)) for n, v in step.kwargs)
        return ", ".join([*shown, *filter(None, named)])

    def expression(self, step: Step, texts: Texts) -> Text:
        """Write a step that computes one value."""
        source, rank = self._expression(step, texts)
        made = {step.number}.union(*(text.steps for text in texts.values()))
        return Text(source, rank, frozenset(made))

    def _expression(self, step: Step, texts: Texts) -> tuple[str, int]:
        first: Operand = step.args[0] if step.args else None
        rest = step.args[1:]
        match step.op:
            case "call":
                return self._call(step, texts), CALL
            case "method":
                return self._method(step, self.operand(first, texts), texts), CALL
            case "invoke":
                callee = self.operand(first, texts).within(CALL)
                return f"{callee}({self.arguments(rest, step, texts)})", CALL
            case "attr":
                return self._attr(step, self.operand(first, texts))
            case "index":
                owner = self.operand(first, texts).within(CALL)
                return f"{owner}[{self.key(rest[0], texts)}]", CALL
            case "binary":
                return self._binary(step.name, first, rest[0], texts)
            case "unary" if step.name == "abs":
                return f"abs({self._item(first, texts)})", CALL
            case "unary":
                inner = self.operand(first, texts).within(NEGATION)
                return f"{SIGNS[step.name]}{inner}", NEGATION
            case "probe":
                return self._probe(step, first, texts)
        return self._host(step, texts)

    def assignment(self, step: Step, texts: Texts) -> str:
        """Write a step that sets an attribute."""
        owner, value = (self.operand(arg, texts) for arg in step.args)
        form = self.spelling.form(f".{step.name} = {value}")
        return _formed(form, owner) if form else f"{self.attribute(step, texts)} = {value}"

    def attribute(self, step: Step, texts: Texts) -> str:
        """Write an attribute that is set or deleted."""
        owner = self.operand(step.args[0], texts).within(CALL)
        return f"{owner}.{self.spelling.member(step.name)}"

    def _attr(self, step: Step, owner: Text) -> tuple[str, int]:
        form = self.spelling.form(f".{step.name}")
        if form:
            return _formed(form, owner), NOT if form.startswith("not ") else CALL
        return f"{owner.within(CALL)}.{self.spelling.member(step.name)}", CALL

    def read(self, value: Text) -> str:
        """Write what is printed of a value, where the library's own print shows no numbers."""
        return f"read({value})" if self.spelling.helped("read") else value.source

    def _method(self, step: Step, owner: Text, texts: Texts) -> str:
        arguments = self.arguments(step.args[1:], step, texts)
        form = self.spelling.form(f".{step.name}()")
        if form and (form.endswith("{})") or not arguments):
            return _formed(form, owner, arguments)
        return f"{owner.within(CALL)}.{self.spelling.member(step.name)}({arguments})"

    def _call(self, step: Step, texts: Texts) -> str:
        name, args = step.name, step.args
        form = self.spelling.form(f"{name}()")
        if form and args:
            first = self.operand(args[0], texts)
            return _formed(form, first, self.arguments(args[1:], step, texts))
        whole = self.spelling.names.get(f"{name}()")
        if whole and not args and not step.kwargs:
            return f"{self.spelling.root}.{whole}"
        if name in FILLED and name in self.spelling.names:
            fill = FILLED[name] if name != "full" or not args else args[-1]
            given = args[:-1] if name == "full" else args
            sides = _sides(given)
            if sides is not None and not self.spelling.names[name]:
                name, args = "tensor", (_filled(sides, fill),)
            elif sides is not None:
                args = (Items("tuple", sides), *args[len(given) :])
        if name == "tensor" and "scalar" in self.spelling.names and _is_number(args):
            name, args = "scalar", (Items("tuple", ()), *args)
        return f"{self.spelling.path(name)}({self.arguments(args, step, texts)})"

    def _binary(self, name: str, left: Operand, right: Operand, texts: Texts) -> tuple[str, int]:
        rank = RANKS[name]
        # Comparisons form chains, and a power binds to the right.
        one = self.operand(left, texts).within(rank + (rank in {COMPARISON, POWER}))
        other = self.operand(right, texts).within(NEGATION if rank == POWER else rank + 1)
        return f"{one} {SIGNS[name]} {other}", rank

    def _probe(self, step: Step, first: Operand, texts: Texts) -> tuple[str, int]:
        value = self._item(first, texts)
        match step.name:
            case "kind":
                return f"type({value}).__name__", CALL
            case "same":
                sides = [self.operand(side, texts).within(COMPARISON + 1) for side in step.args]
                return " is ".join(sides), COMPARISON
            case "has":
                return f"hasattr({value}, {self._item(step.args[1], texts)})", CALL
            case "dtype" | "shape":
                read = f"{self.operand(first, texts).within(CALL)}.{step.name}"
                return (f"tuple({read})" if step.name == "shape" else read), CALL
            case "length":
                return f"len({value})", CALL
        return f"str({value})", CALL

    def _host(self, step: Step, texts: Texts) -> tuple[str, int]:
        arguments = self.arguments(step.args, step, texts)
        imports = self.spelling.imports
        match step.name:
            case "weakref":
                imports.add("import weakref")
                return f"weakref.ref({arguments})", CALL
            case "alive":
                return f"{self.operand(step.args[0], texts).within(CALL)}() is not None", COMPARISON
            case "collect":
                imports.add("import gc")
                return "gc.collect()", CALL
            case "copy" | "deepcopy":
                imports.add("import copy")
                return f"copy.{step.name}({arguments})", CALL
            case "thread":
                imports.add("from concurrent.futures import ThreadPoolExecutor")
                return f"ThreadPoolExecutor(1).submit({arguments}).result()", CALL
        imports.add("import numpy")
        return f"{step.name}({arguments})", CALL


def _formed(form: str, owner: Text, arguments: str = "") -> str:
    """Put a value, and what else a call is given, into a form such as ``lib.exp({})``."""
    written = form.replace("{}", owner.within(LAMBDA if "({}" in form else CALL))
    return f"{written[:-1]}, {arguments})" if arguments else written


def _is_number(args: Sequence[Operand]) -> bool:
    first = args[0] if args else None
    return isinstance(first, int | float) or (isinstance(first, Array) and not first.shape)


def _sides(given: Sequence[Operand]) -> tuple[int, ...] | None:
    """Return the shape that a call is given, or None where only the library knows it."""
    first = given[0] if len(given) == 1 else None
    sides = tuple(first.items) if isinstance(first, Items) else tuple(given)
    known = tuple(side for side in sides if type(side) is int)
    return known if len(known) == len(sides) else None


def _filled(sides: Sequence[int], value: Operand) -> Operand:
    if not sides:
        return value
    return Items("list", (_filled(sides[1:], value),) * sides[0])


def _nested(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_nested(item) for item in value)}]"
    return str(number(value))
