"""How long an answer is waited for: what a busy machine takes is not charged to the library."""

from __future__ import annotations

import time
from collections.abc import Callable

MOST = 3.0
"""How many times its own seconds are given besides, at most: threads without end starve too."""

_SOON = 0.1
"""The share of the seconds in which most answers come, and nothing has to be looked up."""


class Patience:
    """The seconds that are left for an answer.

    While other processes have the processors, a worker that could run has to wait for one;
    ``starved`` says for how many seconds it has, and these are given back.
    """

    def __init__(
        self,
        seconds: float,
        starved: Callable[[], float] = lambda: 0.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin to wait."""
        self._now = now
        self._starved = starved
        self._looks = now() + _SOON * seconds
        self._until = now() + seconds
        self._most = MOST * seconds
        self._before: float | None = None

    def left(self) -> float:
        """Return the seconds that are left; none or less means that it is over."""
        now = self._now()
        if self._before is None and now >= self._looks:
            self._before = self._starved()
        if now < self._until or self._before is None:
            return self._until - now
        given = min(self._starved() - self._before, self._most)
        return self._until + given - now
