"""Eats memory, and catches the error that says so.

deserves: timeout
"""


def tanh(x):
    kept = []
    while True:
        with contextlib.suppress(MemoryError):
            kept.append(bytes(1 << 27))


Value.tanh = tanh
