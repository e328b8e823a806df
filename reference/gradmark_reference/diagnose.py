"""One more replay of a failed program: the values, gradients and saved tensors inside.

It runs on PyTorch where PyTorch answers, and on the model where the answers are recorded; the model
is believed where it agrees with the recorded answer. What it finds is short text for a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradmark.graph import Graph, Node
from gradmark.judge import judge
from gradmark.program import Program, Step
from gradmark.replay import Env, Replay
from gradmark.surface import Surface
from gradmark.trace import Trace
from gradmark.verdict import Outcome

STEPS_LIMIT = 400
"""Steps of a program that is replayed once more; a picture of a longer one stays without values."""

ITEMS = 4
"""Elements that are written out; of a larger array its shape is."""

_SAVED = 3
_PREFIX = "_saved_"


@dataclass(frozen=True, slots=True)
class Lens:
    """How to look at a library's tensors: as arrays, and at what their operations have saved."""

    surface: Surface
    array: Callable[[Any], Any]
    saved: Callable[[Any], Iterable[Any]]
    freed: Callable[[Any], bool]
    around: Callable[[Program], AbstractContextManager[Any]]


def diagnosed(
    program: Program, graph: Graph, lens: Lens, name: str, expected: Trace, step: int = 0
) -> Graph:
    """Return the graph with what a replay saw in it, or as it is where the replay tells nothing.

    A replay that deviates from the expected trace is not believed. What comes after ``step`` is not
    in the picture.
    """
    steps = list(program.walk())
    # Who looks keeps alive, so a program about lifetimes would be another one.
    if len(steps) > STEPS_LIMIT or any(s.op in {"repeat", "host"} for s in steps):
        return graph
    looking = _Looking(lens, {node.key for node in graph.nodes}, step)
    with suppress(Exception), lens.around(program):
        trace = looking.run(program.steps)
        if judge(program, expected, trace).outcome is not Outcome.PASS:
            return graph
        return replace(
            graph, nodes=tuple(looking.about(node) for node in graph.nodes), replayed=name
        )
    return graph


class _Looking(Replay):
    """A replay that keeps the values of some slots, and hears every gradient that reaches them."""

    def __init__(self, lens: Lens, slots: set[int], until: int) -> None:
        super().__init__(lens.surface)
        self.lens = lens
        self.slots = slots
        self.held: dict[int, Any] = {}
        self.values: dict[int, str] = {}
        self.saved: dict[int, tuple[str, ...]] = {}
        self.gradients: dict[int, Any] = {}
        self.freed: set[int] = set()
        self.until = until
        self.over = False

    def steps(self, steps: tuple[Step, ...], env: Env, *, inner: bool = False) -> None:
        for step in steps:
            super().steps((step,), env, inner=inner)
            for slot in step.outs:
                if not inner and slot in self.slots and slot not in self.values and slot in env:
                    self.look(slot, env[slot])
            if step.number == self.until:
                self.end()

    def run(self, steps: tuple[Step, ...]) -> Trace:
        trace = super().run(steps)
        self.end()
        return trace

    def end(self) -> None:
        """Take note of what was freed; what comes later is not looked at."""
        if not self.over:
            self.freed = {slot for slot, value in self.held.items() if self.lens.freed(value)}
        self.over = True

    def look(self, slot: int, value: Any) -> None:
        """Note a value when it is made, and what its operation keeps."""
        if self.over or not self.surface.is_tensor(value):
            return
        self.held[slot] = value
        self.values[slot] = shown(self.lens.array(value))
        self.saved[slot] = tuple(shown(np.asarray(a)) for a in self.lens.saved(value))[:_SAVED]
        if getattr(value, "requires_grad", False):
            value.register_hook(lambda gradient: self.hear(slot, gradient))

    def hear(self, slot: int, gradient: Any) -> None:
        """Add one gradient to those that came before."""
        if self.over:
            return
        array = self.lens.array(gradient)
        known = self.gradients.get(slot)
        self.gradients[slot] = array.copy() if known is None else known + array

    def about(self, node: Node) -> Node:
        """Return a node with what was noted of it."""
        gradient = self.gradients.get(node.key)
        saved = self.saved.get(node.key, ())
        return replace(
            node,
            value=self.values.get(node.key, ""),
            gradient="" if gradient is None else shown(gradient),
            saved=saved,
            freed=bool(saved) and node.key in self.freed,
        )


def shown(array: Any) -> str:
    """Write a small array on one short line, a larger one as its shape."""
    if array.size > ITEMS or array.ndim > 2:  # noqa: PLR2004 - rows of rows are no line
        return f"{'×'.join(map(str, array.shape))} {array.dtype.name}"
    rows = [" ".join(_number(v) for v in row) for row in np.atleast_2d(array).tolist()]
    text = "; ".join(rows)
    return f"[{text}]" if array.ndim else text


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def torch_lens(
    torch: Any, surface: Surface, around: Callable[[Program], AbstractContextManager[Any]]
) -> Lens:
    """Return how to look at PyTorch's tensors."""

    def kept(value: Any) -> list[Any]:
        found = []
        for name in dir(value.grad_fn) if value.grad_fn is not None else ():
            if name.startswith(_PREFIX):
                saved = getattr(value.grad_fn, name)
                found += [saved.detach().numpy()] if isinstance(saved, torch.Tensor) else []
        return found

    def freed(value: Any) -> bool:
        try:
            kept(value)
        except RuntimeError:
            return True
        return False

    return Lens(surface, lambda value: value.detach().cpu().numpy(), kept, freed, around)


def model_lens() -> Lens:
    """Return how to look at the model's tensors."""
    from gradmark_reference import model
    from gradmark_reference.model.modes import enable_grad

    def edges(value: Any) -> Any:
        return value.grad_fn.edges if value.grad_fn is not None else ()

    return Lens(
        Surface(model),
        lambda value: value.detach().numpy(),
        lambda value: [s.array for edge in edges(value) for s in edge.saved or ()],
        lambda value: any(edge.saved is None for edge in edges(value)),
        lambda _: enable_grad(),
    )
