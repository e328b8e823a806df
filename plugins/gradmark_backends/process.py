"""One worker process: started, asked, timed and ended by the host."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from pathlib import Path
from typing import Any

from gradmark.errors import GradmarkError
from gradmark.verdict import Outcome
from gradmark_backends.answers import Reply, loaded_from, reply_from
from gradmark_backends.bootstrap import OLDEST, TOO_OLD
from gradmark_backends.channel import Channel, pack
from gradmark_backends.disk import DISK_BYTES
from gradmark_backends.launch import Launch, unnamed_file
from gradmark_backends.patience import Patience
from gradmark_backends.servers import Child
from gradmark_backends.worker import CHANNEL_LOST

OUTPUT_TAIL = 4_096
"""Bytes of what a library printed that are kept for show."""

_GLANCE = 10.0
"""Seconds that an interpreter may take to say that it is one."""

GRACE = 1.0
"""Seconds that a process may take to end after it closed its pipes."""

_OUT_OF_MEMORY = (b"MemoryError", b"std::bad_alloc", b"Cannot allocate memory")


GLANCE_EVERY = 0.1
"""Seconds between two looks at how much room a worker takes."""


class Overfull(Exception):
    """The worker takes more room on the disk than it may."""


class Lost(Exception):
    """The worker is no use any more, and why."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        """Keep the verdict beside the sentence."""
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


class Process:
    """A worker process, from its start to its end.

    Raises `GradmarkError` where the interpreter can't be started at all.
    """

    def __init__(self, launch: Launch) -> None:
        """Start the process; nothing is asked yet."""
        self.scratch = _folder(launch.place)
        self._output = unnamed_file(self.scratch)
        requests, answers = _pipe(), _pipe()
        theirs, ours = (requests[0], answers[1]), (answers[0], requests[1])
        try:
            self._child = launch.child(self.scratch, theirs, self._output)
        except OSError as error:
            for descriptor in (self._output, *ours):
                os.close(descriptor)
            shutil.rmtree(self.scratch, ignore_errors=True)
            raise GradmarkError(
                "no-python",
                f"{launch.python} can't be started as the worker's interpreter",
                cause=str(error),
                hint="name an executable Python of 3.10 or later",
            ) from None
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        self._channel = Channel(*ours, alive=self._watched)
        self._waiting = ("", 0.0)
        self._next_look = 0.0
        self._spoken = launch.plan.kind == "command"  # no interpreter that could be too old
        self.loaded: tuple[str, ...] = ()
        """What the latest answer says was imported since the one before."""
        # A host that forgets to close, or ends by an exception, leaves nothing behind either.
        self._end = weakref.finalize(
            self, _end, os.getpid(), self._child, self.scratch, self._channel, self._output
        )

    @property
    def pid(self) -> int:
        """Return the process id, which is the group's too."""
        return self._child.pid

    def alive(self) -> bool:
        """Say whether the process still runs."""
        return self._child.poll() is None

    def _watched(self) -> bool:
        self._look()
        return self.alive()

    def _look(self) -> None:
        """Look now and then how much room it takes. Raises `Overfull`."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + GLANCE_EVERY
            if self._child.taken(str(self.scratch)) > DISK_BYTES:
                raise Overfull

    def ask(self, do: str, seconds: float, payload: bytes = b"", **fields: Any) -> None:
        """Send a request without waiting for its answer. Raises `Lost`, and ends the process."""
        identity = secrets.token_hex(8)
        message = pack({"id": identity, "do": do, "seconds": seconds, **fields}, payload)
        self._waiting = (identity, seconds)
        try:
            self._look()
            if self._channel.unasked():
                raise ValueError("it spoke without being asked")
            if os.fstat(self._output).st_size:
                os.ftruncate(self._output, 0)
            self._channel.send(message, Patience(seconds, self._child.starved).left)
        except (EOFError, TimeoutError, ValueError, OSError, Overfull) as error:
            raise self._lost(error, seconds) from None

    def answers(self) -> bool:
        """Say whether there is something to read, if only that the process is gone."""
        return self._channel.speaks()

    def reply(self) -> Reply:
        """Wait for the answer to the latest request. Raises `Lost`, and ends the process."""
        identity, seconds = self._waiting
        try:
            message = self._channel.receive(Patience(seconds, self._child.starved).left)
            self.loaded = loaded_from(message[0])
            reply = reply_from(message, identity)
            self._look()
        except (EOFError, TimeoutError, ValueError, OSError, Overfull) as error:
            raise self._lost(error, seconds) from None
        self._spoken = True
        return reply

    def is_well(self) -> bool:
        """Say whether the process waits for a request; false once it is gone."""
        if not self._end.alive or not self.alive():
            return False
        try:
            self._channel.unasked()
        except (EOFError, OSError):
            return False
        return True

    def mapped(self) -> tuple[str, ...]:
        """Return the native libraries that it has loaded, as far as that can be seen."""
        return self._child.mapped()

    def spent(self) -> float:
        """Return the seconds of a processor that it has used. Raises OSError if unknown."""
        return self._child.spent()

    def output(self) -> str:
        """Return the tail of what was printed since the latest request."""
        size = os.fstat(self._output).st_size
        tail = os.pread(self._output, OUTPUT_TAIL, max(0, size - OUTPUT_TAIL))
        before = f"… ({size - OUTPUT_TAIL} bytes before)\n" if size > OUTPUT_TAIL else ""
        return before + tail.decode("utf-8", "replace")

    def close(self) -> None:
        """End the process and all of its group, and remove its folder."""
        self._end()

    def _lost(self, error: Exception, seconds: float) -> Lost:
        """Say why the worker is lost, and end it; what it printed can still be read."""
        match error:
            case TimeoutError():
                lost = Lost(Outcome.TIMEOUT, f"no answer within {seconds:g} s")
            case EOFError():
                lost = self._ended()
            case Overfull():
                room = f"more than {DISK_BYTES >> 20} MB in its folder, or too many files"
                lost = Lost(Outcome.MEMORY, f"the library put {room}")
            case _:
                lost = Lost(Outcome.PROTOCOL, f"the worker answered nonsense: {error}")
        self._child.end()
        return lost

    def _ended(self) -> Lost:
        try:
            status = self._child.wait(GRACE)
        except subprocess.TimeoutExpired:
            return Lost(Outcome.PROTOCOL, "the library closed the worker's pipes")
        if status == CHANNEL_LOST:
            return Lost(Outcome.PROTOCOL, "the library took the worker's pipes away")
        how = (
            f"ended with exit status {status}" if status >= 0 else f"was killed by {_name(-status)}"
        )
        size = os.fstat(self._output).st_size
        tail = os.pread(self._output, OUTPUT_TAIL, max(0, size - OUTPUT_TAIL))
        if status == TOO_OLD and not self._spoken and not self._child.runs_our_code:
            oldest = ".".join(map(str, OLDEST))
            found = tail.decode("ascii", "replace")[:20]
            return Lost(Outcome.UNGRADED, f"it is {found}, and a worker needs {oldest} or later")
        if status and any(sign in tail for sign in _OUT_OF_MEMORY):
            return Lost(Outcome.MEMORY, f"memory ran out: the process {how}")
        return Lost(Outcome.CRASH, f"the process {how}")


def is_python(path: str) -> bool:
    """Say whether an executable runs a line of Python, in a few seconds."""
    try:
        done = subprocess.run(
            [path, "-I", "-c", "print('yes')"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GLANCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.strip() == b"yes"


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _folder(place: Path | None) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="gradmark-", dir=place)).resolve()
    except OSError as error:
        raise GradmarkError(
            "no-scratch",
            "there is nowhere to make a worker's folder",
            cause=str(error),
            hint="let TMPDIR name a folder that can be written",
        ) from None


def _pipe() -> tuple[int, int]:
    """Make a pipe whose ends are no standard streams, though the host may have closed its own."""
    ends = os.pipe()
    if min(ends) > 2:  # noqa: PLR2004 - stdin, stdout, stderr
        return ends
    import fcntl  # not where a sentence refuses to run at all

    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 3) for end in ends]
    for end in ends:
        os.close(end)
    return moved[0], moved[1]


def _end(owner: int, child: Child, scratch: Path, channel: Channel, output: int) -> None:
    if os.getpid() != owner:
        return  # a fork of the host leaves the worker to the host
    child.end()
    channel.close()
    os.close(output)
    _remove(scratch)


def _remove(scratch: Path) -> None:
    """Remove a folder, whatever modes were left in it."""

    def allow(_function: Any, path: str, _error: Any) -> None:
        for place in (Path(path).parent, Path(path)):
            # A link may lead anywhere, and so may the folder above the scratch folder.
            if place.is_relative_to(scratch) and place.is_dir() and not place.is_symlink():
                with contextlib.suppress(OSError):
                    place.chmod(0o700)

    for _ in range(3):
        # What was killed may still be writing; what was locked is open the second time.
        if sys.version_info >= (3, 12):
            shutil.rmtree(scratch, onexc=allow)
        else:
            shutil.rmtree(scratch, onerror=allow)
        if not scratch.exists():
            return
