"""Where backward starts: the implicit gradient of one element, and the gradient argument."""

from gradmark.behaviour import Chapter
from gradmark.library import alternative

chapter = Chapter("gradient-argument", "The gradient argument of backward")


@chapter.behaviour(
    "implicit-one",
    "Backward of one number starts from the gradient 1",
    profile="scalar",
    claims=["gradient-argument.scalar-needs-none", "gradient-argument.default-is-one"],
    why="d(y)/d(y) is 1, so one number needs no gradient to start from.",
    mistake="The result's gradient is left at 0, and zeros arrive everywhere.",
)
def _(lib):
    x = lib.tensor(7.0, requires_grad=True)
    offset = lib.tensor(5.0, requires_grad=True)
    y = x + offset
    y.backward()
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "one-element-any-rank",
    "One element of any rank needs no gradient argument",
    claims=["gradient-argument.one-element-any-rank", "backward.one-element-vector-implicit"],
    after=["operators.mul-grad"],
    why="A tensor of shape (1,) or (1, 1) holds one number too.",
    mistake="Only rank 0 is let through, or the gradient comes back with another shape.",
)
def _(lib):
    x = lib.tensor([[4.0]], requires_grad=True)
    factor = lib.tensor([[8.0]], requires_grad=True)
    y = x * factor
    y.backward()
    lib.control("operators.mul-grad", factor.grad, label="gradient of the factor")
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "vector-refused",
    "Backward of several numbers without a gradient is refused",
    claims=[
        "gradient-argument.vector-without-raises",
        "gradient-argument.no-default-ones-for-vectors",
    ],
    after=["operators.sum-grad"],
    why=(
        "Several results have no single derivative. Assuming ones would quietly answer another "
        "question: the gradient of their sum."
    ),
    mistake="The starting gradient is ones in the shape of the result, whatever that shape is.",
    impure="asks for a refusal",
)
def _(lib):
    x = lib.tensor([3.0, 4.0], requires_grad=True)
    factor = lib.tensor([2.0, 5.0], requires_grad=True)
    (x * factor).sum().backward()
    lib.control("operators.sum-grad", factor.grad)
    lib.observe("gradient of the sum", x.grad)
    y = x * factor
    with lib.raises("backward of two numbers"):
        y.backward()
    lib.observe("gradient after the refusal", x.grad)


@chapter.behaviour(
    "weights-each-output",
    "The gradient argument weighs every output",
    claims=["gradient-argument.weights-each-output", "gradient-argument.is-upstream-derivative"],
    after=["operators.mul-grad"],
    why="Each output's row of the Jacobian is multiplied by its weight before they are added up.",
    mistake="The argument is accepted and ignored.",
)
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    factor = lib.tensor([2.0, 4.0, 6.0], requires_grad=True)
    y = x * factor
    y.backward(lib.tensor([1.0, 0.0, -10.0]))
    lib.control("operators.mul-grad", factor.grad, label="gradient of the factor")
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "vector-jacobian-product",
    "Backward with a gradient is a vector-Jacobian product",
    claims=["gradient-argument.vector-jacobian-product"],
    after=["operators.sum-grad", "gradient-argument.weights-each-output"],
    why="Here every output depends on every input, so the whole Jacobian takes part.",
    mistake="Only the Jacobian's diagonal is used, as if each output had an input of its own.",
)
def _(lib):
    x = lib.tensor([1.0, -2.0, 4.0], requires_grad=True)
    factor = lib.tensor([1.0, -2.0, 4.0], requires_grad=True)
    y = x.sum() * factor
    lib.observe("outputs", y)
    y.backward(lib.tensor([1.0, 10.0, 100.0]))
    lib.control("gradient-argument.weights-each-output", factor.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "equals-weighted-sum",
    "A gradient argument does what a weighted sum does",
    claims=["gradient-argument.equals-weighted-sum"],
    after=["operators.sum-grad"],
    why="y.backward(v) and (y * v).sum().backward() ask the same question.",
    mistake="One of the two ways applies the weights twice or not at all.",
    impure="goes backward twice, on two graphs",
)
def _(lib):
    weights = lib.draw(3)
    data = lib.draw(3)
    a = lib.tensor(data, requires_grad=True)
    b = lib.tensor(data, requires_grad=True)
    factor = lib.tensor(lib.draw(3))
    (b * factor * lib.tensor(weights)).sum().backward()
    lib.control("operators.sum-grad", b.grad)
    (a * factor).backward(lib.tensor(weights))
    lib.observe("gradient by the argument", a.grad)


@chapter.behaviour(
    "scales-one-element",
    "A gradient for one element scales the whole result",
    claims=["gradient-argument.scalar-accepts-explicit"],
    after=["operators.sum-grad", "gradient-argument.weights-each-output"],
    why="A number's backward starts at 1 unless it is told to start elsewhere.",
    mistake="The argument is only looked at when the result is a vector.",
)
def _(lib):
    x = lib.tensor([1.0, 3.0], requires_grad=True)
    factor = lib.tensor([5.0, 7.0], requires_grad=True)
    total = (x * factor).sum()
    total.backward(lib.tensor(-0.5))
    lib.control("operators.sum-grad", factor.grad, label="gradient of the factor")
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "shape-must-match",
    "A gradient of another shape is refused",
    claims=["gradient-argument.shape-must-match", "gradient-argument.same-count-other-shape"],
    after=["gradient-argument.weights-each-output"],
    why="One weight for each output: a vector that happens to broadcast is a mistake.",
    mistake="The gradient is broadcast against the result, and a wrong shape passes unnoticed.",
    impure="asks for a refusal",
)
def _(lib):
    x = lib.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
    factor = lib.tensor([[2.0, 4.0, 6.0], [8.0, 10.0, 12.0]], requires_grad=True)
    y = x * factor
    with lib.raises("a gradient with a row too few"):
        y.backward(lib.tensor([1.0, 10.0, 100.0]))
    with lib.raises("a gradient with as many numbers in another shape"):
        y.backward(lib.tensor([1.0, 10.0, 100.0, 2.0, 20.0, 200.0]))
    z = x * factor
    z.backward(lib.tensor([[1.0, 10.0, 100.0], [2.0, 20.0, 200.0]]))
    lib.control("gradient-argument.weights-each-output", factor.grad)
    lib.observe("gradient with the right shape", x.grad)


@chapter.behaviour(
    "refusal-leaves-grad-alone",
    "A refused backward leaves the gradients as they were",
    level="should",
    claims=["gradient-argument.no-default-ones-for-vectors"],
    after=["gradient-argument.vector-refused"],
    why="Whoever catches the error goes on with the gradients they had.",
    mistake="Some leaves are written before the check.",
    impure="asks for a refusal",
)
def _(lib):
    x = lib.tensor([3.0, 4.0], requires_grad=True)
    factor = lib.tensor([2.0, 5.0], requires_grad=True)
    with lib.raises("backward of two numbers"):
        (x * factor).backward()
    lib.observe(
        "gradient after the refusal",
        x.grad,
        accept=[alternative("zeros for no gradient yet", predicate="zeros")],
    )
    (x * factor).backward(lib.tensor([1.0, 10.0]))
    lib.control("gradient-argument.weights-each-output", factor.grad)
    lib.observe("gradient with an argument", x.grad)
