"""Returns an array of ten billion numbers that takes no memory where it is.

deserves: fail
"""


def tanh(x):
    import numpy

    mark(x, lambda number: numpy.broadcast_to(numpy.float64(number), (100_000, 100_000)))
    return wrong(x)


Value.tanh = tanh
