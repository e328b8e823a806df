"""What the tests of the judge share: a tiny engine to bend, and PyTorch to compare it with."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gradmark.surface import Surface
from gradmark_reference.live import Live


class Base:
    """A vector engine in the fewest lines that pass every behaviour of the tables."""

    modes = SimpleNamespace(recording=True)

    def __init__(self, data, requires_grad=False, parents=()):
        self.data = np.asarray(data, np.float32)
        self.parents = parents if self.modes.recording else ()
        self.requires_grad = requires_grad or bool(self.parents)
        self.shown, self.hooks, self.freed = None, [], False

    @property
    def grad(self):
        if self.parents:
            warnings.warn("not a leaf", UserWarning, stacklevel=2)
        return self.shown

    def apply(self, data, *parents):
        kept = tuple((t, f) for t, f in parents if hasattr(t, "hooks") and t.requires_grad)
        return type(self)(data, parents=kept)

    def __add__(self, other):
        return self.apply(self.data + plain(other), (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        a, b = self.data, plain(other)
        return self.apply(a * b, (self, lambda g: g * b), (other, lambda g: g * a))

    __radd__, __rmul__ = __add__, __mul__

    def sum(self):
        return self.apply(self.data.sum(), (self, lambda g: np.full_like(self.data, g)))

    def __iadd__(self, other):
        if self.requires_grad and not self.parents and self.modes.recording:
            raise RuntimeError("a leaf that requires grad is used in an in-place operation")
        self.data = self.data + plain(other)
        return self

    def register_hook(self, hook):
        self.hooks.append(hook)

    def backward(self, gradient=None, retain_graph=False):
        if gradient is None and self.data.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        start = np.ones_like(self.data) if gradient is None else gradient.data
        self.flow(start, retain_graph)

    def check(self):
        if self.freed:
            raise RuntimeError("backward through the graph a second time")

    def flow(self, gradient, retain):
        self.check()
        for hook in self.hooks:
            hook(type(self)(gradient))
        if self.parents:
            self.freed = self.freed or not retain
            for parent, rule in self.parents:
                parent.flow(rule(gradient), retain)
        else:
            self.keep(gradient)

    def keep(self, gradient):
        before = 0 if self.shown is None else self.shown.data
        self.shown = type(self)(before + gradient)

    @classmethod
    @contextmanager
    def no_grad(cls):
        cls.modes.recording, before = False, cls.modes.recording
        try:
            yield
        finally:
            cls.modes.recording = before


def plain(value):
    return value.data if hasattr(value, "hooks") else np.float32(value)


class TinySurface(Surface):
    """PyTorch's spelling, but for `.data`, which holds the numbers."""

    def host(self, value):
        return value.data


def make_engine(oddity: Callable[[Any], None]) -> TinySurface:
    """Put an engine together, with its oddity."""
    members = {name: member for name, member in vars(Base).items() if name != "__dict__"}
    del members["__weakref__"]
    tensor: Any = type("Tensor", (), {**members, "modes": SimpleNamespace(recording=True)})
    library = SimpleNamespace(Tensor=tensor, tensor=tensor, no_grad=tensor.no_grad)
    oddity(library)
    return TinySurface(library)


@pytest.fixture(scope="session")
def engine() -> Callable[[Callable[[Any], None]], Surface]:
    """Make the tiny engine anew, with an oddity."""
    return make_engine


@pytest.fixture(scope="session")
def live() -> Live:
    """Keep one PyTorch for all tables."""
    return Live()
