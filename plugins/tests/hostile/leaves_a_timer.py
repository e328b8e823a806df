"""Leaves a timer behind that ends the process while somebody else is asked.

deserves: fail
"""


def tanh(x):
    signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.02)
    return wrong(x)


Value.tanh = tanh
