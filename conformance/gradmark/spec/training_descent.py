"""Training by hand: whole descents, and the numbers that they end with."""

from gradmark.spec.training import GOAL, TUTORIAL, chapter, trains


@chapter.behaviour(
    "gradient-descent-case",
    "Descending for 30 rounds fits a line through 16 points",
    claims=["training.gradient-descent-case"],
    after=["training.manual-update", "training.one-weight-for-all-points"],
    why="The whole of it: forward, loss, backward, step, clear. The slope 1.5 is found again.",
    mistake="One link is wrong by a factor, so that the line ends beside the points or runs away.",
    impure="steps 30 times",
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

    def descend(slope):
        residual = slope * x - y
        loss = (residual * residual).sum() * (1 / 16)
        loss.backward()
        with lib.no_grad():
            slope -= slope.grad * 0.01
        slope.grad = None
        return slope

    slope = lib.tensor(0.0, requires_grad=True)
    for done, rounds in ((1, 1), (2, 1), (3, 1), (30, 27)):
        residual = slope * x - y
        loss = (residual * residual).sum() * (1 / 16)
        lib.observe(f"loss before round {done - rounds + 1}", loss)
        slope = lib.repeat(rounds, descend, slope)
        lib.observe(f"slope after round {done}", slope)
    residual = slope * x - y
    lib.observe("loss in the end", (residual * residual).sum() * (1 / 16))


@chapter.behaviour(
    "converges-to-least-squares",
    "Gradient descent finds the least squares solution",
    claims=["training.converges-to-least-squares"],
    after=["training.manual-update", "training.one-weight-for-all-points"],
    why=(
        "The best slope is sum(xy)/sum(xx), and the descent comes to it from anywhere. The losses "
        "fall from round to round and stay where nothing can be gained."
    ),
    mistake="Steps that are too short, or in a wrong direction, stop somewhere else.",
    impure="steps 60 times",
    exact="the rate is made for these points",
)
def _(lib):
    trains(lib)
    x = lib.tensor([0.0, 1.0, 2.0, 3.0, 4.0], requires_grad=False)
    y = lib.tensor([0.3, 2.1, 4.4, 6.2, 8.3], requires_grad=False)
    probe = lib.tensor(0.5, requires_grad=True)
    residual = probe * x - y
    (residual * residual).sum().backward()
    lib.control("training.one-weight-for-all-points", probe.grad)

    def descend(slope):
        residual = slope * x - y
        loss = (residual * residual).sum() * (1 / 5)
        lib.observe("losses", loss)
        loss.backward()
        with lib.no_grad():
            slope -= slope.grad * 0.05
        slope.grad = None
        return slope

    slope = lib.repeat(60, descend, lib.tensor(0.0, requires_grad=True))
    lib.observe("slope in the end", slope)


@chapter.behaviour(
    "slope-and-intercept",
    "A step moves every weight by its own gradient",
    source=TUTORIAL,
    after=["training.manual-update", "training.one-weight-for-all-points"],
    why="A line has a slope and an intercept; both learn from the same residuals.",
    mistake="One weight is stepped by the other's gradient, or is forgotten.",
    impure="steps twice",
)
def _(lib):
    trains(lib)
    x = lib.tensor([1.0, 2.0, 4.0], requires_grad=False)
    y = lib.tensor([3.0, 5.0, 9.0], requires_grad=False)
    probe = lib.tensor(0.5, requires_grad=True)
    residual = probe * x - y
    (residual * residual).sum().backward()
    lib.control("training.one-weight-for-all-points", probe.grad)
    slope = lib.tensor(0.5, requires_grad=True)
    intercept = lib.tensor(0.25, requires_grad=True)
    for turn in (1, 2):
        residual = slope * x + intercept - y
        (residual * residual).sum().backward()
        with lib.no_grad():
            slope -= slope.grad * 0.02
            intercept -= intercept.grad * 0.02
        slope.grad = None
        intercept.grad = None
        lib.observe(f"slope after step {turn}", slope)
        lib.observe(f"intercept after step {turn}", intercept)


@chapter.behaviour(
    "numbers-for-the-log",
    "item gives plain numbers of a weight and of a loss",
    level="should",
    claims=["training.item-for-logging"],
    after=["operators.sum-grad", "operators.number-on-the-right"],
    why="A log must not keep graphs alive; a plain number keeps nothing.",
    mistake="item() returns an array, or refuses what is tracked.",
)
def _(lib):
    weight = lib.tensor([[0.75]], requires_grad=True)
    loss = (weight * 2).sum()
    lib.observe("weight", weight.item())
    lib.observe("kind of the weight's number", lib.kind(weight.item()))
    lib.observe("loss", loss.item())
    lib.observe("kind of the loss's number", lib.kind(loss.item()))
    twin = lib.tensor([1.0, 2.0], requires_grad=True)
    (twin * 3).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
