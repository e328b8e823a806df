"""Trying the walls from inside, with what a hostile library would do first.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

from gradmark_backends.walls.system import CannotWall


def escapes(outside: str, *, processes: bool = False) -> list[str]:
    """Return which walls do not hold in this process; ``outside`` is a file that is none of its.

    Nothing is harmed where one does not: the file is opened and never written.
    """
    attacks: dict[str, Callable[[], object]] = {
        "a file of the host can be read": lambda: os.close(os.open(outside, os.O_RDONLY)),
        "a file of the host can be written": lambda: os.close(os.open(outside, os.O_WRONLY)),
        "the parent can be signalled": lambda: os.kill(os.getppid(), 0),
        "the parent's memory can be read": lambda: os.close(
            os.open(f"/proc/{os.getppid()}/mem", os.O_RDONLY)
        ),
        "sockets can be made": _socket,
    }
    if not processes:
        attacks["processes can be started"] = _process
    return [what for what, attack in attacks.items() if _succeeds(attack)]


def _succeeds(attack: Callable[[], object]) -> bool:
    try:
        attack()
    except OSError:
        return False
    return True


def _socket() -> None:
    import _socket as sockets  # half of what the module in Python imports is never used here

    sockets.socket(sockets.AF_INET, sockets.SOCK_DGRAM).close()


def _process() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def lacks(scratch: str) -> list[str]:
    """Return what a library needs and can't do any more in this process."""
    path = os.path.join(scratch, "canary")
    done: list[int] = []
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.close(descriptor)
        os.unlink(path)
    except OSError as error:
        return [f"its own folder can't be written: {error.strerror}"]
    try:
        thread = threading.Thread(target=done.append, args=(1,))
        thread.start()
        thread.join()
    except RuntimeError as error:
        return [f"no thread can be started: {error}"]
    try:
        os.kill(os.getpid(), 0)
        signal.getitimer(signal.ITIMER_REAL)
    except OSError as error:
        return [f"it can't signal itself: {error.strerror}"]
    return [] if done else ["a thread did not run"]


def prove(outside: str, scratch: str, *, processes: bool = False) -> None:
    """Raise `CannotWall` unless every wall holds and a library can still work."""
    found = escapes(outside, processes=processes) + lacks(scratch)
    if found:
        raise CannotWall("; ".join(found))
