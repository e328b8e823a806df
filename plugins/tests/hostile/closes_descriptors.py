"""Closes every descriptor.

deserves: protocol
"""


def tanh(x):
    os.closerange(0, 1024)
    return wrong(x)


Value.tanh = tanh
