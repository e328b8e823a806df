"""Calls of Linux that Python has no names for, by number and for the machines that are known.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PR_GET_DUMPABLE = 3
PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_READ_SEARCH = 2


class CannotWall(Exception):
    """The walls can't be raised on this machine, and why."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What differs between processors: the audit name and the column of the syscall table."""

    name: str
    arch: int
    column: int
    seccomp: int
    capset: int


MACHINES = {
    "x86_64": Machine("x86-64", 0xC000003E, 0, 317, 126),
    "aarch64": Machine("arm64", 0xC00000B7, 1, 277, 91),
}


def machine() -> Machine:
    """Return this machine. Raises `CannotWall` where its calls are not known here."""
    name = platform.machine().lower()
    found = MACHINES.get("aarch64" if name == "arm64" else name)
    # A 32-bit interpreter on a 64-bit kernel makes other calls than the table knows.
    if not sys.platform.startswith("linux") or found is None or sys.maxsize < 1 << 32:
        raise CannotWall(f"{sys.platform} on {name or 'an unknown processor'} has no walls of ours")
    return found


_libc: Any = None


def libc() -> Any:
    """Return the C library of this process."""
    global _libc  # noqa: PLW0603 - opened once, and not where nobody asks
    if _libc is None:
        _libc = ctypes.CDLL(None, use_errno=True)
        _libc.syscall.restype = ctypes.c_long
    return _libc


def syscall(number: int, *arguments: Any) -> int:
    """Make a call by its number; integers are passed in full width. Raises OSError."""
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = int(libc().syscall(ctypes.c_long(number), *wide))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def prctl(option: int, value: int = 0) -> int:
    """Read or set an attribute of this process. Raises OSError."""
    wide = [ctypes.c_ulong(value), *(ctypes.c_ulong(0) for _ in range(3))]
    result = int(libc().prctl(ctypes.c_int(option), *wide))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


@contextlib.contextmanager
def undumpable() -> Iterator[None]:
    """Keep this process's memory from others of the same user for a while, where that is known."""
    if not sys.platform.startswith("linux"):
        yield
        return
    before = prctl(PR_GET_DUMPABLE)
    prctl(PR_SET_DUMPABLE, 0)
    try:
        yield
    finally:
        prctl(PR_SET_DUMPABLE, before)


def give_up_privileges() -> None:
    """Let nothing that is executed gain a privilege, and drop those of root. Raises OSError.

    Root keeps being allowed to read: a submission may belong to another user with all others shut
    out, and what may be read is decided by Landlock.
    """
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    kept = 1 << _CAP_DAC_READ_SEARCH
    # Effective, permitted and inheritable, for capabilities 0 to 31 and again for the others.
    sets = (ctypes.c_uint32 * 6)(kept, kept, 0, 0, 0, 0)
    try:
        syscall(machine().capset, header, sets)
    except PermissionError:
        # Who never had it, which is everybody but root, keeps none.
        syscall(machine().capset, header, (ctypes.c_uint32 * 6)())
