"""The moves that a search composes: rows of the table, freed from their shapes, with NumPy's value.

NumPy works out the shapes that follow and how far the numbers are from where a slope jumps or a
result grows without bound; what is right is PyTorch's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradmark.behaviour import PROFILES
from gradmark.operations import TABLE

Array = npt.NDArray[np.float64]
Params = tuple[Any, ...]

SAFE = 1 / 16
"""How far every operand stays from a kink, a tie or a pole."""

LARGEST = 64.0
"""No value in between is larger."""

MOST_ELEMENTS = 24
MOST_AXES = 3

_CALLS = {row.name: row.call for row in TABLE}


def _nothing_to_choose(_: Array) -> tuple[Params, ...]:
    return ((),)


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a composition.

    ``row`` is the operation of the table that it is; ``call`` does it on a library and ``value`` in
    NumPy; ``choices`` are the further arguments that fit the first operand; ``distance`` says how
    far the operands are from a special point.
    """

    name: str
    row: str
    profile: str
    operands: int
    call: Callable[..., Any]
    value: Callable[..., Any]
    choices: Callable[[Array], tuple[Params, ...]] = _nothing_to_choose
    distance: Callable[..., Any] | None = None

    def outcome(self, arrays: tuple[Array, ...], params: Params) -> Array | None:
        """Return what comes out of the operands, or None where the move does not fit them."""
        with np.errstate(all="ignore"):
            try:
                far = np.inf if self.distance is None else self.distance(*arrays, *params)
                if np.size(far) and not np.min(far) >= SAFE:
                    return None
                out = np.asarray(self.value(*arrays, *params), dtype=np.float64)
            except (ValueError, IndexError):
                return None
        fits = out.ndim <= MOST_AXES and out.size <= MOST_ELEMENTS
        fits = fits and bool(np.all(np.abs(out) <= LARGEST))
        return out if fits else None


def _each(
    name: str, profile: str, value: Callable[..., Any], distance: Callable[..., Any] | None = None
) -> Move:
    return Move(name, name, profile, 1, _CALLS[name], value, distance=distance)


def _two(
    name: str, profile: str, value: Callable[..., Any], distance: Callable[..., Any] | None = None
) -> Move:
    return Move(name, name, profile, 2, _CALLS[name], value, distance=distance)


def _axes(x: Array) -> tuple[Params, ...]:
    return tuple((axis,) for axis in (*range(x.ndim), *((-1,) if x.ndim else ())))


def _full_axes(x: Array) -> tuple[Params, ...]:
    """Return the axes along which there is more than one element."""
    return tuple((axis,) for axis in range(x.ndim) if x.shape[axis] > 1 and x.size)


def _axes_and_keep(x: Array) -> tuple[Params, ...]:
    return tuple((*axis, keep) for axis in _axes(x) for keep in (False, True))


def _turned(x: Array) -> tuple[Params, ...]:
    if not x.size:
        return ((*x.shape, 1),)
    return ((-1,), x.shape[::-1], (*x.shape, 1)) if x.ndim > 1 else ((-1,), (*x.shape, 1))


def _filled(x: Array) -> tuple[Params, ...]:
    return ((),) if x.size else ()


def _several(x: Array) -> tuple[Params, ...]:
    return ((),) if x.size > 1 else ()


def _rows(x: Array) -> tuple[Params, ...]:
    return tuple((row,) for row in range(x.shape[0])) if x.ndim else ()


def _columns(x: Array) -> tuple[Params, ...]:
    return tuple((column,) for column in range(x.shape[1])) if x.ndim > 1 else ()


def _repeated(x: Array) -> tuple[Params, ...]:
    return (((0, x.shape[0] - 1, 0),),) if x.ndim and x.shape[0] else ()


def _grown(x: Array) -> tuple[Params, ...]:
    tall = tuple(3 if side == 1 else side for side in x.shape)
    return (tall, (2, *x.shape)) if tall != x.shape else ((2, *x.shape),)


def _places(x: Array) -> tuple[Params, ...]:
    return tuple((place,) for place in (*range(x.ndim + 1), -1))


def _orders(x: Array) -> tuple[Params, ...]:
    """Return the orders of three axes that are not undone by being applied again."""
    return ((1, 2, 0), (2, 0, 1)) if x.ndim == MOST_AXES else ()


def _gap(x: Array, axis: int | None = None) -> Any:
    """Return how far the largest element is ahead of the next, and the smallest behind."""
    ordered = np.sort(x, axis=axis)
    steps = np.diff(ordered, axis=-1 if axis is None else axis)
    return steps if steps.size else np.inf


def _along(name: str) -> Callable[..., Any]:
    def call(_: Any, x: Any, axis: int, is_kept: bool) -> Any:
        reduce = getattr(x, name)
        return reduce(axis, keepdim=True) if is_kept else reduce(axis)

    return call


def _no_grad(lib: Any, x: Any) -> Any:
    with lib.no_grad():
        aside = x * 0.5
    return aside * x + aside


def _log_softmax(x: Array, axis: int) -> Any:
    return x - np.log(np.sum(np.exp(x), axis=axis, keepdims=True))


def _extreme(name: str, least: str, profile: str) -> Iterator[Move]:
    pick = {"max": np.max, "min": np.min}[name]
    yield Move(name, name, profile, 1, _CALLS[name], pick, _filled, distance=_gap)
    yield Move(
        f"{name}-dim",
        name,
        least,
        1,
        lambda lib, x, d: lib.unpack(getattr(x, name)(d), 2)[0],
        pick,
        _full_axes,
        distance=_gap,
    )


MOVES: tuple[Move, ...] = (
    _two("mul", "scalar", lambda a, b: a * b),
    _two("add", "scalar", lambda a, b: a + b),
    _two("sub", "scalar", lambda a, b: a - b),
    _two("div", "scalar", lambda a, b: a / b, lambda _, b: np.abs(b)),
    _each("pow", "scalar", lambda x: x**3),
    _each("neg", "scalar", lambda x: -x),
    _each("exp", "scalar", np.exp),
    _each("log", "scalar", np.log, lambda x: x),
    _each("tanh", "scalar", np.tanh),
    _each("relu", "scalar", lambda x: np.maximum(x, 0), np.abs),
    _each("abs", "tensor", np.abs, np.abs),
    _each("sigmoid", "tensor", lambda x: 1 / (1 + np.exp(-x))),
    _each("sqrt", "tensor", np.sqrt, lambda x: x),
    Move("sum", "sum", "tensor", 1, _CALLS["sum"], np.sum),
    Move(
        "sum-dim", "sum", "tensor", 1, _along("sum"),
        lambda x, d, k: np.sum(x, axis=d, keepdims=k), _axes_and_keep,
    ),
    Move("mean", "mean", "tensor", 1, _CALLS["mean"], np.mean, _filled),
    Move(
        "mean-dim", "mean", "tensor", 1, _along("mean"),
        lambda x, d, k: np.sum(x, axis=d, keepdims=k) / x.shape[d], _axes_and_keep,
    ),
    *_extreme("max", "torch", "tensor"),
    Move(
        "reshape", "reshape", "tensor", 1, lambda _, x, *shape: x.reshape(*shape),
        lambda x, *shape: x.reshape(shape), _turned,
    ),
    Move(
        "transpose", "transpose", "tensor", 1, lambda _, x: x.transpose(0, 1),
        lambda x: x.swapaxes(0, 1), lambda x: ((),) if x.ndim > 1 else (),
    ),
    Move(
        "index", "index", "tensor", 1, lambda _, x, row: x[row], lambda x, row: x[row], _rows,
    ),
    Move(
        "index-column", "index", "tensor", 1, lambda _, x, at: x[:, at],
        lambda x, at: x[:, at], _columns,
    ),
    Move(
        "slice", "slice", "tensor", 1, lambda _, x: x[1:], lambda x: x[1:],
        lambda x: ((),) if x.ndim and x.shape[0] > 1 else (),
    ),
    _two("matmul", "tensor", np.matmul),
    _two("pow-tensor", "torch", lambda a, b: a**b, lambda a, _: a),
    _two("maximum", "torch", np.maximum, lambda a, b: np.abs(a - b)),
    _two("minimum", "torch", np.minimum, lambda a, b: np.abs(a - b)),
    _each("sin", "torch", np.sin),
    _each("cos", "torch", np.cos),
    _each("log1p", "torch", np.log1p, lambda x: 1 + x),
    _each("expm1", "torch", np.expm1),
    _each("reciprocal", "torch", lambda x: 1 / x, np.abs),
    _each("square", "torch", lambda x: x * x),
    _each("rsqrt", "torch", lambda x: 1 / np.sqrt(x), lambda x: x),
    _each("softplus", "torch", lambda x: np.log1p(np.exp(x)), lambda x: 20 - x),
    _each("leaky-relu", "torch", lambda x: np.where(x > 0, x, x / 4), np.abs),
    _each("elu", "torch", lambda x: np.where(x > 0, x, np.expm1(x)), np.abs),
    _each("silu", "torch", lambda x: x / (1 + np.exp(-x))),
    _each("logsigmoid", "torch", lambda x: -np.log1p(np.exp(-x))),
    _each("clamp", "torch", lambda x: np.clip(x, -1, 1), lambda x: np.abs(np.abs(x) - 1)),
    *_extreme("min", "torch", "torch"),
    Move("prod", "prod", "torch", 1, _CALLS["prod"], np.prod, distance=np.abs),
    Move(
        "prod-dim", "prod", "torch", 1, _along("prod"),
        lambda x, d, k: np.prod(x, axis=d, keepdims=k), _axes_and_keep,
        distance=lambda x, *_: np.abs(x),
    ),
    Move("var", "var", "torch", 1, _CALLS["var"], lambda x: np.var(x, ddof=1), _several),
    Move(
        "std", "std", "torch", 1, _CALLS["std"], lambda x: np.std(x, ddof=1), _several,
        distance=np.std,
    ),
    Move(
        "logsumexp", "logsumexp", "torch", 1, lambda _, x, d: x.logsumexp(d),
        lambda x, d: np.log(np.sum(np.exp(x), axis=d)), _full_axes,
    ),
    Move(
        "norm", "norm", "torch", 1, _CALLS["norm"], lambda x: np.sqrt(np.sum(x * x)), _filled,
        distance=lambda x: np.max(np.abs(x)),
    ),
    Move(
        "cumsum", "cumsum", "torch", 1, lambda _, x, d: x.cumsum(d),
        lambda x, d: np.cumsum(x, axis=d), _axes,
    ),
    Move(
        "cumprod", "cumprod", "torch", 1, lambda _, x, d: x.cumprod(d),
        lambda x, d: np.cumprod(x, axis=d), _axes, distance=lambda x, _: np.abs(x),
    ),
    Move("flatten", "flatten", "torch", 1, _CALLS["flatten"], lambda x: x.reshape(x.size)),
    Move("squeeze", "squeeze", "torch", 1, _CALLS["squeeze"], np.squeeze),
    Move(
        "unsqueeze", "unsqueeze", "torch", 1, lambda _, x, at: x.unsqueeze(at),
        np.expand_dims, _places,
    ),
    Move(
        "expand", "expand", "torch", 1, lambda _, x, *shape: x.expand(*shape),
        lambda x, *shape: np.broadcast_to(x, shape), _grown,
    ),
    Move("flip", "flip", "torch", 1, lambda _, x, d: x.flip(d), np.flip, _axes),
    Move(
        "roll", "roll", "torch", 1, lambda _, x, d: x.roll(1, d),
        lambda x, d: np.roll(x, 1, d), _axes,
    ),
    Move(
        "tril", "tril", "torch", 1, _CALLS["tril"], np.tril,
        lambda x: ((),) if x.ndim > 1 else (),
    ),
    Move(
        "diagonal", "diagonal", "torch", 1, _CALLS["diagonal"], np.diagonal,
        lambda x: ((),) if x.ndim > 1 else (),
    ),
    Move(
        "cat", "cat", "torch", 2, lambda lib, a, b, d: lib.cat([a, b], dim=d),
        lambda a, b, d: np.concatenate([a, b], axis=d), _axes,
    ),
    Move(
        "stack", "stack", "torch", 2, lambda lib, a, b, d: lib.stack([a, b], dim=d),
        lambda a, b, d: np.stack([a, b], axis=d), _places,
    ),
    Move(
        "index-list", "index-list", "torch", 1, lambda lib, x, at: x[lib.tensor(list(at))],
        lambda x, at: x[list(at)], _repeated,
    ),
    Move(
        "index-select", "index-select", "torch", 1,
        lambda lib, x, at: x.index_select(0, lib.tensor(list(at))),
        lambda x, at: x[list(at)], _repeated,
    ),
    Move(
        "outer", "outer", "torch", 2, _CALLS["outer"],
        lambda a, b: a[:, None] * b[None, :] if a.ndim == b.ndim == 1 else np.inf,
    ),
    Move(
        "permute", "permute", "torch", 1, lambda _, x, *order: x.permute(*order),
        lambda x, *order: x.transpose(order), _orders,
    ),
    Move(
        "softmax", "softmax", "torch", 1, lambda _, x, d: x.softmax(d),
        lambda x, d: np.exp(_log_softmax(x, d)), _axes,
    ),
    Move(
        "log-softmax", "log-softmax", "torch", 1, lambda _, x, d: x.log_softmax(d),
        _log_softmax, _axes,
    ),
    Move(
        "mse-loss", "mse-loss", "torch", 2, _CALLS["mse-loss"],
        lambda a, b: np.mean((a - b) ** 2) if a.shape == b.shape and a.size else np.inf,
    ),
    Move("detach", "mul", "tensor", 2, lambda _, a, b: a * b.detach(), lambda a, b: a * b),
    Move("no-grad", "mul", "tensor", 1, _no_grad, lambda x: x * x / 2 + x / 2),
)  # fmt: skip
"""All moves, the simplest first."""

BY_NAME = {move.name: move for move in MOVES}


def moves_of(profile: str) -> tuple[Move, ...]:
    """Return the moves that a profile holds."""
    held = PROFILES[: PROFILES.index(profile) + 1]
    return tuple(move for move in MOVES if move.profile in held)
