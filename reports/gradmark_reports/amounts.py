"""Points where fractions are not written: rounded so that the parts add up to the total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from gradmark.grade import rounded, whole_numbers

_DIGITS = (2, 3, 4)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Points in units of one over ``scale``, a part each: what was earned and what it is out of."""

    earned: tuple[int, ...]
    points: tuple[int, ...]
    scale: int = 1


def settle(
    parts: Sequence[tuple[Fraction, Fraction]],
    scale: int = 1,
    bonus: Sequence[bool] = (),
    most: int | None = None,
) -> Amounts:
    """Round pairs of earned and possible points so that each column adds up to its rounded sum.

    No part gets more than it is out of. The bonuses' possible points are a sum of their own.
    ``most`` limits what is earned in all: what is too much is taken from the last bonus first.
    """
    on_top = tuple(bonus) or (False,) * len(parts)
    points = [0] * len(parts)
    for kind in (False, True):
        places = [i for i, extra in enumerate(on_top) if extra is kind]
        whole_points = whole_numbers([parts[i][1] for i in places], scale)
        for i, whole in zip(places, whole_points, strict=True):
            points[i] = whole
    exact = [earned * scale for earned, _ in parts]
    settled = [min(int(value), of) for value, of in zip(exact, points, strict=True)]
    left = rounded(sum(exact, Fraction(0))) - sum(settled)
    order = sorted(range(len(exact)), key=lambda i: (settled[i] - exact[i], i))
    while left > 0 and (room := [i for i in order if settled[i] < points[i]]):
        for i in room[:left]:
            settled[i] += 1
            left -= 1
    if most is not None:
        for i in (i for i in reversed(range(len(settled))) if on_top[i]):
            settled[i] -= min(settled[i], max(0, sum(settled) - most))
    return Amounts(tuple(settled), tuple(points), scale)


def digits_for(values: Sequence[Fraction]) -> int:
    """Return how many decimals say all the values exactly, 4 where no such number would."""
    for digits in _DIGITS:
        if all((value * 10**digits).denominator == 1 for value in values):
            return digits
    return _DIGITS[-1]


def written(number: int, scale: int) -> int | float:
    """Return a settled number of units as JSON writes it: whole where it is whole."""
    return number // scale if number % scale == 0 else number / scale
