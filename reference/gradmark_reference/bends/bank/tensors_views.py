"""Bends of views and copies: what shares memory, how it is laid out, what reaches a gradient."""

from __future__ import annotations

from typing import Any, NoReturn

from gradmark_reference.bends.bend import Bend
from gradmark_reference.bends.cases import Call, both, where, whole


def _contiguous(tensor: Any, *_: Any) -> bool:
    return bool(tensor.is_contiguous())


def _scattered(tensor: Any, *_: Any) -> bool:
    return not tensor.is_contiguous()


def _a_table(tensor: Any) -> bool:
    return tensor.dim() > 1 and not tensor.is_floating_point()


def _computed(tensor: Any, *_: Any) -> bool:
    return tensor.grad_fn is not None and tuple(tensor.shape) == (6,)


def _refused(_: Call, __: Any, *___: int) -> NoReturn:
    message = "view needs contiguous memory"
    raise RuntimeError(message)


def _by_columns(real: Call, tensor: Any, *sizes: int) -> Any:
    return real(tensor, *sizes).permute(2, 1, 0).contiguous().permute(2, 1, 0)


BENDS = (
    Bend(
        "view-copies",
        "view gives numbers of its own",
        "Tensor.view",
        where(whole(6), lambda real, tensor, *sizes: real(tensor, *sizes).clone()),
        own=("tensors.view-shares-memory",),
    ),
    Bend(
        "view-copies-scattered-memory",
        "view copies without a word where the memory does not fit",
        "Tensor.view",
        where(
            both(whole(3, 2), _scattered),
            lambda _, tensor, *sizes: tensor.reshape(*sizes),
        ),
        own=("tensors.view-of-a-transposed-table",),
    ),
    Bend(
        "view-wants-contiguous-memory",
        "view refuses every tensor that is not contiguous",
        "Tensor.view",
        where(both(whole(4, 4), _scattered), _refused),
        own=("tensors.view-of-scattered-memory",),
    ),
    Bend(
        "flatten-by-columns",
        "flatten goes through a table column by column",
        "Tensor.flatten",
        where(whole(2, 3), lambda real, tensor: real(tensor.t())),
        own=("tensors.memory-is-row-by-row",),
    ),
    Bend(
        "strides-by-columns",
        "Memory is said to hold a table column by column",
        "Tensor.stride",
        where(whole(2, 3), lambda real, tensor: real(tensor)[::-1]),
        own=("tensors.memory-is-row-by-row",),
    ),
    Bend(
        "t-packs",
        "t copies a table into its new order",
        "Tensor.t",
        where(_a_table, lambda real, tensor: real(tensor).contiguous()),
        own=("tensors.fresh-memory-is-contiguous",),
        others={
            "tensors.view-of-a-transposed-table": "a packed table is contiguous",
            "tensors.reshape-keeps-memory-contiguous": "it looks at a transposed table too",
            "tensors.contiguous-is-itself": "there is nothing to pack any more",
        },
    ),
    Bend(
        "reshape-lays-out-columns",
        "reshape gives the right numbers and lays them out by columns",
        "Tensor.reshape",
        where(both(whole(24), lambda _, *sizes: sizes == (2, 3, 4)), _by_columns),
        own=("tensors.reshape-keeps-memory-contiguous",),
    ),
    Bend(
        "reshape-always-copies",
        "reshape copies where a view would do",
        "Tensor.reshape",
        where(whole(2, 3), lambda real, tensor, *sizes: real(tensor, *sizes).clone()),
        own=("tensors.reshape-shares-or-copies",),
    ),
    Bend(
        "transpose-copies",
        "transpose copies the numbers into their new order",
        "Tensor.transpose",
        where(whole(2, 2), lambda real, tensor, *dims: real(tensor, *dims).clone()),
        own=("tensors.transpose-is-a-view",),
    ),
    Bend(
        "permute-copies",
        "permute copies the numbers into their new order",
        "Tensor.permute",
        where(whole(2, 2), lambda real, tensor, *dims: real(tensor, *dims).clone()),
        own=("tensors.permute-is-a-view",),
    ),
    Bend(
        "contiguous-packs-nothing",
        "contiguous gives back scattered memory as it is",
        "Tensor.contiguous",
        where(both(whole(2, 3), _scattered), lambda _, tensor: tensor),
        own=("tensors.contiguous-packs",),
    ),
    Bend(
        "contiguous-always-copies",
        "contiguous copies memory that is packed already",
        "Tensor.contiguous",
        where(both(whole(2, 3), _contiguous), lambda _, tensor: tensor.clone()),
        own=("tensors.contiguous-is-itself",),
    ),
    Bend(
        "expand-copies",
        "expand writes the row down as often as it is asked for",
        "Tensor.expand",
        where(whole(1, 3), lambda real, tensor, *sizes: real(tensor, *sizes).contiguous()),
        own=("tensors.expand-shares-memory", "tensors.expanded-refuses-a-write"),
    ),
    Bend(
        "view-forgets-the-graph",
        "A view of a computed tensor shares its numbers and not its graph",
        "Tensor.view",
        where(_computed, lambda real, tensor, *sizes: real(tensor.detach(), *sizes)),
        own=("tensors.write-through-a-tracked-view", "tensors.write-below-a-tracked-view"),
    ),
)
