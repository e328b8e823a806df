"""Asks for more memory than there is, in one piece.

deserves: memory
"""


def tanh(x):
    return len(bytearray(1 << 60))


Value.tanh = tanh
