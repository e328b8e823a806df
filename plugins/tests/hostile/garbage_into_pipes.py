"""Writes bytes that mean nothing into every pipe.

deserves: protocol
"""


def tanh(x):
    write(b"\0" * 64)
    return wrong(x)


Value.tanh = tanh
