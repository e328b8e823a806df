"""Further ways to clear a gradient, and what does not clear it."""

from gradmark.library import alternative
from gradmark.spec.zeroing import chapter

ZEROS = alternative("zeros for no gradient", predicate="zeros")


@chapter.behaviour(
    "forward-does-not-clear",
    "Computing anew leaves the gradients as they were",
    profile="scalar",
    claims=["zeroing.manual-needed"],
    after=["accumulation.second-graph-adds", "operators.mul-grad"],
    why="A gradient is there until someone clears it. A forward computes values and nothing else.",
    mistake="An operation sets the gradients of its operands to 0, to have them ready.",
    impure="goes backward twice",
)
def _(lib):
    x = lib.tensor(2.0, requires_grad=True)
    three = lib.tensor(3.0, requires_grad=True)
    (x * three).backward()
    lib.control("operators.mul-grad", three.grad)
    again = x * 7
    lib.observe("gradient after a new forward", x.grad)
    again.backward()
    lib.observe("gradient after its backward", x.grad)


@chapter.behaviour(
    "through-data",
    "grad.data.zero_() clears the gradient too",
    claims=["zeroing.data-zero"],
    after=["zeroing.zero-in-place", "data.shares-memory"],
    why="Older code writes it so. The .data of a gradient is its memory, like that of any tensor.",
    mistake="The .data of a gradient is a copy, and the gradient stays.",
    impure="goes backward twice, and clears",
)
def _(lib):
    twin = lib.tensor([1.0, 2.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    twin.grad.zero_()
    lib.control("zeroing.zero-in-place", twin.grad)
    x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (x * lib.tensor([6.0, 7.0, 8.0])).sum().backward()
    x.grad.data.zero_()
    lib.observe("gradient after clearing", x.grad)
    (x * lib.tensor([5.0, -1.0, 4.0])).sum().backward()
    lib.observe("gradient after the next backward", x.grad)


@chapter.behaviour(
    "loop-of-means",
    "Three cleared rounds of one mean give one gradient three times",
    claims=["zeroing.loop-mean", "zeroing.loop-does-not-accumulate"],
    after=["zeroing.loop-with-zeroing", "operators.mean-grad", "zeroing.zero-in-place"],
    why="The mean of x² + 2x + 7 over 1, 2, 5 has a third of 4, 6, 12 as its gradient, each time.",
    mistake="Zeros are written after backward has read them, or into a copy.",
    impure="goes backward three times, and clears",
)
def _(lib):
    even = lib.tensor([5.0, 7.0, 9.0], requires_grad=True)
    (even.mean() * 6).backward()
    lib.control("operators.mean-grad", even.grad)
    even.grad.zero_()
    lib.control("zeroing.zero-in-place", even.grad)
    twin = lib.tensor(3.0, requires_grad=True)
    (twin * twin).backward()
    lib.control("accumulation.same-leaf-twice", twin.grad)
    x = lib.tensor([1.0, 2.0, 5.0], requires_grad=True)
    for turn in (1, 2, 3):
        (x * x + x * 2 + 7).mean().backward()
        lib.observe(f"gradient in round {turn}", x.grad)
        x.grad.zero_()
    lib.observe("gradient after the last clearing", x.grad)


@chapter.behaviour(
    "zeros-assigned",
    "Assigning zeros to .grad starts the sum anew",
    level="should",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.grad.html",
    after=["zeroing.cleared-leaf-starts-anew"],
    why="Some write it so; zeros are a gradient like any other, and adding to them is right.",
    mistake="The next backward adds to the tensor that was there before.",
    impure="writes .grad",
)
def _(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    weights = lib.tensor([3.0, 5.0], requires_grad=True)
    (x * weights).sum().backward()
    lib.control("operators.sum-grad", weights.grad)
    x.grad = lib.zeros(2)
    lib.observe("gradient after clearing", x.grad)
    (x * lib.tensor([4.0, 7.0])).sum().backward()
    lib.observe("gradient after the next backward", x.grad)


@chapter.behaviour(
    "nothing-to-zero-before-backward",
    "Before the first backward there is no gradient to zero",
    level="should",
    claims=["zeroing.guard-against-none"],
    after=["leaf.grad-none-before-backward", "zeroing.zero-in-place"],
    why="None has no zero_, so a loop that clears first has to ask whether there is something.",
    mistake="Every leaf starts with a gradient of zeros, so a leaf that was forgotten goes unseen.",
    impure="asks for a refusal",
)
def _(lib):
    fresh = lib.tensor([8.0, 9.0], requires_grad=True)
    with lib.raises("zeroing the gradient of a fresh leaf", instead={"fresh gradient": ZEROS}):
        fresh.grad.zero_()
        lib.observe("fresh gradient", fresh.grad)
    (fresh * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", fresh.grad)
    fresh.grad.zero_()
    lib.observe("gradient, zeroed after backward", fresh.grad)


@chapter.behaviour(
    "deleted-grad-is-none",
    "del x.grad leaves None",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.grad.html",
    after=["zeroing.none-again"],
    why="The attribute itself stays; only what was in it is let go of.",
    mistake="The attribute is gone, and reading it fails.",
    impure="deletes .grad",
)
def _(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    (x * lib.tensor([3.0, 5.0])).sum().backward()
    lib.observe("gradient", x.grad)
    del x.grad
    lib.observe("gradient after del", x.grad)
    (x * lib.tensor([4.0, 7.0])).sum().backward()
    lib.observe("gradient after the next backward", x.grad)


@chapter.behaviour(
    "no-method-on-the-tensor",
    "Modules and optimizers have zero_grad, tensors do not",
    level="detail",
    profile="torch",
    claims=["zeroing.no-method-on-tensor"],
    after=["zeroing.zero-in-place"],
    why="A tensor's gradient is cleared by its own zero_, or by assigning None.",
    mistake="x.zero_grad() is written, as in many small engines.",
    impure="asks what there is",
)
def _(lib):
    x = lib.ones(2, requires_grad=True)
    layer, optimizer = lib.nn.Linear(1, 1), lib.optim.SGD([x], lr=1.0)
    lib.observe("a module has zero_grad", lib.has(layer, "zero_grad"))
    lib.observe("an optimizer has zero_grad", lib.has(optimizer, "zero_grad"))
    lib.observe("a tensor has zero_grad", lib.has(x, "zero_grad"))
    (x * lib.tensor([3.0, 5.0])).sum().backward()
    lib.observe("gradient", x.grad)
    optimizer.zero_grad()
    lib.observe("gradient after the optimizer's zero_grad", x.grad)
