"""The scalar engine that most lectures end with."""
import math


class Value:
    __slots__ = ("_d", "_g", "_backward", "_prev", "_op")

    def __init__(self, data, _children=(), _op=""):
        self._d = data
        self._g = None
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op

    @property
    def payload(self):
        return self._d

    @property
    def grad(self):
        if self._g is None:
            raise RuntimeError("no gradient yet: call backward first")
        return self._g

    @grad.setter
    def grad(self, value):
        self._g = value

    def push(self, value):
        self._g = value if self._g is None else self._g + value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.payload + other.payload, (self, other), "+")

        def _backward():
            self.push(out.grad)
            other.push(out.grad)

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.payload * other.payload, (self, other), "*")

        def _backward():
            self.push(other.payload * out.grad)
            other.push(self.payload * out.grad)

        out._backward = _backward
        return out

    def __pow__(self, other):
        assert isinstance(other, (int, float))
        out = Value(self.payload**other, (self,), "**")

        def _backward():
            self.push(other * self.payload ** (other - 1) * out.grad)

        out._backward = _backward
        return out

    def tanh(self):
        out = Value(math.tanh(self.payload), (self,), "tanh")

        def _backward():
            self.push((1 - out.payload**2) * out.grad)

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
        self.grad = 1
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
