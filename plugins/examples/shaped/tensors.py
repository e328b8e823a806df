"""An engine that is spelt as PyTorch is; it needs no adapter."""

import contextlib

import numpy as np

_tracking = [True]


@contextlib.contextmanager
def no_grad():
    _tracking.append(False)
    try:
        yield
    finally:
        _tracking.pop()


def _fit(gradient, shape):
    """Sum a gradient over the axes along which a value was repeated."""
    while gradient.ndim > len(shape):
        gradient = gradient.sum(0)
    stretched = tuple(n for n, side in enumerate(shape) if side == 1 != gradient.shape[n])
    return gradient.sum(stretched, keepdims=True) if stretched else gradient


class Tensor:
    def __init__(self, data, requires_grad=False, parents=()):
        self.data = np.asarray(data, dtype=np.float32)
        self.grad = None
        self.parents = parents if _tracking[-1] else ()
        self.requires_grad = requires_grad or any(p.requires_grad for p, _ in self.parents)

    def __add__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        return Tensor(self.data + other.data, parents=((self, lambda g: g), (other, lambda g: g)))

    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        return Tensor(
            self.data * other.data,
            parents=((self, lambda g: g * other.data), (other, lambda g: g * self.data)),
        )

    __radd__, __rmul__ = __add__, __mul__

    def sum(self):
        return Tensor(
            self.data.sum(), parents=((self, lambda g: np.broadcast_to(g, self.data.shape)),)
        )

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent, _ in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        arrived = {id(self): np.ones_like(self.data)}
        for node in reversed(order):
            gradient = arrived[id(node)]
            if not node.parents and node.requires_grad:
                node.grad = gradient if node.grad is None else node.grad + gradient
            for parent, rate in node.parents:
                flow = _fit(rate(gradient), parent.data.shape)
                arrived[id(parent)] = arrived.get(id(parent), 0) + flow
