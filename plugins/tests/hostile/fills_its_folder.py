"""Writes a file that never ends, until the system refuses.

deserves: error
"""


def tanh(x):
    with open("big", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 1 << 42)


Value.tanh = tanh
