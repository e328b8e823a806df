"""Claims about modes and detach, with what PyTorch 2.13.0 answers."""

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
