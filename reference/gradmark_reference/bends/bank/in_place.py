"""Bends of changes in place: what returns another tensor, what is not recorded or counted."""

from __future__ import annotations

from typing import Any

import torch

from gradmark_reference.bends.bend import Bend
from gradmark_reference.bends.cases import Call


def _unrecorded(real: Call) -> Call:
    def call(tensor: Any) -> Any:
        with torch.no_grad():
            return real(tensor)

    return call


BENDS = (
    Bend(
        "neg-makes-another",
        "neg_ returns a negated tensor and leaves its own as it was",
        "Tensor.neg_",
        lambda _: lambda tensor: -tensor,
        own=("in-place.underscore-changes-the-tensor",),
    ),
    Bend(
        "exp-in-place-unrecorded",
        "exp_ changes the numbers behind the graph's back",
        "Tensor.exp_",
        _unrecorded,
        own=("in-place.function-in-place",),
    ),
    Bend(
        "changes-uncounted",
        "The count of changes stays at 0",
        "Tensor._version",
        lambda _: property(lambda _: 0),
        own=("in-place.counted",),
    ),
)
