"""Raises SystemExit(0), hoping that a clean end counts as a pass.

deserves: error
"""


def tanh(x):
    raise SystemExit(0)


Value.tanh = tanh
