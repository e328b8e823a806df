"""The library under test in this process, for a debugger; and what every backend has to say."""

from __future__ import annotations

import os
import platform
import random
import sys
import warnings
from types import TracebackType
from typing import Any

from gradmark.compare import Conventions
from gradmark.errors import GradmarkError
from gradmark.lower import replay_on
from gradmark.program import Program
from gradmark.session import Answer, BackendInfo
from gradmark_backends import worker
from gradmark_backends.opening import open_plan
from gradmark_backends.plan import CannotOpen, Opened, Plan


class Closing:
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


class InProcessBackend(Closing):
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
            raise refusal(error) from None
        except BaseException:
            self.close()
            raise
        if debug:
            self._surface.keep = self._keep
        self.table, self.import_seconds = opened.table, opened.import_seconds
        self._info = info_of(plan, opened, platform.python_version(), isolation=0)

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


def refusal(why: CannotOpen) -> GradmarkError:
    """Return what a host says of a library that can't be opened."""
    return GradmarkError(why.code, why.message, cause=why.cause, hint=why.hint)


def info_of(plan: Plan, opened: Opened, python: str, *, isolation: int) -> BackendInfo:
    """Say who is under test, once it is open."""
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
