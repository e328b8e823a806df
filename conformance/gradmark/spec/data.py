"""``.data``: the values themselves, behind the graph's back."""

from gradmark.behaviour import Chapter
from gradmark.library import alternative

chapter = Chapter("data", ".data")


@chapter.behaviour(
    "read-is-a-constant",
    "What is read through .data counts as a constant",
    profile="scalar",
    claims=["data.outside-graph"],
    after=["operators.mul-grad"],
    why="x · x.data is x times a number, so its slope is x, not 2x.",
    mistake=".data hands out the tracked value itself.",
    impure="reads .data",
)
def _(lib):
    x = lib.tensor(3.0, requires_grad=True)
    one = lib.tensor(1.0, requires_grad=True)
    y = x * x.data * one
    y.backward()
    lib.control("operators.mul-grad", one.grad)
    lib.observe("value", y)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "write-before-forward",
    "A value written through .data is the one computed with",
    profile="scalar",
    claims=["data.write-before-forward"],
    after=["operators.mul-grad", "operators.number-on-the-right"],
    why="The write happens before the graph is built, so graph and gradient see the new value.",
    mistake="The value is kept in two places, and only one of them is written.",
    impure="writes .data",
)
def _(lib):
    x = lib.tensor(3.0, requires_grad=True)
    w = lib.tensor(5.0, requires_grad=True)
    x.data = x.data * 4
    one = lib.tensor(1.0, requires_grad=True)
    y = x * w * one
    lib.observe("value", y)
    y.backward()
    lib.control("operators.mul-grad", one.grad)
    lib.observe("gradient of the other factor", w.grad)
    lib.observe("gradient of the written leaf", x.grad)


@chapter.behaviour(
    "harmless-if-unsaved",
    "A write to .data does not disturb a graph that saved nothing",
    profile="scalar",
    claims=["data.scaled-after-linear-forward"],
    after=["operators.number-on-the-right"],
    why="2·x has the slope 2 wherever x is, so a later write changes nothing about it.",
    mistake="The write is recorded as an operation, and the slope becomes 200.",
    impure="writes .data",
)
def _(lib):
    x = lib.tensor(1.0, requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    (twin * 2).backward()
    lib.control("operators.number-on-the-right", twin.grad)
    y = x * 2
    x.data = x.data * 100
    y.backward()
    lib.observe("value of the leaf", x)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "wrong-if-saved",
    "A write to .data reaches the values that a graph had saved",
    profile="scalar",
    claims=["data.harmless-only-if-unsaved"],
    after=["accumulation.same-leaf-twice", "operators.number-on-the-right"],
    why=(
        "x·x keeps x for the way back. .data changes it behind the graph's back, so PyTorch "
        "answers 200 where the true slope at 1 was 2, without a word. This is why detach() is "
        "advised instead."
    ),
    mistake="Neither the value then (2, right) nor the value now (200, PyTorch's) comes out.",
    impure="writes .data",
)
def _(lib):
    twin = lib.tensor(3.0, requires_grad=True)
    (twin * twin).backward()
    lib.control("accumulation.same-leaf-twice", twin.grad)
    x = lib.tensor(1.0, requires_grad=True)
    y = x * x
    x.data = x.data * 100
    y.backward()
    lib.observe("gradient", x.grad, accept=[alternative("saved by value", 2.0)])


@chapter.behaviour(
    "untracked",
    ".data does not require grad, its tensor does",
    profile="torch",
    claims=["data.is-tensor", "data.outside-graph"],
    after=["leaf.requires-grad-default-off"],
    why=".data is a tensor outside of the graph.",
    mistake="It is the tracked tensor itself.",
    impure="asks for flags beside values",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    source = lib.tensor([8.0, 9.0], requires_grad=True)
    inner = source.data
    lib.observe("values", inner)
    lib.observe("requires_grad of .data", inner.requires_grad)
    lib.observe("requires_grad of the tensor", source.requires_grad)


@chapter.behaviour(
    "shares-memory",
    "A write into .data is a write into the tensor",
    claims=["data.shares-storage", "data.write-not-recorded"],
    after=["operators.sum-grad"],
    why="The memory is shared, and the write is not recorded: the tensor stays a leaf.",
    mistake=".data is a copy, and the write is lost.",
    impure="writes into memory",
)
def _(lib):
    source = lib.tensor([8.0, 9.0], requires_grad=True)
    source.data[1] = 0.5
    lib.observe("tensor after the write", source)
    w = lib.tensor([1.0, 1.0], requires_grad=True)
    (w * source).sum().backward()
    lib.control("operators.sum-grad", source.grad)
    lib.observe("gradient at the new value", w.grad)


@chapter.behaviour(
    "scaled-in-place",
    "x.data *= 100 scales the values, and the graph does not see it",
    claims=["data.scaled-after-linear-forward", "data.harmless-only-if-unsaved"],
    after=[
        "data.shares-memory",
        "accumulation.same-leaf-twice",
        "operators.number-on-the-right",
        "gradient-argument.one-element-any-rank",
    ],
    why="The same question as with numbers, asked of a tensor and by an in-place operator.",
    mistake="The in-place operator makes a new array, so the tensor keeps its old values.",
    impure="writes into memory",
)
def _(lib):
    twin = lib.tensor(3.0, requires_grad=True)
    (twin * twin).backward()
    lib.control("accumulation.same-leaf-twice", twin.grad)
    unit = lib.ones(1, requires_grad=True)
    square = unit * unit
    unit.data *= 100
    square.backward()
    lib.observe("tensor after the write", unit)
    lib.observe("gradient", unit.grad, accept=[alternative("saved by value", [2.0])])


@chapter.behaviour(
    "write-keeps-the-leaf",
    "A write to .data leaves a leaf a tracked leaf",
    claims=["data.write-not-recorded"],
    after=["data.shares-memory", "leaf.user-made-is-leaf", "operators.number-on-the-right"],
    why="Nothing is recorded, so the tensor does not become the result of an operation.",
    mistake="The write replaces the tensor or drops its flag.",
    impure="asks for flags",
)
def _(lib):
    source = lib.tensor([8.0, 9.0], requires_grad=True)
    source.data += 1
    lib.observe("is_leaf", source.is_leaf)
    lib.observe("requires_grad", source.requires_grad)
    factor = lib.tensor([3.0, 5.0], requires_grad=True)
    (source * factor).sum().backward()
    lib.control("operators.sum-grad", factor.grad)
    lib.observe("tensor after the write", source)
    lib.observe("gradient", source.grad)
