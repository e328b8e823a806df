"""Refuses whatever anybody in the process does, by an audit hook.

deserves: crash
"""


def refuse(event, arguments):
    raise RuntimeError(event)


def tanh(x):
    sys.addaudithook(refuse)
    return wrong(x)


Value.tanh = tanh
