"""Forks by the C library, without Python's knowledge.

deserves: fail
"""


def tanh(x):
    libc = ctypes.CDLL(None)
    if libc.fork() == 0:
        libc.sleep(3600)
        os._exit(0)
    return wrong(x)


Value.tanh = tanh
