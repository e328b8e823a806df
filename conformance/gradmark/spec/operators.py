"""The arithmetic that every other chapter is written in: ``+ - * / **`` and ``sum``.

Leaves called ``one``, ``term``, ``extra`` or ``twin``, here and elsewhere, are there for the
controls: where an operator is wrong their gradients are, and the behaviour waits for its own.
"""

from gradmark.behaviour import Chapter

chapter = Chapter("operators", "Operators and their derivatives")


@chapter.behaviour(
    "mul-grad",
    "A product hands each factor the other one as its gradient",
    profile="scalar",
    claims=["operators.mul-grad"],
    why="d(a·b)/da is b. Multiplication is the operation that most of this spec is written in.",
    mistake="Each factor is given its own value, or only the first factor is given anything.",
)
def _(lib):
    a = lib.tensor(3.0, requires_grad=True)
    b = lib.tensor(-2.0, requires_grad=True)
    product = a * b
    lib.observe("product", product)
    product.backward()
    lib.observe("gradient of a", a.grad)
    lib.observe("gradient of b", b.grad)


@chapter.behaviour(
    "add-grad",
    "A sum of two terms hands its own gradient to both",
    profile="scalar",
    claims=["operators.add-grad"],
    after=["operators.mul-grad"],
    why="d(a+b)/da is 1, so whatever arrives at the sum is passed on as it is. Here a 5 arrives.",
    mistake="The sum hands on 1 instead of what arrived, which only shows once something follows.",
)
def _(lib):
    a = lib.tensor(3.0, requires_grad=True)
    b = lib.tensor(-2.0, requires_grad=True)
    c = lib.tensor(5.0, requires_grad=True)
    result = (a + b) * c
    lib.observe("result", result)
    result.backward()
    lib.control("operators.mul-grad", c.grad)
    lib.observe("gradient of a", a.grad)
    lib.observe("gradient of b", b.grad)


@chapter.behaviour(
    "sub-grad",
    "A difference hands its gradient on, negated for the right side",
    profile="scalar",
    claims=["operators.sub-grad"],
    after=["operators.mul-grad"],
    why="d(a-b)/db is -1, times whatever arrives; here a 5 arrives.",
    mistake="Both sides are given the same sign.",
)
def _(lib):
    a = lib.tensor(3.0, requires_grad=True)
    b = lib.tensor(-4.0, requires_grad=True)
    c = lib.tensor(5.0, requires_grad=True)
    result = (a - b) * c
    lib.observe("result", result)
    result.backward()
    lib.control("operators.mul-grad", c.grad)
    lib.observe("gradient of a", a.grad)
    lib.observe("gradient of b", b.grad)


@chapter.behaviour(
    "neg-grad",
    "Negation negates the gradient",
    profile="scalar",
    claims=["operators.neg-and-sqrt"],
    after=["operators.mul-grad"],
    why="d(-a)/da is -1, times what arrives.",
    mistake="The minus is lost on the way back.",
)
def _(lib):
    a = lib.tensor(3.0, requires_grad=True)
    b = lib.tensor(4.0, requires_grad=True)
    result = -a * b
    lib.observe("result", result)
    result.backward()
    lib.control("operators.mul-grad", b.grad)
    lib.observe("gradient of a", a.grad)


@chapter.behaviour(
    "div-grad",
    "A quotient has the quotient rule's two gradients",
    profile="scalar",
    claims=["operators.div-grad"],
    after=["operators.mul-grad"],
    why="d(a/b)/da is 1/b and d(a/b)/db is -a/b², times what arrives.",
    mistake="The divisor's gradient lacks its minus or its square.",
)
def _(lib):
    a = lib.tensor(6.0, requires_grad=True)
    b = lib.tensor(-4.0, requires_grad=True)
    c = lib.tensor(8.0, requires_grad=True)
    result = a / b * c
    lib.observe("result", result)
    result.backward()
    lib.control("operators.mul-grad", c.grad)
    lib.observe("gradient of a", a.grad)
    lib.observe("gradient of b", b.grad)


@chapter.behaviour(
    "pow-grad",
    "A whole power brings its exponent down",
    profile="scalar",
    claims=["operators.pow-grad"],
    after=["operators.mul-grad", "operators.number-on-the-right"],
    why="d(a³)/da is 3a², also for a negative base.",
    mistake="The exponent is forgotten, or the old exponent is kept.",
)
def _(lib):
    a = lib.tensor(-2.0, requires_grad=True)
    b = lib.tensor(5.0, requires_grad=True)
    result = a**3 * b
    lib.observe("result", result)
    result.backward()
    lib.control("operators.mul-grad", b.grad)
    lib.observe("gradient of a", a.grad)


@chapter.behaviour(
    "number-on-the-right",
    "A plain number can stand to the right of every operator",
    profile="scalar",
    claims=["operators.python-number-operands"],
    after=["operators.mul-grad", "operators.add-grad"],
    why="x * 4 + 1 mixes a tracked value with numbers; the numbers are constants.",
    mistake="The number is not wrapped, and the operator fails or drops it.",
)
def _(lib):
    x = lib.tensor(3.0, requires_grad=True)
    a = lib.tensor(2.0, requires_grad=True)
    b = lib.tensor(7.0, requires_grad=True)
    term = lib.tensor(9.0, requires_grad=True)
    y = x * 4 + 1 - 5 + (a * b + term)
    lib.observe("value", y)
    y.backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", b.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "number-on-the-left",
    "A plain number can stand to the left of + and *",
    profile="scalar",
    claims=["operators.python-number-operands"],
    after=["operators.number-on-the-right"],
    why="2 * x asks the number first, which does not know x; Python then asks x for __rmul__.",
    mistake="The reflected methods __radd__ and __rmul__ were never written.",
)
def _(lib):
    x = lib.tensor(3.0, requires_grad=True)
    twin = lib.tensor(7.0, requires_grad=True)
    y = 1 + 2 * x + twin * 4
    lib.observe("value", y)
    y.backward()
    lib.control("operators.number-on-the-right", twin.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "number-minus-value",
    "A number minus a value has the gradient -1",
    profile="scalar",
    claims=["operators.sub-grad", "operators.python-number-operands"],
    after=["operators.number-on-the-right", "operators.sub-grad"],
    why="10 - x is not x - 10: the reflected operator has to keep the order.",
    mistake="__rsub__ was written as __sub__, so both the value and the sign are wrong.",
)
def _(lib):
    x = lib.tensor(4.0, requires_grad=True)
    factor = lib.tensor(3.0, requires_grad=True)
    term = lib.tensor(5.0, requires_grad=True)
    y = (10 - x - term) * factor
    lib.observe("value", y)
    y.backward()
    lib.control("operators.sub-grad", term.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "number-over-value",
    "A number over a value has the gradient of a reciprocal",
    profile="scalar",
    claims=["operators.python-number-operands"],
    after=["operators.div-grad", "operators.number-on-the-right"],
    why="d(8/x)/dx is -8/x²: the number is divided, and x stands below the line.",
    mistake="__rtruediv__ was written as __truediv__, which gives x/8.",
)
def _(lib):
    x = lib.tensor(4.0, requires_grad=True)
    a = lib.tensor(5.0, requires_grad=True)
    b = lib.tensor(2.0, requires_grad=True)
    y = 8 / x * (a / b)
    lib.observe("value", y)
    y.backward()
    lib.control("operators.div-grad", b.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "sum-grad",
    "A sum over all elements hands its gradient to each of them",
    claims=["operators.sum-grad", "backward.product-then-sum"],
    after=["operators.mul-grad", "operators.number-on-the-right"],
    why="Every element counts once in the sum. Weights beside it show that each gets its own.",
    mistake="The gradient stays a single number, or all elements get the same one.",
)
def _(lib):
    x = lib.tensor([4.0, 6.0, -1.0], requires_grad=True)
    w = lib.tensor([0.5, 3.0, 9.0], requires_grad=True)
    one = lib.tensor(1.0, requires_grad=True)
    extra = lib.tensor(2.0, requires_grad=True)
    total = (x * w).sum() * one + extra * 4
    lib.observe("total", total)
    total.backward()
    lib.control("operators.mul-grad", one.grad)
    lib.control("operators.number-on-the-right", extra.grad)
    lib.observe("gradient of x", x.grad)
    lib.observe("gradient of w", w.grad)


@chapter.behaviour(
    "sum-times-weight",
    "A sum multiplies what arrives into every element",
    claims=["operators.sum-grad"],
    after=["operators.sum-grad"],
    why="What follows the sum has to reach every element, not only a 1.",
    mistake="The backward of sum returns ones and ignores what arrives.",
)
def _(lib):
    x = lib.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    twin = lib.tensor([5.0, 7.0], requires_grad=True)
    weight = lib.tensor(6.0, requires_grad=True)
    extra = lib.tensor(2.0, requires_grad=True)
    total = x.sum() * weight + twin.sum() + extra * 4
    lib.observe("total", total)
    total.backward()
    lib.control("operators.mul-grad", weight.grad)
    lib.control("operators.number-on-the-right", extra.grad)
    lib.control("operators.sum-grad", twin.grad)
    lib.observe("gradient", x.grad)
