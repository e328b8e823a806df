"""Raises NotImplementedError instead of being wrong.

deserves: missing
"""


def tanh(x):
    raise NotImplementedError


Value.tanh = tanh
