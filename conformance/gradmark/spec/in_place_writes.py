"""Changing a tensor where it stands: writing parts of it, and what the graph makes of that."""

from gradmark.library import alternative
from gradmark.spec.in_place import IN_PLACE, added, chapter

COPY = "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.copy_.html"


@chapter.behaviour(
    "constant-becomes-tracked",
    "A constant that takes in a tracked value becomes tracked",
    profile="torch",
    source=IN_PLACE,
    after=["in-place.change-is-recorded"],
    why="From the change on its numbers depend on a leaf, so a gradient has to find the way.",
    mistake="The flag of the left side is kept, and the leaf gets no gradient.",
    impure="changes a tensor in place",
)
def _(lib):
    twin = lib.tensor([1.0, 2.0], requires_grad=True)
    changed = twin * 3
    changed *= 2
    (changed * lib.tensor([4.0, 7.0])).sum().backward()
    lib.control("in-place.change-is-recorded", twin.grad)
    added(lib)
    weight = lib.tensor([3.0, 5.0], requires_grad=True)
    total = lib.tensor([10.0, 20.0], requires_grad=False)
    lib.control("leaf.requires-grad-propagates", (total + weight).requires_grad)
    total += weight * lib.tensor([2.0, 4.0])
    lib.observe("values", total)
    lib.observe("requires_grad", total.requires_grad)
    (total * lib.tensor([6.0, 7.0])).sum().backward()
    lib.observe("gradient", weight.grad)


@chapter.behaviour(
    "part-is-overwritten",
    "What is overwritten by index loses its gradient to the new value",
    profile="torch",
    source=IN_PLACE,
    after=["in-place.change-is-recorded"],
    why="The old element no longer counts, so its leaf gets 0 there and the new value the rest.",
    mistake="The write is not recorded: the old element keeps its gradient, the new one has none.",
    impure="writes into a tensor",
)
def _(lib):
    twin = lib.tensor([1.0, 2.0], requires_grad=True)
    changed = twin * 3
    changed *= 2
    (changed * lib.tensor([4.0, 7.0])).sum().backward()
    lib.control("in-place.change-is-recorded", twin.grad)
    weight = lib.tensor([1.0, 2.0, 4.0], requires_grad=True)
    value = lib.tensor(10.0, requires_grad=True)
    middle = weight * lib.tensor([3.0, 5.0, 7.0])
    middle[1] = value
    lib.observe("values", middle)
    (middle * lib.tensor([2.0, 6.0, 8.0])).sum().backward()
    lib.observe("gradient of the leaf below", weight.grad)
    lib.observe("gradient of the written value", value.grad)


@chapter.behaviour(
    "buffer-is-filled",
    "A buffer that is filled piece by piece hands on every gradient",
    profile="torch",
    source=IN_PLACE,
    after=["in-place.part-is-overwritten", "in-place.constant-becomes-tracked"],
    why="Collecting results in a prepared tensor of zeros is as good as stacking them.",
    mistake="Only the last write is remembered, or none, since the buffer was a constant.",
    impure="writes into a tensor",
)
def _(lib):
    twin = lib.tensor([1.0, 2.0, 4.0], requires_grad=True)
    value = lib.tensor(10.0, requires_grad=True)
    middle = twin * lib.tensor([3.0, 5.0, 7.0])
    middle[1] = value
    (middle * lib.tensor([2.0, 6.0, 8.0])).sum().backward()
    lib.control("in-place.part-is-overwritten", twin.grad)
    lib.control("in-place.part-is-overwritten", value.grad)
    total = lib.tensor([10.0, 20.0, 30.0], requires_grad=False)
    total += twin
    lib.control("in-place.constant-becomes-tracked", total.requires_grad)
    leaves = [lib.tensor(number, requires_grad=True) for number in (2.0, 3.0, 5.0)]
    buffer = lib.tensor([0.0, 0.0, 0.0], requires_grad=False)
    for place, leaf in enumerate(leaves):
        buffer[place] = leaf * lib.tensor(4.0)
    lib.observe("values", buffer)
    (buffer * lib.tensor([6.0, 7.0, 9.0])).sum().backward()
    for place, leaf in enumerate(leaves):
        lib.observe(f"gradient of piece {place}", leaf.grad)


@chapter.behaviour(
    "row-filled-with-one-value",
    "A value that fills a row gets the sum of the row's gradients",
    level="should",
    profile="torch",
    source=IN_PLACE,
    after=["in-place.part-is-overwritten"],
    why="It was used once for each element, so it collects from each.",
    mistake="The stretched gradient is handed over as it is, or only one element of it.",
    impure="writes into a tensor",
)
def _(lib):
    twin = lib.tensor([1.0, 2.0, 4.0], requires_grad=True)
    other = lib.tensor(10.0, requires_grad=True)
    middle = twin * lib.tensor([3.0, 5.0, 7.0])
    middle[1] = other
    (middle * lib.tensor([2.0, 6.0, 8.0])).sum().backward()
    lib.control("in-place.part-is-overwritten", twin.grad)
    lib.control("in-place.part-is-overwritten", other.grad)
    total = lib.tensor([10.0, 20.0, 30.0], requires_grad=False)
    total += twin
    lib.control("in-place.constant-becomes-tracked", total.requires_grad)
    value = lib.tensor(10.0, requires_grad=True)
    table = lib.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=False)
    table[0] = value
    lib.observe("values", table)
    (table * lib.tensor([[2.0, 3.0, 5.0], [7.0, 8.0, 9.0]])).sum().backward()
    lib.observe("gradient", value.grad)


@chapter.behaviour(
    "mask-stops-the-gradient",
    "Elements that are set to 0 by a mask get the gradient 0",
    level="should",
    profile="torch",
    source=IN_PLACE,
    after=["in-place.part-is-overwritten"],
    why="This is how relu can be written by hand: what was cut off does not learn.",
    mistake="The mask changes the numbers and not the way back.",
    impure="writes into a tensor",
)
def _(lib):
    twin = lib.tensor([1.0, 2.0, 4.0], requires_grad=True)
    value = lib.tensor(10.0, requires_grad=True)
    middle = twin * lib.tensor([3.0, 5.0, 7.0])
    middle[1] = value
    (middle * lib.tensor([2.0, 6.0, 8.0])).sum().backward()
    lib.control("in-place.part-is-overwritten", twin.grad)
    weight = lib.tensor([1.5, -2.0, 4.0, -0.5], requires_grad=True)
    cut = weight * lib.tensor([2.0, 3.0, 2.0, 4.0])
    cut[cut < 0] = 0
    lib.observe("values", cut)
    (cut * lib.tensor([3.0, 5.0, 7.0, 9.0])).sum().backward()
    lib.observe("gradient", weight.grad)


@chapter.behaviour(
    "zeroing-cuts-the-way-back",
    "What zero_ wiped out passes no gradient on",
    profile="torch",
    source=IN_PLACE,
    after=["in-place.change-is-recorded"],
    why="The zeros depend on nothing. Only what was computed beside them still counts.",
    mistake="The numbers are wiped out and the old way back stays.",
    impure="changes a tensor in place",
)
def _(lib):
    twin = lib.tensor([1.0, 2.0], requires_grad=True)
    changed = twin * 3
    changed *= 2
    (changed * lib.tensor([4.0, 7.0])).sum().backward()
    lib.control("in-place.change-is-recorded", twin.grad)
    added(lib)
    wiped = lib.tensor([1.0, 2.0], requires_grad=True)
    kept = lib.tensor([3.0, 5.0], requires_grad=True)
    middle = wiped * 3
    middle.zero_()
    lib.observe("values", middle)
    ((middle + kept) * lib.tensor([4.0, 7.0])).sum().backward()
    none = alternative("None for a zero gradient", None)
    lib.observe("gradient below the zeros", wiped.grad, accept=[none])
    lib.observe("gradient beside the zeros", kept.grad)


@chapter.behaviour(
    "copy-hands-the-gradient-over",
    "copy_ takes the gradient from the old values to the new ones",
    profile="torch",
    source=COPY,
    after=["in-place.change-is-recorded"],
    why="After the copy the numbers come from the source, and so the gradient goes there.",
    mistake="The numbers are copied and the graph still leads to the old ones.",
    impure="changes a tensor in place",
)
def _(lib):
    twin = lib.tensor([1.0, 2.0], requires_grad=True)
    changed = twin * 3
    changed *= 2
    (changed * lib.tensor([4.0, 7.0])).sum().backward()
    lib.control("in-place.change-is-recorded", twin.grad)
    old = lib.tensor([1.0, 2.0], requires_grad=True)
    new = lib.tensor([3.0, 5.0], requires_grad=True)
    middle = old * 3
    middle.copy_(new)
    lib.observe("values", middle)
    (middle * lib.tensor([4.0, 7.0])).sum().backward()
    none = alternative("None for a zero gradient", None)
    lib.observe("gradient of what was overwritten", old.grad, accept=[none])
    lib.observe("gradient of what was copied", new.grad)


@chapter.behaviour(
    "saved-result-and-saved-input",
    "exp keeps its result: changing its input is harmless",
    level="should",
    profile="torch",
    source=IN_PLACE,
    after=["in-place.saved-value-overwritten"],
    why="The slope of exp is its own result, so the input may be overwritten and the result not.",
    mistake="All inputs are kept for all operations, needed or not.",
    impure="changes a tensor in place",
)
def _(lib):
    first = lib.tensor(3.0, requires_grad=True)
    (first * first).backward()
    lib.control("accumulation.same-leaf-twice", first.grad)
    weight = lib.tensor([0.5, -1.0], requires_grad=True)
    middle = weight * 2
    out = middle.exp()
    middle += 1
    factor = lib.tensor([3.0, 5.0], requires_grad=True)
    twin = lib.tensor([6.0, 7.0], requires_grad=True)
    plain = lib.tensor([8.0, 9.0], requires_grad=True)
    (out * factor + twin * 3 * factor + plain * 4).sum().backward()
    lib.control("operators.sum-grad", plain.grad)
    lib.control("backward.chain-rule", twin.grad)
    lib.observe("gradient after a change of the input", weight.grad)
    other = lib.tensor([0.5, -1.0], requires_grad=True)
    out = (other * 2).exp()
    out += 1
    right = alternative("saved by value", [16.309690970754271, 1.3533528323661270])
    with lib.raises("backward after a change of the result", instead={"gradient": right}):
        (out * lib.tensor([3.0, 5.0])).sum().backward()
        lib.observe("gradient", other.grad)


@chapter.behaviour(
    "function-in-place",
    "exp_ is recorded and keeps the result that it leaves behind",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.exp_.html",
    after=["in-place.change-is-recorded"],
    why="A function that needs only its result on the way back can work in place.",
    mistake="The numbers change and the graph does not.",
    impure="changes a tensor in place",
)
def _(lib):
    weight = lib.tensor([0.5, -1.0], requires_grad=True)
    middle = weight * 2
    same = middle.exp_()
    lib.observe("it is the same tensor", lib.same(same, middle))
    lib.observe("values", middle)
    (middle * lib.tensor([3.0, 5.0])).sum().backward()
    lib.observe("gradient", weight.grad)


@chapter.behaviour(
    "counted",
    "A tensor counts its changes in place, together with its aliases",
    level="detail",
    profile="torch",
    claims=["data.bypasses-version-check"],
    source=IN_PLACE,
    after=["detach.shares-memory"],
    why="Backward compares this count with the one at the time of saving; .data has its own.",
    mistake="Each alias counts for itself, so a change through one of them goes unnoticed.",
    impure="asks for a private attribute",
)
def _(lib):
    box = lib.tensor([2.0, 4.0], requires_grad=False)
    alias, inner = box.detach(), box.data
    lib.observe("before", box._version)  # noqa: SLF001 - PyTorch's documented name for it
    box += 1
    alias *= 2
    inner -= 3
    lib.observe("values", box)
    lib.observe("count of the tensor", box._version)  # noqa: SLF001
    lib.observe("count of what was detached", alias._version)  # noqa: SLF001
    lib.observe("count of its .data", inner._version)  # noqa: SLF001
