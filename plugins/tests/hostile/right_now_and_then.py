"""Is right every second time that it is asked.

deserves: fail
"""

ASKED = []


def tanh(x):
    ASKED.append(x)
    return right(x) if len(ASKED) % 2 else wrong(x)


Value.tanh = tanh
