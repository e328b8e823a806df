"""The worker: one library, opened once, and one answer to each program that it is sent.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import traceback
import warnings
from typing import Any

from gradmark.lower import replay_on
from gradmark.program import step_from_json
from gradmark.surface import Surface
from gradmark.trace import TRACE_LIMIT, cut, trace_to_wire
from gradmark_backends.bootstrap import PUBLIC
from gradmark_backends.channel import Channel, Message, pack
from gradmark_backends.opening import open_plan
from gradmark_backends.plan import CannotOpen, Plan
from gradmark_backends.shaken import Shaker
from gradmark_backends.standing import Standing
from gradmark_backends.walls.packages import fence, is_packages

CHANNEL_LOST = 113
"""Exit status of a worker whose pipes were taken away by what it runs."""

# The library under test may put something else into `os`.
_exit, _pid = os._exit, os.getpid


LOADED_LIMIT = 200
"""Names of modules in one answer."""


def main(reading: int, writing: int, refused: str = "") -> None:
    """Answer requests until the host is gone.

    ``refused`` says why no library is to be opened here: a wall that could not be raised.
    """
    serve(Channel(reading, writing), refused)


def serve(channel: Channel, refused: str = "") -> None:
    """Answer every request of a channel, one after another."""
    worker = Worker(refused)
    while True:
        try:
            header, payload = channel.receive()
        except EOFError:
            return
        except (OSError, ValueError):
            _exit(CHANNEL_LOST)
        message = worker.answer(header, payload)
        if _pid() != worker.pid:
            _exit(0)  # a fork made inside the library came back here: its parent answers
        try:
            channel.send(message)
        except (OSError, EOFError):
            _exit(CHANNEL_LOST)


class Worker:
    """Holds the opened library between two requests."""

    def __init__(self, refused: str = "") -> None:
        """Begin with nothing opened."""
        self.pid = _pid()
        self.refused = refused
        self._known = set(sys.modules)
        self.surface: Surface | None = None
        self.shaker = Shaker()
        self.standing = Standing()

    def answer(self, header: dict[str, Any], payload: bytes) -> bytes:
        """Do what one request asks, and pack the answer, which repeats the request's id."""
        identity = {"id": header["id"]}
        backstop(header["seconds"])
        try:
            fields, body = self.open(header) if header["do"] == "open" else self.run(payload)
            loaded = self.loaded()
            message = pack({**identity, **fields, **({"loaded": loaded} if loaded else {})}, body)
        except MemoryError:
            message = pack({**identity, "is": "memory"})
        except BaseException as error:  # noqa: BLE001 - the host is told, and decides
            text = "".join(traceback.format_exception(error, limit=-20))
            changed = ", ".join(self.standing.changed())
            message = pack(
                {**identity, "is": "changed", "text": cut(changed)}
                if changed
                else {**identity, "is": "broken", "text": cut(text, TRACE_LIMIT)}
            )
        flush()
        backstop(0)
        return message

    def open(self, header: dict[str, Any]) -> Message:
        """Open the library that a plan names."""
        plan = Plan.from_json(header["plan"])
        if self.refused:
            return {"is": "cannot-open", "why": ["no-walls", cut(self.refused), "", ""]}, b""
        search(plan.search_path)
        if plan.packages is not None:
            folders = [entry for entry in sys.path if is_packages(entry)]
            fence(folders, plan.packages, plan.search_path)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.surface, opened = open_plan(plan)
        except CannotOpen as error:
            parts = [error.code, error.message, error.cause, error.hint]
            return {"is": "cannot-open", "why": [cut(str(p), TRACE_LIMIT) for p in parts]}, b""
        except KeyboardInterrupt:  # nobody's keyboard is here: the library raised it
            said = f"{plan.name} can't be imported: KeyboardInterrupt"
            return {"is": "cannot-open", "why": ["import-failed", said, "", ""]}, b""
        told = {name: _cut(value) for name, value in opened.to_json().items()}
        return {"is": "opened", "opened": told, "python": sys.version.split()[0]}, b""

    def loaded(self) -> list[str]:
        """Return the packages and modules that were imported since this was asked before."""
        if len(sys.modules) == len(self._known):
            return []
        new = {str(name).partition(".")[0] for name in sys.modules.keys() - self._known}
        self._known = set(sys.modules)
        own = __name__.partition(".")[0]
        found = sorted(new - sys.stdlib_module_names - {own, *PUBLIC})
        return [cut(name, 100) for name in found if not name.startswith("__")][:LOADED_LIMIT]

    def run(self, payload: bytes) -> Message:
        """Replay one program on the opened library."""
        if self.surface is None:
            raise RuntimeError("a program before anything was opened")
        steps = tuple(step_from_json(step) for step in json.loads(payload))
        seed()
        self.shaker.shake()
        trace, body = trace_to_wire(replay_on(steps, self.surface))
        return {"is": "trace", "trace": trace}, body


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return cut(value)
    return [_cut(item) for item in value] if isinstance(value, tuple) else value


def seed() -> None:
    """Make what the library draws at random the same for every replay."""
    random.seed(0)
    numpy_random: Any = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(0)


def search(folders: tuple[str, ...]) -> None:
    """Put folders behind the standard library, and before this interpreter's own packages."""
    standard = os.path.dirname(os.__file__)  # noqa: PTH120 - pathlib costs a tenth of the start

    def is_standard(entry: str) -> bool:
        inside = entry == standard or entry.startswith(standard + os.sep)
        return entry.endswith(".zip") or (inside and not entry.endswith("-packages"))

    own = [entry for entry in sys.path if entry]
    first = [entry for entry in own if is_standard(entry)]
    sys.path[:] = dict.fromkeys([*first, *folders, *own])


def backstop(seconds: float) -> None:
    """Let the system end this process if the host, which holds the clock, is gone when it is over.

    0 stops it again.
    """
    signal.alarm(5 * int(seconds) + 5 if seconds else 0)


def flush() -> None:
    """Write out what was printed, whatever the library made of the streams."""
    for stream in {id(s): s for s in (sys.stdout, sys.stderr, sys.__stdout__)}.values():
        try:
            stream.flush()  # type: ignore[union-attr]
        except BaseException:  # noqa: BLE001, S112 - a stream of the library's own
            continue
