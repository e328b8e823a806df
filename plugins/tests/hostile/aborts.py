"""Aborts, as an assertion in C does.

deserves: crash
"""


def tanh(x):
    os.abort()


Value.tanh = tanh
