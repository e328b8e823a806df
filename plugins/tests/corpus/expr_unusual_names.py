"""No name that anybody else uses."""
import math


class Expr:
    def __init__(self, amount, _children=(), _op=""):
        self.amount = amount
        self.sensitivity = 0
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op

    def __add__(self, other):
        other = other if isinstance(other, Expr) else Expr(other)
        out = Expr(self.amount + other.amount, (self, other), "+")

        def _backward():
            self.sensitivity += out.sensitivity
            other.sensitivity += out.sensitivity

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Expr) else Expr(other)
        out = Expr(self.amount * other.amount, (self, other), "*")

        def _backward():
            self.sensitivity += other.amount * out.sensitivity
            other.sensitivity += self.amount * out.sensitivity

        out._backward = _backward
        return out

    def __pow__(self, other):
        assert isinstance(other, (int, float))
        out = Expr(self.amount**other, (self,), "**")

        def _backward():
            self.sensitivity += other * self.amount ** (other - 1) * out.sensitivity

        out._backward = _backward
        return out

    def tanh(self):
        out = Expr(math.tanh(self.amount), (self,), "tanh")

        def _backward():
            self.sensitivity += (1 - out.amount**2) * out.sensitivity

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
        self.sensitivity = 1
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
