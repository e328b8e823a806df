"""Writes into the pipe for ever.

deserves: protocol
"""


def tanh(x):
    while True:
        write(b" " * 65536)


Value.tanh = tanh
