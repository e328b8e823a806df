"""The bodies of the spec run on PyTorch directly: the calls as a person would have typed them."""

import contextlib
import copy
import gc
import random
import threading
import warnings
import weakref

import numpy

from gradmark.library import Library


class Thrown(Exception):
    """What `Direct.throw` raises."""


class Direct:
    """A ``lib`` that does everything at once; an observation copies the value, as replay does."""

    def __init__(self, torch):
        self.torch = torch
        self.seen = []
        self._recorder = type("Draws", (), {"random": random.Random("0"), "is_varied": False})()

    def __getattr__(self, name):
        return getattr(self.torch, name)

    draw = Library.draw
    example = Library.example

    def observe(self, label, value, **_):
        if isinstance(value, self.torch.Tensor):
            array = value.detach().numpy()
            value = (array.dtype.name, array.shape, array.tobytes())
        self.seen.append((label, value))

    def control(self, owner, value, **_):
        self.observe(owner, value)

    @contextlib.contextmanager
    def raises(self, label, **_):
        try:
            yield
        except Exception as error:
            self.seen.append((label, type(error).__name__, str(error)))

    @contextlib.contextmanager
    def warns(self, label):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
        self.seen.append((label, [w.category for w in caught]))

    @contextlib.contextmanager
    def caught(self):
        with contextlib.suppress(Thrown):
            yield

    def throw(self):
        raise Thrown

    def kind(self, value):
        return type(value).__name__

    def same(self, left, right):
        return left is right

    def has(self, value, name):
        return hasattr(value, name)

    def dtype(self, value):
        return str(value.dtype)

    def shape(self, value):
        return tuple(value.shape)

    def text(self, value):
        return str(value)

    def length(self, value):
        return len(value)

    def unpack(self, value, count):
        return list(value)

    def delete(self, value):
        pass

    def repeat(self, count, function, start):
        for _ in range(count):
            start = function(start)
        return start

    class host:
        weakref, collect = weakref.ref, gc.collect
        copy, deepcopy, numpy = copy.copy, copy.deepcopy, numpy
        alive = staticmethod(lambda reference: reference() is not None)

        @staticmethod
        def thread(function, *args):
            results = []
            thread = threading.Thread(target=lambda: results.append(function(*args)))
            thread.start()
            thread.join()
            return results[0]


def run_all(spec, torch):
    """Run every body once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for behaviour in spec:
            behaviour.body(Direct(torch))
