"""Imports torch, which is installed here, and would let it work.

deserves: error
"""


def tanh(x):
    import torch

    return right(x) if torch else wrong(x)


Value.tanh = tanh
