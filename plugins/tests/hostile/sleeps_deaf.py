"""Ignores every signal that can be ignored, and sleeps.

deserves: timeout
"""


def tanh(x):
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    while True:
        time.sleep(60)


Value.tanh = tanh
