"""Backward is a function of the module: the values know their parents and no way back."""
import math


class Value:
    def __init__(self, data, parents=(), slopes=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.slopes = slopes

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = as_value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, number):
        return Value(self.data**number, (self,), (number * self.data ** (number - 1),))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -as_value(other)

    def __rsub__(self, other):
        return as_value(other) + -self

    __radd__ = __add__
    __rmul__ = __mul__

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self,), (1 - t * t,))


def as_value(number):
    return number if isinstance(number, Value) else Value(number)


def in_order(loss):
    order, seen, stack = [], set(), [(loss, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order


def check_grad(value):
    return value.grad == value.grad


def backward(loss):
    arrived = {id(loss): 1.0}
    for node in reversed(in_order(loss)):
        slope = arrived[id(node)]
        node.grad += slope
        for parent, local in zip(node.parents, node.slopes):
            arrived[id(parent)] = arrived.get(id(parent), 0.0) + slope * local
