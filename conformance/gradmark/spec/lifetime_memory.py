"""What a graph keeps, when it lets go of it, and what outlives it."""

from gradmark.spec.lifetime import chapter


@chapter.behaviour(
    "refusal-names-the-way-out",
    "The refusal of a second backward names retain_graph=True",
    level="should",
    claims=["lifetime.second-backward-message"],
    after=["lifetime.second-backward-raises"],
    why="A RuntimeError that says what was freed, and what to ask for instead, is half the help.",
    mistake="The walk trips over a None that it finds in place of the freed value.",
    impure="goes backward twice",
)
def _(lib):
    x = lib.tensor([2.0, 6.0], requires_grad=True)
    w = lib.tensor([4.0, 12.0], requires_grad=True)
    y = (x * w).sum()
    y.backward()
    lib.control("operators.sum-grad", x.grad)
    with lib.raises("the second backward", message="retain_graph=True"):
        y.backward()


@chapter.behaviour(
    "trunk-before-the-loop",
    "A trunk computed before a loop serves its first round only",
    claims=["lifetime.shared-part-outside-loop"],
    after=["lifetime.second-backward-raises", "accumulation.same-leaf-twice"],
    why=(
        "Only the sum is made anew in every round. The trunk below it was freed by the first "
        "backward, which gave 4, 6 and 8."
    ),
    mistake="Each round is taken to have a graph of its own, though it shares most of one.",
    impure="goes backward twice",
)
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    pair = lib.tensor([2.0, 5.0], requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    (((pair * 4).sum() + twin * twin + twin * 2 + term) * five).backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.control("operators.sum-times-weight", pair.grad)
    trunk = x * x + x * 2 + 7
    trunk.sum().backward()
    lib.observe("gradient after the first round", x.grad)
    again = trunk.sum()
    with lib.raises("backward in the second round"):
        again.backward()


@chapter.behaviour(
    "retaining-keeps-no-gradient",
    "retain_graph=True keeps no gradient of results",
    claims=["lifetime.retain-graph-keeps-no-grad"],
    after=["lifetime.retain-graph", "leaf.non-leaf-grad-none", "accumulation.same-leaf-twice"],
    why="It keeps what the graph saved. For a result's own gradient there is retain_grad().",
    mistake="Keeping the graph and keeping the gradients of its results are one switch.",
    impure="reads .grad of a result",
)
def _(lib):
    x = lib.tensor([2.0, 6.0], requires_grad=True)
    pair = lib.tensor([2.0, 5.0], requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    middle = x * 3
    loss = (middle * middle).sum() + ((pair * 4).sum() + twin * twin + twin * 2 + term) * five
    loss.backward(retain_graph=True)
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.control("operators.sum-times-weight", pair.grad)
    lib.observe("gradient of the result", middle.grad)
    lib.observe("gradient of the leaf", x.grad)


@chapter.behaviour(
    "all-can-be-used-again",
    "Leaves and results can be computed with after backward",
    claims=["lifetime.non-leaf-value-survives", "lifetime.leaf-survives"],
    after=["operators.sum-grad", "accumulation.second-graph-adds", "backward.chain-rule"],
    why="What backward frees is what the graph saved; a tensor lives as long as its name.",
    mistake="Backward empties the tensors of the graph, or closes the leaves for good.",
    impure="goes backward twice",
)
def _(lib):
    twin = lib.tensor(1.5, requires_grad=True)
    (twin * 4).backward()
    (twin * 10).backward()
    lib.control("accumulation.second-graph-adds", twin.grad)
    x = lib.tensor([2.0, 6.0], requires_grad=True)
    pair = lib.tensor([5.0, 7.0], requires_grad=True)
    middle = x * 3
    (middle.sum() + (pair * 4).sum()).backward()
    lib.control("operators.sum-grad", pair.grad)
    lib.observe("gradient", x.grad)
    lib.observe("the result and one", middle + 1)
    lib.observe("leaf", x)
    (x * 10).sum().backward()
    lib.observe("gradient after the leaf was used again", x.grad)


@chapter.behaviour(
    "saved-value-is-gone",
    "A saved value can be read before backward and not after it",
    level="detail",
    profile="torch",
    claims=["lifetime.saved-values-freed"],
    after=["lifetime.second-backward-raises"],
    why="PyTorch shows what an operation saved as _saved_self, until backward has freed it.",
    mistake="The values stay in the graph until somebody drops the result.",
    impure="looks into the graph",
)
def _(lib):
    x = lib.tensor([2.0, 6.0], requires_grad=True)
    power = x**3
    operation = power.grad_fn
    lib.observe("saved value", operation._saved_self)  # noqa: SLF001 - PyTorch names it so
    power.sum().backward()
    lib.observe("gradient", x.grad)
    with lib.raises("reading it after backward", message="have already been freed"):
        operation._saved_self  # noqa: SLF001 - reading it is the question


@chapter.behaviour(
    "saved-values-let-go",
    "Backward lets go of saved values unless it retains the graph",
    level="detail",
    profile="torch",
    claims=["lifetime.buffers-released"],
    after=["lifetime.retain-graph"],
    why=(
        "The square needs the middle value for its way back, so the graph holds it when its name "
        "is gone: until backward is through, or for good with retain_graph=True."
    ),
    mistake="Either nothing is held, or everything until the loss itself is dropped.",
    impure="asks what is alive",
)
def _(lib):
    for retain in (False, True):
        x = lib.tensor([2.0, 6.0], requires_grad=True)
        middle = x * 3
        loss = (middle * middle).sum()
        reference = lib.host.weakref(middle)
        lib.delete(middle)
        said = "retaining" if retain else "plain"
        lib.observe(f"held before a {said} backward", lib.host.alive(reference))
        loss.backward(retain_graph=retain)
        lib.observe(f"held after a {said} backward", lib.host.alive(reference))
        lib.observe(f"gradient of a {said} backward", x.grad)
        lib.observe(f"loss of a {said} backward", loss)


@chapter.behaviour(
    "saved-while-computing",
    "Values are saved by the operations, before any backward",
    level="detail",
    profile="torch",
    claims=["lifetime.saved-during-forward"],
    after=["operators.pow-grad", "operators.sum-grad"],
    why=(
        "Two functions may look at each value as it is saved and as it is asked for again. The "
        "first is called while the power is computed, the second by backward."
    ),
    mistake="It is backward that stores the intermediate results.",
    impure="watches what is saved",
)
def _(lib):
    backwards = lib.tensor(0.0)

    def pack(value):
        lib.observe("backward calls when a value was saved", backwards)
        return value

    def unpack(value):
        lib.observe("backward calls when it was asked for", backwards)
        return value

    x = lib.tensor([2.0, 6.0], requires_grad=True)
    with lib.autograd.graph.saved_tensors_hooks(pack, unpack):
        loss = (x**3).sum()
    backwards.add_(1)
    loss.backward()
    lib.observe("loss", loss)
    lib.observe("gradient", x.grad)
