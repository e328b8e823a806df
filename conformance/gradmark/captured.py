"""What a recorded function reads from outside: Python looks it up at each call, we do so once."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from gradmark.errors import Unfaithful
from gradmark.frames import body_frames, is_installed
from gradmark.recorded import Named, Recorded

DEEP = 4
"""How many containers and objects inside of each other are looked into; deeper nobody nests."""

_CONTAINERS = (list, tuple, dict, set, deque)
_PLAIN = (bool, int, float, complex, str, bytes)
_UNBOUND = "unbound"


@dataclass(frozen=True, slots=True)
class Watch:
    """A name that a recorded function reads: as it was then, where, and in which frame it lives."""

    name: str
    cell: CellType
    seen: object
    where: str
    frame: int


def cells(function: FunctionType) -> dict[str, CellType]:
    """Return the cells that a function reads, by name."""
    return dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))


def content(cell: CellType, roots: Mapping[int, int]) -> object:
    """Describe what a cell holds, so that equal descriptions mean an equal recording."""
    try:
        return described(cell.cell_contents, roots)
    except ValueError:
        return _UNBOUND


def described(value: Any, roots: Mapping[int, int], depth: int = 0) -> object:
    """Describe a value: a recorded one by its object, a plain one by what it is."""
    if isinstance(value, Recorded):
        slot = value._gm_slot
        return "recorded", roots.get(slot, slot)
    if isinstance(value, Named):
        return "named", value._gm_path
    if isinstance(value, _CONTAINERS) and depth < DEEP:
        items = value.items() if isinstance(value, dict) else value
        return type(value).__name__, tuple(described(i, roots, depth + 1) for i in items)
    if value is None or issubclass(type(value), _PLAIN):
        return type(value).__name__, repr(value)
    if hasattr(type(value), "tobytes"):  # a library answers to any name
        return id(value), value.tobytes()
    if isinstance(value, bytearray):
        return id(value), bytes(value)
    if hasattr(type(value), "__next__"):
        frames = body_frames()
        raise Unfaithful(
            "a function that reads an iterator from outside",
            f"{frames[0].f_code.co_filename}:{frames[0].f_lineno}" if frames else "the body",
            "the value itself, or a list and an index",
        )
    kept = attributes(value)
    if kept and depth < DEEP:
        return id(value), tuple((k, described(v, roots, depth + 1)) for k, v in kept.items())
    return type(value).__name__, id(value)


def attributes(value: Any) -> dict[str, Any]:
    """Return what an object of somebody else keeps in its attributes."""
    kind = type(value)
    if _is_ours(value) or issubclass(kind, (type, ModuleType)):
        return {}
    own = getattr(value, "__dict__", None)
    found = dict(own) if isinstance(own, dict) else {}
    for base in kind.__mro__:
        slots = vars(base).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(value, name):
                found[name] = getattr(value, name)
    return found


def outside(function: FunctionType, roots: Mapping[int, int]) -> dict[str, object]:
    """Describe what a function and its helpers may change while it is recorded.

    Raises `Unfaithful` for an iterator: where it is can't be told without moving it.
    """
    found: dict[str, object] = {}
    waiting, done = [function], {id(function.__code__)}
    while waiting:
        current = waiting.pop()
        for name, value in _reached(current):
            key = f"{current.__qualname__} {id(current.__code__)} {name}"
            if _is_told(value):
                found[key] = described(value, roots)
            inside = vars(value).items() if _is_followed_class(value) else [("", value)]
            for part, item in inside:
                if issubclass(type(item), FunctionType) and not is_installed(
                    item.__code__.co_filename
                ):
                    if id(item.__code__) not in done:
                        done.add(id(item.__code__))
                        waiting.append(item)
                elif part and not part.startswith("__") and _is_told(item):
                    found[f"{key}.{part}"] = described(item, roots)
    return found


def _reached(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield what a function may read, by name: a closure, a module and defaults hold it."""
    named = dict(function.__globals__)
    named.update({name: _inside(cell) for name, cell in cells(function).items()})
    names = {*_names(function.__code__), *function.__code__.co_freevars}
    for name in sorted(names & named.keys()):
        value = named[name]
        yield name, value
        if issubclass(type(value), ModuleType) and not is_installed(_file(value)):
            inside = vars(value)
            yield from ((f"{name}.{part}", inside[part]) for part in sorted(names & inside.keys()))
    yield "defaults", list(function.__defaults__ or ())
    yield "keywords", dict(function.__kwdefaults__ or {})


def _is_followed_class(value: Any) -> bool:
    if not issubclass(type(value), type):
        return False
    return not is_installed(_file(sys.modules.get(value.__module__)))


def _file(module: Any) -> str:
    return getattr(module, "__file__", None) or "<built-in>"


def _inside(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _is_ours(value: Any) -> bool:
    """Say whether a value is the body's lib, or came from it."""
    return type(value).__module__.startswith("gradmark.")


def _is_told(value: Any) -> bool:
    return _keeps(value) or issubclass(type(value), _PLAIN)


def _keeps(value: Any) -> bool:
    """Say whether a value has a state of Python's that a function could change."""
    kind = type(value)
    if _is_ours(value) or issubclass(kind, (type, ModuleType)):
        return False
    if issubclass(kind, (*_CONTAINERS, bytearray, FunctionType)):
        return True
    return hasattr(kind, "__next__") or hasattr(kind, "tobytes") or bool(attributes(value))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def watches(
    function: FunctionType,
    frames: Mapping[int, Mapping[str, Any]],
    where: str,
    roots: Mapping[int, int],
) -> Iterator[Watch]:
    """Yield a watch for every name that one of the running functions could still bind anew.

    ``frames`` has the names of each running function by the identity of its frame.
    """
    for name, cell in cells(function).items():
        for frame, names in frames.items():
            if name in names and _holds(cell, names[name]):
                yield Watch(name, cell, content(cell, roots), where, frame)
                break


def _holds(cell: CellType, value: Any) -> bool:
    try:
        return cell.cell_contents is value
    except ValueError:
        return False


def verify(watch: Watch, roots: Mapping[int, int]) -> None:
    """Raise `Unfaithful` where a name no longer holds what the recording of a function read."""
    if content(watch.cell, roots) != watch.seen:
        raise Unfaithful(
            f"a function that reads {watch.name!r}, which is bound anew or changed later,",
            watch.where,
            f"another name, or a function that is given {watch.name} and returns this one",
        )
