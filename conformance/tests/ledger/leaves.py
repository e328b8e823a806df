"""Claims about leaves, with what PyTorch 2.13.0 answers."""

from typing import Any

CASES: dict[str, tuple[Any, dict[str, Any]]] = {}


def claim(identity: str, expected: dict[str, Any]) -> Any:
    """Keep a body beside what PyTorch answers, by label."""

    def keep(body: Any) -> None:
        CASES[identity] = body, expected

    return keep


@claim("leaf.requires-grad-default-false", {"data": False, "zeros": False, "random": False})
def _(lib):
    lib.observe("data", lib.tensor([0.5, 1.5]).requires_grad)
    lib.observe("zeros", lib.zeros(2).requires_grad)
    lib.observe("random", lib.randn(3).requires_grad)


@claim("leaf.opt-in-at-creation", {"all three": [True, True, True]})
def _(lib):
    made = [
        lib.tensor([1.5, 2.5], requires_grad=True),
        lib.ones(2, requires_grad=True),
        lib.randn(2, requires_grad=True),
    ]
    lib.observe("all three", [t.requires_grad for t in made])


@claim(
    "leaf.opt-in-in-place",
    {"before": False, "after": True, "one object": True, "gradient": [3.0, 3.0]},
)
def _(lib):
    x = lib.tensor([4.0, 6.0])
    lib.observe("before", x.requires_grad)
    returned = x.requires_grad_(True)
    lib.observe("after", x.requires_grad)
    lib.observe("one object", lib.same(returned, x))
    (x * 3).sum().backward()
    lib.observe("gradient", x.grad)


@claim("leaf.is-leaf-is-bool", {"kinds": ["bool", "bool"], "values": [True, False]})
def _(lib):
    x = lib.ones(2, requires_grad=True)
    y = x - 4
    lib.observe("kinds", [lib.kind(x.is_leaf), lib.kind(y.is_leaf)])
    lib.observe("values", [x.is_leaf, y.is_leaf])


@claim("leaf.computed-is-not-leaf", {"is_leaf": [True, True, False, False]})
def _(lib):
    a = lib.tensor([7.0, 8.0], requires_grad=True)
    b = lib.tensor([0.5, 0.25], requires_grad=True)
    product = a * b
    lib.observe("is_leaf", [t.is_leaf for t in (a, b, product, product.sum())])


@claim("leaf.constant-is-leaf-too", {"requires_grad": False, "is_leaf": True})
def _(lib):
    x = lib.tensor([3.0, 9.0])
    lib.observe("requires_grad", x.requires_grad)
    lib.observe("is_leaf", x.is_leaf)


@claim(
    "leaf.computed-from-constants-is-leaf",
    {"requires_grad": False, "grad_fn": None, "is_leaf": True},
)
def _(lib):
    y = lib.tensor([1.0, 5.0]) * lib.tensor([2.0, 2.0]) + 1
    lib.observe("requires_grad", y.requires_grad)
    lib.observe("grad_fn", y.grad_fn)
    lib.observe("is_leaf", y.is_leaf)


@claim(
    "leaf.requires-grad-after-computation",
    {"flag before": False, "grad_fn before": None, "flag after": True, "grad_fn after": None},
)
def _(lib):
    x = lib.ones(3, 3)
    x = x * x + 2
    lib.observe("flag before", x.requires_grad)
    lib.observe("grad_fn before", x.grad_fn)
    x.requires_grad_(True)
    lib.observe("flag after", x.requires_grad)
    lib.observe("grad_fn after", x.grad_fn)


@claim("leaf.late-flag-makes-working-leaf", {"is_leaf": True, "gradient": [2.0, 6.0, 10.0]})
def _(lib):
    w = lib.arange(3.0) * 2 + 1
    w.requires_grad_(True)
    (w * w).sum().backward()
    lib.observe("is_leaf", w.is_leaf)
    lib.observe("gradient", w.grad)


@claim(
    "leaf.grad-none-before-backward",
    {"at first": None, "after the forward": None, "after backward": [5.0, 5.0]},
)
def _(lib):
    x = lib.tensor([2.0, 3.0], requires_grad=True)
    lib.observe("at first", x.grad)
    y = (x * 5).sum()
    lib.observe("after the forward", x.grad)
    y.backward()
    lib.observe("after backward", x.grad)


@claim("leaf.grad-stored-in-leaf", {"u": [10.0, 20.0], "v": [1.0, 2.0]})
def _(lib):
    u = lib.tensor([1.0, 2.0], requires_grad=True)
    v = lib.tensor([10.0, 20.0], requires_grad=True)
    (u * v).sum().backward()
    lib.observe("u", u.grad)
    lib.observe("v", v.grad)


@claim("leaf.non-leaf-grad-none", {"leaf": [3.0, 3.0], "computed": None})
def _(lib):
    x = lib.tensor([2.0, 5.0], requires_grad=True)
    y = x * 3
    y.sum().backward()
    lib.observe("leaf", x.grad)
    lib.observe("computed", y.grad)


@claim(
    "leaf.non-leaf-gradient-flows-through",
    {"passing through": ("calls", [8.0, -16.0]), "leaf": [32.0, -64.0]},
)
def _(lib):
    x = lib.tensor([1.0, -2.0], requires_grad=True)
    y = x * 4

    def look(g):
        lib.observe("passing through", g)

    y.register_hook(look)
    (y * y).sum().backward()
    lib.observe("leaf", x.grad)


@claim("leaf.retain-grad", {"is_leaf": False, "kept": [8.0, -16.0], "leaf": [32.0, -64.0]})
def _(lib):
    x = lib.tensor([1.0, -2.0], requires_grad=True)
    y = x * 4
    y.retain_grad()
    (y * y).sum().backward()
    lib.observe("is_leaf", y.is_leaf)
    lib.observe("kept", y.grad)
    lib.observe("leaf", x.grad)


@claim(
    "leaf.only-requiring-leaves-get-grad",
    {
        "flags of a": [True, True], "gradient of a": [6.0],
        "flags of b": [False, True], "gradient of b": None,
        "flags of a·b": [True, False], "gradient of a·b": None,
        "flags of 2b": [False, True], "gradient of 2b": None,
    },
)  # fmt: skip
def _(lib):
    a = lib.tensor([2.0], requires_grad=True)
    b = lib.tensor([6.0])
    product, double = a * b, b * 2
    (product + double).backward()
    for name, t in {"a": a, "b": b, "a·b": product, "2b": double}.items():
        lib.observe(f"flags of {name}", [t.requires_grad, t.is_leaf])
        lib.observe(f"gradient of {name}", t.grad)


@claim("leaf.constant-input-grad-none", {"tracked": [-6.0, -6.0], "constant": None})
def _(lib):
    x = lib.tensor([0.5, 0.5], requires_grad=True)
    c = lib.tensor([3.0, 4.0])
    (c - x * 6).sum().backward()
    lib.observe("tracked", x.grad)
    lib.observe("constant", c.grad)


@claim("leaf.unused-leaf-grad-none", {"used": [7.0, 7.0], "idle": None})
def _(lib):
    used, idle = (lib.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    (used * 7).sum().backward()
    lib.observe("used", used.grad)
    lib.observe("idle", idle.grad)


@claim("leaf.expression-makes-non-leaf", {"is_leaf": False, "gradient": None})
def _(lib):
    y = 5 * lib.ones(3, requires_grad=True, dtype=lib.float)
    (y * y).sum().backward()
    lib.observe("is_leaf", y.is_leaf)
    lib.observe("gradient", y.grad)


@claim("leaf.grad-fn-present", {"None": [False] * 7})
def _(lib):
    x = lib.tensor([2.0, 4.0], requires_grad=True)
    made = [x + 1, x * x, x - 3, x / 2, x**3, x.sum(), x.mean()]
    lib.observe("None", [lib.same(y.grad_fn, None) for y in made])


@claim("leaf.requires-grad-propagates", {"flags": [True, True, False]})
def _(lib):
    x = lib.randn(2, requires_grad=True)
    c = lib.randn(2)
    lib.observe("flags", [(x + c).requires_grad, (c * x).requires_grad, (c + c).requires_grad])


@claim("leaf.backward-on-leaf-itself", {"gradient": 1.0})
def _(lib):
    x = lib.tensor(6.5, requires_grad=True)
    x.backward()
    lib.observe("gradient", x.grad)


@claim("leaf.grad-is-tensor", {"kind": "tensor", "requires_grad": False})
def _(lib):
    x = lib.tensor([1.0, 4.0], requires_grad=True)
    (x * x).sum().backward()
    lib.observe("kind", lib.kind(x.grad))
    lib.observe("requires_grad", x.grad.requires_grad)


@claim(
    "leaf.grad-shape-and-dtype",
    {
        "0: shape": [], "0: dtype": "float64", "1: shape": [3], "1: dtype": "float32",
        "2: shape": [2, 3], "2: dtype": "float64", "3: shape": [1, 1], "3: dtype": "float32",
    },
)  # fmt: skip
def _(lib):
    asked = [((), lib.float64), ((3,), lib.float32), ((2, 3), lib.float64), ((1, 1), lib.float32)]
    for number, (shape, dtype) in enumerate(asked):
        x = lib.ones(shape, dtype=dtype, requires_grad=True)
        (x * 2).sum().backward()
        lib.observe(f"{number}: shape", lib.shape(x.grad))
        lib.observe(f"{number}: dtype", lib.dtype(x.grad))
