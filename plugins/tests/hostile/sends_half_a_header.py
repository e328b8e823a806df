"""Sends a header that is cut off in the middle.

deserves: protocol
"""


def tanh(x):
    write(struct.pack("<II", 2, 0) + b'{"')
    return wrong(x)


Value.tanh = tanh
