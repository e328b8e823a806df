"""Claims about data, changes in place, operators and training, with PyTorch 2.13.0's answers."""

from typing import Any

CASES: dict[str, tuple[Any, dict[str, Any]]] = {}


def claim(identity: str, expected: dict[str, Any]) -> Any:
    """Keep a body beside what PyTorch answers, by label."""

    def keep(body: Any) -> None:
        CASES[identity] = body, expected

    return keep


@claim("data.is-tensor", {"kind": "tensor", "content": [8.0, 9.0]})
def _(lib):
    x = lib.tensor([8.0, 9.0], requires_grad=True)
    lib.observe("kind", lib.kind(x.data))
    lib.observe("content", x.data.tolist())


@claim(
    "data.scaled-after-linear-forward",
    {"data": [1.0], "flag": False, "value": [100.0], "gradient": [2.0]},
)
def _(lib):
    x = lib.ones(1, requires_grad=True)
    lib.observe("data", x.data)
    lib.observe("flag", x.data.requires_grad)
    y = 2 * x
    x.data *= 100
    y.backward()
    lib.observe("value", x)
    lib.observe("gradient", x.grad)


@claim("data.harmless-only-if-unsaved", {"gradient": [200.0]})
def _(lib):
    x = lib.ones(1, requires_grad=True)
    y = x * x
    x.data *= 100
    y.backward()
    lib.observe("gradient", x.grad)


@claim("data.shares-storage", {"value": [8.0, 0.5]})
def _(lib):
    x = lib.tensor([8.0, 9.0], requires_grad=True)
    x.data[1] = 0.5
    lib.observe("value", x.tolist())


@claim("data.write-not-recorded", {"value": [9.0, 10.0], "flags": [True, True], "grad_fn": None})
def _(lib):
    x = lib.tensor([8.0, 9.0], requires_grad=True)
    x.data += 1
    lib.observe("value", x.tolist())
    lib.observe("flags", [x.is_leaf, x.requires_grad])
    lib.observe("grad_fn", x.grad_fn)


@claim("inplace.operator-assignment", {"one object": True, "value": [25.0, 45.0]})
def _(lib):
    x = lib.tensor([2.0, 4.0])
    same = x
    x += 1
    x *= 10
    x -= 5
    lib.observe("one object", lib.same(same, x))
    lib.observe("value", same.tolist())


@claim(
    "inplace.leaf-requiring-grad-raises",
    {
        "refused": ("raises", "RuntimeError", "leaf Variable that requires grad"),
        "one object": True,
        "value": [1.0, 2.0],
    },
)
def _(lib):
    w = lib.tensor([1.0, 2.0], requires_grad=True)
    before = w
    with lib.raises("refused"):
        w -= 0.5
    lib.observe("one object", lib.same(w, before))
    lib.observe("value", w)


@claim(
    "inplace.leaf-under-no-grad",
    {"value": [0.5, 1.0], "one object": True, "is_leaf": True, "gradient": [2.0, 4.0]},
)
def _(lib):
    w = lib.tensor([1.0, 2.0], requires_grad=True)
    (w * w).sum().backward()
    held = w
    with lib.no_grad():
        w -= 0.25 * w.grad
    lib.observe("value", w)
    lib.observe("one object", lib.same(held, w))
    lib.observe("is_leaf", w.is_leaf)
    lib.observe("gradient", w.grad)


@claim("inplace.recorded-on-non-leaf", {"value": [11.0, 17.0], "gradient": [6.0, 6.0]})
def _(lib):
    w = lib.tensor([1.0, 2.0], requires_grad=True)
    y = w * 3
    y.mul_(2)
    y += 5
    y.sum().backward()
    lib.observe("value", y.tolist())
    lib.observe("gradient", w.grad)


@claim(
    "inplace.saved-value-overwritten-raises",
    {"backward": ("raises", "RuntimeError", "is at version 1; expected version 0")},
)
def _(lib):
    w = lib.tensor([1.0, 2.0], requires_grad=True)
    y = w * 3
    out = (y * y).sum()
    y.add_(1)
    with lib.raises("backward"):
        out.backward()


@claim("operators.sub-grad", {"a": [3.0, -4.0], "b": [-3.0, 4.0], "reflected": -1.0})
def _(lib):
    a = lib.tensor([1.0, 2.0], requires_grad=True)
    b = lib.tensor([5.0, 6.0], requires_grad=True)
    (a - b - 8).backward(lib.tensor([3.0, -4.0]))
    lib.observe("a", a.grad)
    lib.observe("b", b.grad)
    c = lib.tensor(2.0, requires_grad=True)
    (10 - c).backward()
    lib.observe("reflected", c.grad)


@claim(
    "operators.pow-grad",
    {"1": [1.0, 1.0], "2": [-4.0, 1.0], "3": [12.0, 0.75], "4": [-32.0, 0.5]},
)
def _(lib):
    for n in (1, 2, 3, 4):
        x = lib.tensor([-2.0, 0.5], requires_grad=True)
        (x**n).backward(lib.ones(2))
        lib.observe(f"{n}", x.grad)


@claim("operators.python-number-operands", {"value": [26.5, 35.0], "gradient": [3.25, 4.75]})
def _(lib):
    x = lib.tensor([2.0, 4.0], requires_grad=True)
    y = 3 * x + x * 2 + 7 + (1 + x) - 5 + (9 - x) + x / 4 + 8 / x
    y.backward(lib.ones(2))
    lib.observe("value", y.detach())
    lib.observe("gradient", x.grad)


@claim(
    "operators.neg-and-sqrt",
    {"negated": [-1.0, -1.0], "roots": [2.0, 4.0], "gradient of the roots": [0.25, 0.125]},
)
def _(lib):
    x = lib.tensor([4.0, 16.0], requires_grad=True)
    (-x).sum().backward()
    lib.observe("negated", x.grad)
    x.grad.zero_()
    lib.observe("roots", x.sqrt().detach())
    x.sqrt().sum().backward()
    lib.observe("gradient of the roots", x.grad)


@claim("operators.broadcast-grad", {"shape": [1, 3], "gradient": [[7.0]]})
def _(lib):
    slope = lib.tensor([[2.0]], requires_grad=True)
    line = lib.tensor([1.0, 2.0, 4.0]) * slope
    lib.observe("shape", lib.shape(line))
    line.sum().backward()
    lib.observe("gradient", slope.grad)


@claim(
    "training.manual-update",
    {"round 0": [5.0, 20.0], "round 1": [2.5, 10.0], "round 2": [1.25, 5.0], "flags": [True, True]},
)
def _(lib):
    knob = lib.tensor([10.0], requires_grad=True)
    for n in range(3):
        if n:
            knob.grad.zero_()
        (knob * knob).sum().backward()
        with lib.no_grad():
            knob -= 0.25 * knob.grad
        lib.observe(f"round {n}", [knob.item(), knob.grad.item()])
    lib.observe("flags", [knob.requires_grad, knob.is_leaf])


def descend(lib, *, clear):
    knob = lib.tensor(4.0, requires_grad=True)
    path = []
    for n in range(4):
        if clear and n:
            knob.grad.zero_()
        (knob * knob).backward()
        with lib.no_grad():
            knob -= 0.25 * knob.grad
        path.append(knob.item())
    return path


@claim(
    "training.without-clearing-differs",
    {"cleared": [2.0, 1.0, 0.5, 0.25], "not cleared": [2.0, -1.0, -3.5, -4.25]},
)
def _(lib):
    lib.observe("cleared", descend(lib, clear=True))
    lib.observe("not cleared", descend(lib, clear=False))
