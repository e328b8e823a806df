"""Claims about backward, with what PyTorch 2.13.0 answers."""

from typing import Any

CASES: dict[str, tuple[Any, dict[str, Any]]] = {}


def claim(identity: str, expected: dict[str, Any]) -> Any:
    """Keep a body beside what PyTorch answers, by label."""

    def keep(body: Any) -> None:
        CASES[identity] = body, expected

    return keep


@claim(
    "backward.two-stage-network",
    {
        "signal": [[-30.0] * 2] * 2,
        "first gain": [[-12.0] * 2] * 2,
        "second gain": [[-10.0] * 2] * 2,
    },
)
def _(lib):
    signal, first, second = (lib.full((2, 2), v, requires_grad=True) for v in (2.0, 5.0, 6.0))
    error = lib.full((2, 2), 10.0) - signal * first * second
    error.backward(lib.ones(2, 2))
    lib.observe("signal", signal.grad)
    lib.observe("first gain", first.grad)
    lib.observe("second gain", second.grad)


@claim("backward.result-goes-to-grad-attribute", {"returned": None, "gradient": [12.0]})
def _(lib):
    x = lib.tensor([0.25], requires_grad=True)
    lib.observe("returned", (x * 12).backward())
    lib.observe("gradient", x.grad)


@claim("backward.chain-rule", {"inner": 11.0, "outer": 33.0, "they agree": True})
def _(lib):
    x = lib.tensor(1.5, requires_grad=True)
    y = 3 * x + 1
    y.retain_grad()
    (y**2).backward()
    lib.observe("inner", y.grad)
    lib.observe("outer", x.grad)
    lib.observe("they agree", x.grad == y.grad * 3)


@claim("backward.gradient-is-derivative", {"gradient": -1.65625})
def _(lib):
    x = lib.tensor(1.25, dtype=lib.float64, requires_grad=True)
    (x**3 / 2 - 4 * x).backward()
    lib.observe("gradient", x.grad.item())


@claim(
    "backward.gradient-is-vector-of-partials",
    {"a": 3.0, "b": 27.0, "c": 30.0, "all of them": [3.0, 27.0, 30.0]},
)
def _(lib):
    a, b, c = (lib.tensor(v, requires_grad=True) for v in (2.0, 3.0, 5.0))
    (a * b + b * c * c).backward()
    for name, t in (("a", a), ("b", b), ("c", c)):
        lib.observe(name, t.grad)
    x = lib.tensor([2.0, 3.0, 5.0], requires_grad=True)
    (x[0] * x[1] + x[1] * x[2] * x[2]).backward()
    lib.observe("all of them", x.grad)


@claim("backward.all-partials", {"tracked": [[6.0], [2.0]], "constant": None})
def _(lib):
    a = lib.tensor([1.0], requires_grad=True)
    b = lib.tensor([2.0])
    c = lib.tensor([3.0], requires_grad=True)
    (a * b * c).backward()
    lib.observe("tracked", [a.grad, c.grad])
    lib.observe("constant", b.grad)


@claim("backward.one-element-vector-implicit", {"shape": [1], "gradient": [12.0]})
def _(lib):
    x = lib.tensor([0.75], requires_grad=True)
    y = x * x * 8
    lib.observe("shape", y.shape)
    y.backward()
    lib.observe("gradient", x.grad)


@claim("backward.mean-2x2", {"result": 27.0, "gradient": [[4.5, 4.5], [4.5, 4.5]]})
def _(lib):
    x = lib.ones(2, 2, requires_grad=True)
    y = x + 2
    z = (y * y * 3).mean()
    z.backward()
    lib.observe("result", z)
    lib.observe("gradient", x.grad)


@claim("backward.scalar-polynomial", {"gradient": 4.0})
def _(lib):
    x = lib.tensor(1.0, requires_grad=True)
    (x**2 + 2 * x + 3).backward()
    lib.observe("gradient", x.grad)


@claim("backward.mean-polynomial", {"gradient": [1.3333, 2.0, 2.6667]})
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (x**2 + 2 * x + 3).mean().backward()
    lib.observe("gradient", x.grad)


@claim("backward.product-then-sum", {"left": [0.5, 3.0, 9.0], "right": [4.0, 6.0, -1.0]})
def _(lib):
    left = lib.tensor([4.0, 6.0, -1.0], requires_grad=True)
    right = lib.tensor([0.5, 3.0, 9.0], requires_grad=True)
    (left * right).sum().backward()
    lib.observe("left", left.grad)
    lib.observe("right", right.grad)


@claim(
    "backward.operation-records-dependency",
    {"one object": False, "operand": [2.0, 3.0], "flags": [True, False], "gradient": [10.0, 10.0]},
)
def _(lib):
    x = lib.tensor([2.0, 3.0], requires_grad=True)
    y = x * 10
    lib.observe("one object", lib.same(y, x))
    lib.observe("operand", x.detach().tolist())
    lib.observe("flags", [y.requires_grad, y.is_leaf])
    y.sum().backward()
    lib.observe("gradient", x.grad)


def grown(value, rounds):
    for _ in range(rounds):
        value = value * 3 if rounds % 2 else value + value
    return value


@claim("backward.graph-is-dynamic", {"1 rounds": 3.0, "2 rounds": 4.0, "3 rounds": 27.0})
def _(lib):
    for rounds in (1, 2, 3):
        x = lib.tensor(1.0, requires_grad=True)
        grown(x, rounds).backward()
        lib.observe(f"{rounds} rounds", x.grad)


@claim("backward.only-marked-variables", {"tracked": [12.0, 6.0], "constant": None})
def _(lib):
    a, b, c = (lib.tensor(n + 2.0, requires_grad=n != 1) for n in range(3))
    (a * b * c).backward()
    lib.observe("tracked", [a.grad.item(), c.grad.item()])
    lib.observe("constant", b.grad)


@claim(
    "backward.without-any-tracked-input",
    {"refused": ("raises", "RuntimeError", "does not require grad and does not have a grad_fn")},
)
def _(lib):
    y = (lib.tensor([1.0, 2.0]) * 3).sum()
    with lib.raises("refused"):
        y.backward()


@claim("backward.reused-tensor-sums-paths", {"square": [6.0, -14.0], "cube and one": 13.0})
def _(lib):
    x = lib.tensor([3.0, -7.0], requires_grad=True)
    (x * x).sum().backward()
    lib.observe("square", x.grad)
    c = lib.tensor(2.0, requires_grad=True)
    (c * c * c + c).backward()
    lib.observe("cube and one", c.grad)


@claim("backward.start-shape-is-free", {"shape": [2], "gradient": [[1.0] * 3, [10.0] * 3]})
def _(lib):
    x = lib.arange(6.0).view(2, 3).requires_grad_()
    y = x.sum(1)
    y.backward(lib.tensor([1.0, 10.0]))
    lib.observe("shape", lib.shape(y))
    lib.observe("gradient", x.grad)
