"""What a program is: steps over numbered slots, as data that can be printed, sent and replayed.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Ref:
    """The value that an earlier step put into a slot."""

    slot: int


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name of the library that is used as a value: ``float32``, ``autograd.Function``."""

    path: str


@dataclass(frozen=True, slots=True)
class Items:
    """A Python list or tuple of operands."""

    kind: str
    items: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """A Python dict of operands."""

    items: tuple[tuple[Operand, Operand], ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """A slice whose ends may be operands."""

    start: Operand
    stop: Operand
    step: Operand


@dataclass(frozen=True, slots=True)
class Array:
    """A NumPy array as NumPy's dtype string, shape and bytes in C order."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Function:
    """A Python function, recorded once: parameter slots, steps, and what it returns."""

    name: str
    params: tuple[int, ...]
    body: tuple[Step, ...]
    result: Operand
    captures: tuple[int, ...] = ()


Operand: TypeAlias = (
    "Ref | Symbol | Items | Pairs | Cut | Array | Function | complex | str | Any | None"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the program does.

    ``op`` is one of `OPS`; ``name`` is the operator, method, attribute, function or probe; ``outs``
    are the slots it fills; ``mark`` is the number of the observation that it makes, if any.
    """

    op: str
    number: int
    line: int = 0
    name: str = ""
    args: tuple[Operand, ...] = ()
    kwargs: tuple[tuple[str, Operand], ...] = ()
    outs: tuple[int, ...] = ()
    body: tuple[Step, ...] = ()
    mark: int | None = None


OPS = frozenset(
    "call method attr setattr delattr binary unary inplace index setindex invoke with raises warns "
    "caught throw observe probe unpack repeat subclass host release".split()
)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another outcome that an observation accepts, by name, as *lenient*.

    Exactly one of ``value`` (numbers, None) and ``predicate`` (a name that the judge knows) is set.
    """

    name: str
    value: Operand = None
    predicate: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What we know about one observation and never tell the worker."""

    label: str
    owner: str = ""
    accept: tuple[Alternative, ...] = ()
    instead: tuple[tuple[str, Alternative], ...] = ()
    rtol: float | None = None
    atol: float | None = None
    or_earlier: bool = False
    signed_zero: bool = False
    exact_shape: bool = False
    message: str = ""
    repeats: bool = False
    """Made inside a recorded function: its values are a list, in the order of the calls."""

    @property
    def is_control(self) -> bool:
        """Say whether another behaviour owns what this one records."""
        return bool(self.owner)


@dataclass(frozen=True, slots=True)
class Program:
    """An immutable recording of one behaviour."""

    steps: tuple[Step, ...]
    marks: tuple[Mark, ...] = ()
    names: tuple[tuple[int, str], ...] = ()
    """What the body calls its values; one that has a second name has it last."""

    first_line: int = 0
    _sent: list[str] = field(default_factory=list, compare=False, repr=False)

    @property
    def key(self) -> str:
        """Return a digest of what the worker is sent: equal programs have equal keys."""
        if len(self._sent) < 2:  # noqa: PLR2004 - the wire and its digest
            wire = self.wire()
            self._sent.append(hashlib.sha256(wire.encode()).hexdigest()[:24])
        return self._sent[1]

    def wire(self) -> str:
        """Return the JSON that a worker is sent: steps only, without labels, names or lines."""
        if not self._sent:
            steps = [step_to_json(s) for s in self.steps]
            self._sent.append(json.dumps(steps, separators=(",", ":")))
        return self._sent[0]

    def to_json(self) -> dict[str, Any]:
        """Return the whole program as plain JSON data."""
        return {
            "format": FORMAT,
            "steps": [step_to_json(s, lines=True) for s in self.steps],
            "marks": [_mark_to_json(m) for m in self.marks],
            "names": [list(pair) for pair in self.names],
            "first_line": self.first_line,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Program:
        """Rebuild a program from `to_json`. Raises ValueError for another format."""
        if data.get("format") != FORMAT:
            message = f"a program of format {data.get('format')!r}; this version reads {FORMAT}"
            raise ValueError(message)
        return cls(
            steps=tuple(step_from_json(s) for s in data["steps"]),
            marks=tuple(_mark_from_json(m) for m in data["marks"]),
            names=tuple((slot, name) for slot, name in data["names"]),
            first_line=data["first_line"],
        )

    def walk(self) -> Iterator[Step]:
        """Yield every step in program order, those of blocks and functions included."""
        return walk(self.steps)


def walk(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Yield every step in program order, those of blocks and functions included."""
    for step in steps:
        yield step
        for operand in (*step.args, *(v for _, v in step.kwargs)):
            if isinstance(operand, Function):
                yield from walk(operand.body)
        yield from walk(step.body)


def released(step: Step) -> int:
    """Return the slot that a ``release`` step lets go of."""
    (value,) = step.args
    if not isinstance(value, Ref):
        raise TypeError("only a value can be let go of")
    return value.slot


def operand_to_json(  # noqa: PLR0911 - one line for each kind of operand
    value: Operand, *, lines: bool = False
) -> Any:
    """Write one operand as JSON: plain where JSON has it, a one-key object where it has not."""
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if abs(value) < 1 << 53 else {"int": str(value)}
        case float():
            return value if value - value == 0 else {"float": repr(value)}
        case complex():
            return {"complex": [repr(value.real), repr(value.imag)]}
        case Ref(slot):
            return {"ref": slot}
        case Symbol(path):
            return {"sym": path}
        case Items(kind, items):
            inner = [operand_to_json(i, lines=lines) for i in items]
            return inner if kind == "list" else {"tuple": inner}
        case Pairs(items):
            inner = [[operand_to_json(p, lines=lines) for p in pair] for pair in items]
            return {"dict": inner}
        case Cut(start, stop, step):
            return {"slice": [operand_to_json(e) for e in (start, stop, step)]}
        case Array(dtype, shape, data):
            return {"array": [dtype, list(shape), base64.b64encode(data).decode()]}
        case Function():
            return {
                "fn": [
                    value.name,
                    list(value.params),
                    [step_to_json(s, lines=lines) for s in value.body],
                    operand_to_json(value.result, lines=lines),
                    list(value.captures),
                ]
            }
        case _ if value is Ellipsis:
            return {"dots": True}
    message = f"{type(value).__name__} is not an operand"
    raise TypeError(message)


def operand_from_json(data: Any) -> Operand:  # noqa: PLR0911 - one line for each kind of operand
    """Read what `operand_to_json` wrote. Raises ValueError for anything else."""
    if isinstance(data, list):
        return Items("list", tuple(operand_from_json(i) for i in data))
    if not isinstance(data, dict):
        return data
    ((tag, body),) = data.items()
    match tag:
        case "ref":
            return Ref(body)
        case "sym":
            return Symbol(body)
        case "int":
            return int(body)
        case "float":
            return float(body)
        case "complex":
            return complex(float(body[0]), float(body[1]))
        case "tuple":
            return Items("tuple", tuple(operand_from_json(i) for i in body))
        case "dict":
            return Pairs(tuple((operand_from_json(k), operand_from_json(v)) for k, v in body))
        case "slice":
            return Cut(*(operand_from_json(e) for e in body))
        case "array":
            return Array(body[0], tuple(body[1]), base64.b64decode(body[2]))
        case "fn":
            name, params, steps, result, captures = body
            return Function(
                name,
                tuple(params),
                tuple(step_from_json(s) for s in steps),
                operand_from_json(result),
                tuple(captures),
            )
        case "dots":
            return Ellipsis
    message = f"unknown operand tag {tag!r}"
    raise ValueError(message)


def step_to_json(step: Step, *, lines: bool = False) -> dict[str, Any]:
    """Write one step as JSON; empty fields are left out, and source lines unless asked for."""
    out: dict[str, Any] = {"op": step.op, "n": step.number}
    if step.name:
        out["name"] = step.name
    if step.args:
        out["args"] = [operand_to_json(a, lines=lines) for a in step.args]
    if step.kwargs:
        out["kw"] = {k: operand_to_json(v, lines=lines) for k, v in step.kwargs}
    if step.outs:
        out["outs"] = list(step.outs)
    if step.body:
        out["body"] = [step_to_json(s, lines=lines) for s in step.body]
    if step.mark is not None:
        out["mark"] = step.mark
    if lines and step.line:
        out["line"] = step.line
    return out


def step_from_json(data: dict[str, Any]) -> Step:
    """Read what `step_to_json` wrote. Raises ValueError for an unknown operation."""
    if data["op"] not in OPS:
        message = f"unknown step {data['op']!r}"
        raise ValueError(message)
    return Step(
        op=data["op"],
        number=data["n"],
        line=data.get("line", 0),
        name=data.get("name", ""),
        args=tuple(operand_from_json(a) for a in data.get("args", ())),
        kwargs=tuple((k, operand_from_json(v)) for k, v in data.get("kw", {}).items()),
        outs=tuple(data.get("outs", ())),
        body=tuple(step_from_json(s) for s in data.get("body", ())),
        mark=data.get("mark"),
    )


def _alternative_to_json(a: Alternative) -> dict[str, Any]:
    return {"name": a.name, "value": operand_to_json(a.value), "predicate": a.predicate}


def _alternative_from_json(data: dict[str, Any]) -> Alternative:
    return Alternative(data["name"], operand_from_json(data["value"]), data["predicate"])


def _mark_to_json(mark: Mark) -> dict[str, Any]:
    return {
        "label": mark.label,
        "owner": mark.owner,
        "accept": [_alternative_to_json(a) for a in mark.accept],
        "instead": [[label, _alternative_to_json(a)] for label, a in mark.instead],
        "rtol": mark.rtol,
        "atol": mark.atol,
        "or_earlier": mark.or_earlier,
        "signed_zero": mark.signed_zero,
        "exact_shape": mark.exact_shape,
        "message": mark.message,
        "repeats": mark.repeats,
    }


def _mark_from_json(data: dict[str, Any]) -> Mark:
    return Mark(
        **{
            **data,
            "accept": tuple(_alternative_from_json(a) for a in data["accept"]),
            "instead": tuple((label, _alternative_from_json(a)) for label, a in data["instead"]),
        }
    )
