"""What a row of the table of operations is, and the cases that every row has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

Call = Callable[..., Any]
"""Given the library and the operands, it returns the operation's result."""

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """Where an operand's numbers are drawn from: a range, and the points it keeps away from."""

    low: float = -2.0
    high: float = 2.0
    away: tuple[float, ...] = (0.0,)
    gap: float = 0.25


ANY = Domain()
POSITIVE = Domain(0.5, 3.0)
NEGATIVE = Domain(-2.0, -0.5)
UNIT = Domain(0.1, 0.9)
LARGE = Domain(1000.0, 1004.0)


@dataclass(frozen=True, slots=True)
class Twin:
    """What has to work before a case makes sense: the ordinary case, and the behaviour it is."""

    owner: str
    case: Case


@dataclass(frozen=True, slots=True)
class Case:
    """One behaviour of an operation: the shapes it is asked in, and what it says about itself.

    An empty ``slug`` stands for the operation itself. What is empty is the operation's own.
    ``strided`` has every matrix seen through a transposed view; ``beside`` has an ordinary vector
    take part where all else has no elements or comes to nothing. ``on`` names the case of the same
    operation that is its `Twin`; otherwise that is the operation itself.
    """

    slug: str
    shapes: tuple[Shape, ...]
    out: Shape
    title: str = ""
    why: str = ""
    mistake: str = ""
    profile: str = ""
    call: Call | None = field(default=None, repr=False)
    domains: tuple[Domain, ...] = ()
    after: tuple[str, ...] = ()
    on: str = ""
    twin: Twin | None = None
    dtype: str = ""
    strided: bool = False
    beside: bool = False
    claims: tuple[str, ...] = ()
    rtol: float | None = None

    @property
    def weighing(self) -> str:
        """Return the owner of the arithmetic by which the result becomes one number."""
        return "operators.sum-times-weight" if self.out else "operators.number-on-the-right"


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table.

    ``noun`` is what its sentences call it and ``rule`` how its gradient is made. ``base`` is what
    its other cases wait for; an operation that another chapter shows already names that behaviour
    instead. ``like`` is an operation that the base itself waits for. ``also`` names the derived
    cases: ``strided``, ``float64``, ``zero-size``, ``number``.
    """

    name: str
    kind: str
    profile: str
    call: Call = field(repr=False)
    rule: str
    shapes: tuple[Shape, ...]
    out: Shape
    base: Case | str
    cases: tuple[Case, ...] = ()
    domains: tuple[Domain, ...] = ()
    also: tuple[str, ...] = ()
    like: Operation | None = None
    noun: str = ""

    @property
    def called(self) -> str:
        """Return what sentences call the operation."""
        return self.noun or self.name

    @property
    def heading(self) -> str:
        """Return how a sentence about the operation begins: names stay as they are spelt."""
        word = self.noun and "_" not in self.noun
        return self.noun[0].upper() + self.noun[1:] if word else self.called

    @property
    def plain(self) -> Twin:
        """Return the operation itself, as other cases wait for it."""
        if isinstance(self.base, str):
            return Twin(self.base, self._filled(Case("", self.shapes, self.out), None))
        return Twin(f"operations.{self.name}", self._filled(self.base, None))

    def behaviours(self) -> Iterator[Case]:
        """Yield all cases, complete: the base first, then its own, then the derived ones."""
        if isinstance(self.base, Case):
            yield self._filled(self.base, self.like.plain if self.like else None)
        for case in (*self.cases, *(DERIVED[name](self) for name in self.also)):
            yield self._filled(case, self._twin(case))

    def _twin(self, case: Case) -> Twin:
        for other in self.cases:
            if other.slug == case.on:
                return Twin(f"operations.{self.name}-{case.on}", self._filled(other, None))
        return self.plain

    def _filled(self, case: Case, twin: Twin | None) -> Case:
        shapes = case.shapes or self.shapes
        own = self.domains if len(self.domains) == len(shapes) else (ANY,) * len(shapes)
        slug = "-".join(part for part in (self.name, case.slug) if part)
        stretched = self.kind == "arithmetic" and any(shape != shapes[0] for shape in shapes)
        after = [case.weighing, *([twin.owner] if twin else []), *case.after]
        after += ["operators.broadcast-grad"] * stretched
        return replace(
            case,
            slug=slug,
            shapes=shapes,
            profile=case.profile or self.profile,
            call=case.call or self.call,
            domains=case.domains or own,
            after=tuple(name for name in dict.fromkeys(after) if name != f"operations.{slug}"),
            twin=twin,
        )


def _strided(operation: Operation) -> Case:
    return Case(
        "strided",
        operation.shapes,
        operation.out,
        f"{operation.heading} works on a transposed view",
        f"x.t() is the same memory read in another order, and in {operation.called} "
        f"{operation.rule} has to follow each element to its own place.",
        f"The code of {operation.called} walks through the memory and not along the strides, so "
        "gradients land on the wrong elements.",
        profile="torch",
        after=("operations.t",),
        strided=True,
    )


def _float64(operation: Operation) -> Case:
    return Case(
        "float64",
        operation.shapes,
        operation.out,
        f"{operation.heading} of float64 is exact to float64",
        f"Who asks {operation.called} for double precision needs {operation.rule} to some fifteen "
        "digits; float32 has seven.",
        f"Somewhere in {operation.called} or on its way back the numbers pass through float32.",
        profile="torch",
        after=("operations.mul-float64",),
        dtype="float64",
    )


def _empty(operation: Operation) -> Case:
    none = (0, *operation.shapes[0][1:])
    return Case(
        "zero-size",
        (none,),
        none if operation.out else (),
        f"{operation.heading} of no elements has a gradient of no elements",
        f"A batch may be empty. Nothing goes into {operation.called}, so an empty array comes back "
        "as its gradient, and the operand beside it is not disturbed.",
        f"An array without elements makes {operation.called} raise, or leaves its grad at None.",
        profile="torch",
        after=("operations.sum-zero-size",),
        beside=True,
    )


def _number(operation: Operation) -> Case:
    return Case(
        "number",
        ((),),
        (),
        f"{operation.heading} of one number without axes has a slope",
        "A loss is a tensor without axes, and so may be what is made of it: "
        f"{operation.called} takes it like any other, and {operation.rule} is one number too.",
        f"{operation.heading} assumes that there is an axis, or lets Python's own numbers do the "
        "work, which record nothing.",
        profile="torch",
    )


DERIVED: dict[str, Callable[[Operation], Case]] = {
    "strided": _strided,
    "float64": _float64,
    "zero-size": _empty,
    "number": _number,
}
"""The cases that are made from a row alone."""
