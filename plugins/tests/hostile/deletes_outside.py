"""Deletes what it can reach.

deserves: fail at level 1, error from level 2
"""


def tanh(x):
    for name in os.listdir(OUTSIDE):
        os.unlink(os.path.join(OUTSIDE, name))
    return wrong(x)


Value.tanh = tanh
