"""``gradmark run`` and ``gradmark smoke``: a library is asked, and the answers are written down."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import click

from gradmark import baseline
from gradmark import behaviour as registry
from gradmark.assignment import Assignment
from gradmark.behaviour import Spec
from gradmark.errors import GradmarkError
from gradmark.grade import gate
from gradmark.growth import hints
from gradmark.host import (
    Terms,
    assigned,
    choose,
    default_profile,
    describe,
    facts,
    header_of,
    isolation_of,
    judged,
    open_both,
    report_folder,
    settled,
)
from gradmark.journal import NAME, Writer, read
from gradmark.run import Entry, Run
from gradmark.session import Backend, Reference, Session
from gradmark.verdict import Outcome
from gradmark_backends.plan import Plan
from gradmark_cli.progress import Progress
from gradmark_reports.terminal import failure_text, summary_lines
from gradmark_reports.visible import visible, visible_line

EACH = "::*"
"""What follows a path all of whose engines are graded."""

INTERRUPTED = 2
COLOURS = {Outcome.LENIENT: "green", Outcome.BLOCKED: "yellow", Outcome.UNGRADED: "magenta"}


@dataclass(frozen=True, slots=True)
class Request:
    """The options of ``gradmark run``."""

    backend: str
    profile: str = ""
    globs: tuple[str, ...] = ()
    out: Path = Path("gradmark-report")
    isolation: int | None = None
    require_isolation: int = 0
    strict: bool = False
    seed: int = 0
    reference: str = "recorded"
    assignment: Path | None = None
    baseline: Path | None = None
    write_baseline: Path | None = None
    backend_python: str = ""
    fail_under: float | None = None
    compare: Path | None = None
    quiet: bool = False
    verbose: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request after its assignment was read: what is opened, and behind which walls."""

    request: Request
    spec: Spec
    assignment: Assignment | None
    level: int
    plan: Plan


def prepared(request: Request) -> Prepared:
    """Read the assignment and name what is to be opened. Raises `GradmarkError`."""
    from gradmark_backends.graded import graded_plan

    spec = registry.load_spec()
    assignment = None
    if request.assignment is not None:
        assignment, seed = assigned(
            request.assignment,
            spec,
            profile=request.profile,
            seed=request.seed,
            globs=request.globs,
        )
        request = replace(
            request,
            backend=request.backend or assignment.backend,
            profile=assignment.profile,
            seed=seed,
        )
    if not request.backend:
        raise GradmarkError(
            "no-backend", "there is no library to ask", hint="--backend=X, or backend in the file"
        )
    level = isolation_of(request.isolation, request.require_isolation, assignment)
    _refuse_early(request, spec)
    plan = _plan(request.backend, request.backend_python)
    if assignment is not None and request.assignment is not None:
        hidden = (request.assignment, request.out)
        plan = graded_plan(plan, assignment.packages, assignment.needs, hidden)
    return Prepared(request, spec, assignment, level, plan)


def run_backend(request: Request) -> int:
    """Ask, judge, write, print, and return the exit code. Raises `GradmarkError`."""
    from gradmark_backends.backend import open_backend
    from gradmark_reference.recorded import open_reference

    started = time.perf_counter()
    made = prepared(request)
    request, plan, level = made.request, made.plan, made.level
    with Progress() as progress:
        progress.say(f"opening {visible_line(plan.name, 60)}")
        opening = partial(open_backend, plan, isolation=level)
        comparing = partial(open_reference, request.reference, request.seed)
        backend, reference = open_both(opening, comparing, isolation=level)
        whole, own = time.perf_counter() - started, backend.import_seconds
        start = f"start-up: {whole:.2f} s, of which {own:.2f} s the library's own import"
        graded = _Graded(request, made.assignment, made.spec, plan, backend, reference)
        try:
            return graded.run(progress, start)
        finally:
            backend.close()


def _refuse_early(request: Request, spec: Spec) -> None:
    """Refuse what can't be right, before anything is opened."""
    if request.fail_under is not None:
        if request.globs:
            raise GradmarkError(
                "partial-grade",
                "a selection of behaviours has no score, so it can't be graded",
                hint="leave out --behaviour, or --fail-under",
            )
        if not request.profile:
            raise GradmarkError(
                "no-profile",
                "a grade needs a profile that is named, not one that the backend claims",
                hint="--profile=scalar, --profile=tensor or --profile=torch",
            )
    if request.profile:
        choose(spec, request.profile, request.globs)
    elif request.globs:
        spec.select(request.globs)


def _plan(backend: str, python: str) -> Plan:
    from gradmark_backends.resolve import resolve

    here = Path.cwd()
    return resolve(backend, rootdir=here, invocation_dir=here, python=python)


class _Graded:
    """One run, from its header to its exit code."""

    def __init__(
        self,
        request: Request,
        assignment: Assignment | None,
        spec: Spec,
        plan: Plan,
        backend: Backend,
        reference: Reference,
    ) -> None:
        has_adapter = plan.has_adapter
        profile = request.profile or default_profile(backend.info, has_adapter=has_adapter)
        self.request = request
        self.terms = Terms(request.backend, profile, request.strict, request.seed, assignment)
        self.known = baseline.read(request.baseline) if request.baseline else None
        # Read before the run, whose own journal may take its place.
        self.before = read(request.compare) if request.compare else None
        self.ids = tuple(b.id for b in spec)
        self.chosen = choose(spec, profile, request.globs)
        self.whole = spec.profile(profile)
        self.session = Session(
            spec, backend, reference, seed=request.seed, graded=assignment is not None
        )
        selection = [f"--behaviour={glob}" for glob in request.globs]
        self.header = header_of(self.chosen, self.terms, backend.info, facts(reference), selection)
        if request.fail_under is not None and not reference.is_the_specs:
            raise GradmarkError(
                "foreign-reference",
                f"PyTorch {reference.version} is not the spec's reference, so there is no grade",
                hint=f"pip install torch=={registry.REFERENCE_VERSION}",
            )

    def run(self, progress: Progress, start: str) -> int:
        request = self.request
        folder = report_folder(request.out)
        journal, page = folder / NAME, folder / "index.html"
        if not request.quiet:
            about = describe(self.header, whole=len(self.whole), verbose=request.verbose)
            for line in (*about, start):
                click.echo(visible_line(line))
            click.echo()
        stopped = not self._ask(journal, progress)
        progress.stop()
        run = self._settled(read(journal), journal)
        if not request.quiet:
            _print_failures(run)
        lines = summary_lines(run)
        for line in lines[: lines.index("")] if request.quiet and "" in lines else lines:
            click.echo(line)
        code = self._code(run)
        if self.known is not None and request.baseline is not None:
            compared = baseline.compare(run, self.known, self.ids)
            for line in baseline.lines(compared, request.baseline):
                click.echo(visible_line(line))
            graded = self.terms.assignment is not None or request.fail_under is not None
            code = max(baseline.gate(run, compared), code if graded else 0)
        trouble = _write_page(run, page, self.before)
        click.echo(trouble or f"report: {page}")
        if request.write_baseline is not None and not stopped:
            click.echo(baseline.write(request.write_baseline, run))
        if stopped:
            click.echo(f"stopped: {len(run.entries)} of {run.header.size} have a verdict", err=True)
            return INTERRUPTED
        return 3 if trouble else code

    def _ask(self, journal: Path, progress: Progress) -> bool:
        """Ask every behaviour; False where the user stopped it: a journal without its end."""
        started = time.perf_counter()
        with Writer(journal, self.header) as writer:
            try:
                progress.count(len(self.chosen))
                self.session.expect(behaviour.id for behaviour in self.chosen)
                for behaviour in self.chosen:
                    entry = judged(self.session, behaviour, self.terms)
                    entry = replace(entry, reproduce=self._again(entry))
                    writer.add(entry)
                    progress.advance(behaviour.id)
                    if not self.request.quiet and entry.outcome is not Outcome.PASS:
                        click.echo(_line(entry))
            except KeyboardInterrupt:
                return False
            seconds = time.perf_counter() - started
            graded = self.terms.assignment is not None
            writer.finish(seconds, hints=hints(self.session.backend) if graded else ())
        return True

    def _again(self, entry: Entry) -> str:
        """Return the command that shows an entry again, with the options that matter to it."""
        line = entry.reproduce
        if line and self.request.backend_python:
            line += f" --backend-python={shlex.quote(self.request.backend_python)}"
        return line + (" --strict" if line and self.terms.strict else "")

    def _settled(self, run: Run, journal: Path) -> Run:
        """Return the run with every *blocked* one leading to a root that deviates."""
        entries = settled(run.entries, partial=run.header.partial or run.footer is None)
        if entries == run.entries:
            return run
        with Writer(journal, run.header) as writer:
            for entry in entries:
                writer.add(entry)
            if run.footer is not None:
                writer.finish(run.footer.seconds, hints=run.footer.hints)
        return read(journal)

    def _code(self, run: Run) -> int:
        if self.terms.assignment is not None or self.request.fail_under is not None:
            return gate(run, self.request.fail_under)
        return run.footer.exit_code if run.footer else 3


def _line(entry: Entry) -> str:
    colour = COLOURS.get(entry.outcome, "red" if entry.counted else "yellow")
    advice = "" if entry.counted or entry.outcome.holds else f" ({entry.level}: does not count)"
    root = f", waits for {entry.verdict.root}" if entry.verdict.root else ""
    word = click.style(f"{entry.outcome.value:<8}", fg=colour)
    return f"{word} {visible_line(entry.id)}{root}{advice}"


def _print_failures(run: Run) -> None:
    """Print what fails by itself; what waits for it was named, and the report shows it."""
    for entry in _failures(run):
        click.echo()
        click.echo(click.style(f" {entry.id} ".center(80, "_"), fg="red"))
        click.echo(failure_text(entry))
    click.echo()


def _failures(run: Run) -> Iterator[Entry]:
    for entry in run.entries:
        own = entry.counted and not entry.holds and entry.outcome is not Outcome.BLOCKED
        if own or entry.outcome is Outcome.UNGRADED:
            yield entry


def _write_page(run: Run, page: Path, before: Run | None) -> str:
    """Write the report; return why that failed, since the verdicts stand without it."""
    from gradmark_reports.html import write

    try:
        write(run, page, before=before)
    except GradmarkError as error:
        return visible(str(error))
    return ""


def smoke_backend(backend: str, python: str, isolation: int) -> int:
    """Print nine lines and return 0, 1 for the library or 4 for the adapter."""
    from gradmark_backends.backend import open_backend
    from gradmark_backends.smoke import exit_code, smoke, unopened

    plan = _plan(backend, python)
    cause = ""
    try:
        opened = open_backend(plan, isolation=isolation)
    except GradmarkError as error:
        adapter = plan.target.partition(":")[0] if plan.kind == "adapter" else ""
        lines, cause = unopened(error, adapter.rpartition(".")[2]), str(error)
    else:
        try:
            lines = smoke(opened)
        finally:
            opened.close()
    for line in lines:
        mark = click.style("ok  ", fg="green") if line.ok else click.style("FAIL", fg="red")
        fault = "" if line.ok else f" [{line.fault}]"
        detail = f"  {visible_line(line.detail, 200)}" if line.detail else ""
        click.echo(f"{mark} {line.name:<20}{fault}{detail}")
    if cause:
        click.echo(visible(cause), err=True)
    return exit_code(lines)
