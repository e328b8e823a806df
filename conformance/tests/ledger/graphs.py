"""Claims about gradient arguments, sums and the life of a graph, and PyTorch's answers."""

from typing import Any

CASES: dict[str, tuple[Any, dict[str, Any]]] = {}


def claim(identity: str, expected: dict[str, Any]) -> Any:
    """Keep a body beside what PyTorch answers, by label."""

    def keep(body: Any) -> None:
        CASES[identity] = body, expected

    return keep


@claim("gradient-argument.default-is-one", {"by default": [3.0, 27.0], "said": [3.0, 27.0]})
def _(lib):
    a = lib.tensor([1.0, 3.0], requires_grad=True)
    b = lib.tensor([1.0, 3.0], requires_grad=True)
    (a**3).sum().backward()
    (b**3).sum().backward(lib.tensor(1.0))
    lib.observe("by default", a.grad)
    lib.observe("said", b.grad)


@claim("gradient-argument.scalar-accepts-explicit", {"gradient": [-2.5, -2.5]})
def _(lib):
    x = lib.tensor([1.0, 3.0], requires_grad=True)
    (x * 5).sum().backward(gradient=lib.tensor(-0.5))
    lib.observe("gradient", x.grad)


@claim(
    "gradient-argument.vector-without-raises",
    {
        "refused": ("raises", "RuntimeError", "only for scalar outputs"),
        "with it": [0.0, 2.0, 4.0, 6.0],
    },
)
def _(lib):
    x = lib.tensor([0.5, 1.5, 2.5, 3.5], requires_grad=True)
    with lib.raises("refused"):
        (x**2 - x).backward()
    (x**2 - x).backward(lib.ones_like(x))
    lib.observe("with it", x.grad)


@claim(
    "gradient-argument.one-element-any-rank",
    {"rank 1": [8.0], "rank 2": [[8.0]], "rank 3": [[[8.0]]]},
)
def _(lib):
    for shape in ((1,), (1, 1), (1, 1, 1)):
        x = lib.full(shape, 4.0, requires_grad=True)
        (x * x).backward()
        lib.observe(f"rank {len(shape)}", x.grad)


@claim(
    "gradient-argument.shape-must-match",
    {"refused": ("raises", "RuntimeError", "Mismatch in shape"), "right": [[4.0] * 3] * 2},
)
def _(lib):
    x = lib.ones(2, 3, requires_grad=True)
    with lib.raises("refused"):
        (x * 4).backward(lib.ones(3))
    (x * 4).backward(lib.ones(2, 3))
    lib.observe("right", x.grad)


@claim(
    "gradient-argument.same-count-other-shape",
    {"refused": ("raises", "RuntimeError", "Mismatch in shape")},
)
def _(lib):
    x = lib.ones(2, 3, requires_grad=True)
    with lib.raises("refused"):
        (x * 4).backward(lib.ones(3, 2))


@claim("gradient-argument.vector-ones", {"gradient": [4.0, 6.0, 8.0]})
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (x**2 + 2 * x + 3).backward(lib.ones(3))
    lib.observe("gradient", x.grad)


@claim("gradient-argument.weights-each-output", {"gradient": [2.0, 0.0, -60.0]})
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (x * x).backward(lib.tensor([1.0, 0.0, -10.0]))
    lib.observe("gradient", x.grad)


@claim("gradient-argument.repeated-doubling", {"shape": [3], "gradient": [204.8, 2048.0, 0.2048]})
def _(lib):
    x = lib.randn(3, requires_grad=True)
    y = lib.repeat(10, lambda t: t + t, x + x)
    lib.observe("shape", lib.shape(y))
    y.backward(lib.tensor([0.1, 1.0, 0.0001], dtype=lib.float32))
    lib.observe("gradient", x.grad)


@claim("gradient-argument.view-weighted", {"gradient": [2.0, 0.4, 6.0, 0.09]})
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0, 4.5], requires_grad=True)
    y = (x * x + 2).view(2, 2)
    y.backward(lib.tensor([[1.0, 0.1], [1.0, 0.01]]))
    lib.observe("gradient", x.grad)


@claim(
    "gradient-argument.equals-weighted-sum",
    {"they agree": True, "gradient": [1.0, -22.0, 78.0]},
)
def _(lib):
    v = lib.tensor([0.5, -2.0, 3.0])
    a = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    b = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (a**3 - a).backward(v)
    ((b**3 - b) * v).sum().backward()
    lib.observe("they agree", lib.equal(a.grad, b.grad))
    lib.observe("gradient", a.grad)


@claim(
    "gradient-argument.no-default-ones-for-vectors",
    {
        "refused": ("raises", "RuntimeError", "only for scalar outputs"),
        "after the refusal": None,
        "with ones": [2.0, 2.0],
    },
)
def _(lib):
    x = lib.tensor([3.0, 4.0], requires_grad=True)
    with lib.raises("refused"):
        (x * 2).backward()
    lib.observe("after the refusal", x.grad)
    (x * 2).backward(lib.ones_like(x))
    lib.observe("with ones", x.grad)


@claim(
    "gradient-argument.own-derivative-is-one",
    {"upstream": ("calls", [[1.0, 1.0]]), "gradient": [[3.0, 3.0]]},
)
def _(lib):
    x = lib.tensor([[2.0, 4.0]], requires_grad=True)
    y = x * 3
    y.register_hook(lambda g: lib.observe("upstream", g.tolist()))
    y.sum().backward()
    lib.observe("gradient", x.grad)


@claim(
    "gradient-argument.vector-jacobian-product",
    {"backward": [18.0, 501.0], "by hand": [18.0, 501.0]},
)
def _(lib):
    x = lib.tensor([1.0, -2.0], requires_grad=True)
    y = lib.stack([x[0] * x[1], x[0] ** 2, 5 * x[1]])
    v = lib.tensor([1.0, 10.0, 100.0])
    y.backward(v)
    lib.observe("backward", x.grad)
    lib.observe("by hand", v @ lib.tensor([[-2.0, 1.0], [2.0, 0.0], [0.0, 5.0]]))


@claim("gradient-argument.jacobian-rows", {"rows": [[-2.0, 1.0], [2.0, 0.0], [0.0, 5.0]]})
def _(lib):
    rows = []
    for k in range(3):
        x = lib.tensor([1.0, -2.0], requires_grad=True)
        y = lib.stack([x[0] * x[1], x[0] ** 2, 5 * x[1]])
        y.backward(lib.eye(3)[k])
        rows.append(x.grad)
    lib.observe("rows", lib.stack(rows))


@claim("gradient-argument.never-a-full-jacobian", {"backward": [3], "a Jacobian": [3, 3, 3]})
def _(lib):
    x = lib.tensor([4.0, 5.0, 6.0], requires_grad=True)
    lib.outer(x, x).backward(lib.ones(3, 3))
    lib.observe("backward", lib.shape(x.grad))
    full = lib.autograd.functional.jacobian(lambda t: lib.outer(t, t), x.detach())
    lib.observe("a Jacobian", lib.shape(full))


@claim("accumulation.adds-to-existing", {"3": [3.0] * 2, "10": [13.0] * 2, "100": [113.0] * 2})
def _(lib):
    x = lib.tensor([1.0, 1.0], requires_grad=True)
    for factor in (3, 10, 100):
        (x * factor).sum().backward()
        lib.observe(f"{factor}", x.grad)


@claim("accumulation.two-losses", {"one": [2.0] * 4, "both": [4.0] * 4})
def _(lib):
    x = lib.ones(4, requires_grad=True)
    first, second = (2 * x + 1).sum(), (2 * x).sum()
    first.backward()
    lib.observe("one", x.grad)
    second.backward()
    lib.observe("both", x.grad)


@claim("accumulation.across-outputs", {"0": [4.0, 6.0], "1": [11.0, 13.0], "2": [10.0, 12.0]})
def _(lib):
    x = lib.tensor([2.0, 3.0], requires_grad=True)
    for number, make in enumerate((lambda t: t * t, lambda t: 7 * t, lambda t: -t)):
        make(x).backward(lib.ones(2))
        lib.observe(f"{number}", x.grad)


@claim("accumulation.mean-then-sum", {"gradient": [[5.5, 5.5], [5.5, 5.5]], "sum": 4.0})
def _(lib):
    x = lib.ones(2, 2, requires_grad=True)
    (3 * (x + 2) ** 2).mean().backward()
    total = x.sum()
    total.backward()
    lib.observe("gradient", x.grad)
    lib.observe("sum", total)


@claim(
    "accumulation.stale-gradient-in-loop",
    {"round 0": [8.0, 8.0], "round 1": [12.0, 4.0], "whole": 3.0, "in pieces": 3.0},
)
def _(lib):
    w = lib.tensor(4.0, requires_grad=True)
    for n in range(2):
        (w * w).backward()
        lib.observe(f"round {n}", [w.grad.item(), 2 * w.item()])
        with lib.no_grad():
            w -= 0.25 * w.grad
    data = lib.tensor([1.0, 2.0, 3.0, 6.0])
    whole, pieces = (lib.tensor(2.0, requires_grad=True) for _ in range(2))
    (whole * data).mean().backward()
    for half in (data[:2], data[2:]):
        ((pieces * half).sum() / 4).backward()
    lib.observe("whole", whole.grad)
    lib.observe("in pieces", pieces.grad)


@claim("zeroing.grad-zero-in-place", {"first": [2.0] * 4, "second": [2.0] * 4})
def _(lib):
    x = lib.ones(4, requires_grad=True)
    first, second = (2 * x + 1).sum(), (2 * x).sum()
    first.backward()
    lib.observe("first", x.grad)
    x.grad.zero_()
    second.backward()
    lib.observe("second", x.grad)


@claim("zeroing.zero-sets-elements", {"gradient": [0.0, 0.0, 0.0], "one object": True})
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (x**3).sum().backward()
    kept = x.grad
    x.grad.zero_()
    lib.observe("gradient", x.grad)
    lib.observe("one object", lib.same(x.grad, kept))


@claim("zeroing.data-zero", {"zeroed": [0.0, 0.0, 0.0], "again": [5.0, 5.0, 5.0]})
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (x * 6).sum().backward()
    x.grad.data.zero_()
    lib.observe("zeroed", x.grad)
    (x * 5).sum().backward()
    lib.observe("again", x.grad)


def rounds(lib, x, *, clear_first):
    for k in range(3):
        if clear_first and k:
            x.grad.zero_()
        (x * (k + 1)).sum().backward()
        lib.observe(f"cleared {'first' if clear_first else 'last'}, round {k}", x.grad)
        if not clear_first:
            x.grad.zero_()


@claim(
    "zeroing.before-or-after",
    {f"cleared {when}, round {k}": [k + 1.0] * 2 for when in ("first", "last") for k in range(3)},
)
def _(lib):
    for clear_first in (True, False):
        rounds(lib, lib.tensor([1.0, -1.0], requires_grad=True), clear_first=clear_first)


@claim(
    "lifetime.second-backward-raises",
    {"first": [4.0, 12.0], "second": ("raises", "RuntimeError", "a second time")},
)
def _(lib):
    x = lib.tensor([2.0, 6.0], requires_grad=True)
    y = (x * x).sum()
    y.backward()
    lib.observe("first", x.grad)
    with lib.raises("second"):
        y.backward()


@claim(
    "lifetime.shared-part-outside-loop",
    {
        "first loss": [4.0, 6.0, 8.0],
        "second loss": ("raises", "RuntimeError", "Trying to backward through the graph a second"),
        "gradient after it": [4.0, 6.0, 8.0],
    },
)
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    shared = x**2 + 2 * x + 7
    shared.sum().backward()
    lib.observe("first loss", x.grad)
    with lib.raises("second loss"):
        shared.sum().backward()
    lib.observe("gradient after it", x.grad)


@claim(
    "lifetime.retain-graph-covers-one-call",
    {"after two": [8.0, 24.0], "third": ("raises", "RuntimeError", "a second time")},
)
def _(lib):
    x = lib.tensor([2.0, 6.0], requires_grad=True)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    lib.observe("after two", x.grad)
    with lib.raises("third"):
        y.backward()


@claim("lifetime.separate-graphs-share-leaves", {"gradient": [16.0, 120.0]})
def _(lib):
    x = lib.tensor([2.0, 6.0], requires_grad=True)
    squares, cubes = (x * x).sum(), (x**3).sum()
    cubes.backward()
    squares.backward()
    lib.observe("gradient", x.grad)


@claim("lifetime.non-leaf-value-survives", {"value": [6.0, 18.0], "used again": [7.0, 19.0]})
def _(lib):
    x = lib.tensor([2.0, 6.0], requires_grad=True)
    y = x * 3
    (y * y).sum().backward()
    lib.observe("value", y.tolist())
    lib.observe("used again", (y + 1).tolist())
