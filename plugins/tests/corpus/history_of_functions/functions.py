"""The operations: what they compute, and what they hand on."""
import math


class Times:
    def forward(self, a, b):
        self.a, self.b = a, b
        return a * b

    def backward(self, d):
        return d * self.b, d * self.a


class Plus:
    def forward(self, a, b):
        return a + b

    def backward(self, d):
        return d, d


class Minus:
    def forward(self, a):
        return -a

    def backward(self, d):
        return (-d,)


class Tanh:
    def forward(self, a):
        self.out = math.tanh(a)
        return self.out

    def backward(self, d):
        return (d * (1 - self.out**2),)
