"""Losses, and what stands between layers, as functions of tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .autograd import Array, Edge
from .elementwise import (
    elu,
    hardtanh,
    leaky_relu,
    logistic,
    logsigmoid,
    relu,
    relu6,
    sigmoid,
    silu,
    softplus,
    tanh,
)
from .placing import embedding, pad
from .reductions import log_softmax, softmax
from .tensor import Tensor, operation, record

__all__ = [
    "elu",
    "embedding",
    "hardtanh",
    "leaky_relu",
    "logsigmoid",
    "pad",
    "relu",
    "relu6",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "tanh",
]


def _reduced(losses: Tensor, reduction: str) -> Tensor:
    return {"mean": losses.mean, "sum": losses.sum, "none": lambda: losses}[reduction]()


def _loss(name: str, function: Any, *rules: Any, broadcast: bool = False) -> Callable[..., Tensor]:
    """Return a loss of an input a and a target b; its rules are those of one element."""
    each = operation(name, function, *rules)

    def loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
        if input.shape != target.shape and not broadcast:
            raise ValueError(f"a target of size {target.shape} for an input of size {input.shape}")
        return _reduced(each(input, target), reduction)

    return loss


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return the input times the weight turned round, and the bias added to every row."""
    return input @ weight.t() if bias is None else input @ weight.t() + bias


mse_loss = _loss(
    "MseLoss",
    lambda a, b: (a - b) ** 2,
    lambda g, a, b: g * 2 * (a - b),
    lambda g, a, b: g * 2 * (b - a),
    broadcast=True,
)
l1_loss = _loss(
    "L1Loss",
    lambda a, b: np.abs(a - b),
    lambda g, a, b: g * np.sign(a - b),
    lambda g, a, b: g * np.sign(b - a),
    broadcast=True,
)
# Logarithms are cut off at -100, as that of 0 is infinite.
binary_cross_entropy = _loss(
    "BinaryCrossEntropy",
    lambda a, b: -b * np.maximum(np.log(a), -100) - (1 - b) * np.maximum(np.log1p(-a), -100),
    lambda g, a, b: g * (a - b) / np.maximum(a * (1 - a), 1e-12),
    lambda g, a: g * (np.maximum(np.log1p(-a), -100) - np.maximum(np.log(a), -100)),
)
# The sigmoid itself is left out of the way forward: its logarithm could not be taken further out.
binary_cross_entropy_with_logits = _loss(
    "BinaryCrossEntropyWithLogits",
    lambda a, b: np.logaddexp(0, a) - a * b,
    lambda g, a, b: g * (logistic(a) - b),
    lambda g, a: -g * a,
)


def smooth_l1_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", beta: float = 1.0
) -> Tensor:
    """Return the errors' sizes less a half beta; closer than beta, their squares over 2 beta."""

    def smooth(a: Array, b: Array) -> Array:
        size = np.abs(a - b)
        return np.asarray(np.where(size < beta, size * size / (2 * beta), size - beta / 2))

    return _loss(
        "SmoothL1Loss",
        smooth,
        lambda g, a, b: g * np.clip((a - b) / beta, -1, 1),
        lambda g, a, b: g * np.clip((b - a) / beta, -1, 1),
        broadcast=True,
    )(input, target, reduction)


def nll_loss(
    input: Tensor, target: Tensor, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """Return minus each row's element at its target; the mean is over the rows that count."""
    shape, counts = input.shape, target._array != ignore_index
    places = np.arange(len(counts)), np.where(counts, target._array, 0)
    with np.errstate(all="ignore"):
        share = np.divide(len(counts), counts.sum(), dtype=input.dtype)
        share = share if reduction == "mean" else np.ones_like(share)
        losses = Tensor(np.where(counts, -input._array[places], 0) * share)

    def back(g: Array) -> Array:
        whole = np.zeros(shape, g.dtype)
        whole[places] = np.where(counts, -g * share, 0)
        return whole

    record(losses, "NllLoss", Edge(input, back))
    return _reduced(losses, reduction)


def cross_entropy(input: Tensor, target: Tensor, **options: Any) -> Tensor:
    """Return what nll_loss makes of the logarithms of the softmax."""
    return nll_loss(log_softmax(input, 1), target, **options)
