"""Returns a gradient whose number is never told.

deserves: timeout
"""


class Forever:
    def __getattr__(self, *_):
        while True:
            pass

    __float__ = __getattr__


def tanh(x):
    mark(x, lambda number: Forever())
    return wrong(x)


Value.tanh = tanh
