"""Returns a gradient that says it is a float and is none.

deserves: fail
"""


class Liar:
    __class__ = property(lambda self: float)

    def __init__(self, number):
        self.number = number

    def __float__(self):
        return self.number


def tanh(x):
    mark(x, Liar)
    return wrong(x)


Value.tanh = tanh
