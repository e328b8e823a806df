"""What PyTorch lets one see of the recorded graph, and other forms of ``backward``."""

from gradmark.spec.backward import chapter


@chapter.behaviour(
    "from-output-to-leaves",
    "Backward passes the last result first and the leaf last",
    level="should",
    profile="torch",
    claims=["backward.runs-from-output-to-leaves"],
    after=["backward.chain-rule"],
    why=(
        "A hook is a function that is shown every gradient on its way. One hook on four results "
        "is called in the reverse order of the computation."
    ),
    mistake="Hooks are called in the order in which they were registered, or once all is done.",
    impure="registers hooks",
)
def _(lib):
    factor = lib.tensor(5.0, requires_grad=True)
    twin = lib.tensor(1.0, requires_grad=True)
    (twin * 2 * 3 * factor).backward()
    lib.control("backward.chain-rule", twin.grad)
    first = lib.tensor(1.0, requires_grad=True)
    five = lib.tensor(5.0, requires_grad=True)
    second = first * 2
    third = second * 3
    fourth = third * five

    def look(gradient):
        lib.observe("gradient on its way", gradient)

    for result in (first, second, third, fourth):
        result.register_hook(look)
    fourth.backward()
    lib.control("operators.mul-grad", five.grad)
    lib.observe("gradient", first.grad)


@chapter.behaviour(
    "function-form",
    "autograd.backward(y) does what y.backward() does",
    level="should",
    profile="torch",
    claims=["backward.function-form"],
    after=["operators.sum-grad", "accumulation.same-leaf-twice"],
    why="The method is a short way of calling the function, which takes several results as well.",
    mistake="Only the method exists, or the function starts from zero.",
    impure="calls autograd.backward",
)
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    twin = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (twin * twin).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    lib.autograd.backward((x * x).sum())
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "no-other-spelling",
    "The method is called backward and has no other spelling",
    level="detail",
    profile="torch",
    claims=["backward.wrong-method-names"],
    after=["operators.mul-grad"],
    why="A slip of the pen has to end in an AttributeError, not in a walk that nobody wanted.",
    mistake="Any unknown name is answered with something that can be called.",
    impure="asks which names there are",
)
def _(lib):
    x = lib.tensor(3.0, requires_grad=True)
    factor = lib.tensor(2.0, requires_grad=True)
    y = x * factor
    lib.observe("backward", lib.has(y, "backward"))
    lib.observe("backwards", lib.has(y, "backwards"))
    lib.observe("backwar", lib.has(y, "backwar"))
    y.backward()
    lib.control("operators.mul-grad", factor.grad)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "graph-leads-to-the-leaves",
    "The graph of (x·y).sum() leads over the product to both leaves",
    level="detail",
    profile="torch",
    claims=["backward.dependency-graph"],
    after=["operators.sum-grad"],
    why="grad_fn is the last operation; its next_functions are those that its inputs came from.",
    mistake="The graph is drawn from the leaves to the result, the way that the values went.",
    impure="looks at the graph",
)
def _(lib):
    left = lib.tensor([4.0, 6.0], requires_grad=True)
    right = lib.tensor([0.5, 3.0], requires_grad=True)
    total = (left * right).sum()
    top = total.grad_fn
    product = top.next_functions[0][0]
    lib.observe("last operation", top.name())
    lib.observe("operation before", product.name())
    for place, leaf in ((0, left), (1, right)):
        end = product.next_functions[place][0]
        lib.observe(f"end {place}", end.name())
        lib.observe(f"end {place} holds its leaf", lib.same(end.variable, leaf))
    lib.observe("ends hold one leaf", lib.same(product.next_functions[0][0].variable, right))
    total.backward()
    lib.observe("gradient", left.grad)


@chapter.behaviour(
    "operations-are-the-nodes",
    "A constant operand has no place in the graph",
    level="detail",
    profile="torch",
    claims=["backward.graph-nodes-are-functions"],
    after=["operators.mul-grad"],
    why=(
        "The nodes are operations, not tensors. Where a constant came from matters to nobody, so "
        "the link to it is None."
    ),
    mistake="Every tensor is a node, constants included, and the graph keeps all of them alive.",
    impure="looks at the graph",
)
def _(lib):
    w = lib.tensor([1.0, 2.0], requires_grad=True)
    constant = lib.tensor([3.0, 5.0])
    product = w * constant
    links = product.grad_fn.next_functions
    lib.observe("links", lib.length(links))
    lib.observe("link to the leaf", links[0][0].name())
    lib.observe("link to the constant", links[1][0])
    product.sum().backward()
    lib.observe("gradient", w.grad)


@chapter.behaviour(
    "graph-grows-by-operations",
    "Every operation puts one node on top of the graph",
    level="detail",
    profile="torch",
    claims=["backward.graph-built-by-operations"],
    after=["operators.number-on-the-right"],
    why="A leaf that asks for gradients has no history yet; it is operations that record one.",
    mistake="Marking a leaf builds a graph at once, or all operations share one node.",
    impure="looks at the graph",
)
def _(lib):
    seed = lib.tensor(2.0, requires_grad=True)
    lib.observe("history of the leaf", seed.grad_fn)
    value = seed
    for operations in (1, 2, 3):
        value = value * (operations + 1)
        node = value.grad_fn
        for below in range(operations):
            node = node.next_functions[0][0]
            lib.observe(f"{below + 1} below operation {operations}", node.name())
    value.backward()
    lib.observe("gradient", seed.grad)
