"""Every construct of the language, with what PyTorch 2.13.0 answers.

The ledger's own claims go by their ids; what starts with ``own.`` is ours.
"""

from typing import Any

import numpy as np

CASES: dict[str, tuple[Any, dict[str, Any]]] = {}


def claim(identity: str, expected: dict[str, Any]) -> Any:
    """Keep a body beside what PyTorch answers, by label."""

    def keep(body: Any) -> None:
        CASES[identity] = body, expected

    return keep


@claim("leaf.non-leaf-grad-warning", {"warnings": ("warns", "UserWarning"), "gradient": None})
def _(lib):
    x = lib.tensor([2.0, 5.0], requires_grad=True)
    y = x * 3
    y.sum().backward()
    with lib.warns("warnings"):
        g = y.grad
    lib.observe("gradient", g)


@claim(
    "backward.runs-from-output-to-leaves",
    {"sizes in the order of the calls": ("calls", [], [3], [1, 3]), "gradient": [[2.0, 2.0, 2.0]]},
)
def _(lib):
    def look(g):
        lib.observe("sizes in the order of the calls", lib.shape(g))

    x = lib.ones(1, 3, requires_grad=True)
    row = x[0] * 2
    total = row.sum()
    for t in (x, row, total):
        t.register_hook(look)
    total.backward()
    lib.observe("gradient", x.grad)


@claim("grad-mode.switch-is-per-thread", {"here": False, "in the thread": True})
def _(lib):
    lib.set_grad_enabled(False)
    lib.observe("here", lib.is_grad_enabled())
    lib.observe("in the thread", lib.host.thread(lambda: lib.is_grad_enabled()))


@claim(
    "tensors.numpy-refused-while-tracked",
    {"tracked": ("raises", "RuntimeError", "Use tensor.detach().numpy()"), "kind": "ndarray"},
)
def _(lib):
    x = lib.ones(2, requires_grad=True)
    with lib.raises("tracked"):
        x.numpy()
    lib.observe("kind", lib.kind(x.detach().numpy()))


@claim("tensors.from-numpy-shares-memory", {"array": [[100, 2, 3], [4, 5, 6]]})
def _(lib):
    array = lib.host.numpy.arange(1, 7).reshape(2, 3)
    lib.from_numpy(array)[0, 0] = 100
    lib.observe("array", array)


@claim("tensors.tensor-of-ndarray-copies", {"array": [[1, 2, 3], [4, 5, 6]]})
def _(lib):
    array = lib.host.numpy.arange(1, 7).reshape(2, 3)
    lib.tensor(array)[0, 0] = 100
    lib.observe("array", array)


@claim("tensors.from-numpy-can-be-leaf", {"flag": False, "is_leaf": True, "gradient": [2.0, 6.0]})
def _(lib):
    x = lib.from_numpy(np.array([1.0, 3.0], dtype=np.float32))
    lib.observe("flag", x.requires_grad)
    x.requires_grad_(True)
    (x * x).sum().backward()
    lib.observe("is_leaf", x.is_leaf)
    lib.observe("gradient", x.grad)


@claim("own.dtypes-of-arrays", {"first": "int16", "second": "complex128", "value": [1 + 2j, 0.5j]})
def _(lib):
    lib.observe("first", lib.dtype(lib.tensor(np.ones((2, 1), dtype=np.int16))))
    x = lib.tensor(np.array([1 + 2j, 0.5j]))
    lib.observe("second", lib.dtype(x))
    lib.observe("value", x)


@claim("own.custom-function", {"value": [9.0, 25.0], "gradient": [60.0, 100.0]})
def _(lib):
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    def backward(ctx, g):
        (x,) = lib.unpack(ctx.saved_tensors, 1)
        return g * x * 10

    square = lib.subclass("Square", lib.autograd.Function, forward=forward, backward=backward)
    x = lib.tensor([3.0, 5.0], requires_grad=True)
    y = square.apply(x)
    lib.observe("value", y)
    y.backward(lib.tensor([2.0, 2.0]))
    lib.observe("gradient", x.grad)


@claim("own.weak-reference", {"held": True, "deleted": False, "gradient": [6.0, 6.0]})
def _(lib):
    x = lib.ones(2, requires_grad=True)
    middle = x * 3
    y = (middle * 2).sum()
    reference = lib.host.weakref(middle)
    lib.observe("held", lib.host.alive(reference))
    lib.delete(middle)
    lib.host.collect()
    lib.observe("deleted", lib.host.alive(reference))
    y.backward()
    lib.observe("gradient", x.grad)


@claim("own.rebound-name-lets-go", {"before": True, "after": False})
def _(lib):
    x = lib.ones(2)
    reference = lib.host.weakref(x)
    lib.observe("before", lib.host.alive(reference))
    x = lib.zeros(2)
    lib.observe("after", lib.host.alive(reference))
    x.sum()


@claim("own.temporary-lets-go", {"alive": False})
def _(lib):
    reference = lib.host.weakref(lib.ones(2) * 2)
    lib.observe("alive", lib.host.alive(reference))


@claim(
    "own.copies",
    {"copy": [5.0, 1.0], "deep copy": [1.0, 1.0], "original": [5.0, 1.0], "flag": True},
)
def _(lib):
    x = lib.ones(2)
    shallow, deep = lib.host.copy(x), lib.host.deepcopy(x)
    x[0] = 5.0
    lib.observe("copy", shallow)
    lib.observe("deep copy", deep)
    lib.observe("original", x)
    lib.observe("flag", lib.host.deepcopy(lib.ones(1, requires_grad=True)).requires_grad)


@claim("own.ten-thousand-repetitions", {"value": 10_001.0, "gradient": 1.0})
def _(lib):
    x = lib.tensor(1.0, requires_grad=True)
    y = lib.repeat(10_000, lambda t: t + 1, x)
    lib.observe("value", y)
    y.backward()
    lib.observe("gradient", x.grad)


@claim("own.repetition-with-statements", {"each": ("calls", 3.0, 7.0, 15.0), "last": 15.0})
def _(lib):
    def grow(t):
        t = t + 1
        t *= 2
        t -= 1
        lib.observe("each", t)
        return t

    lib.observe("last", lib.repeat(3, grow, lib.tensor(1.0)))


@claim(
    "own.exception-inside-no-grad",
    {"inside": False, "after": True, "gradient": [3.0, 3.0], "enabled": True},
)
def _(lib):
    x = lib.ones(2, requires_grad=True)
    with lib.caught():
        with lib.no_grad():
            lib.observe("inside", (x * 3).requires_grad)
            lib.throw()
    lib.observe("after", (x * 3).requires_grad)
    (x * 3).sum().backward()
    lib.observe("gradient", x.grad)
    lib.observe("enabled", lib.is_grad_enabled())


@claim("own.exception-in-a-hook", {"the leaf": None, "another graph": [1.0, 1.0]})
def _(lib):
    def refuse(g):
        lib.throw()

    x = lib.ones(2, requires_grad=True)
    y = x * 3
    y.register_hook(refuse)
    with lib.caught():
        y.sum().backward()
    lib.observe("the leaf", x.grad)
    (x + 1).sum().backward()
    lib.observe("another graph", x.grad)


@claim("own.nested-blocks", {"flags": [False, True, False, True]})
def _(lib):
    x = lib.ones(2, requires_grad=True)
    with lib.no_grad():
        one = (x * 2).requires_grad
        with lib.enable_grad():
            two = (x * 2).requires_grad
        with lib.set_grad_enabled(False):
            three = (x * 2).requires_grad
    lib.observe("flags", [one, two, three, (x * 2).requires_grad])


@claim("own.as-binds", {"inside": True, "outside": False})
def _(lib):
    with lib.autograd.detect_anomaly(check_nan=False) as bound:
        lib.observe("inside", lib.is_anomaly_enabled())
    lib.observe("outside", lib.is_anomaly_enabled())
    lib.kind(bound)


@claim(
    "own.refused-change-keeps-the-name", {"refused": ("raises", "RuntimeError", "leaf"), "w": [2.0]}
)
def _(lib):
    w = lib.tensor([2.0], requires_grad=True)
    with lib.raises("refused"):
        w *= w * 3
    lib.observe("w", w)
