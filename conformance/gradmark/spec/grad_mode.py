"""Switching recording off for a while."""

from gradmark.behaviour import Chapter

chapter = Chapter("grad-mode", "no_grad and its kin")


@chapter.behaviour(
    "constant-branch",
    "What is computed under no_grad counts as a constant",
    profile="scalar",
    claims=["grad-mode.no-grad-branch-is-constant", "grad-mode.tracked-branch-counts"],
    after=["accumulation.many-uses"],
    why="x² + x³ has the slope 5 at 1; with the cube made under no_grad only the square counts: 2.",
    mistake="no_grad is entered and left without effect, and the whole expression is tracked.",
    impure="switches the mode",
)
def _(lib):
    twin = lib.tensor(1.0, requires_grad=True)
    (twin * twin + twin * twin * twin).backward()
    lib.control("accumulation.many-uses", twin.grad)
    x = lib.tensor(1.0, requires_grad=True)
    square = x * x
    with lib.no_grad():
        cube = x * x * x
    y = square + cube
    y.backward()
    lib.observe("gradient with the cube untracked", x.grad)


@chapter.behaviour(
    "values-are-computed",
    "no_grad changes what is recorded, not what is computed",
    profile="scalar",
    claims=["grad-mode.no-grad-keeps-values"],
    after=["operators.mul-grad"],
    why="An evaluation under no_grad gives the same numbers, only without a way back.",
    mistake="Operations under no_grad return their input, or numbers of another type.",
    impure="switches the mode",
)
def _(lib):
    twin = lib.tensor(1.0, requires_grad=True)
    square = twin * twin
    with lib.no_grad():
        cube = twin * twin * twin
    (square + cube).backward()
    lib.control("grad-mode.constant-branch", twin.grad)
    x = lib.tensor(2.0, requires_grad=True)
    with lib.no_grad():
        frozen = x * x * x
    lib.observe("value computed under no_grad", frozen)
    one = lib.tensor(1.0, requires_grad=True)
    y = x * frozen * one
    y.backward()
    lib.control("operators.mul-grad", one.grad)
    lib.observe("value of the mixed product", y)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "result-untracked",
    "A result made under no_grad does not require grad",
    claims=["grad-mode.no-grad-result"],
    after=["leaf.requires-grad-propagates", "operators.number-on-the-right"],
    why="Nothing was recorded for it, so it is a plain tensor.",
    mistake="The flag is copied from the inputs without a look at the mode.",
    impure="switches the mode",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    x = lib.tensor([1.0, 4.0], requires_grad=True)
    tracked = x * 3
    with lib.no_grad():
        quiet = x * 5
    lib.observe("requires_grad outside", tracked.requires_grad)
    lib.observe("requires_grad of the result", quiet.requires_grad)
    lib.observe("requires_grad of the leaf", x.requires_grad)


@chapter.behaviour(
    "backward-of-untracked-refused",
    "Backward of a result made under no_grad is refused",
    claims=["grad-mode.left-off-breaks-later-code"],
    after=["grad-mode.tracking-resumes", "operators.number-on-the-right"],
    why="There is no way back from it; pretending would leave the leaf without a gradient.",
    mistake="Backward on it does nothing.",
    impure="asks for a refusal",
)
def _(lib):
    x = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        quiet = (x * 5).sum()
    factor = lib.tensor([3.0, 5.0], requires_grad=True)
    (x * factor).sum().backward()
    lib.control("operators.sum-grad", factor.grad)
    lib.observe("gradient of the tracked twin", x.grad)
    with lib.raises("backward of the untracked result"):
        quiet.backward()


@chapter.behaviour(
    "tracking-resumes",
    "Tracking resumes where the block ends",
    claims=["grad-mode.tracking-resumes", "grad-mode.default-tracks"],
    after=["operators.sum-grad", "operators.add-grad", "operators.number-on-the-right"],
    why="The mode belongs to the block. After it everything is as before.",
    mistake="The switch is thrown on entry and never thrown back.",
    impure="switches the mode",
)
def _(lib):
    x = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        quiet = x * 5
    twin = lib.tensor([3.0, 5.0], requires_grad=True)
    tracked = x * 3
    (quiet + tracked + twin * 3).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    lib.observe("gradient, 3 from outside and none from inside", x.grad)


@chapter.behaviour(
    "nested-blocks",
    "The end of an inner no_grad leaves the outer one in force",
    claims=["grad-mode.tracking-resumes"],
    source="https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html",
    after=["grad-mode.tracking-resumes"],
    why="Leaving a block restores the mode that was there before, and inside an outer block that "
    "is off.",
    mistake="Leaving any block switches tracking on.",
    impure="switches the mode",
)
def _(lib):
    twin = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        constant = twin * 5
    (constant + twin * 3).sum().backward()
    lib.control("grad-mode.tracking-resumes", twin.grad)
    x = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        with lib.no_grad():
            inner = x * 5
        outer = x * 7
    tracked = x * 3
    (inner + outer + tracked).sum().backward()
    lib.observe("gradient, 3 from outside of both", x.grad)


@chapter.behaviour(
    "exception-restores",
    "An exception inside no_grad still restores tracking",
    source="https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html",
    after=["grad-mode.tracking-resumes"],
    why="A block is also left by an exception, and whoever catches it wants to train on.",
    mistake="The mode is restored on the last line of the block instead of in a finally.",
    impure="switches the mode",
)
def _(lib):
    twin = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        constant = twin * 5
    (constant + twin * 3).sum().backward()
    lib.control("grad-mode.tracking-resumes", twin.grad)
    lib.control("grad-mode.values-are-computed", constant)
    x = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.caught():
        with lib.no_grad():
            lib.observe("value computed inside", x * 5)
            lib.throw()
    (x * 3).sum().backward()
    lib.observe("gradient after the exception", x.grad)


@chapter.behaviour(
    "decorator",
    "no_grad as a decorator covers the calls of its function",
    claims=["grad-mode.decorator"],
    after=["grad-mode.tracking-resumes"],
    why="An evaluation function can be marked once, instead of at every place that calls it.",
    mistake="no_grad is only a context manager, or the function's result gets lost.",
    impure="switches the mode",
)
def _(lib):
    twin = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        constant = twin * 5
    (constant + twin * 3).sum().backward()
    lib.control("grad-mode.tracking-resumes", twin.grad)
    lib.control("grad-mode.values-are-computed", constant)

    @lib.no_grad()
    def score(value):
        return value * 5

    x = lib.tensor([3.0, 5.0], requires_grad=True)
    quiet = score(x)
    lib.observe("value", quiet)
    (quiet + x * 3).sum().backward()
    lib.observe("gradient, 3 from outside and none from the call", x.grad)


@chapter.behaviour(
    "leaf-made-inside",
    "A leaf made under no_grad can still ask for gradients",
    claims=["grad-mode.no-grad-explicit-leaf"],
    after=["grad-mode.tracking-resumes"],
    why="no_grad is about operations. A tensor that asks to be tracked is tracked later on.",
    mistake="The flag is masked by the mode when the tensor is made.",
    impure="switches the mode",
)
def _(lib):
    twin = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        constant = twin * 5
    (constant + twin * 3).sum().backward()
    lib.control("grad-mode.tracking-resumes", twin.grad)
    with lib.no_grad():
        born = lib.tensor([1.0, 2.0], requires_grad=True)
        quiet = born * 5
    (quiet + born * 3).sum().backward()
    lib.observe("gradient, 3 from outside", born.grad)


@chapter.behaviour(
    "set-grad-enabled",
    "set_grad_enabled switches tracking off and on by value",
    claims=["grad-mode.set-grad-enabled"],
    after=["grad-mode.tracking-resumes"],
    why="One block serves for training and evaluation when the mode is a value.",
    mistake="The argument is ignored.",
    impure="switches the mode",
)
def _(lib):
    x = lib.tensor([1.0, 4.0], requires_grad=True)
    inside = lib.tensor([2.0, 6.0], requires_grad=True)
    with lib.set_grad_enabled(False):
        off = x * 5
        with lib.set_grad_enabled(True):
            on = inside * 3
        off_again = x * 7
    twin = lib.tensor([3.0, 5.0], requires_grad=True)
    tracked = x * 11
    (off + on + off_again + tracked + twin * 3).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    lib.observe("gradient, 11 from outside of both", x.grad)
    lib.observe("gradient, 3 from where it was on again", inside.grad)


@chapter.behaviour(
    "update-under-no-grad",
    "A leaf can be updated in place under no_grad",
    claims=["inplace.leaf-under-no-grad", "training.manual-update"],
    after=["grad-mode.tracking-resumes", "operators.sum-grad"],
    why="This is a step of gradient descent: the leaf changes and stays a tracked leaf.",
    mistake="The update makes a new tensor, which is no leaf and is never trained again.",
    impure="changes a leaf in place",
)
def _(lib):
    weight = lib.tensor([1.0, 2.0], requires_grad=True)
    held = weight
    (weight * lib.tensor([2.0, 4.0])).sum().backward()
    lib.control("operators.sum-grad", weight.grad)
    with lib.no_grad():
        step = weight.grad * 0.25
        lib.control("grad-mode.values-are-computed", step)
        weight -= step
    lib.observe("it is the same tensor", lib.same(held, weight))
    lib.observe("requires_grad", weight.requires_grad)
    lib.observe("value", weight)
    lib.observe("gradient, kept", weight.grad)
