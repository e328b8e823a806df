"""Sends NaN where JSON has none.

deserves: protocol
"""


def tanh(x):
    text = b'{"id": NaN, "is": "trace"}'
    write(struct.pack("<II", len(text), 0) + text)
    return wrong(x)


Value.tanh = tanh
