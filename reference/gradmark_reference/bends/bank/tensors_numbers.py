"""Bends of printing, of going through tensors, and of the small print of arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gradmark_reference.bends.bend import Bend
from gradmark_reference.bends.cases import Call, both, untracked, where, whole


def _small(tensor: Any, **_: Any) -> bool:
    return bool((tensor.abs() < 10).all())  # noqa: PLR2004 - one digit before the point


def _four_and_five(tensor: Any) -> bool:
    return not tensor.requires_grad and tensor.tolist() == [4.0, 5.0]


def _tracked(tensor: Any, **_: Any) -> bool:
    return bool(tensor.requires_grad) and tuple(tensor.shape) == (2, 2)


def _without_option(real: Call, **options: Any) -> None:
    real(**{name: value for name, value in options.items() if name != "sci_mode"})


def _as_floats(_: Call, tensor: Any) -> Iterator[float]:
    return iter(tensor.tolist())


def _away_from_zero(_: Call, tensor: Any) -> Any:
    return tensor.sign() * (tensor.abs() + 0.5).floor()


def _grown(_: Call, tensor: Any, other: Any) -> Any:
    tensor.data = tensor.data + other
    return tensor


BENDS = (
    Bend(
        "sci-mode-ignored",
        "set_printoptions takes sci_mode and forgets it",
        "set_printoptions",
        where(lambda **_: True, _without_option),
        own=("tensors.printed-without-exponents",),
    ),
    Bend(
        "format-writes-a-tensor",
        "A tensor without dimensions formats as it prints",
        "Tensor.__format__",
        where(
            both(untracked(), lambda _, form: not form),
            lambda _, tensor, __: f"tensor({tensor.item()})",
        ),
        own=("tensors.scalar-in-a-text",),
    ),
    Bend(
        "print-hides-the-graph",
        "A printed tensor shows its numbers alone",
        "Tensor.__repr__",
        where(_tracked, lambda real, tensor: real(tensor.detach())),
        own=("tensors.printed-with-its-graph",),
    ),
    Bend(
        "print-each-by-itself",
        "Every number is printed with as many digits as it has",
        "Tensor.__repr__",
        where(both(untracked(2), _small), lambda _, tensor: f"tensor({tensor.tolist()})"),
        own=("tensors.printed-digits",),
    ),
    Bend(
        "items-are-floats",
        "Going through a row gives Python's floats",
        "Tensor.__iter__",
        where(_four_and_five, _as_floats),
        own=("tensors.items-of-a-row",),
    ),
    Bend(
        "items-keep-a-dimension",
        "Going through a row gives rows of one element",
        "Tensor.__iter__",
        where(_four_and_five, lambda _, tensor: iter(tensor.split(1))),
        own=("tensors.items-of-a-row",),
    ),
    Bend(
        "equal-gives-a-tensor",
        "equal gives a tensor of one truth value",
        "equal",
        where(whole(3), lambda _, left, right: (left == right).all()),
        own=("tensors.equal-is-one-answer",),
    ),
    Bend(
        "mean-takes-whole-numbers",
        "mean turns whole numbers into floats by itself",
        "Tensor.mean",
        where(whole(4), lambda real, tensor: real(tensor.float())),
        own=("tensors.mean-refuses-whole-numbers",),
    ),
    Bend(
        "max-without-places",
        "max along a dimension gives the values alone",
        "Tensor.max",
        where(
            both(whole(2, 3), lambda _, *dims: bool(dims)),
            lambda real, tensor, dim: real(tensor, dim).values,
        ),
        own=("tensors.max-along-a-dimension",),
    ),
    Bend(
        "median-between-two",
        "median takes the mean of the two in the middle",
        "Tensor.median",
        where(untracked(4), lambda _, tensor: tensor.quantile(0.5)),
        own=("tensors.median-is-an-element",),
    ),
    Bend(
        "std-divides-by-all",
        "std divides by the number of elements",
        "Tensor.std",
        where(
            both(untracked(4), lambda _, **options: not options),
            lambda real, tensor: real(tensor, correction=0),
        ),
        own=("tensors.std-divides-by-one-less",),
    ),
    Bend(
        "halves-round-away",
        "round takes halves away from zero",
        "Tensor.round",
        where(untracked(6), _away_from_zero),
        own=("tensors.halves-round-to-even",),
    ),
    Bend(
        "remainder-as-in-c",
        "The remainder has the sign of what is divided",
        "Tensor.__mod__",
        where(whole(4), lambda _, tensor, divisor: tensor.fmod(divisor)),
        own=("tensors.remainder-has-the-divisors-sign",),
    ),
    Bend(
        "add-drops-fractions",
        "Whole numbers take the whole part of what is added in place",
        "Tensor.add_",
        where(
            both(whole(3), lambda _, other: isinstance(other, float)),
            lambda real, tensor, other: real(tensor, int(other)),
        ),
        own=("tensors.in-place-keeps-the-dtype",),
    ),
    Bend(
        "add-grows",
        "A tensor takes the larger size of what is added in place",
        "Tensor.add_",
        where(whole(1), _grown),
        own=("tensors.in-place-keeps-the-shape",),
    ),
)
