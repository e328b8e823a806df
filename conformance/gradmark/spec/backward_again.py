"""Gradients of gradients: a derivative that is part of the graph and has derivatives itself."""

from gradmark.behaviour import Level
from gradmark.spec.backward import chapter

PAGE = "PyTorch's page on autograd.grad"


def slope(lib, y, x, **given):
    """Return the gradient of a number as a part of the graph."""
    return lib.unpack(lib.autograd.grad(y, x, create_graph=True, **given), 1)[0]


@chapter.behaviour(
    "second-derivative",
    "A gradient made with create_graph has a gradient itself",
    level=Level.SHOULD,
    profile="torch",
    source=PAGE,
    after=["accumulation.same-leaf-twice"],
    why="The slope of x³ is 3x², which is a function of x too: its own slope is 6x.",
    mistake="The way back computes with bare numbers, and nothing remembers how they were made.",
)
def _(lib):
    x = lib.tensor(lib.draw(away=(-1.0, 0.0, 1.0)), requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    first = slope(lib, x * x * x, x)
    lib.observe("first derivative", first)
    (first + twin * twin).backward()
    lib.control("accumulation.same-leaf-twice", twin.grad)
    lib.observe("second derivative", x.grad)


@chapter.behaviour(
    "mixed-derivatives",
    "A mixed second derivative is the same in either order",
    level=Level.SHOULD,
    profile="torch",
    source=PAGE,
    after=["accumulation.same-leaf-twice", "operators.number-on-the-right"],
    why="First along a and then along b, or the other way round: for a·a·b it is 2a both times.",
    mistake="Each gradient remembers its own input alone, and the other one counts as a constant.",
)
def _(lib):
    a = lib.tensor(lib.draw(), requires_grad=True)
    b = lib.tensor(lib.draw(), requires_grad=True)
    y = a * a * b
    of_a, of_b = lib.unpack(lib.autograd.grad(y, (a, b), create_graph=True), 2)
    lib.observe("first a, then b", slope(lib, of_a, b))
    lib.observe("first b, then a", slope(lib, of_b, a))
    five = lib.tensor(5.0, requires_grad=True)
    (of_a * 3 + five * 2).backward()
    lib.control("operators.number-on-the-right", five.grad)
    lib.observe("first a, then a", a.grad)


@chapter.behaviour(
    "second-derivative-of-a-quotient",
    "The second derivative of one over x is two over x cubed",
    level=Level.SHOULD,
    profile="torch",
    source=PAGE,
    after=["operators.div-grad"],
    why="The slope of 3/x is -3/x², in which x takes part twice more: 6/x³ is the next one.",
    mistake="The divisor that is saved for the way back is a number without a past.",
)
def _(lib):
    again(lib, lambda x: 3 / x, low=0.5, high=2.0)


@chapter.behaviour(
    "second-derivative-of-exp",
    "Every derivative of exp is exp again",
    level=Level.SHOULD,
    profile="torch",
    source=PAGE,
    after=["operations.exp"],
    why="exp saves its result for the way back, and the result depends on x as well.",
    mistake="The saved result is taken for a constant, so that the second derivative is 0.",
)
def _(lib):
    again(lib, lambda x: x.exp() * 3)


@chapter.behaviour(
    "second-derivative-of-sin",
    "The second derivative of sin is minus sin",
    level=Level.SHOULD,
    profile="torch",
    source=PAGE,
    after=["operations.sin"],
    why="The way back of sin computes a cosine, and that has a slope of its own with a sign.",
    mistake="The cosine of the way back is computed outside the graph, or its sign is lost.",
)
def _(lib):
    again(lib, lambda x: x.sin() * 3)


@chapter.behaviour(
    "second-derivative-of-tanh",
    "The second derivative of tanh follows its own result",
    level=Level.SHOULD,
    profile="torch",
    source=PAGE,
    after=["operations.tanh"],
    why="With t = tanh(x) the slope is 1 - t², and the slope of that is -2t·(1 - t²).",
    mistake="One of the two factors of t² is taken for a constant, and half of it is missing.",
)
def _(lib):
    again(lib, lambda x: x.tanh() * 3)


@chapter.behaviour(
    "second-derivative-of-a-power",
    "A power falls by one with each derivative",
    level=Level.SHOULD,
    profile="torch",
    source=PAGE,
    after=["operators.pow-grad"],
    why="x⁴ has the slope 4x³ and after that 12x²: the rule for powers applies to its own answer.",
    mistake="The exponent is brought down once, and the second time the first one comes again.",
)
def _(lib):
    again(lib, lambda x: x**4)


def again(lib, function, **drawn):
    """Ask for a function's slope, and for the slope of that."""
    x = lib.tensor(lib.draw(3, **drawn), requires_grad=True)
    weights = lib.tensor([2.0, -3.0, 0.5])
    first = slope(lib, function(x).sum(), x)
    lib.observe("first derivative", first)
    (first * weights).sum().backward()
    lib.observe("second derivative, weighed", x.grad)


@chapter.behaviour(
    "second-derivative-of-matmul",
    "A matrix product's gradient depends on both matrices",
    level=Level.SHOULD,
    profile="torch",
    source=PAGE,
    after=["operations.matmul", "accumulation.same-leaf-twice"],
    why="What one matrix is handed is made from the other: its own gradient leads there.",
    mistake="The transposed matrix of the way back is an array that leads nowhere.",
)
def _(lib):
    a = lib.tensor(lib.draw(2, 3), requires_grad=True)
    b = lib.tensor(lib.draw(3, 2), requires_grad=True)
    product = a @ b
    of_a = slope(lib, (product * product).sum(), a)
    lib.observe("first derivative", of_a)
    (of_a * lib.tensor([[2.0, -1.0, 3.0], [0.5, 4.0, -2.0]])).sum().backward()
    lib.observe("then along a", a.grad)
    lib.observe("then along b", b.grad)


@chapter.behaviour(
    "second-derivative-of-broadcasting",
    "A row that meets a matrix has second derivatives of its own",
    level=Level.SHOULD,
    profile="torch",
    source=PAGE,
    after=["operators.broadcast-grad", "accumulation.same-leaf-twice"],
    why="The row's gradient is a sum over the rows; backward through that sum stretches again.",
    mistake="The sum that undoes broadcasting is not recorded, and the way back ends there.",
)
def _(lib):
    table = lib.tensor(lib.draw(2, 3), requires_grad=True)
    row = lib.tensor(lib.draw(3), requires_grad=True)
    product = table * row
    of_row = slope(lib, (product * product).sum(), row)
    lib.observe("first derivative", of_row)
    (of_row * lib.tensor([2.0, -1.0, 3.0])).sum().backward()
    lib.observe("then along the row", row.grad)
    lib.observe("then along the table", table.grad)


@chapter.behaviour(
    "second-derivative-through-a-shared-value",
    "A value that is used twice is used twice in the second derivative",
    level=Level.SHOULD,
    profile="torch",
    source=PAGE,
    after=["accumulation.same-leaf-twice"],
    why="For h = x·x and y = h·h·x the slope is 5x⁴, and its slope 20x³ collects from all paths.",
    mistake="On the way back through the way back a shared value collects from one user alone.",
)
def _(lib):
    x = lib.tensor(lib.draw(low=0.5, high=1.5, away=(1.0,)), requires_grad=True)
    h = x * x
    first = slope(lib, h * h * x, x)
    lib.observe("first derivative", first)
    (first * 3).backward()
    lib.observe("three times the second", x.grad)


@chapter.behaviour(
    "gradient-penalty",
    "A penalty on a gradient trains what the gradient depends on",
    level=Level.SHOULD,
    profile="torch",
    source=PAGE,
    after=["accumulation.same-leaf-twice", "operators.sum-times-weight"],
    why=(
        "The squared length of the input's gradient is a loss like any other: backward carries it "
        "to the weights that made the gradient large."
    ),
    mistake="The gradient is cut off from the weights, so that the penalty has no effect.",
)
def _(lib):
    x = lib.tensor(lib.draw(3), requires_grad=True)
    w = lib.tensor(lib.draw(3), requires_grad=True)
    of_x = slope(lib, (x * x * w).sum(), x)
    penalty = (of_x * of_x).sum()
    lib.observe("penalty", penalty)
    penalty.backward()
    lib.observe("gradient of the weights", w.grad)
    lib.observe("gradient of the input", x.grad)


@chapter.behaviour(
    "second-derivatives-times-a-vector",
    "The gradient of a weighed gradient mixes all second derivatives",
    level=Level.SHOULD,
    profile="torch",
    source=PAGE,
    after=["accumulation.same-leaf-twice", "operators.sum-times-weight"],
    why=(
        "There is a second derivative for each pair of elements. Weighing the gradient and going "
        "back once more adds them up, without making the whole table."
    ),
    mistake="Only each element's own second derivative is counted, and none between two elements.",
)
def _(lib):
    x = lib.tensor(lib.draw(3), requires_grad=True)
    first = slope(lib, (x * x).sum() * x.sum(), x)
    lib.observe("gradient", first)
    (first * lib.tensor([2.0, -1.0, 0.5])).sum().backward()
    lib.observe("second derivatives times a vector", x.grad)


@chapter.behaviour(
    "gradient-of-a-step",
    "A loss after a step of descent has a gradient before the step",
    level=Level.SHOULD,
    profile="torch",
    source=PAGE,
    after=["accumulation.same-leaf-twice", "operators.number-on-the-right"],
    why=(
        "With w' = w - 0.25·g the loss at w' depends on w twice: directly, and through g. Learning "
        "how to learn needs both."
    ),
    mistake="The gradient in the step is a constant, so that w' seems to move exactly as w does.",
)
def _(lib):
    w = lib.tensor(lib.draw(low=0.5, high=1.5), requires_grad=True)
    stepped = w - slope(lib, w * w * w, w) * 0.25
    loss = stepped * stepped * 3
    lib.observe("loss after the step", loss)
    loss.backward()
    lib.observe("gradient before the step", w.grad)


@chapter.behaviour(
    "gradient-of-the-weights-of-a-gradient",
    "What a gradient was started from gets a gradient too",
    level=Level.SHOULD,
    profile="torch",
    source=PAGE,
    after=["accumulation.same-leaf-twice", "operators.mul-grad"],
    why=(
        "A gradient is proportional to what it was started from. Going back to that tells how fast "
        "the results move along a direction: a derivative forwards, made of two backwards."
    ),
    mistake="grad_outputs is read as plain numbers, although it is tracked.",
)
def _(lib):
    x = lib.tensor(lib.draw(2), requires_grad=True)
    start = lib.tensor([1.5, -0.5], requires_grad=True)
    pulled = slope(lib, x * x * x, x, grad_outputs=start)
    lib.observe("gradient", pulled)
    pulled.backward(lib.tensor([2.0, -3.0]))
    lib.observe("gradient of the start", start.grad)


@chapter.behaviour(
    "eighth-derivative",
    "The eighth derivative is as exact as the first",
    level=Level.SHOULD,
    profile="torch",
    source="what tells a derivative from a difference",
    after=["operations.exp", "operators.number-on-the-right"],
    why=(
        "exp(2x) doubles with each derivative, and the steep line beside it is gone after two. "
        "Differences of differences lose digits every time; by the eighth none is left."
    ),
    mistake="Derivatives are measured by moving the input a little and subtracting.",
)
def _(lib):
    x = lib.tensor(lib.draw(low=0.25, high=0.75), requires_grad=True)
    y = (x * 2).exp() + x * 1e12
    for _ in range(7):
        y = slope(lib, y, x)
    lib.observe("seventh derivative", y)
    y.backward()
    lib.observe("eighth derivative", x.grad)
