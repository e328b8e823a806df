"""What a level makes of a verdict: whether it counts, and whether a behaviour is met. Pure."""

from __future__ import annotations

from gradmark.behaviour import Behaviour, Level
from gradmark.verdict import Outcome, Verdict


def counts(behaviour: Behaviour, profile: str, *, strict: bool) -> bool:
    """Say whether a deviation from a behaviour makes a run fail."""
    if behaviour.level is Level.MUST:
        return True
    if behaviour.level is Level.SHOULD:
        return strict
    return profile == "torch"


def holds(behaviour: Behaviour, verdict: Verdict) -> bool:
    """Say whether a behaviour is met: lenient meets a must, but neither a should nor a detail."""
    if behaviour.level is Level.MUST:
        return verdict.outcome.holds
    return verdict.outcome is Outcome.PASS
