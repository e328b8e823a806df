"""Starts children that sleep for an hour.

deserves: fail at level 1, error from level 2
"""


def tanh(x):
    for _ in range(20):
        if os.fork() == 0:
            time.sleep(3600)
            os._exit(0)
    return wrong(x)


Value.tanh = tanh
