"""Which programs ask something whose answer may depend on the order of a walk. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gradmark.lower import slots
from gradmark.program import Program, walk

COMPUTES = frozenset("call method binary unary index inplace invoke repeat".split())


def order_matters(program: Program, *, chains: bool = False) -> bool:
    """Say whether a computed value is used twice on the way to a backward.

    Whoever visits such a value before all that it went into hands on a gradient that is not whole;
    a set of nodes is walked in another order from run to run. With ``chains`` a computed value that
    is used at all is enough: an engine may go through its nodes in no order whatever.
    """
    steps = list(walk(program.steps))
    if not any(step.op == "method" and step.name == "backward" for step in steps):
        return False
    inner: set[int] = set()
    uses: Counter[int] = Counter()
    for step in steps:
        if step.op not in COMPUTES or step.name == "backward":
            continue
        used = list(slots(step))
        uses.update(used)
        if used and not (step.op == "call" and step.name in {"tensor", "ones", "zeros"}):
            inner.update(step.outs)
    return any(uses[slot] > (not chains) for slot in inner)


def wavers(passed: Iterator[bool]) -> bool:
    """Say whether answers to one question change to and fro.

    One that is wrong ever after has been poisoned by an earlier one, which is another matter.
    """
    failed = False
    for good in passed:
        if good and failed:
            return True
        failed = failed or not good
    return False
