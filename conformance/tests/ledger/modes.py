"""Claims about modes, detach, data, changes in place, operators and training."""

from typing import Any

CASES: dict[str, tuple[Any, dict[str, Any]]] = {}


def claim(identity: str, expected: dict[str, Any]) -> Any:
    """Keep a body beside what PyTorch answers, by label."""

    def keep(body: Any) -> None:
        CASES[identity] = body, expected

    return keep


@claim("grad-mode.requires-grad-off", {"tracked": True, "grad_fn": None, "flag": False})
def _(lib):
    x = lib.tensor([3.0, 5.0], requires_grad=True)
    lib.observe("tracked", lib.text((x / 2).grad_fn) != "None")
    x.requires_grad_(False)
    lib.observe("grad_fn", (x / 2).grad_fn)
    lib.observe("flag", (x / 2).requires_grad)


@claim("grad-mode.no-grad-result", {"outside": True, "inside": False, "grad_fn": None})
def _(lib):
    x = lib.tensor([1.0, 4.0], requires_grad=True)
    lib.observe("outside", (x * x).requires_grad)
    with lib.no_grad():
        y = x * x
        lib.observe("inside", y.requires_grad)
        lib.observe("grad_fn", y.grad_fn)


@claim("grad-mode.tracking-resumes", {"inside": False, "after": True, "result": True})
def _(lib):
    x = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        inside = lib.is_grad_enabled()
    lib.observe("inside", inside)
    lib.observe("after", lib.is_grad_enabled())
    lib.observe("result", (x * 2).requires_grad)


@claim("grad-mode.no-grad-explicit-leaf", {"born": True, "derived": False, "gradient": [3.0, 3.0]})
def _(lib):
    with lib.no_grad():
        x = lib.ones(2, requires_grad=True)
        y = x * 2
    lib.observe("born", x.requires_grad)
    lib.observe("derived", y.requires_grad)
    (x * 3).sum().backward()
    lib.observe("gradient", x.grad)


@claim("grad-mode.no-grad-branch-is-constant", {"gradient": 2.0, "flag": False})
def _(lib):
    x = lib.tensor(1.0, requires_grad=True)
    square = x**2
    with lib.no_grad():
        cube = x**3
    (square + cube).backward()
    lib.observe("gradient", x.grad)
    lib.observe("flag", cube.requires_grad)


@claim(
    "grad-mode.no-grad-keeps-values",
    {"value": 8.0, "product": 16.0, "flag": True, "gradient": 8.0},
)
def _(lib):
    x = lib.tensor(2.0, requires_grad=True)
    with lib.no_grad():
        cube = x**3
    y = x * cube
    y.backward()
    lib.observe("value", cube)
    lib.observe("product", y.item())
    lib.observe("flag", y.requires_grad)
    lib.observe("gradient", x.grad)


@claim("grad-mode.decorator", {"value": 8.0, "flag": False, "outside": True})
def _(lib):
    @lib.no_grad()
    def score(value):
        return value * value - 1

    x = lib.tensor(3.0, requires_grad=True)
    y = score(x)
    lib.observe("value", y)
    lib.observe("flag", y.requires_grad)
    lib.observe("outside", (x * 2).requires_grad)


@claim("grad-mode.set-grad-enabled", {"off": [False, False], "on again": True})
def _(lib):
    x = lib.tensor(3.0, requires_grad=True)
    lib.set_grad_enabled(False)
    lib.observe("off", [(x * x).requires_grad, lib.is_grad_enabled()])
    lib.set_grad_enabled(True)
    lib.observe("on again", (x * x).requires_grad)


def switch_off(lib):
    lib.set_grad_enabled(False)


@claim("grad-mode.set-grad-enabled-persists", {"flags": [False, False]})
def _(lib):
    x = lib.tensor(3.0, requires_grad=True)
    switch_off(lib)
    lib.observe("flags", [(x * 2).requires_grad, (x + 1).requires_grad])


@claim(
    "grad-mode.left-off-breaks-later-code",
    {"backward": ("raises", "RuntimeError", "does not require grad"), "switched on": [6.0, 2.0]},
)
def _(lib):
    x = lib.tensor([3.0, 1.0], requires_grad=True)
    lib.set_grad_enabled(False)
    with lib.raises("backward"):
        (x * x).sum().backward()
    lib.set_grad_enabled(True)
    (x * x).sum().backward()
    lib.observe("switched on", x.grad)


@claim("detach.flag", {"flags": [True, False]})
def _(lib):
    x = lib.tensor([5.0, 6.0], requires_grad=True)
    lib.observe("flags", [x.requires_grad, x.detach().requires_grad])


@claim(
    "detach.same-content",
    {"content": [[5.0, 6.0]], "shape": [1, 2], "dtypes": ["float64", "float64"]},
)
def _(lib):
    x = lib.tensor([[5.0, 6.0]], dtype=lib.float64, requires_grad=True)
    cut = x.detach()
    lib.observe("content", cut)
    lib.observe("shape", lib.shape(cut))
    lib.observe("dtypes", [lib.dtype(cut), lib.dtype(x)])


@claim("detach.shares-data", {"source": [-1.0, 6.0]})
def _(lib):
    x = lib.tensor([5.0, 6.0], requires_grad=True)
    cut = x.detach()
    cut[0] = -1.0
    lib.observe("source", x.tolist())


@claim("detach.new-tensor", {"one object": False})
def _(lib):
    x = lib.tensor([5.0, 6.0], requires_grad=True)
    lib.observe("one object", lib.same(x.detach(), x))


@claim("detach.write-through", {"source": [2.0, 3.0, 4.0], "alias": [2.0, 3.0, 4.0]})
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    alias = x.detach()
    alias += 1
    lib.observe("source", x)
    lib.observe("alias", alias)


@claim("detach.blocks-gradient", {"gradient": [2.0, 5.0]})
def _(lib):
    x = lib.tensor([2.0, 5.0], requires_grad=True)
    (x * x.detach()).sum().backward()
    lib.observe("gradient", x.grad)


@claim(
    "detach.in-place-on-saved-raises",
    {"backward": ("raises", "RuntimeError", "modified by an inplace operation")},
)
def _(lib):
    x = lib.tensor([2.0, 5.0], requires_grad=True)
    y = (x * x).sum()
    alias = x.detach()
    alias += 1
    with lib.raises("backward"):
        y.backward()


@claim(
    "detach.safer-than-data",
    {"by detach": ("raises", "RuntimeError", "modified by an inplace"), "by data": [8.0]},
)
def _(lib):
    x, w = (lib.tensor([3.0], requires_grad=True) for _ in range(2))
    detached, data = (x * x).sum(), (w * w).sum()
    alias = x.detach()
    alias += 1
    with lib.raises("by detach"):
        detached.backward()
    alias = w.data
    alias += 1
    data.backward()
    lib.observe("by data", w.grad)


@claim("detach.may-require-grad-again", {"branch": [4.0, 4.0], "source": None})
def _(lib):
    x = lib.tensor([2.0, 5.0], requires_grad=True)
    branch = x.detach().requires_grad_()
    (branch * 4).sum().backward()
    lib.observe("branch", branch.grad)
    lib.observe("source", x.grad)


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


@claim(
    "data.write-not-recorded", {"value": [9.0, 10.0], "flags": [True, True], "grad_fn": None}
)
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
