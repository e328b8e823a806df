"""What a run comes to: totals by chapter and by group, and what to fix first. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from gradmark.blame import unblocks
from gradmark.journal import Entry, Run
from gradmark.run import in_headline
from gradmark.verdict import Outcome

LEVELS = ("must", "should", "detail")


@dataclass(frozen=True, slots=True)
class Tally:
    """How one set of behaviours came out; ``size`` includes those without a verdict."""

    name: str
    title: str
    size: int
    holds: int
    counts: dict[Outcome, int]

    @property
    def deviates(self) -> int:
        """Return how many have a verdict and do not hold."""
        return sum(self.counts.values()) - self.holds

    @property
    def waiting(self) -> int:
        """Return how many have no verdict."""
        return self.size - sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Root:
    """Something to fix, and the behaviours that wait for it.

    ``entry`` is None where the root was not part of the run.
    """

    id: str
    entry: Entry | None
    waiting: tuple[Entry, ...] = ()


def tally(name: str, title: str, entries: Iterable[Entry], size: int | None = None) -> Tally:
    """Count the outcomes of some entries, each outcome in the order of the enumeration."""
    listed = list(entries)
    seen = Counter(e.outcome for e in listed)
    counts = {o: seen[o] for o in Outcome if seen[o]}
    size = len(listed) if size is None else size
    return Tally(name, title, size, sum(e.holds for e in listed), counts)


def headline(run: Run) -> Tally:
    """Count the musts that are about gradients: what the score is made of."""
    return tally("musts", "Musts", filter(in_headline, run.entries), run.header.musts)


def chapters(run: Run) -> tuple[Tally, ...]:
    """Count each chapter, in reading order; one that the run left out entirely is not listed."""
    titles = dict(run.header.chapters)
    planned = [identity.partition(".")[0] for identity in run.header.planned]
    names = dict.fromkeys([*titles, *planned, *(e.chapter for e in run.entries)])
    out = []
    for name in names:
        entries = [e for e in run.entries if e.chapter == name]
        size = max(planned.count(name), len(entries))
        if size:
            out.append(tally(name, titles.get(name, name), entries, size))
    return tuple(out)


def groups(run: Run) -> tuple[Tally, ...]:
    """Count what stands beside the headline: the other levels, and what needs no gradient."""
    parts = (
        ("should", "Shoulds", [e for e in run.entries if e.gradient and e.level == "should"]),
        ("detail", "Details", [e for e in run.entries if e.gradient and e.level == "detail"]),
        ("plain", "Without gradients", [e for e in run.entries if not e.gradient]),
    )
    return tuple(tally(name, title, entries) for name, title, entries in parts if entries)


def fix_first(run: Run) -> tuple[Root, ...]:
    """Return every root with those that wait for it: what counts first, then what blocks most.

    Of roots that weigh the same, what is wrong comes before what is absent.
    """
    weight = unblocks(e.verdict for e in run.entries)
    known = {e.id: e for e in run.entries}
    waiting: dict[str, list[Entry]] = {
        e.id: [] for e in run.entries if not e.holds and e.outcome not in _NO_ROOT
    }
    for entry in with_outcome(run, Outcome.BLOCKED):
        if entry.verdict.root:  # without one it waits for something that is not shown
            waiting.setdefault(entry.verdict.root, []).append(entry)

    def rank(identity: str) -> tuple[bool, int, int, bool]:
        entry = known.get(identity)
        level = LEVELS.index(entry.level) if entry and entry.level in LEVELS else 0
        absent = entry is not None and entry.outcome is Outcome.MISSING
        return (not (entry is None or entry.counted), -weight.get(identity, 0), level, absent)

    return tuple(Root(i, known.get(i), tuple(waiting[i])) for i in sorted(waiting, key=rank))


_NO_ROOT = frozenset({Outcome.LENIENT, Outcome.BLOCKED, Outcome.UNGRADED})


def with_outcome(run: Run, outcome: Outcome) -> tuple[Entry, ...]:
    """Return the entries of one outcome, in the run's order."""
    return tuple(e for e in run.entries if e.outcome is outcome)


def without_verdict(run: Run) -> tuple[str, ...]:
    """Return the ids that were planned and have no verdict, in the spec's order."""
    seen = {e.id for e in run.entries}
    return tuple(identity for identity in run.header.planned if identity not in seen)
