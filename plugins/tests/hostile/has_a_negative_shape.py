"""Returns a gradient that claims a shape of -1 and a buffer of nothing.

deserves: fail
"""


class Shaped:
    shape, strides, dtype, ndim, size = (-1,), (-8,), "float64", 1, -1
    __array_interface__ = {"shape": (-1,), "typestr": "<f8", "data": (0, False), "version": 3}

    def tobytes(self):
        return b""


def tanh(x):
    mark(x, lambda number: Shaped())
    return wrong(x)


Value.tanh = tanh
