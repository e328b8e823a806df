"""Blocks all signals, switches the alarm off, and loops.

deserves: timeout
"""


def tanh(x):
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
    signal.alarm(0)
    while True:
        pass


Value.tanh = tanh
