"""The side that keeps the books: the only process, or xdist's controller."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gradmark import baseline
from gradmark.behaviour import Spec
from gradmark.grade import gate
from gradmark.host import describe, header_of
from gradmark.run import Header, Run
from gradmark_reports.terminal import summary_lines
from gradmark_reports.visible import visible_line
from pytest_gradmark.bench import Bench
from pytest_gradmark.collector import Case, behaviour_id, fails
from pytest_gradmark.ledger import Ledger
from pytest_gradmark.searching import TOLD
from pytest_gradmark.words import status, undress


class Host:
    """Prints who is asked, hears every verdict, and writes the run's files."""

    def __init__(self, config: pytest.Config, bench: Bench) -> None:
        """Open the books."""
        self.config = config
        self.bench = bench
        self.ledger = Ledger(Path(bench.order.asked.report), bench.whole, bench.terms, self.header)
        self._stopped = False
        known = bench.order.asked.baseline
        self._known = baseline.read(Path(known)) if known else None
        self._lines: list[str] = []
        self._searched = 0
        """Searches that have found something, which is no part of a grade."""

    def header(self, selected: Spec) -> Header:
        """Return the journal's first line for what is run."""
        options = self.bench.order.asked
        return header_of(
            selected, self.bench.terms, self.bench.info, self.bench.reference, options.selection
        )

    def pytest_report_header(self) -> list[str]:
        """Say who is asked, compared with whom, and about what."""
        verbose = self.config.getoption("verbose") > 0
        header = self.header(self.bench.chosen)
        lines = describe(header, whole=len(self.bench.whole), verbose=verbose)
        options = self.bench.order.asked
        hints = [
            f"{name} is taken by your conftest or a plugin, use {options.spelt(name)}"
            for name in options.taken
        ]
        if self.config.getoption("usepdb", default=False) and options.isolation:
            hints.append("--pdb: --gradmark-isolation=0 lets it stop in the library's own code")
        return ["gradmark:", *(f"  {visible_line(line)}" for line in (*lines, *hints))]

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what is due, once everybody has deselected what they wanted to."""
        self.ledger.expect(i.behaviour.id for i in session.items if isinstance(i, Case))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of xdist what was settled; the library is asked there from now on."""
        self.bench.close()
        node.workerinput["gradmark"] = self.bench.order.to_json()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Note what a worker of xdist has collected."""
        self.ledger.expect(filter(None, map(behaviour_id, ids)))

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> Any:
        """Count a behaviour by its verdict."""
        if getattr(report, "when", "") != "call":
            return None
        entry = undress(report)
        return None if entry is None else status(entry)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write a verdict down."""
        entry = undress(report)
        if report.when == "call" and (told := dict(report.user_properties).get(TOLD)):
            self._lines.append(str(told))
            self._searched += report.failed
        if entry is not None:
            self.ledger.add(entry)
        elif report.when not in {"setup", "call", "teardown"} and behaviour_id(report.nodeid):
            level = self.bench.order.asked.isolation
            self.ledger.add_crash(behaviour_id(report.nodeid), report.longreprtext, isolation=level)

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self) -> None:
        """Remember that the user has stopped the run."""
        self._stopped = True

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Close the books; a lost or ungraded verdict is exit code 3, whatever else happened."""
        if self.config.getoption("collectonly"):
            return
        stopped = self._stopped or bool(session.shouldstop or session.shouldfail)
        ended = {
            pytest.ExitCode.OK,
            pytest.ExitCode.TESTS_FAILED,
            pytest.ExitCode.NO_TESTS_COLLECTED,
        }
        stopped = stopped or exitstatus not in ended
        code = self.ledger.finish(stopped=stopped, hints=() if stopped else self.bench.hints())
        options, run = self.bench.order.asked, self.ledger.run
        if run is not None and exitstatus in ended:
            if options.write_baseline:
                self._lines.append(baseline.write(Path(options.write_baseline), run))
            if options.assignment or options.fail_under or self._known is not None:
                session.exitstatus = self._gated(session, run)
        if code == pytest.ExitCode.INTERNAL_ERROR and exitstatus in ended:
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR

    def _gated(self, session: pytest.Session, run: Run) -> int:
        """Let baseline and points decide, where nothing but behaviours failed."""
        deviating = sum(fails(entry) for entry in run.entries) + self._searched
        codes = [int(session.testsfailed > deviating)]
        options = self.bench.order.asked
        if options.assignment or options.fail_under:
            codes.append(gate(run, float(options.fail_under) if options.fail_under else None))
        if self._known is not None:
            compared = baseline.compare(run, self._known, self.bench.ids)
            self._lines += baseline.lines(compared, Path(options.baseline))
            codes.append(baseline.gate(run, compared))
        return max(codes)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the score with its arithmetic, what to fix first, and where the report is."""
        ledger = self.ledger
        if ledger.run is None:
            for line in self._lines:  # of a search without any behaviour
                terminalreporter.write_line(visible_line(line))
            return
        short = self.config.getoption("verbose") < 0
        lines = summary_lines(ledger.run)
        if short:
            lines = lines[: lines.index("")] if "" in lines else lines[:2]
        terminalreporter.ensure_newline()
        if not short:
            terminalreporter.section("gradmark", sep="=")
        for line in lines:
            terminalreporter.write_line(line)
        for line in self._lines:
            terminalreporter.write_line(visible_line(line))
        for identity in ledger.lost:
            terminalreporter.write_line(f"lost: {identity} has no verdict", red=True)
        if ledger.trouble:
            terminalreporter.write_line(visible_line(ledger.trouble), red=True)
        else:
            terminalreporter.write_line(f"report: {_near(ledger.page)}")


def _near(path: Path) -> str:
    try:
        relative = os.path.relpath(path)
    except ValueError:
        return str(path)
    return relative if len(relative) < len(str(path)) else str(path)
