"""Switching recording off for a while: what a switch reaches, and how long it holds."""

from gradmark.library import alternative
from gradmark.spec.grad_mode import chapter

NO_GRAD = "https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html"
LOCAL = "https://docs.pytorch.org/docs/stable/notes/autograd.html"


@chapter.behaviour(
    "leaf-switched-off",
    "A leaf that was switched off counts as a constant from then on",
    claims=["grad-mode.requires-grad-off"],
    after=["leaf.switch-on-in-place", "operators.number-on-the-right"],
    why="requires_grad_(False) freezes a weight: what is computed from it later is not recorded.",
    mistake="The flag is written down, and operations go on recording all the same.",
    impure="switches a flag",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * 3).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    dial = lib.tensor([3.0, 5.0], requires_grad=True)
    plain = lib.tensor([3.0, 5.0], requires_grad=False)
    lib.control("leaf.requires-grad-propagates", (dial * plain).requires_grad)
    lib.control("leaf.requires-grad-propagates", (plain * plain).requires_grad)
    late = lib.tensor([4.0, 6.0], requires_grad=False)
    late.requires_grad_()
    lib.control("leaf.switch-on-in-place", late.requires_grad)
    dial.requires_grad_(False)
    lib.observe("value of a result after", dial * plain)
    lib.observe("requires_grad of a result after", (dial * plain).requires_grad)


@chapter.behaviour(
    "name-of-the-switch",
    "The switch is spelled requires_grad_, with both underscores",
    level="detail",
    profile="torch",
    claims=["grad-mode.requires-grad-method-name"],
    after=["leaf.switch-on-in-place"],
    why="requires_grad without the last underscore is the flag itself, requiresgrad is nothing.",
    mistake="A spelling with lost underscores is copied from a text.",
    impure="asks for names",
)
def _(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    lib.observe("there is requires_grad_", lib.has(x, "requires_grad_"))
    lib.observe("there is requiresgrad", lib.has(x, "requiresgrad"))
    lib.observe("requires_grad is", lib.kind(x.requires_grad))


@chapter.behaviour(
    "flag-inside-a-block",
    "A leaf keeps its flag while recording is off",
    claims=["grad-mode.leaf-flag-unchanged"],
    after=["grad-mode.result-untracked"],
    why="The mode says what operations record. It is no property of the tensors around.",
    mistake="requires_grad is answered with the mode instead of the tensor's own flag.",
    impure="switches the mode",
)
def _(lib):
    level = lib.tensor([3.0, 1.0], requires_grad=True)
    (level * lib.tensor([2.0, 4.0])).sum().backward()
    lib.control("operators.sum-grad", level.grad)
    with lib.no_grad():
        lib.observe("requires_grad inside", level.requires_grad)
    lib.set_grad_enabled(False)
    off = level.requires_grad
    lib.set_grad_enabled(True)
    lib.observe("requires_grad while switched off", off)
    lib.observe("requires_grad after", level.requires_grad)


@chapter.behaviour(
    "evaluation",
    "An evaluation under no_grad leaves the weights ready for training",
    claims=["grad-mode.evaluation"],
    after=["grad-mode.values-are-computed", "grad-mode.tracking-resumes"],
    why="A model is evaluated between two rounds of training; that must not cost it anything.",
    mistake="The weights lose their flag in the evaluation, or get a gradient from it.",
    impure="switches the mode",
)
def _(lib):
    gain = lib.tensor([0.5, 2.0], requires_grad=True)
    with lib.no_grad():
        prediction = (lib.tensor([4.0, 6.0]) * gain).sum()
        size = gain.sum()
    twin = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        constant = twin * 5
    (constant + twin * 3).sum().backward()
    lib.control("grad-mode.tracking-resumes", twin.grad)
    lib.control("grad-mode.values-are-computed", constant)
    lib.observe("prediction", prediction)
    lib.control("grad-mode.result-untracked", prediction.requires_grad)
    lib.observe("requires_grad of the weights' sum", size.requires_grad)
    lib.observe("requires_grad of the weights", gain.requires_grad)
    zeros = alternative("zeros for no gradient", predicate="zeros")
    lib.control("leaf.unused-leaf-stays-none", gain.grad, accept=[zeros])
    (gain * lib.tensor([4.0, 6.0])).sum().backward()
    lib.observe("gradient after training", gain.grad)


@chapter.behaviour(
    "switch-persists",
    "set_grad_enabled(False) holds until it is switched back",
    claims=["grad-mode.set-grad-enabled-persists", "grad-mode.set-grad-enabled"],
    after=["grad-mode.set-grad-enabled", "leaf.requires-grad-propagates"],
    why="Called as a function it has no end of its own: whoever switches off has to switch on.",
    mistake="The call alone does nothing, or it holds for the next operation only.",
    impure="switches the mode",
)
def _(lib):
    level = lib.tensor([3.0, 1.0], requires_grad=True)
    lib.set_grad_enabled(False)
    first = level * 2
    second = level * 5
    lib.set_grad_enabled(True)
    third = level * 3
    twin = lib.tensor([2.0, 6.0], requires_grad=True)
    (first + second + third + twin * 3).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    lib.control("grad-mode.result-untracked", first.requires_grad)
    lib.control("grad-mode.values-are-computed", second)
    lib.observe("gradient, 3 from after the switch back", level.grad)


@chapter.behaviour(
    "left-switched-off",
    "Backward is refused where recording was left switched off",
    claims=["grad-mode.left-off-breaks-later-code"],
    after=["grad-mode.backward-of-untracked-refused", "grad-mode.switch-persists"],
    why="Nothing was recorded, so there is no way back; the error tells of the forgotten switch.",
    mistake="Backward does nothing, and training goes on with gradients that never come.",
    impure="asks for a refusal",
)
def _(lib):
    level = lib.tensor([3.0, 1.0], requires_grad=True)
    lib.set_grad_enabled(False)
    quiet = level * 2
    lib.set_grad_enabled(True)
    twin = lib.tensor([2.0, 6.0], requires_grad=True)
    (quiet + twin * 3).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    lib.control("grad-mode.switch-persists", quiet.requires_grad)
    lib.set_grad_enabled(False)
    with lib.raises("backward of what was not recorded"):
        (level * level).sum().backward()
    lib.set_grad_enabled(True)
    lib.control("grad-mode.values-are-computed", quiet)


@chapter.behaviour(
    "backward-inside-a-block",
    "Backward works inside a no_grad block",
    source=NO_GRAD,
    after=["grad-mode.tracking-resumes"],
    why="no_grad is about recording new operations; a recorded graph can be walked at any time.",
    mistake="Backward looks at the mode and does nothing, or refuses.",
    impure="switches the mode",
)
def _(lib):
    twin = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        constant = twin * 5
    (constant + twin * 3).sum().backward()
    lib.control("grad-mode.tracking-resumes", twin.grad)
    x = lib.tensor([2.0, 6.0], requires_grad=True)
    y = (x * lib.tensor([3.0, 5.0])).sum()
    with lib.no_grad():
        y.backward()
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "enable-grad",
    "enable_grad switches recording on inside a no_grad block",
    level="should",
    source="https://docs.pytorch.org/docs/stable/generated/torch.enable_grad.html",
    after=["grad-mode.nested-blocks"],
    why="A part of an evaluation may need a gradient after all; the outer block goes on after it.",
    mistake="enable_grad has no effect inside no_grad, or leaves recording on.",
    impure="switches the mode",
)
def _(lib):
    twin = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        constant = twin * 5
    (constant + twin * 3).sum().backward()
    lib.control("grad-mode.tracking-resumes", twin.grad)
    other = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        with lib.no_grad():
            constant = other * 5
        constant = other * 7
    (constant + other * 3).sum().backward()
    lib.control("grad-mode.nested-blocks", other.grad)
    x = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        with lib.enable_grad():
            inner = x * 5
        outer = x * 7
    (inner + outer).sum().backward()
    lib.observe("gradient, 5 from inside of both", x.grad)


@chapter.behaviour(
    "mode-can-be-asked",
    "is_grad_enabled says whether operations are recorded",
    level="should",
    claims=["grad-mode.tracking-resumes", "grad-mode.default-tracks"],
    after=["grad-mode.tracking-resumes"],
    why="A function that switches the mode can look at it first and put it back.",
    mistake="The function is missing, or says True for ever.",
    impure="asks for the mode",
)
def _(lib):
    twin = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        constant = twin * 5
    (constant + twin * 3).sum().backward()
    lib.control("grad-mode.tracking-resumes", twin.grad)
    lib.observe("at the start", lib.is_grad_enabled())
    with lib.no_grad():
        lib.observe("inside", lib.is_grad_enabled())
    lib.observe("after", lib.is_grad_enabled())


@chapter.behaviour(
    "decorated-function-fails",
    "A decorated function that raises leaves recording on",
    level="should",
    source=NO_GRAD,
    after=["grad-mode.exception-restores", "grad-mode.decorator"],
    why="An evaluation that breaks off must not switch off the training that follows.",
    mistake="The decorator restores the mode after the call instead of in a finally.",
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
        lib.observe("value computed inside", value * 5)
        lib.throw()

    x = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.caught():
        score(x)
    (x * 3).sum().backward()
    lib.observe("gradient after the exception", x.grad)


@chapter.behaviour(
    "decorated-call-inside-a-block",
    "A decorated call inside a no_grad block leaves the block in force",
    source=NO_GRAD,
    after=["grad-mode.nested-blocks", "grad-mode.decorator"],
    why="The call puts back the mode that it found, and inside a block that is off.",
    mistake="The decorator switches recording on when its function returns.",
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

    x = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        first = score(x)
        second = x * 7
    lib.control("grad-mode.decorator", first)
    (first + second + x * 3).sum().backward()
    lib.observe("gradient, 3 from outside", x.grad)
