"""grad_fn: what a result remembers of the operation that made it."""

from gradmark.spec.leaf import chapter


@chapter.behaviour(
    "user-made-has-no-grad-fn",
    "A tensor made by the user has no grad_fn, tracked or not",
    profile="torch",
    claims=["leaf.grad-fn-none-for-user-created"],
    after=["leaf.grad-fn-marks-history"],
    why="grad_fn tells which operation made a tensor, and a factory is none.",
    mistake="A factory's tensor carries a node that stands for its making.",
    impure="asks what an attribute is",
)
def _(lib):
    tracked = lib.ones(2, requires_grad=True)
    plain = lib.ones(2)
    lib.observe("grad_fn, tracked", lib.kind(tracked.grad_fn))
    lib.observe("grad_fn, untracked", lib.kind(plain.grad_fn))
    weights = lib.tensor([1.0, 5.0], requires_grad=True)
    (tracked * weights).sum().backward()
    lib.control("operators.sum-grad", weights.grad)
    lib.observe("gradient", tracked.grad)


@chapter.behaviour(
    "every-operation-has-a-grad-fn",
    "Every operation on a tracked tensor gives its result a grad_fn",
    profile="torch",
    claims=["leaf.grad-fn-present"],
    after=["leaf.grad-fn-marks-history"],
    why="One operation without a way back cuts off everything before it.",
    mistake="Operations with plain numbers or over all elements are not recorded.",
    impure="asks what an attribute is",
)
def _(lib):
    twin = lib.tensor([2.0, 4.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    p = lib.tensor([2.0, 4.0], requires_grad=True)
    made = [p + 1, p * p, p - 3, p / 2, p**3, p.sum(), p.mean()]
    lib.observe("no grad_fn", [lib.same(result.grad_fn, None) for result in made])
    lib.observe("no grad_fn of the leaf", lib.same(p.grad_fn, None))


@chapter.behaviour(
    "only-recording-makes-history",
    "x = x * x + 2 leaves a grad_fn only if x was tracked then",
    profile="torch",
    claims=["leaf.grad-fn-none-because-unrecorded", "leaf.requires-grad-after-computation"],
    after=["leaf.grad-fn-marks-history", "leaf.late-switch-makes-a-leaf"],
    why="What counts is whether the operation was recorded while it ran, not whether the name x "
    "was bound anew.",
    mistake="The later switch makes up a history, or rebinding a name throws one away.",
    impure="asks what an attribute is, and switches tracking on",
)
def _(lib):
    early = lib.ones(3, 3, requires_grad=True)
    early = early * early + 2
    lib.observe("grad_fn of the tracked one", lib.kind(early.grad_fn))
    late = lib.ones(3, 3)
    late = late * late + 2
    lib.observe("requires_grad before the switch", late.requires_grad)
    lib.observe("grad_fn before the switch", lib.kind(late.grad_fn))
    late.requires_grad_(True)
    lib.observe("requires_grad after the switch", late.requires_grad)
    lib.observe("grad_fn after the switch", lib.kind(late.grad_fn))
    weights = lib.tensor([[2.0, 3.0, 5.0], [7.0, 1.0, 4.0], [6.0, 9.0, 8.0]], requires_grad=True)
    (late * weights).sum().backward()
    lib.control("operators.sum-grad", weights.grad)
    lib.observe("gradient", late.grad)


@chapter.behaviour(
    "grad-fn-names-the-operation",
    "A grad_fn tells the name of its operation",
    level="detail",
    profile="torch",
    claims=["leaf.grad-fn-names-operation"],
    after=["leaf.every-operation-has-a-grad-fn"],
    why="When a graph is not what it was meant to be, the names say which step is which.",
    mistake="All nodes are alike, and a printed graph says nothing.",
    impure="asks for names",
)
def _(lib):
    q = lib.tensor([2.0, 4.0], requires_grad=True)
    lib.observe("q + 1", (q + 1).grad_fn.name())
    lib.observe("q - 1", (q - 1).grad_fn.name())
    lib.observe("q * q", (q * q).grad_fn.name())
    lib.observe("(q * 3) / (q - 1)", ((q * 3) / (q - 1)).grad_fn.name())
    lib.observe("q ** 2", (q**2).grad_fn.name())
    lib.observe("mean", q.mean().grad_fn.name())
    lib.observe("sum", q.sum().grad_fn.name())
    lib.observe("view", q.view(2, 1).grad_fn.name())


@chapter.behaviour(
    "grad-fn-can-be-called",
    "A grad_fn turns the result's gradient into the operands'",
    level="detail",
    profile="torch",
    claims=["leaf.grad-fn-is-gradient-function"],
    after=["leaf.grad-fn-marks-history", "operators.mul-grad"],
    why="grad_fn is a function: one step of the way back, which stores nothing anywhere.",
    mistake="It is a mere label, or calling it fills the leaves.",
    impure="calls a grad_fn",
)
def _(lib):
    a = lib.tensor([2.0, 3.0], requires_grad=True)
    b = lib.tensor([5.0, 7.0], requires_grad=True)
    to_a, to_b = lib.unpack((a * b).grad_fn(lib.tensor([1.0, 10.0])), 2)
    lib.observe("for the left factor", to_a)
    lib.observe("for the right factor", to_b)
    lib.observe("gradient stored in the leaf", lib.kind(a.grad))


@chapter.behaviour(
    "graph-ends-at-the-leaf",
    "Following next_functions from a result ends at its leaf",
    level="detail",
    profile="torch",
    claims=["leaf.is-start-of-graph"],
    after=["leaf.grad-fn-marks-history"],
    why="Tools that draw graphs walk this way. The last node is the one that adds to the leaf's "
    "grad; a constant has none.",
    mistake="The inputs of a node are the tensors themselves, so nothing tells where it ends.",
    impure="walks the graph",
)
def _(lib):
    source = lib.tensor([1.0, 2.0], requires_grad=True)
    total = (source * lib.tensor([3.0, 5.0])).sum()
    product = total.grad_fn.next_functions[0][0]
    lib.observe("before the sum", product.name())
    inputs = product.next_functions
    lib.observe("inputs of the product", lib.length(inputs))
    lib.observe("node of the constant", lib.kind(inputs[1][0]))
    end = inputs[0][0]
    lib.observe("its variable is the leaf", lib.same(end.variable, source))
    lib.observe("nodes before the leaf's", lib.length(end.next_functions))
    total.backward()
    lib.observe("gradient", source.grad)
