"""Leaving the graph with the values at hand."""

from gradmark.behaviour import Chapter

chapter = Chapter("detach", "detach")


@chapter.behaviour(
    "blocks-the-gradient",
    "No gradient flows through detach",
    profile="scalar",
    claims=["detach.blocks-gradient"],
    after=["operators.mul-grad"],
    why="x · x.detach() is x times a constant, so its slope is x, not 2x.",
    mistake="The copy keeps its parents, and the gradient flows on.",
)
def _(lib):
    x = lib.tensor(5.0, requires_grad=True)
    one = lib.tensor(1.0, requires_grad=True)
    y = x * x.detach() * one
    y.backward()
    lib.control("operators.mul-grad", one.grad)
    lib.observe("value", y)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "untracked",
    "A detached tensor is untracked, its source stays tracked",
    claims=["detach.flag", "detach.no-history", "detach.same-content"],
    after=["leaf.requires-grad-default-off"],
    why="detach() returns a tensor outside of the graph and changes nothing about its source.",
    mistake="The source itself is taken out of the graph.",
    impure="asks for flags beside values",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    source = lib.tensor([5.0, 6.0], requires_grad=True)
    cut = source.detach()
    lib.observe("values", cut)
    lib.observe("requires_grad of the detached tensor", cut.requires_grad)
    lib.observe("requires_grad of the source", source.requires_grad)


@chapter.behaviour(
    "shares-memory",
    "A detached tensor shares its source's memory",
    claims=["detach.shares-data", "detach.write-through"],
    after=["detach.untracked", "operators.number-on-the-right"],
    why="Nothing is copied: a write through the one is seen in the other.",
    mistake="The values are copied.",
    impure="writes into memory",
)
def _(lib):
    source = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    alias = source.detach()
    alias.data[0] = 9.0
    lib.observe("source after the write", source)
    lib.observe("detached tensor after the write", alias)
    w = lib.tensor([1.0, 1.0, 1.0], requires_grad=True)
    (w * source).sum().backward()
    lib.control("operators.sum-grad", source.grad)
    lib.observe("gradient at the new values", w.grad)


@chapter.behaviour(
    "original-keeps-its-graph",
    "Detaching a result leaves its own graph whole",
    profile="scalar",
    claims=["detach.out-of-place-use-is-harmless"],
    after=["operators.mul-grad", "operators.number-on-the-right"],
    why="Logging loss.detach() must not cost the loss its gradient.",
    mistake="detach() clears the parents of the tensor that it is called on.",
)
def _(lib):
    x = lib.tensor(3.0, requires_grad=True)
    six = lib.tensor(6.0, requires_grad=True)
    loss = x * six
    logged = loss.detach() * 100
    loss.backward()
    lib.control("operators.mul-grad", six.grad, label="gradient of the factor")
    lib.observe("logged value", logged)
    lib.observe("gradient", x.grad)
