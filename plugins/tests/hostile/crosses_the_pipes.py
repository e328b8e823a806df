"""Puts one pipe where every other was.

deserves: protocol
"""


def tanh(x):
    found = list(pipes())
    for one in found:
        os.dup2(found[0], one)
    return wrong(x)


Value.tanh = tanh
