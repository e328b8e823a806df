"""Returns a gradient that is another number each time that it is read.

deserves: fail
"""


class Fickle:
    def __float__(self):
        return time.perf_counter()


def tanh(x):
    mark(x, lambda number: Fickle())
    return wrong(x)


Value.tanh = tanh
