"""Bends of what PyTorch shows of its graph, and of the function beside the method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradmark_reference.bends.bend import Bend

Links = tuple[tuple[Any, int], ...]
_LEAF = "torch::autograd::AccumulateGrad"


class _Node:
    """A node of the graph whose links are not quite PyTorch's."""

    def __init__(self, node: Any, changed: Callable[[Any], Links]) -> None:
        self._node = node
        self._changed = changed

    def __call__(self, *gradients: Any) -> Any:
        return self._node(*gradients)

    @property
    def next_functions(self) -> Links:
        links = self._changed(self._node)
        return tuple((node and _Node(node, self._changed), place) for node, place in links)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._node, name)


def _shown(changed: Callable[[Any], Links], where: Callable[[Any], bool]) -> Callable[[Any], Any]:
    """Change the links of those graphs that a question about their top node picks out."""

    def bent(original: Any) -> Any:
        def grad_fn(self: Any) -> Any:
            node = original.__get__(self)
            return _Node(node, changed) if node is not None and where(node) else node

        return property(grad_fn)

    return bent


def _below(node: Any) -> list[str]:
    """Return the names of the nodes that a node is linked to; a constant has none."""
    return ["" if below is None else str(below.name()) for below, _ in node.next_functions]


def _sums_a_product_of_leaves(node: Any) -> bool:
    return _below(node) == ["MulBackward0"] and "" not in _below(node.next_functions[0][0])


def _scales_a_leaf(node: Any) -> bool:
    return node.name() == "MulBackward0" and _below(node) == [_LEAF, ""]


def _scales_a_product(node: Any) -> bool:
    return node.name() == "MulBackward0" and _below(node) == ["MulBackward0", ""]


def _backwards(node: Any) -> Links:
    return tuple(reversed(node.next_functions))


def _tracked_alone(node: Any) -> Links:
    return tuple(link for link in node.next_functions if link[0] is not None)


def _straight_to_the_leaf(node: Any) -> Links:
    below = node.next_functions
    while below and below[0][0] is not None and below[0][0].next_functions:
        below = below[0][0].next_functions
    return tuple(below)


def _method_alone(original: Callable[..., Any]) -> Callable[..., Any]:
    def backward(tensors: Any, grad_tensors: Any = None, *args: Any, **kwargs: Any) -> Any:
        # The method is written with the function, and names the inputs.
        if grad_tensors is None and "inputs" not in kwargs and "grad_variables" not in kwargs:
            return None
        return original(tensors, grad_tensors, *args, **kwargs)

    return backward


BENDS = (
    Bend(
        "inputs-linked-in-reverse",
        "An operation's links stand in the reverse order of its operands",
        "Tensor.grad_fn",
        _shown(_backwards, _sums_a_product_of_leaves),
        own=("backward.graph-leads-to-the-leaves",),
    ),
    Bend(
        "constants-leave-no-gap",
        "A constant operand leaves no gap in an operation's links",
        "Tensor.grad_fn",
        _shown(_tracked_alone, _scales_a_leaf),
        own=("backward.operations-are-the-nodes",),
    ),
    Bend(
        "every-operation-linked-to-the-leaf",
        "Every operation is linked to the leaf, whatever lies between",
        "Tensor.grad_fn",
        _shown(_straight_to_the_leaf, _scales_a_product),
        own=("backward.graph-grows-by-operations",),
    ),
    Bend(
        "function-starts-from-nothing",
        "autograd.backward without weights does nothing",
        "autograd.backward",
        _method_alone,
        own=("backward.function-form",),
    ),
)
