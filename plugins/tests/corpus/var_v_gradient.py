"""A right one: no recursion, and what lies inside starts anew each time."""
import math


class Var:
    def __init__(self, v, _children=(), _op=""):
        self.v = v
        self.gradient = 0
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op

    def __add__(self, other):
        other = other if isinstance(other, Var) else Var(other)
        out = Var(self.v + other.v, (self, other), "+")

        def _backward():
            self.gradient += out.gradient
            other.gradient += out.gradient

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Var) else Var(other)
        out = Var(self.v * other.v, (self, other), "*")

        def _backward():
            self.gradient += other.v * out.gradient
            other.gradient += self.v * out.gradient

        out._backward = _backward
        return out

    def __pow__(self, other):
        assert isinstance(other, (int, float))
        out = Var(self.v**other, (self,), "**")

        def _backward():
            self.gradient += other * self.v ** (other - 1) * out.gradient

        out._backward = _backward
        return out

    def tanh(self):
        out = Var(math.tanh(self.v), (self,), "tanh")

        def _backward():
            self.gradient += (1 - out.v**2) * out.gradient

        out._backward = _backward
        return out

    def backward(self):
        topo, visited, stack = [], set(), [(self, False)]
        while stack:
            v, done = stack.pop()
            if done:
                topo.append(v)
            elif v not in visited:
                visited.add(v)
                stack.append((v, True))
                stack += [(child, False) for child in v._prev]
        for v in topo:
            if v._prev:
                v.gradient = 0
        self.gradient += 1
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
