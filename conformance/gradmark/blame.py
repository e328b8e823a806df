"""Blame: which deviations are a behaviour's own, and which wait for another one. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gradmark.judge import Judgement
from gradmark.verdict import LOST, Detail, Outcome, Verdict


def blame(
    identity: str,
    judgement: Judgement,
    owners: Iterable[str],
    verdict_of: Callable[[str], Verdict | None],
) -> Verdict:
    """Turn a judgement into a verdict.

    A deviating control, or a replay that ended before its first observation, is *blocked* only if
    an owner did not pass; otherwise the deviation is this behaviour's own. ``owners`` are all the
    behaviours that it builds on; ``verdict_of`` knows theirs, and gives None for one that is not
    part of the run.
    """
    own = Verdict(identity, judgement.outcome, judgement.detail)
    if judgement.outcome.holds or judgement.outcome in LOST | {Outcome.UNGRADED}:
        return own
    suspects = [judgement.owner] if judgement.owner else list(owners) if judgement.early else []
    for suspect in suspects:
        found = verdict_of(suspect)
        if found is None or found.outcome.holds:
            continue
        root = found.root if found.outcome is Outcome.BLOCKED else found.id
        if found.outcome is Outcome.UNGRADED:
            return Verdict(identity, Outcome.UNGRADED, judgement.detail, root=root)
        return Verdict(identity, Outcome.BLOCKED, judgement.detail, root=root)
    return own


def settle(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Make sure that every *blocked* verdict leads to a root that deviates.

    One that leads nowhere is *ungraded*: a run must not lose a mark without a reason.
    """
    listed = tuple(verdicts)
    known = {v.id: v for v in listed}
    out = []
    for verdict in listed:
        if verdict.outcome is Outcome.BLOCKED:
            root = known.get(verdict.root)
            if root is not None and (root.outcome.holds or root.outcome is Outcome.BLOCKED):
                reason = f"blocked by {verdict.root}, which is not at fault"
                detail = Detail(reason=reason)
                out.append(Verdict(verdict.id, Outcome.UNGRADED, detail, verdict.root))
                continue
        out.append(verdict)
    return tuple(out)


def unblocks(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """Count for every root how many behaviours wait for it."""
    counts: dict[str, int] = {}
    for verdict in verdicts:
        if verdict.outcome is Outcome.BLOCKED:
            counts[verdict.root] = counts.get(verdict.root, 0) + 1
    return counts
