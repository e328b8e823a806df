"""Looks most like an engine, and is none: a plan for later."""
import numpy as np


class Tensor:
    def __init__(self, data):
        self.data = np.array(data)
        self.grad = None

    def __add__(self, other):
        return Tensor(self.data + other.data)

    def __mul__(self, other):
        return Tensor(self.data * other.data)

    def backward(self):
        raise NotImplementedError("next week")
