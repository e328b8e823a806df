"""How long a graph lives: one backward, unless it is asked to stay."""

from gradmark.behaviour import Chapter
from gradmark.library import alternative

chapter = Chapter("lifetime", "The life of a graph")


@chapter.behaviour(
    "second-backward-raises",
    "A second backward through saved values is refused",
    claims=["lifetime.second-backward-raises"],
    after=["operators.sum-grad"],
    why=(
        "x·w saves both for the way back, and the first backward frees them. A library that "
        "silently walks the graph again doubles the gradient of whoever called it by mistake."
    ),
    mistake="The graph stays alive for ever, and a second call adds its gradients again.",
    impure="goes backward twice",
)
def _(lib):
    x = lib.tensor([2.0, 6.0], requires_grad=True)
    w = lib.tensor([4.0, 12.0], requires_grad=True)
    y = (x * w).sum()
    y.backward()
    lib.control("operators.sum-grad", x.grad)
    with lib.raises("the second backward"):
        y.backward()


@chapter.behaviour(
    "never-a-wrong-number",
    "A second backward is refused or adds exactly one more gradient",
    profile="scalar",
    claims=["lifetime.second-backward-raises"],
    after=["backward.chain-rule"],
    why="A refusal is PyTorch's answer, twice the gradient would be right too; a third is a bug.",
    mistake="Interior nodes keep the gradients of the first walk, which are then counted again.",
    impure="goes backward twice",
)
def _(lib):
    start, weight, factor = lib.example(2.0, 12.0, 3)
    x = lib.tensor(start, requires_grad=True)
    w = lib.tensor(weight, requires_grad=True)
    inner = x * factor
    y = inner * w
    y.backward()
    lib.control("backward.chain-rule", x.grad)
    both = alternative("the sum of both", 2 * factor * weight)
    with lib.raises("the second backward", instead={"gradient after the second backward": both}):
        y.backward()
        lib.observe("gradient after the second backward", x.grad)


@chapter.behaviour(
    "two-losses-on-one-trunk",
    "Losses on a shared trunk are refused or add up rightly",
    profile="scalar",
    claims=["lifetime.shared-part-outside-loop"],
    after=["backward.chain-rule"],
    why=(
        "The first backward frees what the trunk had saved, so PyTorch refuses the second. The "
        "right sum, 36 + 12, would do no harm; another number would."
    ),
    mistake="The trunk still holds the first loss's gradient and passes it on a second time.",
    impure="goes backward twice",
)
def _(lib):
    start, weight, nine, three = lib.example(2.0, 4.0, 9, 3)
    x = lib.tensor(start, requires_grad=True)
    w = lib.tensor(weight, requires_grad=True)
    trunk = x * w
    first = trunk * nine
    second = trunk * three
    first.backward()
    lib.control("backward.chain-rule", x.grad)
    both = alternative("the sum of both", (nine + three) * weight)
    with lib.raises("backward of the second loss", instead={"gradient after both losses": both}):
        second.backward()
        lib.observe("gradient after both losses", x.grad)


@chapter.behaviour(
    "unsaved-graph-again",
    "A graph that saved nothing can be walked again",
    level="detail",
    profile="torch",
    claims=["lifetime.graph-without-saved-values", "lifetime.second-backward-raises"],
    after=["operators.add-grad", "operators.number-on-the-right"],
    why=(
        "x + 2 needs no value for its way back, so nothing is freed and nothing is missing. An "
        "engine that refuses here too is stricter, and not wrong."
    ),
    mistake="The second call is accepted and adds nothing.",
    impure="goes backward twice",
)
def _(lib):
    twin = lib.tensor(1.5, requires_grad=True)
    (twin * 4).backward()
    (twin * 10).backward()
    lib.control("accumulation.second-graph-adds", twin.grad)
    x = lib.tensor(3.0, requires_grad=True)
    twin = lib.tensor(4.0, requires_grad=True)
    y = x + 2 + twin
    y.backward()
    lib.control("operators.add-grad", twin.grad)
    lib.observe("gradient after the first backward", x.grad)
    y.backward()
    lib.observe("gradient after the second backward", x.grad)


@chapter.behaviour(
    "retain-graph",
    "retain_graph=True lets backward run again",
    claims=["lifetime.retain-graph"],
    after=["operators.sum-grad"],
    why="Whoever needs the graph twice says so, and pays for it with memory.",
    mistake="The keyword is unknown, or is accepted and the graph is freed all the same.",
    impure="goes backward twice",
)
def _(lib):
    twin = lib.tensor(1.5, requires_grad=True)
    (twin * 4).backward()
    (twin * 10).backward()
    lib.control("accumulation.second-graph-adds", twin.grad)
    x = lib.tensor([2.0, 6.0], requires_grad=True)
    w = lib.tensor([4.0, 12.0], requires_grad=True)
    y = (x * w).sum()
    y.backward(retain_graph=True)
    lib.control("operators.sum-grad", x.grad)
    y.backward(retain_graph=True)
    lib.observe("gradient after the second backward", x.grad)


@chapter.behaviour(
    "retain-covers-one-call",
    "retain_graph=True covers the call that it is given to",
    claims=["lifetime.retain-graph-covers-one-call"],
    after=["lifetime.retain-graph", "lifetime.second-backward-raises"],
    why="A later call without it frees the graph as usual.",
    mistake="The flag is stored on the graph and holds for good.",
    impure="goes backward three times",
)
def _(lib):
    twin = lib.tensor(1.5, requires_grad=True)
    (twin * 4).backward()
    (twin * 10).backward()
    lib.control("accumulation.second-graph-adds", twin.grad)
    x = lib.tensor([2.0, 6.0], requires_grad=True)
    w = lib.tensor([4.0, 12.0], requires_grad=True)
    y = (x * w).sum()
    y.backward(retain_graph=True)
    lib.control("operators.sum-grad", w.grad)
    y.backward()
    lib.observe("gradient after the second backward", x.grad)
    with lib.raises("the third backward"):
        y.backward()


@chapter.behaviour(
    "new-forward-new-graph",
    "Computing again makes a new graph for backward",
    profile="scalar",
    claims=["lifetime.recomputing-allows-again", "backward.graph-is-dynamic"],
    after=["accumulation.second-graph-adds"],
    why="The graph is built anew by every forward pass, so a loop never runs out of graphs.",
    mistake="Results are cached by their inputs, and the freed graph comes back.",
    impure="goes backward twice",
)
def _(lib):
    twin = lib.tensor(1.5, requires_grad=True)
    (twin * 4).backward()
    (twin * 10).backward()
    lib.control("accumulation.second-graph-adds", twin.grad)
    x = lib.tensor(2.0, requires_grad=True)
    w = lib.tensor(4.0, requires_grad=True)
    for turn in (1, 2):
        y = x * w * 3
        y.backward()
        if turn == 1:
            lib.control("backward.chain-rule", w.grad)
        lib.observe(f"gradient after round {turn}", x.grad)


@chapter.behaviour(
    "two-graphs-one-leaf",
    "Freeing one graph leaves another over the same leaf alone",
    profile="scalar",
    claims=["lifetime.separate-graphs-share-leaves"],
    after=["lifetime.new-forward-new-graph", "backward.chain-rule"],
    why="Two graphs share a leaf but none of the values that they saved.",
    mistake="What was saved hangs on the leaf, so one backward frees it for all.",
    impure="goes backward twice",
)
def _(lib):
    twin = lib.tensor(1.5, requires_grad=True)
    (twin * 4).backward()
    (twin * 10).backward()
    lib.control("accumulation.second-graph-adds", twin.grad)
    x = lib.tensor(3.0, requires_grad=True)
    w = lib.tensor(6.0, requires_grad=True)
    single = x * w
    tenfold = x * w * 10
    tenfold.backward()
    lib.control("backward.chain-rule", x.grad)
    single.backward()
    lib.observe("gradient after the second graph", x.grad)


@chapter.behaviour(
    "unsaved-trunk-shared",
    "A trunk that saved nothing serves two losses",
    level="detail",
    profile="torch",
    claims=["lifetime.graph-without-saved-values", "lifetime.second-backward-raises"],
    after=["operators.add-grad", "operators.sum-grad"],
    why="Only what was saved is freed; a sum saves nothing, so both losses reach the leaf.",
    mistake="Backward marks every node that it passes as used up.",
    impure="goes backward twice",
)
def _(lib):
    twin = lib.tensor(1.5, requires_grad=True)
    (twin * 4).backward()
    (twin * 10).backward()
    lib.control("accumulation.second-graph-adds", twin.grad)
    x = lib.tensor([1.0, 4.0], requires_grad=True)
    shift = lib.tensor([1.0, 2.0], requires_grad=True)
    weights = lib.tensor([2.0, 3.0], requires_grad=True)
    trunk = x + shift
    first = (trunk * weights).sum()
    second = (trunk * 3).sum()
    first.backward()
    lib.control("operators.sum-grad", weights.grad)
    lib.control("operators.add-grad", shift.grad)
    lib.observe("gradient after the first loss", x.grad)
    second.backward()
    lib.observe("gradient after both losses", x.grad)


@chapter.behaviour(
    "refusal-adds-nothing",
    "A refused second backward adds nothing to the leaf",
    level="should",
    claims=["lifetime.shared-part-outside-loop"],
    after=["lifetime.second-backward-raises"],
    why="Whoever catches the error goes on with the gradient of the first call.",
    mistake="The walk writes to some leaves before it finds the freed value.",
    impure="goes backward twice",
)
def _(lib):
    x = lib.tensor([2.0, 6.0], requires_grad=True)
    w = lib.tensor([4.0, 12.0], requires_grad=True)
    y = (x * w).sum()
    y.backward()
    lib.control("operators.sum-grad", x.grad)
    with lib.raises("the second backward"):
        y.backward()
    lib.observe("gradient after the refusal", x.grad)
