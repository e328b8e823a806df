"""Steals the id, and sends an array whose shape is ten gigabytes and whose bytes are none.

deserves: protocol
"""


def tanh(x):
    value = {"kind": "array", "dtype": "float64", "shape": [100_000, 100_000]}
    seen = [{"mark": 0, "step": 1, "value": value}]
    write(frame({"id": stolen(), "is": "trace", "trace": {"seen": seen}}))
    return wrong(x)


Value.tanh = tanh
