"""torch.Tensor, torch.tensor and the typed constructors: what each makes of what it is given."""

from gradmark.spec.tensors import chapter


@chapter.behaviour(
    "constructor-makes-floats",
    "torch.Tensor turns a list of whole numbers into float32",
    level="detail",
    profile="torch",
    claims=["tensors.constructor-from-list", "tensors.constructor-from-nested-list"],
    gradient=False,
    why="The old constructor does not look at the numbers: its result has the default dtype.",
    mistake="The dtype is inferred, as torch.tensor does, and the result holds integers.",
)
def _(lib):
    row = lib.Tensor([1, 2, 3])
    lib.observe("a list", row)
    lib.observe("its dtype", lib.dtype(row))
    table = lib.Tensor([[1, 2, 3], [4, 5, 6]])
    lib.observe("nested lists", table)
    lib.observe("dtype of nested lists", lib.dtype(table))


@chapter.behaviour(
    "constructor-takes-sizes",
    "torch.Tensor takes plain numbers for sizes, and a list for values",
    level="detail",
    profile="torch",
    claims=["tensors.constructor-from-shape", "tensors.constructor-one-element-list"],
    gradient=False,
    why=(
        "torch.Tensor(10) is ten numbers that nobody has set, torch.Tensor([10]) is the one "
        "number 10. A pair of brackets makes the difference."
    ),
    mistake="A lone number is taken for the value.",
    impure="fills memory in place",
)
def _(lib):
    box = lib.Tensor(4, 1, 2)
    lib.observe("dtype", lib.dtype(box))
    lib.observe("a box of sizes, filled", box.fill_(0.5))
    lib.observe("shape of a lone number", lib.shape(lib.Tensor(10)))
    lib.observe("a list of one", lib.Tensor([10]))


@chapter.behaviour(
    "constructor-default-dtype",
    "torch.Tensor follows the default dtype",
    level="detail",
    profile="torch",
    claims=["tensors.constructor-dtype-is-default"],
    gradient=False,
    why="float32 is only where the default starts; set_default_dtype changes what is made next.",
    mistake="float32 is built in, whatever the default is.",
    impure="changes the default dtype",
)
def _(lib):
    lib.set_default_dtype(lib.float32)
    lib.observe("at first", lib.dtype(lib.Tensor([5])))
    lib.set_default_dtype(lib.float64)
    later = lib.Tensor([5])
    lib.set_default_dtype(lib.float32)
    lib.observe("after the default was changed", lib.dtype(later))
    lib.observe("value", later)


@chapter.behaviour(
    "constructor-refuses-dtype",
    "torch.Tensor takes no dtype, torch.tensor does",
    level="detail",
    profile="torch",
    claims=["tensors.constructor-refuses-dtype", "tensors.tensor-takes-dtype"],
    gradient=False,
    why="torch.tensor is the one to use where the dtype matters; the old constructor can't.",
    mistake="The dtype is swallowed and float32 comes out.",
    impure="asks what is refused",
)
def _(lib):
    made = lib.tensor([5, 6], dtype=lib.float64)
    lib.observe("torch.tensor", made)
    lib.observe("its dtype", lib.dtype(made))
    lib.observe("half", lib.dtype(lib.tensor([5, 6], dtype=lib.half)))
    lib.observe("float", lib.dtype(lib.tensor([5], dtype=lib.float)))
    with lib.raises("torch.Tensor with a dtype"):
        lib.Tensor([5, 6], dtype=lib.float64)


@chapter.behaviour(
    "constructor-device",
    "torch.Tensor makes CPU tensors only, torch.tensor any device's",
    level="detail",
    profile="torch",
    claims=["tensors.constructor-device", "tensors.tensor-takes-device"],
    gradient=False,
    why=(
        "The device argument of torch.Tensor exists, yet only names its own device. meta is a "
        "device that every machine has: it keeps shapes and no numbers."
    ),
    mistake="The device is swallowed, and the tensor lies somewhere else than was asked.",
    impure="asks what is refused",
)
def _(lib):
    lib.observe("torch.tensor on the CPU", lib.tensor([5, 6], device="cpu"))
    lib.observe("torch.tensor on meta", lib.text(lib.tensor([5, 6], device="meta").device))
    lib.observe("torch.Tensor on the CPU", lib.Tensor([5, 6], device="cpu"))
    with lib.raises("torch.Tensor on meta"):
        lib.Tensor([5, 6], device="meta")


@chapter.behaviour(
    "constructor-shares-a-tensor",
    "torch.Tensor of a tensor is a second name for its memory",
    level="detail",
    profile="torch",
    claims=["tensors.constructor-of-tensor-aliases"],
    gradient=False,
    why="It keeps dtype and graph as well: nothing is copied, so a write shows in both.",
    mistake="The new tensor is a float32 copy without history.",
    impure="writes into memory",
)
def _(lib):
    whole = lib.tensor([5, 6])
    alias = lib.Tensor(whole)
    alias[0] = -1
    lib.observe("the first after a write to the second", whole)
    lib.observe("dtype", lib.dtype(alias))
    tracked = lib.tensor([5.0], requires_grad=True)
    second = lib.Tensor(tracked)
    lib.observe("requires_grad", second.requires_grad)
    lib.observe("is_leaf", second.is_leaf)


@chapter.behaviour(
    "tensor-copies-a-tensor",
    "torch.tensor of a tensor copies it, untracked, and warns",
    level="detail",
    profile="torch",
    claims=["tensors.tensor-of-tensor-copies"],
    gradient=False,
    why="It reads the numbers alone. The warning advises detach().clone(), which says so.",
    mistake="The memory is shared, and a write to the copy changes the source.",
    impure="writes into memory",
)
def _(lib):
    source = lib.tensor([5.0, 6.0], requires_grad=True)
    with lib.warns("copying a tensor"):
        copy = lib.tensor(source)
    copy[0] = -1.0
    lib.observe("source after a write to the copy", source)
    lib.observe("copy", copy)
    lib.observe("requires_grad of the copy", copy.requires_grad)


@chapter.behaviour(
    "asarray-takes-copy",
    "asarray shares memory unless told to copy; tensor has no such choice",
    level="detail",
    profile="torch",
    claims=["tensors.tensor-has-no-copy-argument"],
    gradient=False,
    why="torch.tensor always copies, so it has no copy argument. asarray copies only when needed.",
    mistake="An unknown argument is swallowed, or asarray copies each time.",
    impure="writes into memory",
)
def _(lib):
    source = lib.tensor([5.0, 6.0])
    shared = lib.asarray(source)
    apart = lib.asarray(source, copy=True)
    source[0] = -1.0
    lib.observe("shared", shared)
    lib.observe("copied", apart)
    with lib.raises("torch.tensor with copy=True"):
        lib.tensor([5.0], copy=True)


@chapter.behaviour(
    "typed-constructors",
    "IntTensor, LongTensor, FloatTensor and DoubleTensor name their dtype",
    level="detail",
    profile="torch",
    claims=["tensors.typed-constructors"],
    gradient=False,
    why="The old way of choosing a dtype, which older code is full of. Int has 32 bits, Long 64.",
    mistake="Int and Long are one dtype, as they are in Python.",
)
def _(lib):
    for name, make in (
        ("IntTensor", lib.IntTensor),
        ("LongTensor", lib.LongTensor),
        ("FloatTensor", lib.FloatTensor),
        ("DoubleTensor", lib.DoubleTensor),
    ):
        made = make([4, 8])
        lib.observe("values of " + name, made)
        lib.observe("dtype of " + name, lib.dtype(made))


@chapter.behaviour(
    "typed-constructors-lose",
    "A typed constructor converts, and drops what its dtype can't hold",
    level="detail",
    profile="torch",
    claims=["tensors.typed-constructors-convert"],
    gradient=False,
    why="A whole number has no place for .9, and float32 has 24 bits for digits: 2²⁴ + 1 is 2²⁴.",
    mistake="Numbers are rounded to the nearest one, or downwards, where PyTorch cuts.",
)
def _(lib):
    lib.observe("floats as whole numbers", lib.IntTensor([2.9, -2.9]))
    lib.observe("a large number as float32", lib.FloatTensor([16777217]).item(), rtol=0, atol=0)
