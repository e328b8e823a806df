"""Totals over several backward calls, and whose memory a gradient is."""

from gradmark.spec.accumulation import chapter

NOTES = "https://docs.pytorch.org/docs/stable/notes/autograd.html"


@chapter.behaviour(
    "network-then-square",
    "A second result adds to what a network left on its input",
    claims=["accumulation.network-then-square"],
    after=["accumulation.weighted-rounds", "accumulation.same-leaf-twice"],
    why="The network leaves -30, the square of the input adds 4, which makes -26.",
    mistake="Every call counts the first network's gradient again, or forgets it.",
    impure="goes backward twice",
    exact="ones as a gradient are not a number among others",
)
def _(lib):
    twin = lib.tensor(3.0, requires_grad=True)
    (twin * twin).backward()
    lib.control("accumulation.same-leaf-twice", twin.grad)
    more = lib.tensor(1.5, requires_grad=True)
    (more * 4).backward()
    (more * 10).backward()
    lib.control("accumulation.second-graph-adds", more.grad)
    ones = lib.tensor([[1.0, 1.0], [1.0, 1.0]])
    signal = lib.tensor([[2.0, 2.0], [2.0, 2.0]], requires_grad=True)
    goal = lib.tensor([[10.0, 10.0], [10.0, 10.0]], requires_grad=True)
    gain = lib.tensor([[30.0, 30.0], [30.0, 30.0]])
    (goal - signal * gain).backward(ones)
    lib.control("gradient-argument.weights-each-output", goal.grad)
    lib.observe("gradient after the network", signal.grad)
    (signal * signal).backward(ones)
    lib.observe("gradient after the square as well", signal.grad)


@chapter.behaviour(
    "mean-then-sum",
    "A sum's gradient adds to what a mean left on the leaf",
    claims=["accumulation.mean-then-sum"],
    after=["accumulation.two-losses-add-up", "operators.mean-grad", "accumulation.same-leaf-twice"],
    why="The mean of 3(x + 2)² over four ones leaves 4.5 in each; the sum adds 1, so 5.5.",
    mistake="The sum's gradient replaces the mean's.",
    impure="goes backward twice",
)
def _(lib):
    twin = lib.tensor(3.0, requires_grad=True)
    (twin * twin).backward()
    lib.control("accumulation.same-leaf-twice", twin.grad)
    more = lib.tensor([1.5, 2.5], requires_grad=True)
    (more * 4).sum().backward()
    (more * 10).sum().backward()
    lib.control("accumulation.two-losses-add-up", more.grad)
    even = lib.tensor([5.0, 7.0, 9.0], requires_grad=True)
    (even.mean() * 6).backward()
    lib.control("operators.mean-grad", even.grad)
    tile = lib.tensor([[1.0, 1.0], [1.0, 1.0]], requires_grad=True)
    moved = tile + 2
    (moved * moved * 3).mean().backward()
    lib.observe("gradient after the mean", tile.grad)
    extra = tile.sum()
    lib.observe("sum", extra)
    extra.backward()
    lib.observe("gradient after the sum as well", tile.grad)


@chapter.behaviour(
    "stale-gradient-in-loop",
    "In a loop without clearing, .grad is the sum of all rounds",
    claims=["accumulation.stale-gradient-in-loop"],
    after=["accumulation.second-graph-adds", "grad-mode.update-under-no-grad"],
    why="After the step from 4 to 2 the slope of w² is 4, but .grad says 12: the 8 of the first "
    "round is still in it.",
    mistake="A new forward clears the gradient, or a step in place throws it away.",
    impure="goes backward twice, steps in between",
)
def _(lib):
    twin = lib.tensor(1.5, requires_grad=True)
    (twin * 4).backward()
    (twin * 10).backward()
    lib.control("accumulation.second-graph-adds", twin.grad)
    w = lib.tensor([4.0, -6.0], requires_grad=True)
    factor = lib.tensor([3.0, 5.0], requires_grad=True)
    (w * factor).sum().backward()
    lib.control("operators.sum-grad", factor.grad)
    lib.observe("gradient in round 1", w.grad)
    with lib.no_grad():
        w -= lib.tensor([1.0, 2.0])
    lib.control("grad-mode.update-under-no-grad", w)
    lib.observe("gradient after the step", w.grad)
    (w * lib.tensor([7.0, -2.0])).sum().backward()
    lib.observe("gradient in round 2", w.grad)


@chapter.behaviour(
    "function-form",
    "autograd.backward adds to what is there, as the method does",
    level="should",
    profile="torch",
    claims=["accumulation.function-form"],
    after=["accumulation.two-losses-add-up", "gradient-argument.weights-each-output"],
    why="The method is a short way of calling the function; both fill .grad alike.",
    mistake="The function starts from zero, the method does not.",
    impure="goes backward three times",
)
def _(lib):
    twin = lib.tensor([1.5, 2.5], requires_grad=True)
    (twin * 4).sum().backward()
    (twin * 10).sum().backward()
    lib.control("accumulation.two-losses-add-up", twin.grad)
    z = lib.tensor([1.0, 2.0], requires_grad=True)
    for turn in (1, 2):
        lib.autograd.backward(z * lib.tensor([4.0, 7.0]), lib.tensor([1.0, 10.0]))
        lib.observe(f"gradient after call {turn}", z.grad)


@chapter.behaviour(
    "cancelling-shares",
    "Shares that cancel leave a gradient of 0, not None",
    profile="scalar",
    source=NOTES,
    after=["operators.sub-grad", "accumulation.same-leaf-twice"],
    why="x - x depends on x, with the slope 0. None would say that x took no part at all.",
    mistake="A gradient of 0 is passed over to save work, so the leaf seems unused.",
)
def _(lib):
    x = lib.tensor(3.0, requires_grad=True)
    scaled = lib.tensor(5.0, requires_grad=True)
    extra = lib.tensor(6.0, requires_grad=True)
    twice = lib.tensor(7.0, requires_grad=True)
    ((x - x) + scaled * 0 + extra * 4 + twice * twice).backward()
    lib.control("operators.number-on-the-right", extra.grad)
    lib.control("accumulation.same-leaf-twice", twice.grad)
    lib.observe("gradient of x in x - x", x.grad)
    lib.observe("gradient of what is multiplied by 0", scaled.grad)


@chapter.behaviour(
    "given-gradient-is-not-kept",
    "The gradient handed to backward is copied, not kept",
    source=NOTES,
    after=["gradient-argument.weights-each-output", "accumulation.two-losses-add-up"],
    why="The caller still holds the tensor. If it became the leaf's .grad, the next round would "
    "add into the caller's own data.",
    mistake="x + c hands the array on as it is, the leaf stores it and later adds to it in place.",
    impure="goes backward twice",
)
def _(lib):
    twin = lib.tensor([1.5, 2.5], requires_grad=True)
    (twin * 4).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    (twin * 10).sum().backward()
    lib.control("accumulation.two-losses-add-up", twin.grad)
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    given = lib.tensor([5.0, -6.0])
    (x + lib.tensor([3.0, 4.0])).backward(given)
    lib.control("gradient-argument.weights-each-output", x.grad)
    (x * lib.tensor([10.0, 100.0])).sum().backward()
    lib.observe("the given gradient after a second round", given)
    lib.observe("gradient of the leaf", x.grad)


@chapter.behaviour(
    "three-terms-one-cotangent",
    "Nested sums hand each term a gradient of its own",
    source=NOTES,
    after=["operators.add-grad", "operators.sum-grad", "accumulation.same-leaf-twice"],
    why="In d = a + b and e = d + c, with both d and e used further on, c has to get e's share "
    "alone, though the same numbers pass through d.",
    mistake="One array serves d and c, and what arrives at d later is added into it.",
)
def _(lib):
    a = lib.tensor([1.0, 2.0], requires_grad=True)
    b = lib.tensor([3.0, 4.0], requires_grad=True)
    c = lib.tensor([5.0, 6.0], requires_grad=True)
    weights = lib.tensor([2.0, 7.0], requires_grad=True)
    twin = lib.tensor([1.0, 1.5], requires_grad=True)
    d = a + b
    e = d + c
    twice = lib.tensor([3.0, 5.0], requires_grad=True)
    total = (e + d) * weights + (twin + lib.tensor([1.0, 2.0])) * lib.tensor([3.0, -1.0])
    (total + twice * twice).sum().backward()
    lib.control("operators.sum-grad", weights.grad)
    lib.control("operators.add-grad", twin.grad)
    lib.control("accumulation.same-leaf-twice", twice.grad)
    lib.observe("gradient of a, used by both", a.grad)
    lib.observe("gradient of b, used by both", b.grad)
    lib.observe("gradient of c, used by one", c.grad)


@chapter.behaviour(
    "cleared-gradient-reaches-no-graph",
    "Clearing a gradient in place spoils no graph that is kept",
    source=NOTES,
    after=["lifetime.retain-graph", "zeroing.zero-in-place"],
    why="The leaf's gradient is the leaf's alone. A graph that is walked again finds its own "
    "values as they were.",
    mistake="A node keeps the array that it handed to the leaf and hands it on again, emptied.",
    impure="goes backward twice, clears in between",
)
def _(lib):
    twin = lib.tensor([1.0, 2.0], requires_grad=True)
    (twin * 3).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    twin.grad.zero_()
    lib.control("zeroing.zero-in-place", twin.grad)
    kept = lib.tensor([2.5, 4.0], requires_grad=True)
    loss = (kept * lib.tensor([2.0, 6.0])).sum()
    loss.backward(retain_graph=True)
    loss.backward()
    lib.control("lifetime.retain-graph", kept.grad)
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    factor = lib.tensor([3.0, 5.0])
    total = (x * factor).sum()
    total.backward(retain_graph=True)
    lib.observe("gradient of the first walk", x.grad)
    x.grad.zero_()
    total.backward()
    lib.observe("gradient of the second walk", x.grad)
    lib.observe("the factor that the graph had saved", factor)


@chapter.behaviour(
    "assigned-gradient-is-added-to",
    "Backward adds to a gradient that the user has assigned",
    level="should",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.grad.html",
    after=["accumulation.two-losses-add-up"],
    why="Whoever sets .grad, for instance to clip it, finds the next gradient added to that.",
    mistake="The sum is kept beside .grad, so that what is assigned has no effect.",
    impure="writes .grad",
)
def _(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    weights = lib.tensor([3.0, 5.0], requires_grad=True)
    (x * weights).sum().backward()
    lib.control("operators.sum-grad", weights.grad)
    x.grad = lib.tensor([100.0, -200.0])
    lib.observe("gradient as assigned", x.grad)
    (x * lib.tensor([4.0, 7.0])).sum().backward()
    lib.observe("gradient after backward", x.grad)


@chapter.behaviour(
    "adds-in-place",
    "Backward adds into the gradient's own tensor",
    level="should",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.backward.html",
    after=["accumulation.two-losses-add-up"],
    why="Whoever holds a leaf's gradient sees it grow, for it stays the same tensor.",
    mistake="Each round makes a new tensor, and what was held falls behind.",
    impure="asks for identity",
)
def _(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    weights = lib.tensor([3.0, 5.0], requires_grad=True)
    (x * weights).sum().backward()
    lib.control("operators.sum-grad", weights.grad)
    held = x.grad
    (x * lib.tensor([4.0, 7.0])).sum().backward()
    lib.observe("gradient after the second round", x.grad)
    lib.observe("what was held before", held)
    lib.observe("it is the same tensor", lib.same(held, x.grad))


@chapter.behaviour(
    "assigned-gradient-has-to-fit",
    "A gradient of another shape or kind can't be assigned",
    level="should",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.grad.html",
    after=["accumulation.two-losses-add-up"],
    why="A gradient has one number for each number of its leaf; anything else would fail much "
    "later, or be stretched in silence.",
    mistake=".grad is a plain attribute that takes whatever it is given.",
    impure="asks for refusals",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    x.grad = lib.tensor([7.0, -8.0])
    with lib.raises("a number that is no tensor"):
        x.grad = 1.0
    with lib.raises("three numbers for two"):
        x.grad = lib.tensor([1.0, 2.0, 3.0])
    with lib.raises("one number for two"):
        x.grad = lib.tensor(1.0)
    lib.observe("gradient after the refusals", x.grad)


@chapter.behaviour(
    "untracked-tensor-keeps-an-assigned-grad",
    "A gradient can be assigned to a tensor that is not tracked",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.grad.html",
    after=["accumulation.two-losses-add-up"],
    why="An optimizer needs a .grad to step by, and does not ask where it came from.",
    mistake=".grad of an untracked tensor can't be written, or reads None all the same.",
    impure="writes .grad",
)
def _(lib):
    constant = lib.tensor([1.0, 2.0], requires_grad=False)
    constant.grad = lib.tensor([7.0, -8.0])
    lib.observe("gradient as assigned", constant.grad)
    lib.observe("requires_grad", constant.requires_grad)
