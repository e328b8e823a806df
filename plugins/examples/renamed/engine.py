"""An engine of arrays with names of its own."""

import numpy as np


class Node:
    def __init__(self, numbers, wants=False, made_of=()):
        self.numbers = np.asarray(numbers, dtype=np.float64)
        self.wants = wants or any(node.wants for node, _ in made_of)
        self.slope = None
        self.made_of = made_of

    def __add__(self, other):
        other = other if isinstance(other, Node) else Node(other)
        return Node(self.numbers + other.numbers, made_of=((self, _same), (other, _same)))

    def __mul__(self, other):
        other = other if isinstance(other, Node) else Node(other)
        made_of = ((self, lambda g: g * other.numbers), (other, lambda g: g * self.numbers))
        return Node(self.numbers * other.numbers, made_of=made_of)

    __radd__, __rmul__ = __add__, __mul__

    def total(self, along=None):
        def spread(g):
            wide = g if along is None else np.expand_dims(g, along)
            return np.broadcast_to(wide, self.numbers.shape)

        return Node(self.numbers.sum(along), made_of=((self, spread),))

    def work_back(self, upstream=None):
        waiting = [(self, np.ones_like(self.numbers) if upstream is None else upstream.numbers)]
        while waiting:
            node, g = waiting.pop()
            while g.ndim > node.numbers.ndim:
                g = g.sum(0)
            if not node.made_of and node.wants:
                node.slope = Node(g if node.slope is None else node.slope.numbers + g)
            waiting += [(parent, rate(g)) for parent, rate in node.made_of]


def _same(g):
    return g
