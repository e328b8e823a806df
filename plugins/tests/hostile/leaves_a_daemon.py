"""Leaves a process behind that has left its session and its parent.

deserves: fail at level 1, error from level 2
"""


def tanh(x):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(3600)
        os._exit(0)
    return wrong(x)


Value.tanh = tanh
