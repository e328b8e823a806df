"""Bends of random numbers and of devices."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from gradmark_reference.bends.bend import Bend
from gradmark_reference.bends.cases import Call, where


def _anew(real: Call, *sizes: Any, **options: Any) -> Any:
    import torch

    torch.default_generator.manual_seed(0)
    return real(*sizes, **options)


def _shuffled_by_numpy(_: Call, count: int) -> Any:
    import torch

    return torch.from_numpy(np.random.default_rng().permutation(count))


def _even(_: Call, *sizes: Any, **options: Any) -> Any:
    import torch

    return torch.rand(*sizes, **options)


def _names_a_device(_: Any, *args: Any, **__: Any) -> bool:
    return bool(args) and isinstance(args[0], str)


def _both_lie_apart(left: Any, right: Any) -> bool:
    return hasattr(right, "dim") and left.device != right.device


def _brought_over(real: Call, left: Any, right: Any) -> Any:
    import torch

    return real(left, torch.ones(right.shape, device=left.device))


def _refused(_: Call, left: Any, right: Any) -> Any:
    message = f"{left.device} and {right.device} do not mix"
    raise RuntimeError(message)


BENDS = (
    Bend(
        "seed-is-ignored",
        "manual_seed changes nothing",
        "manual_seed",
        lambda _: lambda _: None,
        own=("tensors.seed-repeats", "tensors.initial-seed", "tensors.seed-covers"),
    ),
    Bend(
        "randn-begins-anew",
        "randn gives the same numbers every time",
        "randn",
        lambda real: lambda *sizes, **options: _anew(real, *sizes, **options),
        own=("tensors.seed-repeats",),
    ),
    Bend(
        "shuffle-is-unseeded",
        "randperm draws from NumPy's generator, which the seed does not reach",
        "randperm",
        lambda real: lambda count: _shuffled_by_numpy(real, count),
        own=("tensors.seed-covers",),
    ),
    Bend(
        "rand-from-minus-one",
        "rand lies between -1 and 1",
        "rand",
        lambda real: lambda *sizes, **options: real(*sizes, **options) * 2 - 1,
        own=("tensors.rand",),
    ),
    Bend(
        "randn-is-even",
        "randn is spread evenly, as rand is",
        "randn",
        lambda real: lambda *sizes, **options: _even(real, *sizes, **options),
        own=("tensors.randn",),
    ),
    Bend(
        "normal-takes-the-variance",
        "normal takes std for the variance",
        "normal",
        lambda real: lambda *, mean, std, **options: real(mean=mean, std=sqrt(std), **options),
        own=("tensors.normal",),
    ),
    Bend(
        "randint-includes-the-end",
        "randint includes its upper end",
        "randint",
        lambda real: lambda low, high, *rest, **options: real(low, high + 1, *rest, **options),
        own=("tensors.randint",),
    ),
    Bend(
        "move-makes-floats",
        "to(device) makes floats of whole numbers",
        "Tensor.to",
        where(_names_a_device, lambda real, tensor, *args: real(tensor, *args).float()),
        own=("tensors.to-a-device",),
    ),
    Bend(
        "devices-are-bridged",
        "A sum of tensors on two devices brings the right one over",
        "Tensor.__add__",
        where(_both_lie_apart, _brought_over),
        own=("tensors.devices-do-not-mix",),
    ),
    Bend(
        "lone-numbers-do-not-mix",
        "A tensor without dimensions is refused on another device",
        "Tensor.__mul__",
        where(_both_lie_apart, _refused),
        own=("tensors.lone-numbers-mix",),
    ),
    Bend(
        "numpy-of-nothing",
        "numpy() gives zeros for a tensor without numbers",
        "Tensor.numpy",
        where(
            lambda tensor: tensor.device.type == "meta",
            lambda _, tensor: np.zeros(tuple(tensor.shape)),
        ),
        own=("tensors.numpy-needs-the-cpu",),
    ),
)
