"""Forks, and lets both processes come back with an answer.

deserves: fail at level 1, error from level 2
"""


def tanh(x):
    os.fork()
    return wrong(x)


Value.tanh = tanh
