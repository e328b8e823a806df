"""Bends of what a graph keeps: saved values that are read, held and watched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradmark_reference.bends.bend import Bend


class _Remembering:
    """A node that can still show what it had saved when backward is through."""

    def __init__(self, node: Any) -> None:
        self._node = node
        self._read: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name not in self._read:
            self._read[name] = getattr(self._node, name)
        return self._read[name]


def _readable_for_ever(original: Any) -> Any:
    def grad_fn(self: Any) -> Any:
        node = original.__get__(self)
        return _Remembering(node) if type(node).__name__ == "PowBackward0" else node

    return property(grad_fn)


def _always_freed(original: Callable[..., Any]) -> Callable[..., Any]:
    def backward(self: Any, gradient: Any = None, retain_graph: Any = None, **rest: Any) -> Any:
        del retain_graph
        return original(self, gradient, **rest)

    return backward


def _stored_by_backward(original: Any) -> Any:
    class Hooks(original):  # type: ignore[misc]
        def __init__(self, pack: Callable[..., Any], unpack: Callable[..., Any]) -> None:
            super().__init__(lambda value: value, lambda value: unpack(pack(value)))

    return Hooks


_KEPT = "it waits for the graph that retain_graph=True keeps"

BENDS = (
    Bend(
        "saved-values-readable-for-ever",
        "A saved value can be read whether backward has freed it or not",
        "Tensor.grad_fn",
        _readable_for_ever,
        own=("lifetime.saved-value-is-gone",),
    ),
    Bend(
        "freed-in-spite-of-the-flag",
        "Saved values are freed by every backward, retain_graph=True or not",
        "Tensor.backward",
        _always_freed,
        own=("lifetime.saved-values-let-go",),
        others={
            "lifetime.retain-graph": _KEPT,
        },
    ),
    Bend(
        "stored-by-backward",
        "Values are stored when backward asks for them",
        "autograd.graph.saved_tensors_hooks",
        _stored_by_backward,
        own=("lifetime.saved-while-computing",),
    ),
)
