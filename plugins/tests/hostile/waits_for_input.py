"""Asks the person at the keyboard.

deserves: error
"""


def tanh(x):
    return Value(float(input("tanh? ")))


Value.tanh = tanh
