"""Kinks: powers at zero, slopes without a limit, zeros in products, flat functions."""

from gradmark.library import alternative
from gradmark.spec.kinks import at, chapter, weighed


@chapter.behaviour(
    "power-zero",
    "A value to the power 0 has the slope 0, also at zero",
    profile="scalar",
    source="PyTorch's derivative of pow",
    after=["operators.pow-grad"],
    why="x⁰ is 1 everywhere, so nothing moves it. 0·x⁻¹ says the same, except where x is 0.",
    mistake="0·0⁻¹ is computed as it stands: a division by zero, or NaN.",
)
def _(lib):
    at(lib, "operators.pow-grad", lambda x: x**0, 0.0, -2.0, counts=(0, 0))


@chapter.behaviour(
    "power-one-at-zero",
    "A value to the power 1 has the slope 1 at zero",
    profile="scalar",
    source="PyTorch's derivative of pow",
    after=["operators.pow-grad"],
    why="x¹ is x. Its slope is 1·x⁰, and 0⁰ counts as 1 here.",
    mistake="The slope is computed as n·xⁿ/x, which is 0/0 at zero.",
)
def _(lib):
    at(lib, "operators.pow-grad", lambda x: x**1, 0.0, -2.0, counts=(0, 0))


@chapter.behaviour(
    "power-two-at-zero",
    "A square has the slope 0 at zero",
    profile="scalar",
    source="PyTorch's derivative of pow",
    after=["operators.pow-grad"],
    why="2·x is 0 at the lowest point of the parabola, and no special case at all.",
    mistake="The power is computed through the logarithm, which zero does not have.",
)
def _(lib):
    at(lib, "operators.pow-grad", lambda x: x**2, 0.0, -2.0, counts=(0, 0))


@chapter.behaviour(
    "power-of-zero",
    "Zero to a positive power moves neither by NaN nor by infinity",
    profile="torch",
    source="PyTorch's derivative of pow",
    after=["operations.pow-tensor"],
    why="0 to any power from 0 on stays what it is when the power moves: log(0) has no say there.",
    mistake="a^b·log(a) is computed as it stands: 0 times minus infinity, which is NaN.",
)
def _(lib):
    a = lib.tensor([0.0, 2.0, 0.0], requires_grad=True)
    b = lib.tensor([2.0, 3.0, 0.0], requires_grad=True)
    plain_a = lib.tensor([1.5, 3.0], requires_grad=True)
    plain_b = lib.tensor([2.0, -1.0], requires_grad=True)
    result = a**b
    (weighed(lib, result, 3) + weighed(lib, plain_a**plain_b, 2)).backward()
    lib.control("operations.pow-tensor", plain_a.grad)
    lib.control("operations.pow-tensor", plain_b.grad)
    lib.observe("value", result)
    lib.observe("gradient of the bases", a.grad)
    lib.observe("gradient of the exponents", b.grad)


@chapter.behaviour(
    "sqrt-at-zero",
    "sqrt has an infinite slope at zero",
    profile="torch",
    source="PyTorch's derivative of sqrt",
    after=["operators.sqrt-grad"],
    why="A root starts upright: 1/(2·0) is infinity, with the sign of what arrives.",
    mistake="A small number is added below the line, which makes it large but finite.",
)
def _(lib):
    at(lib, "operators.sqrt-grad", lambda x: x.sqrt(), [0.0, 0.0], [4.0, 9.0])


@chapter.behaviour(
    "log-at-zero",
    "log has an infinite slope at zero",
    profile="torch",
    source="PyTorch's derivative of log",
    after=["operations.log-matrix"],
    why="1/0 is infinity, so that an optimiser's trouble is seen at once and not much later.",
    mistake="The value is guarded by a small number, and the slope becomes large but finite.",
)
def _(lib):
    at(lib, "operations.log-matrix", lambda x: x.log(), [0.0, 0.0], [4.0, 0.5])


@chapter.behaviour(
    "reciprocal-at-zero",
    "One over zero has an infinite slope",
    profile="torch",
    source="PyTorch's derivative of reciprocal",
    after=["operations.reciprocal"],
    why="-1/x² has no bound near zero; what comes back is infinity and no exception.",
    mistake="Python's ZeroDivisionError escapes from the backward pass.",
)
def _(lib):
    at(lib, "operations.reciprocal", lambda x: x.reciprocal(), [0.0, 0.0], [4.0, -0.5])


@chapter.behaviour(
    "division-by-zero",
    "A division by zero has infinite slopes on both sides",
    profile="torch",
    source="PyTorch's derivative of div",
    after=["operators.div-grad"],
    why="1/b and -a/b² have no bound near b = 0: infinity comes back, with the signs of both.",
    mistake="The divisor is kept away from zero by a small number, or Python's exception escapes.",
)
def _(lib):
    a = lib.tensor(1.5, requires_grad=True)
    b = lib.tensor(0.0, requires_grad=True)
    plain_a = lib.tensor(7.0, requires_grad=True)
    plain_b = lib.tensor(4.0, requires_grad=True)
    beside = lib.tensor(3.0, requires_grad=True)
    result = a / b
    (result * 2 + plain_a / plain_b * 6 + beside * 4).backward()
    lib.control("operators.number-on-the-right", beside.grad)
    lib.control("operators.div-grad", plain_a.grad)
    lib.control("operators.div-grad", plain_b.grad)
    lib.observe("value", result)
    lib.observe("gradient of the dividend", a.grad)
    lib.observe("gradient of the divisor", b.grad)


@chapter.behaviour(
    "rsqrt-at-zero",
    "rsqrt has an infinite slope downwards at zero",
    profile="torch",
    source="PyTorch's derivative of rsqrt",
    after=["operations.rsqrt"],
    why="One over a root falls from infinity: the slope is minus infinity times what arrives.",
    mistake="A small number under the root makes value and slope large but finite.",
)
def _(lib):
    at(lib, "operations.rsqrt", lambda x: x.rsqrt(), [0.0, 0.0], [4.0, 0.25])


@chapter.behaviour(
    "exp-out-of-range",
    "exp of a large number is infinite, and so is its slope",
    profile="torch",
    source="PyTorch's derivative of exp",
    after=["operations.exp-matrix"],
    why="exp has itself as its slope, also where it no longer fits; far below zero both are 0.",
    mistake="The argument is cut off to be safe, so the overflow is hidden in a wrong number.",
)
def _(lib):
    at(lib, "operations.exp-matrix", lambda x: x.exp(), [1000.0, -1000.0], [1.5, -0.5])


@chapter.behaviour(
    "norm-at-zero",
    "norm has the slope 0 at the origin",
    profile="torch",
    source="PyTorch's derivative of norm",
    after=["operations.norm"],
    why="The length of nothing can only grow, in every direction alike: 0 lies in the middle.",
    mistake="x/|x| is computed as it stands, and 0/0 is NaN.",
)
def _(lib):
    at(lib, "operations.norm", lambda x: x.norm(), [0.0, 0.0], [3.0, -4.0], counts=(0, 0))


@chapter.behaviour(
    "norm-by-hand-at-zero",
    "A norm written by hand is NaN at the origin",
    level="detail",
    profile="torch",
    source="PyTorch's derivatives of sqrt and pow",
    after=["operators.sqrt-grad", "operators.pow-grad"],
    why="The root hands on infinity, the square multiplies it by 0, and 0·∞ is NaN.",
    mistake="Infinity times 0 is swept under the carpet somewhere on the way.",
)
def _(lib):
    x = lib.tensor(0.0, requires_grad=True)
    y = lib.tensor(0.0, requires_grad=True)
    root = lib.tensor([9.0, 16.0], requires_grad=True)
    power = lib.tensor(-2.0, requires_grad=True)
    length = (x**2 + y**2).sqrt()
    (length + weighed(lib, root.sqrt(), 2) + power**3).backward()
    lib.control("operators.sqrt-grad", root.grad)
    lib.control("operators.pow-grad", power.grad)
    lib.observe("length", length)
    lib.observe("gradient of x", x.grad, accept=[alternative("the norm's own slope", 0.0)])
    lib.observe("gradient of y", y.grad, accept=[alternative("the norm's own slope", 0.0)])


@chapter.behaviour(
    "std-of-equal-numbers",
    "std of equal numbers has the slope 0",
    profile="torch",
    source="PyTorch's derivative of std",
    after=["operations.std"],
    why="Equal numbers lie at the lowest point of std, a kink like that of abs.",
    mistake="The distance from the mean is divided by std: 0/0 is NaN.",
)
def _(lib):
    at(lib, "operations.std", lambda x: x.std(), [2.5, 2.5, 2.5], [1.0, 2.0, 6.0], counts=(0, 0))


@chapter.behaviour(
    "prod-with-a-zero",
    "prod with one zero pays the zero alone",
    profile="torch",
    source="PyTorch's derivative of prod",
    after=["operations.prod"],
    why="The zero's slope is the product of the others; theirs all contain the zero.",
    mistake="The product is divided by each factor, and 0/0 is NaN.",
)
def _(lib):
    at(lib, "operations.prod", lambda x: x.prod(), [2.0, 0.0, 3.0], [2.0, -1.0, 3.0], counts=(0, 0))


@chapter.behaviour(
    "prod-with-two-zeros",
    "prod with two zeros pays nobody",
    profile="torch",
    source="PyTorch's derivative of prod",
    after=["operations.prod", "kinks.prod-with-a-zero"],
    why="Whichever factor is taken out, a zero is left in the product.",
    mistake="Zeros are left out of the product before it is handed out.",
)
def _(lib):
    at(lib, "operations.prod", lambda x: x.prod(), [2.0, 0.0, 0.0], [2.0, -1.0, 3.0], counts=(0, 0))


@chapter.behaviour(
    "cumprod-with-a-zero",
    "cumprod with a zero still pays what comes before and at it",
    profile="torch",
    source="PyTorch's derivative of cumprod",
    after=["operations.cumprod"],
    why="Products before the zero are as ever, the zero's own slope counts what follows it.",
    mistake="The result is divided by the element, and 0/0 is NaN.",
)
def _(lib):
    at(
        lib,
        "operations.cumprod",
        lambda x: x.cumprod(0),
        [2.0, 0.0, 3.0],
        [2.0, -1.0, 3.0],
        counts=(3, 3),
    )


@chapter.behaviour(
    "sigmoid-saturated",
    "sigmoid far out has the slope 0 and no NaN",
    source="PyTorch's derivative of sigmoid",
    after=["operations.sigmoid"],
    why="At ±200 the result is 0 or 1 to the last digit, and the curve is flat.",
    mistake="exp overflows on one of the sides, and infinity over infinity is NaN.",
)
def _(lib):
    at(lib, "operations.sigmoid", lambda x: x.sigmoid(), [-200.0, 200.0], [-1.5, 0.5])


@chapter.behaviour(
    "tanh-saturated",
    "tanh far out has the slope 0 and no NaN",
    source="PyTorch's derivative of tanh",
    after=["operations.tanh-matrix"],
    why="At ±200 the result is -1 or 1 to the last digit, and the curve is flat.",
    mistake="tanh is written as a quotient of exponentials, which overflow.",
)
def _(lib):
    at(lib, "operations.tanh-matrix", lambda x: x.tanh(), [-200.0, 200.0], [-1.5, 0.5])


@chapter.behaviour(
    "softplus-far-out",
    "softplus far out is x or 0, with the slope 1 or 0",
    profile="torch",
    source="PyTorch's page on softplus",
    after=["operations.softplus"],
    why="log(1 + exp(x)) is x where exp(x) is huge; computed as it stands it overflows.",
    mistake="exp is taken of large numbers, so value and slope are infinite or NaN.",
)
def _(lib):
    at(
        lib,
        "operations.softplus",
        lambda x: lib.nn.functional.softplus(x),
        [-200.0, 200.0],
        [-1.5, 0.5],
    )


@chapter.behaviour(
    "steps-are-flat",
    "floor, round and sign hand back zeros",
    profile="torch",
    source="autograd notes on non-differentiable functions",
    after=["operators.sum-grad"],
    why="Between their jumps these functions do not move at all, so a slope of 0 is all there is.",
    mistake="They are left out of the graph, so the gradient is None, or they pass it on as it is.",
)
def _(lib):
    x = lib.tensor([1.25, -2.75], requires_grad=True)
    w = lib.tensor([2.0, -3.0], requires_grad=True)
    low = x.floor()
    near = x.round()
    side = x.sign()
    (low * w + near * 3 + side * 5).sum().backward()
    lib.observe("floor", low)
    lib.observe("round", near)
    lib.observe("sign", side)
    lib.control("operators.sum-grad", w.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "where-hides-no-nan",
    "where does not hide a bad slope of the side not chosen",
    level="detail",
    profile="torch",
    source="autograd notes on non-differentiable functions",
    after=["operations.where", "operators.sqrt-grad"],
    why="The root at 0 is not chosen and gets the gradient 0, but 0 times its infinity is NaN.",
    mistake="where is taken for an if: what is not chosen seems not to be computed.",
)
def _(lib):
    x = lib.tensor([0.0, 4.0], requires_grad=True)
    plain = lib.tensor([9.0, 16.0], requires_grad=True)
    chosen = lib.where(lib.tensor([False, True]), x.sqrt(), lib.zeros(2))
    (weighed(lib, chosen, 2) + weighed(lib, plain.sqrt(), 2)).backward()
    lib.control("operators.sqrt-grad", plain.grad)
    lib.observe("value", chosen)
    right = alternative("the chosen side's slope", [0.0, -0.75])
    lib.observe("gradient", x.grad, accept=[right])


@chapter.behaviour(
    "where-twice",
    "where inside and outside of a root keeps its slope finite",
    profile="torch",
    source="autograd notes on non-differentiable functions",
    after=["operations.where", "operators.sqrt-grad"],
    why="Inside, a harmless 1 takes the place of the bad value, so nothing infinite arises.",
    mistake="The gradient of what the inner where replaced is passed on nevertheless.",
)
def _(lib):
    x = lib.tensor([0.0, 4.0], requires_grad=True)
    plain = lib.tensor([9.0, 16.0], requires_grad=True)
    good = lib.tensor([False, True])
    safe = lib.where(good, x, lib.ones(2)).sqrt()
    chosen = lib.where(good, safe, lib.zeros(2))
    (weighed(lib, chosen, 2) + weighed(lib, plain.sqrt(), 2)).backward()
    lib.control("operators.sqrt-grad", plain.grad)
    lib.observe("value", chosen)
    lib.observe("gradient", x.grad)
