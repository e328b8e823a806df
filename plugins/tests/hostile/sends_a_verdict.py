"""Steals the id, and sends the word pass in case somebody believes it.

deserves: protocol
"""


def tanh(x):
    write(frame({"id": stolen(), "is": "pass"}))
    return wrong(x)


Value.tanh = tanh
