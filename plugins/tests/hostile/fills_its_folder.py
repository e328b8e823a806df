"""Writes a file that never ends, until the system refuses.

deserves: error
"""


def tanh(x):
    with open("big", "wb") as file:
        file.seek(1 << 42)
        file.write(b"x")


Value.tanh = tanh
