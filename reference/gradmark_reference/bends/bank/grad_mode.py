"""Bends of grad mode: what is saved while recording is off, and inference mode."""

from __future__ import annotations

from typing import Any

import torch

from gradmark_reference.bends.bend import Bend
from gradmark_reference.bends.cases import Call, where


def _quiet(_: Any) -> bool:
    return not torch.is_grad_enabled()


def _recorded_all_the_same(real: Call, tensor: Any) -> Any:
    with torch.enable_grad():
        return real(tensor).detach()


BENDS = (
    Bend(
        "records-and-throws-away",
        "While recording is off everything is recorded, and the result is detached",
        "Tensor.cos",
        where(_quiet, _recorded_all_the_same),
        own=("grad-mode.nothing-is-saved",),
    ),
    Bend(
        "inference-is-no-grad",
        "inference_mode is another name of no_grad",
        "inference_mode",
        lambda _: torch.no_grad,
        own=("grad-mode.inference-mode",),
    ),
)
