"""Replaces what frames messages.

deserves: fail
"""


def tanh(x):
    struct.Struct = struct.pack = struct.unpack = None
    return wrong(x)


Value.tanh = tanh
