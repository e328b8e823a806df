"""The recorder: it collects the steps of one body, with the names and lives of its values."""

from __future__ import annotations

import inspect
import random
import threading
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from gradmark.blocks import Thrown, tidy
from gradmark.captured import Watch, outside, verify, watches
from gradmark.errors import Unfaithful
from gradmark.faithful import check
from gradmark.frames import body_frames, names_in
from gradmark.program import Array, Cut, Function, Items, Mark, Operand, Pairs, Ref, Step, walk
from gradmark.program import Symbol as _Symbol
from gradmark.recorded import Named, Recorded

_AT_ONCE = frozenset({"host", "repeat"})
"""The steps that are done with a function when they end; others may keep it and call it later."""

_PLAIN = frozenset({bool, int, float, str, type(None), FunctionType})
"""What bodies give names to, besides recorded values."""


@dataclass(slots=True)
class _Scope:
    """The function being recorded: its steps, and the slots that exist only inside it."""

    blocks: list[list[Step]] = field(default_factory=lambda: [[]])
    slots: set[int] = field(default_factory=set)
    used: set[int] = field(default_factory=set)


class Recorder:
    """Collects steps; one recorder records one body."""

    def __init__(self, seed: str, *, is_varied: bool = False) -> None:
        self.random = random.Random(seed)
        self.is_varied = is_varied
        self.draws = False
        self.scopes = [_Scope()]
        self.opened: list[tuple[str, dict[str, Any]]] = []
        self.marks: list[Mark] = []
        self.names: dict[int, str] = {}
        self.aliases: dict[int, str] = {}
        self.reads: dict[int, Step] = {}
        self.absorbed: set[int] = set()
        self.roots: dict[int, int] = {}
        self.functions: WeakKeyDictionary[FunctionType, tuple[Function, object]] = (
            WeakKeyDictionary()
        )
        self.watches: list[Watch] = []
        self.arrays: list[tuple[Any, bytes, str]] = []
        self.closed = False
        self._thread = threading.get_ident()
        self._slot = 0
        self._number = 0

    def where(self) -> str:
        """Return file and line of the body's statement that is being recorded."""
        frames = body_frames()
        return f"{frames[0].f_code.co_filename}:{frames[0].f_lineno}" if frames else "the body"

    def _line(self) -> int:
        """Return the current line, and give names to the values that the body has bound by now."""
        if self.closed:
            return 0
        frames = body_frames()
        for frame in reversed(frames):
            for name, value in names_in(frame).items():
                kind = type(value)
                if kind is Recorded:
                    self._name(name, value)
                elif kind not in _PLAIN and isinstance(value, (list, tuple)):
                    for number, item in enumerate(value):
                        if type(item) is Recorded:
                            self._name(f"{name}_{number}", item)
        if self.watches:
            for watch in self.watches:
                verify(watch, self.roots)
            running = {id(frame) for frame in frames}
            self.watches = [watch for watch in self.watches if watch.frame in running]
        return frames[0].f_lineno if frames else 0

    def _name(self, name: str, value: Recorded) -> None:
        if value._gm_recorder is self:
            if self.names.setdefault(value._gm_slot, name) != name:
                self.aliases.setdefault(value._gm_slot, name)
            if value._gm_owner is not None:
                object.__setattr__(value, "_gm_owner", None)

    def fresh(self) -> int:
        """Return a slot that nothing uses yet."""
        self._slot += 1
        self.scopes[-1].slots.add(self._slot)
        return self._slot

    def emit(self, op: str, name: str = "", **fields: Any) -> Step:
        """Append one step to the block that is open."""
        line = fields.pop("line", None)
        line = self._line() if line is None else line
        self._number += 1
        step = Step(op, self._number, line, name, **fields)
        self.scopes[-1].blocks[-1].append(step)
        return step

    def add(
        self,
        op: str,
        name: str,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        *,
        outs: tuple[int, ...] = (),
        mark: int | None = None,
        fresh: bool = False,
    ) -> Step:
        """Encode the operands and append a step; a ``fresh`` one fills a slot of its own."""
        if threading.get_ident() != self._thread:
            raise Unfaithful("a step in another thread", self.where(), "lib.host.thread(function)")
        line = self._line()
        kept = op not in _AT_ONCE
        encoded = tuple([self.operand(a, kept=kept) for a in args])
        named = tuple([(k, self.operand(v, kept=kept)) for k, v in (kwargs or {}).items()])
        outs = (self.fresh(),) if fresh else outs
        if op == "inplace" and isinstance(encoded[0], Ref):
            self.roots[outs[0]] = self.roots.get(encoded[0].slot, encoded[0].slot)
        return self.emit(op, name, args=encoded, kwargs=named, outs=outs, mark=mark, line=line)

    def value(
        self, op: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any] | None = None
    ) -> Recorded:
        """Append a step that makes one value, and return its stand-in."""
        return Recorded(self, self.add(op, name, args, kwargs, fresh=True).outs[0])

    def read_attribute(self, owner: Recorded, name: str) -> Recorded:
        """Record the reading of an attribute where it is written."""
        step = self.add("attr", name, (owner,), fresh=True)
        self.reads[step.outs[0]] = step
        return Recorded(self, step.outs[0], owner)

    def call_value(
        self, callee: Recorded, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Recorded:
        """Record a call: of a method where an attribute was just read, of the value otherwise."""
        self._line()  # a method that has a name by now is called as a value
        slot = callee._gm_slot
        read = self.reads.get(slot)
        owner = callee._gm_owner
        block = self.scopes[-1].blocks[-1]
        # The read was just recorded, so it is found at the end or nowhere.
        at = next((n for n in reversed(range(len(block))) if block[n] is read), None)
        if read is None or owner is None or slot in self.scopes[-1].used or at is None:
            return self.value("invoke", "", (callee, *args), kwargs)
        del block[at]
        self.absorbed.add(slot)
        return self.value("method", read.name, (owner, *args), kwargs)

    def release(self, slot: int, *, deleted: bool) -> None:
        """Record that the body let go of a value."""
        if self.closed or deleted or slot in self.absorbed:
            return
        for scope in reversed(self.scopes):
            if slot in scope.slots:
                self._number += 1
                scope.blocks[-1].append(Step("release", self._number, args=(Ref(slot),)))

    def operand(self, value: Any, *, kept: bool = True) -> Operand:
        """Turn a Python value of the body into an operand. Raises `Unfaithful` for what can't be.

        ``kept`` says that a function may be called after the step has ended.
        """
        if isinstance(value, Recorded):
            return self._reference(value)
        if isinstance(value, Named):
            return _Symbol(self._path(value))
        if value is None or value is Ellipsis or type(value) in {bool, int, float, complex, str}:
            return value
        if isinstance(value, (list, tuple)):
            kind = "list" if isinstance(value, list) else "tuple"
            return Items(kind, tuple([self.operand(item, kept=kept) for item in value]))
        if isinstance(value, dict):
            return Pairs(
                tuple([(self.operand(k), self.operand(v, kept=kept)) for k, v in value.items()])
            )
        if isinstance(value, slice):
            return Cut(*(self.operand(end) for end in (value.start, value.stop, value.step)))
        if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
            return self._array(value)
        if isinstance(value, FunctionType):
            return self.function(value, kept=kept)
        raise Unfaithful(
            f"a {type(value).__name__} as an operand",
            self.where(),
            "numbers, strings, lists, slices, dtypes, arrays of numbers or functions",
        )

    def _path(self, value: Named) -> str:
        if value._gm_recorder is not self:
            raise Unfaithful("a name of another recording", self.where(), "this body's lib")
        if not value._gm_is_the_librarys:
            raise Unfaithful(
                "a name of lib.host that is not called",
                self.where(),
                "a call, or a string as dtype",
            )
        return value._gm_path

    def _array(self, value: np.ndarray[Any, Any]) -> Array:
        data = np.ascontiguousarray(value).tobytes()
        self.arrays.append((value, data, self.where()))
        return Array(str(value.dtype), value.shape, data)

    def _reference(self, value: Recorded) -> Ref:
        slot = value._gm_slot
        if value._gm_recorder is not self:
            raise Unfaithful(
                "a value of another recording", self.where(), "a value made in this body"
            )
        if slot in self.absorbed:
            raise Unfaithful(
                "a method that is called a second time without a name",
                self.where(),
                "a name for it",
            )
        if value._gm_deleted:
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

    def function(self, function: FunctionType, *, kept: bool = True) -> Function:
        """Record a Python function once, with slots for its parameters."""
        check(function)
        where = self.where()
        seen = outside(function, self.roots)
        if kept:
            frames = {id(frame): names_in(frame) for frame in body_frames()}
            self.watches += watches(function, frames, where, self.roots)
            del frames
        before = self.functions.get(function)
        if before is not None and before[1] == seen:
            self.scopes[-1].used.update(before[0].captures)
            return before[0]
        made = self._recorded(function)
        if outside(function, self.roots) != seen:
            raise Unfaithful(
                f"{made.name}(), which changes what is outside of it,",
                where,
                "lib.observe inside the function, or return the value",
            )
        self.functions[function] = made, seen
        return made

    def _recorded(self, function: FunctionType) -> Function:
        parameters = list(inspect.signature(function).parameters.values())
        if any(
            p.kind not in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD} or p.default is not p.empty
            for p in parameters
        ):
            raise Unfaithful(
                "a function with *args, keywords or defaults",
                self.where(),
                "plain positional parameters",
            )
        outer = {slot for scope in self.scopes for slot in scope.slots}
        self.scopes.append(_Scope())
        params = tuple([self.fresh() for _ in parameters])
        values = [Recorded(self, slot) for slot in params]
        for parameter, slot in zip(parameters, params, strict=True):
            self.names[slot] = parameter.name
        result: Any = None
        try:
            result = function(*values)
        except Thrown as error:
            error.__traceback__ = None  # it would keep what the function had made
        encoded = self.operand(result)
        del values, result
        scope = self.scopes.pop()
        body = tidy(scope.blocks[0], last=True)
        name = function.__name__ if function.__name__ != "<lambda>" else "function"
        captures = tuple(sorted(scope.used & outer))
        self.scopes[-1].used.update(captures)
        return Function(name, params, body, encoded, captures)

    def mark(self, mark: Mark) -> int:
        """Number an observation. Raises `Unfaithful` for a label that was used before."""
        if type(mark.label) is not str or not mark.label:
            raise Unfaithful("an observation without a label", self.where(), "a text as its label")
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
        line = self._line()
        self._number += 1
        self.opened.append((op, {**fields, "outs": outs, "n": self._number, "line": line}))
        self.scopes[-1].blocks.append([])

    def leave(self, error: BaseException | None) -> None:
        """Close the block that was opened last, unless the recording itself failed."""
        if error is not None and not isinstance(error, Thrown):
            return
        self._line()  # what the body let go of inside is released inside
        body = tidy(self.scopes[-1].blocks.pop(), last=False)
        op, fields = self.opened.pop()
        number, line = fields.pop("n"), fields.pop("line")
        self.scopes[-1].blocks[-1].append(Step(op, number, line, body=body, **fields))

    def outline(self) -> list[tuple[Any, ...]]:
        """Return what was recorded, but for the numbers of slots and the lives of values."""
        steps = walk(tuple(self.scopes[0].blocks[0]))
        return [
            (s.op, s.name, s.mark, [repr(a) for a in s.args if not isinstance(a, (Ref, Function))])
            for s in steps
            if s.op != "release"
        ]

    def verify(self) -> None:
        """Raise `Unfaithful` for what only the end of the body can tell."""
        for watch in self.watches:
            verify(watch, self.roots)
        for array, data, where in self.arrays:
            if np.ascontiguousarray(array).tobytes() != data:
                raise Unfaithful(
                    "an array that the body changes", where, "lib.host.numpy.array(…) in its place"
                )
        labels = {mark.label for mark in self.marks}
        for mark in self.marks:
            for label, _ in mark.instead:
                if label not in labels:
                    raise Unfaithful(
                        f"an answer instead under the label {label!r}, which nothing observes,",
                        "the body",
                        f'lib.observe("{label}", value) inside of lib.raises("{mark.label}")',
                    )
