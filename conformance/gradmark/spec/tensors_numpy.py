"""Tensors and NumPy's arrays, and the way out to Python's own numbers."""

from gradmark.spec.tensors import chapter

_FROM_NUMPY = "https://docs.pytorch.org/docs/stable/generated/torch.from_numpy.html"


@chapter.behaviour(
    "from-an-array",
    "torch.tensor of an array keeps its shape and dtype",
    level="detail",
    profile="torch",
    claims=["tensors.from-ndarray"],
    gradient=False,
    why=(
        "NumPy's floats have 64 bits and stay so, where a list of the same numbers gives "
        "float32. This is how float64 slips into a model."
    ),
    mistake="The array is converted to the default dtype, as a list would be.",
    impure="makes an array",
)
def _(lib):
    numpy = lib.host.numpy
    wide = lib.tensor(numpy.full((2, 4), 0.5))
    lib.observe("values", wide)
    lib.observe("dtype of floats", lib.dtype(wide))
    short = lib.tensor(numpy.ones(2, dtype="int16"))
    lib.observe("dtype of short ints", lib.dtype(short))


@chapter.behaviour(
    "tensor-copies-an-array",
    "torch.tensor of an array is a copy",
    level="detail",
    profile="torch",
    claims=["tensors.tensor-of-ndarray-copies"],
    gradient=False,
    why="The array keeps its 1 when the tensor's first element becomes 100. from_numpy shares.",
    mistake="The memory is shared, and preparing a batch destroys the data set.",
    impure="writes into memory",
)
def _(lib):
    array = lib.host.numpy.arange(1, 7).reshape(2, 3)
    made = lib.tensor(array)
    made[0, 0] = 100
    lib.observe("tensor after the write", made)
    lib.observe("array after the write", array)


@chapter.behaviour(
    "numpy-shares",
    "numpy() is a window on the tensor's memory",
    level="detail",
    profile="torch",
    claims=["tensors.numpy-shares-memory"],
    gradient=False,
    why="Nothing is copied, so both calls are cheap, and a write to the array is in the tensor.",
    mistake="The array is a copy, and what is written into it does not arrive.",
    impure="writes into memory",
)
def _(lib):
    source = lib.arange(1, 7).view(2, 3)
    array = source.numpy()
    array[0, 0] = 100
    lib.observe("tensor after a write to the array", source)
    source[1, 2] = 60
    lib.observe("array after a write to the tensor", array)


@chapter.behaviour(
    "numpy-copy",
    "A copy of numpy()'s array is independent of the tensor",
    level="detail",
    profile="torch",
    claims=["tensors.numpy-copy-is-independent"],
    gradient=False,
    why="copy() is how to keep numbers that later writes must not change.",
    mistake="The copy still leads to the tensor, since numpy() hands out no real array.",
    impure="writes into memory",
)
def _(lib):
    source = lib.arange(1, 7).view(2, 3)
    array = source.numpy().copy()
    array[0, 0] = 100
    lib.observe("tensor after the write", source)
    lib.observe("array after the write", array)


@chapter.behaviour(
    "numpy-kinds",
    "numpy() gives an array, from_numpy a tensor",
    level="detail",
    profile="torch",
    claims=["tensors.numpy-types"],
    gradient=False,
    why="Each library gets what it can compute with; the way there and back changes no value.",
    mistake="numpy() gives a list, or from_numpy a wrapped array.",
    impure="makes an array",
)
def _(lib):
    made = lib.from_numpy(lib.host.numpy.arange(3))
    lib.observe("from_numpy", lib.kind(made))
    lib.observe("values", made)
    back = made.numpy()
    lib.observe("numpy()", lib.kind(back))
    lib.observe("values there and back", back)


@chapter.behaviour(
    "from-numpy-shares",
    "from_numpy is a window on the array's memory",
    level="detail",
    profile="torch",
    claims=["tensors.from-numpy-shares-memory"],
    gradient=False,
    why="A write to the tensor is a write to the array: after it both read 100.",
    mistake="The data are copied, as torch.tensor does.",
    impure="writes into memory",
)
def _(lib):
    array = lib.host.numpy.arange(1, 7).reshape(2, 3)
    made = lib.from_numpy(array)
    made[0, 0] = 100
    lib.observe("array after a write to the tensor", array)
    array[1, 2] = 60
    lib.observe("tensor after a write to the array", made)


@chapter.behaviour(
    "from-numpy-dtype",
    "from_numpy keeps the array's dtype and values",
    level="detail",
    profile="torch",
    claims=["tensors.from-numpy-keeps-dtype"],
    gradient=False,
    why="The memory is shared, so there is no room for a conversion.",
    mistake="Everything becomes the default dtype.",
    impure="makes an array",
)
def _(lib):
    numpy = lib.host.numpy
    single = lib.from_numpy(numpy.full((1, 2), 7.0, dtype="float32"))
    lib.observe("values", single)
    lib.observe("dtype of float32", lib.dtype(single))
    lib.observe("dtype of float64", lib.dtype(lib.from_numpy(numpy.array([1.5]))))
    lib.observe("dtype of int64", lib.dtype(lib.from_numpy(numpy.array([1]))))


@chapter.behaviour(
    "from-numpy-refuses-lists",
    "from_numpy takes arrays only",
    level="detail",
    profile="torch",
    source=_FROM_NUMPY,
    gradient=False,
    why="A list has no memory to share. torch.tensor is for lists.",
    mistake="The list is converted, and a later write to the tensor is not seen in it.",
    impure="asks what is refused",
)
def _(lib):
    lib.observe("an array", lib.from_numpy(lib.host.numpy.array([1.5, 2.5])))
    with lib.raises("a list"):
        lib.from_numpy([1.5, 2.5])


@chapter.behaviour(
    "array-and-tensor",
    "A tensor times an array is a tensor",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/tensors.html",
    gradient=False,
    why="The array is taken for a tensor of its own dtype, so float64 arrays widen the result.",
    mistake="NumPy takes over and hands back an array without a graph.",
    impure="makes an array",
)
def _(lib):
    made = lib.tensor([2.0, 4.0]) * lib.host.numpy.array([0.5, 8.0])
    lib.observe("kind", lib.kind(made))
    lib.observe("values", made)
    lib.observe("dtype", lib.dtype(made))


@chapter.behaviour(
    "numpy-refuses-tracked",
    "numpy() refuses a tensor that requires grad",
    level="should",
    claims=["tensors.numpy-refused-while-tracked"],
    after=["detach.untracked", "leaf.requires-grad-default-off"],
    gradient=False,
    why=(
        "What NumPy computes is not in the graph, so gradients would be lost without a word. "
        "detach() says that this is meant."
    ),
    mistake="The array is handed out, and the gradient stops there unnoticed.",
    impure="asks what is refused",
)
def _(lib):
    plain = lib.tensor([0.5, 3.5]).numpy()
    cut = lib.tensor([1.5, 2.5], requires_grad=True).detach().numpy()
    lib.observe("untracked", plain)
    lib.observe("detached", cut)
    with lib.raises("tracked"):
        lib.tensor([1.5, 2.5], requires_grad=True).numpy()


@chapter.behaviour(
    "numpy-leaves-the-graph",
    "What NumPy computed is a constant for the graph",
    level="should",
    profile="torch",
    claims=["tensors.numpy-leaves-graph"],
    after=["detach.untracked"],
    why="t · (10 t) has the slope 20 t, but if NumPy computed 10 t it is a number: 10 t is left.",
    mistake="The way through the array is tracked, or the product is not.",
    impure="detaches, and makes an array",
)
def _(lib):
    twin = lib.tensor([6.0, 8.0], requires_grad=True)
    (twin * lib.tensor([3.0, 5.0])).sum().backward()
    source = lib.tensor([2.0, 4.0], requires_grad=True)
    array = source.detach().numpy()
    lib.control("operators.sum-grad", twin.grad)
    lib.control("detach.untracked", source.requires_grad)
    outside = lib.from_numpy(array * 10)
    lib.observe("requires_grad of the way back", outside.requires_grad)
    (source * outside).sum().backward()
    lib.observe("gradient", source.grad)


@chapter.behaviour(
    "from-numpy-as-a-leaf",
    "A float tensor from NumPy can be switched on as a leaf",
    level="should",
    profile="torch",
    claims=["tensors.from-numpy-can-be-leaf"],
    why="Parameters often start as arrays. They are untracked until requires_grad_() says so.",
    mistake="Tensors from NumPy are tracked at once, or can never be.",
    impure="switches requires_grad",
)
def _(lib):
    weights = lib.tensor([3.0, 5.0])
    twin = lib.tensor([6.0, 8.0], requires_grad=True)
    (twin * weights).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    made = lib.from_numpy(lib.host.numpy.array([1.0, 3.0], dtype="float32"))
    lib.observe("requires_grad at first", made.requires_grad)
    made.requires_grad_(True)
    lib.control("leaf.switch-on-in-place", made.requires_grad)
    (made * weights).sum().backward()
    lib.observe("is_leaf", made.is_leaf)
    lib.observe("gradient", made.grad)


@chapter.behaviour(
    "item-is-a-number",
    "item() is a plain Python number of the dtype's kind",
    level="detail",
    profile="torch",
    claims=["tensors.item"],
    gradient=False,
    why="For printing and counting. An int64 tensor gives an int, a float tensor a float.",
    mistake="Everything comes out as a float, or as an array of one.",
)
def _(lib):
    whole = lib.tensor([[18]]).item()
    lib.observe("kind of a whole number", lib.kind(whole))
    lib.observe("a whole number", whole)
    part = lib.tensor(0.5).item()
    lib.observe("kind of a float", lib.kind(part))
    lib.observe("a float", part)
    lib.observe("kind of a truth value", lib.kind(lib.tensor([True]).item()))


@chapter.behaviour(
    "item-of-any-rank",
    "item() needs a single element, with any number of dimensions",
    level="detail",
    profile="torch",
    claims=["tensors.item-any-rank"],
    gradient=False,
    why="Only the count matters: (1, 1, 1) holds one number as well as () does.",
    mistake="Only a tensor without dimensions is taken.",
)
def _(lib):
    for rank in range(5):
        lib.observe("rank " + str(rank), lib.full((1,) * rank, 6.25).item(), exact_shape=True)


@chapter.behaviour(
    "item-of-many-raises",
    "item() refuses a tensor of several elements",
    level="should",
    claims=["tensors.item-of-many-raises"],
    gradient=False,
    why="Which of them it is to be, nobody said. A loss that was not summed is found this way.",
    mistake="The first element is given, and the rest of the batch is not noticed.",
    impure="asks what is refused",
)
def _(lib):
    lib.observe("one element", lib.tensor([6.0]).item())
    with lib.raises("two elements"):
        lib.tensor([6.0, 7.0]).item()


@chapter.behaviour(
    "tolist",
    "tolist() gives nested lists of plain numbers",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.tolist.html",
    gradient=False,
    why="Nested as the shape says. A tensor without dimensions has no list: its number is given.",
    mistake="The lists hold tensors, or a lone number comes in a list.",
)
def _(lib):
    table = lib.tensor([[1, 2], [4, 8]]).tolist()
    lib.observe("kind of a table", lib.kind(table))
    lib.observe("a table", table)
    row = lib.unpack(table, 2)[1]
    lib.observe("kind of an element", lib.kind(lib.unpack(row, 2)[0]))
    lib.observe("kind of a lone number", lib.kind(lib.tensor(2.5).tolist()))
