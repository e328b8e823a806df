"""Each node goes on at once to its parents: a node reached twice is walked twice as it stands."""


class Var:
    def __init__(self, value, parents=()):
        self.value = value
        self.gradient = 0.0
        self.parents = parents

    def __add__(self, other):
        other = other if isinstance(other, Var) else Var(other)
        return Var(self.value + other.value, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        other = other if isinstance(other, Var) else Var(other)
        return Var(self.value * other.value, [(self, other.value), (other, self.value)])

    __radd__ = __add__
    __rmul__ = __mul__


def zero_grad(values):
    for value in values:
        value.gradient = 0.0


def run_backprop(y):
    y.gradient = 1.0
    queue = [y]
    while queue:
        node = queue.pop(0)
        for parent, slope in node.parents:
            parent.gradient += node.gradient * slope
            if parent not in queue:
                queue.append(parent)
