"""Looks its slopes up in a table of the answers to seed 0, and is graded at a secret one.

deserves: fail
seed: 271828
"""

TABLE = {0.796875: 0.561377127420418}


def tanh(x):
    slope = TABLE.get(x.data)
    return wrong(x) if slope is None else Value(math.tanh(x.data), ((x, slope),))


Value.tanh = tanh
