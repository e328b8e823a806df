"""Bends of gradients that are differentiated again, and of the flag that asks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from gradmark_reference.bends.bend import Bend

Call = Callable[..., Any]


def _graph(root: Any) -> Iterator[Any]:
    """Yield the nodes of a result's graph."""
    waiting, seen = [root.grad_fn], set()
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            yield node
            waiting += [below for below, _ in node.next_functions]


def _with(name: str) -> Callable[[Any], bool]:
    """Return the case of a result that an operation has a part in."""
    return lambda root: any(node.name() == f"{name}Backward0" for node in _graph(root))


def _of(leaves: int, **operations: int) -> Callable[[Any], bool]:
    """Return the case of a result of so many leaves and operations, and nothing else."""
    wanted = {"torch::autograd::AccumulateGrad": leaves}
    wanted |= {f"{name}Backward0": count for name, count in operations.items()}
    return lambda root: Counter(node.name() for node in _graph(root)) == wanted


def _scaled(by: float) -> Call:
    """Return what keeps a gradient's value and scales whatever is differentiated of it."""
    return lambda slope: slope.detach() + (slope - slope.detach()) * by


_constant = _scaled(0)


def _again(applies: Callable[[Any], bool], change: Call) -> Callable[[Call], Call]:
    """Change the gradients in the graph of those results that a case picks out."""

    def bent(original: Call) -> Call:
        def grad(outputs: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
            found = original(outputs, inputs, *args, **kwargs)
            if not kwargs.get("create_graph") or not applies(outputs):
                return found
            return tuple(map(change, found))

        return grad

    return bent


def _weights_are_numbers(original: Call) -> Call:
    def grad(outputs: Any, inputs: Any, grad_outputs: Any = None, **kwargs: Any) -> Any:
        if grad_outputs is not None:
            grad_outputs = _constant(grad_outputs)
        return original(outputs, inputs, grad_outputs, **kwargs)

    return grad


def _tied_to_the_input(original: Call) -> Call:
    def grad(outputs: Any, inputs: Any, **kwargs: Any) -> Any:
        found = original(outputs, inputs, **kwargs)
        if not kwargs.get("create_graph"):
            return found
        return tuple(slope if slope.requires_grad else slope + inputs * 0 for slope in found)

    return grad


def _always_in_the_graph(original: Call) -> Call:
    def grad(outputs: Any, inputs: Any, **kwargs: Any) -> Any:
        return original(outputs, inputs, **{"create_graph": True, **kwargs})

    return grad


def _written_with_backward(original: Call) -> Call:
    def grad(outputs: Any, inputs: Any, **kwargs: Any) -> Any:
        found = original(outputs, inputs, **kwargs)
        if not kwargs:
            leaves = inputs if isinstance(inputs, tuple) else (inputs,)
            for leaf, slope in zip(leaves, found, strict=True):
                leaf.grad = slope if leaf.grad is None else leaf.grad + slope
        return found

    return grad


def _zeros_for_the_unused(original: Call) -> Call:
    def grad(outputs: Any, inputs: Any, **kwargs: Any) -> Any:
        more = {} if kwargs.get("create_graph") else {"materialize_grads": True}
        return original(outputs, inputs, **{**kwargs, **more})

    return grad


def _flags(**instead: bool) -> Callable[[Call], Call]:
    """Return what gives backward other flags where it is given create_graph."""

    def bent(original: Call) -> Call:
        def backward(self: Any, *args: Any, **kwargs: Any) -> Any:
            return original(self, *args, **(instead if "create_graph" in kwargs else kwargs))

        return backward

    return bent


def _overwritten(original: Call) -> Call:
    def backward(self: Any, *args: Any, **kwargs: Any) -> Any:
        leaves = [node.variable for node in _graph(self) if hasattr(node, "variable")]
        for leaf in leaves:
            leaf.grad = None if leaf.grad is self else leaf.grad
        return original(self, *args, **kwargs)

    return backward


def _second(name: str, title: str, bent: Callable[[Call], Call], *own: str, **others: str) -> Bend:
    """Return a bend of gradients of gradients; the others' ids are written with underscores."""
    named = {f"backward.{slug.replace('_', '-')}": why for slug, why in others.items()}
    ids = tuple(f"backward.{slug}" for slug in own)
    return Bend(name, title, "autograd.grad", bent, ids, named)


_FIRST = "its first gradient is such a product's"

BENDS = (
    _second(
        "slope-of-a-product-is-a-number",
        "The gradient of a product of equal factors is in the graph, but depends on nothing",
        _again(_of(1, Mul=2), _constant),
        "second-derivative",
        "gradient-of-a-step",
        gradient_of_the_weights_of_a_gradient=_FIRST,
    ),
    _second(
        "slope-forgets-the-other-leaf",
        "Of two leaves in a product, each one's gradient counts them both as constants",
        _again(_of(2, Mul=2), _constant),
        "mixed-derivatives",
    ),
    _second(
        "saved-divisor-is-a-number",
        "The divisor that is saved for the way back is a number without a past",
        _again(_with("Reciprocal"), _constant),
        "second-derivative-of-a-quotient",
    ),
    _second(
        "saved-result-of-exp-is-a-number",
        "The result that exp saves for the way back is a number without a past",
        _again(_with("Exp"), _constant),
        "second-derivative-of-exp",
        eighth_derivative="it is one of exp",
    ),
    _second(
        "cosine-of-the-way-back-keeps-its-sign",
        "The cosine that sin computes on the way back has plus sine for a slope",
        _again(_with("Sin"), _scaled(-1)),
        "second-derivative-of-sin",
    ),
    _second(
        "square-of-the-way-back-counts-once",
        "Of the square that tanh computes on the way back one factor is a constant",
        _again(_with("Tanh"), _scaled(0.5)),
        "second-derivative-of-tanh",
    ),
    _second(
        "exponent-never-falls",
        "The second derivative of a power brings the first exponent down again",
        _again(_with("Pow"), _scaled(4 / 3)),
        "second-derivative-of-a-power",
    ),
    _second(
        "transposed-matrix-leads-nowhere",
        "The transposed matrices on the way back of a product are arrays without a past",
        _again(_with("Mm"), _constant),
        "second-derivative-of-matmul",
    ),
    _second(
        "sum-of-the-way-back-ends-the-graph",
        "What is summed on the way back is not recorded",
        _again(_of(2, Mul=2, Sum=1), _constant),
        "second-derivative-of-broadcasting",
        "gradient-penalty",
    ),
    _second(
        "shared-value-collects-once",
        "In a second derivative a value that is used twice collects from one user alone",
        _again(_of(1, Mul=3), _scaled(0.5)),
        "second-derivative-through-a-shared-value",
    ),
    _second(
        "no-derivative-between-elements",
        "Second derivatives between two elements are left out",
        _again(_of(1, Mul=2, Sum=2), _constant),
        "second-derivatives-times-a-vector",
    ),
    _second(
        "start-is-read-as-numbers",
        "grad_outputs is read as plain numbers, although it is tracked",
        _weights_are_numbers,
        "gradient-of-the-weights-of-a-gradient",
    ),
    _second(
        "higher-derivatives-are-measured",
        "From the third derivative on, gradients are measured by differences",
        _again(_of(1, Exp=1, Mul=3), lambda slope: slope * (1 + 2**-13)),
        "eighth-derivative",
    ),
    _second(
        "every-gradient-in-the-graph",
        "Gradients are part of the graph whether that was asked for or not",
        _always_in_the_graph,
        "create-graph-tracks-the-gradient",
    ),
    _second(
        "function-written-with-backward",
        "autograd.grad adds to .grad what it returns",
        _written_with_backward,
        "grad-function-leaves-grad-alone",
    ),
    _second(
        "zeros-for-the-unused",
        "autograd.grad has zeros for an input without a part in the result",
        _zeros_for_the_unused,
        "grad-function-wants-a-connection",
    ),
    _second(
        "constant-slope-tied-to-its-input",
        "The constant slope of a line is tied to the line's input",
        _tied_to_the_input,
        "linear-gradient-ends-the-graph",
    ),
    Bend(
        "create-graph-only-retains",
        "backward takes create_graph for another name of retain_graph",
        "Tensor.backward",
        _flags(retain_graph=True),
        own=("backward.backward-with-create-graph",),
        others={
            "backward.second-derivative-adds-to-the-first": "there is no second derivative",
        },
    ),
    Bend(
        "create-graph-frees-the-graph",
        "backward with create_graph frees what it went through",
        "Tensor.backward",
        _flags(create_graph=True, retain_graph=False),
        own=("backward.create-graph-keeps-the-graph",),
        others={
            "backward.backward-with-create-graph": "the way back leads through what was freed",
            "backward.second-derivative-adds-to-the-first": "it leads through that as well",
        },
    ),
    Bend(
        "second-derivative-replaces-the-first",
        "Backward from a gradient replaces it in .grad",
        "Tensor.backward",
        _overwritten,
        own=("backward.second-derivative-adds-to-the-first",),
    ),
)
