"""What every host does around a session: choosing what is run, and saying who is asked."""

from __future__ import annotations

import gc
import platform
import sys
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

from gradmark.assignment import Assignment
from gradmark.assignment_file import load
from gradmark.behaviour import Behaviour, Spec
from gradmark.blame import settle
from gradmark.errors import GradmarkError
from gradmark.graph import Graph, graph_of
from gradmark.levels import counts, holds
from gradmark.run import Entry, Header, make_entry, make_header
from gradmark.session import Backend, BackendInfo, Reference, Session
from gradmark.trace import cut
from gradmark.verdict import Detail, Outcome, Verdict

B = TypeVar("B", bound=Backend)

DEFAULT_ISOLATION = 1
"""Of a run that nobody is graded by."""

RECOGNISED_LIMIT = 160
"""Characters of what was recognised that a header shows, unless it is asked for all of it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a run is held, the same for all of its verdicts."""

    backend: str
    profile: str
    strict: bool = False
    seed: int = 0
    assignment: Assignment | None = None

    @property
    def secret(self) -> bool:
        """Say whether the seed stays out of everything that is written."""
        return self.assignment is not None and self.assignment.secret


def assigned(
    path: Path, spec: Spec, *, profile: str, seed: int, globs: Iterable[str]
) -> tuple[Assignment, int]:
    """Read an assignment for a run with these options, and return the seed to draw from.

    Raises `GradmarkError` where an option contradicts the file: nobody picks their own terms.
    """
    assignment, fixed = load(path, spec)
    if profile not in {"", assignment.profile}:
        raise GradmarkError(
            "assigned-profile",
            f"{path} grades the profile {assignment.profile}, not {profile}",
            hint="leave out --profile",
        )
    if tuple(globs):
        raise GradmarkError(
            "partial-grade",
            "a selection of behaviours can't be graded",
            hint="leave out --behaviour, or --assignment",
        )
    if fixed is not None and seed not in {0, fixed}:
        raise GradmarkError("assigned-seed", f"{path} fixes the seed", hint="leave out the seed")
    return assignment, seed if fixed is None else fixed


def isolation_of(asked: int | None, required: int, assignment: Assignment | None) -> int:
    """Return the level of isolation of a run: what was asked for, or else the highest needed.

    Raises `GradmarkError` where what was asked for is less than a grade or a gate needs.
    """
    needed = max(required, assignment.isolation if assignment else 0)
    if asked is None:
        return max(DEFAULT_ISOLATION, needed)
    if asked < needed:
        who = "the assignment asks for" if needed > required else "what is required is"
        raise GradmarkError(
            "too-little-isolation",
            f"{who} isolation level {needed}, and this run has {asked}",
            hint=f"--isolation={needed}, or isolation = {asked} in the assignment file"
            if assignment
            else f"--isolation={needed}",
        )
    return asked


def default_profile(info: BackendInfo, *, has_adapter: bool) -> str:
    """Return the profile of a run that names none: the largest that the adapter claims.

    A library without an adapter has nobody who could claim all of PyTorch for it.
    """
    return "tensor" if info.profile == "torch" and not has_adapter else info.profile


def open_both(
    library: Callable[[], B], reference: Callable[[], Reference], *, isolation: int
) -> tuple[B, Reference]:
    """Open the library under test and the reference at the same time, since both take a while.

    Raises `GradmarkError` where either can't be opened; the other one is closed.
    """
    with ThreadPoolExecutor(1) as pool:
        # A library that is to run in this process is imported where a debugger would expect it.
        opening = pool.submit(library) if isolation else None
        try:
            compared = reference()
        except BaseException:
            if opening is not None and opening.exception() is None:
                opening.result().close()
            raise
        backend = opening.result() if opening is not None else library()
    # What PyTorch has brought stays for good: no collection needs to look at it again.
    gc.freeze()
    return backend, compared


def choose(spec: Spec, profile: str, globs: Iterable[str] = ()) -> Spec:
    """Return what is run. Raises `GradmarkError` for a pattern that chooses nothing."""
    held = spec.profile(profile)
    patterns = tuple(globs)
    if not patterns:
        return held
    inside = {b.id for b in held}
    for pattern in patterns:
        matched = spec.select([pattern])
        if not any(b.id in inside for b in matched):
            raise GradmarkError(
                "outside-profile",
                f"{pattern!r} matches nothing in the profile {profile}",
                cause=f"it matches {matched.behaviours[0].id}, of a larger profile",
                hint="--profile=torch",
            )
    wanted = {b.id for b in spec.select(patterns)}
    return replace(held, behaviours=tuple(b for b in held if b.id in wanted), partial=True)


def header_of(
    chosen: Spec,
    terms: Terms,
    info: BackendInfo,
    reference: dict[str, Any],
    selection: Iterable[str] = (),
) -> Header:
    """Return a journal's first line, with the present time and this machine in it."""
    return make_header(
        chosen,
        info,
        reference,
        profile=terms.profile,
        strict=terms.strict,
        seed=0 if terms.secret else terms.seed,
        started=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        host={
            "gradmark": gradmark_version(),
            "python": platform.python_version(),
            "platform": f"{sys.platform} {platform.machine()}",
        },
        selection=selection,
        assignment=terms.assignment.to_json() if terms.assignment else None,
    )


def gradmark_version() -> str:
    """Return the version that is installed, or ``0`` for a source tree that is not."""
    try:
        return version("gradmark")
    except PackageNotFoundError:
        return "0"


def facts(reference: Reference) -> dict[str, Any]:
    """Return what a journal's header says about the reference."""
    return {
        "name": "PyTorch",
        "version": reference.version,
        "is_the_specs": reference.is_the_specs,
        "answers": reference.answers,
    }


def judged(session: Session, behaviour: Behaviour, terms: Terms) -> Entry:
    """Ask and judge one behaviour. Whatever goes wrong on our side is *ungraded*, never raised."""
    # A host may have turned warnings into errors, for the sake of its own tests.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            verdict = session.verdict(behaviour.id)
        except Exception as error:  # noqa: BLE001 - one broken behaviour must not end the run
            return broken(behaviour, f"{type(error).__name__}: {error}", terms)
        try:
            entry = entry_of(behaviour, verdict, terms, session.backend.info)
            with suppress(Exception):  # nor is it worth less without its picture
                entry = replace(entry, graph=_graph(session, behaviour, verdict))
            return entry
        except Exception as error:  # noqa: BLE001 - a verdict stands without its script
            reason = f"its program can't be printed: {type(error).__name__}: {error}"
            note = f"{verdict.note}; {reason}" if verdict.note else reason
            return _bare(behaviour, replace(verdict, note=note), terms)


def _graph(session: Session, behaviour: Behaviour, verdict: Verdict) -> Graph | None:
    """Return the graph of what fails by itself, with one diagnosing replay on the reference."""
    if verdict.outcome.holds or verdict.outcome in {Outcome.BLOCKED, Outcome.UNGRADED}:
        return None
    program, step = behaviour.program(session.seed), verdict.detail.step
    graph = graph_of(program, step)
    diagnosed = getattr(session.reference, "diagnosed", None)
    if graph is None or diagnosed is None:
        return graph
    found: Graph = diagnosed(program, graph, step)
    return found


def entry_of(behaviour: Behaviour, verdict: Verdict, terms: Terms, info: BackendInfo) -> Entry:
    """Put an entry of the journal together."""
    return make_entry(
        behaviour,
        verdict,
        profile=terms.profile,
        strict=terms.strict,
        seed=terms.seed,
        secret=terms.secret,
        backend=terms.backend,
        module=info.library,
        spelling=info.spelling,
    )


def broken(
    behaviour: Behaviour, reason: str, terms: Terms, outcome: Outcome = Outcome.UNGRADED
) -> Entry:
    """Return the entry of a behaviour on which something broke before it could be judged."""
    return _bare(behaviour, Verdict(behaviour.id, outcome, Detail(reason=cut(reason))), terms)


def _bare(behaviour: Behaviour, verdict: Verdict, terms: Terms) -> Entry:
    """Return an entry that leaves the program alone, since it may be what broke."""
    return Entry(
        verdict=verdict,
        title=behaviour.title,
        level=behaviour.level.value,
        profile=behaviour.profile,
        gradient=behaviour.gradient,
        counted=counts(behaviour, terms.profile, strict=terms.strict),
        holds=holds(behaviour, verdict),
        why=behaviour.why,
        mistake=behaviour.mistake,
    )


def settled(entries: Iterable[Entry], *, partial: bool) -> tuple[Entry, ...]:
    """Return entries of which each *blocked* one leads to a root that deviates.

    Those that need no change are the same objects as before.
    """
    listed = tuple(entries)
    verdicts = settle((e.verdict for e in listed), partial=partial)
    return tuple(
        entry if entry.verdict == verdict else replace(entry, verdict=verdict, holds=False)
        for entry, verdict in zip(listed, verdicts, strict=True)
    )


def report_folder(path: Path) -> Path:
    """Make the folder of a run's files, which git ignores by itself.

    Raises `GradmarkError` where nothing can be written.
    """
    ignore = path / ".gitignore"
    probe = path / ".writable"
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise GradmarkError(
            "unwritable-output",
            f"{path} can't be written",
            cause=str(error),
            hint="another folder: --out=DIR or --gradmark-report=DIR",
        ) from None
    return path


def describe(header: Header, *, whole: int, verbose: bool = False) -> list[str]:
    """Say in a few lines who is asked, compared with whom, and about what.

    ``whole`` is the size of the profile; ``verbose`` adds all that was recognised and the search
    path. The lines hold a library's own texts as they are.
    """
    about = header.backend
    library = " ".join(part for part in (about["library"], about["version"]) if part)
    name = about["name"] if library in {"", about["name"]} else f"{about['name']} ({library})"
    lines = [f"backend: {name}" + (f", {about['where']}" if about["where"] else "")]
    if about["adapter"]:
        lines.append(f"adapter: {about['adapter']}")
    if verbose:
        lines += [f"recognised: {line}" for line in about["recognised"]]
        lines += [f"search path: {folder}" for folder in about["search_path"]]
        lines += [f"loaded: {', '.join(about['loaded'])}"] if about.get("loaded") else []
        lines += [f"interpreter: {about['python']}"] if about["python"] else []
    elif about["recognised"]:
        lines.append("recognised: " + _shortened("; ".join(about["recognised"]), RECOGNISED_LIMIT))
    compared = f"reference: {header.reference['name']} {header.reference['version']}"
    if header.reference.get("answers") == "recorded":
        compared += ", as recorded"
    if not header.reference["is_the_specs"]:
        compared += ", not the spec's reference: no score"
    size = f"{header.size}" if header.size == whole else f"{header.size} of {whole}"
    terms = f"profile: {header.profile}, {size} behaviours, {header.musts} musts about gradients"
    terms += ", shoulds count" if header.strict else ""
    level = f"isolation: {about['isolation']}"
    if not about["isolation"]:
        level += " (for a debugger: what one program leaves behind reaches the next)"
    graded = header.assignment
    seed = "secret" if graded.get("secret") else header.seed
    if graded:
        lines.append(f"assignment: {graded['title']}, {len(graded['groups'])} groups")
        lines += [f"warning: {said}" for said in Assignment.from_json(graded).warnings]
    if about.get("packages") is not None:
        lines.append("packages: " + ", ".join(("numpy", *about["packages"])) + ", and no others")
    if about.get("needs"):
        level += f" (less of a wall: it needs {', '.join(about['needs'])})"
    return [*lines, compared, terms, f"{level}, seed: {seed}"]


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
