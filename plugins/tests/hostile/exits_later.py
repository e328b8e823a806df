"""Ends the process from a thread, when nobody has asked it anything.

deserves: fail
"""


def tanh(x):
    threading.Timer(0.02, os._exit, [0]).start()
    return wrong(x)


Value.tanh = tanh
