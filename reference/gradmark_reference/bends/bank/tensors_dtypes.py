"""Bends of dtypes: their names, conversions and promotion."""

from __future__ import annotations

from typing import Any

from gradmark_reference.bends.bend import Bend
from gradmark_reference.bends.cases import Call, where


def _has_other_dtype(left: Any, right: Any) -> bool:
    return hasattr(right, "dtype") and right.dtype != left.dtype


def _is_wide_number(left: Any, right: Any) -> bool:
    return _has_other_dtype(left, right) and hasattr(right, "dim") and right.dim() == 0


def _left_wins(real: Call, left: Any, right: Any) -> Any:
    return real(left, right).to(left.dtype)


def _widened(real: Call, left: Any, right: Any) -> Any:
    return real(left.to(right.dtype), right)


def _in_place(real: Call, tensor: Any) -> Any:
    # A tracked tensor keeps its dtype: whether its gradient fits is another question.
    if tensor.requires_grad:
        return real(tensor)
    tensor.data = real(tensor)
    return tensor


def _clamped(real: Call, tensor: Any, *args: Any, **options: Any) -> Any:
    import torch

    if args and args[0] is torch.uint8:
        tensor = tensor.clamp(0, 255)
    return real(tensor, *args, **options)


def _is_complex(content: Any, **options: Any) -> bool:
    if options or not isinstance(content, list):
        return False
    return any(type(number) is complex for number in content)


def _promoted(real: Call, left: Any, right: Any) -> Any:
    import torch

    common = torch.promote_types(left.dtype, right.dtype)
    return real(left.to(common), right.to(common))


def _in_the_small_dtype(real: Call, tensor: Any, *args: Any, **options: Any) -> Any:
    return real(tensor, *args, **options).to(tensor.dtype)


def _is_small(tensor: Any, *_: Any, **__: Any) -> bool:
    return not tensor.is_floating_point() and tensor.element_size() == 1


def _is_whole(tensor: Any, *_: Any, **__: Any) -> bool:
    return not tensor.is_floating_point() and not tensor.is_complex()


def _named(name: str) -> Call:
    """Return what puts another dtype of PyTorch in the place of one."""

    def bent(_: Any) -> Any:
        import torch

        return getattr(torch, name)

    return bent


BENDS = (
    Bend(
        "float-means-float64",
        "The name float stands for 64 bits",
        "float",
        _named("float64"),
        own=("tensors.dtype-names",),
        others={"tensors.constructor-refuses-dtype": "it asks for a tensor of dtype float"},
    ),
    Bend(
        "bfloat16-is-half",
        "The name bfloat16 stands for float16",
        "bfloat16",
        _named("float16"),
        own=("tensors.many-dtypes",),
    ),
    Bend(
        "complex-numbers-are-wide",
        "Complex numbers get 128 bits",
        "tensor",
        where(_is_complex, lambda real, content: real(content).cdouble()),
        own=("tensors.complex-and-quantised",),
    ),
    Bend(
        "quint8-is-uint8",
        "The name quint8 stands for uint8",
        "quint8",
        _named("uint8"),
        own=("tensors.complex-and-quantised",),
    ),
    Bend(
        "elements-take-eight-bytes",
        "Every element takes eight bytes",
        "Tensor.element_size",
        lambda _: lambda _: 8,
        own=("tensors.bits-and-precision",),
        others={"tensors.dtype-names": "it asks for the bytes of a half"},
    ),
    Bend(
        "type-keeps-the-dtype",
        "type leaves the tensor as it is",
        "Tensor.type",
        lambda _: lambda tensor, *_: tensor,
        own=("tensors.type-converts",),
    ),
    Bend(
        "int-has-64-bits",
        "int gives whole numbers of 64 bits",
        "Tensor.int",
        lambda real: lambda tensor: real(tensor).long(),
        own=("tensors.cast-methods",),
    ),
    Bend(
        "long-rounds",
        "long rounds to the nearest whole number",
        "Tensor.long",
        where(lambda tensor: not _is_whole(tensor), lambda real, tensor: real(tensor.round())),
        own=("tensors.cast-methods",),
    ),
    Bend(
        "double-in-place",
        "double changes the tensor itself",
        "Tensor.double",
        lambda real: lambda tensor: _in_place(real, tensor),
        own=("tensors.cast-leaves-original",),
        others={
            "tensors.cast-to-the-same": "it makes a wider tensor of the source",
            "tensors.cast-methods": "it converts one tensor several times",
        },
    ),
    Bend(
        "float-copies",
        "float makes a copy of a tensor that has the dtype already",
        "Tensor.float",
        lambda real: lambda tensor: real(tensor).clone(),
        own=("tensors.cast-to-the-same",),
    ),
    Bend(
        "double-cuts-the-graph",
        "double gives a tensor outside of the graph",
        "Tensor.double",
        lambda real: lambda tensor: real(tensor).detach(),
        own=("tensors.cast-and-gradient",),
    ),
    Bend(
        "uint8-is-clamped",
        "A conversion to uint8 clamps to 0 and 255",
        "Tensor.to",
        lambda real: lambda *args, **options: _clamped(real, *args, **options),
        own=("tensors.cast-wraps",),
    ),
    Bend(
        "left-dtype-wins",
        "A product has the dtype of its left operand",
        "Tensor.__mul__",
        where(_has_other_dtype, _left_wins),
        own=("tensors.promotion",),
        others={
            "tensors.promotion-by-a-number": "it multiplies by one element of 64 bits",
            "tensors.array-and-tensor": "it multiplies by an array of 64 bits",
        },
    ),
    Bend(
        "lone-tensor-widens",
        "A tensor without dimensions widens what it is multiplied with",
        "Tensor.__mul__",
        where(_is_wide_number, _widened),
        own=("tensors.promotion-by-a-number",),
    ),
    Bend(
        "floor-division-cuts",
        "Floor division of whole numbers cuts towards zero",
        "Tensor.__floordiv__",
        lambda _: lambda tensor, other: tensor.div(other, rounding_mode="trunc"),
        own=("tensors.division-of-ints",),
        others={"tensors.remainder-has-the-divisors-sign": "it shows // beside the remainder"},
    ),
    Bend(
        "matmul-promotes",
        "A matrix product promotes its operands to a common dtype",
        "Tensor.__matmul__",
        where(_has_other_dtype, _promoted),
        own=("tensors.products-need-one-dtype",),
    ),
    Bend(
        "sum-stays-small",
        "A sum of bytes is kept in a byte",
        "Tensor.sum",
        where(_is_small, _in_the_small_dtype),
        own=("tensors.sum-widens",),
    ),
    Bend(
        "default-dtype-is-fixed",
        "set_default_dtype changes nothing",
        "set_default_dtype",
        lambda _: lambda _: None,
        own=("tensors.default-dtype", "tensors.constructor-default-dtype"),
    ),
)
