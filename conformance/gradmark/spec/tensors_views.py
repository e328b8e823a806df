"""Views: tensors that share the memory of another one, how memory is laid out, and copies."""

from gradmark.spec.tensors import chapter


@chapter.behaviour(
    "view-shares-memory",
    "A write into a view is a write into its tensor",
    level="detail",
    profile="torch",
    claims=["tensors.view-shares-memory"],
    why="view only describes the same memory anew, so there is one set of numbers and no copy.",
    mistake="The result has numbers of its own, and the write is lost.",
    gradient=False,
    impure="writes into memory",
)
def _(lib):
    row = lib.tensor([0, 1, 2, 3, 4, 5])
    window = row.view(3, 2)
    window[2, 1] = -1
    lib.observe("the view", window)
    lib.observe("the tensor", row)


@chapter.behaviour(
    "view-of-a-transposed-table",
    "view refuses a transposed table, whose rows lie scattered",
    level="detail",
    profile="torch",
    claims=["tensors.view-of-transposed-raises"],
    why=(
        "The numbers 1, 4, 2, 5, 3, 6 are not in this order in memory, so no description of that "
        "memory gives them in rows of three. view never copies; reshape does where it must."
    ),
    mistake="view copies without a word, and later writes no longer reach the tensor.",
    gradient=False,
    impure="is refused",
)
def _(lib):
    table = lib.tensor([[1, 2, 3], [4, 5, 6]])
    lib.observe("the table is contiguous", table.is_contiguous())
    turned = table.t()
    lib.observe("the transposed table is contiguous", turned.is_contiguous())
    lib.observe("the transposed table", turned)
    lib.observe("reshaped", turned.reshape(2, -1))
    with lib.raises("viewed"):
        turned.view(2, -1)


@chapter.behaviour(
    "view-of-scattered-memory",
    "view works on scattered memory where it only splits or joins",
    level="detail",
    profile="torch",
    claims=["tensors.view-needs-compatible-strides"],
    why=(
        "Four columns of six are not contiguous, but splitting the rows in groups, or the columns "
        "in pairs, needs no number to move. Contiguous memory is enough for view, not needed."
    ),
    mistake="Every tensor that is not contiguous is refused.",
    gradient=False,
)
def _(lib):
    table = lib.tensor([[10 * row + column for column in range(6)] for row in range(4)])
    part = table[:, :4]
    lib.observe("the part is contiguous", part.is_contiguous())
    lib.observe("columns in pairs", part.view(4, 2, 2))
    lib.observe("rows in pairs", part.view(2, 2, 4))


@chapter.behaviour(
    "memory-is-row-by-row",
    "Memory holds a table row by row",
    level="detail",
    profile="torch",
    claims=["tensors.memory-is-row-major"],
    why=(
        "The last index runs fastest: the next element of a row is one step away in memory, the "
        "next row three. Flattening and reading the memory itself give the same order."
    ),
    mistake="Columns are laid one after another, as Fortran does it.",
    gradient=False,
)
def _(lib):
    table = lib.tensor([[11, 12, 13], [21, 22, 23]])
    lib.observe("steps in memory for each dimension", table.stride())
    lib.observe("flattened", table.flatten())
    lib.observe("the memory itself", lib.as_strided(table, (6,), (1,)))


@chapter.behaviour(
    "fresh-memory-is-contiguous",
    "A new tensor is contiguous, its transpose and its columns are not",
    level="detail",
    profile="torch",
    claims=["tensors.contiguity"],
    why=(
        "Contiguous memory holds the numbers in the order in which they are read, one by one. So "
        "does a whole row of a table, but a column takes every fourth number of it."
    ),
    mistake="Transposing or slicing copies, so that everything is contiguous.",
    gradient=False,
)
def _(lib):
    table = lib.tensor([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
    lib.observe("new", table.is_contiguous())
    lib.observe("computed", (table * 2).is_contiguous())
    lib.observe("transposed", table.t().is_contiguous())
    lib.observe("a column", table[:, 1].is_contiguous())
    lib.observe("a row", table[1].is_contiguous())
    lib.observe("the column", table[:, 1])


@chapter.behaviour(
    "reshape-keeps-memory-contiguous",
    "Reshaping leaves memory contiguous, transposing does not",
    level="detail",
    profile="torch",
    claims=["tensors.reshape-keeps-contiguity"],
    why="Another shape keeps the order of the numbers; another order of dimensions does not.",
    mistake="A reshaped tensor is laid out by columns, or counts as scattered.",
    gradient=False,
)
def _(lib):
    row = lib.tensor(list(range(24)))
    lib.observe("viewed", row.view(4, 6).is_contiguous())
    lib.observe("reshaped", row.reshape(2, 3, 4).is_contiguous())
    lib.observe("transposed", row.view(4, 6).t().is_contiguous())
    lib.observe("the block", row.reshape(2, 3, 4))


@chapter.behaviour(
    "reshape-shares-or-copies",
    "reshape shares memory where it can and copies where it must",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.reshape.html",
    why=(
        "Contiguous memory is only described anew, so a write shows in the tensor. A transposed "
        "table has to be copied, and a write stays in the copy."
    ),
    mistake="The result is always a copy, or a copy is written back.",
    gradient=False,
    impure="writes into memory",
)
def _(lib):
    table = lib.tensor([[1, 2, 3], [4, 5, 6]])
    shared = table.reshape(3, 2)
    shared[0, 0] = 70
    lib.observe("the table after a write into it reshaped", table)
    copied = table.t().reshape(6)
    copied[1] = 90
    lib.observe("the copy", copied)
    lib.observe("the table after a write into the copy", table)


@chapter.behaviour(
    "transpose-is-a-view",
    "A write into a transposed tensor is a write into the tensor",
    level="detail",
    profile="torch",
    claims=["tensors.transpose-is-view"],
    why="The result is a new object over the same numbers, read in another order.",
    mistake="The numbers are copied into the new order.",
    gradient=False,
    impure="writes into memory",
)
def _(lib):
    square = lib.tensor([[1, 2], [3, 4]])
    square.transpose(0, 1)[0, 1] = 70
    lib.observe("the tensor", square)


@chapter.behaviour(
    "contiguous-packs",
    "contiguous packs a transposed tensor and keeps its values",
    level="detail",
    profile="torch",
    claims=["tensors.transpose-contiguous"],
    why=(
        "The copy holds the numbers in the order in which they are read, so view works on it. A "
        "table of one row is contiguous even when it is transposed: there is one order only."
    ),
    mistake="contiguous gives back the tensor as it is.",
    gradient=False,
)
def _(lib):
    turned = lib.tensor([[0, 1], [2, 3], [4, 5]]).transpose(0, 1)
    packed = turned.contiguous()
    lib.observe("transposed is contiguous", turned.is_contiguous())
    lib.observe("packed is contiguous", packed.is_contiguous())
    lib.observe("transposed", turned)
    lib.observe("packed", packed)
    lib.observe("packed, as a row", packed.view(-1))
    single = lib.tensor([[6, 7, 8, 9]]).transpose(0, 1)
    lib.observe("one row transposed is contiguous", single.is_contiguous())


@chapter.behaviour(
    "contiguous-is-itself",
    "contiguous of contiguous memory is the tensor itself",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.contiguous.html",
    why="There is nothing to pack, so nothing is copied and the very same tensor comes back.",
    mistake="Every call makes a copy, which costs memory and cuts off later writes.",
    gradient=False,
    impure="asks for identity",
)
def _(lib):
    table = lib.tensor([[2, 7, 1], [8, 2, 8]])
    same = table.contiguous()
    lib.observe("contiguous table is the table", lib.same(same, table))
    turned = table.t()
    lib.observe("contiguous transpose is the transpose", lib.same(turned.contiguous(), turned))
    same[0, 0] = 5
    lib.observe("the table after a write", table)


@chapter.behaviour(
    "permute-is-a-view",
    "A write into a permuted tensor is a write into the tensor",
    level="detail",
    profile="torch",
    claims=["tensors.permute-is-view"],
    why="As with transpose: another order of reading the same numbers.",
    mistake="The numbers are copied into the new order.",
    gradient=False,
    impure="writes into memory",
)
def _(lib):
    square = lib.tensor([[1, 2], [3, 4]])
    square.permute(1, 0)[0, 1] = 70
    lib.observe("the tensor", square)


@chapter.behaviour(
    "expand-shares-memory",
    "expand repeats a row without copying it",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.expand.html",
    why=(
        "All rows are one and the same row in memory: the step from one to the next is 0. What is "
        "written into the row shows in each of them."
    ),
    mistake="The row is copied as often as it is asked for.",
    gradient=False,
    impure="writes into memory",
)
def _(lib):
    row = lib.tensor([[4, 5, 6]])
    rows = row.expand(3, 3)
    lib.observe("expanded", rows)
    lib.observe("steps in memory", rows.stride())
    row[0, 1] = 50
    lib.observe("expanded, after a write into the row", rows)


@chapter.behaviour(
    "expanded-refuses-a-write",
    "An expanded tensor refuses to be changed in place",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.expand.html",
    why="Its rows are one row; adding 1 to each of them would mean adding 1 once or three times.",
    mistake="The addition runs over the shared row several times, or over a hidden copy.",
    gradient=False,
    impure="is refused",
)
def _(lib):
    row = lib.tensor([[4, 5, 6]])
    rows = row.expand(3, 3)
    lib.observe("a new tensor", rows + 1)
    with lib.raises("in place"):
        rows.add_(1)
    lib.observe("the row afterwards", row)


@chapter.behaviour(
    "write-through-a-tracked-view",
    "A write into a view reaches the gradients of the tensor below",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html",
    after=["operators.mul-grad", "operators.sum-grad"],
    why=(
        "Half of the doubled tensor is multiplied by 3 through a view. Whoever goes on with the "
        "tensor itself computes with those numbers, so their slope is 2·3 and not 2."
    ),
    mistake="The numbers change, but the tensor below keeps the graph that it had.",
    impure="changes a tensor in place",
)
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], requires_grad=True)
    twice = x * 2
    rows = twice.view(3, 2)
    rows[:, 1].mul_(3)
    lib.observe("the tensor below", twice)
    weights = lib.tensor([1.0, 10.0, 2.0, 20.0, 3.0, 30.0], requires_grad=True)
    (twice * weights).sum().backward()
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "write-below-a-tracked-view",
    "A write into a tensor reaches the gradients of its older view",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html",
    after=["operators.mul-grad", "operators.sum-grad"],
    why=(
        "The view was made before the tensor was multiplied by 5, but it shows the tensor as it "
        "is now, so the slope through it has the 5 in it."
    ),
    mistake="The view still stands for the numbers at the time when it was made.",
    impure="changes a tensor in place",
)
def _(lib):
    x = lib.tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], requires_grad=True)
    twice = x * 2
    columns = twice.view(2, 3)
    twice.mul_(5)
    lib.observe("the view", columns)
    weights = lib.tensor([[1.0, 10.0, 2.0], [20.0, 3.0, 30.0]], requires_grad=True)
    (columns * weights).sum().backward()
    lib.observe("gradient", x.grad)
