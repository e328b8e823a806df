"""The journal: ``run.jsonl``, a header, one line a verdict and a footer; reports are made from it."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, TextIO

from gradmark.behaviour import REFERENCE_VERSION, SPEC_VERSION, Behaviour, Level, Spec
from gradmark.errors import GradmarkError
from gradmark.session import BackendInfo, counts, holds
from gradmark.strict import build, filled, plain
from gradmark.verdict import Outcome, Verdict

FORMAT = 1
NAME = "run.jsonl"


@dataclass(frozen=True, slots=True)
class Header:
    """All that was known before the first program ran.

    ``backend`` is a `BackendInfo`; ``reference`` has ``name``, ``version`` and ``is_the_specs``.
    """

    backend: dict[str, Any]
    reference: dict[str, Any]
    profile: str
    size: int
    musts: int
    """Gradient behaviours at level must: the denominator of the headline score."""
    strict: bool = False
    seed: int = 0
    partial: bool = False
    selection: tuple[str, ...] = ()
    started: str = ""
    host: dict[str, Any] = field(default_factory=dict)
    chapters: tuple[tuple[str, str], ...] = ()
    spec: str = SPEC_VERSION
    planned: tuple[str, ...] = ()
    """The ids that will have a verdict when the run is complete, in the spec's order."""

    def to_json(self) -> dict[str, Any]:
        """Return the journal's first line."""
        return {"kind": "header", "format": FORMAT, **plain(self)}


@dataclass(frozen=True, slots=True)
class Entry:
    """One verdict with what a report needs to show it, without the spec at hand."""

    verdict: Verdict
    title: str
    level: str
    profile: str
    gradient: bool
    counted: bool
    holds: bool
    why: str = ""
    mistake: str = ""
    script: tuple[str, ...] = ()
    marked: tuple[int, ...] = ()
    """Lines of the script, from 0, at which the deviation happened."""
    torch_script: tuple[str, ...] = ()
    reproduce: str = ""

    @property
    def id(self) -> str:
        """Return the behaviour's id."""
        return self.verdict.id

    @property
    def chapter(self) -> str:
        """Return the first half of the id."""
        return self.verdict.id.partition(".")[0]

    def to_json(self) -> dict[str, Any]:
        """Return a line of the journal; empty fields are left out."""
        about = filled(self)
        del about["verdict"]
        return {**self.verdict.to_json(), "about": about}


@dataclass(frozen=True, slots=True)
class Footer:
    """What came out: counts by outcome, and the headline's numerator."""

    outcomes: dict[str, int]
    passed: int
    seconds: float
    exit_code: int

    def to_json(self) -> dict[str, Any]:
        """Return the journal's last line."""
        return {"kind": "footer", **plain(self)}


@dataclass(frozen=True, slots=True)
class Run:
    """A journal that was read: ``footer`` is None where the run did not come to its end."""

    header: Header
    entries: tuple[Entry, ...]
    footer: Footer | None = None

    @property
    def complete(self) -> bool:
        """Say whether every behaviour of the run has a verdict and the run ended."""
        return self.footer is not None and len(self.entries) == self.header.size

    @property
    def unscored(self) -> tuple[str, ...]:
        """Say why there is no score; nothing where there is one."""
        header, out = self.header, []
        if header.partial:
            out.append("partial selection")
        if not self.complete:
            have = f"{len(self.entries)} of {header.size} behaviours have a verdict"
            out.append(f"incomplete run: {have}" + ("" if self.footer else ", and it has no end"))
        lost = sum(e.verdict.outcome is Outcome.UNGRADED for e in self.entries)
        if lost:
            out.append(f"{lost} ungraded, which is not the library's fault")
        if not header.reference.get("is_the_specs", True):
            version = header.reference.get("version", "")
            out.append(f"compared with PyTorch {version}, not with the spec's {REFERENCE_VERSION}")
        if not header.musts:
            out.append("nothing that counts in this run")
        return tuple(out)

    @property
    def score(self) -> tuple[int, int] | None:
        """Return musts passed and musts of the profile, gradient behaviours only.

        None for what `unscored` says: a partial selection, a run without an end, something
        ungraded, another reference than the spec's.
        """
        if self.unscored:
            return None
        return sum(e.holds for e in self.entries if _headline(e)), self.header.musts


def _headline(entry: Entry) -> bool:
    return entry.gradient and entry.level == Level.MUST.value


def make_header(  # noqa: PLR0913 - a header says all of it
    spec: Spec,
    info: BackendInfo,
    reference: dict[str, Any],
    *,
    profile: str,
    strict: bool,
    seed: int,
    started: str,
    host: dict[str, Any],
    selection: Iterable[str] = (),
) -> Header:
    """Describe a run before it starts; ``spec`` is what will be run."""
    return Header(
        backend=asdict(info),
        reference=reference,
        profile=profile,
        size=len(spec),
        musts=sum(b.gradient and b.level is Level.MUST for b in spec),
        strict=strict,
        seed=seed,
        partial=spec.partial,
        selection=tuple(selection),
        started=started,
        host=host,
        chapters=spec.chapters,
        planned=tuple(b.id for b in spec),
    )


def make_entry(  # noqa: PLR0913 - an entry says all of it
    behaviour: Behaviour,
    verdict: Verdict,
    *,
    profile: str,
    strict: bool,
    seed: int = 0,
    backend: str = "",
) -> Entry:
    """Put a verdict together with what a report shows beside it; a pass needs no script."""
    from gradmark.script import as_library, as_torch

    script: tuple[str, ...] = ()
    marked: tuple[int, ...] = ()
    torch_script: tuple[str, ...] = ()
    reproduce = ""
    if verdict.outcome is not Outcome.PASS:
        program = behaviour.program(seed)
        script, marked = as_library(program, step=verdict.detail.step)
        torch_script = as_torch(program)
        reproduce = f"gradmark run --backend={shlex.quote(backend)} --profile={profile}"
        reproduce += f" --behaviour={behaviour.id}"
        reproduce += f" --seed={seed}" if seed else ""
    return Entry(
        verdict=verdict,
        title=behaviour.title,
        level=behaviour.level.value,
        profile=behaviour.profile,
        gradient=behaviour.gradient,
        counted=counts(behaviour, profile, strict=strict),
        holds=holds(behaviour, verdict),
        why=behaviour.why,
        mistake=behaviour.mistake,
        script=script,
        marked=marked,
        torch_script=torch_script,
        reproduce=reproduce,
    )


def exit_code(entries: Iterable[Entry]) -> int:
    """Return 0 where all that counts holds, 1 where it does not, 3 where something is ungraded."""
    listed = list(entries)
    if any(e.verdict.outcome is Outcome.UNGRADED for e in listed):
        return 3
    return int(any(e.counted and not e.holds for e in listed))


def make_footer(entries: Iterable[Entry], seconds: float, code: int | None = None) -> Footer:
    """Sum a run up."""
    listed = list(entries)
    return Footer(
        outcomes=dict(sorted(Counter(e.verdict.outcome.value for e in listed).items())),
        passed=sum(e.holds for e in listed if _headline(e)),
        seconds=round(seconds, 3),
        exit_code=exit_code(listed) if code is None else code,
    )


def write_line(stream: TextIO, data: dict[str, Any]) -> None:
    """Write one line and flush it, so that a run that dies leaves what it had."""
    stream.write(json.dumps(plain(data), ensure_ascii=True, allow_nan=False) + "\n")
    stream.flush()


class Writer:
    """Writes a journal as a context manager; no footer is written where an exception passes.

    Raises `GradmarkError` where the file can't be written, at once or later.
    """

    def __init__(self, path: Path, header: Header) -> None:
        """Open the file and write the header."""
        self._path = path
        self._size = header.size
        self.entries: list[Entry] = []
        try:
            self._stream = path.open("w", encoding="utf-8", newline="\n")
        except OSError as error:
            self._fail(error)
        self._write(header.to_json())

    def add(self, entry: Entry) -> None:
        """Write one verdict."""
        self._write(entry.to_json())
        self.entries.append(entry)

    def finish(self, seconds: float, code: int | None = None) -> Footer:
        """Write the footer; the exit code is 3 where a verdict was lost."""
        if code is None and len(self.entries) != self._size:
            code = 3
        footer = make_footer(self.entries, seconds, code)
        self._write(footer.to_json())
        return footer

    def _write(self, data: dict[str, Any]) -> None:
        try:
            write_line(self._stream, data)
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> NoReturn:
        raise GradmarkError(
            "unwritable-output",
            f"{self._path} can't be written",
            cause=str(error),
            hint="another folder: --out=DIR or --gradmark-report=DIR",
        ) from None

    def __enter__(self) -> Writer:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """Close the file."""
        self._stream.close()


def read(path: Path) -> Run:
    """Read a journal. Raises `GradmarkError` for one that is broken, doubled or of another format.

    A journal whose last line is torn, or that has no footer, is an incomplete run, not an error.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(path, "it can't be read", str(error)) from None
    records: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
        except ValueError as error:
            if number == len(lines):
                break
            raise _broken(path, f"line {number} is no JSON", str(error)) from None
        if not isinstance(record, dict):
            raise _broken(path, f"line {number} is no object", line[:200])
        records.append(record)
    return _assemble(path, records)


def _assemble(path: Path, records: list[dict[str, Any]]) -> Run:
    if not records or records[0].get("kind") != "header":
        raise _broken(path, "the first line is no header", "")
    head = dict(records[0])
    if head.get("format") != FORMAT:
        raise GradmarkError(
            "foreign-journal",
            f"{path} is of format {head.get('format')!r}; this version reads {FORMAT}",
            hint="read it with the version of Gradmark that wrote it",
        )
    entries: list[Entry] = []
    footer: Footer | None = None
    try:
        header = Header(**{k: _tuples(v) for k, v in head.items() if k not in {"kind", "format"}})
        for number, record in enumerate(records[1:], 2):
            if footer is not None:
                raise _broken(path, f"line {number} comes after the footer", "merged journals?")
            kind = record.get("kind")
            if kind == "verdict":
                about = {k: _tuples(v) for k, v in record["about"].items()}
                entries.append(Entry(verdict=Verdict.from_json(record), **about))
            elif kind == "footer":
                footer = Footer(**{k: v for k, v in record.items() if k != "kind"})
            else:
                raise _broken(path, f"line {number} is a {kind!r}", "merged journals?")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _broken(path, "a line that is not a journal's", str(error)) from None
    doubled = [i for i, n in Counter(e.id for e in entries).items() if n > 1]
    if doubled:
        raise _broken(path, f"{doubled[0]} has two verdicts", "merged journals?")
    return Run(header, tuple(entries), footer)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value


def _broken(path: Path, what: str, cause: str) -> GradmarkError:
    return GradmarkError(
        "broken-journal", f"{path}: {what}", cause=cause, hint="run the backend again"
    )


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a journal's lines."""
    text = files("gradmark").joinpath("journal.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
