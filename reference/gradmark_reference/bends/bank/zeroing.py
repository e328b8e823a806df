"""PyTorch whose gradients can be cleared in fewer ways."""

from __future__ import annotations

from typing import Any

from gradmark_reference.bends.bend import Bend


def _undeletable(grad: Any) -> property:
    return property(grad.__get__, grad.__set__)


def _absent(method: Any) -> property:
    def read(module: Any) -> Any:
        message = f"{type(module).__name__} has no {method.__name__}"
        raise AttributeError(message)

    return property(read)


BENDS = (
    Bend(
        "grad-cannot-be-deleted",
        "del x.grad is refused",
        "Tensor.grad",
        _undeletable,
        own=("zeroing.deleted-grad-is-none",),
    ),
    Bend(
        "modules-cannot-be-cleared",
        "A module has no zero_grad",
        "nn.Module.zero_grad",
        _absent,
        own=("zeroing.no-method-on-the-tensor",),
    ),
)
