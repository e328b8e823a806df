"""Training with an optimizer: SGD, its step and its clearing."""

from gradmark.library import alternative
from gradmark.spec.training import GOAL, chapter, trains

SGD = "https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html"
OPTIM = "https://docs.pytorch.org/docs/stable/optim.html"


@chapter.behaviour(
    "sgd-step",
    "SGD's step moves a weight by the rate times its gradient",
    level="should",
    claims=["training.sgd-step", "training.parameters-get-updated"],
    after=["training.manual-update"],
    why="w - 0.1 · 2 is all that plain SGD does; the optimizer only does it for every weight.",
    mistake="The step goes up instead of down, or is divided by the number of elements.",
    impure="steps an optimizer",
)
def _(lib):
    trains(lib)
    quad = lib.tensor([1.0, 1.0, 1.0, 1.0], requires_grad=True)
    optimizer = lib.optim.SGD([quad], lr=0.1)
    (quad * 2).sum().backward()
    optimizer.step()
    lib.observe("weights after the step", quad)


@chapter.behaviour(
    "sgd-keeps-the-leaf",
    "SGD's step leaves a weight the tracked leaf that it was",
    level="should",
    claims=["training.sgd-step-keeps-leaf"],
    after=["training.manual-update"],
    why="The step is taken under no_grad and in place, so the next round can train the same leaf.",
    mistake="The weight is replaced, loses its flag, or its gradient is cleared by the step.",
    impure="steps an optimizer",
)
def _(lib):
    trains(lib)
    weight = lib.tensor([3.0, 5.0], requires_grad=True)
    held = weight
    optimizer = lib.optim.SGD([weight], lr=0.5)
    (weight * lib.tensor([6.0, 10.0])).sum().backward()
    optimizer.step()
    lib.observe("what another name of the weight holds", held)
    lib.observe("is_leaf", weight.is_leaf)
    lib.observe("requires_grad", weight.requires_grad)
    lib.observe("gradient, kept by the step", weight.grad)


@chapter.behaviour(
    "sgd-clears-all",
    "zero_grad clears the gradients of all the optimizer's weights",
    level="should",
    claims=["zeroing.optimizer-zero-grad"],
    after=["training.manual-update"],
    why="One call before backward, and every weight starts the round afresh.",
    mistake="Only the first weight is cleared, or the loss instead of the weights.",
    impure="goes backward twice",
)
def _(lib):
    trains(lib)
    a = lib.tensor([1.0, 1.0], requires_grad=True)
    b = lib.tensor([1.0, 2.0], requires_grad=True)
    optimizer = lib.optim.SGD([a, b], lr=0.5)
    for turn in (1, 2):
        optimizer.zero_grad()
        ((a * 3).sum() + (b * 4).sum()).backward()
        lib.observe(f"gradient of the first weight in round {turn}", a.grad)
        lib.observe(f"gradient of the second weight in round {turn}", b.grad)


@chapter.behaviour(
    "sgd-clears-to-none",
    "zero_grad leaves None, and zeros where it is told to",
    level="detail",
    profile="torch",
    claims=["zeroing.optimizer-zero-grad-sets-none"],
    after=["training.manual-update"],
    why="None needs no memory, and a step skips it; zeros were the default before version 2.0.",
    mistake="The gradients are filled with zeros by default, as they used to be.",
    impure="goes backward twice",
)
def _(lib):
    trains(lib)
    twin = lib.tensor([1.0, 2.0], requires_grad=True)
    (twin * 3).sum().backward()
    twin.grad.zero_()
    lib.control("zeroing.zero-in-place", twin.grad)
    twin.grad = None
    lib.control("zeroing.none-again", twin.grad)
    weight = lib.tensor([1.0, 1.0], requires_grad=True)
    optimizer = lib.optim.SGD([weight], lr=0.5)
    (weight * 3).sum().backward()
    optimizer.zero_grad()
    lib.observe("gradient by default", weight.grad)
    (weight * 5).sum().backward()
    kept = weight.grad
    lib.observe("gradient of the next round", weight.grad)
    optimizer.zero_grad(set_to_none=False)
    lib.observe("gradient after set_to_none=False", weight.grad)
    lib.observe("it is the same tensor", lib.same(kept, weight.grad))


@chapter.behaviour(
    "sgd-fits-a-line",
    "A loop with SGD lowers the loss and finds the slope",
    level="should",
    claims=["training.parameters-get-updated"],
    after=["training.manual-update", "training.one-weight-for-all-points"],
    why="Clear, forward, backward, step: the loop that every network is trained with.",
    mistake="The optimizer holds copies of the weights and trains those.",
    impure="steps an optimizer 20 times",
    exact="the rate is made for these points",
)
def _(lib):
    trains(lib)
    x = lib.tensor([float(place) for place in range(16)], requires_grad=False)
    y = lib.tensor(list(GOAL), requires_grad=False)
    probe = lib.tensor(0.5, requires_grad=True)
    residual = probe * x - y
    (residual * residual).sum().backward()
    lib.control("training.one-weight-for-all-points", probe.grad)
    slope = lib.tensor(0.0, requires_grad=True)
    optimizer = lib.optim.SGD([slope], lr=0.01)

    def train(slope):
        optimizer.zero_grad()
        residual = slope * x - y
        loss = (residual * residual).sum() * (1 / 16)
        lib.observe("losses", loss)
        loss.backward()
        optimizer.step()
        return slope

    lib.repeat(20, train, slope)
    lib.observe("slope", slope)


@chapter.behaviour(
    "sgd-skips-what-has-no-gradient",
    "A weight without a gradient is not moved",
    level="should",
    source=SGD,
    after=["training.manual-update"],
    why="A part of a network that took no part in the loss stays as it is.",
    mistake="The step fails at the None, or leaves out all the weights behind it.",
    impure="steps an optimizer",
)
def _(lib):
    trains(lib)
    idle = lib.tensor([7.0, 8.0], requires_grad=True)
    active = lib.tensor([1.0, 2.0], requires_grad=True)
    optimizer = lib.optim.SGD([idle, active], lr=0.5)
    (active * lib.tensor([4.0, 6.0])).sum().backward()
    zeros = alternative("zeros for no gradient", predicate="zeros")
    lib.control("leaf.unused-leaf-stays-none", idle.grad, accept=[zeros])
    optimizer.step()
    lib.observe("weight without a gradient", idle)
    lib.observe("weight with a gradient", active)


@chapter.behaviour(
    "sgd-refuses-a-result",
    "An optimizer refuses a weight that is a result",
    level="should",
    profile="torch",
    source=OPTIM,
    after=["training.manual-update"],
    why="A result gets no gradient, so it would never move; the leaf below is what can learn.",
    mistake="It is accepted, and training goes on without any effect.",
    impure="asks for a refusal",
)
def _(lib):
    trains(lib)
    leaf = lib.tensor([1.0, 2.0], requires_grad=True)
    lib.control("leaf.user-made-is-leaf", (leaf * 2).is_leaf)
    with lib.raises("an optimizer of a result"):
        lib.optim.SGD([leaf * 2], lr=0.5)
    optimizer = lib.optim.SGD([leaf], lr=0.5)
    (leaf * 2).sum().backward()
    optimizer.step()
    lib.observe("the leaf after a step", leaf)


@chapter.behaviour(
    "sgd-refuses-odd-settings",
    "An optimizer refuses an empty list and a negative rate",
    level="detail",
    profile="torch",
    source=SGD,
    after=["training.manual-update"],
    why="Both are mistakes of whoever calls: nothing would be trained, or uphill.",
    mistake="Whatever is given is stored, and the loop trains nothing.",
    impure="asks for a refusal",
)
def _(lib):
    trains(lib)
    weight = lib.tensor([1.0, 2.0], requires_grad=True)
    with lib.raises("no weights"):
        lib.optim.SGD([], lr=0.5)
    with lib.raises("a negative rate"):
        lib.optim.SGD([weight], lr=-1.0)
    optimizer = lib.optim.SGD([weight], lr=0.5)
    (weight * 2).sum().backward()
    optimizer.step()
    lib.observe("weights after a step", weight)


@chapter.behaviour(
    "sgd-momentum",
    "Momentum adds a part of the steps before",
    level="detail",
    profile="torch",
    source=SGD,
    after=["training.manual-update"],
    why="The velocity is 0.5 of the last one and the gradient; the first step is the plain one.",
    mistake="The setting is ignored, or the gradient is weighted down as well.",
    impure="steps an optimizer three times",
)
def _(lib):
    trains(lib)
    weight = lib.tensor([1.0, 2.0], requires_grad=True)
    optimizer = lib.optim.SGD([weight], lr=0.25, momentum=0.5)
    for turn in (1, 2, 3):
        optimizer.zero_grad()
        (weight * lib.tensor([2.0, 4.0])).sum().backward()
        optimizer.step()
        lib.observe(f"weights after step {turn}", weight)


@chapter.behaviour(
    "sgd-weight-decay",
    "Weight decay adds a part of the weight to its gradient",
    level="detail",
    profile="torch",
    source=SGD,
    after=["training.manual-update"],
    why="A weight that the loss does not need shrinks, which keeps networks simple.",
    mistake="The setting is ignored, or is applied to weights without a gradient.",
    impure="steps an optimizer",
)
def _(lib):
    trains(lib)
    weight = lib.tensor([1.0, 2.0], requires_grad=True)
    optimizer = lib.optim.SGD([weight], lr=0.25, weight_decay=0.5)
    for turn in (1, 2):
        optimizer.zero_grad()
        (weight * lib.tensor([2.0, 4.0])).sum().backward()
        optimizer.step()
        lib.observe(f"weights after step {turn}", weight)


@chapter.behaviour(
    "sgd-rate-can-change",
    "A rate that is changed in param_groups holds from the next step on",
    level="detail",
    profile="torch",
    source=OPTIM,
    after=["training.manual-update"],
    why="Schedules lower the rate while training goes on; this is where they write it.",
    mistake="The rate is read once, when the optimizer is made.",
    impure="steps an optimizer twice",
)
def _(lib):
    trains(lib)
    weight = lib.tensor([1.0, 2.0], requires_grad=True)
    optimizer = lib.optim.SGD([weight], lr=0.25)
    (weight * lib.tensor([2.0, 4.0])).sum().backward()
    optimizer.step()
    lib.observe("weights after a step of rate 0.25", weight)
    optimizer.param_groups[0]["lr"] = 0.5
    optimizer.step()
    lib.observe("weights after a step of rate 0.5", weight)


@chapter.behaviour(
    "sgd-prints-its-settings",
    "A printed optimizer shows its class and settings",
    level="detail",
    profile="torch",
    claims=["training.print-optimizer"],
    after=["training.manual-update"],
    why="The rate that a run was made with can be read in its log.",
    mistake="The text is Python's default, with a class and an address.",
    impure="reads a text after a step",
)
def _(lib):
    trains(lib)
    weight = lib.tensor([1.0, 2.0], requires_grad=True)
    optimizer = lib.optim.SGD([weight], lr=0.25)
    (weight * 2).sum().backward()
    optimizer.step()
    lib.observe("weights after a step", weight)
    lib.observe("the optimizer in a text", lib.text(optimizer))
