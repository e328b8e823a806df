"""Parts of tensors: slices, picked elements, masks, pieces; and joining them."""

from gradmark.spec.tensors import chapter


@chapter.behaviour(
    "slice-shares-memory",
    "A slice shares memory with its tensor",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/tensor_view.html",
    why="Start, length and step describe the same memory, so nothing has to be copied.",
    mistake="A slice is a copy, as it is with Python's lists.",
    gradient=False,
    impure="writes into memory",
)
def _(lib):
    row = lib.tensor([10, 20, 30, 40, 50])
    part = row[1:4]
    part[0] = 99
    lib.observe("the slice", part)
    lib.observe("the tensor", row)


@chapter.behaviour(
    "picked-elements-are-a-copy",
    "Elements that are picked by a list of indices are a copy",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/tensor_view.html",
    why="A list may name any elements in any order, and no start and step describe that.",
    mistake="Indices that happen to be evenly spaced are turned into a slice.",
    gradient=False,
    impure="writes into memory",
)
def _(lib):
    row = lib.tensor([10, 20, 30, 40, 50])
    picked = row[[0, 2, 4]]
    picked[0] = 99
    lib.observe("what was picked", picked)
    lib.observe("the tensor", row)


@chapter.behaviour(
    "negative-step-refused",
    "A slice with a negative step is refused",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.flip.html",
    why="Memory is never read backwards here; flip makes a reversed copy.",
    mistake="The slice is reversed as NumPy does it.",
    gradient=False,
    impure="is refused",
)
def _(lib):
    row = lib.tensor([10, 20, 30, 40, 50])
    lib.observe("every second", row[::2])
    lib.observe("flipped", row.flip(0))
    with lib.raises("step -1"):
        row[::-1]


@chapter.behaviour(
    "mask-picks-a-row",
    "A mask picks the elements where it is true, as one row",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.masked_select.html",
    why="A mask may leave another number of elements in each row, so no table is left of it.",
    mistake="The shape is kept, with zeros where the mask is false.",
    gradient=False,
)
def _(lib):
    table = lib.tensor([[3, 8, 1], [9, 2, 7]])
    lib.observe("where it is above 2", table[table > 2])


@chapter.behaviour(
    "mask-of-another-size-refused",
    "A mask of another size is refused",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/tensor_view.html",
    why="A mask says of each element whether to take it: two answers don't settle three elements.",
    mistake="What the mask says nothing about counts as false.",
    gradient=False,
    impure="is refused",
)
def _(lib):
    row = lib.tensor([6, 7, 8])
    lib.observe("three answers", row[lib.tensor([True, False, True])])
    with lib.raises("two answers"):
        row[lib.tensor([True, False])]


@chapter.behaviour(
    "split-gives-views",
    "split gives views, and a smaller last one",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.split.html",
    why="The pieces lie side by side in the tensor's memory; what is left over is the last piece.",
    mistake="The pieces are copies.",
    gradient=False,
    impure="writes into memory",
)
def _(lib):
    row = lib.tensor([10, 20, 30, 40, 50])
    first, second, third = lib.unpack(row.split(2), 3)
    second[1] = 99
    lib.observe("first piece", first)
    lib.observe("second piece", second)
    lib.observe("last piece", third)
    lib.observe("the tensor", row)


@chapter.behaviour(
    "chunk-may-give-fewer",
    "chunk may give fewer pieces than it is asked for",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.chunk.html",
    why=(
        "The size of a piece is rounded up first: five elements in four pieces are pieces of two, "
        "and three of them are enough."
    ),
    mistake="The pieces differ by one in size, so that their number is right.",
    gradient=False,
)
def _(lib):
    row = lib.tensor([3, 1, 4, 1, 5])
    lib.observe("pieces of five in two", row.chunk(2))
    pieces = row.chunk(4)
    lib.observe("number of pieces of five in four", lib.length(pieces))
    lib.observe("these pieces", pieces)


@chapter.behaviour(
    "stack-makes-a-dimension",
    "stack joins along a new dimension, cat along an old one",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.stack.html",
    why="Two rows of three stacked are a table of two rows; joined by cat they are a row of six.",
    mistake="The two are one function, or stack always puts the new dimension in front.",
    gradient=False,
)
def _(lib):
    rows = [lib.tensor([1, 2, 3]), lib.tensor([7, 8, 9])]
    lib.observe("cat", lib.cat(rows))
    lib.observe("stack", lib.stack(rows))
    lib.observe("stack as columns", lib.stack(rows, dim=1))
