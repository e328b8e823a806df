"""What create_graph does to the graph and to ``.grad``, and what gradients are without it."""

from gradmark.behaviour import Level
from gradmark.spec.backward import chapter
from gradmark.spec.backward_again import PAGE

BACKWARD = "PyTorch's page on Tensor.backward"


@chapter.behaviour(
    "create-graph-tracks-the-gradient",
    "A gradient is tracked with create_graph and a plain leaf without",
    level=Level.DETAIL,
    profile="torch",
    source=PAGE,
    after=["accumulation.same-leaf-twice"],
    why="Recording the way back costs memory, so it is recorded only where that is asked for.",
    mistake="Every gradient is recorded, and training keeps each step's graph alive.",
    impure="whether a gradient is in the graph is about its flags",
)
def _(lib):
    x = lib.tensor(3.0, requires_grad=True)
    (plain,) = lib.unpack(lib.autograd.grad(x * x * x, x), 1)
    (kept,) = lib.unpack(lib.autograd.grad(x * x * x, x, create_graph=True), 1)
    lib.observe("value without the flag", plain)
    lib.observe("tracked without the flag", plain.requires_grad)
    lib.observe("a leaf without the flag", plain.is_leaf)
    lib.observe("tracked with the flag", kept.requires_grad)
    lib.observe("a leaf with the flag", kept.is_leaf)
    with lib.raises("gradient of a gradient that is not in the graph"):
        plain.backward()


@chapter.behaviour(
    "grad-function-leaves-grad-alone",
    "autograd.grad returns gradients and writes no grad",
    level=Level.DETAIL,
    profile="torch",
    source=PAGE,
    after=["accumulation.same-leaf-twice"],
    why="Who asks a function for gradients gets them; what was collected in .grad stays as it was.",
    mistake="The function is written with backward, and adds to what the leaves have collected.",
    impure="it looks at .grad after gradients were returned",
)
def _(lib):
    x = lib.tensor(3.0, requires_grad=True)
    y = lib.tensor(5.0, requires_grad=True)
    (x * 7).backward()
    of_x, of_y = lib.unpack(lib.autograd.grad(x * x * y, (x, y)), 2)
    lib.observe("returned for x", of_x)
    lib.observe("returned for y", of_y)
    lib.observe("grad of x", x.grad)
    lib.observe("grad of y", y.grad)


@chapter.behaviour(
    "grad-function-wants-a-connection",
    "autograd.grad refuses an input that has no part in the result",
    level=Level.DETAIL,
    profile="torch",
    source=PAGE,
    after=["accumulation.same-leaf-twice"],
    why="Asking for such a gradient is mostly a slip; with allow_unused=True its place holds None.",
    mistake="Zeros are returned in silence, and a forgotten connection is never found.",
    impure="it is about a refusal and a flag",
)
def _(lib):
    x = lib.tensor(3.0, requires_grad=True)
    idle = lib.tensor(2.0, requires_grad=True)
    y = x * x
    of_x, of_idle = lib.unpack(
        lib.autograd.grad(y, (x, idle), allow_unused=True, retain_graph=True), 2
    )
    lib.observe("what has a part in it", of_x)
    lib.observe("what has none", of_idle)
    with lib.raises("a gradient of what has none"):
        lib.autograd.grad(y, (x, idle))


@chapter.behaviour(
    "linear-gradient-ends-the-graph",
    "The gradient of a linear function has no gradient",
    level=Level.DETAIL,
    profile="torch",
    source=PAGE,
    after=["accumulation.same-leaf-twice"],
    why="5x has the slope 5 everywhere. Nothing in it depends on x, so there is no way back to x.",
    mistake="The constant slope is tied to x all the same, with a second derivative of 0.",
    impure="it is about a gradient's flag and a refusal",
)
def _(lib):
    x = lib.tensor(3.0, requires_grad=True)
    (bent,) = lib.unpack(lib.autograd.grad(x * x * x, x, create_graph=True), 1)
    (straight,) = lib.unpack(lib.autograd.grad(x * 5, x, create_graph=True), 1)
    lib.observe("slope of the line", straight)
    lib.observe("slope of the curve is tracked", bent.requires_grad)
    lib.observe("slope of the line is tracked", straight.requires_grad)
    with lib.raises("gradient of the line's slope"):
        straight.backward()


@chapter.behaviour(
    "backward-with-create-graph",
    "backward with create_graph leaves a grad that has a gradient",
    level=Level.DETAIL,
    profile="torch",
    source=BACKWARD,
    after=["accumulation.same-leaf-twice"],
    why="The flag of the method does what it does for the function: .grad is part of the graph.",
    mistake="The flag is taken and ignored, so that .grad is a plain number as ever.",
    impure="it goes backward twice",
)
def _(lib):
    x = lib.tensor(3.0, requires_grad=True)
    (x * x * x).backward(create_graph=True)
    first = x.grad
    lib.observe("first derivative", first)
    lib.observe("it is tracked", first.requires_grad)
    x.grad = None
    first.backward()
    lib.observe("second derivative", x.grad)
    lib.observe("the last one is tracked", x.grad.requires_grad)


@chapter.behaviour(
    "second-derivative-adds-to-the-first",
    "A second derivative is added to the first one in grad",
    level=Level.DETAIL,
    profile="torch",
    source=BACKWARD,
    after=["accumulation.same-leaf-twice", "accumulation.two-losses-add-up"],
    why=".grad collects whatever arrives: 3x² from the first backward and 6x from the second.",
    mistake="The second derivative is read off .grad without clearing it before.",
    impure="it goes backward twice",
)
def _(lib):
    x = lib.tensor(2.0, requires_grad=True)
    (x * x * x).backward(create_graph=True)
    first = x.grad
    first.backward()
    lib.observe("both derivatives together", x.grad)
    lib.observe("what was read before", first)


@chapter.behaviour(
    "create-graph-keeps-the-graph",
    "create_graph keeps the graph for another backward",
    level=Level.DETAIL,
    profile="torch",
    source=BACKWARD,
    after=["accumulation.same-leaf-twice", "accumulation.two-losses-add-up"],
    why="A gradient that is to be differentiated needs what was saved, so nothing is freed.",
    mistake="The graph is freed as ever, and the first gradient's own graph has lost its values.",
    impure="it goes backward twice",
)
def _(lib):
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x * 2
    y.backward(create_graph=True)
    lib.observe("after one backward", x.grad)
    y.backward()
    lib.observe("after another one", x.grad)
    with lib.raises("a third one, after the graph was freed"):
        y.backward()
