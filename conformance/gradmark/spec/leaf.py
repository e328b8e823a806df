"""Who gets a gradient: leaves that ask for one, and nobody else."""

from gradmark.behaviour import Chapter
from gradmark.library import alternative

chapter = Chapter("leaf", "Leaves and who gets a gradient")

ZEROS = alternative("zeros for no gradient", predicate="zeros")


@chapter.behaviour(
    "grad-stored-in-leaf",
    "Backward stores a gradient in every leaf that asked for one",
    profile="scalar",
    claims=[
        "leaf.grad-stored-in-leaf",
        "leaf.opt-in-at-creation",
        "backward.result-goes-to-grad-attribute",
    ],
    after=["operators.mul-grad", "operators.number-on-the-right"],
    why="The gradient of a leaf is read from its .grad once backward has run.",
    mistake="Only some leaves are written: the left operand, or those whose value counts as true.",
)
def _(lib):
    u = lib.tensor(1.25, requires_grad=True)
    v = lib.tensor(10.0, requires_grad=True)
    nothing = lib.tensor(0.0, requires_grad=True)
    extra = lib.tensor(2.0, requires_grad=True)
    y = u * v + nothing + extra * 4
    y.backward()
    lib.control("operators.number-on-the-right", extra.grad)
    lib.observe("gradient of u", u.grad)
    lib.observe("gradient of v", v.grad)
    lib.observe("gradient of a leaf that is 0", nothing.grad)


@chapter.behaviour(
    "grad-none-before-backward",
    "A leaf has no gradient until backward has run",
    profile="scalar",
    claims=["leaf.grad-none-before-backward"],
    after=["operators.mul-grad"],
    why="None says that nobody has asked yet; building an expression computes no gradient.",
    mistake="A gradient appears while the expression is built.",
    impure="reads .grad before backward",
)
def _(lib):
    x = lib.tensor(2.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    lib.observe("gradient of a fresh leaf", x.grad, accept=[ZEROS])
    y = x * five
    lib.observe("gradient before backward", x.grad, accept=[ZEROS])
    y.backward()
    lib.control("operators.mul-grad", five.grad)
    lib.observe("gradient after backward", x.grad)


@chapter.behaviour(
    "unused-leaf-stays-none",
    "A leaf that took no part gets no gradient",
    profile="scalar",
    claims=["leaf.unused-leaf-grad-none"],
    after=["operators.mul-grad"],
    why="What a result does not depend on has nothing to be told; its used twin has.",
    mistake="Backward writes to every leaf that exists, for instance from a global list.",
)
def _(lib):
    used = lib.tensor(1.0, requires_grad=True)
    idle = lib.tensor(2.0, requires_grad=True)
    seven = lib.tensor(7.0, requires_grad=True)
    y = used * seven
    y.backward()
    lib.control("operators.mul-grad", seven.grad)
    lib.observe("gradient of the used leaf", used.grad)
    lib.observe("gradient of the idle leaf", idle.grad, accept=[ZEROS])


@chapter.behaviour(
    "requires-grad-default-off",
    "A new tensor is not tracked unless it asks to be",
    claims=["leaf.requires-grad-default-false", "leaf.opt-in-at-creation"],
    why="Data is the common case. Tracking everything costs memory and writes needless gradients.",
    mistake="requires_grad is True by default, or is not kept at all.",
    impure="asks for a flag, not for values",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    plain = lib.tensor([0.5, 1.5])
    tracked = lib.tensor([0.5, 1.5], requires_grad=True)
    lib.observe("requires_grad of a plain tensor", plain.requires_grad)
    lib.observe("requires_grad when asked for", tracked.requires_grad)


@chapter.behaviour(
    "only-tracked-leaves-get-grad",
    "Only leaves that require it get a gradient",
    claims=["leaf.only-requiring-leaves-get-grad", "leaf.constant-input-grad-none"],
    after=["operators.sum-grad"],
    why="Constants take part in the computation but are not to be changed, so they get none.",
    mistake="Backward writes a gradient to every input, whether it asked or not.",
    impure="reads the gradient of a constant",
)
def _(lib):
    knob = lib.tensor([0.5, 2.0], requires_grad=True)
    offset = lib.tensor([3.0, 4.0], requires_grad=False)
    ones = lib.tensor([1.0, 1.0], requires_grad=True)
    y = (offset * knob * ones).sum()
    y.backward()
    lib.control("operators.sum-grad", ones.grad)
    lib.observe("gradient of the tracked leaf", knob.grad)
    lib.observe("gradient of the constant", offset.grad, accept=[ZEROS])


@chapter.behaviour(
    "user-made-is-leaf",
    "Tensors made by the user are leaves, computed ones are not",
    claims=["leaf.user-created-is-leaf", "leaf.computed-is-not-leaf", "leaf.is-leaf-is-bool"],
    after=["operators.sum-grad"],
    why="A leaf is where the graph begins: gradients are stored there.",
    mistake="is_leaf is missing, or is True for everything that requires a gradient.",
    impure="asks for flags, not for values",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    a = lib.tensor([7.0, 8.0], requires_grad=True)
    middle = a * a
    total = middle.sum()
    lib.observe("is_leaf of a user's tensor", a.is_leaf)
    lib.observe("is_leaf of a product", middle.is_leaf)
    lib.observe("is_leaf of a sum", total.is_leaf)


@chapter.behaviour(
    "constants-are-leaves",
    "Untracked tensors are leaves, even computed ones",
    claims=["leaf.constant-is-leaf-too", "leaf.computed-from-constants-is-leaf"],
    after=["leaf.user-made-is-leaf"],
    why="Nothing was recorded for them, so for the graph they are beginnings too.",
    mistake="is_leaf is taken to mean requires_grad.",
    impure="asks for flags, not for values",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    left = lib.tensor([1.0, 5.0], requires_grad=False)
    right = lib.tensor([2.0, 2.0], requires_grad=False)
    both = left * right
    lib.observe("is_leaf of a constant", left.is_leaf)
    lib.observe("is_leaf of a product of constants", both.is_leaf)
    tracked = lib.tensor([1.0, 5.0], requires_grad=True)
    lib.observe("is_leaf of a tracked product", (tracked * right).is_leaf)


@chapter.behaviour(
    "requires-grad-propagates",
    "A result is tracked if any of its inputs is",
    claims=["leaf.requires-grad-propagates", "leaf.grad-fn-absent-without-grad-inputs"],
    after=["leaf.requires-grad-default-off"],
    why="One tracked input is enough to need the operation on the way back.",
    mistake="Only the left operand is asked.",
    impure="asks for flags, not for values",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    tracked = lib.tensor([1.0, 2.0], requires_grad=True)
    constant = lib.tensor([3.0, 4.0], requires_grad=False)
    lib.observe("tracked + constant", (tracked + constant).requires_grad)
    lib.observe("constant * tracked", (constant * tracked).requires_grad)
    lib.observe("constant + constant", (constant + constant).requires_grad)


@chapter.behaviour(
    "non-leaf-grad-none",
    "A computed tensor keeps no gradient, its leaf does",
    claims=["leaf.non-leaf-grad-none", "leaf.expression-makes-non-leaf"],
    after=["operators.sum-grad"],
    why="Gradients of intermediate results are passed on and dropped, which saves their memory.",
    mistake="Every node keeps what passed through it.",
    impure="reads .grad of a computed tensor",
)
def _(lib):
    base = lib.tensor([2.0, 5.0], requires_grad=True)
    factor = lib.tensor([3.0, 7.0], requires_grad=True)
    weights = lib.tensor([4.0, -1.0], requires_grad=True)
    middle = base * factor
    total = (middle * weights).sum()
    total.backward()
    lib.control("operators.sum-grad", weights.grad)
    lib.control("backward.chain-rule", factor.grad)
    lib.observe("gradient of the leaf", base.grad)
    lib.observe("gradient of the computed tensor", middle.grad)


@chapter.behaviour(
    "expression-hides-the-leaf",
    "A scaled fresh tensor is no leaf: the fresh one inside is",
    claims=["leaf.inner-factory-is-the-leaf", "leaf.expression-makes-non-leaf"],
    after=["leaf.user-made-is-leaf", "operators.sum-grad"],
    why="w = 5 * ones(3, requires_grad=True) is a classic: the name w is bound to the product.",
    mistake="The flag is copied to the result, which then passes for a leaf.",
    impure="asks for flags beside values",
)
def _(lib):
    inner = lib.ones(3, requires_grad=True)
    factor = lib.tensor([5.0, 5.0, 5.0], requires_grad=True)
    weights = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    scaled = inner * factor
    (scaled * weights).sum().backward()
    lib.observe("is_leaf of the inner tensor", inner.is_leaf)
    lib.observe("is_leaf of the scaled tensor", scaled.is_leaf)
    lib.control("operators.sum-grad", weights.grad)
    lib.control("backward.chain-rule", factor.grad)
    lib.observe("gradient of the inner tensor", inner.grad)


@chapter.behaviour(
    "switch-on-in-place",
    "requires_grad_ switches tracking on for the same tensor",
    claims=["leaf.opt-in-in-place"],
    after=["operators.sum-grad"],
    why="A tensor that exists already can become a leaf; nothing is copied.",
    mistake="A tracked copy is returned and the original stays untracked.",
    impure="asks for identity and flags",
)
def _(lib):
    late = lib.tensor([4.0, 6.0], requires_grad=False)
    lib.observe("requires_grad before", late.requires_grad)
    same = late.requires_grad_()
    lib.observe("requires_grad after", late.requires_grad)
    lib.observe("the returned tensor is the same one", lib.same(same, late))
    factor = lib.tensor([3.0, 5.0], requires_grad=True)
    (late * factor).sum().backward()
    lib.control("operators.sum-grad", factor.grad)
    lib.observe("gradient", late.grad)


@chapter.behaviour(
    "late-switch-makes-a-leaf",
    "A computed constant becomes a working leaf by requires_grad_",
    claims=["leaf.late-flag-makes-working-leaf", "leaf.requires-grad-after-computation"],
    after=["leaf.switch-on-in-place", "operators.number-on-the-right"],
    why="What was computed from constants has no history, so tracking can begin right there.",
    mistake="The earlier operations are dug up again, or the tensor is refused.",
    impure="asks for flags beside values",
)
def _(lib):
    weights = lib.tensor([1.0, 2.0, 3.0], requires_grad=False) * 2
    weights.requires_grad_()
    factor = lib.tensor([4.0, -1.0, 0.5], requires_grad=True)
    (weights * factor).sum().backward()
    lib.control("operators.sum-grad", factor.grad)
    lib.observe("gradient", weights.grad)
    lib.observe("is_leaf", weights.is_leaf)


@chapter.behaviour(
    "flag-of-computed-refused",
    "Tracking of a computed tensor can't be switched off",
    level="should",
    claims=["leaf.non-leaf-flag-cannot-be-cleared"],
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.requires_grad_.html",
    after=["leaf.switch-on-in-place"],
    why="A tensor in the middle of a graph can't leave it; detach() makes a copy outside of it.",
    mistake="The flag is an attribute that anyone can set, and the graph is cut in silence.",
    impure="asks for a refusal",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    with lib.raises("switching a computed tensor off"):
        y.requires_grad_(False)
    free = lib.tensor([1.0, 2.0], requires_grad=True)
    free.requires_grad_(False)
    lib.observe("a leaf can be switched off", free.requires_grad)


@chapter.behaviour(
    "backward-on-leaf",
    "A leaf's own backward gives it the gradient 1",
    profile="scalar",
    claims=["leaf.backward-on-leaf-itself"],
    why="A leaf depends on itself with the derivative 1.",
    mistake="Backward needs an operation to start from and fails, or does nothing.",
)
def _(lib):
    alone = lib.tensor(6.5, requires_grad=True)
    alone.backward()
    lib.observe("gradient", alone.grad)


@chapter.behaviour(
    "grad-has-the-leafs-shape",
    "A gradient has the shape of its leaf",
    claims=["leaf.grad-shape-and-dtype"],
    after=["operators.sum-grad"],
    why="One number for each number of the leaf, so that an update can be subtracted from it.",
    mistake="The gradient keeps the shape of the result, or loses an axis of length one.",
)
def _(lib):
    x = lib.tensor([[1.0], [2.0], [3.0]], requires_grad=True)
    factor = lib.tensor([[2.0], [4.0], [6.0]], requires_grad=True)
    y = (x * factor).sum()
    y.backward()
    lib.control("operators.sum-grad", factor.grad, label="gradient of the factor")
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "grad-fn-marks-history",
    "Only a recorded result has a grad_fn",
    profile="torch",
    claims=[
        "leaf.grad-fn-present",
        "leaf.grad-fn-none-for-user-created",
        "leaf.grad-fn-absent-without-grad-inputs",
    ],
    after=["operators.mul-grad"],
    why="grad_fn is the way back. Leaves have none: the way ends there.",
    mistake="The graph is kept elsewhere, and there is nothing to look at.",
    impure="asks what an attribute is",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    x = lib.tensor([2.0, 4.0], requires_grad=True)
    constant = lib.tensor([1.0, 1.0], requires_grad=False)
    lib.observe("grad_fn of a product", lib.kind((x * constant).grad_fn))
    lib.observe("grad_fn of a leaf", lib.kind(x.grad_fn))
    lib.observe("grad_fn of a product of constants", lib.kind((constant * constant).grad_fn))


@chapter.behaviour(
    "whole-numbers-refused",
    "Whole numbers can't be tracked, floating ones can",
    level="should",
    profile="torch",
    claims=["leaf.integer-cannot-require-grad"],
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html",
    after=["leaf.requires-grad-default-off"],
    why="A derivative needs small steps, and whole numbers have none.",
    mistake="Whole numbers are turned into floating ones in silence.",
    impure="asks for a refusal",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    floating = lib.tensor([1.0, 2.0], requires_grad=True)
    lib.observe("a floating tensor is tracked", floating.requires_grad)
    with lib.raises("tracking whole numbers"):
        lib.tensor([1, 2], requires_grad=True)
