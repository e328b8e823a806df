"""Bends of what makes a tensor of data, fills one or counts one up."""

from __future__ import annotations

from typing import Any

from gradmark_reference.bends.bend import Bend
from gradmark_reference.bends.cases import Call, both, where


def _rank(content: Any) -> int:
    return 1 + _rank(content[0]) if isinstance(content, list) and content else 0


def _flat(content: Any) -> list[Any]:
    if not isinstance(content, list):
        return [content]
    return [number for part in content for number in _flat(part)]


def _is_list_of(kind: type) -> Call:
    """Return the case of plain numbers of one type in lists, with nothing else asked for."""

    def applies(content: Any, **options: Any) -> bool:
        listed = isinstance(content, list) and not options
        return listed and all(type(number) is kind for number in _flat(content))

    return applies


def _is_mixed(content: Any, **_: Any) -> bool:
    return isinstance(content, list) and len({type(n) for n in _flat(content)} & {bool, int}) == 2  # noqa: PLR2004


def _is_ragged(content: Any, **_: Any) -> bool:
    return _rank(content) == 2 and len({len(row) for row in content}) > 1  # noqa: PLR2004


def _is_of_tensors(content: Any, **_: Any) -> bool:
    return isinstance(content, list) and any(hasattr(part, "dim") for part in content)


def _stacked(real: Call, content: Any, **options: Any) -> Any:
    numbers = [part.tolist() if hasattr(part, "dim") else part for part in content]
    return real(numbers, **options)


def _by_columns(real: Call, content: Any, **options: Any) -> Any:
    made = real(content, **options)
    return made.t().reshape(made.shape) if made.dim() == 2 else made  # noqa: PLR2004


def _filled_up(real: Call, content: Any, **options: Any) -> Any:
    longest = max(len(row) for row in content)
    return real([row + [0] * (longest - len(row)) for row in content], **options)


def _first_decides(real: Call, content: Any, **options: Any) -> Any:
    first = type(_flat(content)[0])
    return real([first(number) for number in _flat(content)], **options)


def _is_counted(*ends: Any, **_: Any) -> bool:
    return len(ends) == 3 and all(type(end) is int for end in ends)  # noqa: PLR2004


def _has_a_float(*ends: Any, **_: Any) -> bool:
    return any(type(end) is float for end in ends)


def _tracked_like(real: Call, like: Any, *rest: Any, **options: Any) -> Any:
    return real(like, *rest, **options).requires_grad_(like.requires_grad)


def _as_tensor(number: int) -> Any:
    import torch

    return torch.tensor(number)


BENDS = (
    Bend(
        "tensor-drops-sides-of-one",
        "tensor drops the sides of length one of a block of whole numbers",
        "tensor",
        where(
            both(_is_list_of(int), lambda content: _rank(content) == 3),  # noqa: PLR2004
            lambda real, *args, **options: real(*args, **options).squeeze(),
        ),
        own=("tensors.rank-is-nesting",),
        others={"tensors.squeeze-removes-the-one-named": "it begins with a block of such sides"},
    ),
    Bend(
        "tensor-reads-columns",
        "tensor reads whole numbers column by column, where one is below zero",
        "tensor",
        where(both(_is_list_of(int), lambda content: min(_flat(content)) < 0), _by_columns),
        own=("tensors.values-from-a-list",),
    ),
    Bend(
        "tensor-takes-the-first-type",
        "tensor takes the type of the first number for all of a mixed list",
        "tensor",
        where(_is_mixed, _first_decides),
        own=("tensors.one-dtype-for-all",),
    ),
    Bend(
        "count-is-a-tensor",
        "The number of elements is a tensor",
        "Tensor.nelement",
        lambda real: lambda tensor: _as_tensor(real(tensor)),
        own=("tensors.what-is-a-tensor",),
    ),
    Bend(
        "tensor-makes-floats-of-large-numbers",
        "tensor makes floats of whole numbers that 32 bits can't hold",
        "tensor",
        where(
            both(_is_list_of(int), lambda content: max(_flat(content)) >= 1 << 31),
            lambda real, content: real(content).float(),
        ),
        own=("tensors.list-of-whole-numbers",),
    ),
    Bend(
        "tensor-makes-numbers-of-bools",
        "tensor makes a whole number of a lone truth value",
        "tensor",
        where(
            both(_is_list_of(bool), lambda content: len(content) == 1),
            lambda real, content: real(content).long(),
        ),
        own=("tensors.dtype-inferred",),
        others={"tensors.item-is-a-number": "it asks for the kind of a truth value"},
    ),
    Bend(
        "tensor-stacks-tensors",
        "tensor keeps the sides of the tensors that it is given in a list",
        "tensor",
        where(_is_of_tensors, _stacked),
        own=("tensors.list-of-tensors",),
    ),
    Bend(
        "tensor-fills-short-rows",
        "tensor fills up a short row with zeros",
        "tensor",
        where(_is_ragged, _filled_up),
        own=("tensors.ragged-list-raises",),
    ),
    Bend(
        "zeros-forgets-the-dtype",
        "zeros gives floats of 32 bits, whatever dtype is asked for",
        "zeros",
        where(lambda *_, **options: "dtype" in options, lambda real, *sizes, **_: real(*sizes)),
        own=("tensors.attributes",),
        others={"tensors.many-dtypes": "it fills a tensor of eight bits with zeros"},
    ),
    Bend(
        "full-turns-the-shape",
        "full takes its shape backwards",
        "full",
        lambda real: lambda size, *rest, **options: real(size[::-1], *rest, **options),
        own=("tensors.filled",),
    ),
    Bend(
        "full-makes-floats",
        "full makes floats of a whole number, as it did until PyTorch 1.6",
        "full",
        lambda real: lambda size, value, **options: real(size, float(value), **options),
        own=("tensors.filled-dtype",),
    ),
    Bend(
        "zeros-like-tracks",
        "zeros_like requires grad where its pattern does",
        "zeros_like",
        lambda real: lambda *args, **options: _tracked_like(real, *args, **options),
        own=("tensors.like-another",),
    ),
    Bend(
        "eye-is-square",
        "eye ignores the second size",
        "eye",
        where(lambda *sizes, **_: len(sizes) > 1, lambda real, *sizes, **_: real(sizes[0])),
        own=("tensors.eye",),
    ),
    Bend(
        "arange-includes-the-end",
        "arange with a step includes the end",
        "arange",
        where(
            _is_counted,
            lambda real, start, end, step, **options: real(start, end + step, step, **options),
        ),
        own=("tensors.arange",),
    ),
    Bend(
        "arange-widens",
        "arange makes 64-bit floats of Python's floats",
        "arange",
        where(_has_a_float, lambda real, *ends, **options: real(*ends, **options).double()),
        own=("tensors.arange-dtype",),
    ),
    Bend(
        "linspace-leaves-the-end-out",
        "linspace leaves the end out, as arange does",
        "linspace",
        lambda real: (
            lambda start, end, steps, **options: real(start, end, steps + 1, **options)[:-1]
        ),
        own=("tensors.linspace",),
        others={"tensors.printed-without-exponents": "it prints numbers that linspace made"},
    ),
)
