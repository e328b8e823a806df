"""Kills the process that started it.

deserves: crash at level 1, error from level 2
"""


def tanh(x):
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)


Value.tanh = tanh
