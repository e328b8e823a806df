"""Shapes: reshape, transpose, permute, squeeze, unsqueeze."""

from gradmark.spec.tensors import chapter

BLOCK = [[[100 * i + 10 * j + k for k in range(4)] for j in range(3)] for i in range(2)]
"""A block of shape 2 × 3 × 4 whose numbers say where they stand: 123 is at [1, 2, 3]."""


@chapter.behaviour(
    "reshape-keeps-the-order",
    "reshape gives the same elements in the same order another shape",
    level="detail",
    profile="torch",
    claims=["tensors.reshape"],
    why=(
        "The elements are read row by row and written row by row. Whoever knows that order can "
        "say where each number ends up."
    ),
    mistake="The elements are read column by column: the shape is right, the numbers are not.",
    gradient=False,
)
def _(lib):
    table = lib.tensor([[10 * row + column for column in range(4)] for row in range(6)])
    lib.observe("(6, 4) as (2, 3, 4)", table.reshape(2, 3, 4))
    lib.observe("the block as a row", table.reshape(2, 3, 4).flatten())
    tall = lib.tensor([[5, 0, 8], [3, 3, 9], [1, 7, 2], [6, 4, 0]])
    lib.observe("(4, 3) as (2, 2, 3)", tall.reshape(2, 2, 3))


@chapter.behaviour(
    "reshape-works-out-minus-one",
    "reshape works out the size that is given as -1",
    level="detail",
    profile="torch",
    claims=["tensors.reshape-minus-one"],
    why=(
        "One size follows from the number of elements and the other sizes, so it may be left "
        "open, in whichever place it stands."
    ),
    mistake="Any -1 is read as the request for a flat row.",
    gradient=False,
)
def _(lib):
    row = lib.tensor(list(range(24)))
    lib.observe("last", row.reshape(3, -1))
    lib.observe("first", row.reshape(-1, 2, 3))
    lib.observe("by view", row.view(2, 2, -1))
    tall = lib.tensor([[5, 0, 8], [3, 3, 9], [1, 7, 2], [6, 4, 0]])
    lib.observe("(4, 3) by way of (2, 2, 3)", tall.reshape(2, 2, 3).reshape(2, -1))


@chapter.behaviour(
    "reshape-refuses-another-count",
    "reshape refuses a shape for another number of elements",
    level="detail",
    profile="torch",
    claims=["tensors.reshape-count-must-match"],
    why="Ten numbers don't fill twelve places, and nobody knows what belongs into the other two.",
    mistake="The numbers are repeated or cut off until the shape is full.",
    gradient=False,
    impure="is refused",
)
def _(lib):
    ten = lib.tensor(list(range(10)))
    lib.observe("ten elements as (5, 2)", ten.reshape(5, 2))
    with lib.raises("ten elements as (3, 4)"):
        ten.reshape(3, 4)


@chapter.behaviour(
    "reshape-refuses-two-unknowns",
    "reshape refuses two sizes of -1",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.reshape.html",
    why="Six elements in (-1, -1) could be 1 × 6, 2 × 3, 3 × 2 or 6 × 1: nothing decides.",
    mistake="The first -1 quietly counts as 1.",
    gradient=False,
    impure="is refused",
)
def _(lib):
    six = lib.tensor([4, 8, 1, 5, 9, 2])
    lib.observe("one size left open", six.reshape(2, -1))
    with lib.raises("two sizes left open"):
        six.reshape(-1, -1)


@chapter.behaviour(
    "transpose-swaps-two-dimensions",
    "transpose exchanges the two dimensions that it is given",
    level="detail",
    profile="torch",
    claims=["tensors.transpose-swaps-two-dims"],
    why=(
        "All other dimensions stay where they are, and the order in which the two are named "
        "makes no difference."
    ),
    mistake="The order of all dimensions is reversed, as NumPy's transpose does it.",
    gradient=False,
)
def _(lib):
    block = lib.tensor(BLOCK)
    lib.observe("by the function", lib.transpose(block, 0, 2))
    lib.observe("by the method", block.transpose(2, 0))
    lib.observe("first two", block.transpose(0, 1))
    other = lib.tensor(
        [[[20 * i + 5 * j + k for k in range(5)] for j in range(4)] for i in (0, 1, 2)]
    )
    lib.observe("(3, 4, 5) as (4, 3, 5)", lib.transpose(other, 0, 1))


@chapter.behaviour(
    "transpose-leaves-the-tensor",
    "transpose leaves the shape of its tensor as it is",
    level="detail",
    profile="torch",
    claims=["tensors.transpose-keeps-original-shape"],
    why="The result is another tensor; who holds the first one still sees rows as rows.",
    mistake="The dimensions of the tensor itself are exchanged.",
    gradient=False,
)
def _(lib):
    table = lib.tensor([[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]])
    lib.observe("transposed", table.transpose(0, 1))
    lib.observe("the tensor afterwards", table)


@chapter.behaviour(
    "transpose-takes-two-dimensions",
    "transpose refuses a third dimension",
    level="detail",
    profile="torch",
    claims=["tensors.transpose-only-two-dims"],
    why="It exchanges a pair. A whole new order of dimensions is what permute is for.",
    mistake="Three numbers are read as an order of dimensions.",
    gradient=False,
    impure="is refused",
)
def _(lib):
    block = lib.tensor(BLOCK)
    lib.observe("two dimensions", block.transpose(1, 2))
    with lib.raises("three dimensions"):
        block.transpose(0, 1, 2)


@chapter.behaviour(
    "permute-reorders",
    "permute puts the dimensions into the order that it is given",
    level="detail",
    profile="torch",
    claims=["tensors.permute-reorders", "tensors.permute-legal-order"],
    why=(
        "permute(2, 0, 1) makes old dimension 2 the first: (2, 3, 4) becomes (4, 2, 3). With "
        "three dimensions in a circle, an order and its reverse are different things."
    ),
    mistake="Old dimension 0 is moved to place 2: the opposite of what the order says.",
    gradient=False,
)
def _(lib):
    block = lib.tensor(BLOCK)
    lib.observe("by the method", block.permute(2, 0, 1))
    lib.observe("by the function", lib.permute(block, (2, 0, 1)))
    other = lib.tensor(
        [[[20 * i + 5 * j + k for k in range(5)] for j in range(4)] for i in (0, 1, 2)]
    )
    lib.observe("(3, 4, 5) as (4, 5, 3)", other.permute(1, 2, 0))


@chapter.behaviour(
    "permute-leaves-the-tensor",
    "permute leaves its tensor alone and may give scattered memory",
    level="detail",
    profile="torch",
    claims=["tensors.permute-keeps-original"],
    why=(
        "Only the order in which the numbers are read is another one, so neighbours need not lie "
        "side by side in memory any more; contiguous() puts them there."
    ),
    mistake="The order of the tensor's own dimensions is changed.",
    gradient=False,
)
def _(lib):
    block = lib.tensor(BLOCK)
    turned = block.permute(1, 2, 0)
    lib.observe("permuted", turned)
    lib.observe("the tensor afterwards", block)
    lib.observe("permuted is contiguous", turned.is_contiguous())
    lib.observe("packed is contiguous", turned.contiguous().is_contiguous())


@chapter.behaviour(
    "permute-refuses-missing-dimensions",
    "permute refuses an order that leaves a dimension out",
    level="detail",
    profile="torch",
    claims=["tensors.permute-missing-dims"],
    why="An order of two says nothing about where the third dimension belongs.",
    mistake="What is not named is put at the end.",
    gradient=False,
    impure="is refused",
)
def _(lib):
    block = lib.tensor(BLOCK)
    lib.observe("all three", block.permute(0, 2, 1))
    with lib.raises("two of three"):
        block.permute(0, 1)


@chapter.behaviour(
    "permute-refuses-surplus-dimensions",
    "permute refuses an order with more dimensions than there are",
    level="detail",
    profile="torch",
    claims=["tensors.permute-extra-dims"],
    why="A dimension 3 does not exist in a block of three, whose dimensions are 0, 1 and 2.",
    mistake="The surplus is ignored.",
    gradient=False,
    impure="is refused",
)
def _(lib):
    block = lib.tensor(BLOCK)
    lib.observe("all three", block.permute(1, 0, 2))
    with lib.raises("four of three"):
        block.permute(0, 1, 2, 3)


@chapter.behaviour(
    "permute-refuses-repeated-dimensions",
    "permute refuses an order that names a dimension twice",
    level="detail",
    profile="torch",
    claims=["tensors.permute-duplicate-dims"],
    why="One dimension can't stand in two places; another one would be lost.",
    mistake="The second mention is taken for the dimension that is missing.",
    gradient=False,
    impure="is refused",
)
def _(lib):
    block = lib.tensor(BLOCK)
    lib.observe("each once", block.permute(2, 1, 0))
    with lib.raises("one twice"):
        block.permute(0, 2, 2)


@chapter.behaviour(
    "permute-does-several-transposes",
    "permute does in one step what takes several transposes",
    level="detail",
    profile="torch",
    claims=["tensors.permute-generalises-transpose"],
    why=(
        "Each transpose exchanges one pair, and any order can be reached by such exchanges; a "
        "single transpose is the order in which two numbers are exchanged."
    ),
    mistake="The two are built apart from each other and disagree about direction.",
    gradient=False,
)
def _(lib):
    block = lib.tensor(BLOCK)
    lib.observe("in one step", block.permute(1, 2, 0))
    lib.observe("in two steps", block.transpose(0, 1).transpose(1, 2))
    lib.observe("one exchange as an order", block.permute(0, 2, 1))
    lib.observe("one exchange", block.transpose(1, 2))


@chapter.behaviour(
    "squeeze-removes-all",
    "squeeze removes every dimension of size 1",
    level="detail",
    profile="torch",
    claims=["tensors.squeeze-all"],
    why="Dimensions of size 1 hold no information, wherever they stand.",
    mistake="Only the first of them, or only those at the ends, are removed.",
    gradient=False,
)
def _(lib):
    block = lib.tensor([[[[10 * row + column for column in range(2)]] for row in range(6)]])
    lib.observe("(1, 6, 1, 2)", block.squeeze())
    framed = lib.tensor([[[[10 * row + column] for column in range(5)] for row in range(4)]])
    lib.observe("(1, 4, 5, 1)", lib.squeeze(framed))


@chapter.behaviour(
    "squeeze-removes-the-one-named",
    "squeeze with a dimension removes that one alone",
    level="detail",
    profile="torch",
    claims=["tensors.squeeze-one"],
    why=(
        "A batch of one picture loses its first dimension, but a picture of one row keeps it. "
        "Negative numbers count from the end."
    ),
    mistake="The argument is ignored, and every dimension of size 1 goes.",
    gradient=False,
)
def _(lib):
    column = lib.tensor([[[6], [1], [8], [2], [9], [3]]])
    lib.observe("the first", column.squeeze(0))
    lib.observe("the last", column.squeeze(-1))
    lib.observe("one after the other", column.squeeze(0).squeeze(-1))


@chapter.behaviour(
    "squeeze-ignores-other-sizes",
    "squeeze with a dimension of another size changes nothing",
    level="detail",
    profile="torch",
    claims=["tensors.squeeze-other-size-is-no-op"],
    why="PyTorch takes it as nothing to do, where NumPy raises an error.",
    mistake="It is refused as NumPy refuses it, or the dimension is removed with its data.",
    gradient=False,
)
def _(lib):
    framed = lib.tensor([[[[10 * row + column] for column in range(5)] for row in range(4)]])
    lib.observe("size 1 removed", lib.squeeze(framed, dim=0))
    lib.observe("size 4 kept", lib.squeeze(framed, dim=1))


@chapter.behaviour(
    "squeeze-leaves-the-tensor",
    "squeeze leaves the shape of its tensor as it is",
    level="detail",
    profile="torch",
    claims=["tensors.squeeze-leaves-original"],
    why="The result has to be kept; the tensor itself still has all of its dimensions.",
    mistake="The dimensions are removed from the tensor itself.",
    gradient=False,
)
def _(lib):
    framed = lib.tensor([[[[10 * row + column] for column in range(5)] for row in range(4)]])
    shorter = framed.squeeze(0).squeeze(-1)
    lib.observe("squeezed", shorter)
    lib.observe("the tensor afterwards", framed)


@chapter.behaviour(
    "unsqueeze-inserts",
    "unsqueeze inserts a dimension of size 1 where it is told to",
    level="detail",
    profile="torch",
    claims=["tensors.unsqueeze"],
    why="A single picture becomes a batch of one; a row becomes a column.",
    mistake="The new dimension is put in front whatever the argument says.",
    gradient=False,
)
def _(lib):
    table = lib.tensor([[10 * row + column for column in range(2)] for row in range(6)])
    lib.observe("in front", table.unsqueeze(0))
    lib.observe("between", table.unsqueeze(1))
    lib.observe("behind", lib.unsqueeze(table, 2))
    picture = lib.zeros(32, 32, 3)
    lib.observe("shape of a batch of one", lib.shape(picture.unsqueeze(0)))


@chapter.behaviour(
    "unsqueeze-counts-from-the-end",
    "unsqueeze counts negative positions from behind the last",
    level="detail",
    profile="torch",
    claims=["tensors.unsqueeze-negative"],
    why="There is one place more than there are dimensions: -1 is the place behind all of them.",
    mistake="-1 is worked out by the old number of dimensions and lands before the last.",
    gradient=False,
)
def _(lib):
    table = lib.tensor([[10 * row + column for column in range(2)] for row in range(6)])
    lib.observe("last place", table.unsqueeze(-1))
    lib.observe("first place", table.unsqueeze(-3))


@chapter.behaviour(
    "unsqueeze-refuses-far-positions",
    "unsqueeze refuses a position beyond the last",
    level="detail",
    profile="torch",
    claims=["tensors.unsqueeze-negative"],
    why="A table has places 0, 1 and 2 for a new dimension; a place 3 would leave a gap.",
    mistake="The position is quietly moved to the nearest one that exists.",
    gradient=False,
    impure="is refused",
)
def _(lib):
    table = lib.tensor([[10 * row + column for column in range(2)] for row in range(6)])
    lib.observe("place 2", table.unsqueeze(2))
    with lib.raises("place 3"):
        table.unsqueeze(3)
