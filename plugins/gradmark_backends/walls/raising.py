"""Raising all walls of level 2, in the order in which each still can be raised.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from gradmark_backends.walls.canary import prove
from gradmark_backends.walls.landlock import READ, WRITE, Rule, restrict_files
from gradmark_backends.walls.seccomp import restrict_calls
from gradmark_backends.walls.system import CannotWall, give_up_privileges


def raise_walls(
    rules: Iterable[Rule], scratch: str, outside: str, *, needs: Iterable[str] = ()
) -> None:
    """Restrict this process for good, and try whether that holds. Raises `CannotWall`.

    ``scratch`` is the one folder that may be written; ``outside`` a file that must be out of reach.
    """
    processes = "compiler" in needs
    try:
        # Without it neither Landlock nor seccomp lets itself be used by everybody.
        give_up_privileges()
        restrict_files([*rules, (scratch, WRITE), (os.path.realpath("/proc/self"), READ)])
        # Last, since it refuses what the others are made with.
        restrict_calls(os.getpid(), processes=processes)
    except OSError as error:
        raise CannotWall(f"a wall could not be raised: {error}") from None
    prove(outside, scratch, processes=processes)
