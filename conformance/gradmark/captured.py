"""What a recorded function reads from outside: Python looks it up at each call, we do so once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from gradmark.errors import Unfaithful
from gradmark.recorded import Named, Recorded

_CONTAINERS = (list, tuple, dict, set, deque)
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
    if isinstance(value, _CONTAINERS) and depth < 4:  # noqa: PLR2004 - deeper nobody nests
        items = value.items() if isinstance(value, dict) else value
        return type(value).__name__, tuple(described(i, roots, depth + 1) for i in items)
    if value is None or isinstance(value, (bool, int, float, complex, str)):
        return type(value).__name__, repr(value)
    if hasattr(type(value), "tobytes"):  # a library answers to any name
        return id(value), value.tobytes()
    if hasattr(type(value), "__next__"):
        return id(value), repr(value)  # a count shows where it is; others are refused when used
    kept = None if _is_ours(value) else getattr(value, "__dict__", None)
    if isinstance(kept, dict) and kept and depth < 4:  # noqa: PLR2004 - as above
        return id(value), tuple((k, described(v, roots, depth + 1)) for k, v in kept.items())
    return type(value).__name__, id(value)


def outside(function: FunctionType, roots: Mapping[int, int]) -> dict[str, object]:
    """Describe what a function may change while it is recorded: all that keeps a state."""
    values = {name: cell for name, cell in cells(function).items() if _keeps(_inside(cell))}
    found = {name: content(cell, roots) for name, cell in values.items()}
    known = function.__globals__
    for name in _names(function.__code__):
        if name in known and _keeps(known[name]):
            found[name] = described(known[name], roots)
    return found


def _inside(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _is_ours(value: Any) -> bool:
    """Say whether a value is the body's lib, or came from it."""
    return type(value).__module__.startswith("gradmark.")


def _keeps(value: Any) -> bool:
    """Say whether a value has a state of Python's that a function could change."""
    kind = type(value)
    if _is_ours(value) or issubclass(kind, (type, ModuleType)):
        return False
    if issubclass(kind, _CONTAINERS) or hasattr(kind, "__next__"):
        return True
    return bool(getattr(value, "__dict__", None)) or issubclass(kind, FunctionType)


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
