"""Moving what an engine allocates, so that an answer which hangs on addresses changes.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

from itertools import repeat

SMALLEST, LARGEST, STEP = 16, 512, 16
"""Sizes of the blocks in which Python allocates small objects."""

HELD = 7
"""Blocks of each size that are taken at most."""


class Shaker:
    """Holds a few blocks of every size, others from call to call."""

    def __init__(self) -> None:
        """Begin with none."""
        self._calls = 0
        self._held: list[bytes] = []

    def shake(self) -> None:
        """Take other blocks than before, so that new objects lie elsewhere and in another order."""
        self._calls += 1
        held: list[bytes] = []
        for number, size in enumerate(range(SMALLEST, LARGEST + 1, STEP)):
            count = (self._calls * (2 * number + 3) + self._calls // HELD) % HELD
            held += map(bytes, repeat(max(0, size - 33), count))
        # The old ones are freed in between, which leaves holes where the next objects go.
        self._held = held
