"""One run beside an earlier one: what was fixed, what broke, what stayed. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from gradmark.run import Entry, Run
from gradmark_reports import words


@dataclass(frozen=True, slots=True)
class Change:
    """A behaviour in both runs; each entry as it was and as it is."""

    before: Entry
    after: Entry

    @property
    def id(self) -> str:
        """Return the behaviour's id."""
        return self.after.id

    @property
    def kind(self) -> str:
        """Return ``fixed``, ``broken``, ``other`` for another failure, or ``same``."""
        if self.before.holds != self.after.holds:
            return "fixed" if self.after.holds else "broken"
        same = self.before.outcome is self.after.outcome
        return "same" if same or self.after.holds else "other"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed since an earlier run. ``unlike`` says why the two are hard to compare."""

    who: str
    when: str
    fixed: tuple[Change, ...]
    broken: tuple[Change, ...]
    other: tuple[Change, ...]
    failing: int
    """Behaviours that fail as they did."""

    holding: int
    new: tuple[str, ...]
    gone: tuple[str, ...]
    unlike: tuple[str, ...]
    score: str

    @property
    def kinds(self) -> dict[str, str]:
        """Return what changed, by id."""
        changed = (*self.fixed, *self.broken, *self.other)
        return {change.id: change.kind for change in changed}


def compare(before: Run, after: Run) -> Comparison:
    """Compare two runs, behaviour by behaviour."""
    old = {e.id: e for e in before.entries}
    changes = [Change(old[e.id], e) for e in after.entries if e.id in old]
    now = {e.id for e in after.entries}
    kinds: dict[str, list[Change]] = {"fixed": [], "broken": [], "other": [], "same": []}
    for change in changes:
        kinds[change.kind].append(change)
    failing = sum(not change.after.holds for change in kinds["same"])
    return Comparison(
        who=words.short_name(before.header),
        when=before.header.started,
        fixed=tuple(kinds["fixed"]),
        broken=tuple(kinds["broken"]),
        other=tuple(kinds["other"]),
        failing=failing,
        holding=len(kinds["same"]) - failing,
        new=tuple(e.id for e in after.entries if e.id not in old),
        gone=tuple(e.id for e in before.entries if e.id not in now),
        unlike=_unlike(before, after),
        score=_score(before),
    )


def _score(run: Run) -> str:
    return f"{run.score[0]} / {run.score[1]}" if run.score else "no score"


def _unlike(before: Run, after: Run) -> tuple[str, ...]:
    """Say in which terms two runs differ."""
    one, other = before.header, after.header
    terms = (
        ("profile", one.profile, other.profile),
        ("spec", one.spec, other.spec),
        ("reference", words.reference_name(one), words.reference_name(other)),
        ("seed", one.seed, other.seed),
    )
    said = [f"{name}: {was}, and now {now}" for name, was, now in terms if was != now]
    said += ["the earlier run is not complete"] * (not before.complete)
    return tuple(said)
