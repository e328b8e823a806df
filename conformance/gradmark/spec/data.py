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
    start, other, factor = lib.example(1.0, 3.0, 100)
    twin = lib.tensor(other, requires_grad=True)
    (twin * twin).backward()
    lib.control("accumulation.same-leaf-twice", twin.grad)
    x = lib.tensor(start, requires_grad=True)
    y = x * x
    x.data = x.data * factor
    y.backward()
    lib.observe("gradient", x.grad, accept=[alternative("saved by value", 2 * start)])


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


@chapter.behaviour(
    "linear-then-scaled",
    "x.data *= 100 after y = 2x changes x, not its gradient",
    claims=["data.scaled-after-linear-forward", "data.is-tensor"],
    after=["data.shares-memory", "data.harmless-if-unsaved", "operators.number-on-the-left"],
    why="The slope of 2x is 2 wherever x is; only the value that x shows is another one.",
    mistake="The write is recorded, or arrives in the graph that was built before it.",
    impure="writes into memory",
)
def _(lib):
    twin = lib.tensor(5.0, requires_grad=True)
    (2 * twin).backward()
    lib.control("operators.number-on-the-left", twin.grad)
    unit = lib.ones(1, requires_grad=True)
    lib.observe("values of .data", unit.data)
    twice = 2 * unit
    unit.data *= 100
    twice.backward()
    lib.observe("leaf after the write", unit)
    lib.observe("gradient", unit.grad)


@chapter.behaviour(
    "no-history-even-of-a-result",
    ".data of a result is a tensor without history",
    profile="torch",
    claims=["data.is-tensor", "data.outside-graph"],
    after=["data.untracked", "leaf.grad-fn-marks-history"],
    why="Not only leaves have .data. Whatever was computed, its .data begins anew.",
    mistake=".data of a result hangs on the operation that made it, or is a plain array.",
    impure="asks for kind and history",
)
def _(lib):
    source = lib.tensor([8.0, 9.0], requires_grad=True)
    weights = lib.tensor([3.0, 5.0], requires_grad=True)
    product = source * weights
    product.sum().backward()
    lib.control("operators.sum-grad", weights.grad)
    inner = product.data
    lib.observe("values", inner)
    lib.observe("kind", lib.kind(inner))
    lib.observe("requires_grad", inner.requires_grad)
    lib.observe("is_leaf", inner.is_leaf)
    lib.observe("grad_fn", lib.kind(inner.grad_fn))
    lib.observe("grad_fn of the result itself", lib.kind(product.grad_fn))


@chapter.behaviour(
    "write-into-a-result",
    "A result written through .data is used as written, its way back stays",
    profile="scalar",
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html",
    after=["data.write-before-forward", "backward.chain-rule", "operators.number-on-the-right"],
    why="The write changes a number in the middle of the graph, not how it came to be: what "
    "follows computes with the new value, the slope before it is as it was.",
    mistake="The write makes a leaf of the result, and the leaf before it gets nothing.",
    impure="writes .data of a result",
)
def _(lib):
    x = lib.tensor(2.0, requires_grad=True)
    twin = lib.tensor(5.0, requires_grad=True)
    factor = lib.tensor(7.0, requires_grad=True)
    unit = lib.tensor(1.0, requires_grad=True)
    middle = x * 3
    middle.data = middle.data * 10
    total = (middle * factor + twin * 3 * 4) * unit
    total.backward()
    lib.control("backward.chain-rule", twin.grad)
    lib.observe("value", total)
    lib.observe("gradient of the factor", factor.grad)
    lib.observe("gradient of the leaf", x.grad)


@chapter.behaviour(
    "write-keeps-the-gradient",
    "A write to .data leaves the gradient where it is",
    profile="scalar",
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html",
    after=["data.write-before-forward", "accumulation.second-graph-adds"],
    why="A hand-made step moves the value; clearing the gradient is another thing, and is still "
    "to be done.",
    mistake="The write makes a new node, or starts the leaf afresh with no gradient.",
    impure="writes .data between two backward calls",
)
def _(lib):
    twin = lib.tensor(1.5, requires_grad=True)
    (twin * 4).backward()
    (twin * 10).backward()
    lib.control("accumulation.second-graph-adds", twin.grad)
    x = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    (x * five).backward()
    lib.control("operators.mul-grad", five.grad)
    x.data = x.data * 4
    lib.observe("gradient after the write", x.grad)
    two = lib.tensor(2.0, requires_grad=True)
    (x * two).backward()
    lib.observe("gradient after the next backward", x.grad)
    lib.observe("gradient of the other factor", two.grad)
