"""Announces a message of four gigabytes.

deserves: protocol
"""


def tanh(x):
    write(b"\xff" * 64)
    return wrong(x)


Value.tanh = tanh
