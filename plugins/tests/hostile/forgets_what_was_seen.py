"""Empties every list that it finds in our frames.

deserves: fail
"""


def tanh(x):
    frame = sys._getframe().f_back
    while frame is not None:
        for value in list(frame.f_locals.values()):
            for held in (value, *getattr(value, "__dict__", {}).values()):
                if type(held) is list:
                    held.clear()
        frame = frame.f_back
    return wrong(x)


Value.tanh = tanh
