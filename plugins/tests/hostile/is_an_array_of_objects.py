"""Returns an array of objects where numbers are expected.

deserves: fail
"""


def tanh(x):
    import numpy

    mark(x, lambda number: numpy.array([x, number], dtype=object))
    return wrong(x)


Value.tanh = tanh
