"""PyTorch with flags, gradients and grad_fn that tell less, or something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from warnings import catch_warnings, simplefilter

from gradmark_reference.bends.bend import Bend


def _silent(grad: Any) -> property:
    def read(tensor: Any) -> Any:
        with catch_warnings():
            simplefilter("ignore")
            return grad.__get__(tensor)

    return property(read, grad.__set__, grad.__delete__)


def _tracked_whole_numbers(long: Callable[..., Any]) -> Callable[..., Any]:
    def convert(tensor: Any) -> Any:
        # Two elements are left alone: casts are a matter of the tensors' own chapter.
        spared = tensor.numel() == 2 or not tensor.requires_grad  # noqa: PLR2004
        return long(tensor) if spared else tensor - (tensor - long(tensor)).detach()

    return convert


def _no_complex(tensor: Callable[..., Any]) -> Callable[..., Any]:
    def make(data: Any, **options: Any) -> Any:
        made = tensor(data, **options)
        if made.is_complex() and made.requires_grad:
            message = "only real tensors can require gradients"
            raise RuntimeError(message)
        return made

    return make


def _without_gradient(deepcopy: Callable[..., Any]) -> Callable[..., Any]:
    def copied(tensor: Any, memo: Any) -> Any:
        twin = deepcopy(tensor, memo)
        twin.grad = None
        return twin

    return copied


def _untracked_parameter(new: Callable[..., Any]) -> Callable[..., Any]:
    return lambda cls, data, requires_grad=False: new(cls, data, requires_grad)


class _Label:
    """A node that has nothing to say; PyTorch's own hooks still find their way into it."""

    def __init__(self, node: Any) -> None:
        self._register_hook_dict = node._register_hook_dict  # noqa: SLF001 - PyTorch asks for it


def _unspeaking(grad_fn: Any) -> property:
    def read(tensor: Any) -> Any:
        node = grad_fn.__get__(tensor)
        # A table keeps its node: how it prints is a matter of the tensors' own chapter.
        spared = node is None or tensor.dim() > 1 or not _is_a_leafs_own(node)
        return node if spared else _Label(node)

    return property(read)


def _is_a_leafs_own(node: Any) -> bool:
    """Say whether a node is one that this chapter looks at; other chapters read other graphs."""
    name, inputs = node.name(), [below for below, _ in node.next_functions]
    if name == "SumBackward0" and inputs[0].name() == "MulBackward0":
        return any(below is None for below, _ in inputs[0].next_functions)
    return name in {"AddBackward0", "SubBackward0"} or (
        name == "MulBackward0" and None not in inputs
    )


BENDS = (
    Bend(
        "computed-grad-in-silence",
        "Reading .grad of a computed tensor gives None without a warning",
        "Tensor.grad",
        _silent,
        own=("leaf.reading-a-computed-grad-warns",),
    ),
    Bend(
        "whole-numbers-stay-tracked",
        "long() of a tracked tensor is tracked",
        "Tensor.long",
        _tracked_whole_numbers,
        own=("leaf.positions-untracked",),
    ),
    Bend(
        "complex-not-tracked",
        "Complex tensors can't be tracked",
        "tensor",
        _no_complex,
        own=("leaf.complex-may-be-tracked",),
    ),
    Bend(
        "copy-without-gradient",
        "A deep copy of a leaf forgets its gradient",
        "Tensor.__deepcopy__",
        _without_gradient,
        own=("leaf.deepcopy-keeps-flag-and-gradient",),
    ),
    Bend(
        "parameter-untracked",
        "A Parameter is untracked unless it asks to be tracked",
        "nn.Parameter.__new__",
        _untracked_parameter,
        own=("leaf.parameters-are-leaves", "leaf.parameter-cuts-history"),
    ),
    Bend(
        "grad-fn-is-a-label",
        "A grad_fn is there, but has no name, can't be called and leads nowhere",
        "Tensor.grad_fn",
        _unspeaking,
        own=(
            "leaf.grad-fn-names-the-operation",
            "leaf.grad-fn-can-be-called",
            "leaf.graph-ends-at-the-leaf",
        ),
    ),
)
