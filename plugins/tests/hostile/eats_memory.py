"""Appends to a list for ever.

deserves: memory
"""


def tanh(x):
    kept = []
    while True:
        kept.append(bytes(1 << 27))


Value.tanh = tanh
