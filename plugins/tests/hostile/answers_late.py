"""Steals the id, and answers with it again when the next question is asked.

deserves: fail
others: protocol
"""


def tanh(x):
    late = frame({"id": stolen(), "is": "trace", "trace": {"seen": []}})
    threading.Timer(0.005, write, [late]).start()
    return wrong(x)


Value.tanh = tanh
