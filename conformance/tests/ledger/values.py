"""Values, indices, operators and questions of the language, with PyTorch 2.13.0's answers."""

from typing import Any

NAN, INF = float("nan"), float("inf")
CASES: dict[str, tuple[Any, dict[str, Any]]] = {}


def claim(identity: str, expected: dict[str, Any]) -> Any:
    """Keep a body beside what PyTorch answers, by label."""

    def keep(body: Any) -> None:
        CASES[identity] = body, expected

    return keep


@claim("own.setitem", {"value": [[1.0, 7.0, 7.0], [-1.0, -1.0, -1.0]], "gradient": [4.0]})
def _(lib):
    x = lib.tensor([2.0], requires_grad=True)
    y = lib.ones(2, 3)
    y[0, 1:] = 7.0
    y[1] = -1.0
    lib.observe("value", y)
    z = lib.zeros(3)
    z[1] = x[0] * 4
    z.sum().backward()
    lib.observe("gradient", x.grad)


@claim(
    "own.indices",
    {
        "a column": [1.0, 4.0], "every other": [0.0, 2.0], "a new axis": [1, 2, 3],
        "reversed rows": [[3.0, 4.0, 5.0], [0.0, 1.0, 2.0]], "where": [3.0, 4.0, 5.0],
    },
)  # fmt: skip
def _(lib):
    x = lib.arange(6.0).view(2, 3)
    lib.observe("a column", x[..., 1])
    lib.observe("every other", x[0, ::2])
    lib.observe("a new axis", lib.shape(x[None, :, :]))
    lib.observe("reversed rows", x[[1, 0]])
    lib.observe("where", x[x > 2])


@claim("own.change-of-an-item", {"value": [1.0, 30.0, 4.0]})
def _(lib):
    x = lib.tensor([1.0, 3.0, 4.0])
    x[1] *= 10
    lib.observe("value", x)


@claim(
    "own.special-numbers",
    {"numbers": [NAN, INF, -INF, -0.0], "sign": [0.0, 0.0, 1.0, 1.0], "complex": 2 - 3j},
)
def _(lib):
    x = lib.tensor([NAN, INF, -INF, -0.0])
    lib.observe("numbers", x, signed_zero=True)
    lib.observe("sign", lib.signbit(x) * 1.0)
    lib.observe("complex", (lib.tensor(1 + 1j) * complex(-0.5, -2.5)).item())


@claim("own.large-numbers", {"int64": 9007199254740993, "text": "18446744073709551616"})
def _(lib):
    lib.observe("int64", lib.tensor(9007199254740993))
    lib.observe("text", lib.text(lib.host.copy(1 << 64)))


@claim("own.dtypes-as-symbols", {"equal": [True, False], "cast": "int32", "float": "float64"})
def _(lib):
    x = lib.ones(2, dtype=lib.float64)
    lib.observe("equal", [x.dtype == lib.float64, lib.float32 == x.dtype])
    lib.observe("cast", lib.dtype(x.to(dtype=lib.int32)))
    lib.observe("float", lib.dtype(x))


@claim(
    "own.keyword-arguments", {"sum": [[3.0], [12.0]], "clamped": [[0.0, 1.0, 2.0], [3.0, 4.0, 4.5]]}
)
def _(lib):
    x = lib.arange(6.0).view(2, 3)
    lib.observe("sum", x.sum(dim=1, keepdim=True))
    lib.observe("clamped", lib.clamp(x, min=0.0, max=4.5))


@claim(
    "own.reflected-operators",
    {
        "sub": [9.0, 7.0], "truediv": [12.0, 4.0], "pow": [2.0, 8.0], "matmul": 4.0,
        "mod": [0.0, 1.0], "floordiv": [7.0, 2.0], "and": [1, 3], "shift": [2, 8],
        "less": [True, False],
    },
)  # fmt: skip
def _(lib):
    x, n = lib.tensor([1.0, 3.0]), lib.tensor([1, 3])
    lib.observe("sub", 10 - x)
    lib.observe("truediv", 12 / x)
    lib.observe("pow", 2**x)
    lib.observe("matmul", lib.ones(2) @ x)
    lib.observe("mod", 7 % x)
    lib.observe("floordiv", 7 // x)
    lib.observe("and", 7 & n)
    lib.observe("shift", 1 << n)
    lib.observe("less", 2 > x)


@claim(
    "own.precedence",
    {"numbers": [-16.0, 16.0, 0.0, 4.0, 0.5, 64.0, 2.25], "truths": [True, False]},
)
def _(lib):
    x = lib.tensor(4.0)
    half = lib.tensor(0.5)
    lib.observe(
        "numbers",
        [
            -(x**2), (-x) ** 2, x - (x - (x - x)) * 1, (x * half) * 2, x / (x * 2), (x**half) ** 6,
            abs(-x - half) * half,
        ],
    )  # fmt: skip
    lib.observe("truths", [(x > half) == (half < x), ~(x > half)])


@claim(
    "own.kinds",
    {
        "kinds": ["tensor", "float", "int", "bool", "none", "sequence", "ndarray", "text"],
        "has": [True, False], "length": [3, 2], "text": "tensor([1., 2., 3.])",
    },
)  # fmt: skip
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0])
    values = [x, x.sum().item(), x.numel(), x.is_leaf, x.grad, x.tolist(), x.numpy(), lib.text(x)]
    lib.observe("kinds", [lib.kind(v) for v in values])
    lib.observe("has", [lib.has(x, "grad"), lib.has(x, "no_such_name")])
    lib.observe("length", [lib.length(x), lib.length(x[1:].tolist())])
    lib.observe("text", lib.text(x))


@claim(
    "own.sequences", {"values": [5.0, 9.0], "indices": [1, 0], "pieces": [[1.0, 5.0], [9.0, 2.0]]}
)
def _(lib):
    x = lib.tensor([[1.0, 5.0], [9.0, 2.0]])
    values, indices = lib.unpack(lib.max(x, dim=1), 2)
    lib.observe("values", values)
    lib.observe("indices", indices)
    first, second = lib.unpack(x, 2)
    lib.observe("pieces", [first, second])


@claim("own.functional-gradients", {"both": [[27.0], [36.0]], "unused": [[1.0], None]})
def _(lib):
    a, b = (lib.tensor([v], requires_grad=True) for v in (2.0, 3.0))
    y = (a * b * b * 3).sum()
    lib.observe("both", lib.autograd.grad(y, [a, b], grad_outputs=None))
    lib.observe("unused", lib.autograd.grad(a.sum(), (a, b), allow_unused=True))


@claim("own.hook-replaces", {"gradient": [20.0, 20.0], "again": [21.0, 21.0]})
def _(lib):
    x = lib.ones(2, requires_grad=True)
    scale = lib.tensor(10.0)
    handle = x.register_hook(lambda g: g * scale)
    (x * 2).sum().backward()
    lib.observe("gradient", x.grad)
    handle.remove()
    x.sum().backward()
    lib.observe("again", x.grad)


@claim(
    "own.hook-as-decorator", {"calls": ("calls", [2.0, 2.0], [2.0, 2.0]), "gradient": [8.0, 8.0]}
)
def _(lib):
    x = lib.ones(2, requires_grad=True)
    y = x * 4

    @y.register_hook
    def look(g):
        lib.observe("calls", g)

    for _ in range(2):
        (y * 2).sum().backward(retain_graph=True)
    lib.observe("gradient", x.grad / 2)
    look.remove()


@claim("own.bound-methods", {"value": [8.0, 8.0], "kept alive": "tensor"})
def _(lib):
    x = lib.ones(2)
    double = x.mul_
    double(2)
    double(2)
    lib.observe("value", x * 2)
    method = lib.zeros(2).add_
    lib.observe("kept alive", lib.kind(method(1)))


@claim(
    "own.written-attributes",
    {"written": [7.0, 7.0], "deleted": None, "own": 5, "absent": False},
)
def _(lib):
    x = lib.ones(2, requires_grad=True)
    x.grad = lib.full((2,), 7.0)
    lib.observe("written", x.grad)
    del x.grad
    lib.observe("deleted", x.grad)
    x.note = 5
    lib.observe("own", x.note)
    del x.note
    lib.observe("absent", lib.has(x, "note"))


@claim("own.dicts-and-tuples", {"sum": 6.0, "pair": [1.0, [2.0, 3.0]]})
def _(lib):
    a, b, c = (lib.tensor(v) for v in (1.0, 2.0, 3.0))
    lib.observe("sum", lib.host.copy({"a": a, "rest": (b, c)})["a"] + b + c)
    lib.observe("pair", (a, [b, c]))


@claim(
    "own.thread-with-arguments",
    {"value": [4.0, 4.0], "refused": ("raises", "RuntimeError", "leaf"), "gradient": [2.0, 2.0]},
)
def _(lib):
    def scale(t, k):
        with lib.no_grad():
            return t * k

    def change(t):
        t += 1

    x = lib.ones(2, requires_grad=True)
    lib.observe("value", lib.host.thread(scale, x, 4))
    with lib.raises("refused"):
        lib.host.thread(change, x)
    lib.host.thread(lambda t: (t * 2).sum().backward(), x)
    lib.observe("gradient", x.grad)


@claim(
    "own.refusal-in-nested-blocks",
    {"reached": [1.0], "refused": ("raises", "RuntimeError", "leaf"), "after": True},
)
def _(lib):
    x = lib.ones(1, requires_grad=True)
    with lib.raises("refused"):
        with lib.set_grad_enabled(True):
            lib.observe("reached", x)
            x += 1
    lib.observe("after", lib.is_grad_enabled())


@claim("own.no-warning", {"warnings": ("warns",), "value": [1.0, 1.0]})
def _(lib):
    with lib.warns("warnings"):
        data = lib.ones(2, requires_grad=True).data
    lib.observe("value", data)


@claim("own.drawn-data", {"sum of one": [1.0, 1.0], "gap": True})
def _(lib):
    data = lib.draw(2)
    x = lib.tensor(data, requires_grad=True)
    x.sum().backward()
    lib.observe("sum of one", x.grad)
    lib.observe("gap", (x.abs() >= 0.25).all())
