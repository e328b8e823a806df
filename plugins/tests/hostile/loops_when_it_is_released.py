"""Loops without end when a value is released.

deserves: timeout
"""


class Bomb(Value):
    def __del__(self):
        while True:
            pass


def tanh(x):
    made = wrong(x)
    return Bomb(made.data, made.parents)


Value.tanh = tanh
