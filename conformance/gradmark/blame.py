"""Blame: which deviations are a behaviour's own, and which wait for another one. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from gradmark.judge import Judgement
from gradmark.verdict import LOST, Detail, Outcome, Verdict

_OPERANDS = re.compile(r"(?:: '| between instances of '|(?<=no in-place) ).*")


def suspects(judgement: Judgement, owners: Iterable[str]) -> tuple[str, ...]:
    """Return the behaviours that a deviation may wait for, the likeliest first.

    ``owners`` are all that the behaviour builds on; none is suspected of what the behaviour is
    itself about, nor of a worker that was lost.
    """
    if judgement.outcome.holds or judgement.outcome in LOST | {Outcome.UNGRADED}:
        return ()
    named = [judgement.owner] if judgement.owner else []
    return tuple(dict.fromkeys([*named, *owners] if judgement.early else named))


def blame(
    identity: str,
    judgement: Judgement,
    owners: Iterable[str],
    verdict_of: Callable[[str], Verdict | None],
) -> Verdict:
    """Turn a judgement into a verdict.

    A deviating control, or an exception before the first observation, is *blocked* only if an owner
    did not pass; otherwise the deviation is this behaviour's own. A name that is absent waits for
    no repair of another thing: it is *blocked* only by an owner that lacks the same. ``owners`` are
    all the behaviours that it builds on; ``verdict_of`` knows theirs, and gives None for one that
    is not part of the run.
    """
    unknown = ""
    for suspect in suspects(judgement, owners):
        found = verdict_of(suspect)
        if found is None or found.outcome.holds:
            continue
        if judgement.absent and _lacks(found.detail) != _lacks(judgement.detail):
            continue
        root = found.root or found.id
        if found.outcome is not Outcome.UNGRADED:
            return Verdict(identity, Outcome.BLOCKED, judgement.detail, root=root)
        unknown = unknown or root
    outcome = Outcome.UNGRADED if unknown else judgement.outcome
    return Verdict(identity, outcome, judgement.detail, root=unknown)


def _lacks(detail: Detail) -> str:
    """Return what is absent; an operator is one with any operands, change in place too."""
    return _OPERANDS.sub("", detail.lacks)


def settle(verdicts: Iterable[Verdict], *, partial: bool = False) -> tuple[Verdict, ...]:
    """Make sure that every *blocked* verdict leads to a root that deviates.

    One that leads nowhere is *ungraded*: a run must not lose a mark without a reason. In a
    ``partial`` run the root may be one that was not selected.
    """
    listed = tuple(verdicts)
    known = {v.id: v for v in listed}
    return tuple(v if _founded(v, known, partial=partial) else _unfounded(v) for v in listed)


def _founded(verdict: Verdict, known: dict[str, Verdict], *, partial: bool) -> bool:
    if verdict.outcome is not Outcome.BLOCKED:
        return True
    root = known.get(verdict.root)
    if root is None:
        return partial and bool(verdict.root)
    return not (root.outcome.holds or root.outcome in {Outcome.BLOCKED, Outcome.UNGRADED})


def _unfounded(verdict: Verdict) -> Verdict:
    why = f"blocked by {verdict.root or 'nothing'}, which is not at fault"
    return replace(verdict, outcome=Outcome.UNGRADED, detail=replace(verdict.detail, reason=why))


def unblocks(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """Count for every root how many behaviours wait for it."""
    counts: dict[str, int] = {}
    for verdict in verdicts:
        if verdict.outcome is Outcome.BLOCKED:
            counts[verdict.root] = counts.get(verdict.root, 0) + 1
    return counts
