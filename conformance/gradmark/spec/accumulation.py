"""Gradients add up: over uses, over paths, over losses."""

from gradmark.behaviour import Chapter

chapter = Chapter("accumulation", "Accumulation")


@chapter.behaviour(
    "same-leaf-twice",
    "A leaf that is both operands gets both shares",
    profile="scalar",
    claims=["backward.reused-tensor-sums-paths"],
    after=["operators.mul-grad"],
    why="x·x uses x twice, so the derivative 2x is the sum of two shares.",
    mistake="The second share overwrites the first, which gives x instead of 2x.",
)
def _(lib):
    x = lib.tensor(3.0, requires_grad=True)
    one = lib.tensor(1.0, requires_grad=True)
    y = x * x * one
    y.backward()
    lib.control("operators.mul-grad", one.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "many-uses",
    "A leaf that is used many times gets every share",
    profile="scalar",
    claims=["backward.reused-tensor-sums-paths"],
    after=["accumulation.same-leaf-twice", "operators.add-grad"],
    why="x·x·x + x uses its leaf four times, at different depths.",
    mistake="Shares that arrive late, after the leaf was visited, are lost.",
)
def _(lib):
    x = lib.tensor(2.0, requires_grad=True)
    twin = lib.tensor(4.0, requires_grad=True)
    extra = lib.tensor(6.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    y = x * x * x + x + (twin * twin + five * (extra * 4))
    y.backward()
    lib.control("backward.chain-rule", extra.grad)
    lib.control("accumulation.same-leaf-twice", twin.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "diamond",
    "Two paths from one node meet again with both shares",
    profile="scalar",
    claims=["backward.reused-tensor-sums-paths"],
    after=["operators.mul-grad", "operators.add-grad", "operators.number-on-the-right"],
    why="A value that is used in two places collects from both before it passes anything on.",
    mistake="The node passes on the first share at once and the second one on its own, or never.",
)
def _(lib):
    x = lib.tensor(2.0, requires_grad=True)
    top = x * 3
    left = top * top
    right = top * 5
    twin = lib.tensor(4.0, requires_grad=True)
    extra = lib.tensor(6.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    y = left * right + (twin * twin + five * (extra * 4))
    y.backward()
    lib.control("backward.chain-rule", extra.grad)
    lib.control("accumulation.same-leaf-twice", twin.grad)
    lib.observe("value", y)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "short-and-long-path",
    "A node waits for the long path before it passes on",
    profile="scalar",
    claims=["backward.reused-tensor-sums-paths"],
    after=["accumulation.diamond"],
    why=(
        "One way back is three operations long, the other one. Only an order in which every node "
        "comes after all its users gets this right."
    ),
    mistake="The graph is walked breadth first or depth first, without a topological order.",
)
def _(lib):
    x = lib.tensor(2.0, requires_grad=True)
    node = x * 3
    longer = ((node * 2) * node) * 4
    twin = lib.tensor(4.0, requires_grad=True)
    extra = lib.tensor(6.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    y = longer + node + (twin * twin + five * (extra * 4))
    y.backward()
    lib.control("backward.chain-rule", extra.grad)
    lib.control("accumulation.same-leaf-twice", twin.grad)
    lib.observe("value", y)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "long-path-written-last",
    "The order of two paths in an expression does not matter",
    profile="scalar",
    claims=["backward.reused-tensor-sums-paths"],
    after=["accumulation.diamond"],
    why="Addition commutes, and so do the shares; this is the same graph written the other way.",
    mistake="A walk that happens to be right for one order of the operands is wrong for the other.",
)
def _(lib):
    x = lib.tensor(2.0, requires_grad=True)
    node = x * 3
    twin = lib.tensor(4.0, requires_grad=True)
    extra = lib.tensor(6.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    y = node + ((node * 2) * node) * 4 + (twin * twin + five * (extra * 4))
    y.backward()
    lib.control("backward.chain-rule", extra.grad)
    lib.control("accumulation.same-leaf-twice", twin.grad)
    lib.observe("value", y)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "equal-values-are-two-leaves",
    "Leaves of equal value get gradients of their own",
    profile="scalar",
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html",
    after=["operators.mul-grad", "operators.add-grad", "operators.number-on-the-right"],
    why="Two leaves that hold the same number are still two leaves.",
    mistake="Nodes are kept in a set or a dict by value, so equal ones fall together.",
)
def _(lib):
    a = lib.tensor(3.0, requires_grad=True)
    b = lib.tensor(3.0, requires_grad=True)
    extra = lib.tensor(6.0, requires_grad=True)
    y = a * 2 + b * 5 + extra * 4
    y.backward()
    lib.control("operators.number-on-the-right", extra.grad)
    lib.observe("gradient of a", a.grad)
    lib.observe("gradient of b", b.grad)


@chapter.behaviour(
    "second-graph-adds",
    "A second graph's backward adds to the leaf's gradient",
    profile="scalar",
    claims=["accumulation.adds-to-existing", "accumulation.across-outputs"],
    after=["operators.number-on-the-right"],
    why="Gradients add up until someone clears them, so that a batch can be fed in pieces.",
    mistake="Each backward overwrites what the one before had left.",
    impure="goes backward twice",
)
def _(lib):
    x = lib.tensor(1.5, requires_grad=True)
    first = x * 4 + 1
    first.backward()
    lib.control("operators.number-on-the-right", x.grad)
    second = x * 10
    second.backward()
    lib.observe("gradient after the second backward", x.grad)


@chapter.behaviour(
    "two-losses-add-up",
    "Backward of a second loss adds to the leaf's gradient",
    claims=["accumulation.two-losses"],
    after=["operators.sum-grad", "operators.number-on-the-right"],
    why="Two losses over one leaf, both built first: their gradients add up to 2 + 3.",
    mistake="The gradient is assigned instead of added.",
    impure="goes backward twice",
)
def _(lib):
    x = lib.ones(4, requires_grad=True)
    first = (x * 2 + 1).sum()
    second = (x * 3).sum()
    first.backward()
    lib.control("operators.sum-grad", x.grad)
    second.backward()
    lib.observe("gradient after the second backward", x.grad)
    w = lib.ones(4, requires_grad=True)
    (w * 2 + 1).sum().backward()
    lib.observe("gradient of 2w + 1", w.grad)
    (w * 2).sum().backward()
    lib.observe("gradient of 2w beside it", w.grad)


@chapter.behaviour(
    "loop-of-three",
    "Three rounds of forward and backward add up to three gradients",
    claims=["accumulation.loop-three"],
    after=["lifetime.new-forward-new-graph", "operators.sum-grad"],
    why="A training loop that never clears its gradients steps further and further astray.",
    mistake="The gradient is overwritten, or what accumulated is counted into the next round.",
    impure="goes backward three times",
)
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    ones = lib.ones(3, requires_grad=True)
    ((x * x + x * 2 + 7) * ones).sum().backward()
    lib.control("operators.sum-grad", ones.grad)
    lib.control("backward.scalar-polynomial", x.grad)
    for turn in (2, 3):
        (x * x + x * 2 + 7).sum().backward()
        lib.observe(f"gradient after round {turn}", x.grad)


@chapter.behaviour(
    "order-of-losses",
    "The order of two backward calls does not matter",
    claims=["lifetime.separate-graphs-share-leaves"],
    after=["accumulation.two-losses-add-up"],
    why="A sum does not depend on the order of its terms.",
    mistake="The second backward finds interior gradients of the first and adds them again.",
    impure="goes backward twice, in both orders",
)
def _(lib):
    data = lib.draw(2)
    factor = lib.tensor(lib.draw(2))
    one = lib.tensor(data, requires_grad=True)
    weighted, plain = (one * factor).sum(), (one * 7).sum()
    weighted.backward()
    lib.control("operators.sum-grad", one.grad)
    plain.backward()
    lib.observe("gradient, weighted loss first", one.grad)
    other = lib.tensor(data, requires_grad=True)
    weighted, plain = (other * factor).sum(), (other * 7).sum()
    plain.backward()
    weighted.backward()
    lib.observe("gradient, plain loss first", other.grad)


@chapter.behaviour(
    "weighted-rounds",
    "Backward calls with gradients of their own add up",
    claims=["accumulation.across-outputs"],
    after=["gradient-argument.weights-each-output", "operators.number-on-the-right"],
    why="Each round brings its own weights; the leaf ends with the sum of all.",
    mistake="The weights of the first call are kept for the second.",
    impure="goes backward twice",
)
def _(lib):
    x = lib.tensor([2.0, 3.0], requires_grad=True)
    (x * lib.tensor([4.0, 6.0])).backward(lib.tensor([1.0, 10.0]))
    lib.control("gradient-argument.weights-each-output", x.grad)
    (x * lib.tensor([7.0, 7.0])).backward(lib.tensor([-1.0, 2.0]))
    lib.observe("gradient after both", x.grad)


@chapter.behaviour(
    "shares-are-not-shared-memory",
    "Gradients of two leaves never share their memory",
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html",
    after=["operators.add-grad", "operators.sum-grad", "operators.number-on-the-right"],
    why="a + b hands the same numbers to both. What is added to one of them, in a later round or "
    "later on the same way back, must not reach the other.",
    mistake="One array is handed to both sides and then added to in place.",
    impure="goes backward twice",
)
def _(lib):
    twin = lib.tensor(1.5, requires_grad=True)
    (twin * 4).backward()
    (twin * 10).backward()
    lib.control("accumulation.second-graph-adds", twin.grad)
    a = lib.tensor([1.0, 2.0], requires_grad=True)
    b = lib.tensor([3.0, 4.0], requires_grad=True)
    c = lib.tensor([5.0, 6.0], requires_grad=True)
    weights = lib.tensor([2.0, 5.0], requires_grad=True)
    ((a + b + c) * weights).sum().backward()
    lib.control("operators.sum-grad", weights.grad)
    lib.control("operators.add-grad", c.grad)
    (a * 10).sum().backward()
    lib.observe("gradient of the leaf with a second round", a.grad)
    lib.observe("gradient of the leaf with one round", b.grad)
    c = lib.tensor([1.0, 2.0], requires_grad=True)
    d = lib.tensor([3.0, 4.0], requires_grad=True)
    ((c + c * d) * lib.tensor([2.0, 5.0])).sum().backward()
    lib.observe("gradient of a factor, the other one being used twice", d.grad)
