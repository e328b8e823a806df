"""Many runs as one table: a column a run, a row a behaviour. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from gradmark.run import Entry, Run
from gradmark.verdict import Outcome
from gradmark_reports import overview, words
from gradmark_reports.audience import shown
from gradmark_reports.overview import Tally
from gradmark_reports.visible import visible_line

LETTERS = {
    Outcome.PASS: "P",
    Outcome.LENIENT: "L",
    Outcome.FAIL: "F",
    Outcome.MISSING: "M",
    Outcome.BLOCKED: "B",
    Outcome.ERROR: "E",
    Outcome.TIMEOUT: "T",
    Outcome.CRASH: "C",
    Outcome.MEMORY: "O",
    Outcome.PROTOCOL: "N",
    Outcome.UNGRADED: "U",
}
NOT_ASKED, NO_VERDICT = "-", "?"
NAMES = 12
"""Runs that are named in a sentence about one behaviour; a class is too many."""
OUTCOMES = {letter: outcome for outcome, letter in LETTERS.items()}

SAYS_NOTHING = frozenset({NOT_ASKED, NO_VERDICT, LETTERS[Outcome.UNGRADED]})
_ID = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Column:
    """One run. ``label`` tells it from another run of the same backend, and is else empty."""

    run: Run
    name: str
    label: str
    score: tuple[int, int] | None
    """Musts passed and musts of the profile; None where the run has no score."""
    headline: Tally
    total: Tally
    notes: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """Return what stands at the head of the column."""
        return self.label or _library(self.run) or self.name

    @property
    def isolation(self) -> int | None:
        """Return the level of isolation, None for a header that does not say."""
        level = self.run.header.backend.get("isolation")
        return level if isinstance(level, int) else None


@dataclass(frozen=True, slots=True)
class Row:
    """One behaviour: ``cells`` has a letter a column.

    ``holds`` is the number of runs in which it holds, ``asked`` of those that say whether it does.
    """

    id: str
    title: str
    level: str
    cells: str
    holds: int
    asked: int

    @property
    def differs(self) -> bool:
        """Say whether it holds in some runs and not in others."""
        return 0 < self.holds < self.asked

    @property
    def disagreement(self) -> tuple[int, float, int]:
        """Return what to sort by: the size of the minority, its share, how many outcomes."""
        minority = min(self.holds, self.asked - self.holds)
        outcomes = len(set(self.cells) - SAYS_NOTHING)
        return minority, minority / max(1, self.asked), outcomes


@dataclass(frozen=True, slots=True)
class Chapter:
    """The behaviours of one chapter in the spec's order, and each run's count of them."""

    name: str
    title: str
    rows: tuple[Row, ...]
    tallies: tuple[Tally, ...]

    @property
    def differing(self) -> int:
        """Return on how many behaviours the runs differ."""
        return sum(row.differs for row in self.rows)

    @property
    def ranked(self) -> tuple[int, ...]:
        """Return the rows' numbers, those on which the runs differ most first."""
        return tuple(at for at, _ in sorted(enumerate(self.rows), key=lambda pair: _rank(pair[1])))


@dataclass(frozen=True, slots=True)
class Matrix:
    """Many runs beside each other, the one with the most musts first."""

    columns: tuple[Column, ...]
    chapters: tuple[Chapter, ...]
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """Return all behaviours in the spec's order."""
        return tuple(row for chapter in self.chapters for row in chapter.rows)

    @property
    def contested(self) -> tuple[Row, ...]:
        """Return the behaviours on which the runs differ, most first."""
        return tuple(sorted((row for row in self.rows if row.differs), key=_rank))

    @property
    def nowhere(self) -> tuple[Row, ...]:
        """Return the behaviours that several runs say something about, and none holds."""
        return tuple(row for row in self.rows if row.asked > 1 and not row.holds)

    def by_outcome(self, row: Row) -> dict[Outcome, tuple[Column, ...]]:
        """Return the runs of each outcome of a behaviour."""
        return {
            outcome: tuple(c for c, seen in zip(self.columns, row.cells, strict=True) if seen == at)
            for at, outcome in OUTCOMES.items()
            if at in row.cells
        }


def matrix(runs: Iterable[tuple[str, Run]], *, teacher: bool = False) -> Matrix:
    """Put runs beside each other; each comes with the name of its file.

    What an assignment hides from students is left out, unless the matrix is for a ``teacher``.
    Raises ValueError for a run whose assignment can't be read.
    """
    seen = []
    for source, run in runs:
        found = shown(run, teacher=teacher)
        seen.append((source, found.run, found.withheld))
    names = [_name(run) for _, run, _ in seen]
    labels = _labels(names, [source for source, _, _ in seen])
    usual = [
        _usual(run.header.spec for _, run, _ in seen),
        _usual(r.header.seed for _, r, _ in seen),
    ]
    columns = []
    for (_, run, withheld), name, label in zip(seen, names, labels, strict=True):
        total = overview.tally("all", "All", run.entries, run.header.size)
        notes = tuple(_notes(run, withheld, usual))
        columns.append(Column(run, name, label, run.score, overview.headline(run), total, notes))
    columns.sort(key=lambda column: (column.score is None, -column.headline.holds))
    chapters = _chapters([column.run for column in columns])
    return Matrix(tuple(columns), tuple(chapters), tuple(_about(columns)))


def _library(run: Run) -> str:
    """Return what was asked, of a path its last part."""
    name = run.header.backend.get("name", "")
    return PurePath(name).name if isinstance(name, str) else ""


def _name(run: Run) -> str:
    version = run.header.backend.get("version", "")
    return f"{_library(run) or 'a backend without a name'} {version}".rstrip()


def _notes(run: Run, withheld: int, usual: Sequence[object]) -> Iterator[str]:
    spec, seed = usual
    yield from (f"no score: {reason}" for reason in run.unscored)
    if run.header.spec != spec:
        yield f"spec {_brief(run.header.spec)}, where others have {_brief(str(spec))}"
    if run.header.seed != seed:  # which one it is may be a secret
        yield "data drawn from another seed"
    if withheld:
        yield f"{words.amount(withheld, 'group')} of the assignment not shown"


def _about(columns: Sequence[Column]) -> Iterator[str]:
    profiles = dict.fromkeys(column.run.header.profile for column in columns)
    if len(profiles) > 1:
        yield (
            f"The runs are of different profiles ({_listed(profiles)}), so they were not asked "
            "the same. Each share is of what that run was asked."
        )
    specs = dict.fromkeys(column.run.header.spec for column in columns)
    if len(specs) > 1:
        yield (
            f"The runs are of different versions of the spec ({_listed(specs)}): one behaviour "
            "may have been asked in another way."
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(_brief(name) for name in names)


def _brief(name: str) -> str:
    return visible_line(name, 40)


def _chapters(runs: Sequence[Run]) -> Iterator[Chapter]:
    largest = sorted(runs, key=lambda run: -run.header.size)
    titles = {n: title for run in reversed(largest) for n, title in run.header.chapters}
    entries = {e.id: e for run in reversed(largest) for e in run.entries}
    verdicts = [{e.id: e for e in run.entries} for run in runs]
    planned = [frozenset(run.header.planned) for run in runs]
    tallies = [_tallies(run) for run in runs]
    grouped: dict[str, dict[str, None]] = {}
    for run in largest:
        for identity in (*run.header.planned, *(e.id for e in run.entries)):
            if _ID.fullmatch(identity):
                grouped.setdefault(identity.partition(".")[0], {})[identity] = None
    for name, ids in grouped.items():
        rows = tuple(_row(identity, entries.get(identity), verdicts, planned) for identity in ids)
        none = overview.tally(name, name, ())
        yield Chapter(
            name, titles.get(name, name), rows, tuple(known.get(name, none) for known in tallies)
        )


def _tallies(run: Run) -> dict[str, Tally]:
    """Count each chapter of a run; a page of many needs them faster than one by one."""
    sizes = Counter(identity.partition(".")[0] for identity in run.header.planned)
    entries: dict[str, list[Entry]] = {name: [] for name in sizes}
    for entry in run.entries:
        entries.setdefault(entry.chapter, []).append(entry)
    return {
        name: overview.tally(name, name, found, max(sizes[name], len(found)))
        for name, found in entries.items()
    }


def _row(
    identity: str,
    known: Entry | None,
    verdicts: Sequence[dict[str, Entry]],
    planned: Sequence[frozenset[str]],
) -> Row:
    cells, holds, asks = [], 0, 0
    for seen, asked in zip(verdicts, planned, strict=True):
        entry = seen.get(identity)
        if entry is None:
            cells.append(NO_VERDICT if identity in asked else NOT_ASKED)
        else:
            cells.append(LETTERS[entry.outcome])
            says = entry.outcome is not Outcome.UNGRADED
            asks += says
            holds += says and entry.holds
    title, level = (known.title, known.level) if known else ("", "")
    return Row(identity, title, level, "".join(cells), holds, asks)


def _rank(row: Row) -> tuple[float, ...]:
    return tuple(-part for part in row.disagreement)


def _usual(values: Iterable[object]) -> object:
    return next(iter(Counter(values).most_common(1)), ("", 0))[0]


def _labels(names: Sequence[str], sources: Sequence[str]) -> list[str]:
    """Return for each run what tells it from those of the same name, or nothing."""
    labels = [""] * len(names)
    for name in {name for name in names if names.count(name) > 1}:
        same = [at for at, other in enumerate(names) if other == name]
        for at, label in zip(
            same, _apart([PurePath(sources[at]).parts for at in same]), strict=True
        ):
            labels[at] = label
    return labels


def _apart(paths: Sequence[tuple[str, ...]]) -> list[str]:
    """Return the shortest ends of some paths that are all different, without their common end."""
    shared = 0
    while len({parts[len(parts) - 1 - shared :] for parts in paths}) == 1 and shared < min(
        map(len, paths)
    ):
        shared += 1
    for depth in range(shared + 1, max(map(len, paths)) + 1):
        ends = ["/".join(parts[-depth : len(parts) - shared]) for parts in paths]
        if len(set(ends)) == len(ends):
            return [end.removesuffix(".jsonl") for end in ends]
    return [str(number) for number, _ in enumerate(paths, 1)]
