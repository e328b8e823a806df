from typing import Protocol


class Tensor(Protocol):
    data: float
    grad: float

    def __add__(self, other): ...
    def __mul__(self, other): ...
    def backward(self): ...
