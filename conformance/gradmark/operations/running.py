"""Running sums and products: a number for each element, made of all those before it."""

from __future__ import annotations

from gradmark.operations.reductions import M, base, case, row
from gradmark.operations.table import POSITIVE

OPERATIONS = (
    row(
        "cumsum",
        "torch",
        lambda _, x: x.cumsum(0),
        "the sum of what arrives from there on",
        base(
            "cumsum hands back the sum of all later gradients",
            "An element is part of its own running sum and of all later ones, so it collects "
            "from them all: a running sum from the end.",
            "The gradients are summed from the start, as in the forward pass.",
            out=M,
        ),
        (
            case(
                "last-dim",
                M,
                lambda _, x: x.cumsum(-1),
                "cumsum along the last axis runs back within each row",
                "Each row has running sums of its own, and the last element of a row collects "
                "once only.",
                "The sum from the end runs on into the row before.",
            ),
        ),
        out=M,
    ),
    row(
        "cumprod",
        "torch",
        lambda _, x: x.cumprod(1),
        "a running product without the element",
        base(
            "cumprod hands each factor what all later products owe it",
            "A factor is part of its own running product and of all later ones, each time with "
            "the slope of that product without the factor.",
            "Only the product that ends at the element is counted.",
            out=M,
        ),
        (),
        out=M,
        domain=POSITIVE,
        also=(),
    ),
)
