"""Tensors: made from data, filled with a value, counted up."""

from gradmark.behaviour import Chapter

chapter = Chapter("tensors", "Tensors")


@chapter.behaviour(
    "rank-is-nesting",
    "Each level of brackets is a dimension, and a lone number has none",
    level="detail",
    profile="torch",
    claims=[
        "tensors.multidimensional",
        "tensors.from-scalar",
        "tensors.shape-goes-by-dimensions",
    ],
    gradient=False,
    why="The shape is read off the nesting: a number has no side, a list one, a list of lists two.",
    mistake="A lone number becomes a list of one, or a side of length one is dropped.",
)
def _(lib):
    for name, content in (
        ("a number", 5),
        ("a list", [5, 6]),
        ("a row", [[5, 6]]),
        ("a block", [[[5], [6]]]),
    ):
        made = lib.tensor(content)
        lib.observe("values of " + name, made, exact_shape=True)
        lib.observe("dimensions of " + name, made.dim())


@chapter.behaviour(
    "values-from-a-list",
    "A tensor made from a list holds exactly its numbers",
    level="detail",
    profile="torch",
    claims=["tensors.from-list"],
    gradient=False,
    why="Row after row, in the order in which they are written.",
    mistake="The rows are read as columns.",
)
def _(lib):
    lib.observe("floats", lib.tensor([[0.5, 2.0], [-1.0, 8.0]]))
    lib.observe("whole numbers", lib.tensor([[5, 2, 4], [-1, 8, 16]]))


@chapter.behaviour(
    "one-dtype-for-all",
    "Mixed numbers in a list are converted to one dtype",
    level="detail",
    profile="torch",
    claims=["tensors.single-dtype"],
    gradient=False,
    why="A tensor has one dtype. Among the types in a list, float wins over int and int over bool.",
    mistake="The first number decides, and 2.5 is cut to 2 or to True.",
)
def _(lib):
    mixed = lib.tensor([True, 4, 2.5])
    lib.observe("bool, int and float", mixed)
    lib.observe("their dtype", lib.dtype(mixed))
    counted = lib.tensor([True, 4])
    lib.observe("bool and int", counted)
    lib.observe("their dtype without a float", lib.dtype(counted))


@chapter.behaviour(
    "attributes",
    "Every tensor tells its shape, dtype and device",
    level="detail",
    profile="torch",
    claims=["tensors.attributes"],
    gradient=False,
    why="The three questions to ask first when two tensors do not fit together.",
    mistake="The device is left out, or the dtype that was asked for is not kept.",
)
def _(lib):
    made = lib.zeros(4, 2, dtype=lib.float64)
    lib.observe("values", made)
    lib.observe("shape", made.shape)
    lib.observe("dtype", lib.text(made.dtype))
    lib.observe("device", lib.text(made.device))


@chapter.behaviour(
    "what-is-a-tensor",
    "Data, results and gradients are tensors, sizes and items are not",
    level="detail",
    profile="torch",
    claims=["tensors.everything-is-a-tensor"],
    after=["operators.mul-grad", "operators.sum-grad"],
    why="What has no gradient needs no tensor: a size is a sequence, item() a Python number.",
    mistake="The gradient is a bare array, with which the next step can't compute.",
    impure="asks for the graph's own objects",
)
def _(lib):
    source = lib.tensor([2.0, 4.0], requires_grad=True)
    out = (source * source).sum()
    out.backward()
    lib.observe("gradient", source.grad)
    for name, value in (
        ("data", source),
        ("result", out),
        ("gradient", source.grad),
        ("shape", source.shape),
        ("number of elements", source.nelement()),
        ("item", out.item()),
        ("grad_fn", out.grad_fn),
    ):
        lib.observe("kind of " + name, lib.kind(value))


@chapter.behaviour(
    "list-of-whole-numbers",
    "A list of whole numbers becomes int64 on the CPU",
    level="detail",
    profile="torch",
    claims=["tensors.default-device"],
    gradient=False,
    why="No dtype and no device were named, so PyTorch takes its defaults for whole numbers.",
    mistake="The numbers become floats, as they do with torch.Tensor.",
)
def _(lib):
    made = lib.tensor([1, 2, 3])
    lib.observe("values", made)
    lib.observe("dtype", lib.dtype(made))
    lib.observe("device", lib.text(made.device))
    large = lib.tensor([2**40 + 1])
    lib.observe("a large number", large)
    lib.observe("dtype of a large number", lib.dtype(large))


@chapter.behaviour(
    "list-of-tensors",
    "A list of one-element tensors becomes a list of numbers",
    level="detail",
    profile="torch",
    claims=["tensors.list-of-one-element-tensors"],
    gradient=False,
    why="torch.tensor takes the number out of each one, whatever its rank. torch.stack keeps it.",
    mistake="The sides of length one are kept, and the result has the shape (16, 1, 1).",
)
def _(lib):
    parts = [3 * n + lib.zeros(1, 1) for n in range(16)]
    lib.observe("sixteen of them", lib.tensor(parts, dtype=lib.float))
    lib.observe("plain numbers", lib.tensor([0, 1, 2], dtype=lib.float))


@chapter.behaviour(
    "ragged-list-raises",
    "A list with rows of different lengths is refused",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.tensor.html",
    gradient=False,
    why="A tensor is a full box of numbers. A short row has no number for the missing place.",
    mistake="The short row is filled up, or the rows are kept as objects.",
    impure="asks what is refused",
)
def _(lib):
    lib.observe("rows of one length", lib.tensor([[1, 2], [3, 4]]))
    with lib.raises("rows of two lengths"):
        lib.tensor([[1, 2], [3]])


@chapter.behaviour(
    "filled",
    "zeros, ones and full take the shape as numbers or as one sequence",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/torch.html#creation-ops",
    gradient=False,
    why="zeros(2, 3) and zeros((2, 3)) are the same box. full takes its shape as a sequence.",
    mistake="A sequence is taken for data, or only its first number is used.",
)
def _(lib):
    lib.observe("zeros, numbers", lib.zeros(2, 3))
    lib.observe("zeros, sequence", lib.zeros((2, 3)))
    lib.observe("ones, numbers", lib.ones(3, 2))
    lib.observe("ones, sequence", lib.ones([3, 2]))
    lib.observe("full", lib.full((2, 3), 6.5))


@chapter.behaviour(
    "filled-dtype",
    "zeros and ones make floats, full follows its value",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/torch.html#creation-ops",
    gradient=False,
    why="Nothing says what the zeros are for, so they get the default dtype. full has a value.",
    mistake="full(…, 7) makes floats, as it once did, or zeros makes integers.",
)
def _(lib):
    lib.observe("zeros", lib.dtype(lib.zeros(2)))
    lib.observe("ones", lib.dtype(lib.ones(2)))
    for name, value in (("a whole number", 7), ("a float", 0.5), ("a truth value", True)):
        made = lib.full((2,), value)
        lib.observe("full of " + name, made)
        lib.observe("dtype of full of " + name, lib.dtype(made))


@chapter.behaviour(
    "like-another",
    "The …_like functions take over shape and dtype, and no history",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/torch.html#creation-ops",
    gradient=False,
    why="zeros_like(x) is a fresh box of x's size. It is not computed from x: untracked.",
    mistake="The new tensor requires grad because the old one does.",
    impure="asks for flags beside values",
)
def _(lib):
    pattern = lib.tensor([[1.0, 2.0], [4.0, 8.0]], dtype=lib.float64, requires_grad=True)
    for name, made in (
        ("zeros_like", lib.zeros_like(pattern)),
        ("ones_like", lib.ones_like(pattern)),
        ("full_like", lib.full_like(pattern, 6.5)),
    ):
        lib.observe(name, made)
        lib.observe("dtype of " + name, lib.dtype(made))
        lib.observe("requires_grad of " + name, made.requires_grad)


@chapter.behaviour(
    "eye",
    "eye has ones on the diagonal and zeros elsewhere",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.eye.html",
    gradient=False,
    why="The matrix that changes nothing. With two sizes it need not be square.",
    mistake="The second size is ignored.",
)
def _(lib):
    lib.observe("three rows", lib.eye(3))
    lib.observe("two rows, three columns", lib.eye(2, 3))


@chapter.behaviour(
    "arange",
    "arange counts from the start up to the end, which is left out",
    level="detail",
    profile="torch",
    claims=["tensors.arange"],
    gradient=False,
    why="As Python's range does: from 0 to 10 in twos there are five numbers, and 10 is none.",
    mistake="The end is one of the numbers.",
)
def _(lib):
    lib.observe("0 to 10 in twos", lib.arange(0, 10, 2))
    lib.observe("only an end", lib.arange(4))
    lib.observe("downwards", lib.arange(3, -3, -2))


@chapter.behaviour(
    "arange-dtype",
    "arange gives int64 unless one of its numbers is a float",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.arange.html",
    gradient=False,
    why="Counting whole numbers gives indices, which have to be integers.",
    mistake="All counted numbers are floats, and can't be used as indices.",
)
def _(lib):
    whole = lib.arange(0, 3)
    lib.observe("whole numbers", whole)
    lib.observe("their dtype", lib.dtype(whole))
    quarters = lib.arange(0, 1, 0.25)
    lib.observe("quarters", quarters)
    lib.observe("dtype of the quarters", lib.dtype(quarters))


@chapter.behaviour(
    "linspace",
    "linspace spaces its numbers evenly and includes both ends",
    level="detail",
    profile="torch",
    claims=["tensors.linspace"],
    gradient=False,
    why="The third argument is how many numbers, not the step: ten numbers have nine gaps.",
    mistake="The end is left out as in arange, or the third argument is taken for the step.",
)
def _(lib):
    ramp = lib.linspace(3, 10, 10)
    lib.observe("ten numbers from 3 to 10", ramp)
    lib.observe("how many", lib.length(ramp))
    lib.observe("dtype", lib.dtype(ramp))
