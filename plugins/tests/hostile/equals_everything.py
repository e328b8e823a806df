"""Returns gradients that are equal to everything.

deserves: fail
"""


class Equal(float):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    __hash__ = float.__hash__


def tanh(x):
    mark(x, Equal)
    return wrong(x)


Value.tanh = tanh
