"""Replaces itself by a program that does nothing, with success.

deserves: crash at level 1, error from level 2
"""


def tanh(x):
    os.execv("/bin/true", ["true"])


Value.tanh = tanh
