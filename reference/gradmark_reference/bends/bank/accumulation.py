"""PyTorch whose backward adds up otherwise in one of its forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradmark_reference.bends.bend import Bend


def _starting_anew(backward: Callable[..., Any]) -> Callable[..., Any]:
    def call(tensors: Any, *args: Any, **options: Any) -> None:
        # The method calls the function too, and fills in what the function leaves open.
        waiting = [tensors.grad_fn] if len(args) == 1 and not options else []
        while waiting:
            node = waiting.pop()
            waiting += [before for before, _ in node.next_functions if before is not None]
            if hasattr(node, "variable"):
                node.variable.grad = None
        backward(tensors, *args, **options)

    return call


BENDS = (
    Bend(
        "function-form-overwrites",
        "autograd.backward overwrites what is there",
        "autograd.backward",
        _starting_anew,
        own=("accumulation.function-form",),
    ),
)
