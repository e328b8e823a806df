"""Variables, in a package whose __init__ wants data that nobody has."""
import numpy as np

from .broadcasting import unbroadcast


class Variable:
    def __init__(self, value, requires_grad=False, parents=(), push=None):
        self.value = np.array(value, dtype=np.float64)
        self.grad = None
        self.requires_grad = requires_grad
        self.parents = parents
        self.push = push

    @property
    def shape(self):
        return self.value.shape

    def receive(self, grad):
        if self.requires_grad:
            grad = unbroadcast(grad, self.value.shape)
            self.grad = grad if self.grad is None else self.grad + grad

    def made(self, value, *parents):
        return Variable(value, any(p.requires_grad for p in parents), parents)

    def __add__(self, other):
        other = other if isinstance(other, Variable) else Variable(other)
        out = self.made(self.value + other.value, self, other)

        def push(grad):
            self.receive(grad)
            other.receive(grad)

        out.push = push
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Variable) else Variable(other)
        out = self.made(self.value * other.value, self, other)

        def push(grad):
            self.receive(grad * other.value)
            other.receive(grad * self.value)

        out.push = push
        return out

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-other)

    def sum(self, axis=None, keepdims=False):
        out = self.made(self.value.sum(axis=axis, keepdims=keepdims), self)

        def push(grad):
            if axis is not None and not keepdims:
                grad = np.expand_dims(grad, axis)
            self.receive(np.broadcast_to(grad, self.value.shape))

        out.push = push
        return out

    def reshape(self, *shape):
        out = self.made(self.value.reshape(*shape), self)
        out.push = lambda grad: self.receive(grad.reshape(self.value.shape))
        return out

    def backward(self, grad=None):
        if grad is None:
            if self.value.size != 1:
                raise RuntimeError("only a scalar goes backward without a gradient")
            grad = np.ones_like(self.value)
        topo, seen = [], set()

        def build(t):
            if id(t) not in seen:
                seen.add(id(t))
                for parent in t.parents:
                    build(parent)
                topo.append(t)

        build(self)
        self.receive(np.asarray(grad))
        for t in reversed(topo):
            if t.push is not None and t.grad is not None:
                t.push(t.grad)
