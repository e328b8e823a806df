"""Kinks and ties: points where more than one slope could be defended, and one is the custom.

Another documented convention is right as well, though not what PyTorch does. What is no slope of
any kind there, as twice the gradient for two equal elements, is wrong.
"""

from gradmark.behaviour import Chapter
from gradmark.library import alternative

chapter = Chapter("kinks", "Kinks and ties")

WEIGHTS = [2.0, -3.0, 5.0, 0.5, -1.5, 4.0]


def weighed(lib, result, count):
    """Return one number that every element of a vector moves by a weight of its own."""
    return (result * lib.tensor(WEIGHTS[:count])).sum() if count else result * 6


def at(lib, owner, function, points, ordinary, accept=(), counts=(2, 2)):
    """Ask for the slope at special points, beside ordinary ones that another behaviour owns.

    ``counts`` has how many elements the two results have, 0 for a number without axes.
    """
    x = lib.tensor(points, requires_grad=True)
    plain = lib.tensor(ordinary, requires_grad=True)
    result = function(x)
    usual = function(plain)
    beside = lib.tensor(3.0, requires_grad=True)
    total = weighed(lib, result, counts[0]) + weighed(lib, usual, counts[1]) + beside * 4
    total.backward()
    lib.control("operators.number-on-the-right", beside.grad)
    lib.control(owner, plain.grad)
    lib.observe("value", result)
    lib.observe("gradient", x.grad, accept=accept)


@chapter.behaviour(
    "relu-at-zero",
    "relu has the slope 0 at zero",
    source="autograd notes on non-differentiable functions",
    after=["operations.relu-matrix"],
    why="At zero relu bends: 0 on the left, 1 on the right. The custom is 0.",
    mistake="The mask is x >= 0 instead of x > 0, so dead units seem alive.",
)
def _(lib):
    accept = [
        alternative("the slope on the right", [2.0, -3.0]),
        alternative("the mean of both slopes", [1.0, -1.5]),
    ]
    at(lib, "operations.relu-matrix", lambda x: x.relu(), [0.0, 0.0], [-1.5, 2.5], accept)


@chapter.behaviour(
    "leaky-relu-at-zero",
    "leaky_relu has its lower slope at zero",
    profile="torch",
    source="autograd notes on non-differentiable functions",
    after=["operations.leaky-relu"],
    why="At zero the slopes 0.25 and 1 meet; zero counts as not positive.",
    mistake="Neither of the two slopes comes back, but 0 as for relu.",
)
def _(lib):
    accept = [
        alternative("the slope on the right", [2.0, -3.0]),
        alternative("the mean of both slopes", [1.25, -1.875]),
    ]
    at(
        lib,
        "operations.leaky-relu",
        lambda x: lib.nn.functional.leaky_relu(x, 0.25),
        [0.0, 0.0],
        [-1.5, 2.5],
        accept,
    )


@chapter.behaviour(
    "abs-at-zero",
    "abs has the slope 0 at zero",
    source="autograd notes on non-differentiable functions",
    after=["operations.abs"],
    why="On the left |x| falls, on the right it rises; 0 lies in the middle and is the custom.",
    mistake="The slope is computed as x/|x|, which is NaN at zero.",
)
def _(lib):
    accept = [
        alternative("the slope on the right", [2.0, -3.0]),
        alternative("the slope on the left", [-2.0, 3.0]),
    ]
    at(lib, "operations.abs", lambda x: x.abs(), [0.0, 0.0], [-1.5, 2.5], accept)


@chapter.behaviour(
    "clamp-at-the-bounds",
    "clamp lets the gradient through at its very bounds",
    profile="torch",
    source="autograd notes on non-differentiable functions",
    after=["operations.clamp"],
    why="A value that equals a bound has not been cut off, so the slope counts as 1.",
    mistake="One of the two bounds is treated unlike the other.",
)
def _(lib):
    accept = [
        alternative("the slope outside", [0.0, 0.0]),
        alternative("the mean of both slopes", [1.0, -1.5]),
    ]
    at(
        lib,
        "operations.clamp",
        lambda x: x.clamp(-1.0, 1.0),
        [-1.0, 1.0],
        [-1.5, 0.5],
        accept,
    )


@chapter.behaviour(
    "clamp-crossed-bounds",
    "clamp with crossed bounds gives the upper one and no gradient",
    level="detail",
    profile="torch",
    source="PyTorch's page on clamp",
    after=["operations.clamp"],
    why="Where the lower bound exceeds the upper one, everything becomes the upper one: constant.",
    mistake="The lower bound wins, or the gradient passes between the crossed bounds.",
)
def _(lib):
    x = lib.tensor([-3.0, 1.5], requires_grad=True)
    plain = lib.tensor([-1.5, 0.5], requires_grad=True)
    crossed = x.clamp(2.0, 1.0)
    (weighed(lib, crossed, 2) + weighed(lib, plain.clamp(-1.0, 1.0), 2)).backward()
    lib.control("operations.clamp", plain.grad)
    lib.observe("value", crossed)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "hardtanh-at-the-bounds",
    "hardtanh has the slope 0 at its very bounds",
    level="detail",
    profile="torch",
    source="PyTorch's derivative of hardtanh",
    after=["operations.clamp"],
    why="hardtanh is clamp to -1 and 1 under another name, but blocks at the bounds themselves.",
    mistake="It is taken to be clamp, which lets the gradient through at the bounds.",
)
def _(lib):
    accept = [alternative("the slope inside", [2.0, -3.0])]
    at(
        lib,
        "operations.clamp",
        lambda x: lib.nn.functional.hardtanh(x),
        [-1.0, 1.0],
        [-1.5, 0.5],
        accept,
    )


@chapter.behaviour(
    "max-tie",
    "max shares its gradient evenly among equal maxima",
    profile="torch",
    source="autograd notes on non-differentiable functions",
    after=["operations.max"],
    why="Two elements are the largest; each one gets half, so that the sum stays what arrived.",
    mistake="A mask x == max gives each of them the whole gradient: twice what arrived.",
)
def _(lib):
    accept = [
        alternative("all to the first", [6.0, 0.0, 0.0]),
        alternative("all to the last", [0.0, 0.0, 6.0]),
    ]
    at(
        lib,
        "operations.max",
        lambda x: x.max(),
        [2.5, 1.0, 2.5],
        [1.0, 3.0, -2.0],
        accept,
        counts=(0, 0),
    )


@chapter.behaviour(
    "min-tie",
    "min shares its gradient evenly among equal minima",
    profile="torch",
    source="autograd notes on non-differentiable functions",
    after=["operations.min"],
    why="Three elements are the smallest; each one gets a third of what arrives.",
    mistake="Each of them is given the whole gradient, or the count is that of all elements.",
)
def _(lib):
    accept = [
        alternative("all to the first", [6.0, 0.0, 0.0, 0.0]),
        alternative("all to the last", [0.0, 0.0, 0.0, 6.0]),
    ]
    at(
        lib,
        "operations.min",
        lambda x: x.min(),
        [-0.5, -0.5, 1.0, -0.5],
        [1.0, 3.0, -2.0],
        accept,
        counts=(0, 0),
    )


@chapter.behaviour(
    "max-dim-tie",
    "max along an axis pays the one place that it returns",
    profile="torch",
    source="PyTorch's page on max",
    after=["operations.max-dim"],
    why="With an axis max also returns a place, and the gradient goes to that place alone.",
    mistake="Each of the equal elements is given the whole gradient.",
)
def _(lib):
    accept = [
        alternative("shared evenly", [[0.0, 1.0, 1.0], [-1.5, -1.5, 0.0]]),
        alternative("all to the last", [[0.0, 0.0, 2.0], [0.0, -3.0, 0.0]]),
    ]
    at(
        lib,
        "operations.max-dim",
        lambda x: lib.unpack(x.max(1), 2)[0],
        [[0.5, 2.0, 2.0], [3.0, 3.0, -1.0]],
        [[0.5, 2.0, 1.0], [3.0, 4.0, -1.0]],
        accept,
    )


@chapter.behaviour(
    "amax-tie",
    "amax shares a row's gradient evenly among equal maxima",
    profile="torch",
    source="PyTorch's page on amax",
    after=["operations.amax"],
    why="amax returns no place, so there is none to prefer: equal elements share.",
    mistake="It is made of max along the axis and pays one place only, or pays each in full.",
)
def _(lib):
    accept = [
        alternative("all to the first", [[0.0, 2.0, 0.0], [-3.0, 0.0, 0.0]]),
        alternative("all to the last", [[0.0, 0.0, 2.0], [0.0, -3.0, 0.0]]),
    ]
    at(
        lib,
        "operations.amax",
        lambda x: x.amax(1),
        [[0.5, 2.0, 2.0], [3.0, 3.0, -1.0]],
        [[0.5, 2.0, 1.0], [3.0, 4.0, -1.0]],
        accept,
    )


def between(lib, owner, function, left, right):
    """Ask for both slopes where two operands are equal, and where they are not."""
    a = lib.tensor([1.5, -2.0], requires_grad=True)
    b = lib.tensor([1.5, -2.0], requires_grad=True)
    plain_a = lib.tensor([1.0, 3.0], requires_grad=True)
    plain_b = lib.tensor([2.0, -1.0], requires_grad=True)
    result = function(a, b)
    total = weighed(lib, result, 2) + weighed(lib, function(plain_a, plain_b), 2)
    total.backward()
    lib.control(owner, plain_a.grad)
    lib.control(owner, plain_b.grad)
    lib.observe("value", result)
    lib.observe("both gradients together", a.grad + b.grad)
    lib.observe("gradient of a", a.grad, accept=left)
    lib.observe("gradient of b", b.grad, accept=right)


WHOLE = [alternative("all to this side", [2.0, -3.0]), alternative("all to the other side", [0, 0])]


@chapter.behaviour(
    "maximum-tie",
    "maximum gives each side half where both are equal",
    profile="torch",
    source="PyTorch's page on maximum",
    after=["operations.maximum"],
    why="Neither side is larger, so each gets half; together they get what arrived.",
    mistake="a >= b and b >= a are both true, and both sides get everything.",
)
def _(lib):
    between(lib, "operations.maximum", lambda a, b: lib.maximum(a, b), WHOLE, WHOLE)


@chapter.behaviour(
    "minimum-tie",
    "minimum gives each side half where both are equal",
    profile="torch",
    source="PyTorch's page on minimum",
    after=["operations.minimum"],
    why="Neither side is smaller, so each gets half; together they get what arrived.",
    mistake="a < b and b < a are both false, and neither side gets anything.",
)
def _(lib):
    between(lib, "operations.minimum", lambda a, b: lib.minimum(a, b), WHOLE, WHOLE)


@chapter.behaviour(
    "maximum-with-itself",
    "maximum of a tensor with itself has the slope 1",
    profile="torch",
    source="autograd notes on non-differentiable functions",
    after=["operations.maximum", "accumulation.same-leaf-twice"],
    why="maximum(x, x) is x, so whichever way a tie is shared, it has to come to 1 in total.",
    mistake="Both roles of x get the whole gradient, or neither does.",
)
def _(lib):
    x = lib.tensor([1.5, -2.0], requires_grad=True)
    plain_a = lib.tensor([1.0, 3.0], requires_grad=True)
    plain_b = lib.tensor([2.0, -1.0], requires_grad=True)
    result = lib.maximum(x, x)
    ordinary = lib.maximum(plain_a, plain_b)
    both = lib.tensor([3.0, -5.0], requires_grad=True)
    (weighed(lib, result, 2) + weighed(lib, ordinary, 2) + (both * both).sum()).backward()
    lib.control("operations.maximum", plain_a.grad)
    lib.control("operations.maximum", plain_b.grad)
    lib.control("accumulation.same-leaf-twice", both.grad)
    lib.observe("value", result)
    lib.observe("gradient", x.grad)


@chapter.behaviour(
    "l1-loss-at-zero",
    "l1_loss has the slope 0 where nothing is wrong",
    profile="torch",
    source="autograd notes on non-differentiable functions",
    after=["operations.l1-loss"],
    why="A perfect prediction lies on the kink of |error|, and 0 keeps it where it is.",
    mistake="The sign is computed as error/|error|, which is NaN there.",
)
def _(lib):
    a = lib.tensor([1.5, 4.0], requires_grad=True)
    b = lib.tensor([1.5, 1.0], requires_grad=True)
    plain = lib.tensor([2.5, 4.0], requires_grad=True)
    loss = lib.nn.functional.l1_loss(a, b)
    (loss * 6 + lib.nn.functional.l1_loss(plain, lib.tensor([1.0, 5.0])) * 4).backward()
    lib.control("operations.l1-loss", plain.grad)
    lib.observe("loss", loss)
    right = alternative("the slope on the right", [3.0, 3.0])
    left = alternative("the slope on the left", [-3.0, 3.0])
    lib.observe("gradient", a.grad, accept=[right, left])
