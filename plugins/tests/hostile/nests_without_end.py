"""Sends a header nested a hundred thousand times.

deserves: protocol
"""


def tanh(x):
    text = b"[" * 100_000
    write(struct.pack("<II", len(text), 0) + text)
    return wrong(x)


Value.tanh = tanh
