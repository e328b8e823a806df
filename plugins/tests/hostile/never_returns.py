"""Loops without end.

deserves: timeout
"""


def tanh(x):
    while True:
        pass


Value.tanh = tanh
