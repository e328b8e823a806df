"""Stops its process, so that it neither answers nor ends.

deserves: timeout
"""


def tanh(x):
    os.kill(os.getpid(), signal.SIGSTOP)


Value.tanh = tanh
