"""Reading what a worker answered: nothing is believed that was not checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gradmark.trace import TEXT_LIMIT, TRACE_LIMIT, Trace, trace_from_wire
from gradmark_backends.channel import Message
from gradmark_backends.plan import CODES, DTYPES, NEEDS, CannotOpen, Opened

LINES_LIMIT = 500
"""Lines that a worker may say about what it recognised."""

NAME_LIMIT = 200
DAY = 86_400.0
SIDES_LIMIT = 8
PROFILES = ("scalar", "tensor", "torch")
DELIVERIES = ("attribute", "returned", "transform")


@dataclass(frozen=True, slots=True)
class Broken:
    """The worker's own code raised; only the text of it came back."""

    text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """The worker's own code raised after the library had changed what it stands on."""

    names: str


@dataclass(frozen=True, slots=True)
class OutOfMemory:
    """Memory ran out where no program could be blamed for a step."""


@dataclass(frozen=True, slots=True)
class Open:
    """The library is open."""

    opened: Opened
    python: str


Reply = Trace | Open | CannotOpen | Broken | Changed | OutOfMemory


def reply_from(message: Message, identity: str) -> Reply:
    """Turn a message into what it says. Raises ValueError for anything that no worker would say."""
    header, payload = message
    if header.pop("id", None) != identity:
        raise ValueError("an answer to another question")
    kind = header.pop("is", None)
    if kind == "trace":
        (trace,) = _exactly(header, "trace")
        if not isinstance(trace, dict):
            raise ValueError("a trace that is no object")
        return trace_from_wire(trace, payload)
    if payload:
        raise ValueError("raw bytes that nothing refers to")
    match kind:
        case "opened":
            opened, python = _exactly(header, "opened", "python")
            return Open(_opened(opened), _text(python))
        case "cannot-open":
            (why,) = _exactly(header, "why")
            code, message_, cause, hint = (_text(part, TRACE_LIMIT) for part in _list(why, 4))
            if code not in CODES:
                raise ValueError("a reason that there is not")
            return CannotOpen(code, message_, cause=cause, hint=hint)
        case "broken":
            (text,) = _exactly(header, "text")
            return Broken(_text(text, TRACE_LIMIT))
        case "changed":
            (text,) = _exactly(header, "text")
            return Changed(_text(text))
        case "memory":
            _exactly(header)
            return OutOfMemory()
    raise ValueError(f"an answer of no known kind: {str(kind)[:40]!r}")


def loaded_from(header: dict[str, Any]) -> tuple[str, ...]:
    """Take out of a header what the worker says that it loaded. Raises ValueError."""
    names = header.pop("loaded", [])
    if not isinstance(names, list) or len(names) > LINES_LIMIT:
        raise ValueError("a list of modules that is none")
    return tuple(_text(name, NAME_LIMIT) for name in names)


def _opened(data: Any) -> Opened:
    plain = Opened("").to_json()
    if not isinstance(data, dict) or not {"library"} <= set(data) <= set(plain):
        raise ValueError("an opened library without the fields of one")
    data = {**{name: _plain(value) for name, value in plain.items()}, **data}
    shape = data["scalar_shape"]
    if not isinstance(shape, list) or len(shape) > SIDES_LIMIT:
        raise ValueError("a scalar's shape that is none")
    if not all(type(side) is int and side == 1 for side in shape):
        raise ValueError("a scalar's shape that is none")
    if data["profile"] not in PROFILES or data["delivery"] not in DELIVERIES:
        raise ValueError("a profile or a delivery that there is not")
    if data["dtype"] not in DTYPES:
        raise ValueError("an only dtype that no library has")
    lines = data["recognised"]
    if not isinstance(lines, list) or len(lines) > LINES_LIMIT:
        raise ValueError("too many lines about what was recognised")
    pairs = data["spelling"]
    if not isinstance(pairs, list) or len(pairs) > LINES_LIMIT:
        raise ValueError("too many names that are spelt otherwise")
    needs = data["needs"]
    if not isinstance(needs, list) or not all(type(n) is str and n in NEEDS for n in needs):
        raise ValueError("a need that there is not")
    if len(set(needs)) < len(needs):
        raise ValueError("a need that is there twice")
    rows = data["table"]
    if not isinstance(rows, list) or len(rows) > LINES_LIMIT:
        raise ValueError("too many rows about how it is spelt")
    seconds = data["import_seconds"]
    if type(seconds) not in {int, float} or not 0 <= seconds < DAY:
        raise ValueError("a time that is none")
    texts = {name: _text(data[name]) for name in ("library", "version", "adapter", "where")}
    return Opened(
        **texts,
        profile=str(data["profile"]),
        delivery=str(data["delivery"]),
        recognised=tuple(_text(line) for line in lines),
        spelling=tuple((_text(one), _text(other)) for one, other in (_list(p, 2) for p in pairs)),
        scalar_shape=tuple(shape),
        dtype=str(data["dtype"]),
        needs=tuple(needs),
        import_seconds=float(seconds),
        table=tuple((_text(one), _text(other)) for one, other in (_list(p, 2) for p in rows)),
    )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _exactly(header: dict[str, Any], *names: str) -> list[Any]:
    if set(header) != set(names):
        raise ValueError(f"an answer with other fields than {', '.join(names) or 'none'}")
    return [header[name] for name in names]


def _list(value: Any, length: int) -> list[Any]:
    if not isinstance(value, list) or len(value) != length:
        raise ValueError(f"no list of {length}")
    return value


def _text(value: Any, limit: int = TEXT_LIMIT) -> str:
    if not isinstance(value, str) or len(value) > limit + 60:
        raise ValueError("a text that is no text, or longer than allowed")
    return value
