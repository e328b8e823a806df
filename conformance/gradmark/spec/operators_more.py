"""Further operators that the documents use: mean, view, products, broadcasting."""

from gradmark.spec.operators import chapter


@chapter.behaviour(
    "mean-grad",
    "A mean hands each element its share of the gradient",
    claims=["operators.mean-grad"],
    after=["operators.sum-times-weight"],
    why="The mean is the sum over n, so each of n elements gets 1/n of what arrives; here of 8.",
    mistake="The division by n is forgotten on the way back, or is done twice.",
)
def _(lib):
    x = lib.tensor([[1.0, 2.0], [3.0, 6.0]], requires_grad=True)
    twin = lib.tensor([5.0, 7.0], requires_grad=True)
    average = x.mean()
    (average * 8 + twin.sum() * 3).backward()
    lib.control("operators.sum-times-weight", twin.grad)
    lib.observe("mean", average)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "sqrt-grad",
    "A square root has the slope one over twice the root",
    claims=["operators.neg-and-sqrt"],
    after=["operators.sum-times-weight"],
    why="At 16 the root is 4, and its slope an eighth; at 4 it is a quarter.",
    mistake="The root itself is returned as its slope, or the 2 is left out.",
)
def _(lib):
    x = lib.tensor([4.0, 16.0], requires_grad=True)
    w = lib.tensor([3.0, 8.0], requires_grad=True)
    beside = lib.tensor([5.0, 7.0], requires_grad=True)
    root = x.sqrt()
    lib.observe("root", root)
    ((root * w).sum() + beside.sum() * 3).backward()
    lib.control("operators.sum-times-weight", beside.grad)
    lib.control("operators.sum-grad", w.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "view-grad",
    "A view in another shape hands the gradient back in the old one",
    claims=["operators.view-grad"],
    after=["operators.sum-times-weight"],
    why="view changes the shape and no element, so each gradient goes back to its place in line.",
    mistake="The gradient keeps the shape of the view, which the leaf does not have.",
)
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], requires_grad=True)
    w = lib.tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]], requires_grad=True)
    beside = lib.tensor([5.0, 7.0], requires_grad=True)
    table = x.view(2, 3)
    lib.observe("view", table)
    ((table * w).sum() + beside.sum() * 3).backward()
    lib.control("operators.sum-times-weight", beside.grad)
    lib.control("operators.sum-times-weight", w.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "broadcast-grad",
    "A stretched operand's gradient is summed to its own shape",
    claims=["operators.broadcast-grad", "operators.broadcasting-like-numpy"],
    after=["operators.sum-times-weight"],
    why="One slope of shape (1, 1) serves three points, so three gradients meet in it and add up.",
    mistake="The gradient comes back in the shape of the result, or averaged.",
)
def _(lib):
    slope = lib.tensor([[2.0]], requires_grad=True)
    points = lib.tensor([1.0, 2.0, 4.0], requires_grad=True)
    beside = lib.tensor([5.0, 7.0], requires_grad=True)
    w = lib.tensor([2.0, -3.0], requires_grad=True)
    line = points * slope
    lib.observe("line", line)
    (line.sum() + (beside * w).sum() * 3).backward()
    lib.control("operators.sum-times-weight", beside.grad)
    lib.control("operators.sum-times-weight", w.grad)
    lib.observe("gradient of the slope", slope.grad)
    lib.observe("gradient of the points", points.grad)


@chapter.behaviour(
    "matmul-value",
    "A matrix product sums rows times columns",
    level="detail",
    profile="torch",
    claims=["operators.matmul-value", "operators.matmul-definition", "operators.matmul-shape"],
    why=(
        "Entry i, j is row i of the one times column j of the other: (2, 3) times (3, 2) makes "
        "(2, 2). @ and matmul are two spellings."
    ),
    mistake="The inner axes are matched the wrong way round, or element by element.",
    gradient=False,
)
def _(lib):
    wide = lib.tensor([[1, 2, 3], [4, 5, 6]])
    tall = lib.tensor([[3, 2], [2, 3], [5, 3]])
    lib.observe("by @", wide @ tall)
    lib.observe("by matmul", wide.matmul(tall))
    lib.observe("the other way round", tall @ wide)
    lib.observe("shape", lib.shape(lib.ones(4, 6) @ lib.ones(6, 5)))


@chapter.behaviour(
    "matmul-mismatch",
    "A matrix product of sizes that do not meet is refused",
    level="detail",
    profile="torch",
    claims=["operators.matmul-mismatch"],
    why="A row of three can't be multiplied with a column of four: there is no such product.",
    mistake="The operands are broadcast or cut off until something fits.",
    gradient=False,
    impure="asks for a refusal",
)
def _(lib):
    a = lib.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    lib.observe("a product that fits", a @ lib.tensor([1.0, 10.0, 100.0]))
    with lib.raises("a product that does not"):
        a @ lib.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


@chapter.behaviour(
    "hadamard-value",
    "The operator * multiplies entry by entry",
    level="detail",
    profile="torch",
    claims=["operators.hadamard-value", "operators.hadamard-definition"],
    why="A product of entries keeps the shape; it is not the matrix product, which is @.",
    mistake="* of two matrices is computed as their matrix product.",
    gradient=False,
)
def _(lib):
    one = lib.tensor([[1, 2, 3], [4, 5, 6]])
    two = lib.tensor([[2, 3, 4], [2, 2, 3]])
    lib.observe("by *", one * two)
    lib.observe("by mul", one.mul(two))
    square = lib.tensor([[1, 2], [3, 4]])
    other = lib.tensor([[0, 5], [6, 1]])
    lib.observe("entry by entry", square * other)
    lib.observe("as matrices", square @ other)


@chapter.behaviour(
    "hadamard-broadcasts",
    "The product of entries takes shapes that can be stretched",
    level="detail",
    profile="torch",
    claims=["operators.hadamard-broadcasts"],
    after=["operators.broadcast-grad"],
    why="The shapes need not be equal: a row is used again for each row of a matrix.",
    mistake="The two shapes are compared and refused if they differ.",
    gradient=False,
)
def _(lib):
    square = lib.tensor([[1, 2], [3, 4]])
    lib.observe("rows times a row", square * lib.tensor([10, 100]))
    lib.observe("rows times a column", square * lib.tensor([[10], [100]]))


@chapter.behaviour(
    "broadcast-shapes",
    "Shapes are stretched by NumPy's rules",
    level="detail",
    profile="torch",
    claims=["operators.broadcasting-like-numpy"],
    after=["operators.broadcast-grad"],
    why=(
        "Shapes are compared from the last axis: equal lengths fit, and so does a 1 or an axis "
        "that is not there."
    ),
    mistake="Shapes are compared from the first axis, or any axis may be repeated.",
    gradient=False,
    impure="asks for a refusal",
)
def _(lib):
    lib.observe("(3, 1) and (4,)", lib.shape(lib.ones(3, 1) + lib.ones(4)))
    lib.observe("(2, 1, 5) and (3, 1)", lib.shape(lib.ones(2, 1, 5) + lib.ones(3, 1)))
    lib.observe("no axes and (2, 2)", lib.tensor(1.0) + lib.ones(2, 2))
    with lib.raises("(2, 3) and (2,)"):
        lib.ones(2, 3) + lib.ones(2)


@chapter.behaviour(
    "method-forms",
    "add, sub, mul, div and pow are the operators by name",
    level="detail",
    profile="torch",
    claims=["operators.method-forms"],
    after=["operators.number-on-the-right"],
    why="x.add(2) is x + 2, and so on; only div leaves the whole numbers, as / does.",
    mistake="div of whole numbers cuts off what follows the point.",
    gradient=False,
    exact="whole numbers as data stay, and their differences with them",
)
def _(lib):
    whole = lib.tensor([[0, 4], [7, 9]])
    lib.observe("add", whole.add(2))
    lib.observe("sub", whole.sub(2))
    lib.observe("mul", whole.mul(5))
    lib.observe("div", whole.div(4))
    lib.observe("pow", whole.pow(3))
    lib.observe("by operators", whole / 4 + whole**3 * 5 - 2)
    lib.observe("dtype of a sum", lib.dtype(whole.add(2)))
    lib.observe("dtype of a quotient", lib.dtype(whole.div(4)))


@chapter.behaviour(
    "method-grads",
    "Methods hand gradients back as their operators do",
    level="detail",
    profile="torch",
    claims=["operators.method-forms"],
    after=[
        "operators.add-grad",
        "operators.sub-grad",
        "operators.div-grad",
        "operators.pow-grad",
        "operators.number-on-the-right",
        "operators.sum-grad",
    ],
    why="A method is another spelling of the same operation, so its derivative is the same too.",
    mistake="The method computes on the bare numbers, outside of the graph.",
)
def _(lib):
    a = lib.tensor([3.0, -2.0], requires_grad=True)
    b = lib.tensor([4.0, 5.0], requires_grad=True)
    c = lib.tensor([-1.0, 2.0], requires_grad=True)
    d = lib.tensor([8.0, 0.5], requires_grad=True)
    e = lib.tensor([2.0, 4.0], requires_grad=True)
    y = a.pow(3).mul(b).add(c).sub(d).div(e)
    lib.observe("value", y)
    (y * lib.tensor([2.0, 7.0])).sum().backward()
    for name, value in (("a", a), ("b", b), ("c", c), ("d", d), ("e", e)):
        lib.observe(f"gradient of {name}", value.grad)


@chapter.behaviour(
    "dot-is-not-matmul",
    "dot takes two vectors to a number and refuses matrices",
    level="detail",
    profile="torch",
    claims=["operators.dot-is-not-matmul"],
    why=(
        "The dot product is defined for vectors. A matrix product is made of many of them, but "
        "is not called so."
    ),
    mistake="dot is another name for matmul, as it is in NumPy.",
    gradient=False,
    impure="asks for a refusal",
)
def _(lib):
    lib.observe("dot of two vectors", lib.dot(lib.tensor([1, 4]), lib.tensor([10, 2])))
    with lib.raises("dot of two matrices"):
        lib.dot(lib.ones(2, 2), lib.ones(2, 2))


@chapter.behaviour(
    "cross-is-not-hadamard",
    "cross makes a vector at right angles to both",
    level="detail",
    profile="torch",
    claims=["operators.cross-is-not-hadamard"],
    why=(
        "The cross product of two vectors of three is perpendicular to both: its dot product "
        "with either is 0. The product entry by entry is *."
    ),
    mistake="cross multiplies entry by entry.",
    gradient=False,
)
def _(lib):
    p = lib.tensor([1, 2, 3])
    q = lib.tensor([4, 5, 6])
    normal = lib.linalg.cross(p, q)
    lib.observe("cross", normal)
    lib.observe("entry by entry", p * q)
    lib.observe("dot with the first", normal @ p)
    lib.observe("dot with the second", normal @ q)


@chapter.behaviour(
    "network-forward",
    "A chain of products has the values that one computes by hand",
    claims=["operators.network-forward"],
    after=["operators.sum-times-weight", "operators.number-minus-value"],
    why="2 times 5 is 10, times 6 is 60, and 10 - 60 is -50, in each of four places.",
    mistake="The number is taken from the result's negative, or the shape is lost on the way.",
)
def _(lib):
    signal = lib.tensor([[2.0, 2.0], [2.0, 2.0]], requires_grad=True)
    gain_a = lib.tensor([[5.0, 5.0], [5.0, 5.0]], requires_grad=True)
    gain_b = lib.tensor([[6.0, 6.0], [6.0, 6.0]], requires_grad=True)
    beside = lib.tensor([5.0, 7.0], requires_grad=True)
    factor = lib.tensor(3.0, requires_grad=True)
    minus = lib.tensor(4.0, requires_grad=True)
    hidden = signal * gain_a
    output = hidden * gain_b
    error = 10 - output
    (error.sum() + beside.sum() * 3 + (10 - minus) * factor).backward()
    lib.control("operators.sum-times-weight", beside.grad)
    lib.control("operators.number-minus-value", minus.grad)
    lib.control("operators.mul-grad", factor.grad)
    lib.observe("hidden layer", hidden)
    lib.observe("output", output)
    lib.observe("error", error)
    lib.observe("gradient of the first gain", gain_a.grad)
