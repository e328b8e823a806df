"""Switching recording off for a while: PyTorch's particulars."""

from gradmark.spec.grad_mode import chapter
from gradmark.spec.grad_mode_switches import LOCAL, NO_GRAD


@chapter.behaviour(
    "decorator-without-parentheses",
    "no_grad decorates a function without parentheses as well",
    level="detail",
    profile="torch",
    source=NO_GRAD,
    after=["grad-mode.decorator"],
    why="@no_grad and @no_grad() look alike, and PyTorch takes both.",
    mistake="The function is taken for an argument, and calling it makes a block.",
    impure="switches the mode",
)
def _(lib):
    twin = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        constant = twin * 5
    (constant + twin * 3).sum().backward()
    lib.control("grad-mode.tracking-resumes", twin.grad)
    lib.control("grad-mode.values-are-computed", constant)

    @lib.no_grad
    def score(value):
        return value * 5

    x = lib.tensor([3.0, 5.0], requires_grad=True)
    quiet = score(x)
    lib.observe("value", quiet)
    (quiet + x * 3).sum().backward()
    lib.observe("gradient, 3 from outside and none from the call", x.grad)


@chapter.behaviour(
    "decorating-switches-nothing",
    "Decorating with set_grad_enabled(False) switches nothing by itself",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad_mode.set_grad_enabled.html",
    after=["grad-mode.set-grad-enabled"],
    why="The call would switch at once; as a decorator it holds for calls of the function alone.",
    mistake="Recording is off from the line of the decorator on.",
    impure="switches the mode",
)
def _(lib):
    twin = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        constant = twin * 5
    (constant + twin * 3).sum().backward()
    lib.control("grad-mode.tracking-resumes", twin.grad)
    lib.control("grad-mode.values-are-computed", constant)

    @lib.set_grad_enabled(False)
    def score(value):
        return value * 5

    x = lib.tensor([3.0, 5.0], requires_grad=True)
    lib.observe("value", score(x))
    (x * 4).sum().backward()
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "one-switch-a-thread",
    "A new thread starts with recording on",
    level="detail",
    profile="torch",
    claims=["grad-mode.switch-is-per-thread"],
    source=LOCAL,
    after=["grad-mode.switch-persists"],
    why="The switch belongs to the thread that throws it; a data loader's thread has its own.",
    mistake="The mode is one global variable for all threads.",
    impure="switches the mode in two threads",
)
def _(lib):
    x = lib.tensor([3.0, 5.0], requires_grad=True)
    twin = lib.tensor([2.0, 6.0], requires_grad=True)
    lib.set_grad_enabled(False)
    here = twin * 5
    there = lib.host.thread(lambda value: value * 7, x)
    lib.set_grad_enabled(True)
    (here + there + twin * 3).sum().backward()
    lib.control("grad-mode.switch-persists", twin.grad)
    lib.observe("gradient through what the thread computed", x.grad)


@chapter.behaviour(
    "nothing-is-saved",
    "Without recording nothing is saved for a way back",
    level="detail",
    profile="torch",
    claims=["grad-mode.nothing-saved"],
    after=["grad-mode.result-untracked"],
    why="This is what makes an evaluation cheaper: no intermediate value has to be kept.",
    mistake="Everything is recorded as always, and only the result's flag is taken away.",
    impure="watches what is saved",
)
def _(lib):
    def pack(value):
        lib.observe("saved", value)
        return value

    x = lib.tensor([3.0, 1.0], requires_grad=True)
    with lib.autograd.graph.saved_tensors_hooks(pack, lambda value: value):
        with lib.no_grad():
            quiet = x.cos()
        tracked = x.sin()
    (quiet + tracked).sum().backward()
    lib.observe("gradient of the recorded part", x.grad)


@chapter.behaviour(
    "inference-mode",
    "What inference_mode computed can't be saved for a way back",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad_mode.inference_mode.html",
    after=["grad-mode.values-are-computed"],
    why="inference_mode is no_grad without a return: its results stay out of graphs for good.",
    mistake="It is taken for another name of no_grad.",
    impure="asks for a refusal",
)
def _(lib):
    x = lib.tensor([3.0, 5.0], requires_grad=True)
    with lib.inference_mode():
        frozen = x * 5
    lib.observe("value", frozen)
    (frozen + x).sum().backward()
    lib.observe("gradient of a sum with it", x.grad)
    with lib.raises("a product that would save it"):
        x * frozen
