"""The library under test, as a session asks it: in a worker, or in this process for a debugger."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

from gradmark.errors import GradmarkError
from gradmark.program import Program
from gradmark.session import Answer, BackendInfo
from gradmark.trace import Trace
from gradmark.verdict import Outcome
from gradmark_backends.answers import Broken, Changed, Open, OutOfMemory
from gradmark_backends.commands import PROTOCOL, READ, WRITE
from gradmark_backends.control import control_of
from gradmark_backends.inprocess import Closing, InProcessBackend, info_of, refusal
from gradmark_backends.launch import BUBBLED, WALLED, Launch, lacking
from gradmark_backends.limits import MEMORY_BYTES
from gradmark_backends.plan import CannotOpen, Plan
from gradmark_backends.process import Lost, Process, is_python
from gradmark_backends.reach import obstacle, too_little
from gradmark_backends.walls.system import undumpable

IMPORT_SECONDS = 60.0
PATIENCE = 3
"""How much less time a second import gets, after one that took all of it."""

PROGRAM_SECONDS = 10.0
LEVELS = (0, 1, 2, 3)
PRELOADED = ("numpy",)
"""What later workers find imported, where the first one has imported it."""

WINDOWS = os.name == "nt"

_START_CODES = {
    Outcome.TIMEOUT: "import-timeout",
    Outcome.MEMORY: "import-memory",
    Outcome.CRASH: "import-crashed",
    Outcome.PROTOCOL: "import-protocol",
}
"""What a worker that is lost before it answered once is called."""

_NOT_AGAIN = {
    "import-timeout": Outcome.TIMEOUT,
    "import-memory": Outcome.MEMORY,
    "import-protocol": Outcome.PROTOCOL,
    "worker-broken": Outcome.PROTOCOL,
}
"""Verdicts on a library that was open before; all that is not here is a crash."""

_MACHINES = frozenset({"no-python", "no-scratch", "too-little-isolation"})
"""What keeps a worker from starting, and is no fault of a library."""


def open_backend(
    plan: Plan,
    *,
    isolation: int = 1,
    import_seconds: float = IMPORT_SECONDS,
    program_seconds: float = PROGRAM_SECONDS,
    memory_bytes: int | None = MEMORY_BYTES,
    debug: bool = False,
) -> WorkerBackend | InProcessBackend:
    """Open the library under test at a level of isolation.

    ``debug`` keeps the exceptions of level 0. Raises `GradmarkError` where the library can't be
    opened, and for a level that this version does not have.
    """
    if isolation not in LEVELS:
        raise GradmarkError(
            "no-such-isolation",
            f"isolation level {isolation} is not one that this version has",
            hint="0 in this process, 1 in one of its own, 2 behind walls, 3 in bubblewrap too",
        )
    if plan.kind == "command" and isolation != 1:
        raise GradmarkError(
            "too-little-isolation" if isolation else "no-such-isolation",
            f"--backend={plan.name}: a program that is no Python library runs at isolation level 1",
            cause="the walls are raised by Python, and would keep it from starting another program",
            hint="--isolation=1, or isolation = 1 in the assignment file",
        )
    if isolation == 0:
        return InProcessBackend(plan, debug=debug)
    return WorkerBackend(
        plan,
        isolation=isolation,
        import_seconds=import_seconds,
        program_seconds=program_seconds,
        memory_bytes=memory_bytes,
    )


class WorkerBackend(Closing):
    """A library that runs in a process of its own, which is replaced whenever it is lost."""

    def __init__(
        self,
        plan: Plan,
        *,
        isolation: int = 1,
        import_seconds: float = IMPORT_SECONDS,
        program_seconds: float = PROGRAM_SECONDS,
        memory_bytes: int | None = MEMORY_BYTES,
    ) -> None:
        """Start a worker and open the library. Raises `GradmarkError` where that fails."""
        if WINDOWS:
            raise GradmarkError(
                "windows",
                "workers need process groups and resource limits, which Windows does not have",
                hint="run it under WSL, the Windows Subsystem for Linux",
            )
        self._plan = plan
        self._import_seconds = import_seconds
        self._program_seconds = program_seconds
        if why := lacking(isolation):
            raise too_little(isolation, why)
        self._launch = Launch(plan, level=isolation, memory_bytes=memory_bytes)
        self._spare: Process | None = None
        self._control: WorkerBackend | None = None
        self._asked = 0
        self.meanwhile: Callable[[], bool] | None = None
        self._begun: Program | None = None
        self._broken = Answer(None, Outcome.UNGRADED)
        self._privacy = contextlib.ExitStack()
        try:
            if isolation >= WALLED:
                self._privacy.enter_context(undumpable())
            self._process, opened = self._first()
            more = set(opened.opened.needs) - set(self._plan.needs)
            if more and plan.packages is None:
                # Nobody is graded, so the adapter's word is enough for what its library may do.
                self._process.close()
                self._launch.close()
                self._plan = replace(self._plan, needs=(*self._plan.needs, *sorted(more)))
                self._launch = Launch(self._plan, level=isolation, memory_bytes=memory_bytes)
                self._process, opened = self._first()
        except BaseException:
            self._launch.close()
            self._privacy.close()
            raise
        loaded = (*self._process.loaded, *self._process.mapped())
        self._preload(loaded)
        self.table, self.import_seconds = opened.opened.table, opened.opened.import_seconds
        self._info = replace(
            info_of(self._plan, opened.opened, opened.python, isolation=isolation), loaded=loaded
        )

    def _first(self) -> tuple[Process, Open]:
        """Open the first worker; where trying the library's backward costs it, open without."""
        try:
            return self._open(self._start())
        except GradmarkError as error:
            if error.code not in _START_CODES.values() or self._plan.has_adapter:
                raise
            self._plan = replace(self._plan, tried=False)
            patience = self._import_seconds
            if error.code == "import-timeout":
                self._import_seconds /= PATIENCE  # it may be the import itself that never ends
            try:
                return self._open(self._start())
            except GradmarkError:
                raise error from None
            finally:
                self._import_seconds = patience

    @property
    def info(self) -> BackendInfo:
        """Say who is under test."""
        return self._info

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:
        """Replay one program; ``fresh`` asks a worker that has run nothing before."""
        begun, self._begun = self._begun, None
        try:
            if begun is not None and (fresh or begun is not program):
                self._process.close()  # it works on what nobody asks for
                begun = None
            if begun is None:
                self._prepare(fresh=fresh)
            answer = self._ask(program, begun=begun is not None)
            if answer is None and self._asked > 1:
                # An earlier program may have broken what our own code stands on.
                self._prepare(fresh=True)
                answer = self._ask(program)
        except GradmarkError as error:
            if error.code in _MACHINES:
                return Answer(None, Outcome.UNGRADED, f"no fresh worker: {error}")
            why = f"it could be opened before, and not again: {error.message}"
            return Answer(None, _NOT_AGAIN.get(error.code, Outcome.CRASH), why, error.cause)
        return answer or self._disowned(program)

    def begin(self, program: Program) -> None:
        """Send what will be asked next, and let the library work on it until it is asked for."""
        if self._begun is None and self._process.is_well():
            with contextlib.suppress(Lost):  # the next worker will be asked
                self._send(program)
                self._begun = program

    def close(self) -> None:
        """End every process, and remove their folders."""
        for held in (self._process, self._spare, self._control):
            if held is not None:
                held.close()
        self._spare = self._control = None
        self._launch.close()
        self._privacy.close()

    @property
    def pid(self) -> int:
        """Return the process id of the worker that is asked next."""
        return self._process.pid

    def spent(self) -> float:
        """Return what its worker has used of a processor. Raises OSError where that is unknown."""
        return self._process.spent()

    def drop_spare(self) -> None:
        """End the worker that waits for the next one's death, if there is one."""
        if self._spare is not None:
            self._spare.close()
        self._spare = None

    def _preload(self, loaded: tuple[str, ...]) -> None:
        """Have what was imported by the library be there already in its next worker."""
        found = [name for name in PRELOADED if name in loaded]
        if found:
            self._launch.preload(*found)

    def _prepare(self, *, fresh: bool) -> None:
        """See to it that there is a worker, and a spare one once fresh ones were wanted."""
        if self._process.is_well() and not (fresh and self._asked):
            return
        self._process.close()
        spare, self._spare = self._spare, None
        try:
            self._process, _ = self._open(spare or self._start())
        except GradmarkError:
            if spare is None:
                raise
            self._process, _ = self._open(self._start())
        self._asked = 0
        with contextlib.suppress(GradmarkError):  # the next one will be started when it is needed
            self._spare = self._start()

    def _send(self, program: Program) -> None:
        self._asked += 1
        self._process.ask("run", self._program_seconds, program.wire().encode())

    def _ask(self, program: Program, *, begun: bool = False) -> Answer | None:
        """Ask the worker as it is; None where our own code in it raised."""
        process = self._process
        try:
            if not begun:
                self._send(program)
            while self.meanwhile is not None and not process.answers() and self.meanwhile():
                pass
            reply = process.reply()
        except Lost as lost:
            answer = Answer(None, lost.outcome, lost.reason, process.output())
            process.close()
            return answer
        output = process.output()
        match reply:
            case Trace():
                loaded = process.loaded
                loaded += process.mapped() if loaded else ()
                return Answer(reply, output=output, loaded=loaded)
            case OutOfMemory():
                return Answer(None, Outcome.MEMORY, "memory ran out", output)
            case Changed(names):
                reason = f"the library changed what the worker stands on: {names}"
                self._broken = Answer(None, Outcome.PROTOCOL, reason, output)
                process.close()
                return None
            case Broken(text):
                self._broken = Answer(None, Outcome.UNGRADED, text)
                process.close()
                return None
        return Answer(None, Outcome.PROTOCOL, "an answer to another request", output)

    def _disowned(self, program: Program) -> Answer:
        """Say whose fault it is that our own code raised in a fresh worker.

        A library that answers in our place, or changes what no list of ours has, must not get away
        without a verdict. So the worker's word counts for nothing: another library is asked too.
        """
        broken = self._broken
        control = control_of(self._plan)
        if broken.lost is Outcome.PROTOCOL or self._plan.target == control.target:
            return broken
        if self._plan.kind == "command":  # a worker of its own, which ours can't stand in for
            return broken
        try:
            if self._control is None:
                self._control = WorkerBackend(control, isolation=self._launch.level)
            sound = self._control.ask(program).trace is not None
        except GradmarkError:
            sound = False
        if not sound:
            return broken
        last = broken.reason.strip().rpartition("\n")[2]
        reason = f"the library broke the worker's own code: {last}"
        return Answer(None, Outcome.PROTOCOL, reason, broken.reason)

    def _start(self) -> Process:
        process = Process(self._launch)
        try:
            process.ask("open", self._import_seconds, plan=self._plan.to_json())
        except Lost as lost:
            self._refuse(process, lost)
        return process

    def _open(self, process: Process) -> tuple[Process, Open]:
        try:
            reply = process.reply()
        except Lost as lost:
            self._refuse(process, lost)
        if isinstance(reply, Open):
            return process, reply
        output = process.output()
        process.close()
        if isinstance(reply, CannotOpen) and reply.code == "no-walls":
            if why := obstacle(self._launch.level):
                raise too_little(self._launch.level, why)
            raise GradmarkError("import-protocol", f"{self._plan.name} answered in our place")
        if isinstance(reply, CannotOpen):
            raise refusal(reply)
        cause = reply.text if isinstance(reply, Broken) else output
        raise GradmarkError(
            "worker-broken", f"the worker could not open {self._plan.name}", cause=cause
        )

    def _refuse(self, process: Process, lost: Lost) -> NoReturn:
        output = process.output()
        process.close()
        python = self._launch.python
        if self._plan.kind == "command":
            raise GradmarkError(
                _START_CODES[lost.outcome],
                f"{self._plan.name} does not open: {lost.reason}",
                cause=output,
                hint=f"it has to answer on the descriptors that {READ} and {WRITE} name, "
                f"as {PROTOCOL} says",
            )
        if self._launch.level >= BUBBLED and output.startswith("bwrap:"):
            raise too_little(self._launch.level, output.splitlines()[0])
        if not is_python(python):
            raise GradmarkError(
                "no-python",
                f"{python} is no Python interpreter",
                hint="name an executable Python of 3.10 or later",
            )
        if lost.outcome is Outcome.UNGRADED:
            raise GradmarkError(
                "old-python",
                f"{self._plan.name} could not be opened with {python}: {lost.reason}",
                hint="name a later one after --backend-python",
            )
        raise GradmarkError(
            _START_CODES[lost.outcome],
            f"{self._plan.name} could not be opened with {python}: {lost.reason}",
            cause=output,
            hint="import it by hand with that interpreter; code that trains or opens windows "
            'belongs under if __name__ == "__main__":',
        )
