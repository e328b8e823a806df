"""How one behaviour is run: without the phases that only files of tests need."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Literal

import pytest

from pytest_gradmark.collector import Case

Phase = Literal["setup", "call", "teardown"]


CURRENT = "PYTEST_CURRENT_TEST"
"""Where pytest says what it is at, for monitors of runs that hang."""


class Protocol:
    """Runs behaviours past the set-up of fixtures and the catching of logs and output.

    Nothing of the library under test happens in this process, so there is nothing to catch; with
    PyTorch's forty loggers, catching costs more than asking. At level 0 pytest's own way is kept.
    """

    @staticmethod
    def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
        """Run a behaviour; what is none of ours is left to pytest."""
        if not isinstance(item, Case):
            return None
        hook = item.ihook
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for when, function in _phases(item):
            os.environ[CURRENT] = f"{item.nodeid} ({when})"
            call = pytest.CallInfo.from_call(
                function, when=when, reraise=(pytest.exit.Exception, KeyboardInterrupt)
            )
            report = hook.pytest_runtest_makereport(item=item, call=call)
            hook.pytest_runtest_logreport(report=report)
        os.environ.pop(CURRENT, None)
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True


def _phases(item: Case) -> tuple[tuple[Phase, Callable[[], None]], ...]:
    return ("setup", _nothing), ("call", item.runtest), ("teardown", _nothing)


def _nothing() -> None:
    """Stand for a phase that a behaviour does not have."""
