"""Replaces what our code seeds before every program.

deserves: fail
"""


def broken(*_):
    raise SystemExit(0)


def tanh(x):
    import random

    random.seed = broken
    return wrong(x)


Value.tanh = tanh
