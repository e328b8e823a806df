"""A small autograd engine on NumPy, as a student would hand it in. It has three bugs."""

import contextlib

import numpy as np

_recording = True


@contextlib.contextmanager
def no_grad():
    global _recording
    before = _recording
    _recording = False
    yield
    _recording = before


class set_grad_enabled:
    def __init__(self, mode):
        global _recording
        self.before, _recording = _recording, mode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        global _recording
        _recording = self.before


def is_grad_enabled():
    return _recording


class Tensor:
    def __init__(self, data, requires_grad=False, parents=(), backward_rule=None):
        self.data = np.array(data, dtype=np.float32)
        self.requires_grad = requires_grad
        self.grad = None
        self.parents = parents
        self.backward_rule = backward_rule
        self.freed = False

    def __repr__(self):
        return f"Tensor({self.data})"

    @property
    def shape(self):
        return self.data.shape

    @property
    def is_leaf(self):
        return self.backward_rule is None

    def requires_grad_(self, flag=True):
        if not self.is_leaf and not flag:
            raise RuntimeError("only a leaf can be switched off")
        self.requires_grad = flag
        return self

    def detach(self):
        cut = Tensor(0.0)
        cut.data = self.data
        return cut

    def item(self):
        return self.data.item()

    def zero_(self):
        self.data[...] = 0.0
        return self

    def __iadd__(self, other):
        return self._change(np.add, other)

    def __isub__(self, other):
        return self._change(np.subtract, other)

    def __imul__(self, other):
        return self._change(np.multiply, other)

    def _change(self, operation, other):
        if self.requires_grad and _recording:
            if self.is_leaf:
                raise RuntimeError("a leaf that requires grad can't be changed in place")
            raise NotImplementedError("changes in place are not recorded")
        operation(self.data, _wrap(other).data, out=self.data)
        return self

    def __add__(self, other):
        return _make(np.add, lambda g, a, b: (g, g), self, other, saves=False)

    def __mul__(self, other):
        return _make(np.multiply, lambda g, a, b: (g * b.data, g * a.data), self, other)

    def __sub__(self, other):
        return _make(np.subtract, lambda g, a, b: (g, -g), self, other, saves=False)

    def __truediv__(self, other):
        rule = lambda g, a, b: (g / b.data, -g * a.data / b.data**2)
        return _make(np.divide, rule, self, other)

    def __pow__(self, power):
        rule = lambda g, a: (g * power * a.data ** (power - 1) if power else 0 * g,)
        return _make(lambda a: a**power, rule, self)

    def __neg__(self):
        return _make(np.negative, lambda g, a: (-g,), self, saves=False)

    def __matmul__(self, other):
        def rule(g, a, b):
            rows = a.data.reshape(-1, a.shape[-1])
            columns = b.data.reshape(b.shape[0], -1)
            g = g.reshape(len(rows), -1)
            return (g @ columns.T).reshape(a.shape), (rows.T @ g).reshape(b.shape)

        return _make(np.matmul, rule, self, other)

    def __getitem__(self, key):
        def rule(g, a):
            whole = np.zeros(a.shape, dtype=np.float32)
            np.add.at(whole, key, g)
            return (whole,)

        return _make(lambda a: a[key], rule, self, saves=False)

    def exp(self):
        return _make(np.exp, lambda g, a: (g * np.exp(a.data),), self)

    def log(self):
        return _make(np.log, lambda g, a: (g / a.data,), self)

    def sqrt(self):
        return _make(np.sqrt, lambda g, a: (g / (2 * np.sqrt(a.data)),), self)

    def tanh(self):
        return _make(np.tanh, lambda g, a: (g * (1 - np.tanh(a.data) ** 2),), self)

    def relu(self):
        return _make(lambda a: np.maximum(a, 0), lambda g, a: (g * (a.data > 0),), self)

    def abs(self):
        return _make(np.abs, lambda g, a: (g * np.sign(a.data),), self)

    def sigmoid(self):
        curve = lambda a: (1 + np.tanh(a / 2)) / 2
        return _make(curve, lambda g, a: (g * curve(a.data) * curve(-a.data),), self)

    def sum(self, dim=None, keepdim=False):
        def rule(g, a):
            if dim is not None and not keepdim:
                g = np.expand_dims(g, dim)
            return (np.broadcast_to(g, a.shape),)

        return _make(lambda a: a.sum(axis=dim, keepdims=keepdim), rule, self, saves=False)

    def mean(self, dim=None, keepdim=False):
        total = self.sum(dim, keepdim)
        return total * (total.data.size / self.data.size)

    def max(self):
        rule = lambda g, a: (g * (a.data == a.data.max()) / np.sum(a.data == a.data.max()),)
        return _make(np.max, rule, self)

    def reshape(self, *shape):
        return _make(lambda a: a.reshape(shape), lambda g, a: (g.reshape(a.shape),), self, saves=False)

    view = reshape

    def transpose(self, first, second):
        turn = lambda a: np.swapaxes(a, first, second)
        return _make(turn, lambda g, a: (turn(g),), self, saves=False)

    def permute(self, *order):
        back = np.argsort(order)
        turn = lambda a: np.transpose(a, order)
        return _make(turn, lambda g, a: (np.transpose(g, back),), self, saves=False)

    def t(self):
        return self.transpose(0, 1)

    T = property(t)

    def clone(self):
        return _make(np.copy, lambda g, a: (g,), self, saves=False)

    def __gt__(self, other):
        return Tensor(self.data > _wrap(other).data)

    def tolist(self):
        return self.data.tolist()

    def dot(self, other):
        return self @ other

    matmul = __matmul__
    __radd__ = __add__
    __rmul__ = __mul__
    __rsub__ = __sub__

    def __rtruediv__(self, other):
        return _wrap(other) / self

    def backward(self, gradient=None, retain_graph=False):
        if not self.requires_grad:
            raise RuntimeError("nothing was recorded for this tensor")
        if gradient is None:
            if self.data.size != 1:
                raise RuntimeError("a gradient is needed for more than one number")
            gradient = Tensor(np.ones_like(self.data))
        if gradient.shape != self.shape:
            raise RuntimeError(f"the gradient has shape {gradient.shape}, not {self.shape}")
        order = _order(self)
        for node in order:
            if node.freed:
                raise RuntimeError("backward through a graph that was freed")
        arrived = {id(self): gradient.data}
        for node in order:
            if node.is_leaf:
                _store(node, arrived[id(node)])
                continue
            shares = node.backward_rule(arrived[id(node)])
            for parent, share in zip(node.parents, shares):
                if parent.requires_grad:
                    arrived[id(parent)] = _fit(share, parent.shape)
            node.freed = node.saves and not retain_graph


def _wrap(value):
    return value if isinstance(value, Tensor) else Tensor(value)


def _make(operation, rule, *values, saves=True):
    inputs = tuple(_wrap(value) for value in values)
    data = operation(*(i.data for i in inputs))
    if not (_recording and any(i.requires_grad for i in inputs)):
        return Tensor(data)
    result = Tensor(data, True, inputs, lambda g: rule(g, *inputs))
    result.saves = saves
    return result


def _store(leaf, share):
    if leaf.grad is None:
        leaf.grad = Tensor(np.zeros(leaf.shape))
    leaf.grad.data = leaf.grad.data + share


def _fit(share, shape):
    while share.ndim > len(shape):
        share = share.sum(axis=0)
    for axis, side in enumerate(shape):
        if side == 1 and share.shape[axis] != 1:
            share = share.sum(axis=axis, keepdims=True)
    return share


def _order(root):
    """Sort the graph so that every node comes before its parents."""
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((p, False) for p in node.parents if p.requires_grad)
    return order[::-1]
