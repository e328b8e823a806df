"""Lowering: a pure program replayed on a library that hands over gradients without ``.grad``.

Pure is a program that creates leaves, computes, goes backward once and reads its leaves' gradients.
It may compute with gradients as well, where ``autograd.grad(…, create_graph=True)`` gives them.
This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gradmark.program import Cut, Function, Items, Operand, Pairs, Ref, Step, walk
from gradmark.replay import Env, Replay, replay
from gradmark.surface import Missing, Surface, Unreadable, describe
from gradmark.trace import Stop, Trace

OPERATIONS = frozenset("call method attr binary unary index unpack repeat probe".split())
STATEFUL_CALLS = frozenset(
    "no_grad enable_grad inference_mode set_grad_enabled is_grad_enabled manual_seed "
    "set_default_dtype".split()
)
STATEFUL_METHODS = frozenset("retain_grad register_hook zero_grad".split())
STATEFUL_ATTRIBUTES = frozenset(
    "grad data requires_grad is_leaf grad_fn retains_grad creator output_nr".split()
)
GRADIENT = "autograd.grad"
"""The one function among those of state that is about values, where its result is in the graph."""

WAYS = {"returned": "returned by a function", "transform": "by transforming a function"}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a pure program consists of: its leaves' slots, its backward, and what is read of it."""

    leaves: tuple[int, ...] = ()
    backward: Step | None = None
    reads: tuple[tuple[int, int], ...] = ()
    """The number of the step that reads a gradient, and the leaf's slot."""
    again: bool = False
    """Whether gradients are computed with, and may be differentiated again."""


class Impure(Exception):
    """A step that a program of values alone does not have."""

    def __init__(self, why: str, step: Step) -> None:
        """Keep the step beside the reason."""
        super().__init__(why)
        self.step = step


def is_pure(steps: tuple[Step, ...]) -> bool:
    """Say whether a program is about values alone."""
    return not why_impure(steps)


def why_impure(steps: tuple[Step, ...]) -> str:
    """Return what keeps a program from being pure, or nothing where it is."""
    try:
        shape(steps)
    except Impure as found:
        return str(found)
    return ""


def replay_on(steps: tuple[Step, ...], adapter: Surface) -> Trace:
    """Replay a program in the way in which the library hands over gradients."""
    if adapter.delivery == "attribute":
        return replay(steps, adapter)
    return replay_pure(steps, adapter)


def replay_pure(steps: tuple[Step, ...], adapter: Surface) -> Trace:
    """Replay a pure program by `Surface.grads` or `Surface.vjp`; any other one is *missing*."""
    try:
        found = shape(steps)
    except Impure as why:
        way = WAYS[adapter.delivery]
        lacks = f"leaves, .grad and accumulation: this library hands out gradients {way}"
        message = f"{lacks}; the program has {why}"
        return Trace((), Stop("missing", why.step.number, ("Missing",), message, "", lacks))
    return _Lowered(adapter, steps, found).run(steps)


def shape(steps: tuple[Step, ...]) -> Shape:
    """Take a pure program apart. Raises `Impure`."""
    leaves: list[int] = []
    reads: list[tuple[int, int]] = []
    backward: Step | None = None
    again = False
    for step in steps:
        if step.op == "release":
            continue
        if step.op == "observe":
            if backward is not None and set(backward.outs) & set(slots(step)):
                raise Impure("a look at what backward returns", step)
            continue
        if step.op == "call" and dict(step.kwargs).get("requires_grad") is True:
            if any(True for _ in slots(step)):
                raise Impure("a leaf made from another value", step)
            leaves.append(step.outs[0])
        elif is_gradient(step):
            _check_gradient(step, leaves)
            again = True
        elif step.op == "method" and step.name == "backward":
            if backward is not None:
                raise Impure("a second backward", step)
            if len(step.args) > 2 or {name for name, _ in step.kwargs} - {"gradient"}:  # noqa: PLR2004
                raise Impure("a backward with flags", step)
            backward = step
        elif step.op == "attr" and step.name == "grad":
            owner = step.args[0]
            if backward is None or not isinstance(owner, Ref) or owner.slot not in leaves:
                raise Impure("a read of .grad that is not a leaf's after backward", step)
            reads.append((step.number, owner.slot))
        elif backward is not None and set(backward.outs) & set(slots(step)):
            raise Impure("a use of what backward returns", step)
        else:
            _check(step)
    return Shape(tuple(leaves), backward, tuple(reads), again)


def is_gradient(step: Step) -> bool:
    """Say whether a step asks for gradients on the way."""
    return step.op == "call" and step.name == GRADIENT


def _check_gradient(step: Step, leaves: list[int]) -> None:
    """Raise `Impure` for gradients that are no part of the graph, or not those of leaves."""
    flags = dict(step.kwargs)
    if flags.pop("create_graph", None) is not True:
        raise Impure("gradients without create_graph=True", step)
    if len(step.args) != 2 or set(flags) - {"grad_outputs"}:  # noqa: PLR2004
        raise Impure("gradients with flags", step)
    if not isinstance(step.args[0], Ref):
        raise Impure("gradients of several roots", step)
    if not set(_inside(step.args[1])) <= set(leaves):
        raise Impure("gradients of what is no leaf", step)


def _check(step: Step) -> None:
    """Raise `Impure` for a step that is no operation on values."""
    for inner in walk((step,)):
        if inner.op not in OPERATIONS and not (inner is not step and inner.op == "release"):
            raise Impure(f"a step of kind {inner.op!r}", inner)
        name = inner.name
        refused = {
            "call": name in STATEFUL_CALLS or name.startswith(("autograd.", "func.", "optim.")),
            "method": name in STATEFUL_METHODS or name == "backward" or name.endswith("_"),
            "attr": name in STATEFUL_ATTRIBUTES or name.startswith("_"),
            "probe": name in {"same", "has"},
        }
        if refused.get(inner.op):
            raise Impure(f"{inner.op} {name!r}", inner)


def slots(step: Step) -> Iterator[int]:
    """Yield the slots that a step uses."""
    for operand in (*step.args, *(value for _, value in step.kwargs)):
        yield from _inside(operand)


def _inside(operand: Operand) -> Iterator[int]:
    parts: Iterable[Operand] = ()
    match operand:
        case Ref(slot):
            yield slot
        case Items():
            parts = operand.items
        case Pairs():
            parts = [part for pair in operand.items for part in pair]
        case Cut():
            parts = (operand.start, operand.stop, operand.step)
        case Function():
            yield from operand.captures
    for part in parts:
        yield from _inside(part)


class _Lowered(Replay):
    """A replay whose backward asks the library for gradients, and whose reads are the answers.

    Everything else is computed as it is written, so that observations before and after backward
    are the library's own values; a transform computes the path to the root a second time.
    """

    def __init__(self, adapter: Surface, steps: tuple[Step, ...], found: Shape) -> None:
        super().__init__(adapter)
        self.program = steps
        self.found = found
        self.read_from = dict(found.reads)
        self.gradients: dict[int, Any] = {}

    def steps(self, steps: tuple[Step, ...], env: Env, *, inner: bool = False) -> None:
        for step in steps:
            self.at = step.number
            if is_gradient(step):
                env[step.outs[0]] = self._again(step, env)
            elif inner:
                super().steps((step,), env, inner=True)
            elif step is self.found.backward:
                self._backward(step, env)
            elif step.number in self.read_from:
                env[step.outs[0]] = self.gradients[self.read_from[step.number]]
            elif step.op == "release" and not self._done:
                continue  # a transform may compute with it again
            else:
                super().steps((step,), env)

    @property
    def _done(self) -> bool:
        return (self.found.backward is None or bool(self.gradients)) and not self.found.again

    def _backward(self, step: Step, env: Env) -> None:
        root, *given = self.operands(step, env)
        seed = given[0] if given else self.keywords(step, env).get("gradient")
        # What nobody reads is asked for as well where nothing is read: backward has to happen.
        wanted = dict.fromkeys(slot for _, slot in self.found.reads) or dict.fromkeys(
            slot for slot in self.found.leaves if slot in env
        )
        leaves = [env[slot] for slot in wanted]
        if self.surface.delivery == "returned":
            answers = self.surface.grads(root, leaves, seed)
        else:
            answers = self._transform(step, env, list(wanted), leaves, seed)
        self.at = step.number
        if not isinstance(answers, Iterable):
            raise Unreadable(f"gradients of {len(wanted)} leaves, where {describe(answers)} came")
        given_back = tuple(answers)
        if len(given_back) != len(wanted):
            raise Unreadable(f"gradients of {len(wanted)} leaves, where {len(given_back)} came")
        self.gradients = dict(zip(wanted, given_back, strict=True))
        if step.outs:
            env[step.outs[0]] = None

    def _again(self, step: Step, env: Env) -> tuple[Any, ...]:
        """Return gradients that can be differentiated themselves."""
        if not self.surface.nests:
            raise Missing("gradients that can be differentiated again")
        wanted = list(_inside(step.args[1]))
        seed = self.keywords(step, env).get("grad_outputs")
        return tuple(self._transform(step, env, wanted, [env[slot] for slot in wanted], seed))

    def _transform(
        self, backward: Step, env: Env, wanted: list[int], leaves: list[Any], seed: Any
    ) -> Any:
        (root,) = _inside(backward.args[0])
        path = self._path(backward, set(wanted))

        def function(*values: Any) -> Any:
            inside = {**env, **dict(zip(wanted, values, strict=True))}
            self.steps(path, inside, inner=True)
            self.at = backward.number
            return inside[root]

        return self.surface.vjp(function, leaves, seed)

    def _path(self, backward: Step, wanted: set[int]) -> tuple[Step, ...]:
        """Return the steps between the leaves and the root, in program order."""
        before = [s for s in self.program if s.outs and s.number < backward.number]
        depends = set(wanted)
        touched = [s for s in before if _depends(s, depends)]
        needed = set(_inside(backward.args[0]))
        path: list[Step] = []
        for step in reversed(touched):
            if needed & set(step.outs):
                needed.update(self._needs(step))
                path.append(step)
        return tuple(reversed(path))

    def _needs(self, step: Step) -> set[int]:
        """Return the slots that a step takes its values from.

        Gradients on the way are those of a function that is computed again from its leaves, so
        that what lies between leaves and root is made inside.
        """
        if not is_gradient(step):
            return set(slots(step))
        path = self._path(step, set(_inside(step.args[1])))
        made = {slot for inner in path for slot in inner.outs}
        used = {slot for inner in path for slot in self._needs(inner)}
        return (set(slots(step)) | used) - made


def _depends(step: Step, depends: set[int]) -> bool:
    """Say whether a step uses a leaf, directly or not, and remember what it fills."""
    if step.outs[0] in depends or depends.isdisjoint(slots(step)):
        return False
    depends.update(step.outs)
    return True
