"""What ``backward`` computes through a mean, the usual last step of a loss."""

from gradmark.spec.backward import chapter


@chapter.behaviour(
    "mean-hands-on-one-nth",
    "A mean hands one n-th of its gradient to each element",
    claims=["backward.mean-upstream-is-one-over-n"],
    after=["operators.add-grad", "operators.sum-times-weight"],
    why="Each of n elements moves their mean by 1/n, so a third of 6 and a quarter of 10 arrive.",
    mistake="The division by the number of elements is forgotten on the way back.",
)
def _(lib):
    three = lib.tensor([1.0, -2.0, 4.0], requires_grad=True)
    four = lib.tensor([3.0, 5.0, -1.0, 9.0], requires_grad=True)
    pair = lib.tensor([5.0, 7.0], requires_grad=True)
    six = lib.tensor(6.0, requires_grad=True)
    ten = lib.tensor(10.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    result = three.mean() * six + four.mean() * ten
    lib.observe("result", result)
    (result + (pair.sum() + term) * six).backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", ten.grad)
    lib.control("operators.sum-times-weight", pair.grad)
    lib.observe("gradient of three elements", three.grad)
    lib.observe("gradient of four elements", four.grad)


@chapter.behaviour(
    "mean-of-squares",
    "The mean of 3(x + 2)² over three has the gradient 2(x + 2)",
    claims=[
        "backward.mean-of-squares",
        "backward.mean-expands-to-sum",
    ],
    after=["backward.mean-hands-on-one-nth", "backward.scalar-polynomial"],
    why="The mean is a third of three terms, and the third cancels the 3 of each term.",
    mistake="The gradient is that of the sum, three times too large.",
)
def _(lib):
    x = lib.tensor(lib.draw(3), requires_grad=True)
    even = lib.tensor([5.0, 7.0, 9.0], requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    moved = x + 2
    z = (moved * moved * 3).mean()
    lib.observe("mean", z)
    (z + even.mean() * 6 + (twin * twin + twin * 2 + term) * five).backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.control("backward.mean-hands-on-one-nth", even.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "mean-step-by-step",
    "The derivatives of two steps multiply to that of both",
    claims=["backward.intermediate-partials", "backward.mean-expands-to-sum"],
    after=["backward.mean-hands-on-one-nth", "backward.scalar-polynomial"],
    why=(
        "For z = mean(3y²) and y = x + 2, dz/dy is 2y and dy/dx is 1. The leaf shift has the "
        "gradient of y, since it is added to nothing but y."
    ),
    mistake="The inner step's derivative replaces the outer one instead of multiplying it.",
)
def _(lib):
    x = lib.tensor([1.0, -3.0, 0.5], requires_grad=True)
    shift = lib.tensor([2.0, 2.0, 2.0], requires_grad=True)
    y = lib.tensor([3.0, -1.0, 2.5], requires_grad=True)
    even = lib.tensor([5.0, 7.0, 9.0], requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    steps = x + shift
    z = (steps * steps * 3).mean()
    lib.observe("z", z)
    (z + (y * y * 3).mean() + even.mean() * 6 + (twin * twin + twin * 2 + term) * five).backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.control("backward.mean-hands-on-one-nth", even.grad)
    lib.observe("gradient of z by y alone", y.grad)
    lib.observe("gradient of z by what is added to x", shift.grad)
    lib.observe("gradient of z by x", x.grad)


@chapter.behaviour(
    "mean-of-a-table",
    "The mean of 3(x + 2)² over four ones is 27, its gradient 4.5",
    claims=["backward.mean-2x2"],
    after=["backward.mean-hands-on-one-nth", "backward.scalar-polynomial"],
    why="A table of two by two has four elements, so each of them counts a quarter: 18 / 4.",
    mistake="The mean divides by the number of rows instead of by the number of elements.",
)
def _(lib):
    table = lib.tensor([[1.0, 1.0], [1.0, 1.0]], requires_grad=True)
    even = lib.tensor([5.0, 7.0, 9.0], requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    lifted = table + 2
    result = (lifted * lifted * 3).mean()
    lib.observe("mean", result)
    (result + even.mean() * 6 + (twin * twin + twin * 2 + term) * five).backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.control("backward.mean-hands-on-one-nth", even.grad)
    lib.observe("gradient", table.grad)


@chapter.behaviour(
    "mean-polynomial",
    "The mean of x² + 2x + 3 at 1, 2, 3 has slopes 4/3, 2, 8/3",
    claims=["backward.mean-polynomial"],
    after=["backward.mean-hands-on-one-nth", "backward.scalar-polynomial"],
    why="Every element's slope 2x + 2 is divided by three: 4, 6 and 8 become 4/3, 2 and 8/3.",
    mistake="The first slope is taken for 3, or the division by three is left out.",
)
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    even = lib.tensor([5.0, 7.0, 9.0], requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    y = (x * x + x * 2 + 3).mean()
    lib.observe("mean", y)
    (y + even.mean() * 6 + (twin * twin + twin * 2 + term) * five).backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.control("backward.mean-hands-on-one-nth", even.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "mean-polynomial-anywhere",
    "The mean of x² + 2x + 3 over three has the gradient (2x + 2)/3",
    claims=["backward.mean-polynomial-formula"],
    after=["backward.mean-hands-on-one-nth", "backward.scalar-polynomial"],
    why="The formula holds for whatever numbers are drawn, not only for 1, 2 and 3.",
    mistake="The answer is right for one well-known input and wrong for another.",
)
def _(lib):
    x = lib.tensor(lib.draw(3), requires_grad=True)
    even = lib.tensor([5.0, 7.0, 9.0], requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    y = (x * x + x * 2 + 3).mean()
    lib.observe("mean", y)
    (y + even.mean() * 6 + (twin * twin + twin * 2 + term) * five).backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.control("backward.mean-hands-on-one-nth", even.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "mean-is-a-weighted-sum",
    "A mean of four is a sum with the weights 1/4",
    claims=["backward.mean-is-weighted-sum"],
    after=["backward.mean-hands-on-one-nth", "operators.sum-grad", "backward.scalar-polynomial"],
    why="Both ways of writing it have the same value and the same gradient.",
    mistake="Value and gradient of the mean divide by different numbers.",
)
def _(lib):
    numbers = [4.0, -1.0, 2.5, 0.5]
    u = lib.tensor(numbers, requires_grad=True)
    v = lib.tensor(numbers, requires_grad=True)
    quarter = lib.tensor([0.25, 0.25, 0.25, 0.25], requires_grad=True)
    even = lib.tensor([5.0, 7.0, 9.0], requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    mean, total = (u * u * u).mean(), (v * v * v * quarter).sum()
    lib.observe("mean", mean)
    lib.observe("weighted sum", total)
    (mean + total + even.mean() * 6 + (twin * twin + twin * 2 + term) * five).backward()
    lib.control("operators.sum-grad", quarter.grad)
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.control("backward.mean-hands-on-one-nth", even.grad)
    lib.observe("gradient through the mean", u.grad)
    lib.observe("gradient through the weighted sum", v.grad)
