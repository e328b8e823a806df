"""Recording: running a body against a recorder turns it into a program, faithfully or loudly."""

from __future__ import annotations

import inspect
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import FrameType, FunctionType
from typing import Any

import numpy as np

from gradmark.errors import Unfaithful
from gradmark.faithful import check
from gradmark.program import Array, Cut, Function, Items, Mark, Operand, Pairs, Program, Ref, Step
from gradmark.program import Symbol as _Symbol
from gradmark.recorded import Named, Recorded

_OURS = frozenset(
    f"{__file__.rpartition('record')[0]}{name}.py" for name in ("record", "recorded", "library")
)


class Thrown(Exception):  # noqa: N818 - it is thrown on purpose, by the body itself
    """What `lib.throw` raises while recording: it leaves the blocks up to `lib.caught`."""


@dataclass(slots=True)
class _Scope:
    """The function being recorded: its steps, and the slots that exist only inside it."""

    blocks: list[list[Step]] = field(default_factory=lambda: [[]])
    slots: set[int] = field(default_factory=set)
    used: set[int] = field(default_factory=set)


class Recorder:
    """Collects steps; one recorder records one body."""

    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)  # noqa: S311 - data for tests, the same for everybody
        self.scopes = [_Scope()]
        self.opened: list[tuple[str, dict[str, Any]]] = []
        self.marks: list[Mark] = []
        self.names: dict[int, str] = {}
        self.reads: dict[int, Step] = {}
        self.absorbed: set[int] = set()
        self.closed = False
        self.lines = (0, 0)
        self._slot = 0
        self._number = 0

    def where(self) -> str:
        """Return file and line of the body's statement that is being recorded."""
        frame = self._frame()
        return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "the body"

    @staticmethod
    def _frame() -> FrameType | None:
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the only way to the caller
        while frame is not None and frame.f_code.co_filename in _OURS:
            frame = frame.f_back
        return frame

    def _line(self) -> int:
        """Return the current line, and give names to the values that the body has bound by now."""
        frame = self._frame()
        if frame is None:
            return 0
        for name, value in list(frame.f_locals.items()):
            self._name(name, value)
        return frame.f_lineno

    def _name(self, name: str, value: Any) -> None:
        if isinstance(value, Recorded):
            if value._gm_recorder is self:  # noqa: SLF001 - our own value
                self.names.setdefault(value._gm_slot, name)  # noqa: SLF001
                object.__setattr__(value, "_gm_owner", None)
        elif isinstance(value, (list, tuple)):
            for number, item in enumerate(value):
                if isinstance(item, Recorded):
                    self._name(f"{name}_{number}", item)

    def fresh(self) -> int:
        """Return a slot that nothing uses yet."""
        self._slot += 1
        self.scopes[-1].slots.add(self._slot)
        return self._slot

    def emit(self, op: str, name: str = "", **fields: Any) -> Step:
        """Append one step to the block that is open."""
        self._number += 1
        line = fields.pop("line", None)
        step = Step(
            op, self._number, self._line() if line is None else line, name, **fields
        )
        self.scopes[-1].blocks[-1].append(step)
        return step

    def add(
        self,
        op: str,
        name: str,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        outs: tuple[int, ...] = (),
        mark: int | None = None,
    ) -> Step:
        """Encode the operands and append a step."""
        line = self._line()
        encoded = tuple(self.operand(a) for a in args)
        named = tuple((k, self.operand(v)) for k, v in (kwargs or {}).items())
        return self.emit(op, name, args=encoded, kwargs=named, outs=outs, mark=mark, line=line)

    def value(
        self, op: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any] | None = None
    ) -> Recorded:
        """Append a step that makes one value, and return its stand-in."""
        step = self.add(op, name, args, kwargs)
        slot = self.fresh()
        self._replace_last(step, replace(step, outs=(slot,)))
        return Recorded(self, slot)

    def _replace_last(self, old: Step, new: Step) -> None:
        block = self.scopes[-1].blocks[-1]
        block[block.index(old)] = new

    def read_attribute(self, owner: Recorded, name: str) -> Recorded:
        """Record the reading of an attribute where it is written."""
        step = self.add("attr", name, (owner,))
        slot = self.fresh()
        step_with_slot = replace(step, outs=(slot,))
        self._replace_last(step, step_with_slot)
        self.reads[slot] = step_with_slot
        return Recorded(self, slot, owner)

    def call_value(self, callee: Recorded, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Recorded:
        """Record a call: of a method where an attribute was just read, of the value otherwise."""
        slot = callee._gm_slot  # noqa: SLF001 - our own value
        read = self.reads.get(slot)
        owner = callee._gm_owner  # noqa: SLF001
        block = self.scopes[-1].blocks[-1]
        if read is None or owner is None or slot in self.scopes[-1].used or read not in block:
            return self.value("invoke", "", (callee, *args), kwargs)
        block.remove(read)
        self.absorbed.add(slot)
        return self.value("method", read.name, (owner, *args), kwargs)

    def release(self, slot: int, *, deleted: bool) -> None:
        """Record that the body let go of a value."""
        if self.closed or deleted or slot in self.absorbed:
            return
        scope = self.scopes[-1]
        if slot in scope.slots:
            self._number += 1
            scope.blocks[-1].append(Step("release", self._number, args=(Ref(slot),)))

    def operand(self, value: Any) -> Operand:  # noqa: PLR0911 - one line for each kind of operand
        """Turn a Python value of the body into an operand. Raises `Unfaithful` for what can't be."""
        if isinstance(value, Recorded):
            return self._reference(value)
        if isinstance(value, Named):
            return _Symbol(value._gm_path)  # noqa: SLF001 - our own value
        if value is None or value is Ellipsis or type(value) in {bool, int, float, complex, str}:
            return value
        if isinstance(value, (list, tuple)):
            kind = "list" if isinstance(value, list) else "tuple"
            return Items(kind, tuple(self.operand(item) for item in value))
        if isinstance(value, dict):
            return Pairs(tuple((self.operand(k), self.operand(v)) for k, v in value.items()))
        if isinstance(value, slice):
            return Cut(*(self.operand(end) for end in (value.start, value.stop, value.step)))
        if isinstance(value, (np.ndarray, np.generic)):
            array = np.ascontiguousarray(value).reshape(np.shape(value))
            return Array(str(array.dtype), array.shape, array.tobytes())
        if isinstance(value, FunctionType):
            return self.function(value)
        raise Unfaithful(
            f"a {type(value).__name__} as an operand",
            self.where(),
            "numbers, strings, lists, slices, dtypes, arrays or functions",
        )

    def _reference(self, value: Recorded) -> Ref:
        slot = value._gm_slot  # noqa: SLF001 - our own value
        if value._gm_recorder is not self:  # noqa: SLF001
            raise Unfaithful(
                "a value of another recording", self.where(), "a value made in this body"
            )
        if value._gm_deleted:  # noqa: SLF001
            raise Unfaithful("a value after lib.delete", self.where(), "its use before the delete")
        if not any(slot in scope.slots for scope in self.scopes):
            raise Unfaithful(
                "a value made inside a function, used outside of it",
                self.where(),
                "lib.observe inside the function, or return the value",
            )
        object.__setattr__(value, "_gm_owner", None)
        self.scopes[-1].used.add(slot)
        return Ref(slot)

    def function(self, function: Callable[..., Any], name: str = "") -> Function:
        """Record a Python function once, with slots for its parameters."""
        check(function)
        parameters = list(inspect.signature(function).parameters.values())
        if any(p.kind not in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD} for p in parameters):
            raise Unfaithful(
                "a function with *args or keywords", self.where(), "plain positional parameters"
            )
        outer = [slot for scope in self.scopes for slot in scope.slots]
        self.scopes.append(_Scope())
        params = tuple(self.fresh() for _ in parameters)
        values = [Recorded(self, slot) for slot in params]
        for parameter, slot in zip(parameters, params, strict=True):
            self.names[slot] = parameter.name
        result: Any = function(*values)
        encoded = self.operand(result)
        del values, result
        scope = self.scopes.pop()
        body = _tidy(scope.blocks[0], last=True)
        named = name or (function.__name__ if function.__name__ != "<lambda>" else "function")
        captures = tuple(sorted(used for used in scope.used if used in outer))
        self.scopes[-1].used.update(captures)
        return Function(named, params, body, encoded, captures)

    def mark(self, mark: Mark) -> int:
        """Number an observation. Raises `Unfaithful` for a label that was used before."""
        if any(mark.label == other.label for other in self.marks):
            raise Unfaithful(
                f"the label {mark.label!r} a second time",
                self.where(),
                'another label, in a loop f"… round {n}"',
            )
        self.marks.append(replace(mark, repeats=mark.repeats or len(self.scopes) > 1))
        return len(self.marks) - 1

    def enter(self, manager: Recorded) -> Any:
        """Open the block of a context manager; its value is what ``as`` binds."""
        self.open("with", args=(self.operand(manager),), slot=(slot := self.fresh()))
        return Recorded(self, slot)

    def open(self, op: str, *, slot: int | None = None, **fields: Any) -> None:
        """Open a block; `leave` closes it."""
        outs = () if slot is None else (slot,)
        self._number += 1
        self.opened.append((op, {**fields, "outs": outs, "n": self._number, "line": self._line()}))
        self.scopes[-1].blocks.append([])

    def leave(self, error: BaseException | None) -> None:
        """Close the block that was opened last, unless the recording itself failed."""
        if error is not None and not isinstance(error, Thrown):
            return
        body = _tidy(self.scopes[-1].blocks.pop(), last=False)
        op, fields = self.opened.pop()
        number, line = fields.pop("n"), fields.pop("line")
        self.scopes[-1].blocks[-1].append(Step(op, number, line, body=body, **fields))

    @contextmanager
    def block(self, op: str, **fields: Any) -> Iterator[None]:
        """Record a ``with`` of the language itself."""
        self.open(op, **fields)
        try:
            yield
        except Thrown as error:
            self.leave(error)
            if op != "caught":
                raise
        else:
            self.leave(None)


def record(body: Callable[[Any], None], *, seed: str = "0") -> Program:
    """Turn a body into a program.

    ``seed`` decides what `lib.draw` gives. Raises `Unfaithful` for a body that can't be recorded
    faithfully or that observes nothing.
    """
    from gradmark.library import Library  # noqa: PLC0415 - the library records through this module

    check(body)
    code = body.__code__
    recorder = Recorder(seed)
    try:
        body(Library(recorder))
    except Thrown:
        where = f"{code.co_filename}:{code.co_firstlineno}"
        raise Unfaithful("lib.throw() outside of lib.caught()", where, "with lib.caught():") from None
    finally:
        recorder.closed = True
    if not any(not mark.is_control for mark in recorder.marks):
        where = f"{code.co_filename}:{code.co_firstlineno}"
        raise Unfaithful(
            "a body that observes nothing", where, 'at least one lib.observe("label", value)'
        )
    return Program(
        steps=_tidy(recorder.scopes[0].blocks[0], last=True),
        marks=tuple(recorder.marks),
        names=tuple(sorted(recorder.names.items())),
        first_line=code.co_firstlineno,
    )


def _tidy(steps: list[Step], *, last: bool) -> tuple[Step, ...]:
    """Put neighbouring releases into one order; where nothing follows, drop those at the end.

    The order in which Python lets go of several names at once is not promised to stay the same.
    """
    out: list[Step] = []
    pending: list[Step] = []
    for step in steps:
        if step.op == "release":
            pending.append(step)
            continue
        out += [*sorted(pending, key=lambda s: s.args[0].slot), step]
        pending = []
    return tuple(out if last else [*out, *sorted(pending, key=lambda s: s.args[0].slot)])
