"""What ``backward`` computes: the chain rule, every path, every tracked input."""

from gradmark.behaviour import Chapter

chapter = Chapter("backward", "Backward and the chain rule")


@chapter.behaviour(
    "scalar-polynomial",
    "Backward of a polynomial gives its derivative",
    profile="scalar",
    claims=["backward.scalar-polynomial", "backward.loss-with-respect-to-tensor"],
    after=["accumulation.same-leaf-twice", "operators.number-on-the-right"],
    why="x² + 2x + 3 has the derivative 2x + 2. It uses one leaf in two places.",
    mistake="What arrives over a long way and what arrives over a short one are mixed up.",
)
def _(lib):
    x = lib.tensor(1.5, requires_grad=True)
    twin = lib.tensor(4.0, requires_grad=True)
    extra = lib.tensor(2.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    y = x * x + x * 2 + 3 + (twin * twin + five * (extra * 4))
    lib.observe("value", y)
    y.backward()
    lib.control("backward.chain-rule", extra.grad)
    lib.control("accumulation.same-leaf-twice", twin.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "chain-rule",
    "A chain of operations multiplies its derivatives",
    profile="scalar",
    claims=["backward.chain-rule"],
    after=["operators.mul-grad", "operators.number-on-the-right"],
    why="5·(3t + 1) has the derivative 5·3: the inner and the outer rate multiply.",
    mistake="Each operation hands back its own derivative and forgets to multiply by what arrives.",
)
def _(lib):
    t = lib.tensor(1.5, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    shift = lib.tensor(1.0, requires_grad=True)
    inner = t * 3 + shift
    extra = lib.tensor(2.0, requires_grad=True)
    outer = inner * five + extra * 4
    outer.backward()
    lib.control("operators.mul-grad", five.grad)
    lib.control("operators.add-grad", shift.grad)
    lib.control("operators.number-on-the-right", extra.grad)
    lib.observe("gradient", t.grad)


@chapter.behaviour(
    "all-partials",
    "Every tracked input gets its own partial derivative",
    profile="scalar",
    claims=["backward.gradient-is-vector-of-partials", "backward.all-partials"],
    after=["operators.mul-grad", "operators.add-grad", "backward.chain-rule"],
    why="(a·b·c + d)·e has five partial derivatives, and one backward finds them all.",
    mistake="Only the inputs of the last operation are reached.",
)
def _(lib):
    a = lib.tensor(2.0, requires_grad=True)
    b = lib.tensor(3.0, requires_grad=True)
    c = lib.tensor(5.0, requires_grad=True)
    d = lib.tensor(7.0, requires_grad=True)
    extra = lib.tensor(2.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    e = lib.tensor(-2.0, requires_grad=True)
    y = (a * b * c + d) * e + five * (extra * 4)
    y.backward()
    lib.control("backward.chain-rule", extra.grad)
    lib.observe("gradient of a", a.grad)
    lib.observe("gradient of b", b.grad)
    lib.observe("gradient of c", c.grad)
    lib.observe("gradient of d", d.grad)
    lib.observe("gradient of e", e.grad)


@chapter.behaviour(
    "two-stage-network",
    "Gradients reach the inputs of a small network",
    claims=["backward.two-stage-network", "leaf.network-leaves"],
    after=["operators.mul-grad", "operators.sum-grad", "operators.sub-grad"],
    why="An input, two gains, an offset, a target: the shape of every training step.",
    mistake="The minus of the difference or one of the two factors is lost.",
)
def _(lib):
    signal = lib.tensor([[2.0, 2.0], [2.0, 2.0]], requires_grad=True)
    gain_a = lib.tensor([[5.0, 5.0], [5.0, 5.0]], requires_grad=True)
    gain_b = lib.tensor([[6.0, 6.0], [6.0, 6.0]], requires_grad=True)
    target = lib.tensor([[10.0, 10.0], [10.0, 10.0]])
    offset = lib.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    one = lib.tensor([[1.0, 1.0], [1.0, 1.0]], requires_grad=True)
    miss = target - signal * gain_a * gain_b - offset
    lib.observe("miss", miss)
    (miss * one).sum().backward()
    lib.control("operators.sum-grad", one.grad)
    lib.control("operators.sub-grad", offset.grad)
    lib.observe("gradient of the signal", signal.grad)
    lib.observe("gradient of the first gain", gain_a.grad)
    lib.observe("gradient of the second gain", gain_b.grad)


@chapter.behaviour(
    "values-are-not-disturbed",
    "Backward leaves the values of the graph as they were",
    profile="scalar",
    claims=["lifetime.non-leaf-value-survives", "lifetime.leaf-survives"],
    after=["backward.chain-rule"],
    why="Only gradients are written. A loss can still be printed after its backward.",
    mistake="A value's memory is used again for a gradient.",
)
def _(lib):
    x = lib.tensor(4.0, requires_grad=True)
    middle = x * 3
    y = middle * 5
    y.backward()
    lib.control("backward.chain-rule", x.grad)
    lib.observe("leaf", x)
    lib.observe("middle", middle)
    lib.observe("result", y)


@chapter.behaviour(
    "returns-nothing",
    "Backward returns None and puts gradients on the leaves",
    level="should",
    profile="scalar",
    claims=["backward.result-goes-to-grad-attribute"],
    after=["operators.mul-grad"],
    why="The result of backward is found in .grad; there is nothing to return.",
    mistake="The gradient or the graph's nodes are returned.",
    impure="reads what backward returns",
)
def _(lib):
    x = lib.tensor(0.25, requires_grad=True)
    factor = lib.tensor(12.0, requires_grad=True)
    returned = (x * factor).backward()
    lib.control("operators.mul-grad", factor.grad)
    lib.observe("gradient", x.grad)
    lib.observe("what backward returned", returned)


@chapter.behaviour(
    "untracked-refused",
    "Backward of a result without tracked inputs is refused",
    claims=["backward.without-any-tracked-input"],
    after=["operators.sum-grad"],
    why="Nothing was recorded, so there is nothing to go back through; silence would hide a typo.",
    mistake="Backward walks an empty graph and returns as if all were well.",
    impure="asks for a refusal",
)
def _(lib):
    tracked = lib.tensor([1.0, 2.0], requires_grad=True)
    factor = lib.tensor([3.0, 5.0], requires_grad=True)
    (tracked * factor).sum().backward()
    lib.control("operators.sum-grad", factor.grad)
    lib.observe("gradient of a tracked twin", tracked.grad)
    plain = lib.tensor([1.0, 2.0], requires_grad=False)
    total = (plain * plain).sum()
    with lib.raises("backward without anything tracked"):
        total.backward()


@chapter.behaviour(
    "long-chain",
    "Backward goes through a chain of 1,500 additions",
    profile="scalar",
    claims=[],
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html",
    after=["operators.number-on-the-right"],
    why="A loop that adds up a loss makes a deep graph. PyTorch walks it without recursion.",
    mistake="The graph is sorted by a recursive function, which Python stops at depth 1,000.",
)
def _(lib):
    x = lib.tensor(1.0, requires_grad=True)
    two = lib.tensor(2.0, requires_grad=True)
    y = lib.repeat(1500, lambda total: total + 1, x * two)
    lib.observe("value", y)
    y.backward()
    lib.control("operators.mul-grad", two.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "tower-of-diamonds",
    "Backward visits a shared node once, not once for every path",
    profile="scalar",
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html",
    after=["accumulation.diamond"],
    why="40 doublings make 2⁴⁰ paths through 41 nodes. Only a walk over nodes comes to an end.",
    mistake="Backward calls itself for every parent, so shared parts are walked again and again.",
)
def _(lib):
    x = lib.tensor(1.0, requires_grad=True)
    twin = lib.tensor(4.0, requires_grad=True)
    term = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    y = (lib.repeat(40, lambda half: half + half, x) + term) * five + twin * twin
    y.backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("accumulation.same-leaf-twice", twin.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "polynomial-at-one",
    "The slope of x² + 2x + 3 at 1 is 4",
    profile="scalar",
    claims=["backward.scalar-polynomial", "backward.loss-with-respect-to-tensor"],
    after=["accumulation.same-leaf-twice", "operators.number-on-the-left"],
    why="2·1 + 2 is 4. It is y's change for a change of x: the other way round would be 1/4.",
    mistake="The share of the square counts once although x stands in it twice, which gives 3.",
)
def _(lib):
    x = lib.tensor(1.0, requires_grad=True)
    twin = lib.tensor(4.0, requires_grad=True)
    extra = lib.tensor(2.0, requires_grad=True)
    left = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    y = x * x + 2 * x + 3
    lib.observe("value", y)
    (y + (twin * twin + five * (extra * 4) + 7 * left)).backward()
    lib.control("backward.chain-rule", extra.grad)
    lib.control("accumulation.same-leaf-twice", twin.grad)
    lib.control("operators.number-on-the-left", left.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "only-marked",
    "Only the variables that are marked get a partial derivative",
    claims=["backward.only-marked-variables", "backward.all-partials"],
    after=["operators.mul-grad"],
    why="A product of three has three partial derivatives, but only two were asked for.",
    mistake="Everything in the expression gets a gradient, or an unmarked factor stops the walk.",
    impure="reads .grad of an untracked leaf",
)
def _(lib):
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    first = lib.tensor(2.0, requires_grad=True)
    second = lib.tensor(3.0)
    third = lib.tensor(4.0, requires_grad=True)
    (first * second * third + (twin * twin + twin * 2 + term) * five).backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.observe("gradient of the first", first.grad)
    lib.observe("gradient of the unmarked second", second.grad)
    lib.observe("gradient of the third", third.grad)


@chapter.behaviour(
    "operand-unchanged",
    "An operation makes a new tensor and leaves its operand alone",
    claims=["backward.operation-records-dependency"],
    after=["operators.sum-grad", "operators.number-on-the-right"],
    why="The result remembers its operand, so the operand has to stay what it was.",
    mistake="The result is written into the memory of the operand.",
    impure="asks whether two values are one object",
)
def _(lib):
    x = lib.tensor([2.0, 3.0], requires_grad=True)
    pair = lib.tensor([1.0, 5.0], requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    outcome = x * 10
    lib.observe("result", outcome)
    lib.observe("operand", x)
    lib.observe("result is the operand", lib.same(outcome, x))
    checked = ((pair * 4).sum() + twin * twin + twin * 2 + term) * five
    (outcome.sum() + checked).backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.control("operators.sum-times-weight", pair.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "loops-and-branches",
    "The graph follows the loops and branches that really ran",
    profile="scalar",
    claims=["backward.graph-is-dynamic"],
    after=["operators.number-on-the-right", "accumulation.same-leaf-twice"],
    why="The same Python code may run three rounds today and one tomorrow; each run is recorded.",
    mistake="The graph of the first run is kept and used for every later one.",
    impure="goes backward several times",
)
def _(lib):
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    ((twin * twin + twin * 2 + term) * five + 1).backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    for rounds in (1, 2, 3):
        start = lib.tensor(1.0, requires_grad=True)
        value = start
        for _ in range(rounds):
            value = value * 3 if rounds % 2 else value + value
        value.backward()
        lib.observe(f"gradient after {rounds} rounds", start.grad)


@chapter.behaviour(
    "start-shape-is-free",
    "Backward may start from another shape than the leaf's",
    claims=["backward.start-shape-is-free"],
    after=["operators.sum-grad", "gradient-argument.vector-jacobian-product"],
    why="Two results of a table of six: the start has two numbers, the leaf's gradient has six.",
    mistake="The starting gradient is taken to have the shape of the leaf.",
)
def _(lib):
    table = lib.tensor([[6.0, 1.0, 2.0], [3.0, 4.0, 5.0]], requires_grad=True)
    weights = lib.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
    twin = lib.tensor([1.0, 2.0, 4.0], requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    pair = lib.tensor([2.0, 3.0], requires_grad=True)
    results = ((table * weights).sum() + (twin.sum() + term)) * pair
    lib.observe("results", results)
    results.backward(lib.tensor([1.0, 10.0]))
    lib.control("gradient-argument.weights-each-output", pair.grad)
    lib.control("gradient-argument.vector-jacobian-product", twin.grad)
    lib.control("operators.add-grad", term.grad)
    lib.observe("gradient", table.grad)
