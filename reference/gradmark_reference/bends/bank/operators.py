"""Bends of operators: products of both kinds, shapes that meet, methods."""

from __future__ import annotations

from typing import Any, NoReturn

from gradmark_reference.bends.bend import Bend
from gradmark_reference.bends.cases import Call, both, where, whole


def _shaped(left: tuple[int, ...], right: tuple[int, ...]) -> Call:
    """Return the case of two operands with these shapes."""

    def applies(a: Any, b: Any) -> bool:
        return tuple(a.shape) == left and tuple(getattr(b, "shape", ())) == right

    return applies


def _unlike(a: Any, b: Any) -> bool:
    return tuple(a.shape) != tuple(getattr(b, "shape", a.shape))


def _tracked(a: Any, _: Any) -> bool:
    return bool(a.requires_grad)


def _refused(_: Call, __: Any, ___: Any) -> NoReturn:
    message = "the two shapes are not equal"
    raise RuntimeError(message)


BENDS = (
    Bend(
        "matrix-product-turned-round",
        "A matrix product sums columns times rows",
        "Tensor.__matmul__",
        where(whole(2, 3), lambda real, a, b: real(b.t(), a.t())),
        own=("operators.matmul-value",),
    ),
    Bend(
        "matrix-product-helps-itself",
        "A matrix product of sizes that do not meet turns one of them round",
        "Tensor.__matmul__",
        where(_shaped((2, 3), (2, 3)), lambda real, a, b: real(a, b.t())),
        own=("operators.matmul-mismatch",),
    ),
    Bend(
        "star-is-the-matrix-product",
        "The operator * of two square matrices is their matrix product",
        "Tensor.__mul__",
        where(both(whole(2, 2), _shaped((2, 2), (2, 2))), lambda _, a, b: a.matmul(b)),
        own=("operators.hadamard-value",),
    ),
    Bend(
        "star-wants-equal-shapes",
        "The operator * refuses whole numbers in two shapes",
        "Tensor.__mul__",
        where(both(whole(2, 2), _unlike), _refused),
        own=("operators.hadamard-broadcasts",),
    ),
    Bend(
        "shapes-meet-at-the-first-axis",
        "A vector is stretched along the last axis if it fits the first one",
        "Tensor.__add__",
        where(_shaped((2, 3), (2,)), lambda real, a, b: real(a, b.unsqueeze(1))),
        own=("operators.broadcast-shapes",),
    ),
    Bend(
        "div-method-cuts-off",
        "The method div of whole numbers cuts off what follows the point",
        "Tensor.div",
        where(whole(2, 2), lambda real, a, b: real(a, b, rounding_mode="floor")),
        own=("operators.method-forms",),
    ),
    Bend(
        "mul-method-leaves-the-graph",
        "The method mul computes on bare numbers",
        "Tensor.mul",
        where(_tracked, lambda real, a, b: real(a.detach(), b)),
        own=("operators.method-grads",),
    ),
    Bend(
        "dot-is-matmul",
        "dot multiplies matrices as well",
        "dot",
        where(_shaped((2, 2), (2, 2)), lambda _, a, b: a.matmul(b)),
        own=("operators.dot-is-not-matmul",),
    ),
    Bend(
        "cross-is-the-product-of-entries",
        "cross multiplies entry by entry",
        "linalg.cross",
        lambda _: lambda a, b: a * b,
        own=("operators.cross-is-not-hadamard",),
    ),
)
