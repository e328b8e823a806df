"""Steals the id, and answers that there was nothing to be observed.

deserves: fail
others: protocol
"""


def tanh(x):
    write(frame({"id": stolen(), "is": "trace", "trace": {"seen": []}}))
    return wrong(x)


Value.tanh = tanh
