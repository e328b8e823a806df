"""Replaces os.write by a function that says nothing and claims success.

deserves: timeout
"""


def tanh(x):
    os.write = lambda descriptor, data: len(data)
    return wrong(x)


Value.tanh = tanh
