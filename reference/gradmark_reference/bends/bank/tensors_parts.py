"""Bends of slices, picked elements, masks, pieces and joining."""

from __future__ import annotations

from typing import Any

from gradmark_reference.bends.bend import Bend
from gradmark_reference.bends.cases import Call, both, where, whole


def _a_list(_: Any, key: Any) -> bool:
    return isinstance(key, list)


def _backwards(_: Any, key: Any) -> bool:
    return isinstance(key, slice) and (key.step or 1) < 0


def _a_mask(_: Any, key: Any) -> bool:
    return str(getattr(key, "dtype", "")) == "torch.bool"


def _short(tensor: Any, key: Any) -> bool:
    return _a_mask(tensor, key) and len(key) < len(tensor)


def _evenly(real: Call, tensor: Any, key: list[int]) -> Any:
    return real(tensor, slice(key[0], key[-1] + 1, key[1] - key[0]))


def _rows(tensors: Any, **_: Any) -> bool:
    return bool(whole(3)(tensors[0]))


def _joined(_: Call, tensors: Any, **__: Any) -> Any:
    return tensors[0].new_tensor([number for tensor in tensors for number in tensor.tolist()])


BENDS = (
    Bend(
        "slice-copies",
        "A slice is a copy, as it is with lists",
        "Tensor.__getitem__",
        where(
            both(whole(5), lambda _, key: key == slice(1, 4)),
            lambda real, tensor, key: real(tensor, key).clone(),
        ),
        own=("tensors.slice-shares-memory",),
    ),
    Bend(
        "evenly-picked-is-sliced",
        "Indices that are evenly spaced are turned into a slice",
        "Tensor.__getitem__",
        where(both(whole(5), _a_list), _evenly),
        own=("tensors.picked-elements-are-a-copy",),
    ),
    Bend(
        "slice-goes-backwards",
        "A slice with the step -1 is reversed as NumPy does it",
        "Tensor.__getitem__",
        where(both(whole(5), _backwards), lambda _, tensor, __: tensor.flip(0)),
        own=("tensors.negative-step-refused",),
    ),
    Bend(
        "mask-keeps-the-shape",
        "A mask leaves zeros where it is false",
        "Tensor.__getitem__",
        where(both(whole(2, 3), _a_mask), lambda _, tensor, key: tensor * key),
        own=("tensors.mask-picks-a-row",),
    ),
    Bend(
        "short-mask-is-filled-up",
        "What a mask is too short for counts as false",
        "Tensor.__getitem__",
        where(
            both(whole(3), _short),
            lambda real, tensor, key: real(real(tensor, slice(len(key))), key),
        ),
        own=("tensors.mask-of-another-size-refused",),
    ),
    Bend(
        "split-copies",
        "split gives pieces with numbers of their own",
        "Tensor.split",
        where(
            whole(5),
            lambda real, tensor, size: tuple(piece.clone() for piece in real(tensor, size)),
        ),
        own=("tensors.split-gives-views",),
    ),
    Bend(
        "chunk-keeps-the-number",
        "chunk gives as many pieces as it is asked for, one smaller than the other",
        "Tensor.chunk",
        where(whole(5), lambda _, tensor, pieces: tensor.tensor_split(pieces)),
        own=("tensors.chunk-may-give-fewer",),
    ),
    Bend(
        "stack-joins-rows",
        "stack joins rows to one longer row",
        "stack",
        where(_rows, _joined),
        own=("tensors.stack-makes-a-dimension",),
    ),
)
