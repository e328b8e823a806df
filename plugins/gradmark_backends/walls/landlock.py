"""Landlock: what a worker may read and write, whoever owns the files.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
from collections.abc import Iterable

from gradmark_backends.walls.system import CannotWall, machine, syscall

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_CHANGES = 0x1FF0
"""Removing and making files and folders of every kind; all kernels with Landlock know these."""
REFER, TRUNCATE, IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15

_OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEVICE
READ = READ_FILE | READ_DIR
RUN = READ | EXECUTE
WRITE = RUN | WRITE_FILE | _CHANGES | REFER | TRUNCATE
DEVICE = READ | WRITE_FILE | IOCTL_DEVICE

_BIND_TCP, _CONNECT_TCP = 1 << 0, 1 << 1
_ABSTRACT_SOCKETS, _SIGNALS = 1 << 0, 1 << 1

Rule = tuple[str, int]
"""A path and what may be done with it and with all that is beneath it."""


def abi() -> int:
    """Return the version of Landlock that runs. Raises `CannotWall` where none does."""
    machine()
    try:
        return syscall(_CREATE, 0, 0, _VERSION)
    except OSError as error:
        why = {
            errno.ENOSYS: "this kernel has no Landlock, or a container's filter hides it",
            errno.EOPNOTSUPP: "Landlock is built into this kernel and switched off",
        }.get(error.errno or 0, f"Landlock can't be asked: {error.strerror}")
        raise CannotWall(why) from None


def _handled(version: int) -> tuple[int, bytes]:
    """Return the rights that a version can refuse, and the attributes that ask it to."""
    rights = EXECUTE | WRITE_FILE | READ | _CHANGES
    rights |= REFER if version >= 2 else 0  # noqa: PLR2004 - versions of the interface
    rights |= TRUNCATE if version >= 3 else 0  # noqa: PLR2004
    rights |= IOCTL_DEVICE if version >= 5 else 0  # noqa: PLR2004
    attributes = struct.pack("=Q", rights)
    # What a version does not know, seccomp refuses by itself: sockets, signals, truncation.
    if version >= 4:  # noqa: PLR2004
        attributes += struct.pack("=Q", _BIND_TCP | _CONNECT_TCP)
    if version >= 6:  # noqa: PLR2004
        attributes += struct.pack("=Q", _ABSTRACT_SOCKETS | _SIGNALS)
    return rights, attributes


def restrict_files(rules: Iterable[Rule]) -> None:
    """Refuse this thread, for good, all files but those of the rules.

    ``no_new_privs`` has to be set. A path that is not there is no rule.
    Raises `CannotWall`, OSError.
    """
    rights, attributes = _handled(abi())
    ruleset = syscall(_CREATE, ctypes.c_char_p(attributes), len(attributes), 0)
    try:
        for path, allowed in rules:
            _allow(ruleset, path, allowed & rights)
        syscall(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, allowed: int) -> None:
    try:
        # A link inside a submission must not open what it leads to.
        place = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            allowed &= _OF_FILES
        if allowed:
            rule = struct.pack("=Qi", allowed, place)
            syscall(_ADD, ruleset, 1, ctypes.c_char_p(rule), 0)
    finally:
        os.close(place)
