"""Large graphs: depth, width, many paths, and what is left of them in memory.

A linear engine answers each within a hundredth of the time that a program may take.
"""

from gradmark.behaviour import Chapter

chapter = Chapter("scale", "The scale of the engine")

NOTES = "https://docs.pytorch.org/docs/stable/notes/autograd.html"


@chapter.behaviour(
    "ten-thousand-additions",
    "Backward goes through a chain of 10,000 additions",
    profile="scalar",
    source=NOTES,
    after=["backward.long-chain"],
    why="Nothing in a walk that keeps its own list grows with the depth but the list.",
    mistake="Recursion is saved by a higher recursion limit, which the next loop exceeds.",
)
def _(lib):
    x = lib.tensor(1.0, requires_grad=True)
    two = lib.tensor(2.0, requires_grad=True)
    half = lib.tensor(0.5)
    y = lib.repeat(10_000, lambda total: total + half, x * two)
    lib.observe("value", y)
    y.backward()
    lib.control("operators.mul-grad", two.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "deep-products",
    "A chain of 600 products loses nothing on the way",
    profile="scalar",
    source=NOTES,
    after=["backward.chain-rule", "backward.scalar-polynomial"],
    why="Halving and doubling in turn are exact, so the gradient comes out as it went in: 3.",
    mistake="The walk ends at a depth that was enough for every example so far.",
    exact="halving and doubling have to cancel",
)
def _(lib):
    x = lib.tensor(1.25, requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    top = lib.repeat(300, lambda value: value * 2 * 0.5, x)
    y = top * 3 + (twin * twin + twin * 2 + term) * five
    lib.observe("value", y)
    y.backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "sixty-diamonds",
    "A tower of 60 diamonds is walked in sixty steps",
    profile="scalar",
    source=NOTES,
    after=["backward.scalar-polynomial", "backward.tower-of-diamonds"],
    why=(
        "Each level is computed twice over from the one below, in two ways that meet again: 2⁶⁰ "
        "paths through 180 nodes."
    ),
    mistake="What is shared by two different operations is walked once for each of them.",
)
def _(lib):
    x = lib.tensor(1.0, requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    top = lib.repeat(60, lambda node: node * 0.25 + node * 0.75, x)
    lib.observe("value on top", top)
    (top * 3 + (twin * twin + twin * 2 + term) * five).backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "wide-fan-out",
    "A value that is used a thousand times gets every share",
    profile="scalar",
    source=NOTES,
    after=["accumulation.many-uses", "backward.scalar-polynomial"],
    why="A weight of a recurrent network is used in every step; each use has a share for it.",
    mistake="Only so many shares are kept, or the value passes on before the last one is in.",
    exact="a thousand additions have to be exact",
)
def _(lib):
    x = lib.tensor(0.5, requires_grad=True)
    factor = lib.tensor(3.0, requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)
    node = x * factor
    total = lib.repeat(1000, lambda rest: rest + node, (twin * twin + twin * 2 + term) * five)
    lib.observe("value", total)
    total.backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.observe("gradient of the leaf", x.grad)
    lib.observe("gradient of the factor", factor.grad)


@chapter.behaviour(
    "layers-of-many-uses",
    "Six layers of sixteen uses are walked layer by layer",
    profile="scalar",
    source=NOTES,
    after=["backward.scalar-polynomial", "backward.tower-of-diamonds"],
    why="Each layer uses the one below sixteen times: 16⁶ paths, but a hundred operations.",
    mistake="A layer is walked once for each of its uses, so every layer costs sixteen times more.",
)
def _(lib):
    x = lib.tensor(1.0, requires_grad=True)
    twin = lib.tensor(3.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    term = lib.tensor(2.0, requires_grad=True)

    def layer(node):
        return lib.repeat(15, lambda rest: rest + node, node) * 0.0625

    top = lib.repeat(6, layer, x)
    lib.observe("value on top", top)
    (top * 3 + (twin * twin + twin * 2 + term) * five).backward()
    lib.control("operators.add-grad", term.grad)
    lib.control("operators.mul-grad", five.grad)
    lib.control("backward.scalar-polynomial", twin.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "wide-fan-in",
    "A result of sixty inputs reaches each of them",
    profile="scalar",
    source=NOTES,
    after=["operators.mul-grad", "operators.add-grad"],
    why="Every one of sixty leaves has a weight of its own, and gets it back.",
    mistake="The list of what is still to be visited has a fixed size, and drops what is too much.",
)
def _(lib):
    term = lib.tensor(2.0, requires_grad=True)
    leaves = [lib.tensor(number / 4, requires_grad=True) for number in range(1, 61)]
    total = term * 3
    for number, leaf in enumerate(leaves, 1):
        total = leaf * number + total
    lib.observe("value", total)
    total.backward()
    lib.control("operators.number-on-the-right", term.grad)
    for number in (1, 30, 60):
        lib.observe(f"gradient of leaf {number}", leaves[number - 1].grad)


@chapter.behaviour(
    "many-rounds",
    "Three hundred rounds of backward add up in one leaf",
    profile="scalar",
    source=NOTES,
    after=["accumulation.second-graph-adds", "lifetime.new-forward-new-graph"],
    why="Training is the same few lines many times; each round is as new as the first.",
    mistake="Graphs of earlier rounds hang on to the later ones, and each round costs more.",
    impure="goes backward many times",
    exact="the sum has to outgrow half precision",
)
def _(lib):
    x = lib.tensor(0.5, requires_grad=True)
    twin = lib.tensor(1.5, requires_grad=True)
    (twin * 4).backward()
    (twin * 10).backward()
    lib.control("accumulation.second-graph-adds", twin.grad)

    def a_round(leaf):
        (leaf * 7).backward()
        return leaf

    lib.repeat(300, a_round, x)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "graph-dies-with-its-result",
    "Nothing holds a graph once its result is gone",
    profile="scalar",
    source=NOTES,
    after=["backward.chain-rule"],
    why=(
        "Training drops one loss after the other, and evaluation computes without ever going "
        "backward. If something still holds those graphs, memory runs out, hours later."
    ),
    mistake="Every operation is written into a list of the library's own that nobody empties.",
    impure="asks what is alive",
)
def _(lib):
    x = lib.tensor(2.0, requires_grad=True)
    factor = lib.tensor(5.0, requires_grad=True)
    middle = x * 3
    loss = middle * factor
    reference = lib.host.weakref(middle)
    lib.observe("alive at first", lib.host.alive(reference))
    loss.backward()
    lib.control("backward.chain-rule", x.grad)
    other = lib.tensor(7.0, requires_grad=True)
    unused = other * 4
    evaluated = unused * factor
    second = lib.host.weakref(unused)
    lib.observe("value of a graph without backward", evaluated)
    lib.delete(middle)
    lib.delete(loss)
    lib.delete(unused)
    lib.delete(evaluated)
    lib.host.collect()
    lib.observe("alive when the loss is gone", lib.host.alive(reference))
    lib.observe("alive when the unused result is gone", lib.host.alive(second))
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "values-freed-by-backward",
    "Backward frees the middle of a graph whose result is kept",
    level="should",
    profile="scalar",
    source=NOTES,
    after=["backward.chain-rule", "lifetime.never-a-wrong-number"],
    why="Losses are kept in a list to be plotted. Each must not hold on to its whole network.",
    mistake="The result keeps its inputs, and they theirs, for as long as it lives.",
    impure="asks what is alive",
)
def _(lib):
    x = lib.tensor(2.0, requires_grad=True)
    factor = lib.tensor(5.0, requires_grad=True)
    middle = x * 3
    loss = middle * factor
    reference = lib.host.weakref(middle)
    lib.observe("result", loss)
    lib.observe("alive at first", lib.host.alive(reference))
    lib.delete(middle)
    loss.backward()
    lib.control("backward.chain-rule", x.grad)
    lib.host.collect()
    lib.observe("alive after backward", lib.host.alive(reference))
    lib.delete(loss)
