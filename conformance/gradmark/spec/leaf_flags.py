"""Who may be tracked, when the flag may change, and who is untracked whatever it says."""

from gradmark.spec.leaf import chapter


@chapter.behaviour(
    "flags-are-bools",
    "requires_grad and is_leaf are plain truth values",
    level="should",
    claims=["leaf.requires-grad-is-bool", "leaf.is-leaf-is-bool"],
    after=["leaf.requires-grad-default-off", "leaf.user-made-is-leaf"],
    why="A flag that is True or False can be stored, compared and written down as such.",
    mistake="A flag is the list of inputs, or a node, that merely counts as true.",
    impure="asks for kinds",
)
def _(lib):
    x = lib.tensor([2.0, 4.0], requires_grad=True)
    constant = lib.tensor([3.0, 5.0], requires_grad=False)
    product = x * constant
    product.sum().backward()
    lib.control("operators.sum-grad", x.grad)
    lib.observe("requires_grad of a leaf", lib.kind(x.requires_grad))
    lib.observe("requires_grad of a constant", lib.kind(constant.requires_grad))
    lib.observe("requires_grad of a product", lib.kind(product.requires_grad))
    lib.observe("is_leaf of a leaf", lib.kind(x.is_leaf))
    lib.observe("is_leaf of a product", lib.kind(product.is_leaf))


@chapter.behaviour(
    "misspelt-keyword-refused",
    "A misspelt requires_grad is refused, not ignored",
    level="detail",
    profile="torch",
    claims=["leaf.keyword-spelling"],
    after=["leaf.factories-take-the-flag"],
    why="A flag that is ignored is found out much later, when no gradient comes.",
    mistake="The constructor takes whatever keywords it is given.",
    impure="asks for a refusal",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    rightly = lib.ones(2, requires_grad=True)
    (rightly * lib.tensor([3.0, 5.0])).sum().backward()
    lib.observe("gradient of the tensor spelt rightly", rightly.grad)
    with lib.raises("a keyword that does not exist"):
        lib.ones(2, reuqires_grad=True)


@chapter.behaviour(
    "network-leaves",
    "In a network the input and the weights are leaves, no result is",
    claims=["leaf.network-leaves"],
    after=["leaf.user-made-is-leaf", "backward.two-stage-network"],
    why="Leaves are what a network is made from: data, weights and targets. Hidden values, outputs "
    "and losses are computed.",
    mistake="The hidden layer counts as a leaf, or the input does not.",
    impure="asks for flags beside values",
)
def _(lib):
    signal = lib.tensor([1.5, 0.5], requires_grad=True)
    gain1 = lib.tensor([4.0, -2.0], requires_grad=True)
    gain2 = lib.tensor([0.5, 3.0], requires_grad=True)
    target = lib.tensor([1.0, 2.0], requires_grad=False)
    hidden = signal * gain1
    answer = hidden * gain2
    miss = target - answer
    lib.observe("is_leaf of input and weights", [t.is_leaf for t in (signal, gain1, gain2)])
    lib.observe("is_leaf of the target", target.is_leaf)
    lib.observe("is_leaf of hidden value and output", [t.is_leaf for t in (hidden, answer)])
    lib.observe("is_leaf of the loss", miss.is_leaf)
    weights = lib.tensor([3.0, 7.0], requires_grad=True)
    (miss * weights).sum().backward()
    lib.control("operators.sum-grad", weights.grad)


@chapter.behaviour(
    "flag-can-be-assigned",
    "Assigning requires_grad switches tracking on and off",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.requires_grad.html",
    after=["leaf.requires-grad-default-off", "leaf.only-tracked-leaves-get-grad"],
    why="Freezing a layer is assigning False to the flags of its weights.",
    mistake="The flag is read once, when the tensor is made, and never again.",
    impure="writes flags",
)
def _(lib):
    late = lib.tensor([4.0, 6.0], requires_grad=False)
    frozen = lib.tensor([1.0, 2.0], requires_grad=True)
    late.requires_grad = True
    frozen.requires_grad = False
    weights = lib.tensor([3.0, 5.0], requires_grad=True)
    extra = lib.tensor([5.0, 8.0], requires_grad=True)
    ((late + frozen + extra) * weights).sum().backward()
    lib.control("operators.sum-grad", weights.grad)
    lib.control("operators.add-grad", extra.grad)
    lib.observe("requires_grad, switched on", late.requires_grad)
    lib.observe("requires_grad, switched off", frozen.requires_grad)
    lib.observe("gradient of the one switched on", late.grad)
    lib.observe("gradient of the one switched off", frozen.grad)


@chapter.behaviour(
    "flag-counts-when-computed",
    "A flag that is set after an operation says nothing about it",
    level="should",
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html",
    after=["leaf.flag-can-be-assigned"],
    why="What is recorded is decided while the operation runs; a later switch works for what is "
    "computed later.",
    mistake="Backward asks every input for its present flag.",
    impure="sets a flag after the forward",
)
def _(lib):
    x = lib.tensor([2.0, 4.0], requires_grad=True)
    constant = lib.tensor([3.0, 5.0], requires_grad=False)
    weights = lib.tensor([7.0, -1.0], requires_grad=True)
    total = x + constant
    constant.requires_grad_()
    (total * weights).sum().backward()
    lib.control("operators.sum-grad", weights.grad)
    lib.control("operators.add-grad", x.grad)
    lib.observe("gradient of the constant of then", constant.grad)
    (constant * lib.tensor([1.0, 10.0])).sum().backward()
    lib.observe("gradient by a later operation", constant.grad)


@chapter.behaviour(
    "switched-off-leaf-is-skipped",
    "A leaf that is switched off before backward is passed over",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html",
    after=["leaf.flag-can-be-assigned"],
    why="The graph knows the leaf, but gradients are stored only where the flag still asks.",
    mistake="The flag is copied into the graph and not looked at again.",
    impure="sets a flag after the forward",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    x = lib.tensor([2.0, 4.0], requires_grad=True)
    weights = lib.tensor([7.0, -1.0], requires_grad=True)
    product = x * weights
    x.requires_grad_(False)
    product.sum().backward()
    lib.control("operators.mul-grad", weights.grad)
    lib.observe("gradient of the leaf switched off", x.grad)


@chapter.behaviour(
    "comparisons-untracked",
    "A comparison's result is untracked, and nothing flows through it",
    level="should",
    claims=["leaf.untracked-operations"],
    after=["leaf.requires-grad-default-off", "operators.sum-grad"],
    why="Larger or smaller is a yes or no, which a small step does not change.",
    mistake="Every result of a tracked tensor is tracked, so the comparison enters the graph.",
    impure="asks for flags beside values",
    exact="the numbers are compared with another one",
)
def _(lib):
    x = lib.tensor([2.0, 5.0, 3.0], requires_grad=True)
    weights = lib.tensor([1.0, 10.0, 100.0], requires_grad=True)
    (x * weights).sum().backward()
    lib.control("operators.sum-grad", weights.grad)
    larger = x > 2.5
    lib.observe("comparison", larger)
    lib.observe("requires_grad of the comparison", larger.requires_grad)
    lib.observe("requires_grad of x", x.requires_grad)


@chapter.behaviour(
    "positions-untracked",
    "Positions and whole numbers taken from a tensor are untracked",
    level="should",
    profile="torch",
    claims=["leaf.untracked-operations"],
    after=["leaf.requires-grad-default-off", "leaf.grad-fn-marks-history"],
    why="argmax says where, and long() cuts off what follows the point: neither has a derivative.",
    mistake="The result inherits the flag from its input.",
    impure="asks for flags beside values",
)
def _(lib):
    x = lib.tensor([2.25, 5.125, 3.375], requires_grad=True)
    where, whole = x.argmax(), x.long()
    lib.observe("position of the largest", where)
    lib.observe("requires_grad of the position", where.requires_grad)
    lib.observe("whole numbers", whole)
    lib.observe("requires_grad of the whole numbers", whole.requires_grad)
    lib.observe("grad_fn of the whole numbers", lib.kind(whole.grad_fn))
    lib.observe("requires_grad of a product", (x * 2).requires_grad)


@chapter.behaviour(
    "whole-numbers-refused-later",
    "Whole numbers can't be tracked later on either",
    level="should",
    profile="torch",
    claims=["leaf.integer-cannot-require-grad-later"],
    after=["leaf.switch-on-in-place"],
    why="Counts and indices stay what they are; turned into floating numbers they can be tracked.",
    mistake="Only the constructor looks at the dtype.",
    impure="asks for a refusal",
)
def _(lib):
    twin = lib.tensor([4.0, 9.0], requires_grad=False)
    twin.requires_grad_()
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("leaf.switch-on-in-place", twin.grad)
    counts = lib.tensor([4, 9])
    with lib.raises("tracking whole numbers"):
        counts.requires_grad_()
    counts.requires_grad_(False)
    lib.observe("whole numbers may be told that they are untracked", counts.requires_grad)


@chapter.behaviour(
    "complex-may-be-tracked",
    "Complex numbers can be tracked like floating ones",
    level="detail",
    profile="torch",
    claims=["leaf.complex-may-require-grad"],
    after=["leaf.requires-grad-default-off"],
    why="Signals and waves are written in complex numbers; their derivatives exist as well.",
    mistake="Only the real dtypes are let through.",
    impure="asks for a flag beside values",
)
def _(lib):
    phase = lib.tensor([1 + 2j, 3 - 0.5j], requires_grad=True)
    lib.observe("requires_grad", phase.requires_grad)
    (phase * phase.conj()).real.sum().backward()
    lib.observe("real part of the gradient", phase.grad.real)
    lib.observe("imaginary part of the gradient", phase.grad.imag)


@chapter.behaviour(
    "like-does-not-inherit",
    "ones_like takes the shape over, not the flag",
    level="should",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.ones_like.html",
    after=["leaf.requires-grad-default-off"],
    why="A tensor of the same shape is a new tensor, and new tensors are untracked.",
    mistake="All properties of the model tensor are copied, the flag among them.",
    impure="asks for flags",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    x = lib.tensor([2.0, 4.0], requires_grad=True)
    like = lib.ones_like(x)
    (x * like).sum().backward()
    lib.observe("values", like)
    lib.observe("requires_grad of ones_like", like.requires_grad)
    lib.observe("gradient of x", x.grad)


@chapter.behaviour(
    "deepcopy-keeps-flag-and-gradient",
    "A deep copy of a leaf keeps its flag and copies its gradient",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html",
    after=["leaf.grad-stored-in-leaf"],
    why="Copies of models are made this way. Of a computed tensor it is refused: its graph can't "
    "be copied along.",
    mistake="The copy is tracked by the original's graph, or forgets its gradient.",
    impure="copies a leaf",
)
def _(lib):
    x = lib.tensor([2.0, 4.0], requires_grad=True)
    (x * lib.tensor([3.0, 5.0])).sum().backward()
    twin = lib.host.deepcopy(x)
    lib.observe("requires_grad of the copy", twin.requires_grad)
    lib.observe("gradient of the copy", twin.grad)
    (twin * 10).sum().backward()
    lib.observe("gradient of the copy, one round later", twin.grad)
    lib.observe("gradient of the original", x.grad)
    computed = x * x
    with lib.raises("a deep copy of a computed tensor"):
        lib.host.deepcopy(computed)


@chapter.behaviour(
    "parameters-are-leaves",
    "The parameters of a layer are tracked leaves",
    level="detail",
    profile="torch",
    claims=["leaf.parameters-are-leaves"],
    after=["leaf.user-made-is-leaf"],
    why="A layer makes its weight and its bias itself; they are what backward fills.",
    mistake="The weights come out of an initialising computation and are no leaves.",
    impure="asks for flags beside values",
)
def _(lib):
    layer = lib.nn.Linear(3, 2)
    lib.observe("is_leaf", [layer.weight.is_leaf, layer.bias.is_leaf])
    lib.observe("requires_grad", [layer.weight.requires_grad, layer.bias.requires_grad])
    sample = lib.tensor([[1.0, 2.0, 3.0]])
    (layer(sample) * lib.tensor([[10.0, -1.0]])).sum().backward()
    lib.observe("gradient of the weight", layer.weight.grad)
    lib.observe("gradient of the bias", layer.bias.grad)


@chapter.behaviour(
    "parameter-cuts-history",
    "A Parameter made from a computed tensor is a leaf of its own",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html",
    after=["leaf.user-made-is-leaf"],
    why="Initial weights may be computed somehow; training begins at the Parameter.",
    mistake="The Parameter stays joined to what its values were computed from.",
    impure="asks for flags beside values",
)
def _(lib):
    source = lib.tensor([2.0, 4.0], requires_grad=True)
    weight = lib.nn.Parameter(source * 3)
    lib.observe("is_leaf", weight.is_leaf)
    lib.observe("requires_grad", weight.requires_grad)
    (weight * lib.tensor([5.0, 7.0])).sum().backward()
    lib.observe("gradient of the Parameter", weight.grad)
    lib.observe("gradient of what it was made from", lib.kind(source.grad))
