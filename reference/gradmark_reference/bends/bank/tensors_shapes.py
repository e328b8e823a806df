"""Bends of reshape, transpose, permute, squeeze and unsqueeze."""

from __future__ import annotations

from math import prod
from typing import Any

from gradmark_reference.bends.bend import Bend
from gradmark_reference.bends.cases import Call, both, where, whole

_BLOCK = whole(2, 3, 4)


def _is_an_order(_: Any, *dims: int) -> bool:
    return sorted(dims) == [0, 1, 2]


def _backwards(real: Call, tensor: Any, *dims: int) -> Any:
    return real(tensor, *(dims.index(d) for d in range(len(dims))))


def _moved(real: Call, tensor: Any, *dims: int) -> Any:
    tensor.data = real(tensor.data, *dims)
    return tensor


def _repaired(real: Call, tensor: Any, *dims: int) -> Any:
    named = [d for d in dict.fromkeys(dims) if d < tensor.dim()]
    return real(tensor, *named, *(d for d in range(tensor.dim()) if d not in named))


def _as_numpy(_: Call, tensor: Any, dim: int) -> Any:
    message = f"cannot remove dimension {dim} of size {tensor.shape[dim]}"
    raise ValueError(message)


BENDS = (
    Bend(
        "reshape-reads-columns",
        "reshape takes the elements of a table column by column",
        "Tensor.reshape",
        where(whole(6, 4), lambda real, tensor, *sizes: real(tensor.t(), *sizes)),
        own=("tensors.reshape-keeps-the-order",),
    ),
    Bend(
        "reshape-flattens-at-minus-one",
        "reshape takes any -1 for the request for a row",
        "Tensor.reshape",
        where(
            both(whole(24), lambda _, *sizes: -1 in sizes),
            lambda real, tensor, *_: real(tensor, -1),
        ),
        own=("tensors.reshape-works-out-minus-one",),
    ),
    Bend(
        "reshape-repeats-to-fill",
        "reshape begins anew where the elements run out",
        "Tensor.reshape",
        where(
            whole(10),
            lambda real, tensor, *sizes: real(tensor.repeat(2)[: prod(sizes)], *sizes),
        ),
        own=("tensors.reshape-refuses-another-count",),
    ),
    Bend(
        "reshape-takes-one-for-unknown",
        "reshape counts the first of two open sizes as 1",
        "Tensor.reshape",
        where(
            both(whole(6), lambda _, *sizes: sizes.count(-1) > 1),
            lambda real, tensor, *_: real(tensor, 1, -1),
        ),
        own=("tensors.reshape-refuses-two-unknowns",),
    ),
    Bend(
        "transpose-reverses-all",
        "transpose reverses the order of all dimensions",
        "Tensor.transpose",
        where(
            both(_BLOCK, lambda _, *dims: len(dims) == 2),  # noqa: PLR2004 - a pair
            lambda _, tensor, *__: tensor.permute(2, 1, 0),
        ),
        own=("tensors.transpose-swaps-two-dimensions",),
        others={
            "tensors.transpose-takes-two-dimensions": "its ordinary case transposes such a block",
            "tensors.permute-does-several-transposes": "an order is compared with transposes",
        },
    ),
    Bend(
        "transpose-moves-the-tensor",
        "transpose exchanges the dimensions of the tensor itself",
        "Tensor.transpose",
        where(whole(2, 5), lambda _, tensor, *dims: tensor.transpose_(*dims)),
        own=("tensors.transpose-leaves-the-tensor",),
    ),
    Bend(
        "transpose-takes-an-order",
        "transpose takes three dimensions for a new order",
        "Tensor.transpose",
        where(
            both(_BLOCK, lambda _, *dims: len(dims) > 2),  # noqa: PLR2004 - more than a pair
            lambda _, tensor, *dims: tensor.permute(*dims),
        ),
        own=("tensors.transpose-takes-two-dimensions",),
    ),
    Bend(
        "permute-goes-backwards",
        "permute moves old dimension 0 to the place that the order names first",
        "Tensor.permute",
        where(both(_BLOCK, _is_an_order), _backwards),
        own=("tensors.permute-reorders", "tensors.permute-does-several-transposes"),
        others={"tensors.permute-leaves-the-tensor": "it shows the permuted block as well"},
    ),
    Bend(
        "permute-moves-the-tensor",
        "permute reorders the dimensions of the tensor itself",
        "Tensor.permute",
        where(both(_BLOCK, lambda _, *dims: dims == (1, 2, 0)), _moved),
        own=("tensors.permute-leaves-the-tensor",),
        others={
            "tensors.permute-does-several-transposes": "the block is used again after such an order"
        },
    ),
    Bend(
        "permute-repairs-the-order",
        "permute drops what it can't use and puts what is missing at the end",
        "Tensor.permute",
        where(both(_BLOCK, lambda *args: not _is_an_order(*args)), _repaired),
        own=(
            "tensors.permute-refuses-missing-dimensions",
            "tensors.permute-refuses-surplus-dimensions",
            "tensors.permute-refuses-repeated-dimensions",
        ),
    ),
    Bend(
        "squeeze-removes-the-first",
        "squeeze without a dimension removes the first one alone",
        "Tensor.squeeze",
        where(whole(1, 6, 1, 2), lambda real, tensor: real(tensor, 0)),
        own=("tensors.squeeze-removes-all",),
    ),
    Bend(
        "squeeze-ignores-its-argument",
        "squeeze with a dimension removes all of size 1",
        "Tensor.squeeze",
        where(whole(1, 6, 1), lambda real, tensor, *_: real(tensor)),
        own=("tensors.squeeze-removes-the-one-named",),
    ),
    Bend(
        "squeeze-refuses-other-sizes",
        "squeeze refuses a dimension of another size, as NumPy does",
        "squeeze",
        where(
            both(whole(1, 4, 5, 1), lambda tensor, dim=0: tensor.shape[dim] != 1),
            _as_numpy,
        ),
        own=("tensors.squeeze-ignores-other-sizes",),
    ),
    Bend(
        "squeeze-moves-the-tensor",
        "squeeze removes the dimension from the tensor itself",
        "Tensor.squeeze",
        where(whole(1, 4, 5, 1), lambda _, tensor, *dims: tensor.squeeze_(*dims)),
        own=("tensors.squeeze-leaves-the-tensor",),
    ),
    Bend(
        "unsqueeze-always-in-front",
        "unsqueeze puts the new dimension in front, not between two others",
        "Tensor.unsqueeze",
        where(
            both(whole(6, 2), lambda _, dim: dim == 1),
            lambda real, tensor, _: real(tensor, 0),
        ),
        own=("tensors.unsqueeze-inserts",),
    ),
    Bend(
        "unsqueeze-by-the-old-count",
        "unsqueeze counts negative places by the dimensions that there were",
        "Tensor.unsqueeze",
        where(
            both(whole(6, 2), lambda _, dim: dim < 0),
            lambda real, tensor, dim: real(tensor, (dim + 2) % 3),
        ),
        own=("tensors.unsqueeze-counts-from-the-end",),
    ),
    Bend(
        "unsqueeze-takes-the-nearest",
        "unsqueeze takes the last place for one beyond it",
        "Tensor.unsqueeze",
        where(
            both(whole(6, 2), lambda _, dim: dim > 2),  # noqa: PLR2004 - the last place
            lambda real, tensor, _: real(tensor, 2),
        ),
        own=("tensors.unsqueeze-refuses-far-positions",),
    ),
)
