"""Bends of torch.Tensor, of the typed constructors, and of what torch.tensor makes of a tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradmark_reference.bends.bend import Bend
from gradmark_reference.bends.cases import Call, where


def _is_tensor(content: Any, **_: Any) -> bool:
    return hasattr(content, "dim")


def _is_list(_: Any, *args: Any, **options: Any) -> bool:
    return len(args) == 1 and isinstance(args[0], list) and not options


def _inferred(_: Call, __: Any, content: Any) -> Any:
    import torch

    return torch.tensor(content)


def _by_value(_: Call, __: Any, number: int) -> Any:
    import torch

    return torch.tensor([float(number)])


def _single(real: Call, *args: Any, **options: Any) -> Any:
    return real(*args, **options).float()


def _without(name: str) -> Callable[[Call], Call]:
    """Return what swallows a keyword."""

    def drop(real: Call, *args: Any, **options: Any) -> Any:
        return real(*args, **{k: v for k, v in options.items() if k != name})

    return where(lambda *_, **options: name in options, drop)


def _rounded(real: Call, content: Any) -> Any:
    return real([round(number) for number in content])


BENDS = (
    Bend(
        "constructor-infers-the-dtype",
        "torch.Tensor infers the dtype of a list",
        "Tensor.__new__",
        where(_is_list, _inferred),
        own=("tensors.constructor-makes-floats", "tensors.constructor-default-dtype"),
    ),
    Bend(
        "constructor-takes-a-number",
        "torch.Tensor takes a lone number for the value",
        "Tensor.__new__",
        where(lambda _, *args, **__: len(args) == 1 and type(args[0]) is int, _by_value),
        own=("tensors.constructor-takes-sizes",),
    ),
    Bend(
        "constructor-is-single",
        "torch.Tensor makes 32-bit floats, whatever the default dtype is",
        "Tensor.__new__",
        where(_is_list, _single),
        own=("tensors.constructor-default-dtype",),
    ),
    Bend(
        "constructor-swallows-the-dtype",
        "torch.Tensor takes a dtype and ignores it",
        "Tensor.__new__",
        _without("dtype"),
        own=("tensors.constructor-refuses-dtype",),
    ),
    Bend(
        "constructor-swallows-the-device",
        "torch.Tensor takes a device and ignores it",
        "Tensor.__new__",
        _without("device"),
        own=("tensors.constructor-device",),
    ),
    Bend(
        "constructor-copies-a-tensor",
        "torch.Tensor of a tensor is a copy in 32-bit floats, without history",
        "Tensor.__new__",
        where(
            lambda _, *args, **__: len(args) == 1 and _is_tensor(args[0]),
            lambda _, __, source: source.detach().float().clone(),
        ),
        own=("tensors.constructor-shares-a-tensor",),
    ),
    Bend(
        "tensor-shares-a-tensor",
        "torch.tensor of a tensor shares its memory and is silent about it",
        "tensor",
        where(_is_tensor, lambda _, source, **__: source.detach()),
        own=("tensors.tensor-copies-a-tensor",),
    ),
    Bend(
        "tensor-swallows-copy",
        "torch.tensor takes a copy argument and ignores it",
        "tensor",
        _without("copy"),
        own=("tensors.asarray-takes-copy",),
    ),
    Bend(
        "asarray-copies",
        "asarray copies a tensor each time",
        "asarray",
        lambda real: lambda *args, **options: real(*args, **options).clone(),
        own=("tensors.asarray-takes-copy",),
    ),
    Bend(
        "int-tensor-is-long",
        "IntTensor gives whole numbers 64 bits",
        "IntTensor",
        lambda real: lambda content: real(content).long(),
        own=("tensors.typed-constructors",),
    ),
    Bend(
        "int-tensor-rounds",
        "IntTensor rounds to the nearest whole number",
        "IntTensor",
        lambda real: lambda content: _rounded(real, content),
        own=("tensors.typed-constructors-lose",),
    ),
)
