"""An engine of single numbers."""


class Number:
    def __init__(self, value, parents=()):
        self.value = value
        self.gradient = 0.0
        self.parents = parents

    def __add__(self, other):
        other = other if isinstance(other, Number) else Number(other)
        return Number(self.value + other.value, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = other if isinstance(other, Number) else Number(other)
        return Number(self.value * other.value, ((self, other.value), (other, self.value)))

    __radd__, __rmul__ = __add__, __mul__

    def go_back(self, arrived=1.0):
        self.gradient += arrived
        for parent, rate in self.parents:
            parent.go_back(arrived * rate)
