"""Replaces len and isinstance for everybody in the process.

deserves: crash
"""


def tanh(x):
    builtins.len = lambda _: 0
    builtins.isinstance = lambda *_: True
    return wrong(x)


Value.tanh = tanh
