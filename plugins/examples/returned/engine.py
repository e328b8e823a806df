"""An engine that returns gradients instead of storing them."""

import numpy as np


class Variable:
    def __init__(self, array, parents=()):
        self.array = np.asarray(array, dtype=np.float64)
        self.parents = parents

    def __add__(self, other):
        other = other if isinstance(other, Variable) else Variable(other)
        return Variable(self.array + other.array, ((self, lambda g: g), (other, lambda g: g)))

    def __mul__(self, other):
        other = other if isinstance(other, Variable) else Variable(other)
        parents = ((self, lambda g: g * other.array), (other, lambda g: g * self.array))
        return Variable(self.array * other.array, parents)

    __radd__, __rmul__ = __add__, __mul__


def total(x):
    return Variable(x.array.sum(), ((x, lambda g: np.broadcast_to(g, x.array.shape)),))


def gradients(result, variables):
    found = [np.zeros_like(x.array) for x in variables]
    waiting = [(result, np.ones_like(result.array))]
    while waiting:
        node, g = waiting.pop()
        while g.ndim > node.array.ndim:
            g = g.sum(0)
        for place, x in enumerate(variables):
            if x is node:
                found[place] = found[place] + g
        waiting += [(parent, rate(g)) for parent, rate in node.parents]
    return found
