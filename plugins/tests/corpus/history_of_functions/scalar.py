"""A number knows the function that made it; only leaves keep a derivative."""
from functions import Minus, Plus, Tanh, Times


class Scalar:
    def __init__(self, v, history=None):
        self.data = float(v)
        self.history = history
        self.derivative = None

    @classmethod
    def apply(cls, function, *inputs):
        inputs = [i if isinstance(i, Scalar) else cls(i) for i in inputs]
        out = function.forward(*[i.data for i in inputs])
        return cls(out, (function, inputs))

    def __add__(self, other):
        return self.apply(Plus(), self, other)

    def __mul__(self, other):
        return self.apply(Times(), self, other)

    def __neg__(self):
        return self.apply(Minus(), self)

    def __sub__(self, other):
        return self + -other

    __radd__ = __add__
    __rmul__ = __mul__

    def tanh(self):
        return self.apply(Tanh(), self)

    def backward(self, d_output=1.0):
        waiting = {self: d_output}
        for one in in_order(self):
            d = waiting[one]
            if one.history is None:
                one.derivative = d + (one.derivative or 0.0)
                continue
            function, inputs = one.history
            for value, share in zip(inputs, function.backward(d)):
                waiting[value] = waiting.get(value, 0.0) + share


def in_order(root):
    order, seen = [], set()

    def visit(one):
        if one in seen:
            return
        seen.add(one)
        for value in one.history[1] if one.history else ():
            visit(value)
        order.append(one)

    visit(root)
    return reversed(order)
