"""Bends of the ways between tensors, NumPy's arrays and Python's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradmark_reference.bends.bend import Bend
from gradmark_reference.bends.cases import Call, where


class _Window(np.ndarray[Any, Any]):
    """An array whose copy is no copy."""

    def copy(self, *_: Any, **__: Any) -> Any:
        return self


def _is_array(content: Any, **_: Any) -> bool:
    return isinstance(content, np.ndarray)


def _is_wide(content: Any, **_: Any) -> bool:
    return _is_array(content) and content.dtype == np.float64


def _shared(_: Call, array: Any) -> Any:
    import torch

    return torch.from_numpy(array)


def _by_an_array(_: Any, other: Any) -> bool:
    return isinstance(other, np.ndarray)


def _is_row_of_ints(tensor: Any) -> bool:
    return tensor.dim() == 1 and not tensor.is_floating_point()


def _only_low_ranks(real: Call, tensor: Any) -> Any:
    if tensor.dim() > 2:  # noqa: PLR2004 - a table of one is still taken
        message = f"item() of a tensor with {tensor.dim()} dimensions"
        raise ValueError(message)
    return real(tensor)


BENDS = (
    Bend(
        "tensor-narrows-arrays",
        "tensor gives floats from NumPy the default dtype",
        "tensor",
        where(_is_wide, lambda real, array, **options: real(array, **options).float()),
        own=("tensors.from-an-array",),
    ),
    Bend(
        "tensor-shares-an-array",
        "tensor shares the memory of an array",
        "tensor",
        where(_is_array, _shared),
        own=("tensors.tensor-copies-an-array",),
    ),
    Bend(
        "numpy-copies",
        "numpy() gives a copy",
        "Tensor.numpy",
        lambda real: lambda tensor: real(tensor).copy(),
        own=("tensors.numpy-shares",),
    ),
    Bend(
        "numpy-copy-is-a-window",
        "The copy of what numpy() gives still leads to the tensor",
        "Tensor.numpy",
        lambda real: lambda tensor: real(tensor).view(_Window),
        own=("tensors.numpy-copy",),
    ),
    Bend(
        "numpy-gives-a-list",
        "numpy() gives a list of a row of whole numbers",
        "Tensor.numpy",
        where(_is_row_of_ints, lambda real, tensor: real(tensor).tolist()),
        own=("tensors.numpy-kinds",),
    ),
    Bend(
        "from-numpy-copies",
        "from_numpy makes a copy",
        "from_numpy",
        lambda real: lambda array: real(array).clone(),
        own=("tensors.from-numpy-shares",),
    ),
    Bend(
        "from-numpy-narrows",
        "from_numpy gives floats the default dtype",
        "from_numpy",
        where(_is_wide, lambda real, array: real(array).float()),
        own=("tensors.from-numpy-dtype",),
        others={"tensors.array-and-tensor": "an array beside a tensor goes through from_numpy"},
    ),
    Bend(
        "from-numpy-takes-lists",
        "from_numpy takes a list for an array",
        "from_numpy",
        lambda real: lambda array: real(np.asarray(array)),
        own=("tensors.from-numpy-refuses-lists",),
    ),
    Bend(
        "numpy-takes-over",
        "A tensor times an array is an array",
        "Tensor.__mul__",
        where(_by_an_array, lambda _, tensor, array: tensor.detach().numpy() * array),
        own=("tensors.array-and-tensor",),
    ),
    Bend(
        "item-is-a-float",
        "item makes a float of everything",
        "Tensor.item",
        lambda real: lambda tensor: float(real(tensor)),
        own=("tensors.item-is-a-number",),
        others={"tensors.printed-digits": "printing whole numbers asks each for its item"},
    ),
    Bend(
        "item-counts-dimensions",
        "item refuses more than two dimensions",
        "Tensor.item",
        lambda real: lambda tensor: _only_low_ranks(real, tensor),
        own=("tensors.item-of-any-rank",),
    ),
    Bend(
        "tolist-of-a-number-is-a-list",
        "tolist gives a list even without dimensions",
        "Tensor.tolist",
        where(lambda tensor: tensor.dim() == 0, lambda real, tensor: [real(tensor)]),
        own=("tensors.tolist",),
    ),
)
