"""A scalar engine in which everything is right but the slope of tanh."""

import math


class Value:
    def __init__(self, data, parents=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, power):
        slope = power * self.data ** (power - 1)
        return Value(self.data**power, ((self, slope),))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        result = math.exp(self.data)
        return Value(result, ((self, result),))

    def tanh(self):
        return wrong(self)

    def backward(self):
        order, seen, stack = [], {id(self)}, [(self, iter(self.parents))]
        while stack:
            node, parents = stack[-1]
            parent = next((p for p, _ in parents if id(p) not in seen), None)
            if parent is None:
                order.append(stack.pop()[0])
            else:
                seen.add(id(parent))
                stack.append((parent, iter(parent.parents)))
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in node.parents:
                parent.grad += slope * node.grad
            if node.parents:
                node.grad = 0.0


def wrong(x):
    result = math.tanh(x.data)
    return Value(result, ((x, 1 - result),))


def right(x):
    result = math.tanh(x.data)
    return Value(result, ((x, 1 - result * result),))
