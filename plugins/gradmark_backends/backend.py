"""The library under test, as a session asks it: in a worker, or in this process for a debugger."""

from __future__ import annotations

import contextlib
import os
import platform
import random
import sys
import warnings
from dataclasses import replace
from types import TracebackType
from typing import Any, NoReturn

from gradmark.compare import Conventions
from gradmark.errors import GradmarkError
from gradmark.lower import replay_on
from gradmark.program import Program
from gradmark.session import Answer, BackendInfo
from gradmark.trace import Trace
from gradmark.verdict import Outcome
from gradmark_backends import worker
from gradmark_backends.answers import Broken, Changed, Open, OutOfMemory
from gradmark_backends.commands import PROTOCOL, READ, WRITE
from gradmark_backends.launch import BUBBLED, WALLED, Launch, lacking
from gradmark_backends.limits import MEMORY_BYTES
from gradmark_backends.opening import open_plan
from gradmark_backends.plan import CannotOpen, Opened, Plan
from gradmark_backends.process import Lost, Process, is_python
from gradmark_backends.reach import too_little
from gradmark_backends.walls.system import undumpable

IMPORT_SECONDS = 60.0
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
    Outcome.UNGRADED: "old-python",
}
"""What a worker that is lost before it answered once is called."""


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


class _Closing:
    """Makes a backend a context manager."""

    def close(self) -> None:
        """Let go of processes and folders."""

    def __enter__(self) -> Any:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class WorkerBackend(_Closing):
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
        self._asked = 0
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
            _info(self._plan, opened.opened, opened.python, isolation=isolation), loaded=loaded
        )

    def _first(self) -> tuple[Process, Open]:
        """Open the first worker; where trying the library's backward costs it, open without."""
        try:
            return self._open(self._start())
        except GradmarkError as error:
            if error.code not in _START_CODES.values() or self._plan.has_adapter:
                raise
            self._plan = replace(self._plan, tried=False)
            try:
                return self._open(self._start())
            except GradmarkError:
                raise error from None

    @property
    def info(self) -> BackendInfo:
        """Say who is under test."""
        return self._info

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:
        """Replay one program; ``fresh`` asks a worker that has run nothing before."""
        try:
            self._prepare(fresh=fresh)
            answer = self._ask(program)
            if answer is None and self._asked > 1:
                # An earlier program may have broken what our own code stands on.
                self._prepare(fresh=True)
                answer = self._ask(program)
        except GradmarkError as error:
            return Answer(None, Outcome.UNGRADED, f"no fresh worker: {error}")
        return answer or self._broken

    def close(self) -> None:
        """End every process, and remove their folders."""
        for process in (self._process, self._spare):
            if process is not None:
                process.close()
        self._spare = None
        self._launch.close()
        self._privacy.close()

    @property
    def pid(self) -> int:
        """Return the process id of the worker that is asked next."""
        return self._process.pid

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

    def _ask(self, program: Program) -> Answer | None:
        """Ask the worker as it is; None where our own code in it raised."""
        process = self._process
        self._asked += 1
        try:
            process.ask("run", self._program_seconds, program.wire().encode())
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
            raise too_little(self._launch.level, reply.message)
        if isinstance(reply, CannotOpen):
            raise _refusal(reply)
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
        raise GradmarkError(
            _START_CODES[lost.outcome],
            f"{self._plan.name} could not be opened with {python}: {lost.reason}",
            cause=output,
            hint="import it by hand with that interpreter; code that trains or opens windows "
            'belongs under if __name__ == "__main__":',
        )


class InProcessBackend(_Closing):
    """A library that runs in this process, where a debugger can stop in its code.

    With ``debug`` the exception that ended the latest program is `last_error`, with its frames.
    """

    def __init__(self, plan: Plan, *, debug: bool = False) -> None:
        """Open the library. Raises `GradmarkError` where that fails."""
        if plan.python and os.path.realpath(plan.python) != os.path.realpath(sys.executable):
            raise GradmarkError(
                "isolation-python",
                "another interpreter can't run in this process",
                hint="use isolation level 1, or leave the interpreter out",
            )
        self.last_error: BaseException | None = None
        self._path, self._environment = list(sys.path), dict(os.environ)
        worker.search(plan.search_path)
        os.environ.update(plan.environment)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._surface, opened = open_plan(plan)
        except CannotOpen as error:
            self.close()
            raise _refusal(error) from None
        except BaseException:
            self.close()
            raise
        if debug:
            self._surface.keep = self._keep
        self.table, self.import_seconds = opened.table, opened.import_seconds
        self._info = _info(plan, opened, platform.python_version(), isolation=0)

    @property
    def info(self) -> BackendInfo:
        """Say who is under test."""
        return self._info

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:  # noqa: ARG002 - none is
        """Replay one program here; nothing of this process is ever fresh."""
        self.last_error = None
        numpy_random: Any = sys.modules.get("numpy.random")
        plain, of_numpy = random.getstate(), numpy_random and numpy_random.get_state()
        worker.seed()
        try:
            return Answer(replay_on(program.steps, self._surface))
        finally:
            random.setstate(plain)
            if numpy_random:
                numpy_random.set_state(of_numpy)

    def close(self) -> None:
        """Restore the search path and the environment; what was imported stays."""
        sys.path[:] = self._path
        os.environ.clear()
        os.environ.update(self._environment)

    def _keep(self, error: BaseException) -> None:
        self.last_error = error


def _refusal(why: CannotOpen) -> GradmarkError:
    return GradmarkError(why.code, why.message, cause=why.cause, hint=why.hint)


def _info(plan: Plan, opened: Opened, python: str, *, isolation: int) -> BackendInfo:
    return BackendInfo(
        name=plan.name,
        version=opened.version,
        library=opened.library,
        adapter=opened.adapter,
        where=opened.where,
        python=python,
        isolation=isolation,
        profile=opened.profile,
        delivery=opened.delivery,
        recognised=opened.recognised,
        spelling=opened.spelling,
        search_path=plan.search_path,
        packages=plan.packages,
        needs=plan.needs,
        conventions=Conventions(opened.scalar_shape, opened.dtype),
    )
