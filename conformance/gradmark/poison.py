"""Which of the programs that ran before poisoned the worker for a later one. Pure."""

from __future__ import annotations

from collections.abc import Callable

ROUNDS = 10
"""Fresh workers that naming a poisoner may cost."""


def culprit(history: list[str], goes_wrong: Callable[[list[str]], bool]) -> str:
    """Return the one program after which alone another goes wrong, or nothing.

    ``goes_wrong`` says whether it does after these programs in a fresh worker; the history is
    halved, so that a thousand programs cost ten workers.
    """
    # The culprit is the last one whose absence heals what comes after it: in [low, high).
    low, high = 0, len(history)
    for _ in range(ROUNDS):
        if high - low <= 1:
            break
        middle = (low + high) // 2
        low, high = (middle, high) if goes_wrong(history[middle:]) else (low, middle)
    return history[low] if high - low == 1 and goes_wrong([history[low]]) else ""
