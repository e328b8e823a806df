"""Raises KeyboardInterrupt, as if the grader's owner had given up.

deserves: error
"""


def tanh(x):
    raise KeyboardInterrupt


Value.tanh = tanh
