from engine_of_mine import Value


class Layer:
    def __init__(self, size):
        self.weights = [0.5] * size

    def backward(self, upstream):
        return [w * upstream for w in self.weights]


class Relu(Layer):
    def __add__(self, other):
        return [self, other]


class Loss:
    def __init__(self, predicted, wanted):
        self.predicted, self.wanted = predicted, wanted

    def __add__(self, other):
        return Loss(self.predicted, other)

    def __mul__(self, factor):
        return Loss(self.predicted, factor)

    def backward(self):
        return self.predicted - self.wanted
