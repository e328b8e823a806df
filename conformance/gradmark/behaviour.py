"""Behaviours and chapters: what must hold, and the registry that finds them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from gradmark.errors import GradmarkError, near
from gradmark.program import Program
from gradmark.record import record

SPEC_VERSION = "0.1"
REFERENCE_VERSION = "2.13.0"
"""The PyTorch that the spec speaks about."""


class Level(str, Enum):
    """How binding a behaviour is."""

    MUST = "must"
    SHOULD = "should"
    DETAIL = "detail"


PROFILES = ("scalar", "tensor", "torch")
"""From the smallest to the largest: each holds everything of those before it."""

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TITLE_LIMIT = 70


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One thing that PyTorch's autograd does, written once.

    ``after`` names the behaviours that must work before this question makes sense at all; together
    with the owners of its controls they decide whether a deviation is *blocked*. ``gradient`` is
    False for what needs no gradient (creation, dtypes, shapes): it has a score of its own.
    ``impure`` is the reason why a behaviour is not a pure program (leaves, operations, one
    backward, reads). ``exact`` is the reason why it is asked with the same numbers at every seed.
    """

    id: str
    title: str
    level: Level
    profile: str
    body: Callable[[Any], None] = field(repr=False)
    claims: tuple[str, ...] = ()
    source: str = ""
    after: tuple[str, ...] = ()
    why: str = ""
    mistake: str = ""
    gradient: bool = True
    impure: str = ""
    exact: str = ""

    @property
    def chapter(self) -> str:
        """Return the part of the id before the full stop."""
        return self.id.partition(".")[0]

    def program(self, seed: int = 0) -> Program:
        """Return the recording of the body, equal for equal seeds. Raises `Unfaithful`.

        Seed 0 asks what is written; any other one asks the same with other numbers.
        """
        return _recorded(self.id, self.body, seed, is_varied=bool(seed) and not self.exact)


KEPT_PROGRAMS = 2_048
"""Recordings that are kept: more than a spec has, and no more than fit beside it."""


_SHIPPED = ("gradmark.spec.", "gradmark.operations.")
"""Where the bodies are that the tests have recorded with every check."""


@lru_cache(KEPT_PROGRAMS)
def _recorded(identity: str, body: Callable[[Any], None], seed: int, *, is_varied: bool) -> Program:
    shipped = body.__module__.startswith(_SHIPPED)
    return record(body, seed=f"{seed}:{identity}", is_varied=is_varied, is_known_good=shipped)


class Chapter:
    """A module's worth of behaviours, in the order in which they are read."""

    def __init__(self, name: str, title: str) -> None:
        """Name the chapter; the name is the first half of its behaviours' ids."""
        if not _SLUG.fullmatch(name):
            message = f"{name!r} is no chapter name: small letters, digits and single hyphens"
            raise ValueError(message)
        self.name = name
        self.title = title
        self.behaviours: dict[str, Behaviour] = {}

    def behaviour(  # noqa: PLR0913 - each keyword is one thing that a behaviour may say
        self,
        slug: str,
        title: str,
        *,
        level: Level | str = Level.MUST,
        profile: str = "tensor",
        claims: Iterable[str] = (),
        source: str = "",
        after: Iterable[str] = (),
        why: str = "",
        mistake: str = "",
        gradient: bool = True,
        impure: str = "",
        exact: str = "",
    ) -> Callable[[Callable[[Any], None]], Behaviour]:
        """Register the decorated body. Raises ValueError for a bad slug, title or profile."""
        identity = f"{self.name}.{slug}"
        if not _SLUG.fullmatch(slug):
            message = f"{identity}: a slug has small letters, digits and single hyphens"
            raise ValueError(message)
        if identity in self.behaviours:
            message = f"{identity}: registered twice"
            raise ValueError(message)
        if (
            not 0 < len(title) <= _TITLE_LIMIT
            or re.search(r"\bshould\b", title)
            or title.endswith(".")
        ):
            message = f"{identity}: a title says what happens, in {_TITLE_LIMIT} characters at most"
            raise ValueError(message)
        if profile not in PROFILES:
            message = f"{identity}: profile {profile!r} is none of {', '.join(PROFILES)}"
            raise ValueError(message)

        def register(body: Callable[[Any], None]) -> Behaviour:
            made = Behaviour(
                identity, title, Level(level), profile, body, tuple(claims), source, tuple(after),
                why, mistake, gradient, impure, exact,
            )  # fmt: skip
            self.behaviours[identity] = made
            return made

        return register


@dataclass(frozen=True)
class Spec:
    """An ordered set of behaviours: the whole spec, or what was selected of it."""

    behaviours: tuple[Behaviour, ...]
    chapters: tuple[tuple[str, str], ...] = ()
    partial: bool = False

    def __len__(self) -> int:
        """Count the behaviours."""
        return len(self.behaviours)

    def __iter__(self) -> Iterator[Behaviour]:
        """Go through the behaviours in the spec's order."""
        return iter(self.behaviours)

    def get(self, identity: str) -> Behaviour:
        """Return a behaviour by id. Raises `GradmarkError` with near matches."""
        for behaviour in self.behaviours:
            if behaviour.id == identity:
                return behaviour
        raise GradmarkError(
            "unknown-behaviour",
            f"there is no behaviour {identity!r}",
            hint=near(identity, (b.id for b in self.behaviours)) or "gradmark list",
        )

    def profile(self, name: str) -> Spec:
        """Return the behaviours that a profile holds. Raises `GradmarkError` for a misspelt one."""
        if name not in PROFILES:
            raise GradmarkError(
                "unknown-profile",
                f"there is no profile {name!r}",
                hint=near(name, PROFILES) or f"one of {', '.join(PROFILES)}",
            )
        held = PROFILES[: PROFILES.index(name) + 1]
        chosen = [
            b
            for b in self.behaviours
            if b.profile in held and (name == "torch" or b.level is not Level.DETAIL)
        ]
        return Spec(tuple(chosen), self.chapters, self.partial)

    def select(self, globs: Iterable[str]) -> Spec:
        """Return the behaviours whose ids match any pattern, as a partial spec.

        A chapter's name stands for all of it. Raises `GradmarkError` for a pattern that matches
        nothing.
        """
        chosen: set[str] = set()
        chapters = dict.fromkeys(b.chapter for b in self.behaviours)
        for glob in globs:
            found = {b.id for b in self.behaviours if fnmatchcase(b.id, glob) or b.chapter == glob}
            if not found:
                raise GradmarkError(
                    "unknown-behaviour",
                    f"no behaviour matches {glob!r}",
                    hint=near(glob, [*chapters, *(b.id for b in self.behaviours)])
                    or "gradmark list",
                )
            chosen |= found
        kept = tuple(b for b in self.behaviours if b.id in chosen)
        return Spec(kept, self.chapters, partial=True)

    def ordered(self) -> tuple[Behaviour, ...]:
        """Return the behaviours so that the owners of controls come before those who use them.

        Owners that are no part of this spec are left out. Raises ValueError for a cycle of owners.
        """
        known = {b.id: b for b in self.behaviours}
        done: dict[str, Behaviour] = {}
        for behaviour in self.behaviours:
            owners_first(behaviour, known, done)
        return tuple(done.values())


def owners_first(
    behaviour: Behaviour, known: dict[str, Behaviour], done: dict[str, Behaviour], seed: int = 0
) -> None:
    """Add a behaviour to ``done``, after all that it builds on. Raises ValueError for a cycle."""
    path = {behaviour.id: iter(owners(behaviour, seed))}
    while path and behaviour.id not in done:
        last = next(reversed(path))
        owner = next((o for o in path[last] if o in known and o not in done), None)
        if owner is None:
            path.popitem()
            done[last] = known[last]
        elif owner in path:
            ahead = list(path)
            circle = " → ".join([*ahead[ahead.index(owner) :], owner])
            message = f"owners in a cycle: {circle}"
            raise ValueError(message)
        else:
            path[owner] = iter(owners(known[owner], seed))


def owners(behaviour: Behaviour, seed: int = 0) -> tuple[str, ...]:
    """Return the ids that a behaviour builds on: its ``after``, then its controls' owners.

    They are the same for every seed; naming the run's own saves a recording.
    """
    marks = behaviour.program(seed).marks
    return tuple(dict.fromkeys((*behaviour.after, *(m.owner for m in marks if m.owner))))


@cache
def load_spec() -> Spec:
    """Import every module of `gradmark.spec` and return the whole spec, in reading order."""
    package = import_module("gradmark.spec")
    # A long chapter has several modules, which share its `chapter`.
    chapters = [import_module(f"gradmark.spec.{name}").chapter for name in package.ORDER]
    chapters = list({chapter.name: chapter for chapter in chapters}.values())
    unlisted = {m.name for m in iter_modules(package.__path__)} - set(package.ORDER)
    if unlisted:
        message = f"modules that gradmark.spec.ORDER does not list: {', '.join(sorted(unlisted))}"
        raise ValueError(message)
    behaviours = tuple(b for chapter in chapters for b in chapter.behaviours.values())
    return Spec(behaviours, tuple((c.name, c.title) for c in chapters))
