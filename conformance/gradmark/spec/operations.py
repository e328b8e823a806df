"""Every operation of the table, in shapes, layouts and dtypes.

Each case is asked beside its twin, the ordinary case of the same operation: where that is wrong
already, the case waits for the behaviour which owns it.
"""

from dataclasses import replace

from gradmark.behaviour import Chapter
from gradmark.operations import TABLE
from gradmark.operations.numbers import OFF_GRID, nested, size

chapter = Chapter("operations", "The table of operations")


def turned(case, shape):
    """Say whether a case has an operand of that shape seen through a transposed view."""
    return case.strided and len(shape) == 2


def drawn(lib, case):
    """Draw the operands' numbers, each with the shape that they are stored in.

    Those of one domain are all different from each other.
    """
    shapes = [s[::-1] if turned(case, s) else s for s in case.shapes]
    offset = OFF_GRID if case.dtype else 0.0
    pools = {}
    for domain in dict.fromkeys(case.domains):
        sizes = [size(s) for s, d in zip(shapes, case.domains, strict=True) if d == domain]
        numbers = lib.draw(
            sum(sizes), low=domain.low, high=domain.high, away=domain.away, gap=domain.gap
        )
        pools[domain] = iter([number + offset for number in numbers])
    return [(nested(pools[d], s), s) for s, d in zip(shapes, case.domains, strict=True)]


def seen(case, operand, shape):
    """Return a leaf as the operation is to see it."""
    return operand.t() if turned(case, shape) else operand


def leaf(lib, case, numbers, shape):
    """Make a leaf; nested lists can't say how long the rows are of which there are none."""
    if not size(shape):
        return lib.zeros(shape, requires_grad=True)
    if case.dtype:
        return lib.tensor(numbers, dtype=lib.float64, requires_grad=True)
    return lib.tensor(numbers, requires_grad=True)


def weights(lib, case):
    """Draw a weight for each element of a result, none of which leaves it as it is."""
    return lib.draw(*case.out, away=(-1.0, 0.0, 1.0), gap=0.125)


def constant(lib, case, numbers):
    """Make a tensor of plain numbers that is no leaf of the question."""
    return lib.tensor(numbers, dtype=lib.float64) if case.dtype else lib.tensor(numbers)


def scaled(lib, case):
    """Return a number that is multiplied by another one, and what becomes of it."""
    beside = leaf(lib, case, 3.0, ())
    return beside, beside * 4


def summed(lib, case):
    """Return a vector that is weighed, summed and weighed again, and what becomes of it."""
    beside = leaf(lib, case, [2.0, -3.0], (2,))
    return beside, (beside * constant(lib, case, [0.5, 4.0])).sum() * 3


def turned_round(lib, _):
    """Return a leaf that is transposed, and what becomes of it."""
    table = lib.tensor([[1.0, -2.0, 3.0], [4.0, 0.5, -6.0]], requires_grad=True)
    return table, (table.t() * lib.tensor([[2.0, 3.0], [-1.0, 5.0], [4.0, -0.5]])).sum()


def exact(lib, _):
    """Return a leaf of float64 that is multiplied, and what becomes of it."""
    fine = lib.tensor([1.1, -2.3], dtype=lib.float64, requires_grad=True)
    return fine, (fine * lib.tensor([0.7, 1.3], dtype=lib.float64)).sum()


def without_elements(lib, _):
    """Return a leaf without elements that is summed, and what becomes of it."""
    nothing = lib.zeros((0, 2), requires_grad=True)
    return nothing, nothing.sum()


def stretched(lib, _):
    """Return a leaf that is broadcast, and what becomes of it."""
    slope = lib.tensor([[2.0]], requires_grad=True)
    return slope, (lib.tensor([1.0, 2.0, 4.0]) * slope).sum()


def averaged(lib, _):
    """Return a leaf that is averaged, and what becomes of it."""
    points = lib.tensor([1.0, -2.0, 6.0], requires_grad=True)
    return points, points.mean()


def used_twice(lib, _):
    """Return a leaf that is both factors of a product, and what becomes of it."""
    both = lib.tensor([3.0, -5.0], requires_grad=True)
    return both, (both * both).sum()


GROUNDS = {
    "operators.number-on-the-right": scaled,
    "operators.sum-times-weight": summed,
    "operators.mean-grad": averaged,
    "accumulation.same-leaf-twice": used_twice,
    "operations.t": turned_round,
    "operations.mul-float64": exact,
    "operations.sum-zero-size": without_elements,
    "operators.broadcast-grad": stretched,
}
"""What cases stand on beside their twins, by the behaviour that owns it."""


def of_twin(lib, twin, dtype):
    """Return the leaves of the ordinary case, its result, and what becomes of it."""
    case = replace(twin.case, dtype=dtype)
    numbers = drawn(lib, case)
    if len(numbers) == 1:
        plain = leaf(lib, case, *numbers[0])
        ordinary = case.call(lib, plain)
        plains = [plain]
    else:
        plain_a = leaf(lib, case, *numbers[0])
        plain_b = leaf(lib, case, *numbers[1])
        ordinary = case.call(lib, plain_a, plain_b)
        plains = [plain_a, plain_b]
    if not case.out:
        return plains, ordinary, ordinary * weights(lib, case)
    return plains, ordinary, (ordinary * constant(lib, case, weights(lib, case))).sum()


def weighed(lib, case, result):
    """Return the weights that a result is given, and what becomes of it."""
    if not size(case.out):
        return None, result.sum()
    weight = leaf(lib, case, weights(lib, case), case.out)
    return weight, (result * weight).sum() if case.out else result * weight


def ask(lib, case):
    """Ask for an operation's value and gradients, as one case has it."""
    numbers = drawn(lib, case)
    if len(numbers) == 1:
        x = leaf(lib, case, *numbers[0])
        result = case.call(lib, seen(case, x, case.shapes[0]))
        asked = [("gradient", x)]
    else:
        a = leaf(lib, case, *numbers[0])
        b = leaf(lib, case, *numbers[1])
        left, right = case.shapes
        result = case.call(lib, seen(case, a, left), seen(case, b, right))
        asked = [("gradient of a", a), ("gradient of b", b)]
    weight, total = weighed(lib, case, result)
    roots = {}
    for owner, ground in GROUNDS.items():
        if case.after.count(owner):
            roots[owner], term = ground(lib, case)
            total = total + term
    if case.twin:
        plains, ordinary, term = of_twin(lib, case.twin, case.dtype)
        total = total + term
    total.backward()
    for owner, root in roots.items():
        lib.control(owner, root.grad)
    if case.twin:
        lib.control(case.twin.owner, ordinary)
        for plain in plains:
            lib.control(case.twin.owner, plain.grad)
    lib.observe("value", result, rtol=case.rtol)
    if size(case.out):
        lib.control(case.weighing, weight.grad)
    for label, root in asked:
        lib.observe(label, root.grad, rtol=case.rtol)
    if case.beside:
        lib.observe("gradient beside it", roots[case.weighing].grad)


def behave(case):
    """Register one case as a behaviour."""

    @chapter.behaviour(
        case.slug,
        case.title,
        profile=case.profile,
        claims=case.claims,
        source="" if case.claims else "the table of operations",
        after=case.after,
        why=case.why,
        mistake=case.mistake,
    )
    def _(lib):
        ask(lib, case)


for operation in TABLE:
    for case in operation.behaviours():
        behave(case)
