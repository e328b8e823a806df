"""Raises an exception that raises when somebody wants to know what it says.

deserves: error
"""


class Mute(Exception):
    def __str__(self):
        raise self

    __repr__ = __str__


def tanh(x):
    raise Mute


Value.tanh = tanh
