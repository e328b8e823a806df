"""How much room a worker takes on the disk, as far as another process can see it.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator

DISK_BYTES = 1 << 30
"""Room for caches of compiled code; a worker that takes more is lost."""

FILE_BYTES = 256 << 20
"""What one file may take, by a limit that the system holds."""

ENTRIES, DEPTH = 20_000, 32
"""Files and folders that are counted, and how deep; beyond that it counts as too much."""

BLOCK = 512
"""The unit of ``st_blocks``, whatever a disk's own are."""

Places = dict[tuple[int, int], int]


def taken(folder: str, pid: int = 0) -> int:
    """Return the bytes in a folder, with the files that a process holds there without a name."""
    found: Places = {}
    if not all(_within(folder, found)):
        return DISK_BYTES + 1
    if pid:
        unnamed, mapped = _held(pid, found), _mapped(pid, folder)
        found.update(unnamed)
        known = {inode for _, inode in found}
        found.update({(0, inode): FILE_BYTES for inode in mapped if inode not in known})
    return sum(found.values())


def _within(folder: str, found: Places) -> Iterator[bool]:
    """Add what has a name, and yield whether there is an end to it."""
    waiting, entries = [(folder, 0)], 0
    while waiting:
        place, depth = waiting.pop()
        yield depth <= DEPTH
        with contextlib.suppress(OSError), os.scandir(place) as listed:
            for entry in listed:
                entries += 1
                yield entries <= ENTRIES
                with contextlib.suppress(OSError):
                    state = entry.stat(follow_symlinks=False)
                    found[state.st_dev, state.st_ino] = state.st_blocks * BLOCK
                    if stat.S_ISDIR(state.st_mode):
                        waiting.append((entry.path, depth + 1))


def _held(pid: int, named: Places) -> Places:
    """Return the open files without a name; each thread may have descriptors of its own."""
    found: Places = {}
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - pathlib costs more than it
            place = f"/proc/{pid}/task/{task}/fd"
            for number in os.listdir(place):  # noqa: PTH208
                with contextlib.suppress(OSError):
                    state = os.stat(f"{place}/{number}")  # noqa: PTH116
                    key = state.st_dev, state.st_ino
                    if stat.S_ISREG(state.st_mode) and not state.st_nlink and key not in named:
                        found[key] = state.st_blocks * BLOCK
    return found


def _mapped(pid: int, folder: str) -> set[int]:
    """Return the inodes of deleted files that are mapped; how large they are is not told."""
    found = set()
    with contextlib.suppress(OSError), open(f"/proc/{pid}/maps", "rb") as file:  # noqa: PTH123
        inside = os.fsencode(folder) + b"/"
        for line in file:
            parts = line.split(None, 5)
            is_ours = len(parts) == 6 and parts[5].startswith(inside)  # noqa: PLR2004
            if is_ours and parts[5].endswith(b" (deleted)\n"):
                found.add(int(parts[4]))
    return found
