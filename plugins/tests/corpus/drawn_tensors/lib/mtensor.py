"""Gradients are tensors themselves, and the graph can be drawn."""
import numpy as np
from graphviz import Digraph


def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, side in enumerate(shape):
        if side == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


class Mtensor:
    def __init__(self, data, requires_grad=False, parents=(), push=None):
        self.values = np.array(data, dtype=np.float64)
        self.grad = None
        self.requires_grad = requires_grad
        self.parents = parents
        self.push = push

    @property
    def shape(self):
        return self.values.shape

    def receive(self, grad):
        if self.requires_grad:
            grad = unbroadcast(grad, self.values.shape)
            self.grad = Mtensor(grad if self.grad is None else self.grad.values + grad)

    def made(self, data, *parents):
        return Mtensor(data, any(p.requires_grad for p in parents), parents)

    def __add__(self, other):
        other = other if isinstance(other, Mtensor) else Mtensor(other)
        out = self.made(self.values + other.values, self, other)

        def push(grad):
            self.receive(grad)
            other.receive(grad)

        out.push = push
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Mtensor) else Mtensor(other)
        out = self.made(self.values * other.values, self, other)

        def push(grad):
            self.receive(grad * other.values)
            other.receive(grad * self.values)

        out.push = push
        return out

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return self - other

    def draw(self):
        dot = Digraph(format="svg")
        dot.node(str(id(self)))
        return dot

    def sum(self, axis=None, keepdims=False):
        out = self.made(self.values.sum(axis=axis, keepdims=keepdims), self)

        def push(grad):
            if axis is not None and not keepdims:
                grad = np.expand_dims(grad, axis)
            self.receive(np.broadcast_to(grad, self.values.shape))

        out.push = push
        return out

    def reshape(self, *shape):
        out = self.made(self.values.reshape(*shape), self)
        out.push = lambda grad: self.receive(grad.reshape(self.values.shape))
        return out

    def backward(self, grad=None):
        if grad is None:
            if self.values.size != 1:
                raise RuntimeError("only a scalar goes backward without a gradient")
            grad = np.ones_like(self.values)
        topo, seen = [], set()

        def build(t):
            if id(t) not in seen:
                seen.add(id(t))
                for parent in t.parents:
                    build(parent)
                topo.append(t)

        build(self)
        for t in topo:
            if t.parents:
                t.grad = None
        self.receive(np.asarray(grad))
        for t in reversed(topo):
            if t.push is not None and t.grad is not None:
                t.push(t.grad.values)
