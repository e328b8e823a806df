"""The host's side of a fork server: it is started once, and asked for every worker."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
import weakref
from pathlib import Path
from typing import Any, Protocol

MESSAGE_LIMIT = 1 << 16
STARTING = 60.0
"""Seconds that an interpreter and NumPy may take on a busy machine."""

ENDING = 10.0
"""Seconds that ending a worker may take; it is a matter of milliseconds."""

LOST = -9
"""The exit status of a worker whose server is gone: whoever ended the one ended the other."""


class Child(Protocol):
    """A worker's process, whoever its parent is."""

    pid: int
    runs_our_code: bool
    """Whether its interpreter is known to be recent enough, since our code made it."""

    def poll(self) -> int | None:
        """Return its exit status, None while it runs."""

    def wait(self, seconds: float) -> int:
        """Wait for its exit status. Raises `subprocess.TimeoutExpired`."""

    def end(self) -> None:
        """End it with all of its group, and wait."""

    def mapped(self) -> tuple[str, ...]:
        """Return the native libraries that it has loaded; nothing where that can't be seen."""

    def spent(self) -> float:
        """Return the seconds of a processor that it has used. Raises OSError if unknown."""

    def starved(self) -> float:
        """Return the seconds that it has waited for a processor; 0 where that can't be seen."""

    def taken(self, scratch: str) -> int:
        """Return the bytes that it takes on the disk, as far as they can be seen."""


class Server:
    """A fork server that runs."""

    def __init__(
        self, command: list[str], settings: dict[str, Any], output: int, keep: tuple[int, ...],
        environment: dict[str, str],
    ) -> None:  # fmt: skip
        """Start it; what it prints goes where its first worker's output goes. Raises OSError."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        settings = {**settings, "control": theirs.fileno()}
        try:
            self._process = subprocess.Popen(
                [*command, json.dumps(settings)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=environment,
                pass_fds=(theirs.fileno(), *keep),
                start_new_session=True,
            )
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        self._control = ours
        self._statuses: dict[int, int] = {}
        self._end = weakref.finalize(self, _end, os.getpid(), self._process, ours)

    @property
    def lives(self) -> bool:
        """Say whether it can fork."""
        return self._end.alive and self._control.fileno() >= 0 and self._process.poll() is None

    def fork(self, order: dict[str, Any], descriptors: list[int]) -> Child:
        """Have a worker made, which is given the descriptors."""
        try:
            socket.send_fds(self._control, [_packed({"do": "fork", **order})], descriptors)
            pid = int(self._reply("forked", STARTING)["forked"])
        except (OSError, EOFError):
            return Stillborn(self._status())
        return Forked(self, pid)

    def preload(self, *modules: str) -> None:
        """Have modules imported before the next worker is made."""
        with contextlib.suppress(OSError):
            self._control.send(_packed({"do": "preload", "modules": modules}))

    def mapped(self, pid: int) -> tuple[str, ...]:
        """Return the native libraries of a worker."""
        try:
            self._control.send(_packed({"do": "mapped", "pid": pid}))
            return tuple(map(str, self._reply("mapped", ENDING)["mapped"]))
        except (OSError, EOFError):
            return ()

    def spent(self, pid: int) -> float:
        """Return the seconds of a processor that a worker has used. Raises OSError if unknown."""
        self._control.send(_packed({"do": "spent", "pid": pid}))
        try:
            return float(self._reply("spent", ENDING)["spent"])
        except (EOFError, TypeError, ValueError):
            raise OSError("no telling what a worker has spent") from None

    def starved(self, pid: int) -> float:
        """Return the seconds that a worker has waited for a processor."""
        try:
            self._control.send(_packed({"do": "starved", "pid": pid}))
            return float(self._reply("starved", ENDING)["starved"])
        except (OSError, EOFError):
            return 0.0

    def taken(self, pid: int, scratch: str) -> int:
        """Return the bytes that a worker takes on the disk."""
        try:
            self._control.send(_packed({"do": "taken", "pid": pid, "scratch": scratch}))
            return int(self._reply("taken", ENDING)["taken"])
        except (OSError, EOFError):
            return 0

    def status(self, pid: int) -> int | None:
        """Return a worker's exit status, None while it runs."""
        with contextlib.suppress(OSError, EOFError):
            while True:
                self._hear(0)
        if pid not in self._statuses and self._process.poll() is not None:
            return LOST
        return self._statuses.get(pid)

    def end(self, pid: int) -> None:
        """End a worker and all that it left behind."""
        try:
            self._control.send(_packed({"do": "end", "pid": pid}))
            self._reply("swept", ENDING)
        except (OSError, EOFError):
            self.close()

    def close(self) -> None:
        """End the server and every worker."""
        self._end()

    def _status(self) -> int:
        try:
            return self._process.wait(1)
        except subprocess.TimeoutExpired:
            self.close()
            return LOST

    def _reply(self, name: str, seconds: float) -> dict[str, Any]:
        """Wait for an answer of a kind. Raises EOFError and OSError where none comes."""
        until = time.monotonic() + seconds
        while True:
            message = self._hear(max(0.0, until - time.monotonic()))
            if name in message:
                return message

    def _hear(self, seconds: float) -> dict[str, Any]:
        # Zero would mean that nothing is waited for, also by the operating system.
        self._control.settimeout(seconds)
        data = self._control.recv(MESSAGE_LIMIT)
        if not data:
            raise EOFError("the server is gone")
        message: dict[str, Any] = json.loads(data)
        if "ended" in message:
            self._statuses[message["ended"]] = message["status"]
        return message


class Forked:
    """A worker that is a fork of a server."""

    runs_our_code = True

    def __init__(self, server: Server, pid: int) -> None:
        """Remember where to ask about it."""
        self._server = server
        self._ended = False
        self._status: int | None = None
        self.pid = pid

    def poll(self) -> int | None:
        """Return its exit status, None while it runs."""
        if self._status is None:
            self._status = self._server.status(self.pid)
        return self._status

    def wait(self, seconds: float) -> int:
        """Wait for its exit status. Raises `subprocess.TimeoutExpired`."""
        until = time.monotonic() + seconds
        while (status := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("worker", seconds)
            time.sleep(0.002)
        return status

    def end(self) -> None:
        """End it with all that it started, also what left its group."""
        if not self._ended:  # its number may be another worker's by now
            self._ended = True
            self._server.end(self.pid)
            self.poll()

    def mapped(self) -> tuple[str, ...]:
        """Return the native libraries that it has loaded."""
        return self._server.mapped(self.pid)

    def spent(self) -> float:
        """Return the seconds of a processor that it has used. Raises OSError if unknown."""
        return self._server.spent(self.pid)

    def starved(self) -> float:
        """Return the seconds that it has waited for a processor."""
        return self._server.starved(self.pid)

    def taken(self, scratch: str) -> int:
        """Return the bytes that it takes on the disk."""
        return self._server.taken(self.pid, scratch)


class Stillborn:
    """A worker that was never made, because its server ended first."""

    pid = -1
    runs_our_code = False

    def __init__(self, status: int) -> None:
        """Keep the server's exit status."""
        self._status = status

    def poll(self) -> int | None:
        """Return the server's exit status."""
        return self._status

    def wait(self, seconds: float) -> int:  # noqa: ARG002 - it need not be waited for
        """Return the server's exit status."""
        return self._status

    def end(self) -> None:
        """Leave it as it is."""

    def mapped(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()

    def spent(self) -> float:
        """Raise OSError."""
        raise OSError("it never was")

    def starved(self) -> float:
        """Return 0."""
        return 0.0

    def taken(self, scratch: str) -> int:  # noqa: ARG002 - it never wrote into it
        """Return nothing."""
        return 0


def _packed(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode()


def _end(owner: int, process: subprocess.Popen[bytes], control: socket.socket) -> None:
    if os.getpid() != owner:
        return  # a fork of the host leaves the server to the host
    control.close()  # which the server takes as its end, and its workers'
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def available() -> bool:
    """Say whether this system can have a fork server: children that became orphans go to it."""
    return Path("/proc/self/task").is_dir() and hasattr(socket, "SOCK_SEQPACKET")
