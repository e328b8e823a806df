"""Softmax and its logarithm: every result depends on every element of its row."""

from __future__ import annotations

from gradmark.operations.table import LARGE, Case, Operation

_M = (2, 3)

OPERATIONS = (
    Operation(
        "softmax",
        "softmax",
        "torch",
        lambda _, x: x.softmax(1),
        "s·(g - Σ g·s)",
        (_M,),
        _M,
        Case(
            "",
            (_M,),
            _M,
            "softmax hands back s times the gradient less its mean",
            "Each share depends on the whole row: raising one element lowers the others' shares. "
            "The gradient is s·(g - Σ g·s).",
            "Only s·(1 - s) comes back, as if the elements did not compete.",
        ),
        cases=(
            Case(
                "first-dim",
                (_M,),
                _M,
                "softmax along the first axis lets columns compete",
                "With dim 0 each column adds up to one.",
                "The sum of the way back runs along the last axis whatever dim says.",
                call=lambda _, x: x.softmax(0),
            ),
            Case(
                "large",
                (_M,),
                _M,
                "softmax of large numbers stays finite",
                "Only differences matter, so the maximum can be taken off before exp.",
                "exp(1000) is infinite, and infinity over infinity is NaN.",
                domains=(LARGE,),
            ),
        ),
        also=("strided", "float64"),
    ),
    Operation(
        "log-softmax",
        "softmax",
        "torch",
        lambda _, x: x.log_softmax(1),
        "g - softmax·Σ g",
        (_M,),
        _M,
        Case(
            "",
            (_M,),
            _M,
            "log_softmax hands back the gradient less its share of the sum",
            "The logarithm turns the quotient into a difference: g - softmax(x)·Σ g.",
            "The sum of the incoming gradient is left out, which only shows if it is not 1.",
        ),
        cases=(
            Case(
                "first-dim",
                (_M,),
                _M,
                "log_softmax along the first axis sums within columns",
                "With dim 0 the sum of the gradient is taken down each column.",
                "log_softmax sums along the last axis whatever dim says.",
                call=lambda _, x: x.log_softmax(0),
            ),
            Case(
                "far-apart",
                ((2, 3),),
                (2, 3),
                "log_softmax stays finite where softmax is 0",
                "Scaled by 200 the smaller shares are exactly 0; their logarithms are plain "
                "numbers all the same.",
                "log(softmax(x)) is computed in two steps, and log(0) is minus infinity.",
                call=lambda _, x: (x * 200).log_softmax(1),
                after=("operators.number-on-the-right",),
            ),
        ),
        also=("strided", "float64"),
        noun="log_softmax",
    ),
)
