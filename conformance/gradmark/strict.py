"""Dataclasses to JSON and back: strictly, because what is read may come from anywhere."""

from __future__ import annotations

import types
import typing
from collections.abc import Hashable
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

T = TypeVar("T")


def plain(value: Any) -> Any:
    """Turn a value into what JSON can hold; a float that JSON has no number for becomes a text."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return value if value - value == 0 else repr(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    return value


def filled(value: Any, *, without: str = "") -> dict[str, Any]:
    """Turn a dataclass into a JSON object that leaves out what is as by default, and one field."""
    return {
        name: plain(held)
        for name, default in _defaults(cast("Hashable", type(value)))
        if name != without and (held := getattr(value, name)) != default
    }


@cache
def _defaults(kind: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((f.name, f.default) for f in fields(kind))


def build(kind: type[T], data: Any) -> T:
    """Build a dataclass from a JSON object.

    Raises ValueError for anything but an object, and for a field that is unknown, absent without
    a default, or of another type.
    """
    if not isinstance(data, dict):
        message = f"{_shown(data)} is no object"
        raise ValueError(message)  # noqa: TRY004 - what is wrong is the text that was read
    known, required = _fields(cast("Hashable", kind))
    for name in data.keys() - known.keys():
        message = f"unknown field {_shown(name)}"
        raise ValueError(message)
    for name in sorted(required - data.keys()):
        message = f"no field {name!r}"
        raise ValueError(message)
    return kind(**{name: _read(known[name], value, name) for name, value in data.items()})


@cache
def _fields(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:
    hints = typing.get_type_hints(kind)
    needed = [f for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]
    return {f.name: hints[f.name] for f in fields(kind)}, frozenset(f.name for f in needed)


def _read(kind: Any, value: Any, name: str) -> Any:
    """Turn a JSON value into what the type of a field asks for."""
    origin, of = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return _frozen(value)
    if origin in {types.UnionType, typing.Union}:
        if value is None and type(None) in of:
            return None
        (kind,) = (k for k in of if k is not type(None))
        return _read(kind, value, name)
    if origin is tuple and isinstance(value, list):
        if of[1:] == (...,):
            return tuple(_read(of[0], item, name) for item in value)
        if len(of) == len(value):
            return tuple(_read(k, item, name) for k, item in zip(of, value, strict=True))
    if origin is dict and isinstance(value, dict):
        return {key: _read(of[1], item, f"{name}.{key}") for key, item in value.items()}
    if isinstance(kind, type) and origin is None:
        if is_dataclass(kind):
            return build(kind, value)
        if issubclass(kind, Enum):
            return kind(value)
        if kind is float:
            return _float(value, name)
        if type(value) is kind:
            return value
    message = f"{name} can't be {_shown(value)}"
    raise ValueError(message)


def _float(value: Any, name: str) -> float:
    if type(value) in {int, float} or (type(value) is str and value in {"inf", "-inf", "nan"}):
        try:
            return float(value)
        except OverflowError:
            pass
    message = f"{name} can't be {_shown(value)}"
    raise ValueError(message)


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _shown(value: Any) -> str:
    return ascii(value)[:80]
