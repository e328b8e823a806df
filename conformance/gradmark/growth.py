"""Time that grows with the number of inputs: a hint at differences, and never a verdict."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from statistics import median
from typing import Any

from gradmark.program import Program
from gradmark.record import record
from gradmark.session import Backend

FEW, MANY = 4, 96
"""Inputs of the two programs; all else about them is alike."""

READ = 8
"""Gradients that are read: each costs as much as a few operations."""

ROUNDS = 3
"""How often both are asked before anything is said."""

SUSPICIOUS = 3.0
"""What the time has to grow by in every round: honest engines were seen to stay below 2."""

SECONDS = 1.0
"""Time after which no further round begins."""


def hints(backend: Backend) -> tuple[str, ...]:
    """Return what a library's own time hints at: one sentence, or nothing.

    Nothing is said where one round was as it should be, where a worker was lost or an operation is
    missing, and where a backend can't say what its library has ``spent``. Never raises.
    """
    spent: Callable[[], float] | None = getattr(backend, "spent", None)
    if spent is None:
        return ()
    try:
        grown = _grown(backend, spent)
    except Exception:  # noqa: BLE001 - the verdicts are there, and a hint is worth none of them
        return ()
    return (_said(median(grown)),) if grown else ()


def _said(times: float) -> str:
    return (
        f"the same arithmetic with one backward took {round(times)} times as long with {MANY} "
        f"inputs as with {FEW}, where a backward pass takes about as long; finite differences "
        "behave so. This is a hint and changes no verdict"
    )


def _grown(backend: Backend, spent: Callable[[], float]) -> list[float]:
    """Return by what the time grew in each round; nothing once it did not, or is not known."""
    grown: list[float] = []
    total = 0.0
    while len(grown) < ROUNDS and total < SECONDS:
        taken = []
        for inputs in (FEW, MANY):
            question = products(inputs)
            before = spent()
            answer = backend.ask(question)
            taken.append(spent() - before)
            if answer.trace is None or answer.trace.stop is not None:
                return []
        few, many = taken
        if few <= 0 or many < SUSPICIOUS * few:
            return []
        grown.append(many / few)
        total += few + many
    return grown


@lru_cache(2)
def products(inputs: int) -> Program:
    """Return a program that adds up as many products whatever the number of its inputs.

    It has no constants, which an engine may take for inputs, and reads as many gradients.
    """

    def body(lib: Any) -> None:
        leaves = [lib.tensor(0.5 + i / 256, requires_grad=True) for i in range(inputs)]
        total = leaves[0] * leaves[1]
        for i in range(1, MANY):
            total = total + leaves[i % inputs] * leaves[(i + 1) % inputs]
        total.backward()
        for i in range(READ):
            lib.observe(f"gradient {i}", leaves[i % inputs].grad)

    return record(body, is_known_good=True)
