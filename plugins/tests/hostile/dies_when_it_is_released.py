"""Ends the process when a value is released.

deserves: crash
"""


class Bomb(Value):
    def __del__(self):
        os._exit(0)


def tanh(x):
    made = wrong(x)
    return Bomb(made.data, made.parents)


Value.tanh = tanh
