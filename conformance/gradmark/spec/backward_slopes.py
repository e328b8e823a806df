"""What a gradient means: the slope of a line, of a curve, and the way uphill."""

from gradmark.spec.backward import chapter


@chapter.behaviour(
    "slope-of-a-line",
    "The slope of 2x + y is 2 wherever x and y are",
    profile="scalar",
    claims=["backward.linear-one-variable", "backward.loss-with-respect-to-tensor"],
    after=["operators.number-on-the-left"],
    why="A straight line is as steep everywhere, whatever constant is added to it.",
    mistake="A term that nobody asks a gradient of takes the other term out of the graph as well.",
)
def _(lib):
    x = lib.tensor(lib.draw(), requires_grad=True)
    y = lib.tensor(lib.draw())
    left = lib.tensor(3.0, requires_grad=True)
    offset = lib.tensor(6.0, requires_grad=True)
    line = 2 * x + y
    lib.observe("value", line)
    (line + 7 * left + offset).backward()
    lib.control("operators.number-on-the-left", left.grad)
    lib.control("gradient-argument.implicit-one", offset.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "slope-of-a-curve",
    "The gradient is the slope of the function at that point",
    profile="scalar",
    claims=["backward.gradient-is-derivative"],
    after=["accumulation.same-leaf-twice", "backward.chain-rule"],
    why=(
        "Between two points close by, v³/2 - 4v changes by the gradient times their distance: "
        "that is what a derivative is."
    ),
    mistake="A factor that the chain rule asks for is left out, and the line is no tangent.",
)
def _(lib):
    v = lib.tensor(1.25, requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    y = v * v * v * 0.5 + v * -4
    (y + (twin * twin + twin * 2 + term) * five).backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    for place, at in (("a little below", 1.234375), ("a little above", 1.265625)):
        near = lib.tensor(at)
        lib.observe(f"value {place}", near * near * near * 0.5 + near * -4)
    lib.observe("gradient", v.grad)


@chapter.behaviour(
    "points-uphill",
    "A step along the gradient makes the function larger",
    profile="scalar",
    claims=["backward.steepest-ascent"],
    after=["accumulation.same-leaf-twice", "backward.chain-rule"],
    why="The gradient points to where the function grows fastest; descent goes the other way.",
    mistake="One of the partial derivatives is incomplete, and the direction is off.",
)
def _(lib):
    def height(px, py):
        return px * px * 3 + px * py + py * 2

    px = lib.tensor(0.5, requires_grad=True)
    py = lib.tensor(-1.25, requires_grad=True)
    twin = lib.tensor(4.0, requires_grad=True)
    extra = lib.tensor(2.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    start = height(px, py)
    lib.observe("height", start)
    (start + (twin * twin + five * (extra * 4))).backward()
    lib.control("backward.chain-rule", extra.grad)
    lib.control("accumulation.same-leaf-twice", twin.grad)
    along, up = px.grad * 0.0625, py.grad * 0.0625
    lib.observe("height after a step along the gradient", height(along + 0.5, up + -1.25))
    lib.observe("height after a step against it", height(along * -1 + 0.5, up * -1 + -1.25))
    lib.observe("height after a step across it", height(up + 0.5, along * -1 + -1.25))


@chapter.behaviour(
    "exact-beside-a-large-number",
    "A slope is exact beside a number that dwarfs it",
    profile="scalar",
    source="what tells a derivative from a difference",
    after=["operators.mul-grad", "operators.add-grad"],
    why=(
        "Next to 10²⁴ no small step changes the result, but a derivative is worked out from the "
        "graph and takes no step at all."
    ),
    mistake="The slope is measured: inputs are moved a little, and results are subtracted.",
)
def _(lib):
    x = lib.tensor(1.5, requires_grad=True)
    factor = lib.tensor(4.0, requires_grad=True)
    large = lib.tensor(1e24, requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    y = x * factor + (twin * five + term) + large
    y.backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.observe("gradient", x.grad)
    lib.observe("gradient of the factor", factor.grad)
