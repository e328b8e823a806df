"""Ends the process with exit status 0 in the middle of a program.

deserves: crash
"""


def tanh(x):
    os._exit(0)


Value.tanh = tanh
