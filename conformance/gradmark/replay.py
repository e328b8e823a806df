"""Replaying a program on a library: steps in, a trace out.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import islice
from typing import Any

from gradmark.hosted import array, hosted
from gradmark.program import (
    Array,
    Cut,
    Function,
    Items,
    Operand,
    Pairs,
    Program,
    Ref,
    Step,
    Symbol,
    released,
    walk,
)
from gradmark.raised import at_boundary, classes, raised, stopped
from gradmark.surface import Misplaced, Missing, Surface, Unreadable, describe
from gradmark.trace import DEPTH_LIMIT, RETURNED, Seen, Trace, Value, cut, depth

Env = dict[int, Any]
CALLS_LIMIT = 1_000
"""Observations that one label inside a function may make; later ones are dropped."""


class Interruption(Exception):
    """What a ``throw`` step raises."""


class Slots(Env):
    """The values of one scope; one that was never made is an unbound name, as in Python."""

    def __missing__(self, slot: int) -> Any:
        """Raise UnboundLocalError."""
        message = "a value is used that an earlier refusal kept from being made"
        raise UnboundLocalError(message)


class Replay:
    """One run of one program; `run` gives its trace."""

    def __init__(self, surface: Surface) -> None:
        """Keep the library's surface; every run needs a fresh replay."""
        self.surface = surface
        self.seen: list[Seen] = []
        self.calls: dict[int, list[Value]] = {}
        self.at = 0

    def run(self, steps: tuple[Step, ...]) -> Trace:
        """Replay the steps and say what was observed and how it ended."""
        env: Env = Slots()
        stop = None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.steps(steps, env)
        except BaseException as error:  # noqa: BLE001 - whatever the library raises is an answer
            stop = stopped(error, self.at)
            if self.surface.keep is not None:
                self.surface.keep(error)
            else:
                error.__traceback__ = None
        env.clear()
        return Trace(tuple(self._complete(s) for s in self.seen), stop)

    def _complete(self, seen: Seen) -> Seen:
        if seen.mark in self.calls:
            return Seen(seen.mark, seen.step, Value("calls", items=tuple(self.calls[seen.mark])))
        return seen

    def steps(self, steps: tuple[Step, ...], env: Env, *, inner: bool = False) -> None:
        """Run steps one after another, in one scope."""
        for step in steps:
            self.at = step.number
            _HANDLERS[step.op](self, step, env, inner)

    def operand(self, value: Operand, env: Env) -> Any:
        """Turn an operand into the value that the library is given."""
        match value:
            case Ref(slot):
                return env[slot]
            case Symbol(path):
                return self.surface.symbol(path)
            case Items(kind, items):
                made = [self.operand(item, env) for item in items]
                return made if kind == "list" else tuple(made)
            case Pairs(items):
                return {self.operand(k, env): self.operand(v, env) for k, v in items}
            case Cut(start, stop, step):
                return slice(*(self.operand(end, env) for end in (start, stop, step)))
            case Array():
                return array(value)
            case Function():
                return self.function(value, env)
        return value

    def operands(self, step: Step, env: Env) -> tuple[Any, ...]:
        """Turn a step's positional operands into values."""
        return tuple([env[a.slot] if type(a) is Ref else self.operand(a, env) for a in step.args])

    def keywords(self, step: Step, env: Env) -> dict[str, Any]:
        """Turn a step's keyword operands into values."""
        return {name: self.operand(value, env) for name, value in step.kwargs}

    def function(self, function: Function, env: Env) -> Callable[..., Any]:
        """Make a real callable; it holds what it captured, as a closure does."""
        captured = {slot: env[slot] for slot in function.captures if slot in env}

        def call(*args: Any) -> Any:
            if len(args) != len(function.params):
                message = (
                    f"{function.name}() takes {len(function.params)} arguments, got {len(args)}"
                )
                raise TypeError(message)
            inside = Slots({**captured, **dict(zip(function.params, args, strict=True))})
            at = self.at
            self.steps(function.body, inside, inner=True)
            self.at = at
            return self.operand(function.result, inside)

        call.__name__ = call.__qualname__ = function.name
        return call

    def misplaced(self, step: Step, env: Env) -> bool:
        """Say whether a step is asked of a value that is no tensor, whatever the library has."""
        asked = {"call": 0, "invoke": 0, "method": 1, "attr": 1, "setattr": 1}
        owners = step.args[: asked.get(step.op, len(step.args))]
        made = [env[arg.slot] for arg in owners if isinstance(arg, Ref) and arg.slot in env]
        return not all(self.surface.is_tensor(value) for value in made)

    def note(self, step: Step, value: Value, *, inner: bool) -> None:
        """Keep one observation."""
        assert step.mark is not None  # noqa: S101 - the recorder numbers every observation
        if not inner:
            self.seen.append(Seen(step.mark, step.number, value))
            return
        calls = self.calls.setdefault(step.mark, [])
        if not calls:
            self.seen.append(Seen(step.mark, step.number, value))
        if len(calls) < CALLS_LIMIT:
            calls.append(value)


def replay(program: Program | tuple[Step, ...], surface: Surface) -> Trace:
    """Replay a whole program on a library's surface."""
    steps = program.steps if isinstance(program, Program) else program
    return Replay(surface).run(steps)


def _guard(handler: Callable[..., Any]) -> Callable[[Replay, Step, Env, bool], None]:
    """Make a handler that computes one value: its result fills the slot of the step."""

    def run(self: Replay, step: Step, env: Env, inner: bool) -> None:
        try:
            result = handler(self, step, env)
        except Missing as error:
            if self.misplaced(step, env):
                raise Misplaced(*error.args) from error.__cause__
            raise
        except TypeError as error:
            if at_boundary(error):
                kind = Misplaced if self.misplaced(step, env) else Missing
                raise kind(cut(str(error))) from error
            raise
        if step.outs:
            env[step.outs[0]] = result

    return run


def _call(self: Replay, step: Step, env: Env) -> Any:
    return self.surface.call(step.name, self.operands(step, env), self.keywords(step, env))


def _method(self: Replay, step: Step, env: Env) -> Any:
    owner, *args = self.operands(step, env)
    return self.surface.method(owner, step.name, tuple(args), self.keywords(step, env))


def _invoke(self: Replay, step: Step, env: Env) -> Any:
    callee, *args = self.operands(step, env)
    return callee(*args, **self.keywords(step, env))


def _attr(self: Replay, step: Step, env: Env) -> Any:
    (owner,) = self.operands(step, env)
    return self.surface.getattr(owner, step.name)


def _setattr(self: Replay, step: Step, env: Env) -> None:
    owner, value = self.operands(step, env)
    self.surface.setattr(owner, step.name, value)


def _delattr(self: Replay, step: Step, env: Env) -> None:
    (owner,) = self.operands(step, env)
    self.surface.delattr(owner, step.name)


def _binary(self: Replay, step: Step, env: Env) -> Any:
    return self.surface.binary(step.name, *self.operands(step, env))


def _unary(self: Replay, step: Step, env: Env) -> Any:
    return self.surface.unary(step.name, *self.operands(step, env))


def _inplace(self: Replay, step: Step, env: Env) -> Any:
    left, right = self.operands(step, env)
    env[step.outs[0]] = left  # after a refusal the name is still bound to its old value
    return self.surface.inplace(step.name, left, right)


def _index(self: Replay, step: Step, env: Env) -> Any:
    return self.surface.index(*self.operands(step, env))


def _setindex(self: Replay, step: Step, env: Env) -> None:
    self.surface.setindex(*self.operands(step, env))


def _probe(self: Replay, step: Step, env: Env) -> Any:
    first, *rest = self.operands(step, env)
    surface = self.surface
    match step.name:
        case "kind":
            return surface.kind(first)
        case "same":
            return first is rest[0]
        case "has":
            return surface.has(first, rest[0])
        case "dtype":
            return surface.dtype(first)
        case "shape":
            return surface.shape(first)
        case "length":
            return len(first)
    return cut(str(first))


def _repeat(self: Replay, step: Step, env: Env) -> Any:
    function, value = self.operands(step, env)
    for _ in range(int(step.name)):
        value = function(value)
    return value


def _subclass(self: Replay, step: Step, env: Env) -> Any:
    (base,) = self.operands(step, env)
    methods = {name: staticmethod(f) for name, f in self.keywords(step, env).items()}
    return type(step.name, (base,), methods)


def _host(self: Replay, step: Step, env: Env) -> Any:
    return hosted(step.name, self.operands(step, env), self.keywords(step, env))


def _unpack(self: Replay, step: Step, env: Env, inner: bool) -> None:
    (value,) = self.operands(step, env)
    wanted = len(step.outs)
    try:
        parts = list(islice(value, wanted + 1))  # some types give items for ever
    except TypeError as error:
        if hasattr(type(value), "__iter__") or hasattr(type(value), "__getitem__"):
            raise
        raise Missing(f"{describe(value)} can't be taken apart") from error
    if len(parts) != wanted:
        many = "more than that" if len(parts) > wanted else len(parts)
        message = f"{wanted} items are expected, there are {many}"
        raise ValueError(message)
    env.update(zip(step.outs, parts, strict=True))


def _release(self: Replay, step: Step, env: Env, inner: bool) -> None:
    env.pop(released(step), None)


def _observe(self: Replay, step: Step, env: Env, inner: bool) -> None:
    (value,) = self.operands(step, env)
    try:
        read = self.surface.read(value)
    except (Missing, Unreadable, MemoryError):
        raise
    except Exception as error:
        raise Unreadable(f"reading it raised {type(error).__name__}: {cut(str(error))}") from error
    if depth(read) > DEPTH_LIMIT:
        raise Unreadable(f"a sequence that is nested deeper than {DEPTH_LIMIT} levels")
    self.note(step, read, inner=inner)


def _with(self: Replay, step: Step, env: Env, inner: bool) -> None:
    (manager,) = self.operands(step, env)
    if not (hasattr(type(manager), "__enter__") and hasattr(type(manager), "__exit__")):
        raise Missing(f"{type(manager).__name__} is no context manager")
    with manager as env[step.outs[0]]:
        del manager
        self.steps(step.body, env, inner=inner)


def _throw(self: Replay, step: Step, env: Env, inner: bool) -> None:
    raise Interruption("thrown on purpose by the program")


def _caught(self: Replay, step: Step, env: Env, inner: bool) -> None:
    try:
        self.steps(step.body, env, inner=inner)
    except Interruption as error:
        error.__traceback__ = None
        _let_go(step.body, env)


def _raises(self: Replay, step: Step, env: Env, inner: bool) -> None:
    value = RETURNED
    at = step.number
    try:
        for child in step.body:
            at = self.at = child.number
            _HANDLERS[child.op](self, child, env, inner)
    except (Unreadable, Interruption):
        raise
    except BaseException as error:  # noqa: BLE001 - how it is refused is the observation
        # A function that the library calls has steps of its own, written somewhere else.
        value = raised(error, self.at if self.at in _nested(child) else at)
        error.__traceback__ = None
        _let_go(step.body, env)
    self.note(step, value, inner=inner)


def _nested(step: Step) -> set[int]:
    """Return the numbers of the steps in the blocks of a step."""
    return {n for s in step.body for n in (s.number, *_nested(s))}


def _warns(self: Replay, step: Step, env: Env, inner: bool) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        self.steps(step.body, env, inner=inner)
    items = tuple(
        Value("text", text=cut(str(w.message)), names=classes(w.category)) for w in caught[:100]
    )
    self.note(step, Value("warned", items=items), inner=inner)


def _let_go(steps: tuple[Step, ...], env: Env) -> None:
    """Drop what the rest of a block would have dropped, as unwinding does."""
    for step in walk(steps):
        if step.op == "release":
            env.pop(released(step), None)


_HANDLERS: dict[str, Callable[[Replay, Step, Env, bool], None]] = {
    **{
        name: _guard(handler)
        for name, handler in {
            "call": _call, "method": _method, "invoke": _invoke, "attr": _attr,
            "setattr": _setattr, "delattr": _delattr, "binary": _binary, "unary": _unary,
            "inplace": _inplace, "index": _index, "setindex": _setindex, "probe": _probe,
            "repeat": _repeat, "subclass": _subclass, "host": _host,
        }.items()
    },
    "unpack": _unpack, "release": _release, "observe": _observe, "with": _with, "throw": _throw,
    "caught": _caught, "raises": _raises, "warns": _warns,
}  # fmt: skip
