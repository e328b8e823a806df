"""Bends of SGD: settings that are ignored, and how it prints."""

from __future__ import annotations

from typing import Any

from gradmark_reference.bends.bend import Bend


def _without(name: str) -> Any:
    def bent(real: Any) -> Any:
        return lambda params, **settings: real(
            params, **{key: value for key, value in settings.items() if key != name}
        )

    return bent


def _at_the_first_rate(real: Any) -> Any:
    def step(optimizer: Any) -> Any:
        for group in optimizer.param_groups:
            group["lr"] = optimizer.defaults["lr"]
        return real(optimizer)

    return step


BENDS = (
    Bend(
        "momentum-ignored",
        "SGD takes a momentum and forgets it",
        "optim.SGD",
        _without("momentum"),
        own=("training.sgd-momentum",),
    ),
    Bend(
        "decay-ignored",
        "SGD takes a weight decay and forgets it",
        "optim.SGD",
        _without("weight_decay"),
        own=("training.sgd-weight-decay",),
    ),
    Bend(
        "rate-fixed-when-made",
        "SGD steps at the rate that it was made with, whatever its settings say by now",
        "optim.SGD.step",
        _at_the_first_rate,
        own=("training.sgd-rate-can-change",),
    ),
    Bend(
        "optimizer-prints-an-address",
        "A printed optimizer shows its class and an address",
        "optim.Optimizer.__repr__",
        lambda _: object.__repr__,
        own=("training.sgd-prints-its-settings",),
    ),
)
