"""What moves while one waits: on a terminal only, and on standard error, where no pipe sees it."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any


class Progress:
    """A line that says what is being done, as a context manager; nothing where nobody looks."""

    def __init__(self) -> None:
        """Prepare; nothing is drawn yet."""
        self._shown: Any = None
        self._task: Any = None
        if not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
        from rich.progress import Progress as Shown

        self._shown = Shown(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            console=Console(stderr=True),
            transient=True,
            # What is printed meanwhile goes above the line, unless it goes into a file.
            redirect_stdout=sys.stdout.isatty(),
        )

    def say(self, what: str) -> None:
        """Show a step whose length nobody knows."""
        if self._shown is not None:
            self._shown.start()
            self._task = self._shown.add_task(what, total=None)

    def count(self, total: int) -> None:
        """Begin a step of a known length."""
        if self._shown is not None:
            self._shown.update(self._task, description="asking", total=total, completed=0)

    def advance(self, what: str) -> None:
        """Note that one part is done."""
        if self._shown is not None:
            self._shown.update(self._task, description=what, advance=1)

    def stop(self) -> None:
        """Take the line away."""
        if self._shown is not None:
            self._shown.stop()
            self._shown = None

    def __enter__(self) -> Progress:  # noqa: PYI034 - Self came with 3.11
        """Return the line."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the line away."""
        self.stop()
