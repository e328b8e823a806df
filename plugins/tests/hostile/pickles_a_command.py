"""Returns a gradient that runs a command where it is unpickled.

deserves: fail
"""


class Pickled:
    def __init__(self, number):
        self.number = number

    def __reduce__(self):
        return os.system, (f"touch {OUTSIDE}/unpickled",)


def tanh(x):
    mark(x, Pickled)
    return wrong(x)


Value.tanh = tanh
