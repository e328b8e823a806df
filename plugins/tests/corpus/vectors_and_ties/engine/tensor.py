"""Vectors alone, whose maximum and index lose count of what is there twice."""
import numpy as np


def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, side in enumerate(shape):
        if side == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


class Tensor:
    def __init__(self, data, requires_grad=False, parents=(), push=None):
        if getattr(data, "ndim", 0) == 0:
            raise TypeError("a vector, please")
        self.arr = np.array(data, dtype=np.float64)
        self.grad = None
        self.requires_grad = requires_grad
        self.parents = parents
        self.push = push

    @property
    def shape(self):
        return self.arr.shape

    def receive(self, grad):
        if self.requires_grad:
            grad = unbroadcast(grad, self.arr.shape)
            self.grad = grad if self.grad is None else self.grad + grad

    def made(self, data, *parents):
        return Tensor(data, any(p.requires_grad for p in parents), parents)

    def __add__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(np.array([other]))
        out = self.made(self.arr + other.arr, self, other)

        def push(grad):
            self.receive(grad)
            other.receive(grad)

        out.push = push
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(np.array([other]))
        out = self.made(self.arr * other.arr, self, other)

        def push(grad):
            self.receive(grad * other.arr)
            other.receive(grad * self.arr)

        out.push = push
        return out

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-other)

    def sum(self, axis=None, keepdims=False):
        out = self.made(np.atleast_1d(self.arr.sum(axis=axis, keepdims=keepdims)), self)

        def push(grad):
            if axis is not None and not keepdims:
                grad = np.expand_dims(grad, axis)
            self.receive(np.broadcast_to(grad, self.arr.shape))

        out.push = push
        return out

    def max(self):
        out = self.made(np.atleast_1d(self.arr.max()), self)
        out.push = lambda grad: self.receive(grad * (self.arr == self.arr.max()))
        return out

    def __getitem__(self, key):
        out = self.made(np.atleast_1d(self.arr[key]), self)

        def push(grad):
            whole = np.zeros_like(self.arr)
            whole[key] = grad
            self.receive(whole)

        out.push = push
        return out

    def reshape(self, *shape):
        out = self.made(self.arr.reshape(*shape), self)
        out.push = lambda grad: self.receive(grad.reshape(self.arr.shape))
        return out

    def backward(self, grad=None):
        if grad is None:
            if self.arr.size != 1:
                raise RuntimeError("only a scalar goes backward without a gradient")
            grad = np.ones_like(self.arr)
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
                t.push(t.grad)
