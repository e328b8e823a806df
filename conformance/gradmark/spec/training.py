"""Training by hand: a loss, its gradient, and a step against it."""

from gradmark.behaviour import Chapter
from gradmark.spec.in_place import added

chapter = Chapter("training", "Training")

GOAL = (
    0.3344, 1.6573, 3.3265, 5.2795, 6.4662, 8.225, 9.8278, 10.8538,
    12.1161, 14.219, 15.6691, 16.8801, 18.7961, 20.4875, 21.1213, 22.8976,
)  # fmt: skip
"""1.5·i and noise between 0 and 1, for i from 0 to 15."""
FORUM = "https://docs.pytorch.org/docs/stable/notes/faq.html"
TUTORIAL = "https://docs.pytorch.org/tutorials/beginner/pytorch_with_examples.html"


@chapter.behaviour(
    "mse-gradient",
    "The mean squared error has the mean of 2x(wx - y) as its gradient",
    claims=["training.mse-gradient"],
    after=["accumulation.same-leaf-twice", "operators.sum-grad", "operators.sub-grad"],
    why="This is the gradient that a line through points is fitted with.",
    mistake="The mean is taken as a sum, or a single weight doesn't collect from all points.",
)
def _(lib):
    x = lib.tensor([1.0, 2.0, 5.0], requires_grad=False)
    y = lib.tensor([2.0, 1.0, 4.0], requires_grad=False)
    twin = lib.tensor([6.0, 2.0, 4.0], requires_grad=True)
    weight = lib.tensor([3.0, 3.0, 3.0], requires_grad=True)
    residual = weight * x - y
    loss = (residual * residual).mean()
    other = lib.tensor([5.0, 3.0, 2.0], requires_grad=True)
    factor = lib.tensor([3.0, 7.0, 4.0], requires_grad=True)
    left = lib.tensor([6.0, 7.0, 8.0], requires_grad=True)
    right = lib.tensor([3.0, 1.0, 5.0], requires_grad=True)
    extra = lib.tensor([5.0, 7.0], requires_grad=True)
    rest = twin * 3 * factor + other * other + (left - right)
    plain = lib.tensor([8.0, 9.0], requires_grad=True)
    total = loss + rest.sum() + extra.sum() * 6 + (plain * 4).sum()
    lib.observe("loss", loss)
    total.backward()
    lib.control("operators.sum-grad", plain.grad)
    lib.control("operators.sub-grad", left.grad)
    lib.control("operators.sum-times-weight", extra.grad)
    lib.control("backward.chain-rule", twin.grad)
    lib.control("accumulation.same-leaf-twice", other.grad)
    lib.observe("gradient, point by point", weight.grad)


@chapter.behaviour(
    "one-weight-for-all-points",
    "A weight that serves all points collects the gradient of each",
    claims=["training.mse-gradient"],
    after=["accumulation.same-leaf-twice", "operators.sum-grad", "operators.sub-grad"],
    why="w·x stretches one weight over all points; on the way back their shares are summed up.",
    mistake="The gradient keeps the shape of the points, or only one point's share arrives.",
)
def _(lib):
    x = lib.tensor([1.0, 2.0, 5.0], requires_grad=False)
    y = lib.tensor([2.0, 1.0, 4.0], requires_grad=False)
    twin = lib.tensor([6.0, 2.0, 4.0], requires_grad=True)
    factor = lib.tensor([5.0, 7.0, 2.0], requires_grad=True)
    weight = lib.tensor(3.0, requires_grad=True)
    residual = weight * x - y
    other = lib.tensor([5.0, 3.0, 2.0], requires_grad=True)
    left = lib.tensor([6.0, 7.0, 8.0], requires_grad=True)
    right = lib.tensor([3.0, 1.0, 5.0], requires_grad=True)
    rest = twin * 3 * factor + other * other + (left - right)
    plain = lib.tensor([8.0, 9.0], requires_grad=True)
    ((residual * residual).sum() + rest.sum() + (plain * 4).sum()).backward()
    lib.control("operators.sum-grad", plain.grad)
    lib.control("operators.sub-grad", left.grad)
    lib.control("backward.chain-rule", twin.grad)
    lib.control("accumulation.same-leaf-twice", other.grad)
    lib.observe("gradient", weight.grad)


@chapter.behaviour(
    "step-through-data",
    "A step through .data moves a weight and keeps it trainable",
    profile="scalar",
    claims=["training.manual-update"],
    after=["data.write-before-forward", "zeroing.cleared-leaf-starts-anew"],
    why=(
        "w.data -= rate · gradient is how small engines train. The weight stays the leaf that it "
        "was, and the next round starts at the new value."
    ),
    mistake="The step replaces the weight by a result, which has no gradient of its own.",
    impure="steps twice",
)
def _(lib):
    twin = lib.tensor(3.0, requires_grad=True)
    other = lib.tensor(5.0, requires_grad=True)
    (twin * other).backward()
    twin.grad = None
    five = lib.tensor(5.0, requires_grad=True)
    (twin * five).backward()
    lib.control("zeroing.cleared-leaf-starts-anew", twin.grad)
    first = lib.tensor(3.0, requires_grad=True)
    (first * first).backward()
    lib.control("accumulation.same-leaf-twice", first.grad)
    (first * first).backward()
    lib.control("lifetime.new-forward-new-graph", first.grad)
    knob = lib.tensor(8.0, requires_grad=True)
    (knob * knob).backward()
    knob.data = knob.data - knob.grad * 0.25
    lib.observe("weight after the first step", knob)
    knob.grad = None
    (knob * knob).backward()
    lib.observe("gradient in the second round", knob.grad)
    knob.data = knob.data - knob.grad * 0.25
    lib.observe("weight after the second step", knob)


@chapter.behaviour(
    "manual-update",
    "A weight that is updated under no_grad can be trained on",
    claims=["training.manual-update"],
    after=["grad-mode.update-under-no-grad", "zeroing.cleared-leaf-starts-anew"],
    why="This is the training loop without an optimizer; each round halves the weight.",
    mistake="After the first update the weight is no tracked leaf any more.",
    impure="steps three times",
)
def _(lib):
    rounds_work(lib)
    knob = lib.tensor(10.0, requires_grad=True)
    for turn in (1, 2, 3):
        (knob * knob).backward()
        lib.observe(f"gradient in round {turn}", knob.grad)
        with lib.no_grad():
            knob -= knob.grad * 0.25
        knob.grad = None
        lib.observe(f"weight after round {turn}", knob)
    lib.observe("requires_grad", knob.requires_grad)


def rounds_work(lib):
    """Control what a training loop is made of, but for the update itself."""
    first = lib.tensor(3.0, requires_grad=True)
    (first * first).backward()
    lib.control("accumulation.same-leaf-twice", first.grad)
    (first * first).backward()
    lib.control("lifetime.new-forward-new-graph", first.grad)
    extra = lib.tensor([5.0, 7.0], requires_grad=True)
    (extra.sum() * 6).backward()
    lib.control("operators.sum-times-weight", extra.grad)
    ready = lib.tensor([1.0, 2.0], requires_grad=True)
    (ready * 3).sum().backward()
    lib.control("operators.sum-grad", ready.grad)
    ready.grad = None
    (ready * 5).sum().backward()
    lib.control("zeroing.cleared-leaf-starts-anew", ready.grad)
    added(lib)
    other = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        constant = other * 5
    (constant + other * 3).sum().backward()
    lib.control("grad-mode.tracking-resumes", other.grad)


def trains(lib):
    """Control that an updated weight can be trained on."""
    rounds_work(lib)
    ready = lib.tensor([1.0, 2.0], requires_grad=True)
    (ready * 3).sum().backward()
    with lib.no_grad():
        ready -= ready.grad * 0.25
    ready.grad = None
    (ready * 5).sum().backward()
    lib.control("training.manual-update", ready.grad)
    lib.control("training.manual-update", ready)


@chapter.behaviour(
    "without-clearing",
    "Without clearing a descent follows the sum of all gradients",
    claims=["training.without-clearing-differs"],
    after=["training.manual-update", "accumulation.second-graph-adds"],
    why=(
        "The most common mistake in a training loop: 2, 1, 0.5, 0.25 becomes 2, -1, -3.5, -4.25, "
        "since every step repeats all the steps before."
    ),
    mistake="A library that clears by itself hides it, and breaks whoever wants the sum.",
    impure="steps four times, twice",
)
def _(lib):
    trains(lib)
    more = lib.tensor(1.5, requires_grad=True)
    (more * 4).backward()
    (more * 10).backward()
    lib.control("accumulation.second-graph-adds", more.grad)
    for clear in (True, False):
        knob = lib.tensor(4.0, requires_grad=True)
        for turn in (1, 2, 3, 4):
            (knob * knob).backward()
            with lib.no_grad():
                knob -= knob.grad * 0.25
            if clear:
                knob.grad = None
            name = "with clearing" if clear else "without clearing"
            lib.observe(f"{name}, after step {turn}", knob)


@chapter.behaviour(
    "learning-rate",
    "The learning rate decides how far a step goes, and where to",
    source=TUTORIAL,
    after=["training.manual-update"],
    why=(
        "On w² the rate 1/4 leaves half of the weight and 3/8 a quarter. The rate 5/4 jumps over "
        "the goal, further each time, and the loss grows."
    ),
    mistake="The step is scaled by something else as well, such as the number of elements.",
    impure="steps twice, three times",
)
def _(lib):
    trains(lib)
    for rate in (0.25, 0.375, 1.25):
        knob = lib.tensor([4.0, -6.0], requires_grad=True)
        for turn in (1, 2):
            loss = (knob * knob).sum()
            lib.observe(f"rate {rate}, loss in round {turn}", loss)
            loss.backward()
            with lib.no_grad():
                knob -= knob.grad * rate
            knob.grad = None
        lib.observe(f"rate {rate}, weights in the end", knob)


@chapter.behaviour(
    "rebinding-loses-the-leaf",
    "w = w - step makes a result of the weight",
    source=FORUM,
    after=["leaf.user-made-is-leaf", "operators.sub-grad", "accumulation.second-graph-adds"],
    why=(
        "Written out instead of in place and without no_grad, the update makes a new tensor with "
        "a history. The gradient goes on to the old leaf, which nobody updates."
    ),
    mistake="The result is made a leaf, so that the loop seems to work by accident.",
    impure="steps without no_grad",
)
def _(lib):
    twin = lib.tensor([1.5, 2.5], requires_grad=True)
    (twin * 4).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    more = lib.tensor(1.5, requires_grad=True)
    (more * 4).backward()
    (more * 10).backward()
    lib.control("accumulation.second-graph-adds", more.grad)
    left = lib.tensor([6.0, 7.0], requires_grad=True)
    right = lib.tensor([3.0, 1.0], requires_grad=True)
    ((left - right) * lib.tensor([2.0, 5.0])).sum().backward()
    lib.control("operators.sub-grad", left.grad)
    start = lib.tensor([1.0, 2.0], requires_grad=True)
    weight = start
    factor = lib.tensor([4.0, 8.0], requires_grad=True)
    (weight * factor).sum().backward()
    weight = weight - weight.grad * 0.25
    lib.observe("values after the step", weight)
    lib.control("leaf.user-made-is-leaf", weight.is_leaf)
    other = lib.tensor([6.0, 7.0], requires_grad=True)
    (weight * factor + other * 3 * factor).sum().backward()
    lib.control("backward.chain-rule", other.grad)
    lib.observe("gradient of the old leaf, both rounds", start.grad)


@chapter.behaviour(
    "batch-in-pieces",
    "The gradients of a batch's pieces add up to the batch's own",
    source=FORUM,
    after=["accumulation.two-losses-add-up", "training.one-weight-for-all-points"],
    why="A batch too large for the memory is fed in pieces, and stepped once for all of them.",
    mistake="Each piece overwrites the gradient of the one before.",
    impure="goes backward three times",
)
def _(lib):
    points = lib.draw(4)
    goals = lib.draw(4)
    twin = lib.tensor([1.5, 2.5], requires_grad=True)
    (twin * 4).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    whole = lib.tensor(0.75, requires_grad=True)
    residual = whole * lib.tensor(points) - lib.tensor(goals)
    (residual * residual).sum().backward()
    lib.control("training.one-weight-for-all-points", whole.grad)
    pieces = lib.tensor(0.75, requires_grad=True)
    for start in (0, 2):
        chosen = lib.tensor(points[start : start + 2])
        residual = pieces * chosen - lib.tensor(goals[start : start + 2])
        (residual * residual).sum().backward()
    lib.observe("gradient of the pieces", pieces.grad)
