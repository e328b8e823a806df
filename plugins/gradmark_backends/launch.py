"""How the workers of one backend are started: forked by a server, or each by itself."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import weakref
from pathlib import Path

from gradmark_backends.bubble import command as bubble
from gradmark_backends.bubble import executable
from gradmark_backends.bundle import make_bundle, source_of
from gradmark_backends.commands import spawned
from gradmark_backends.disk import taken
from gradmark_backends.forks import starved_seconds
from gradmark_backends.limits import limits
from gradmark_backends.plan import Plan
from gradmark_backends.servers import Child, Server, available

INHERITED = frozenset({"PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ"})
"""What a worker keeps of the user's environment: where programs are, and how to write."""

_LOADER = frozenset({"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"})
"""Without these an interpreter or NumPy that was installed aside finds no shared libraries."""

_UNLIMITED = frozenset({"memory", "threads", "gpu"})
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_PLACES = "HOME TMPDIR XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_RUNTIME_DIR"

WALLED, BUBBLED = 2, 3


def lacking(level: int) -> str:
    """Return what a level can't do without and this machine has not, nothing where all is there."""
    if level >= WALLED and not available():
        return "there are no walls of ours for this system"
    return "there is no bwrap in PATH" if level >= BUBBLED and not executable() else ""


class Launch:
    """How workers are started; all workers of one backend share it, and the server if there is one.

    Raises OSError where the interpreter can't be started at all.
    """

    def __init__(self, plan: Plan, *, level: int = 1, memory_bytes: int | None = None) -> None:
        """Settle it; nothing is started yet."""
        self.plan = plan
        self.level = level
        self.python = plan.python or sys.executable
        self._limits = limits(None if _UNLIMITED & {*plan.needs} else memory_bytes)
        self._bundle = make_bundle()
        self._server: Server | None = None
        self._preloaded: tuple[str, ...] = ()
        self.place: Path | None = None
        """The folder of all scratch folders, where it matters."""
        self._outside = ""
        made: list[Path] = []
        if level >= WALLED:
            descriptor, self._outside = tempfile.mkstemp(prefix="outside-")
            os.close(descriptor)
            made.append(Path(self._outside))
        if level >= BUBBLED:
            self.place = Path(tempfile.mkdtemp(prefix="gradmark-")).resolve()
            made.append(self.place)
        self._end = weakref.finalize(self, _remove, os.getpid(), made)

    def child(self, scratch: Path, pipes: tuple[int, int], output: int) -> Child:
        """Start a worker that reads and writes these pipes. Raises OSError."""
        if self.plan.kind == "command":
            environment = {**self._shared(), **self._own(scratch)}
            return Spawned(spawned(self.plan, scratch, pipes, output, self._limits, environment))
        if not available():
            return self._spawned(scratch, pipes, output)
        order = {
            "scratch": str(scratch),
            "environment": self._own(scratch),
            "limits": self._limits,
        }
        if self._server is None or not self._server.lives:
            self._server = self._served(output)
            if self._preloaded:
                self._server.preload(*self._preloaded)
        return self._server.fork(order, [*pipes, output])

    def preload(self, *modules: str) -> None:
        """Have modules imported once, for all workers to come."""
        if self._server is not None and modules != self._preloaded:
            self._preloaded = modules
            self._server.preload(*modules)

    def close(self) -> None:
        """End the server with all of its workers."""
        if self._server is not None:
            self._server.close()
        self._end()

    def _served(self, output: int) -> Server:
        bundle = unnamed_file(Path(tempfile.gettempdir()))
        os.write(bundle, self._bundle.wire())
        settings = {
            "bundle": bundle,
            "plan": self.plan.to_json(),
            "level": self.level,
            "outside": self._outside,
        }
        command = self._command()
        if self.level >= BUBBLED and self.place is not None:
            command = [*bubble(self.plan, self.python, self.place), *command]
        try:
            return Server(command, settings, output, (bundle,), self._shared())
        finally:
            os.close(bundle)

    def _spawned(self, scratch: Path, pipes: tuple[int, int], output: int) -> Spawned:
        bundle = unnamed_file(scratch)
        os.write(bundle, self._bundle.wire())
        settings = {"bundle": bundle, "pipes": pipes, "limits": self._limits}
        try:
            return Spawned(
                subprocess.Popen(
                    [*self._command(), json.dumps(settings)],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=scratch,
                    env={**self._shared(), **self._own(scratch)},
                    pass_fds=(bundle, *pipes),
                    start_new_session=True,
                )
            )
        finally:
            os.close(bundle)

    def _command(self) -> list[str]:
        code = source_of("gradmark_backends.bootstrap")
        return [self.python, "-I", "-B", "-u", "-X", "utf8", "-c", code]

    def _shared(self) -> dict[str, str]:
        """Return the environment that all workers have."""
        kept = {name: os.environ[name] for name in INHERITED | _LOADER if name in os.environ}
        # One thread sums in one order, and takes no address space for the others' stacks.
        threads = {} if "threads" in self.plan.needs else dict.fromkeys(_THREADS, "1")
        # -I makes the worker deaf to it; processes that a library starts hear it.
        return {**kept, **threads, "PYTHONHASHSEED": "0", **self.plan.environment}

    def _own(self, scratch: Path) -> dict[str, str]:
        """Return what only one worker has: its home is its scratch folder."""
        return {**dict.fromkeys(_PLACES.split(), str(scratch)), **self.plan.environment}


class Spawned:
    """A worker that is a child of the host's own."""

    runs_our_code = False

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        """Take the process over."""
        self._process = process
        self.pid = process.pid

    def poll(self) -> int | None:
        """Return its exit status, None while it runs."""
        return self._process.poll()

    def wait(self, seconds: float) -> int:
        """Wait for its exit status. Raises `subprocess.TimeoutExpired`."""
        return self._process.wait(seconds)

    def end(self) -> None:
        """End the whole group. What left it by a session of its own is out of reach."""
        # macOS says EPERM for a group of which only the dead are left.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def mapped(self) -> tuple[str, ...]:
        """Return nothing: there is no looking into another process here."""
        return ()

    def spent(self) -> float:
        """Raise OSError, for the same reason."""
        raise OSError("no telling what a worker has spent")

    def starved(self) -> float:
        """Return the seconds that it has waited for a processor."""
        return starved_seconds(self.pid)

    def taken(self, scratch: str) -> int:
        """Return the bytes that it takes on the disk."""
        return taken(scratch, self.pid)


def unnamed_file(folder: Path) -> int:
    """Make a file that has no name any more, written at its end whoever writes."""
    path = folder / secrets.token_hex(8)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    path.unlink()
    return descriptor


def _remove(owner: int, made: list[Path]) -> None:
    if os.getpid() != owner:
        return
    for path in made:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
