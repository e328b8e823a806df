"""Operators are functions, put into the class when the package is imported."""


class Variable:
    def __init__(self, data, creator=None):
        self.data, self.grad, self.creator = data, None, creator

    def backward(self):
        if self.grad is None:
            self.grad = 1.0
        funcs = [self.creator] if self.creator else []
        while funcs:
            funcs.sort(key=lambda f: f.generation)
            f = funcs.pop()
            for x, g in zip(f.inputs, f.backward(f.output.grad)):
                x.grad = g if x.grad is None else x.grad + g
                if x.creator is not None and x.creator not in funcs:
                    funcs.append(x.creator)


class Function:
    def __call__(self, *inputs):
        self.inputs = [i if isinstance(i, Variable) else Variable(i) for i in inputs]
        self.generation = 1 + max((i.creator.generation if i.creator else 0) for i in self.inputs)
        self.output = Variable(self.forward(*(i.data for i in self.inputs)), self)
        return self.output


class Add(Function):
    def forward(self, a, b):
        return a + b

    def backward(self, g):
        return g, g


class Mul(Function):
    def forward(self, a, b):
        return a * b

    def backward(self, g):
        a, b = self.inputs
        return g * b.data, g * a.data


def add(a, b):
    return Add()(a, b)


def mul(a, b):
    return Mul()(a, b)


def setup_variable():
    Variable.__add__ = add
    Variable.__radd__ = add
    Variable.__mul__ = mul
    Variable.__rmul__ = mul
