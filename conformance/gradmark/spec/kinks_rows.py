"""Kinks along an axis: ties within a row, between a matrix and a row, zeros in one row of two."""

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
