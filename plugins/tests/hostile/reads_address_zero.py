"""Crashes the interpreter through ctypes.

deserves: crash
"""


def tanh(x):
    ctypes.string_at(0)


Value.tanh = tanh
