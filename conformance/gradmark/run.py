"""What a run is: a header, an entry a behaviour, a footer; and when it has a score."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from gradmark.behaviour import SPEC_VERSION, Behaviour, Level, Spec
from gradmark.graph import Graph
from gradmark.levels import counts, holds
from gradmark.session import BackendInfo
from gradmark.strict import build, filled, plain
from gradmark.verdict import Outcome, Verdict

FORMAT = 1

_DIGIT = re.compile(r"\d")
_ID = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+")


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
    assignment: dict[str, Any] = field(default_factory=dict)
    """What is graded, as `Assignment.to_json` writes it; empty without an assignment."""

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
    graph: Graph | None = None
    """What the program builds, where it fails by itself."""

    @property
    def id(self) -> str:
        """Return the behaviour's id."""
        return self.verdict.id

    @property
    def outcome(self) -> Outcome:
        """Return the verdict's outcome."""
        return self.verdict.outcome

    @property
    def chapter(self) -> str:
        """Return the first half of the id."""
        return self.verdict.id.partition(".")[0]

    def to_json(self) -> dict[str, Any]:
        """Return a line of the journal; empty fields are left out."""
        about = filled(self, without="verdict")
        return {**self.verdict.to_json(), "about": about}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Entry:
        """Read a line of the journal. Raises ValueError for what `to_json` never writes."""
        about = data.get("about")
        if not isinstance(about, dict) or "verdict" in about:
            raise ValueError("a verdict that does not say what it is about")
        verdict = {name: data[name] for name in data.keys() - {"kind", "about"}}
        entry = build(cls, {**about, "verdict": verdict})
        Level(entry.level)
        if not _ID.fullmatch(entry.id):
            message = f"{ascii(entry.id)[:80]} is no behaviour's id"
            raise ValueError(message)
        return entry


@dataclass(frozen=True, slots=True)
class Footer:
    """What came out: counts by outcome, and the headline's numerator."""

    outcomes: dict[str, int]
    passed: int
    seconds: float
    exit_code: int
    hints: tuple[str, ...] = ()
    """What only hints at something, like time that grows with the number of inputs."""

    def to_json(self) -> dict[str, Any]:
        """Return the journal's last line; without hints there is no word about them."""
        line = {"kind": "footer", **plain(self)}
        return line if self.hints else {k: v for k, v in line.items() if k != "hints"}


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
        lost = sum(e.outcome is Outcome.UNGRADED for e in self.entries)
        if lost:
            out.append(f"{lost} ungraded, which is not the library's fault")
        if not header.reference.get("is_the_specs", True):
            version = header.reference.get("version", "")
            out.append(f"compared with PyTorch {version}, which is not the spec's reference")
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
        return sum(e.holds for e in self.entries if in_headline(e)), self.header.musts


def in_headline(entry: Entry) -> bool:
    """Say whether an entry belongs to the headline score: a must that is about gradients."""
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
    assignment: dict[str, Any] | None = None,
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
        assignment=assignment or {},
    )


def make_entry(  # noqa: PLR0913 - an entry says all of it
    behaviour: Behaviour,
    verdict: Verdict,
    *,
    profile: str,
    strict: bool,
    seed: int = 0,
    secret: bool = False,
    backend: str = "",
    module: str = "",
    spelling: tuple[tuple[str, str], ...] = (),
) -> Entry:
    """Put a verdict together with what a report shows beside it; a pass needs no script."""
    script: tuple[str, ...] = ()
    marked: tuple[int, ...] = ()
    torch_script: tuple[str, ...] = ()
    reproduce = ""
    why = behaviour.why
    if verdict.outcome is not Outcome.PASS:
        from gradmark.script import as_library, as_torch

        program = behaviour.program(seed)
        script, marked = as_library(
            program, step=verdict.detail.step, module=module, spelling=spelling
        )
        torch_script = as_torch(program)
        if seed and _DIGIT.search(why + behaviour.mistake) and program != behaviour.program():
            why += " (The numbers of this explanation are those of seed 0.)"
        reproduce = f"gradmark run --backend={shlex.quote(backend)} --profile={profile}"
        reproduce += f" --behaviour={behaviour.id}"
        reproduce += f" --seed={seed}" if seed and not secret else ""
    return Entry(
        verdict=verdict,
        title=behaviour.title,
        level=behaviour.level.value,
        profile=behaviour.profile,
        gradient=behaviour.gradient,
        counted=counts(behaviour, profile, strict=strict),
        holds=holds(behaviour, verdict),
        why=why,
        mistake=behaviour.mistake,
        script=script,
        marked=marked,
        torch_script=torch_script,
        reproduce=reproduce,
    )
