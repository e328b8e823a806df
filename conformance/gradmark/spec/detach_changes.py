"""Leaving the graph with the values at hand: what the new tensor is, and changing it."""

from gradmark.library import alternative
from gradmark.spec.detach import chapter

DETACH = "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.detach.html"


@chapter.behaviour(
    "leaf-even-of-a-result",
    "What is detached from a result is a leaf",
    claims=["detach.no-history", "detach.flag"],
    after=["detach.untracked", "leaf.constants-are-leaves", "operators.number-on-the-right"],
    why="It has no history, so the graph begins anew with it, wherever the values came from.",
    mistake="The detached tensor still points to the operation that made its source.",
    impure="asks for flags beside values",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * 3).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    plain = lib.tensor([2.0, 3.0], requires_grad=False)
    lib.control("leaf.constants-are-leaves", (plain * plain).is_leaf)
    result = lib.tensor([5.0, 6.0], requires_grad=True) * 2
    cut = result.detach()
    lib.control("detach.untracked", cut.requires_grad)
    lib.observe("values", cut)
    lib.observe("is_leaf of the detached tensor", cut.is_leaf)


@chapter.behaviour(
    "no-grad-fn",
    "A detached tensor has no grad_fn, its source keeps its own",
    profile="torch",
    claims=["detach.no-history"],
    after=["detach.untracked", "leaf.grad-fn-marks-history"],
    why="grad_fn is the way back, and detach() takes a tensor that has none.",
    mistake="The flag is taken away and the way back stays.",
    impure="asks what an attribute is",
)
def _(lib):
    result = lib.tensor([5.0, 6.0], requires_grad=True) * lib.tensor([2.0, 3.0])
    cut = result.detach()
    lib.observe("values", cut)
    other = lib.tensor([5.0, 6.0], requires_grad=True) * lib.tensor([2.0, 3.0])
    lib.control("leaf.grad-fn-marks-history", lib.kind(other.grad_fn))
    lib.observe("grad_fn of the detached tensor", lib.kind(cut.grad_fn))
    beside = lib.tensor([2.0, 4.0], requires_grad=True)
    (beside * 3).sum().backward()
    lib.control("operators.sum-grad", beside.grad)


@chapter.behaviour(
    "keeps-shape-and-dtype",
    "A detached tensor has its source's values, shape and dtype",
    profile="torch",
    claims=["detach.same-content"],
    after=["detach.untracked"],
    why="Only the graph is left behind; everything else about the tensor stays.",
    mistake="The values take a way through Python's numbers and come back in the default dtype.",
)
def _(lib):
    source = lib.tensor([[5.0, 6.0]], dtype=lib.float64, requires_grad=True)
    twin = lib.tensor([2.0, 3.0], requires_grad=True)
    (twin * lib.tensor([5.0, 7.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    cut = source.detach()
    lib.observe("values", cut)
    lib.observe("shape", lib.shape(cut))
    lib.observe("dtype", lib.dtype(cut))


@chapter.behaviour(
    "new-tensor",
    "detach returns a tensor of its own, not its source",
    claims=["detach.new-tensor"],
    after=["detach.untracked"],
    why="Two tensors share the numbers, and each has a flag and a gradient for itself.",
    mistake="detach() returns self where nothing seems to need cutting.",
    impure="asks for identity",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    lib.control("detach.untracked", twin.detach().requires_grad)
    (twin * 3).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    plain = lib.tensor([5.0, 6.0], requires_grad=False)
    cut = plain.detach()
    lib.observe("values", cut)
    lib.observe("it is its source", lib.same(cut, plain))


@chapter.behaviour(
    "change-seen-by-both",
    "An in-place change of a detached tensor changes its source",
    claims=["detach.write-through"],
    after=["detach.shares-memory", "in-place.augmented-keeps-the-tensor"],
    why="The memory is shared, so += on the one is += on the other; only the source is tracked.",
    mistake="The change makes a new array for the detached tensor alone.",
    impure="changes memory",
)
def _(lib):
    twin = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    other = twin.detach()
    other.data[0] = 9.0
    lib.control("detach.shares-memory", twin)
    lib.control("detach.shares-memory", other)
    box = lib.tensor([2.0, 4.0], requires_grad=False)
    same = box
    box += 1
    lib.control("in-place.augmented-keeps-the-tensor", same)
    source = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    alias = source.detach()
    lib.control("detach.untracked", alias.requires_grad)
    alias += 1
    lib.observe("source", source)
    lib.observe("detached tensor", alias)
    lib.control("detach.untracked", source.requires_grad)
    beside = lib.tensor([2.0, 4.0], requires_grad=True)
    (beside * 3).sum().backward()
    lib.control("operators.sum-grad", beside.grad)


@chapter.behaviour(
    "change-of-a-saved-value",
    "A saved value changed through detach never gives a wrong gradient",
    claims=["detach.in-place-on-saved-raises"],
    after=["detach.change-seen-by-both", "accumulation.same-leaf-twice"],
    why=(
        "The graph kept x for its way back, and x is now another number. PyTorch notices and "
        "refuses; a library that kept a copy answers rightly."
    ),
    mistake="The new value is taken for the old one, and the gradient is wrong without a word.",
    impure="changes memory",
)
def _(lib):
    twin = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    other = twin.detach()
    other += 1
    lib.control("detach.change-seen-by-both", twin)
    first = lib.tensor(3.0, requires_grad=True)
    (first * first).backward()
    lib.control("accumulation.same-leaf-twice", first.grad)
    source = lib.tensor([2.0, 5.0], requires_grad=True)
    cost = (source * source).sum()
    alias = source.detach()
    alias += 1
    with lib.raises(
        "backward after the change",
        instead={"gradient": alternative("saved by value", [4.0, 10.0])},
    ):
        cost.backward()
        lib.observe("gradient", source.grad)


@chapter.behaviour(
    "change-of-an-unsaved-value",
    "A change through detach is harmless where nothing was saved",
    claims=["detach.in-place-harmless-if-unsaved"],
    after=["detach.change-seen-by-both", "operators.number-on-the-right"],
    why="3·x has the slope 3 wherever x is, so nothing needs to be refused.",
    mistake="Every change of a leaf makes every graph above it unusable.",
    impure="changes memory",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * 3).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    source = lib.tensor([2.0, 5.0], requires_grad=True)
    cost = (source * 3).sum()
    alias = source.detach()
    alias += 1
    lib.control("detach.change-seen-by-both", source)
    lib.control("detach.untracked", source.requires_grad)
    cost.backward()
    lib.observe("gradient", source.grad)


@chapter.behaviour(
    "change-before-the-forward",
    "A change through detach before the forward is computed with",
    claims=["detach.write-before-forward"],
    after=["detach.change-seen-by-both", "operators.sum-grad"],
    why="The graph is built from the changed values, so value and gradient belong together.",
    mistake="The graph uses a copy of the values from before the change.",
    impure="changes memory",
)
def _(lib):
    source = lib.tensor([2.0, 5.0], requires_grad=True)
    alias = source.detach()
    alias += 1
    lib.control("detach.change-seen-by-both", source)
    lib.control("detach.untracked", source.requires_grad)
    factor = lib.tensor([4.0, 6.0], requires_grad=True)
    (source * factor).sum().backward()
    lib.control("operators.sum-grad", source.grad)
    lib.observe("gradient of the factor, the changed values", factor.grad)


@chapter.behaviour(
    "safer-than-data",
    "One change is noticed through detach and unnoticed through .data",
    claims=["detach.safer-than-data"],
    after=["detach.change-of-a-saved-value", "data.wrong-if-saved"],
    why=(
        "This is the reason to prefer detach(): PyTorch refuses backward after the change. "
        "Through .data it answers 8, the slope at 4, though the graph was built at 3."
    ),
    mistake="Both ways share the same blind spot, or .data is guarded as detach() is.",
    impure="changes memory",
)
def _(lib):
    twin = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    other = twin.detach()
    other += 1
    lib.control("detach.change-seen-by-both", twin)
    shared = lib.tensor([8.0, 9.0], requires_grad=True)
    shared.data[1] = 0.5
    lib.control("data.shares-memory", shared)
    first = lib.tensor(3.0, requires_grad=True)
    (first * first).backward()
    lib.control("accumulation.same-leaf-twice", first.grad)
    saved = lib.tensor(1.0, requires_grad=True)
    square = saved * saved
    saved.data = saved.data * 100
    square.backward()
    kept = alternative("saved by value", 2.0)
    lib.control("data.wrong-if-saved", saved.grad, accept=[kept])
    by_data = lib.tensor(3.0, requires_grad=True)
    cost = by_data * by_data
    alias = by_data.data
    alias += 1
    cost.backward()
    lib.observe(
        "gradient after a change through .data",
        by_data.grad,
        accept=[alternative("saved by value", 6.0)],
    )
    by_detach = lib.tensor(3.0, requires_grad=True)
    cost = by_detach * by_detach
    alias = by_detach.detach()
    alias += 1
    with lib.raises(
        "backward after a change through detach",
        instead={"gradient after it": alternative("saved by value", 6.0)},
    ):
        cost.backward()
        lib.observe("gradient after it", by_detach.grad)


@chapter.behaviour(
    "data-without-a-warning",
    ".data is still there and gives no warning",
    level="detail",
    profile="torch",
    claims=["detach.data-still-there"],
    after=["data.untracked"],
    why="Old texts announce that detach() will take its place; PyTorch 2.13 keeps both.",
    mistake="The attribute is dropped, or it complains at every read.",
    impure="listens for warnings",
)
def _(lib):
    source = lib.tensor([3.0, 5.0], requires_grad=True)
    with lib.warns("reading .data"):
        inner = source.data
    lib.observe("values", inner)


@chapter.behaviour(
    "tracked-again",
    "A detached tensor that is tracked again gets a gradient of its own",
    claims=["detach.may-require-grad-again"],
    after=["detach.untracked", "leaf.switch-on-in-place", "operators.number-on-the-right"],
    why="It is an ordinary leaf. A second network can be trained on a first one's output.",
    mistake="Tracking goes back to the source, or a detached tensor is untracked for ever.",
    impure="switches a flag",
)
def _(lib):
    late = lib.tensor([4.0, 6.0], requires_grad=False).requires_grad_()
    factor = lib.tensor([3.0, 5.0], requires_grad=True)
    (late * factor).sum().backward()
    lib.control("operators.sum-grad", factor.grad)
    lib.control("leaf.switch-on-in-place", late.grad)
    lib.control("detach.untracked", factor.detach().requires_grad)
    source = lib.tensor([2.0, 5.0], requires_grad=True)
    branch = source.detach().requires_grad_()
    (branch * lib.tensor([4.0, 7.0])).sum().backward()
    lib.observe("gradient of the detached tensor", branch.grad)
    zeros = alternative("zeros for no gradient", predicate="zeros")
    lib.control("leaf.unused-leaf-stays-none", source.grad, accept=[zeros])


@chapter.behaviour(
    "value-of-one-slope-of-another",
    "x + (f(x) - x).detach() has f's value and x's slope",
    profile="scalar",
    source=DETACH,
    after=["detach.blocks-the-gradient", "operators.sub-grad"],
    why=(
        "Rounding has the slope 0 and would stop all learning. This trick shows the network the "
        "rounded value and lets the gradient pass as if nothing had happened."
    ),
    mistake="The gradient of what was cut is counted as well.",
)
def _(lib):
    x = lib.tensor(2.0, requires_grad=True)
    twin = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(1.5, requires_grad=True)
    factor = lib.tensor(3.0, requires_grad=True)
    y = x + (x * x * x - x).detach()
    extra = lib.tensor(6.0, requires_grad=True)
    other = lib.tensor(4.0, requires_grad=True)
    rest = (twin * twin.detach() - term) + extra * 4 * factor + (other + extra) * factor
    total = y * factor + rest
    lib.observe("value", y)
    total.backward()
    lib.control("operators.add-grad", other.grad)
    lib.control("operators.sub-grad", term.grad)
    lib.control("detach.blocks-the-gradient", twin.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "cut-between-rounds",
    "A state that is detached between rounds can be used for ever",
    profile="scalar",
    source="https://docs.pytorch.org/docs/stable/notes/faq.html",
    after=["detach.blocks-the-gradient", "accumulation.second-graph-adds"],
    why=(
        "A recurrent network carries a state from round to round. Without detach() the second "
        "backward walks into the first round's graph, whose values are freed."
    ),
    mistake="detach() keeps a link to the old graph, which grows from round to round.",
    impure="goes backward twice",
)
def _(lib):
    twin = lib.tensor(1.5, requires_grad=True)
    (twin * 4).backward()
    (twin * 10).backward()
    lib.control("accumulation.second-graph-adds", twin.grad)
    other = lib.tensor(5.0, requires_grad=True)
    (other * other.detach()).backward()
    lib.control("detach.blocks-the-gradient", other.grad)
    weight = lib.tensor(3.0, requires_grad=True)
    state = weight * lib.tensor(2.0, requires_grad=True)
    state.backward()
    lib.observe("gradient after the first round", weight.grad)
    state = weight * state.detach()
    state.backward()
    lib.observe("gradient after the second round, 2 + 6", weight.grad)


@chapter.behaviour(
    "detach-in-place",
    "detach_ turns a result into a leaf where it stands",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.detach_.html",
    after=["detach.untracked", "leaf.user-made-is-leaf"],
    why="The same tensor goes on without a history; a graph that was built on it before stays.",
    mistake="It returns a detached tensor, as detach() does, and changes nothing.",
    impure="asks for flags beside values",
)
def _(lib):
    x = lib.tensor([2.0, 5.0], requires_grad=True)
    middle = x * lib.tensor([3.0, 4.0])
    total = (middle * lib.tensor([7.0, 9.0])).sum()
    same = middle.detach_()
    lib.observe("it is the same tensor", lib.same(same, middle))
    lib.observe("is_leaf", middle.is_leaf)
    lib.observe("requires_grad", middle.requires_grad)
    total.backward()
    lib.observe("gradient through the graph from before", x.grad)
