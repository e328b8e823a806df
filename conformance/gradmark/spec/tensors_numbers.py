"""Numbers: how tensors are printed and taken apart, and small print of their arithmetic."""

from gradmark.spec.tensors import chapter


@chapter.behaviour(
    "printed-without-exponents",
    "sci_mode=False prints numbers without exponents",
    level="detail",
    profile="torch",
    claims=["tensors.print-without-scientific-notation"],
    why="By itself PyTorch writes very different sizes with exponents, which are hard to compare.",
    mistake="The option is accepted and changes nothing.",
    gradient=False,
    exact="these digits are what is printed",
)
def _(lib):
    ramp = lib.linspace(3, 10000000, 10)
    tiny = lib.tensor([0.0009765625, 1048576.0])
    lib.set_printoptions(sci_mode=True)
    lib.observe("ramp with exponents", lib.text(ramp))
    lib.set_printoptions(sci_mode=False)
    lib.observe("ramp without exponents", lib.text(ramp))
    lib.observe("tiny and large without exponents", lib.text(tiny))
    lib.set_printoptions(profile="default")
    lib.observe("tiny and large by themselves", lib.text(tiny))


@chapter.behaviour(
    "scalar-in-a-text",
    "A tensor without dimensions formats as its plain number",
    level="detail",
    profile="torch",
    claims=["tensors.format-of-scalar"],
    why=(
        "A loss can be put into an f-string as it is, with or without a number of digits; a "
        "tensor with a dimension is written as a tensor."
    ),
    mistake="The word tensor and the parentheses get into every line of the log.",
    gradient=False,
    impure="formats by Python's own means",
    exact="these digits are what is printed",
)
def _(lib):
    plain = lib.host.copy("{}")
    lib.observe("no dimension", plain.format(lib.tensor(2.5)))
    lib.observe("no dimension, whole", plain.format(lib.tensor(4.0)))
    lib.observe("one dimension", plain.format(lib.tensor([2.5])))
    rounded = lib.host.copy("{:.2f}")
    lib.observe("two digits", rounded.format(lib.tensor(0.1875)))


@chapter.behaviour(
    "printed-with-its-graph",
    "A printed tensor says whether and how it is tracked",
    level="detail",
    profile="torch",
    claims=["tensors.printed-form"],
    why=(
        "A leaf shows requires_grad=True, a result the operation that made it, a constant "
        "neither: the quickest way to see where a graph is cut."
    ),
    mistake="Only the numbers are printed.",
    gradient=False,
    exact="these digits are what is printed",
)
def _(lib):
    signal = lib.full((2, 2), 2.0, requires_grad=True)
    gain = lib.full((2, 2), 5.0, requires_grad=True)
    lib.observe("a leaf", lib.text(signal))
    lib.observe("a result", lib.text(signal * gain))
    lib.observe("a constant", lib.text(lib.full((2, 2), 10.0)))


@chapter.behaviour(
    "printed-digits",
    "Numbers print with four decimals, or with a point if all are whole",
    level="detail",
    profile="torch",
    claims=["tensors.printed-digits"],
    why="All numbers of a tensor share one form, so that columns line up.",
    mistake="Each number is printed by itself, with as many digits as it has.",
    gradient=False,
    exact="these digits are what is printed",
)
def _(lib):
    lib.observe("all whole", lib.text(lib.tensor([7.0, 8.0])))
    lib.observe("one not whole", lib.text(lib.tensor([7.0, 8.5])))
    lib.observe("a third", lib.text(lib.tensor([1 / 3])))
    lib.observe("no floats", lib.text(lib.tensor([7, 8])))


@chapter.behaviour(
    "items-of-a-row",
    "Going through a row gives tensors without dimensions",
    level="detail",
    profile="torch",
    claims=["tensors.iteration-yields-scalars"],
    why="The items are still tensors; item() is what makes plain numbers of them.",
    mistake="Python's floats come out, or tensors that keep a dimension of size 1.",
    gradient=False,
)
def _(lib):
    first, second = lib.unpack(lib.tensor([4.0, 5.0]), 2)
    lib.observe("kind of an item", lib.kind(first))
    lib.observe("first item", first, exact_shape=True)
    lib.observe("second item", second, exact_shape=True)
    lib.observe("kind of its number", lib.kind(second.item()))
    lib.observe("twice its number", second.item() * 2.0)


@chapter.behaviour(
    "equal-is-one-answer",
    "equal gives one truth value, == gives one for each element",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.equal.html",
    why="Only one plain answer can decide an if; a tensor of several answers can't.",
    mistake="Both of them give a tensor.",
    gradient=False,
)
def _(lib):
    left, right = lib.tensor([3, 5, 7]), lib.tensor([3, 6, 7])
    lib.observe("each element", left == right)
    lib.observe("kind of equal", lib.kind(lib.equal(left, right)))
    lib.observe("different", lib.equal(left, right))
    lib.observe("alike", lib.equal(left, lib.tensor([3, 5, 7])))


@chapter.behaviour(
    "mean-refuses-whole-numbers",
    "mean refuses whole numbers",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.mean.html",
    why="The mean of whole numbers need not be one, and PyTorch does not guess the dtype.",
    mistake="The mean is rounded to a whole number, or comes out as a float.",
    gradient=False,
    impure="is refused",
)
def _(lib):
    whole = lib.tensor([1, 2, 6, 10])
    lib.observe("sum", whole.sum())
    lib.observe("mean of floats", whole.float().mean())
    with lib.raises("mean of whole numbers"):
        whole.mean()


@chapter.behaviour(
    "max-along-a-dimension",
    "max along a dimension gives values and their places",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.max.html",
    why="Who asks for the largest score of each row wants to know which one it was.",
    mistake="Only the values come back, as NumPy does it.",
    gradient=False,
)
def _(lib):
    table = lib.tensor([[3, 8, 1], [9, 2, 7]])
    lib.observe("of all", table.max())
    values, places = lib.unpack(table.max(1), 2)
    lib.observe("values", values)
    lib.observe("places", places)


@chapter.behaviour(
    "median-is-an-element",
    "median of an even number of elements is the lower middle one",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.median.html",
    why="The result is always one of the elements, so that it has a place and takes a gradient.",
    mistake="The mean of the two in the middle is taken, as NumPy does it.",
    gradient=False,
)
def _(lib):
    lib.observe("of three", lib.tensor([9.0, 1.0, 4.0]).median())
    lib.observe("of four", lib.tensor([9.0, 1.0, 4.0, 7.0]).median())


@chapter.behaviour(
    "std-divides-by-one-less",
    "std divides by one less than the number of elements",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.std.html",
    why="It estimates the spread of what the sample was drawn from; correction=0 asks otherwise.",
    mistake="It divides by the number of elements, as NumPy does.",
    gradient=False,
)
def _(lib):
    sample = lib.tensor([2.0, 4.0, 4.0, 10.0])
    lib.observe("by itself", sample.std())
    lib.observe("correction=0", sample.std(correction=0))


@chapter.behaviour(
    "halves-round-to-even",
    "round takes halves to the even neighbour",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.round.html",
    why="Always rounding halves up makes sums drift; this way they even out.",
    mistake="Halves are rounded away from zero.",
    gradient=False,
    exact="halves are what it is about",
)
def _(lib):
    lib.observe("rounded", lib.tensor([0.5, 1.5, 2.5, -0.5, -1.5, 2.75]).round())


@chapter.behaviour(
    "remainder-has-the-divisors-sign",
    "The remainder has the sign of the divisor",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.remainder.html",
    why="This is Python's own rule for %, and goes with // rounding down; fmod has C's rule.",
    mistake="The remainder has the sign of the number that is divided, as in C.",
    gradient=False,
)
def _(lib):
    numbers = lib.tensor([7, -7, 8, -8])
    lib.observe("remainder", numbers % 3)
    lib.observe("floor division", numbers // 3)
    lib.observe("fmod", lib.fmod(numbers, 3))


@chapter.behaviour(
    "in-place-keeps-the-dtype",
    "Whole numbers refuse a fraction that is added in place",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/tensor_attributes.html",
    why="The tensor can't become one of floats, and cutting off the fraction would lose it.",
    mistake="The fraction is dropped without a word.",
    gradient=False,
    impure="changes a tensor in place",
)
def _(lib):
    whole = lib.tensor([10, 20, 30])
    whole.add_(2)
    lib.observe("a whole number added", whole)
    with lib.raises("a fraction added"):
        whole.add_(1.5)
    lib.observe("afterwards", whole)


@chapter.behaviour(
    "in-place-keeps-the-shape",
    "A tensor refuses to grow in place",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/notes/broadcasting.html",
    why="The smaller side of a sum is stretched, but what is written into keeps its size.",
    mistake="The tensor is replaced by the larger result.",
    gradient=False,
    impure="changes a tensor in place",
)
def _(lib):
    single, row = lib.tensor([10]), lib.tensor([1, 2, 3])
    lib.observe("a new tensor", single + row)
    row.add_(single)
    lib.observe("the larger one, changed in place", row)
    with lib.raises("the smaller one, changed in place"):
        single.add_(row)
    lib.observe("the smaller one afterwards", single)
