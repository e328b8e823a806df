"""Kinks along an axis, ties with a bound, and ties of sizes: who is paid where several could be."""

from gradmark.library import alternative
from gradmark.spec.kinks import at, chapter, weighed


@chapter.behaviour(
    "min-dim-tie",
    "min along an axis pays the one place that it returns",
    profile="torch",
    source="PyTorch's page on min",
    after=["operations.min-dim"],
    why="With an axis min also returns a place: the equal element elsewhere gets nothing.",
    mistake="Every element that equals its row's minimum is given the whole gradient.",
)
def _(lib):
    accept = [
        alternative("shared evenly", [[0.0, 1.0, 1.0], [-1.5, -1.5, 0.0]]),
        alternative("all to the last", [[0.0, 0.0, 2.0], [0.0, -3.0, 0.0]]),
    ]
    at(
        lib,
        "operations.min-dim",
        lambda x: lib.unpack(x.min(1), 2)[0],
        [[4.0, 2.0, 2.0], [-1.0, -1.0, 3.0]],
        [[4.0, 2.0, 1.0], [-1.0, 4.0, 3.0]],
        accept,
    )


@chapter.behaviour(
    "amin-tie",
    "amin shares a column's gradient evenly among equal minima",
    profile="torch",
    source="PyTorch's page on amin",
    after=["operations.amin"],
    why="amin returns no place, so the equal elements of a column share what arrives there.",
    mistake="It is made of min along the axis, which pays one place, or pays each in full.",
)
def _(lib):
    accept = [
        alternative("all to the first", [[2.0, 0.0], [0.0, -3.0], [0.0, 0.0]]),
        alternative("all to the last", [[0.0, 0.0], [0.0, 0.0], [2.0, -3.0]]),
    ]
    at(
        lib,
        "operations.amin",
        lambda x: x.amin(0),
        [[-1.0, 4.0], [2.0, 0.5], [-1.0, 0.5]],
        [[-1.0, 4.0], [2.0, 0.5], [3.0, 1.5]],
        accept,
    )


@chapter.behaviour(
    "maximum-broadcast-tie",
    "A row that ties in maximum collects half from each tie",
    profile="torch",
    source="PyTorch's page on maximum",
    after=["operations.maximum-broadcast-row"],
    why="The row meets every row of the matrix: here it wins, there it ties, and both add up.",
    mistake="A tie is decided for the row as a whole, or its halves are not added up.",
)
def _(lib):
    a = lib.tensor([[1.5, 4.0], [1.5, -2.0]], requires_grad=True)
    b = lib.tensor([1.5, -2.0], requires_grad=True)
    plain_a = lib.tensor([[1.0, 4.0], [3.0, -2.0]], requires_grad=True)
    plain_b = lib.tensor([2.0, -1.0], requires_grad=True)
    weights = lib.tensor([[2.0, -3.0], [5.0, 0.5]])
    result = lib.maximum(a, b)
    usual = lib.maximum(plain_a, plain_b)
    ((result * weights).sum() + (usual * weights).sum()).backward()
    lib.control("operations.maximum-broadcast-row", plain_a.grad)
    lib.control("operations.maximum-broadcast-row", plain_b.grad)
    lib.observe("value", result)
    lib.observe("both gradients together, column by column", a.grad.sum(0) + b.grad)
    lib.observe(
        "gradient of the matrix",
        a.grad,
        accept=[
            alternative("ties go to the matrix", [[2.0, -3.0], [5.0, 0.5]]),
            alternative("ties go to the row", [[0.0, -3.0], [0.0, 0.0]]),
        ],
    )
    lib.observe(
        "gradient of the row",
        b.grad,
        accept=[
            alternative("ties go to the matrix", [0.0, 0.0]),
            alternative("ties go to the row", [7.0, 0.5]),
        ],
    )


@chapter.behaviour(
    "prod-dim-with-zeros",
    "prod along an axis minds the zeros of each row by itself",
    profile="torch",
    source="PyTorch's derivative of prod",
    after=["operations.prod-dim", "kinks.prod-with-a-zero"],
    why="One zero in a row is paid alone, two leave nothing to pay; other rows are as ever.",
    mistake="The zeros of the whole matrix are counted, or the product is divided by each factor.",
)
def _(lib):
    x = lib.tensor([[2.0, 0.0], [0.0, 0.0], [4.0, 3.0]], requires_grad=True)
    plain = lib.tensor([[2.0, -1.0], [0.5, 3.0], [4.0, 3.0]], requires_grad=True)
    lone = lib.tensor([2.0, 0.0, 3.0], requires_grad=True)
    result = x.prod(1)
    (weighed(lib, result, 3) + weighed(lib, plain.prod(1), 3) + lone.prod() * 6).backward()
    lib.control("operations.prod-dim", plain.grad)
    lib.control("kinks.prod-with-a-zero", lone.grad)
    lib.observe("value", result)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "clamp-tensor-bound-tie",
    "clamp by a tensor pays the element where it equals its bound",
    profile="torch",
    source="PyTorch's page on clamp",
    after=["operations.clamp-tensor-bound"],
    why="An element that equals its bound has not been cut off, so the bound had no part in it.",
    mistake="Element and bound are both given the whole gradient, which counts it twice.",
)
def _(lib):
    a = lib.tensor([1.5, -0.5, 2.0], requires_grad=True)
    b = lib.tensor([1.5, 1.0, 0.5], requires_grad=True)
    plain = lib.tensor([0.25, 3.0], requires_grad=True)
    bound = lib.tensor([1.0, 2.0], requires_grad=True)
    result = a.clamp(max=b)
    (weighed(lib, result, 3) + weighed(lib, plain.clamp(max=bound), 2)).backward()
    lib.control("operations.clamp-tensor-bound", plain.grad)
    lib.control("operations.clamp-tensor-bound", bound.grad)
    lib.observe("value", result)
    lib.observe("both gradients together", a.grad + b.grad)
    lib.observe(
        "gradient of the bound",
        b.grad,
        accept=[
            alternative("half to each", [1.0, 0.0, 5.0]),
            alternative("all to the bound", [2.0, 0.0, 5.0]),
        ],
    )


@chapter.behaviour(
    "relu6-at-the-bounds",
    "relu6 has the slope 0 at its very bounds",
    profile="torch",
    source="autograd notes on non-differentiable functions",
    after=["operations.relu6"],
    why="relu6 is made of hardtanh, for which an element that equals a bound counts as cut off.",
    mistake="The slope is computed as relu6(x)/x, which is NaN at zero.",
)
def _(lib):
    accept = [
        alternative("the slope inside", [2.0, -3.0]),
        alternative("the slope on the left", [0.0, -3.0]),
        alternative("the slope on the right", [2.0, 0.0]),
        alternative("the mean of both slopes", [1.0, -1.5]),
    ]
    at(
        lib,
        "operations.relu6",
        lambda x: lib.nn.functional.relu6(x),
        [0.0, 6.0],
        [4.0, 7.5],
        accept,
    )


@chapter.behaviour(
    "norm-one-at-zero",
    "norm with p=1 has the slope 0 at an element that is 0",
    profile="torch",
    source="PyTorch's page on norm",
    after=["operations.norm-one"],
    why="The 1-norm is a sum of absolute values, each with a bend of its own at zero.",
    mistake="Each element is divided by its own size, which is NaN at zero.",
)
def _(lib):
    accept = [
        alternative("the slope on the right", [6.0, 6.0, -6.0]),
        alternative("the slope on the left", [-6.0, 6.0, -6.0]),
    ]
    at(
        lib,
        "operations.norm-one",
        lambda x: x.norm(p=1),
        [0.0, 2.0, -3.0],
        [1.0, -2.0],
        accept,
        (0, 0),
    )


@chapter.behaviour(
    "norm-infinity-tie",
    "norm with p=inf shares evenly among elements of one size",
    profile="torch",
    source="PyTorch's page on norm",
    after=["operations.norm-infinity"],
    why="Where two elements have the largest size, each gets half, with its own sign.",
    mistake="Each of the two is given the whole gradient, or the negative one is overlooked.",
)
def _(lib):
    accept = [
        alternative("all to the first", [-6.0, 0.0, 0.0]),
        alternative("all to the last", [0.0, 0.0, 6.0]),
    ]
    at(
        lib,
        "operations.norm-infinity",
        lambda x: x.norm(p=float("inf")),
        [-4.0, 1.0, 4.0],
        [1.0, -2.0],
        accept,
        (0, 0),
    )


@chapter.behaviour(
    "median-tie",
    "median shares its gradient evenly among equal medians",
    profile="torch",
    source="PyTorch's page on median",
    after=["operations.median"],
    why="Over everything median returns no place: all elements that equal it share what arrives.",
    mistake="Every element that equals the median is given the whole gradient.",
)
def _(lib):
    accept = [
        alternative("all to the first", [6.0, 0.0, 0.0]),
        alternative("all to the last", [0.0, 6.0, 0.0]),
    ]
    at(
        lib,
        "operations.median",
        lambda x: x.median(),
        [2.0, 2.0, 5.0],
        [3.0, -1.0, 4.0],
        accept,
        (0, 0),
    )
