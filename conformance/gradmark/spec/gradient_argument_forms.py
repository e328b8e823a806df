"""The gradient argument's worked examples, its default, and the ways to pass it."""

from gradmark.spec.gradient_argument import chapter


@chapter.behaviour(
    "vector-of-one",
    "A result of shape (1,) needs no gradient argument",
    claims=["backward.one-element-vector-implicit", "gradient-argument.one-element-any-rank"],
    after=["operators.mul-grad", "backward.scalar-polynomial"],
    why="What counts is that there is one element, not that there is no dimension.",
    mistake="Only a result without dimensions is let through.",
)
def _(lib):
    single = lib.tensor([0.75], requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    result = single * single * 8
    lib.observe("shape", lib.shape(result))
    (result + (twin * twin + twin * 2 + term) * five).backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.observe("gradient", single.grad)


@chapter.behaviour(
    "one-is-the-default",
    "Backward of one number does what the gradient 1 does",
    claims=["gradient-argument.default-is-one"],
    after=["operators.sum-times-weight", "gradient-argument.scales-one-element"],
    why="y.backward() is short for y.backward(tensor(1.0)); both give 3 and 27 for the cubes.",
    mistake="The two forms go two ways through the code, and one of them was never tried.",
    impure="goes backward twice, on two graphs",
)
def _(lib):
    pair = lib.tensor([2.0, 5.0], requires_grad=True)
    a = lib.tensor([1.0, 3.0], requires_grad=True)
    b = lib.tensor([1.0, 3.0], requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    ((a * a * a).sum() + ((pair * 4).sum() + twin * twin + twin * 2 + term) * five).backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.control("operators.sum-times-weight", pair.grad)
    lib.observe("gradient without an argument", a.grad)
    (b * b * b).sum().backward(lib.tensor(1.0))
    lib.observe("gradient with the argument 1", b.grad)


@chapter.behaviour(
    "none-is-the-default",
    "None as gradient stands for a one of the result's own dtype",
    level="detail",
    profile="torch",
    claims=["gradient-argument.default-object"],
    after=["operators.sum-grad"],
    why="The one that a float64 result starts from is a float64 too, not the whole number 1.",
    mistake="The default is the tensor(1) of an old page, and None is refused.",
    impure="registers a hook",
)
def _(lib):
    pair = lib.tensor([2.0, 5.0], requires_grad=True)
    (pair * 4).sum().backward()
    lib.control("operators.sum-grad", pair.grad)
    x = lib.tensor([2.0, 5.0], dtype=lib.float64, requires_grad=True)
    total = (x * 3).sum()

    def look(gradient):
        lib.observe("start", gradient)
        lib.observe("dtype of the start", lib.dtype(gradient))

    total.register_hook(look)
    total.backward(None)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "whole-number-accepted",
    "A whole number as gradient of one float is converted",
    level="detail",
    profile="torch",
    claims=["gradient-argument.integer-one-accepted"],
    after=["gradient-argument.scales-one-element"],
    why="tensor(3) is a whole number; PyTorch turns it into the dtype of the result.",
    mistake="The dtypes are compared and the argument is refused.",
    impure="goes backward twice, on two graphs",
)
def _(lib):
    x = lib.tensor([1.0, 3.0], requires_grad=True)
    factor = lib.tensor([5.0, 7.0], requires_grad=True)
    twin = lib.tensor([1.0, 3.0], requires_grad=True)
    (twin * factor).sum().backward(lib.tensor(3.0))
    lib.control("gradient-argument.scales-one-element", twin.grad)
    (x * factor).sum().backward(lib.tensor(3))
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "by-keyword",
    "The argument can be passed by the name gradient",
    level="should",
    claims=["gradient-argument.keyword-name"],
    after=["gradient-argument.weights-each-output"],
    why="y.backward(gradient=v) says what v is, and is how many people write it.",
    mistake="The parameter has another name, such as grad or seed.",
)
def _(lib):
    x = lib.tensor([1.0, 3.0], requires_grad=True)
    factor = lib.tensor([5.0, 7.0], requires_grad=True)
    y = x * factor
    lib.observe("result", y)
    y.backward(gradient=lib.tensor([2.0, 3.0]))
    lib.control("gradient-argument.weights-each-output", factor.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "refusal-says-why",
    "The refusal says that only a scalar's gradient is implicit",
    level="should",
    claims=["gradient-argument.vector-without-message"],
    after=["gradient-argument.vector-refused", "gradient-argument.weights-each-output"],
    why="A RuntimeError that names the reason saves a beginner an hour.",
    mistake="A bare assert or a shape error from deep inside leaves the reader guessing.",
    impure="asks for a refusal",
)
def _(lib):
    x = lib.tensor([0.5, 1.5], requires_grad=True)
    factor = lib.tensor([2.0, 3.0], requires_grad=True)
    y = x * factor
    with lib.raises(
        "backward of two numbers",
        message="grad can be implicitly created only for scalar outputs",
    ):
        y.backward()
    y.backward(lib.tensor([1.0, 10.0]))
    lib.control("gradient-argument.weights-each-output", factor.grad)
    lib.observe("gradient with an argument", x.grad)


@chapter.behaviour(
    "one-element-keeps-its-rank",
    "A gradient of shape (1,) is refused for a plain number",
    level="should",
    claims=["gradient-argument.scalar-gradient-shape"],
    after=["gradient-argument.shape-must-match", "gradient-argument.scales-one-element"],
    why="A number without dimensions and a list of one number have different shapes.",
    mistake="Only the number of elements is compared.",
    impure="asks for a refusal",
)
def _(lib):
    row = lib.tensor([3.0, 4.0], requires_grad=True)
    factor = lib.tensor([5.0, 7.0], requires_grad=True)
    total = (row * factor).sum()
    with lib.raises("a gradient of shape (1,)"):
        total.backward(lib.tensor([2.0]))
    total.backward(lib.tensor(2.0))
    lib.control("gradient-argument.scales-one-element", factor.grad)
    lib.observe("gradient with the right shape", row.grad)


@chapter.behaviour(
    "ones-for-a-polynomial",
    "With ones as gradient x² + 2x + 3 gives 4, 6 and 8",
    claims=["gradient-argument.vector-ones"],
    after=["gradient-argument.weights-each-output", "backward.scalar-polynomial"],
    why="Each element gets its own slope 2x + 2. At 1 it is 4.",
    mistake="The square's share counts once, and the slope at 1 comes out as 3.",
)
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    twin = lib.tensor([3.0, 5.0, 7.0], requires_grad=True)
    five = lib.tensor([5.0, 5.0, 5.0], requires_grad=True)
    term = lib.tensor([2.0, 2.0, 2.0], requires_grad=True)
    y = x * x + x * 2 + 3
    (y + (twin * twin + twin * 2 + term) * five).backward(lib.ones(3))
    lib.control("gradient-argument.weights-each-output", five.grad)
    lib.control("operators.add-grad", term.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.observe("values", y)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "eleven-doublings",
    "Eleven doublings multiply the gradient argument by 2048",
    claims=["gradient-argument.repeated-doubling"],
    after=["gradient-argument.weights-each-output", "accumulation.diamond"],
    why="Every doubling doubles each weight: 0.1, 1 and 0.0001 become 204.8, 2048 and 0.2048.",
    mistake="In y + y one of the two shares is lost, and the weights arrive as they were.",
)
def _(lib):
    source = lib.tensor(lib.draw(3), requires_grad=True)
    twin = lib.tensor([3.0, 5.0, 7.0], requires_grad=True)
    five = lib.tensor([5.0, 5.0, 5.0], requires_grad=True)
    term = lib.tensor([2.0, 2.0, 2.0], requires_grad=True)
    grown = lib.repeat(11, lambda half: half + half, source)
    (grown + (twin * twin + twin * 2 + term) * five).backward(lib.tensor([0.1, 1.0, 0.0001]))
    lib.control("gradient-argument.weights-each-output", five.grad)
    lib.control("operators.add-grad", term.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.observe("result", grown)
    lib.observe("gradient", source.grad)


@chapter.behaviour(
    "through-a-view",
    "A two by two gradient reaches a leaf of four in its own shape",
    claims=["gradient-argument.view-weighted"],
    after=["gradient-argument.weights-each-output", "backward.scalar-polynomial"],
    why="view lays the same four numbers out anew; on the way back they are laid out as before.",
    mistake="The gradient keeps the table's shape, or its numbers come in another order.",
)
def _(lib):
    knots = lib.tensor([1.0, 2.0, 3.0, 4.5], requires_grad=True)
    twin = lib.tensor([[3.0, 5.0], [7.0, 9.0]], requires_grad=True)
    five = lib.tensor([[5.0, 5.0], [5.0, 5.0]], requires_grad=True)
    term = lib.tensor([[2.0, 2.0], [2.0, 2.0]], requires_grad=True)
    square = (knots * knots + 2).view(2, 2)
    start = lib.tensor([[1.0, 0.1], [1.0, 0.01]])
    (square + (twin * twin + twin * 2 + term) * five).backward(start)
    lib.control("gradient-argument.weights-each-output", five.grad)
    lib.control("operators.add-grad", term.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.observe("table", square)
    lib.observe("gradient", knots.grad)


@chapter.behaviour(
    "ones-do-what-a-sum-does",
    "Ones as gradient do what a sum does",
    claims=["gradient-argument.ones-equals-sum"],
    after=["operators.sum-grad", "gradient-argument.weights-each-output"],
    why="A sum hands a 1 to every element, so starting from ones leaves out only the sum.",
    mistake="Ones are taken for the default and the argument is divided by their number.",
    impure="goes backward twice, on two graphs",
)
def _(lib):
    a = lib.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    b = lib.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    pair = lib.tensor([2.0, 5.0], requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    ((b * b * 0.25).sum() + ((pair * 4).sum() + twin * twin + twin * 2 + term) * five).backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.control("operators.sum-times-weight", pair.grad)
    lib.observe("gradient of the sum", b.grad)
    (a * a * 0.25).backward(lib.ones(2, 2))
    lib.observe("gradient with ones", a.grad)


@chapter.behaviour(
    "own-derivative-is-one",
    "The derivative of a result by itself is one everywhere",
    claims=["gradient-argument.own-derivative-is-one"],
    after=["operators.sum-grad"],
    why="What is added to the result alone has the result's own gradient, and that is all ones.",
    mistake="The walk starts from the values of the result, or from one n-th.",
)
def _(lib):
    cells = lib.tensor([[2.0, 4.0]], requires_grad=True)
    factor = lib.tensor([[3.0, 5.0]], requires_grad=True)
    offset = lib.tensor([[6.0, 8.0]], requires_grad=True)
    pair = lib.tensor([7.0, 9.0], requires_grad=True)
    result = cells * factor + offset
    lib.observe("result", result)
    (result.sum() + (pair * 4).sum()).backward()
    lib.control("operators.sum-grad", pair.grad)
    lib.observe("gradient of the result", offset.grad)
    lib.observe("gradient of the cells", cells.grad)


@chapter.behaviour(
    "start-at-an-intermediate",
    "Backward may start in the middle of a network",
    claims=["gradient-argument.start-at-intermediate"],
    after=["gradient-argument.weights-each-output", "backward.chain-rule"],
    why="With y - x·a·b the prediction's gradient is -1: starting there gives -30, -12 and -10.",
    mistake="Backward works on the last result alone, or the minus of the start is lost.",
)
def _(lib):
    signal = lib.tensor([[2.0, 2.0], [2.0, 2.0]], requires_grad=True)
    gain_a = lib.tensor([[5.0, 5.0], [5.0, 5.0]], requires_grad=True)
    gain_b = lib.tensor([[6.0, 6.0], [6.0, 6.0]], requires_grad=True)
    target = lib.tensor([[10.0, 10.0], [10.0, 10.0]])
    output = signal * gain_a * gain_b
    lib.observe("miss", target + output * -1)
    output.backward(lib.tensor([[-1.0, -1.0], [-1.0, -1.0]]))
    lib.control("gradient-argument.weights-each-output", gain_b.grad)
    lib.observe("gradient of the signal", signal.grad)
    lib.observe("gradient of the first gain", gain_a.grad)


@chapter.behaviour(
    "rows-of-the-jacobian",
    "A gradient with a single one gives one row of the Jacobian",
    claims=["gradient-argument.jacobian-rows"],
    after=["gradient-argument.vector-jacobian-product"],
    why="The Jacobian holds the derivative of every output by every input, a row for each output.",
    mistake="Columns come out instead of rows, or the outputs that got a 0 still count.",
    impure="goes backward several times, on graphs of their own",
)
def _(lib):
    factor = lib.tensor([2.0, 3.0, 5.0])
    twin = lib.tensor([1.0, -2.0, 4.0], requires_grad=True)
    (twin.sum() * factor).backward(lib.tensor([1.0, 10.0, 100.0]))
    lib.control("gradient-argument.vector-jacobian-product", twin.grad)
    for row, start in enumerate(([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0])):
        x = lib.tensor([1.0, -2.0, 4.0], requires_grad=True)
        y = x.sum() * factor
        y.backward(lib.tensor(start))
        lib.observe(f"row {row}", x.grad)


@chapter.behaviour(
    "never-a-full-jacobian",
    "What arrives at a leaf has the leaf's shape, never more",
    claims=["gradient-argument.never-a-full-jacobian"],
    after=["gradient-argument.vector-jacobian-product"],
    why="A leaf of three in a result of two by three gets three numbers: the weighted sum of all.",
    mistake="The leaf's gradient keeps the shape of the result.",
)
def _(lib):
    side = lib.tensor([4.0, 5.0, 6.0], requires_grad=True)
    table = lib.tensor([[1.0, 2.0, 3.0], [7.0, 8.0, 9.0]], requires_grad=True)
    y = side * table
    y.backward(lib.tensor([[1.0, -1.0, 2.0], [10.0, 3.0, 5.0]]))
    lib.control("gradient-argument.weights-each-output", table.grad)
    lib.observe("gradient", side.grad)
    lib.observe("shape of the gradient", lib.shape(side.grad))


@chapter.behaviour(
    "old-name-warns",
    "autograd.backward warns at the old name grad_variables",
    level="detail",
    profile="torch",
    claims=["gradient-argument.grad-variables-renamed"],
    after=["gradient-argument.weights-each-output"],
    why="The weights are called grad_tensors today. The name of the first years still works.",
    mistake="The old name is accepted in silence, or is taken for today's.",
    impure="calls autograd.backward",
)
def _(lib):
    knob = lib.tensor([1.0, 1.0], requires_grad=True)
    with lib.warns("weights under the old name"):
        lib.autograd.backward(knob * 3, grad_variables=lib.tensor([1.0, 2.0]))
    lib.observe("gradient", knob.grad)
    with lib.warns("weights under today's name"):
        lib.autograd.backward(knob * 3, grad_tensors=lib.tensor([1.0, 2.0]))
    lib.observe("gradient after both", knob.grad)
