import math


def tanh_of(x):
    return math.tanh(x)
