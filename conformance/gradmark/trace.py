"""What a replay saw: values as dtype, shape and bytes, and how the replay ended.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TEXT_LIMIT = 2_000
"""Characters of any text that leaves the worker; the rest is cut and counted."""

DEPTH_LIMIT = 16
"""How deep a sequence that leaves the worker may be nested."""

RANK_LIMIT = 32
"""Dimensions that an array may have."""

TRACE_LIMIT = 6_000
"""Characters of a library's traceback that leave the worker."""

KINDS = frozenset(
    "tensor ndarray bool int float complex text none sequence symbol object "
    "raised returned warned calls".split()
)

_NUMBERS = frozenset("tensor ndarray bool int float complex".split())
_LISTS = frozenset("sequence warned calls".split())
_NAMES = 21


@dataclass(frozen=True, slots=True)
class Value:
    """One observed value.

    ``kind`` is one of `KINDS`. Arrays and numbers carry ``dtype`` (NumPy's name), ``shape`` and
    ``data`` (C order); sequences, warnings and calls carry ``items``; ``text`` holds a string, a
    message or a type's name; ``names`` the classes of an exception along its MRO.
    """

    kind: str
    dtype: str = ""
    shape: tuple[int, ...] = ()
    data: bytes = b""
    items: tuple[Value, ...] = ()
    text: str = ""
    names: tuple[str, ...] = ()
    step: int = 0


NONE = Value("none")
RETURNED = Value("returned")


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation: the number of the mark, the step that made it, and the value."""

    mark: int
    step: int
    value: Value


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a replay ended before its program did.

    ``reason`` is ``raised`` (the library raised), ``missing`` (a name, operator or keyword is
    absent), ``unreadable`` (a value could not be turned into numbers) or ``memory``.
    """

    reason: str
    step: int
    names: tuple[str, ...] = ()
    message: str = ""
    traceback: str = ""
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """All that one replay saw, in order."""

    seen: tuple[Seen, ...] = ()
    stop: Stop | None = None

    def value(self, mark: int) -> Value | None:
        """Return what was observed under a mark, or None if the replay never came to it."""
        for seen in self.seen:
            if seen.mark == mark:
                return seen.value
        return None


def depth(value: Value) -> int:
    """Say how deep a value is nested."""
    level, inside = 0, value.items
    while inside:
        level, inside = level + 1, tuple(i for item in inside for i in item.items)
    return level


def cut(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return text that is safe to send: no lone surrogates, and no longer than the limit."""
    # A library's own kind of string may do anything when it is asked for its bytes or length.
    text = str.encode(text, "utf-8", "backslashreplace").decode("utf-8")
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit} characters cut)"


def trace_to_wire(trace: Trace) -> tuple[dict[str, Any], bytes]:
    """Split a trace into a JSON header and one run of raw bytes."""
    chunks: list[bytes] = []
    header: dict[str, Any] = {
        "seen": [[s.mark, s.step, _value_to_wire(s.value, chunks)] for s in trace.seen]
    }
    if trace.stop is not None:
        stop = trace.stop
        header["stop"] = [
            stop.reason, stop.step, list(stop.names), stop.message, stop.traceback, stop.lacks,
        ]  # fmt: skip
    return header, b"".join(chunks)


def trace_from_wire(header: dict[str, Any], payload: bytes) -> Trace:
    """Rebuild a trace. Raises ValueError for anything that `trace_to_wire` would not write."""
    cursor = _Cursor(payload)
    try:
        if set(header) - {"seen", "stop"}:
            raise ValueError("unknown field in a trace")
        seen = tuple(
            Seen(_natural(mark), _natural(step), _value_from_wire(value, cursor))
            for mark, step, value in (_list(one) for one in _list(header["seen"]))
        )
        if len({s.mark for s in seen}) < len(seen):
            raise ValueError("one observation that was made twice")
        stop = None
        if "stop" in header:
            reason, step, names, message, trace, lacks = _list(header["stop"])
            stop = Stop(
                _one_of(reason, {"raised", "missing", "unreadable", "memory"}),
                _natural(step),
                _names(names),
                _text(message),
                _text(trace, TRACE_LIMIT),
                _text(lacks),
            )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"malformed trace: {error}"
        raise ValueError(message) from None
    if cursor.at != len(payload):
        message = f"a trace with {len(payload) - cursor.at} bytes that nothing refers to"
        raise ValueError(message)
    return Trace(seen, stop)


class _Cursor:
    """Hands out the payload's bytes in order."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.at = 0

    def take(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self.payload):
            raise ValueError("an array longer than what was sent")
        part = self.payload[self.at : self.at + size]
        self.at += size
        return part


ITEM_SIZES = {
    "bool": 1, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4,
    "int64": 8, "uint64": 8, "float16": 2, "float32": 4, "float64": 8,
    "complex64": 8, "complex128": 16,
}  # fmt: skip
"""The dtypes that may leave a worker: sizes in bytes; anything else is refused."""


def _value_to_wire(value: Value, chunks: list[bytes]) -> list[Any]:
    chunks.append(value.data)
    return [
        value.kind,
        value.dtype,
        list(value.shape),
        [_value_to_wire(i, chunks) for i in value.items],
        value.text,
        list(value.names),
        value.step,
    ]


def _value_from_wire(data: Any, cursor: _Cursor, level: int = 0) -> Value:
    kind, dtype, shape, items, text, names, step = _list(data)
    _one_of(kind, KINDS)
    if level > DEPTH_LIMIT + 1:
        raise ValueError("a value that is nested too deep")
    dims = tuple(_natural(d) for d in _list(shape))
    if len(dims) > RANK_LIMIT or any(d >= 1 << 40 for d in dims):
        raise ValueError("an array of an impossible shape")
    if (
        bool(_text(dtype)) != (kind in _NUMBERS)
        or (dims and not dtype)
        or (_list(items) and kind not in _LISTS)
    ):
        raise ValueError(f"a {kind} with what belongs to another kind")
    size = 0
    if dtype:
        size = ITEM_SIZES.get(dtype, -1)
        if size < 0:
            message = f"dtype {dtype!r} is not one that may be sent"
            raise ValueError(message)
        for d in dims:
            size *= d
    raw = cursor.take(size)
    return Value(
        kind,
        dtype,
        dims,
        raw,
        tuple(_value_from_wire(i, cursor, level + 1) for i in items),
        _text(text),
        _names(names),
        _natural(step),
    )


def _natural(value: Any) -> int:
    if type(value) is not int or value < 0:
        message = f"{value!r} is not a natural number"
        raise ValueError(message)
    return value


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise ValueError("something else where a list belongs")
    return value


def _one_of(value: Any, allowed: set[str] | frozenset[str]) -> str:
    if value not in allowed:
        message = f"{value!r} is not one of {', '.join(sorted(allowed))}"
        raise ValueError(message)
    return str(value)


def _text(value: Any, limit: int = TEXT_LIMIT) -> str:
    if type(value) is not str or len(value) > limit + 60:
        raise ValueError("a text that is no text, or longer than allowed")
    value.encode()  # a lone surrogate raises, and what it raises is a ValueError
    return value


def _names(values: Any) -> tuple[str, ...]:
    names = tuple(_text(name, 200) for name in _list(values))
    if len(names) > _NAMES:
        raise ValueError("an exception with more classes than are sent")
    return names
