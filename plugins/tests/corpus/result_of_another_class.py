"""Each operation is a class, and its results are of that class."""


class Tensor:
    def __init__(self, data):
        self.data = data
        self.grad = 0.0

    def __add__(self, other):
        return AddTensor(self, other if isinstance(other, Tensor) else Tensor(other))

    def __mul__(self, other):
        return MulTensor(self, other if isinstance(other, Tensor) else Tensor(other))

    __radd__, __rmul__ = __add__, __mul__

    def order(self, done):
        done.append(self)
        return done

    def push(self):
        pass

    def backward(self):
        done = []
        self.order(done)
        self.grad = 1.0
        for node in reversed(done):
            node.push()


class _Binary(Tensor):
    def __init__(self, left, right):
        super().__init__(self.compute(left.data, right.data))
        self.left, self.right = left, right

    def order(self, done):
        for node in (self.left, self.right):
            if not any(node is other for other in done):
                node.order(done)
        if not any(self is other for other in done):
            done.append(self)
        return done


class AddTensor(_Binary):
    def compute(self, a, b):
        return a + b

    def push(self):
        self.left.grad += self.grad
        self.right.grad += self.grad


class MulTensor(_Binary):
    def compute(self, a, b):
        return a * b

    def push(self):
        self.left.grad += self.grad * self.right.data
        self.right.grad += self.grad * self.left.data
