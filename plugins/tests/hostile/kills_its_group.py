"""Kills its own process group.

deserves: crash
"""


def tanh(x):
    os.killpg(0, signal.SIGKILL)


Value.tanh = tanh
