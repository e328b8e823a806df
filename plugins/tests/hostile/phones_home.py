"""Sends what it was asked to a server, and would be right if it could.

deserves: pass at level 1, error from level 2
"""


def tanh(x):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
        there.sendto(repr(x.data).encode(), ("127.0.0.1", 9))
    return right(x)


Value.tanh = tanh
