"""The ledger: which behaviours are due, which have a verdict, and the journal of both."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from gradmark.behaviour import Spec
from gradmark.errors import GradmarkError
from gradmark.host import Terms, broken, report_folder, settled
from gradmark.journal import NAME, Writer, exit_code, make_footer, read
from gradmark.run import Entry, Header, Run
from gradmark.verdict import Outcome

LOST = "its verdict was lost on the way from a worker to the report"


class Ledger:
    """Keeps a run's books in the one process that hears of every verdict."""

    def __init__(
        self,
        folder: Path,
        whole: Spec,
        terms: Terms,
        header: Callable[[Spec], Header],
    ) -> None:
        """Open the books; nothing is written before the first verdict."""
        self.folder = folder
        self.run: Run | None = None
        self.lost: tuple[str, ...] = ()
        self.trouble = ""
        """Why the run's files could not be written, if they could not."""
        self._whole = whole
        self._known = {b.id: b for b in whole}
        self._terms = terms
        self._header = header
        self._due: set[str] = set()
        self._entries: dict[str, Entry] = {}
        self._writer: Writer | None = None
        self._started = time.perf_counter()

    @property
    def page(self) -> Path:
        """Return where the report is."""
        return self.folder / "index.html"

    def expect(self, identities: Iterable[str]) -> None:
        """Note what was collected and is due."""
        self._due.update(i for i in identities if i in self._known)

    def add(self, entry: Entry) -> None:
        """Note a verdict, and write it down at once: the run may die at the next one."""
        if entry.id not in self._known:
            return
        again = entry.id in self._entries
        self._entries[entry.id] = entry
        if again or self.trouble:
            return
        try:
            if self._writer is None:
                report_folder(self.folder)
                self._writer = Writer(self.folder / NAME, self._header(self._selected()))
            self._writer.add(entry)
        except GradmarkError as error:
            self.trouble = str(error)

    def add_crash(self, identity: str, reason: str, *, isolation: int) -> None:
        """Note a behaviour on which a worker of xdist's died, so that no verdict came.

        Only without isolation was it the library that ran in it.
        """
        if identity in self._known:
            outcome = Outcome.UNGRADED if isolation else Outcome.CRASH
            self.add(broken(self._known[identity], reason, self._terms, outcome))

    def finish(self, *, stopped: bool, hints: tuple[str, ...] = ()) -> int:
        """Close the books and write the run's files; return the exit code of the grading alone.

        A run that was not ``stopped`` and lacks a verdict has lost it, which is *ungraded*.
        """
        if not self._entries and not (self._due and not stopped):
            return 0
        if not stopped:
            self.lost = tuple(b.id for b in self._selected() if b.id not in self._entries)
            for identity in self.lost:
                self._entries[identity] = broken(self._known[identity], LOST, self._terms)
        selected = replace(self._selected(), partial=self._selected().partial or stopped)
        known = [self._entries[b.id] for b in selected if b.id in self._entries]
        entries = settled(known, partial=selected.partial)
        header, seconds = self._header(selected), time.perf_counter() - self._started
        code = 3 if self.lost else exit_code(entries)
        footer = replace(make_footer(entries, seconds, code), hints=hints)
        self.run = Run(header, entries, footer)
        if self._writer is not None:
            self._writer.__exit__(None, None, None)
        self._write(self.run, seconds, code)
        return 3 if self.trouble else code

    def _selected(self) -> Spec:
        due = self._due | self._entries.keys()
        behaviours = tuple(b for b in self._whole if b.id in due)
        partial = self._whole.partial or len(behaviours) < len(self._whole)
        return replace(self._whole, behaviours=behaviours, partial=partial)

    def _write(self, run: Run, seconds: float, code: int) -> None:
        """Replace what was written down in order of arrival by the run in the spec's order."""
        from gradmark_reports.html import write

        path = self.folder / NAME
        draft = path.with_suffix(".tmp")
        try:
            report_folder(self.folder)
            with Writer(draft, run.header) as writer:
                for entry in run.entries:
                    writer.add(entry)
                writer.finish(seconds, code, run.footer.hints if run.footer else ())
            draft.replace(path)
            write(read(path), self.page)
        except GradmarkError as error:
            self.trouble = str(error)
        except Exception as error:  # noqa: BLE001 - the verdicts still stand in the terminal
            self.trouble = f"the report could not be written: {type(error).__name__}: {error}"
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
