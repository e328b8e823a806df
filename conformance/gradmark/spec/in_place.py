"""Changing a tensor where it stands, instead of making a new one."""

from gradmark.behaviour import Chapter
from gradmark.library import alternative

chapter = Chapter("in-place", "In-place changes")

IN_PLACE = (
    "https://docs.pytorch.org/docs/stable/notes/autograd.html#in-place-operations-with-autograd"
)


def added(lib):
    """Control that a sum hands on the gradient that arrives."""
    plain = lib.tensor([8.0, 9.0], requires_grad=True)
    (plain * 4).sum().backward()
    lib.control("operators.sum-grad", plain.grad)
    left = lib.tensor([1.0, 2.0], requires_grad=True)
    right = lib.tensor([3.0, 4.0], requires_grad=True)
    ((left + right) * lib.tensor([2.0, 5.0])).sum().backward()
    lib.control("operators.add-grad", left.grad)
    lib.control("operators.add-grad", right.grad)


@chapter.behaviour(
    "augmented-keeps-the-tensor",
    "An augmented assignment changes the tensor itself",
    claims=["inplace.operator-assignment"],
    gradient=False,
    after=["operators.number-on-the-right"],
    why="Whoever else holds the tensor sees the new numbers; nothing is allocated.",
    mistake="box += 1 makes a new tensor and gives it the old name.",
    impure="changes a tensor in place",
)
def _(lib):
    box = lib.tensor([2.0, 4.0], requires_grad=False)
    held = box
    box += 1
    box *= 10
    box -= 5
    lib.observe("what the other name holds", held)
    lib.observe("it is the same tensor", lib.same(held, box))


@chapter.behaviour(
    "plain-methods-leave-the-original",
    "A method without a trailing underscore leaves its tensor alone",
    profile="torch",
    claims=["inplace.plain-methods-leave-original"],
    gradient=False,
    why="add gives a new tensor, add_ changes the old one; the underscore is the whole difference.",
    mistake="A method writes its result into its own operand.",
)
def _(lib):
    box = lib.tensor([2.0, 4.0], requires_grad=False)
    lib.observe("add", box.add(5))
    lib.observe("sub", box.sub(1))
    lib.observe("mul", box.mul(3))
    lib.observe("div", box.div(4))
    lib.observe("pow", box.pow(3))
    lib.observe("the tensor afterwards", box)


@chapter.behaviour(
    "underscore-changes-the-tensor",
    "A method with a trailing underscore changes and returns its tensor",
    level="detail",
    profile="torch",
    claims=["inplace.trailing-underscore"],
    gradient=False,
    after=["in-place.augmented-keeps-the-tensor"],
    why="The name says what happens, and what is returned allows to write one after the other.",
    mistake="The method returns a new tensor, or nothing.",
    impure="changes a tensor in place",
)
def _(lib):
    box = lib.tensor([2.0, 4.0], requires_grad=False)
    for name, result in (
        ("add_", box.add_(1)),
        ("sub_", box.sub_(2)),
        ("mul_", box.mul_(3)),
        ("div_", box.div_(2)),
        ("pow_", box.pow_(2)),
        ("neg_", box.neg_()),
    ):
        lib.observe(f"what {name} returns is the tensor", lib.same(result, box))
    lib.observe("values after all", box)
    lib.observe("what zero_ returns is the tensor", lib.same(box.zero_(), box))
    lib.observe("values after zero_", box)


@chapter.behaviour(
    "chain-of-changes",
    "Changes in place build on one another",
    level="detail",
    profile="torch",
    claims=["inplace.arithmetic-chain"],
    gradient=False,
    after=["in-place.augmented-keeps-the-tensor"],
    why="Adding 1, taking 1 away, doubling, dividing by 3 and squaring makes (2d/3)² of d.",
    mistake="One of the steps works on the values from before the others.",
    impure="changes a tensor in place",
)
def _(lib):
    numbers = lib.tensor(lib.draw(2, 3, low=0.0, high=9.0), requires_grad=False)
    expected = (numbers * 2 / 3) ** 2
    box = lib.tensor([2.0, 4.0], requires_grad=False)
    held = box
    box += 1
    lib.control("in-place.augmented-keeps-the-tensor", held)
    numbers.add_(1)
    numbers.sub_(1)
    numbers.mul_(2)
    numbers.div_(3.0)
    numbers.pow_(2)
    lib.observe("values", numbers)
    lib.observe("the same in one expression", expected)


@chapter.behaviour(
    "whole-numbers-not-divided",
    "Whole numbers can't be divided in place",
    level="detail",
    profile="torch",
    claims=["inplace.integer-division-refused"],
    gradient=False,
    after=["in-place.augmented-keeps-the-tensor"],
    why="The quotient is a fraction and has no room in whole numbers; to float() first.",
    mistake="The fraction is cut off in silence.",
    impure="asks for a refusal",
)
def _(lib):
    whole = lib.tensor([7, 9], requires_grad=False)
    held = whole
    whole *= 2
    lib.control("in-place.augmented-keeps-the-tensor", held)
    with lib.raises("divided in place"):
        whole.div_(4)
    lib.observe("values after the refusal", whole)


@chapter.behaviour(
    "tracked-leaf-refused",
    "A tracked leaf can't be changed in place while recording is on",
    claims=["inplace.leaf-requiring-grad-raises"],
    after=["grad-mode.update-under-no-grad"],
    why=(
        "A leaf is where a graph begins, so a recorded change would make it a leaf no more. "
        "PyTorch asks for no_grad around an update."
    ),
    mistake="The update is recorded, the weight becomes a result and is never trained again.",
    impure="asks for a refusal",
)
def _(lib):
    twin = lib.tensor([2.0, 6.0], requires_grad=True)
    (twin * 3).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    early = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        constant = early * 5
    (constant + early * 3).sum().backward()
    lib.control("grad-mode.tracking-resumes", early.grad)
    same, step = twin, lib.tensor([0.5, 0.25])
    with lib.no_grad():
        twin -= step
    lib.control("grad-mode.update-under-no-grad", same)
    weight = lib.tensor([1.0, 2.0], requires_grad=True)
    held = weight
    with lib.raises("the change of a tracked leaf"):
        weight -= 0.5
    lib.observe("it is the same tensor", lib.same(held, weight))
    lib.observe("values after the refusal", weight)
    (weight * lib.tensor([3.0, 5.0])).sum().backward()
    lib.observe("gradient after the refusal", weight.grad)


@chapter.behaviour(
    "tracked-leaf-refused-by-index",
    "A part of a tracked leaf can't be written while recording is on",
    level="should",
    profile="torch",
    source=IN_PLACE,
    after=["in-place.tracked-leaf-refused", "in-place.part-is-overwritten"],
    why="Writing one element changes the leaf as much as an update of all of them.",
    mistake="Only the augmented assignments are guarded, and writing by index is not.",
    impure="asks for a refusal",
)
def _(lib):
    twin = lib.tensor([2.0, 6.0], requires_grad=True)
    (twin * 3).sum().backward()
    lib.control("operators.sum-grad", twin.grad)
    weight = lib.tensor([1.0, 2.0], requires_grad=True)
    with lib.raises("writing into a tracked leaf"):
        weight[0] = 5.0
    lib.observe("values after the refusal", weight)


@chapter.behaviour(
    "result-has-to-fit",
    "An in-place change has to keep the tensor's shape",
    level="should",
    source="https://docs.pytorch.org/docs/stable/notes/broadcasting.html",
    gradient=False,
    after=["in-place.augmented-keeps-the-tensor"],
    why="One element has no room for a sum of three; a new tensor would have.",
    mistake="The tensor silently gets another shape, and its other holders with it.",
    impure="asks for a refusal",
)
def _(lib):
    three = lib.tensor([1.0, 2.0, 3.0], requires_grad=False)
    one = lib.tensor([5.0], requires_grad=False)
    held = three
    three *= one
    lib.control("in-place.augmented-keeps-the-tensor", held)
    with lib.raises("one element plus three"):
        one += three
    lib.observe("values after the refusal", one)


@chapter.behaviour(
    "clone-is-independent",
    "A clone has memory of its own and hands its gradient on",
    source="https://docs.pytorch.org/docs/stable/generated/torch.clone.html",
    after=["backward.chain-rule", "in-place.augmented-keeps-the-tensor"],
    why="It is the way to change a copy and still get a gradient for the original.",
    mistake="The clone shares the memory, or it is cut off from the graph as detach() is.",
    impure="changes a tensor in place",
)
def _(lib):
    box = lib.tensor([2.0, 4.0], requires_grad=False)
    held = box
    box += 1
    lib.control("in-place.augmented-keeps-the-tensor", held)
    factor = lib.tensor([3.0, 5.0], requires_grad=True)
    early = lib.tensor([1.0, 4.0], requires_grad=True)
    with lib.no_grad():
        constant = early * 5
    (constant + early * 3).sum().backward()
    lib.control("grad-mode.tracking-resumes", early.grad)
    lib.control("grad-mode.values-are-computed", constant)
    weight = lib.tensor([1.0, 2.0], requires_grad=True)
    copy = weight.clone()
    with lib.no_grad():
        copy += 10
    lib.observe("the clone after a change", copy)
    lib.observe("the original", weight)
    other = lib.tensor([6.0, 7.0], requires_grad=True)
    plain = lib.tensor([8.0, 9.0], requires_grad=True)
    (weight.clone() * factor + other * 2 * factor + plain * 4).sum().backward()
    lib.control("operators.sum-grad", plain.grad)
    lib.control("backward.chain-rule", other.grad)
    lib.observe("gradient of the original", weight.grad)


@chapter.behaviour(
    "change-is-recorded",
    "An in-place change of a result takes part in the gradient",
    claims=["inplace.recorded-on-non-leaf"],
    after=["in-place.augmented-keeps-the-tensor", "backward.chain-rule"],
    why="The result goes on with the changed numbers, and the change is one more operation.",
    mistake="The numbers change and the graph does not, so the factor 2 is missing.",
    impure="changes a tensor in place",
)
def _(lib):
    box = lib.tensor([2.0, 4.0], requires_grad=False)
    held = box
    box += 1
    lib.control("in-place.augmented-keeps-the-tensor", held)
    added(lib)
    weight = lib.tensor([1.0, 2.0], requires_grad=True)
    factor = lib.tensor([4.0, 7.0], requires_grad=True)
    middle = weight * 3
    middle *= 2
    middle += 5
    lib.observe("values", middle)
    twin = lib.tensor([3.0, 8.0], requires_grad=True)
    plain = lib.tensor([8.0, 9.0], requires_grad=True)
    (middle * factor + twin * 3 * factor + plain * 4).sum().backward()
    lib.control("operators.sum-grad", plain.grad)
    lib.control("backward.chain-rule", twin.grad)
    lib.observe("gradient", weight.grad)


@chapter.behaviour(
    "saved-value-overwritten",
    "An overwritten saved value never gives a wrong gradient",
    claims=["inplace.saved-value-overwritten-raises"],
    after=["in-place.change-is-recorded", "accumulation.same-leaf-twice"],
    why=(
        "The square had kept the numbers that were overwritten. PyTorch notices and refuses; a "
        "library that kept a copy answers rightly."
    ),
    mistake="Backward reads the new numbers, and the gradient is wrong without a word.",
    impure="changes a tensor in place",
)
def _(lib):
    first = lib.tensor(3.0, requires_grad=True)
    (first * first).backward()
    lib.control("accumulation.same-leaf-twice", first.grad)
    twin = lib.tensor([1.0, 2.0], requires_grad=True)
    changed = twin * 3
    changed *= 2
    (changed * lib.tensor([4.0, 7.0])).sum().backward()
    lib.control("in-place.change-is-recorded", twin.grad)
    weight = lib.tensor([1.0, 2.0], requires_grad=True)
    middle = weight * 3
    out = (middle * middle).sum()
    middle += 1
    with lib.raises(
        "backward after the change",
        instead={"gradient": alternative("saved by value", [18.0, 36.0])},
    ):
        out.backward()
        lib.observe("gradient", weight.grad)


@chapter.behaviour(
    "unsaved-value-overwritten",
    "A result that nothing had saved can be overwritten",
    source=IN_PLACE,
    after=["in-place.change-is-recorded", "operators.number-on-the-right"],
    why="A product with a number keeps the number and not the tensor, so nothing is lost.",
    mistake="Every change makes every graph above the tensor unusable.",
    impure="changes a tensor in place",
)
def _(lib):
    twin = lib.tensor([1.0, 2.0], requires_grad=True)
    changed = twin * 3
    changed *= 2
    (changed * lib.tensor([4.0, 7.0])).sum().backward()
    lib.control("in-place.change-is-recorded", twin.grad)
    weight = lib.tensor([1.0, 2.0], requires_grad=True)
    middle = weight * 3
    out = (middle * 4).sum()
    middle += 1
    lib.observe("the changed result", middle)
    out.backward()
    lib.observe("gradient", weight.grad)


@chapter.behaviour(
    "update-before-backward",
    "An update between forward and backward never misleads",
    source=IN_PLACE,
    after=["grad-mode.update-under-no-grad", "accumulation.same-leaf-twice"],
    why=(
        "The loss was computed with the old weight. PyTorch refuses the backward that would read "
        "the new one. Refusing the update, or keeping the old numbers, is right as well."
    ),
    mistake="The step comes before backward, and each gradient belongs to no point at all.",
    impure="changes a leaf in place",
)
def _(lib):
    first = lib.tensor(3.0, requires_grad=True)
    (first * first).backward()
    lib.control("accumulation.same-leaf-twice", first.grad)
    twin = lib.tensor([1.0, 2.0], requires_grad=True)
    held, step = twin, lib.tensor([0.5, 0.25])
    with lib.no_grad():
        twin -= step
    lib.control("grad-mode.update-under-no-grad", held)
    weight = lib.tensor([2.0, 5.0], requires_grad=True)
    loss = (weight * weight).sum()
    with lib.raises(
        "backward after the update",
        instead={"gradient": alternative("saved by value", [4.0, 10.0])},
        or_earlier=True,
    ):
        with lib.no_grad():
            weight -= 1
        loss.backward()
        lib.observe("gradient", weight.grad)
