"""Which programs ask something whose answer may depend on the order of a walk. Pure."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from gradmark.lower import slots
from gradmark.program import Program, walk
from gradmark.record import record
from gradmark.trace import Seen, Trace, Value

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


ONE_QUESTION = "one question in many graphs"
"""What the program of `one_question` is called where it left something behind."""

GRAPHS, TALLEST, GRADIENT = 20, 5, 6.0


@lru_cache(1)
def one_question() -> Program:
    """Return a program that asks for one and the same gradient in many graphs."""
    return record(_in_many_graphs, is_known_good=True)


def one_answer() -> Trace:
    """Return the answer to `one_question` of whoever waits for every share of a gradient.

    Whoever walks a set of nodes has their addresses for an order, and each graph has others: a
    library that is right by chance is not right twenty times.
    """
    value = Value("tensor", "float32", (), struct.pack("=f", GRADIENT))
    marks = [(s.mark, s.number) for s in one_question().steps if s.mark is not None]
    return Trace(tuple(Seen(mark, step, value) for mark, step in marks))


def _in_many_graphs(lib: Any) -> None:
    graphs = []
    for number in range(GRAPHS):
        x = lib.tensor(1.0, requires_grad=True)
        tower = lib.repeat(1 + number % TALLEST, lambda node: node * 0.25 + node * 0.75, x * 2.0)
        result = tower * 3.0
        result.backward()
        lib.observe(f"gradient in graph {number}", x.grad)
        graphs.append((tower, result))  # alive, so that no other one takes their places
