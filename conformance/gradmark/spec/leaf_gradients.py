"""What a leaf's gradient is, and what becomes of the gradients of computed tensors."""

from gradmark.spec.leaf import ZEROS, chapter


@chapter.behaviour(
    "factories-take-the-flag",
    "ones and zeros make tracked leaves when asked to",
    claims=["leaf.opt-in-at-creation", "leaf.requires-grad-default-false"],
    after=["leaf.requires-grad-default-off", "operators.sum-grad"],
    why="Whatever makes a tensor can make it a leaf; without being asked, none of them does.",
    mistake="The flag is taken by the first constructor and swallowed by the others.",
    impure="asks for a flag beside values",
)
def _(lib):
    first = lib.ones(2, requires_grad=True)
    second = lib.zeros(2, requires_grad=True)
    twin = lib.tensor([7.0, 2.0], requires_grad=True)
    one, two, three = (lib.tensor(lib.draw(2)) for _ in range(3))
    (first * one + second * two + twin * three).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    lib.observe("gradient of the ones", first.grad)
    lib.observe("gradient of the zeros", second.grad)
    lib.observe("requires_grad of ones that were not asked", lib.ones(2).requires_grad)
    lib.observe("requires_grad of zeros that were not asked", lib.zeros(2).requires_grad)


@chapter.behaviour(
    "one-of-four-gets-a-gradient",
    "Of tracked, constant and computed, only the tracked leaf is filled",
    claims=["leaf.only-requiring-leaves-get-grad"],
    after=["leaf.only-tracked-leaves-get-grad", "leaf.non-leaf-grad-none"],
    why="A tensor may be tracked or not, and made or computed: four kinds, one of them trained.",
    mistake="A result of constants is taken for something to train, because it is a leaf too.",
    impure="reads gradients that are not there",
)
def _(lib):
    tracked = lib.tensor([2.0, 3.0], requires_grad=True)
    constant = lib.tensor([6.0, -4.0], requires_grad=False)
    weights = lib.tensor([1.0, 10.0], requires_grad=True)
    extra = lib.tensor([5.0, 8.0], requires_grad=True)
    mixed = tracked + constant
    settled = constant * constant
    ((mixed + settled + extra) * weights).sum().backward()
    lib.control("operators.sum-grad", weights.grad)
    lib.control("operators.add-grad", extra.grad)
    lib.observe("gradient of the tracked leaf", tracked.grad)
    lib.observe("gradient of the constant", constant.grad, accept=[ZEROS])
    lib.observe("gradient of the tracked result", mixed.grad)
    lib.observe("gradient of the result of constants", settled.grad, accept=[ZEROS])


@chapter.behaviour(
    "new-node-for-a-trivial-result",
    "x * 1 and z + 0 are new tensors, not the leaves themselves",
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html",
    after=["leaf.user-made-is-leaf", "operators.number-on-the-right"],
    why="An operation gives a result of its own even if its values are those of x, so that a "
    "change of the one is no change of the other.",
    mistake="An operation that changes nothing hands its operand back to save work.",
    impure="asks for identity and flags",
)
def _(lib):
    x = lib.tensor([2.0, -3.0], requires_grad=True)
    z = lib.tensor([5.0, 0.5], requires_grad=True)
    extra = lib.tensor([6.0, 1.0], requires_grad=True)
    weights = lib.tensor([4.0, 7.0], requires_grad=True)
    once, more = x * 1, z + 0
    lib.observe("x * 1 is x", lib.same(once, x))
    lib.observe("is_leaf of x * 1", once.is_leaf)
    lib.observe("z + 0 is z", lib.same(more, z))
    lib.observe("is_leaf of z + 0", more.is_leaf)
    ((once + (more + extra * 4)) * weights).sum().backward()
    lib.control("operators.sum-grad", weights.grad)
    lib.control("backward.chain-rule", extra.grad)
    lib.observe("gradient of x", x.grad)
    lib.observe("gradient of z", z.grad)


@chapter.behaviour(
    "shape-of-every-rank",
    "Leaves of any rank get gradients of exactly their shape",
    claims=["leaf.grad-shape-and-dtype"],
    after=["leaf.grad-has-the-leafs-shape"],
    why="From a single number to a table, what is subtracted from a leaf has to fit it.",
    mistake="Gradients are kept as rows, or as at least one element in a row.",
    impure="goes backward once for each shape",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    row = lib.tensor([2.0, 6.0, 4.0], requires_grad=True)
    (row * lib.tensor([5.0, 8.0, 3.0])).sum().backward()
    lib.observe("shape for a row of three", lib.shape(row.grad))
    lib.observe("gradient of a row of three", row.grad)
    table = lib.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
    (table * lib.tensor([[7.0, 8.0, 9.0], [1.0, 2.0, 3.0]])).sum().backward()
    lib.observe("shape for a table", lib.shape(table.grad))
    lib.observe("gradient of a table", table.grad)
    cell = lib.tensor([[5.0]], requires_grad=True)
    (cell * lib.tensor([[3.0]])).sum().backward()
    lib.observe("shape for a table of one", lib.shape(cell.grad))


@chapter.behaviour(
    "dtype-of-the-leaf",
    "A gradient has the dtype of its leaf",
    profile="torch",
    claims=["leaf.grad-shape-and-dtype"],
    after=["leaf.grad-has-the-leafs-shape"],
    why="A float64 leaf was asked for because float32 is too coarse; its gradient is not coarser.",
    mistake="Gradients are made in the default dtype, whatever the leaf's own is.",
    impure="asks for dtypes of gradients",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    double = lib.tensor([1.0, 2.0], dtype=lib.float64, requires_grad=True)
    (double * lib.tensor([3.0, 5.0], dtype=lib.float64)).sum().backward()
    lib.observe("dtype for float64", lib.dtype(double.grad))
    single = lib.tensor([1.0, 2.0], dtype=lib.float32, requires_grad=True)
    (single * lib.tensor([3.0, 5.0], dtype=lib.float64)).sum().backward()
    lib.observe("dtype for float32 beside float64", lib.dtype(single.grad))
    lib.observe("gradient", single.grad)


@chapter.behaviour(
    "gradient-is-an-untracked-tensor",
    "A stored gradient is a tensor that does not require grad",
    profile="torch",
    claims=["leaf.grad-is-tensor"],
    after=["operators.sum-grad"],
    why="Gradients are computed with like any tensor. Were they tracked, each training step would "
    "hang the step before onto its graph, and memory would never be given back.",
    mistake="The way back is recorded like the way there, or a gradient is no tensor at all.",
    impure="asks for kind and flag",
)
def _(lib):
    x = lib.tensor([1.0, 4.0], requires_grad=True)
    factor = lib.tensor([3.0, 5.0], requires_grad=True)
    (x * factor).sum().backward()
    lib.control("operators.sum-grad", factor.grad)
    lib.observe("gradient", x.grad)
    lib.observe("kind", lib.kind(x.grad))
    lib.observe("requires_grad of the gradient", x.grad.requires_grad)
    lib.observe("requires_grad of the leaf", x.requires_grad)


@chapter.behaviour(
    "gradient-passes-through",
    "A computed tensor's gradient is computed, though not kept",
    profile="torch",
    claims=["leaf.non-leaf-gradient-flows-through"],
    after=["leaf.non-leaf-grad-none", "backward.chain-rule"],
    why="A hook sees the gradient of the middle on its way to the leaf; only .grad stays empty.",
    mistake="Gradients of computed tensors are taken not to exist, so that nothing can see them.",
    impure="registers a hook",
)
def _(lib):
    twin = lib.tensor([5.0, 8.0], requires_grad=True)
    base = lib.tensor([1.0, -2.0], requires_grad=True)
    weights = lib.tensor([3.0, 0.5], requires_grad=True)
    factor = lib.tensor([4.0, 6.0])
    (twin * factor * weights).sum().backward()
    lib.control("operators.sum-grad", weights.grad)
    lib.control("backward.chain-rule", twin.grad)
    middle = base * factor

    def look(gradient):
        lib.observe("what passes the middle", gradient)

    middle.register_hook(look)
    (middle * weights).sum().backward()
    lib.observe("gradient of the leaf", base.grad)


@chapter.behaviour(
    "retained-gradient",
    "A computed tensor keeps its gradient after retain_grad",
    profile="torch",
    claims=["leaf.retain-grad"],
    after=["leaf.non-leaf-grad-none", "backward.chain-rule"],
    why="Who wants to look at a gradient in the middle of a network asks for it beforehand.",
    mistake="retain_grad makes a leaf of the tensor, and its own leaf gets nothing any more.",
    impure="reads .grad of a computed tensor",
)
def _(lib):
    base = lib.tensor([1.0, -2.0], requires_grad=True)
    weights = lib.tensor([3.0, 0.5], requires_grad=True)
    factor = lib.tensor([4.0, 6.0], requires_grad=True)
    middle = base * factor
    middle.retain_grad()
    lib.observe("is_leaf", middle.is_leaf)
    (middle * weights).sum().backward()
    lib.control("operators.sum-grad", weights.grad)
    lib.control("backward.chain-rule", factor.grad)
    lib.observe("gradient of the computed tensor", middle.grad)
    lib.observe("gradient of the leaf", base.grad)


@chapter.behaviour(
    "retained-gradient-is-its-own",
    "A retained gradient shares no memory with the leaf's",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.retain_grad.html",
    after=["leaf.retained-gradient", "zeroing.zero-in-place", "operators.add-grad"],
    why="h = x + c hands the same numbers to h and to x; clearing the one is not clearing both.",
    mistake="One array is kept under both names.",
    impure="writes into .grad",
)
def _(lib):
    x = lib.tensor([1.0, -2.0], requires_grad=True)
    weights = lib.tensor([3.0, 0.5], requires_grad=True)
    term = lib.tensor([5.0, 6.0], requires_grad=True)
    middle = x + term
    middle.retain_grad()
    (middle * weights).sum().backward()
    lib.control("operators.sum-grad", weights.grad)
    lib.control("operators.add-grad", term.grad)
    middle.grad.zero_()
    lib.control("zeroing.zero-in-place", middle.grad)
    lib.observe("gradient of the leaf", x.grad)


@chapter.behaviour(
    "reading-a-computed-grad-warns",
    "Reading .grad of a computed tensor gives a warning",
    level="should",
    profile="torch",
    claims=["leaf.non-leaf-grad-warning"],
    after=["leaf.non-leaf-grad-none"],
    why="The None that comes back is nearly always a misunderstanding, so PyTorch says so.",
    mistake="None is handed out in silence, and the search for the lost gradient begins.",
    impure="reads .grad of a computed tensor",
)
def _(lib):
    base = lib.tensor([2.0, 5.0], requires_grad=True)
    middle = base * lib.tensor([3.0, 7.0])
    middle.sum().backward()
    lib.control("operators.mul-grad", base.grad)
    with lib.warns("reading .grad of the leaf"):
        kept = base.grad
    with lib.warns("reading .grad of the computed tensor"):
        lost = middle.grad
    lib.observe("gradient of the leaf", kept)
    lib.observe("gradient of the computed tensor", lost)
