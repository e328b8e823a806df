"""The model answers as PyTorch does; the numbers here are PyTorch's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradmark_reference import model
from gradmark_reference.model import Tensor

Function = Callable[[Tensor], Tensor]


def leaf(*values: float) -> Tensor:
    return model.tensor(list(values), requires_grad=True)


def grad(tensor: Tensor) -> Any:
    assert tensor.grad is not None
    return tensor.grad.tolist()


def gradient(function: Function, *values: float) -> Any:
    x = leaf(*values)
    y = function(x)
    y.backward(model.tensor([i + 1.0 for i in range(y.numel())]).reshape(y.shape))
    return grad(x)


def test_flags_follow_the_inputs() -> None:
    """Only a result of something that requires grad is tracked; all else is a leaf."""
    x, c = leaf(1.0, 5.0), model.tensor([2.0, 2.0])
    y, z = x * c, c * c + 1
    assert (x.is_leaf, y.is_leaf, z.is_leaf) == (True, False, True)
    assert (x.requires_grad, y.requires_grad, z.requires_grad) == (True, True, False)
    assert x.grad_fn is None
    assert z.grad_fn is None
    assert y.grad_fn is not None
    assert y.grad_fn.name == "MulBackward0"


def test_late_flag() -> None:
    """A tensor that was asked later for gradients, in place, is a working leaf."""
    w = model.tensor([0.0, 1.0, 2.0]) * 2 + 1
    assert w.requires_grad_() is w
    (w * w).sum().backward()
    assert w.is_leaf
    assert grad(w) == [2.0, 6.0, 10.0]


def test_flag_refusals() -> None:
    """Integers can't require grad, and a result can't stop requiring it."""
    with pytest.raises(RuntimeError, match="floating point"):
        model.tensor([1, 2], requires_grad=True)
    with pytest.raises(RuntimeError, match="leaf variables"):
        (leaf(1.0) * 2).requires_grad_(False)


def test_flag_taken_off_after_recording() -> None:
    """A leaf that stopped requiring grad after the forward collects nothing."""
    x, w = leaf(2.0), leaf(5.0)
    y = x * w
    x.requires_grad = False
    y.backward()
    assert x.grad is None
    assert grad(w) == [2.0]


def test_gradients_are_stored_in_leaves_alone() -> None:
    """A result's .grad stays None unless it was asked to retain it."""
    x = leaf(1.0, -2.0)
    plain, kept = x * 4, x * 4
    kept.retain_grad()
    (plain * kept).sum().backward()
    assert plain.grad is None
    assert grad(kept) == [4.0, -8.0]
    assert grad(x) == [32.0, -64.0]


def test_grad_is_an_untracked_tensor_of_the_leafs_form() -> None:
    """A gradient has the leaf's shape and dtype and no history."""
    for shape in ((), (3,), (2, 3), (1, 1)):
        for dtype in (model.float32, model.float64):
            x = model.ones(shape, dtype=dtype, requires_grad=True)
            assert x.grad is None
            (x * 2).sum().backward()
            assert isinstance(x.grad, Tensor)
            assert x.grad.is_leaf
            assert not x.grad.requires_grad
            assert (x.grad.shape, x.grad.dtype) == (shape, dtype)


def test_assigning_a_grad() -> None:
    """.grad takes None or another tensor of the same form, keeps it, and adds to it in place."""
    x, start = leaf(2.0), model.tensor([100.0])
    x.grad = start
    (x * 4).backward()
    assert x.grad is start
    assert start.tolist() == [104.0]
    for wrong, error in ((1.0, TypeError), (model.ones(3), RuntimeError)):
        with pytest.raises(error):
            x.grad = wrong  # type: ignore[assignment]
    x.grad = None
    assert x.grad is None


OPERATIONS: list[tuple[Function, list[float], list[float]]] = [
    (lambda x: 3 * x + x * 2 + 7 - 5, [2.0, 4.0], [5.0, 10.0]),
    (lambda x: (9 - x) + (1 + x) + x / 4 + 8 / x, [2.0, 4.0], [-1.75, -0.5]),
    (lambda x: (x * 3) / (x - 1), [3.0, -1.0], [-0.75, -1.5]),
    (lambda x: x**3, [-2.0, 0.5], [12.0, 1.5]),
    (lambda x: x**0, [0.0, 3.0], [0.0, 0.0]),
    (lambda x: 2**x, [0.0, 3.0], [0.693147, 11.090355]),
    (lambda x: x**x, [1.0, 2.0], [1.0, 13.545177]),
    (lambda x: -x, [1.0, 2.0], [-1.0, -2.0]),
    (lambda x: x.exp(), [0.0, 1.0], [1.0, 5.436564]),
    (lambda x: x.log(), [2.0, 4.0], [0.5, 0.5]),
    (lambda x: x.sqrt(), [4.0, 16.0], [0.25, 0.25]),
    (lambda x: x.tanh(), [0.5, 1.0], [0.786448, 0.839949]),
    (lambda x: x.relu(), [-1.0, 0.0, 2.0], [0.0, 0.0, 3.0]),
    (lambda x: x.abs(), [-3.0, 0.0, 2.0], [-1.0, 0.0, 3.0]),
    (lambda x: x.mean() * 6, [1.0, 2.0, 4.0], [2.0, 2.0, 2.0]),
    (lambda x: x.view(2, 2).sum(1), [1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 2.0, 2.0]),
    (lambda x: x.reshape(2, 2).mean(0, keepdim=True), [1.0, 2.0, 3.0, 4.0], [0.5, 1.0, 0.5, 1.0]),
    (lambda x: x.view(2, 3).t(), [0.0] * 6, [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]),
    (lambda x: x.view(2, 3).transpose(0, -1), [0.0] * 6, [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]),
    (lambda x: x[[0, 2, 0]], [1.0, 2.0, 3.0], [4.0, 0.0, 2.0]),
    (lambda x: x[1:] + x[-1], [1.0, 2.0, 3.0], [0.0, 1.0, 5.0]),
    (lambda x: x[x > 1], [1.0, 2.0, 3.0], [0.0, 1.0, 2.0]),
    (lambda x: x.clone(), [1.0, 2.0], [1.0, 2.0]),
]


@pytest.mark.parametrize(("function", "values", "expected"), OPERATIONS)
def test_derivative(function: Function, values: list[float], expected: list[float]) -> None:
    """Every operation pulls a non-uniform cotangent back as PyTorch's does."""
    assert gradient(function, *values) == pytest.approx(expected, abs=2e-5)


def test_matmul_in_every_rank() -> None:
    """Vectors, matrices and batches multiply, and batches are summed in the gradient."""
    a = model.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]], requires_grad=True)
    v, b = leaf(1.0, 2.0, 4.0), model.ones(5, 2, 3, requires_grad=True)
    (a @ v).backward(model.tensor([1.0, 10.0]))
    assert grad(v) == [30.0, 41.0, 52.0]
    assert grad(a) == [[1.0, 2.0, 4.0], [10.0, 20.0, 40.0]]
    (v @ v).backward()
    assert grad(v) == [32.0, 45.0, 60.0]
    (b @ a.detach().t()).sum().backward()
    assert grad(b)[4] == [[3.0, 5.0, 7.0], [3.0, 5.0, 7.0]]


def test_broadcasting_is_undone() -> None:
    """Every operand's gradient is summed to the operand's own shape."""
    a = model.ones(2, 1, 3, requires_grad=True)
    b, c = model.tensor([[2.0], [5.0]], requires_grad=True), model.tensor(3.0, requires_grad=True)
    (a * b * c).sum().backward()
    assert grad(a) == [[[21.0] * 3], [[21.0] * 3]]
    assert grad(b) == [[18.0], [18.0]]
    assert grad(c) == 42.0


def test_dtypes() -> None:
    """Python's floats are float32, numbers give way, and gradients keep dtypes."""
    x = leaf(1.0, 2.0)
    y = model.tensor([1.0, 2.0], dtype=model.float64, requires_grad=True)
    (x * y).sum().backward()
    assert x.grad is not None
    assert y.grad is not None
    dtypes = [x.grad.dtype, y.grad.dtype, (x * y).dtype]
    assert dtypes == [model.float32, model.float64, model.float64]
    whole = model.tensor([1, 2])
    dtypes = [whole.dtype, (whole * 1.5).dtype, (whole / 2).dtype]
    assert dtypes == [model.int64, model.float32, model.float32]
    assert (x * 2).dtype == np.float32


def test_ndarray_on_either_side() -> None:
    """An array of NumPy on the left of an operator doesn't take the operation over."""
    x, array = leaf(1.0, 2.0), np.array([3.0, 4.0], dtype=np.float32)
    out = array * x + x * array
    assert isinstance(out, Tensor)
    out.sum().backward()
    assert grad(x) == [6.0, 8.0]


def test_reused_tensors_sum_their_paths() -> None:
    """What is used several times gets the sum over its uses."""
    x = leaf(2.0)
    (x * x * x + x).backward()
    assert grad(x) == [13.0]


def test_implicit_gradient() -> None:
    """One element of any rank starts from 1; several elements need a gradient."""
    for shape in ((), (1,), (1, 1, 1)):
        x = model.full(shape, 4.0, requires_grad=True)
        (x * x).backward()
        assert np.all(np.asarray(grad(x)) == 8.0)
    x = leaf(0.5, 1.5)
    with pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar"):
        (x * 2).backward()
    assert x.grad is None


@pytest.mark.parametrize("shape", [(3,), (3, 2), (6,), (1, 2, 3), ()])
def test_gradient_argument_has_the_outputs_shape(shape: tuple[int, ...]) -> None:
    """A gradient of another shape is refused, even where it could be broadcast."""
    with pytest.raises(RuntimeError, match="Mismatch in shape"):
        (model.ones(2, 3, requires_grad=True) * 4).backward(model.ones(shape))


def test_gradient_argument_is_a_tensor() -> None:
    """A Python number is no gradient."""
    with pytest.raises(TypeError):
        (leaf(1.0) * 2).backward(2.0)  # type: ignore[arg-type]


def test_backward_of_a_constant() -> None:
    """Backward from something untracked raises."""
    with pytest.raises(RuntimeError, match="does not require grad and does not have a grad_fn"):
        (model.ones(1) * 2).backward()


def test_backward_from_a_leaf() -> None:
    """A leaf may be the root itself."""
    x = leaf(2.0)
    x.backward()
    x.backward(model.tensor([5.0]))
    assert grad(x) == [6.0]


def test_accumulation_is_in_place() -> None:
    """A second backward adds to the very same .grad; zeroing it in place starts anew."""
    x = leaf(1.0, 2.0)
    (x * 3).sum().backward()
    first = x.grad
    (x * 10).sum().backward()
    assert x.grad is first
    assert grad(x) == [13.0, 13.0]
    first_zeroed = first.zero_() if first is not None else None
    (x * 5).sum().backward()
    assert x.grad is first_zeroed
    assert grad(x) == [5.0, 5.0]


def test_gradients_share_no_memory() -> None:
    """Changing one gradient changes neither another nor what the caller gave."""
    x, y, given = leaf(1.0), leaf(2.0), model.tensor([5.0])
    (x + y).backward(given)
    assert x.grad is not None
    x.grad.mul_(100)
    assert grad(y) == [5.0]
    assert given.tolist() == [5.0]
    given.zero_()
    assert grad(x) == [500.0]
    assert grad(y) == [5.0]


def test_cotangent_for_two_nodes_is_not_mutated() -> None:
    """A cotangent that goes two ways reaches both unharmed."""
    x = leaf(1.0)
    a, b = x * 2, x * 3
    ((a + b) + a * 1 + a).backward()
    assert grad(x) == [9.0]


def test_second_backward() -> None:
    """What saved values can't be walked twice unless it was retained the time before."""
    x = leaf(2.0, 6.0)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert grad(x) == [8.0, 24.0]
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        y.backward()
    assert grad(x) == [8.0, 24.0]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x + x,
        lambda x: 1 - x,
        lambda x: -x,
        lambda x: x.mean(0),
        lambda x: x.view(2, 1)[[0, 1]],
    ],
)
def test_second_backward_where_nothing_was_saved(function: Function) -> None:
    """Operations that save nothing can be walked again."""
    x = leaf(2.0, 6.0)
    y = function(x).sum()
    y.backward()
    once = grad(x)
    y.backward()
    assert grad(x) == [2 * value for value in once]


@pytest.mark.parametrize(
    "function",
    [lambda x: x * 2, lambda x: x / 2, lambda x: x**2, lambda x: x.exp(), lambda x: x @ x],
)
def test_second_backward_where_something_was_saved(function: Function) -> None:
    """Operations that save something can't."""
    y = function(leaf(2.0, 6.0)).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="a second time"):
        y.backward()


def test_only_the_walked_part_is_freed() -> None:
    """A shared part is freed by the first walk; other graphs over the same leaf live on."""
    x = leaf(2.0)
    shared, other = x * x, x**3
    (shared + 1).backward()
    with pytest.raises(RuntimeError, match="a second time"):
        (shared + 2).backward()
    other.backward()
    assert grad(x) == [16.0]
    assert shared.tolist() == [4.0]


def test_saved_values_are_guarded() -> None:
    """An in-place change of a saved value is found at backward, through detach() too."""
    for change in (
        lambda t: t.add_(1),
        lambda t: t.detach().zero_(),
        lambda t: t.detach()[:1].mul_(2),
    ):
        mid = leaf(1.0, 2.0) * 3
        out = (mid * mid).sum()
        change(mid)
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            out.backward()


def test_only_what_is_needed_is_saved() -> None:
    """Multiplying by a constant saves the constant and not the other operand."""
    x, constant = leaf(2.0), model.tensor([5.0])
    mid = x * 1
    out = mid * constant
    mid.add_(1)
    out.backward()
    assert grad(x) == [5.0]
    out = x * constant
    constant.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.backward()


def test_results_are_saved_where_the_rule_needs_them() -> None:
    """The rule of exp saves its result, so that its input may change and its result may not."""
    x = leaf(0.0)
    mid = x * 1
    out = mid.exp()
    mid.add_(7)
    out.backward()
    assert grad(x) == [1.0]
    out = x.exp()
    out.detach().add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.backward()
