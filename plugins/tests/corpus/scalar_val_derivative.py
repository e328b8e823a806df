"""Values in .val, gradients in .derivative."""
import math


class Scalar:
    def __init__(self, val, _children=(), _op=""):
        self.val = val
        self.derivative = 0
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op

    def __add__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        out = Scalar(self.val + other.val, (self, other), "+")

        def _backward():
            self.derivative += out.derivative
            other.derivative += out.derivative

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        out = Scalar(self.val * other.val, (self, other), "*")

        def _backward():
            self.derivative += other.val * out.derivative
            other.derivative += self.val * out.derivative

        out._backward = _backward
        return out

    def __pow__(self, other):
        assert isinstance(other, (int, float))
        out = Scalar(self.val**other, (self,), "**")

        def _backward():
            self.derivative += other * self.val ** (other - 1) * out.derivative

        out._backward = _backward
        return out

    def tanh(self):
        out = Scalar(math.tanh(self.val), (self,), "tanh")

        def _backward():
            self.derivative += (1 - out.val**2) * out.derivative

        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)

        build(self)
        self.derivative = 1
        for v in reversed(topo):
            v._backward()

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return (-self) + other

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1
