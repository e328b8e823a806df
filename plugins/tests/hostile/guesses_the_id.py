"""Sends an answer under an id that it made up.

deserves: protocol
"""


def tanh(x):
    write(frame({"id": "0" * 16, "is": "trace", "trace": {"seen": []}}))
    return wrong(x)


Value.tanh = tanh
