"""Devices, as far as a machine without a GPU shows them: the CPU, and meta in the GPU's place."""

from gradmark.spec.tensors import chapter


@chapter.behaviour(
    "to-a-device",
    "to(device) gives a tensor there, and keeps values and dtype",
    level="detail",
    profile="torch",
    claims=["tensors.to-device"],
    gradient=False,
    why=(
        "The device is chosen once and named everywhere. meta is a device that every machine "
        "has: a tensor there has shape and dtype, but no numbers."
    ),
    mistake="The tensor itself moves, so that every other user of it is surprised.",
)
def _(lib):
    source = lib.tensor([7, 8])
    moved = source.to("cpu")
    lib.observe("values on the CPU", moved)
    lib.observe("the CPU", lib.text(moved.device))
    away = source.to("meta")
    lib.observe("elsewhere", lib.text(away.device))
    lib.observe("shape elsewhere", away.shape)
    lib.observe("dtype elsewhere", lib.dtype(away))
    lib.observe("where the original is", lib.text(source.device))


@chapter.behaviour(
    "devices-do-not-mix",
    "Tensors of two devices can't be computed with together",
    level="detail",
    profile="torch",
    claims=["tensors.devices-do-not-mix"],
    gradient=False,
    why="Copying between devices is slow, so PyTorch does not do it behind your back.",
    mistake="One of them is moved silently, and the program crawls.",
    impure="asks what is refused",
)
def _(lib):
    here, there = lib.ones(3), lib.ones(3, device="meta")
    lib.observe("both here", here + here)
    lib.observe("both there", lib.shape(there + there))
    with lib.raises("one here, one there"):
        here + there


@chapter.behaviour(
    "lone-numbers-mix",
    "A CPU tensor without dimensions goes with any device",
    level="detail",
    profile="torch",
    claims=["tensors.zero-dim-cpu-mixes"],
    gradient=False,
    why="It is treated like a Python number: one number is cheap to send along.",
    mistake="It is refused as a vector would be.",
)
def _(lib):
    two = lib.tensor(2.0)
    lib.observe("here", two * lib.tensor([3.0, 5.0]))
    product = two * lib.ones(3, device="meta")
    lib.observe("device", lib.text(product.device))
    lib.observe("shape", product.shape)


@chapter.behaviour(
    "numpy-needs-the-cpu",
    "numpy() refuses a tensor that is not on the CPU",
    level="detail",
    profile="torch",
    claims=["tensors.item-works-on-any-device"],
    gradient=False,
    why="An array is a window on the CPU's memory. item() copies its number itself.",
    mistake="An array of whatever is there is handed out.",
    impure="asks what is refused",
)
def _(lib):
    lib.observe("item", lib.tensor([6.25], device="cpu").item())
    lib.observe("an array of a CPU tensor", lib.tensor([6.25]).numpy())
    with lib.raises("an array of a tensor elsewhere"):
        lib.ones(1, device="meta").numpy()
