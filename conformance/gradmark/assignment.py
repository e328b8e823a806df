"""What is graded and for how many points: groups of behaviours, settled before anything runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from gradmark.behaviour import PROFILES, Behaviour, Level, Spec
from gradmark.errors import GradmarkError, near
from gradmark.verdict import Outcome

RULES = ("sum", "min")
VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")
_DIGITS = 60
MOST = 1_000_000
"""Points that nobody gives."""

WORTH = {
    Outcome.PASS: Fraction(1),
    Outcome.LENIENT: Fraction(1),
    Outcome.MISSING: Fraction(0),
    Outcome.BLOCKED: Fraction(0),
}
"""What a verdict is worth of its behaviour's points; any other one is worth nothing."""


@dataclass(frozen=True, slots=True)
class Group:
    """Behaviours that are worth points together.

    With the rule ``sum`` each has an equal share; with ``min`` the least worth of them decides over
    all the points. A ``bonus`` group adds to what was earned and not to what can be earned.
    ``require`` names groups in which everything has to hold first.
    """

    name: str
    points: Fraction
    behaviours: tuple[str, ...]
    """The ids; patterns until `resolved` has replaced them."""
    leave_out: tuple[str, ...] = ()
    levels: tuple[str, ...] = (Level.MUST.value,)
    rule: str = "sum"
    require: tuple[str, ...] = ()
    visibility: str = "visible"
    bonus: bool = False

    @property
    def share(self) -> Fraction:
        """Return what one behaviour is worth under the rule ``sum``."""
        return self.points / len(self.behaviours)


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a teacher asks for. ``isolation`` is the least level that a grade needs."""

    title: str
    profile: str
    groups: tuple[Group, ...]
    backend: str = ""
    isolation: int = 2
    worth: dict[Outcome, Fraction] = field(default_factory=lambda: dict(WORTH))
    pass_mark: Fraction | None = None
    """A share of the points, between 0 and 1."""
    secret: bool = False
    """Whether the seed is to stay unknown to those who are graded."""
    packages: tuple[str, ...] = ()
    """What may be imported besides the standard library, NumPy and the submission."""
    needs: tuple[str, ...] = ()
    """What a submission is allowed beyond others: compiler, memory, threads, gpu."""

    @property
    def points(self) -> Fraction:
        """Return what can be earned without any bonus."""
        return sum((g.points for g in self.groups if not g.bonus), Fraction(0))

    @property
    def ids(self) -> tuple[str, ...]:
        """Return every behaviour that is worth points, group by group."""
        return tuple(identity for group in self.groups for identity in group.behaviours)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Say what a teacher may not have meant."""
        return tuple(
            f"{outcome.value} is worth {text(self.worth[outcome])}: it can be provoked"
            for outcome in (Outcome.MISSING, Outcome.BLOCKED)
            if self.worth.get(outcome)
        )

    def to_json(self) -> dict[str, Any]:
        """Return what a journal's header keeps, with points as exact texts."""
        groups = [
            {
                "name": g.name,
                "points": text(g.points),
                "behaviours": list(g.behaviours),
                "rule": g.rule,
                "require": list(g.require),
                "visibility": g.visibility,
                "bonus": g.bonus,
            }
            for g in self.groups
        ]
        return {
            "title": self.title,
            "profile": self.profile,
            "groups": groups,
            "isolation": self.isolation,
            "worth": {outcome.value: text(value) for outcome, value in self.worth.items()},
            "pass_mark": None if self.pass_mark is None else text(self.pass_mark),
            "secret": self.secret,
            "packages": list(self.packages),
            "needs": list(self.needs),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Assignment:
        """Read what `to_json` wrote. Raises ValueError for anything else."""
        try:
            groups = tuple(
                Group(
                    name=str(g["name"]),
                    points=exact(g["points"]),
                    behaviours=tuple(map(str, g["behaviours"])),
                    rule=_one_of(g["rule"], RULES),
                    require=tuple(map(str, g["require"])),
                    visibility=_one_of(g["visibility"], VISIBILITIES),
                    bonus=bool(g["bonus"]),
                )
                for g in data["groups"]
            )
            _consistent(groups)
            mark = data["pass_mark"]
            return cls(
                title=str(data["title"]),
                profile=_one_of(data["profile"], PROFILES),
                groups=groups,
                isolation=int(data["isolation"]),
                worth={Outcome(k): exact(v) for k, v in data["worth"].items()},
                pass_mark=None if mark is None else exact(mark),
                secret=bool(data["secret"]),
                packages=tuple(map(str, data.get("packages", ()))),
                needs=tuple(map(str, data.get("needs", ()))),
            )
        except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
            message = f"an assignment that was not written by this version: {error}"
            raise ValueError(message) from None


def _consistent(groups: tuple[Group, ...]) -> None:
    """Raise ValueError for groups that no version of this format writes."""
    before: set[str] = set()
    for group in groups:
        if not group.behaviours:
            raise ValueError("a group without behaviours")
        if not 0 <= group.points <= MOST:
            raise ValueError("a group with impossible points")
        if not before.issuperset(group.require):
            raise ValueError("a group that requires one that is not before it")
        before.add(group.name)


def exact(value: Any) -> Fraction:
    """Read a number or a text exactly. Raises ValueError for more than anybody would write.

    1e999999999 is a short text, and a number that nobody can compute with.
    """
    if len(str(value)) > _DIGITS or (isinstance(value, str) and "e" in value.lower()):
        message = f"{str(value)[:_DIGITS]} is no number of points"
        raise ValueError(message)
    return Fraction(value)


def text(value: Fraction) -> str:
    """Write a fraction exactly: as a decimal number where it is one, else as ``7/3``."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return str(value)
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    if not digits:
        return str(value.numerator)
    shifted = str(abs(value.numerator) * 10**digits // value.denominator).rjust(digits + 1, "0")
    return f"{'-' if value < 0 else ''}{shifted[:-digits]}.{shifted[-digits:]}"


def resolved(assignment: Assignment, spec: Spec) -> Assignment:
    """Replace the groups' patterns by ids. Raises `GradmarkError`.

    A chapter's name or a glob stands for the behaviours of the group's levels; an id for itself.
    Each behaviour belongs to one group at most, so that points add up.
    """
    held = spec.profile(assignment.profile)
    groups = tuple(_resolved(group, held, spec) for group in assignment.groups)
    taken: dict[str, str] = {}
    for group in groups:
        for identity in group.behaviours:
            if identity in taken:
                raise GradmarkError(
                    "in-two-groups",
                    f"{identity} is in {taken[identity]!r} and in {group.name!r}",
                    cause="each behaviour is worth points once",
                    hint=f'except = ["{identity}"] in one of the groups',
                )
            taken[identity] = group.name
    return replace(assignment, groups=groups)


def _resolved(group: Group, held: Spec, spec: Spec) -> Group:
    left_out = {b.id for pattern in group.leave_out for b in spec.select([pattern])}
    chosen: dict[str, None] = {}
    for pattern in group.behaviours:
        matched = _matching(pattern, group, held, spec)
        chosen.update(dict.fromkeys(b.id for b in matched if b.id not in left_out))
    if not chosen:
        raise GradmarkError(
            "empty-group",
            f"the group {group.name!r} has no behaviour in the profile",
            hint=f"gradmark list --profile={PROFILES[-1]}",
        )
    order = [b.id for b in held if b.id in chosen]
    return replace(group, behaviours=tuple(order))


def _matching(pattern: str, group: Group, held: Spec, spec: Spec) -> Iterable[Behaviour]:
    found = spec.select([pattern])
    inside = {b.id for b in held}
    named = len(found) == 1 and found.behaviours[0].id == pattern
    chosen = [b for b in found if b.id in inside and (named or b.level.value in group.levels)]
    if not chosen:
        outside = found.behaviours[0]
        raise GradmarkError(
            "outside-profile",
            f"{pattern!r} of the group {group.name!r} matches nothing that is graded",
            cause=f"{outside.id} is a {outside.level.value} of the profile {outside.profile}",
            hint="a larger profile, or levels = [...] in the group",
        )
    return chosen


def check(assignment: Assignment) -> None:
    """Refuse groups that contradict each other. Raises `GradmarkError`."""
    names = [g.name for g in assignment.groups]
    for name in names:
        if names.count(name) > 1:
            raise GradmarkError("two-groups", f"two groups are called {name!r}")
    for group in assignment.groups:
        for required in group.require:
            if required not in names[: names.index(group.name)]:
                raise GradmarkError(
                    "unknown-group",
                    f"{group.name!r} requires {required!r}, which is no group before it",
                    hint=near(required, names) or "move the group that comes first to the top",
                )
    if not assignment.points:
        raise GradmarkError("no-points", "no group has points that count")


def _one_of(value: Any, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        message = f"{value!r} is none of {', '.join(allowed)}"
        raise ValueError(message)
    return str(value)
