"""The fork server: a process that has imported our code and NumPy, and nothing under test.

Each worker is a fork of it, which takes milliseconds where an interpreter and NumPy take a fifth of
a second. What a worker leaves behind becomes the server's child and is ended with it.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from dataclasses import replace
from importlib import import_module
from importlib.machinery import PathFinder
from typing import Any

from gradmark_backends.bootstrap import limit
from gradmark_backends.disk import taken
from gradmark_backends.plan import Plan
from gradmark_backends.walls.landlock import Rule
from gradmark_backends.walls.packages import is_packages
from gradmark_backends.walls.places import readable
from gradmark_backends.walls.raising import raise_walls
from gradmark_backends.walls.system import PR_SET_CHILD_SUBREAPER, CannotWall, prctl
from gradmark_backends.worker import main as answer_requests
from gradmark_backends.worker import search

MESSAGE_LIMIT = 1 << 16
"""Bytes of one message between host and server."""

SWEEPING = 1.0
"""Seconds that ending what a worker left behind may take."""

MAPPED_LIMIT = 100
"""Native libraries of one worker that are told."""


class Server:
    """Forks workers, waits for them, and ends them with all that they started."""

    def __init__(self, control: socket.socket, plan: Plan, level: int, outside: str) -> None:
        """Look up what workers may read, once for all of them."""
        self._control = control
        self._plan = plan
        self._level = level
        self._outside = outside
        shown = replace(plan, hidden=(*plan.hidden, outside))
        self._rules: list[Rule] = readable(shown) if level > 1 else []
        self._workers: set[int] = set()
        self._statuses: dict[int, int] = {}
        # Orphans come here, and not to a process that knows nothing of them.
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        self._wakeup = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(self._wakeup[1], warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # No collection of a worker's needs to look at what is the same in all of them.
        gc.freeze()

    def serve(self) -> None:
        """Do what the host asks until it is gone; then end everything."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._wakeup[0], select.POLLIN)
        while True:
            for descriptor, _ in poll.poll():
                if descriptor == self._wakeup[0]:
                    with contextlib.suppress(BlockingIOError):
                        os.read(descriptor, 4096)
                    self._reap()
                elif not self._serve_one():
                    for pid in list(self._workers):
                        self._end(pid)
                    return

    def _serve_one(self) -> bool:
        try:
            data, descriptors, _, _ = socket.recv_fds(
                self._control, MESSAGE_LIMIT, 4, socket.MSG_CMSG_CLOEXEC
            )
        except OSError:
            return False
        if not data:
            return False
        order = json.loads(data)
        match order["do"]:
            case "fork":
                self._fork(order, descriptors)
            case "preload":
                preload(order["modules"], self._plan)
            case "mapped":
                pid = order["pid"]
                self._say({"mapped": native_libraries(pid) if pid in self._workers else []})
            case "spent":
                pid = order["pid"]
                self._say({"spent": processor_seconds(pid) if pid in self._workers else None})
            case "starved":
                pid = order["pid"]
                self._say({"starved": starved_seconds(pid) if pid in self._workers else 0.0})
            case "taken":
                pid = order["pid"]
                self._say({"taken": taken(order["scratch"], pid if pid in self._workers else 0)})
            case "end":
                pid = order["pid"]
                self._say({"ended": pid, "status": self._end(pid), "swept": True})
        return True

    def _say(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # the host is gone, as the next read will say
            self._control.send(json.dumps(message).encode())

    def _fork(self, order: dict[str, Any], descriptors: list[int]) -> None:
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                self._become(order, descriptors)
                status = 0
            except BaseException:  # noqa: BLE001 - the host reads it where the library's output is
                os.write(2, traceback.format_exc().encode())
            finally:
                os._exit(status)
        self._workers.add(pid)
        for descriptor in descriptors:
            os.close(descriptor)
        self._say({"forked": pid})

    def _become(self, order: dict[str, Any], descriptors: list[int]) -> None:
        """Turn this fork into a worker; returns when its host is gone."""
        reading, writing, output = descriptors
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._control.close()
        for descriptor in self._wakeup:
            os.close(descriptor)
        os.setsid()
        for standard in (1, 2):
            os.dup2(output, standard)
        os.close(output)
        scratch = order["scratch"]
        os.chdir(scratch)
        os.environ.update(order["environment"])
        limit(order["limits"])
        refused = ""
        if self._level > 1:
            try:
                raise_walls(self._rules, scratch, self._outside, needs=self._plan.needs)
            except CannotWall as error:
                refused = str(error)
        answer_requests(reading, writing, refused)

    def _reap(self) -> None:
        """Wait for whatever has ended, and tell the host of its workers."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self._workers:
                self._workers.remove(pid)
                self._statuses[pid] = code = os.waitstatus_to_exitcode(status)
                self._say({"ended": pid, "status": code})

    def _end(self, pid: int) -> int:
        """End a worker and what it left behind, and return its exit status."""
        if pid in self._workers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)  # it may have left its group for another one
            _, status = os.waitpid(pid, 0)
            self._workers.discard(pid)
            self._statuses[pid] = os.waitstatus_to_exitcode(status)
        self._sweep()
        return self._statuses.pop(pid, 0)

    def _sweep(self) -> None:
        """End the orphans that became ours, and theirs in turn."""
        until = time.monotonic() + SWEEPING
        while time.monotonic() < until:
            strangers = [pid for pid in children() if pid not in self._workers]
            if not strangers:
                return
            for pid in strangers:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._reap()
            time.sleep(0.001)


def children() -> list[int]:
    """Return the processes whose parent this one is."""
    me = os.getpid()
    try:
        with open(f"/proc/{me}/task/{me}/children", "rb") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []


def processor_seconds(pid: int) -> float | None:
    """Return what a process has used of a processor, whatever else this machine has to do."""
    every_thread_of = 2  # as Linux numbers the clocks of processes
    try:
        return time.clock_gettime((~pid << 3) | every_thread_of)
    except OSError:
        return None


def starved_seconds(pid: int) -> float:
    """Return how long a process could have run, but others had the processors; 0 if unknown."""
    try:
        with open(f"/proc/{pid}/schedstat", "rb") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def native_libraries(pid: int) -> list[str]:
    """Return the files that a process has mapped to be executed, apart from the interpreter's."""
    try:
        with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as file:
            lines = [line.split(None, 5) for line in file]
    except OSError:
        return []
    mapped = {
        parts[5].rstrip("\n")
        for parts in lines
        if len(parts) == 6 and "x" in parts[1]  # noqa: PLR2004
    }
    ours = (sys.base_prefix + os.sep, "/lib", "/usr/lib", "[")
    foreign = {p for p in mapped if is_packages_path(p) or not p.startswith(ours)}
    return sorted(foreign)[:MAPPED_LIMIT]


def is_packages_path(path: str) -> bool:
    """Say whether a file was installed as part of a package."""
    return "-packages" + os.sep in path


def preload(modules: list[str], plan: Plan) -> None:
    """Import modules that are installed; never one that the library under test brings along."""
    kept = list(sys.path)
    try:
        search(plan.search_path)
        searched = list(sys.path)
        sys.path[:] = [e for e in searched if e in kept or is_packages(e)]
        for name in modules:
            first, ours = (PathFinder.find_spec(name, where) for where in (searched, sys.path))
            if first is None or ours is None or first.origin != ours.origin:
                continue
            with contextlib.suppress(Exception):  # the worker will hear why, and say it
                import_module(name)
    finally:
        sys.path[:] = kept
    gc.collect()
    gc.freeze()


def main(settings: dict[str, Any]) -> None:
    """Become a fork server."""
    control = socket.socket(fileno=settings["control"])
    control.set_inheritable(False)
    plan = Plan.from_json(settings["plan"])
    Server(control, plan, settings["level"], settings["outside"]).serve()
