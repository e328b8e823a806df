"""Clearing gradients between rounds."""

from gradmark.behaviour import Chapter
from gradmark.library import alternative

chapter = Chapter("zeroing", "Zeroing gradients")


@chapter.behaviour(
    "cleared-leaf-starts-anew",
    "A leaf whose gradient was cleared starts anew",
    profile="scalar",
    claims=["zeroing.manual-needed"],
    after=["accumulation.second-graph-adds", "lifetime.new-forward-new-graph"],
    why="Setting .grad to None forgets the past; without it the next gradient is added on top.",
    mistake="The old gradient survives somewhere, for instance in the node that accumulates.",
    impure="goes backward three times, and clears",
)
def _(lib):
    x = lib.tensor(2.0, requires_grad=True)
    three = lib.tensor(3.0, requires_grad=True)
    (x * three).backward()
    lib.control("operators.mul-grad", three.grad)
    (x * three).backward()
    lib.observe("gradient without clearing", x.grad)
    x.grad = None
    five = lib.tensor(5.0, requires_grad=True)
    (x * five).backward()
    lib.observe("gradient after clearing", x.grad)


@chapter.behaviour(
    "zero-in-place",
    "grad.zero_() puts zeros where the gradient was",
    claims=["zeroing.grad-zero-in-place", "zeroing.zero-sets-elements"],
    after=["operators.sum-grad", "operators.number-on-the-right"],
    why="The gradient's memory is kept and filled with zeros; the next round adds to zeros.",
    mistake="Only a copy is cleared.",
    impure="goes backward twice, and clears",
)
def _(lib):
    x = lib.ones(4, requires_grad=True)
    first, second = (x * 2 + 1).sum(), (x * 3).sum()
    first.backward()
    lib.control("operators.sum-grad", x.grad)
    x.grad.zero_()
    lib.observe("gradient after zeroing", x.grad)
    second.backward()
    lib.observe("gradient after the next backward", x.grad)


@chapter.behaviour(
    "zero-keeps-the-tensor",
    "grad.zero_() keeps the gradient's tensor",
    level="should",
    claims=["zeroing.zero-sets-elements"],
    after=["zeroing.zero-in-place"],
    why="Whoever holds the gradient sees it become zero, for it is the same tensor.",
    mistake="A new tensor of zeros is put in its place.",
    impure="asks for identity",
)
def _(lib):
    twin = lib.tensor([1.0, 2.0], requires_grad=True)
    (twin * 3).sum().backward()
    twin.grad.zero_()
    lib.control("zeroing.zero-in-place", twin.grad)
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    (x * 3).sum().backward()
    lib.control("operators.sum-grad", x.grad)
    kept = x.grad
    kept.zero_()
    lib.observe("gradient after zeroing", x.grad)
    lib.observe("it is the same tensor", lib.same(kept, x.grad))


@chapter.behaviour(
    "loop-with-zeroing",
    "A loop that clears each round sees one round's gradient",
    claims=["zeroing.loop-does-not-accumulate"],
    after=["lifetime.new-forward-new-graph"],
    why="Clear, compute, go backward: then a round's gradient is that round's alone.",
    mistake="Zeroing comes too late, or clears something else.",
    impure="goes backward three times, and clears",
)
def _(lib):
    x = lib.tensor([1.0, 2.0, 5.0], requires_grad=True)
    ones = lib.ones(3, requires_grad=True)
    ((x * x + x * 2 + 7) * ones).sum().backward()
    lib.control("operators.sum-grad", ones.grad)
    lib.control("backward.scalar-polynomial", x.grad)
    for turn in (2, 3):
        x.grad = None
        (x * x + x * 2 + 7).sum().backward()
        lib.observe(f"gradient in round {turn}", x.grad)


@chapter.behaviour(
    "before-or-after",
    "Clearing before backward or after the step is the same",
    claims=["zeroing.before-or-after"],
    after=["zeroing.cleared-leaf-starts-anew"],
    why="What matters is that one clearing lies between two backward calls.",
    mistake="Clearing right before backward also clears what the graph had kept.",
    impure="goes backward twice, and clears",
)
def _(lib):
    x = lib.tensor([1.0, -1.0], requires_grad=True)
    (x * 4).sum().backward()
    lib.control("operators.sum-grad", x.grad)
    loss = (x * lib.tensor([2.0, -3.0])).sum()
    x.grad = None
    loss.backward()
    lib.observe("cleared between forward and backward", x.grad)
    x.grad = None
    (x * lib.tensor([5.0, 6.0])).sum().backward()
    lib.observe("cleared before forward", x.grad)


@chapter.behaviour(
    "none-again",
    "A cleared gradient reads None again",
    claims=["zeroing.manual-needed"],
    after=["operators.sum-grad"],
    why="None is the state of a leaf that no backward has reached; clearing goes back to it.",
    mistake=".grad can't be assigned, or None is turned into zeros.",
    impure="writes .grad",
)
def _(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    factor = lib.tensor([3.0, 5.0], requires_grad=True)
    (x * factor).sum().backward()
    lib.control("operators.sum-grad", factor.grad)
    lib.observe("gradient", x.grad)
    x.grad = None
    lib.observe(
        "gradient after clearing",
        x.grad,
        accept=[alternative("zeros for no gradient", predicate="zeros")],
    )


@chapter.behaviour(
    "other-leaves-untouched",
    "Zeroing one leaf's gradient leaves the others alone",
    claims=["zeroing.zero-sets-elements"],
    after=["zeroing.zero-in-place"],
    why="Each leaf owns its gradient, so that leaves can be trained one by one.",
    mistake="Leaves share one array of gradients.",
    impure="writes into .grad",
)
def _(lib):
    twin = lib.tensor([1.0, 2.0], requires_grad=True)
    (twin * 3).sum().backward()
    twin.grad.zero_()
    lib.control("zeroing.zero-in-place", twin.grad)
    a = lib.tensor([1.0, 2.0], requires_grad=True)
    b = lib.tensor([3.0, 4.0], requires_grad=True)
    c = lib.tensor([5.0, 6.0], requires_grad=True)
    factor = lib.tensor([6.0, 7.0], requires_grad=True)
    ((a + b + c) * factor).sum().backward()
    lib.control("operators.sum-grad", factor.grad)
    lib.control("operators.add-grad", c.grad)
    a.grad.zero_()
    lib.observe("gradient of the zeroed leaf", a.grad)
    lib.observe("gradient of the other leaf", b.grad)
