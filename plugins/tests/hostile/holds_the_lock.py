"""Loops inside C code that never lets another thread run.

deserves: timeout
"""


def tanh(x):
    return re.match("(a+)+$", "a" * 64 + "b")


Value.tanh = tanh
