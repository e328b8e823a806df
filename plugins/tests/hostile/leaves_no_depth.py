"""Leaves hardly a frame to whoever goes on in its process.

deserves: fail
"""


def depth():
    frame, count = sys._getframe(), 0
    while frame is not None:
        frame, count = frame.f_back, count + 1
    return count


def tanh(x):
    sys.setrecursionlimit(depth() + 3)
    return wrong(x)


Value.tanh = tanh
