"""The model's operations against PyTorch itself: values and gradients, in every layout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from gradmark_reference import model

# PyTorch warns of targets that are broadcast and of the variance of too few numbers.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

Call = Callable[..., Any]

ONE: dict[str, Call] = {
    "exp": lambda lib, x: lib.exp(x),
    "expm1": lambda lib, x: x.expm1(),
    "log": lambda lib, x: (x * x + 1).log(),
    "log1p": lambda lib, x: (x * x).log1p(),
    "sqrt": lambda lib, x: x.sqrt(),
    "rsqrt": lambda lib, x: x.rsqrt(),
    "reciprocal": lambda lib, x: x.reciprocal(),
    "square": lambda lib, x: x.square(),
    "sin": lambda lib, x: x.sin(),
    "cos": lambda lib, x: x.cos(),
    "tanh": lambda lib, x: lib.tanh(x),
    "sigmoid": lambda lib, x: (x * 60).sigmoid(),
    "abs": lambda lib, x: x.abs(),
    "relu": lambda lib, x: lib.nn.functional.relu(x),
    "softplus": lambda lib, x: lib.nn.functional.softplus(x * 15),
    "leaky_relu": lambda lib, x: lib.nn.functional.leaky_relu(x),
    "elu": lambda lib, x: lib.nn.functional.elu(x, 2.0),
    "silu": lambda lib, x: lib.nn.functional.silu(x),
    "logsigmoid": lambda lib, x: lib.nn.functional.logsigmoid(x * 60),
    "hardtanh": lambda lib, x: lib.nn.functional.hardtanh(x),
    "clamp": lambda lib, x: x.clamp(-1, 1),
    "clamp one side": lambda lib, x: x.clamp(min=0.5),
    "floor": lambda lib, x: x.floor() + x.ceil() * x + x.round() + x.sign(),
    "pow": lambda lib, x: x**3,
    "masked_fill": lambda lib, x: x.masked_fill(x > 0, 3.0),
    "where": lambda lib, x: lib.where(x > 0, 1.0, x * x),
    "maximum": lambda lib, x: lib.maximum(x, x * x),
    "minimum": lambda lib, x: lib.min(x, -x),
    "sum": lambda lib, x: x.sum(),
    "mean": lambda lib, x: x.mean(),
    "prod": lambda lib, x: x.prod(),
    "max": lambda lib, x: x.max() + x.min(),
    "var": lambda lib, x: x.var(),
    "std": lambda lib, x: x.std(correction=0),
    "norm": lambda lib, x: x.norm() + x.norm(1),
    "flatten": lambda lib, x: x.flatten(),
    "squeeze": lambda lib, x: x.squeeze(),
    "unsqueeze": lambda lib, x: x.unsqueeze(-1),
    "expand": lambda lib, x: x.expand(2, *x.shape),
    "repeat": lambda lib, x: x.repeat(2, 3, *[1] * (x.dim() - 1)),
    "mask": lambda lib, x: x[x > 0],
    "masked_select": lambda lib, x: x.masked_select(x > 0),
    "stack": lambda lib, x: lib.stack([x, x * x], -1),
}
ALONG: dict[str, Call] = {
    "sum": lambda lib, x, d, k: x.sum(d, keepdim=k),
    "mean": lambda lib, x, d, k: x.mean(d, keepdim=k),
    "prod": lambda lib, x, d, k: x.prod(d, keepdim=k),
    "amax": lambda lib, x, d, k: x.amax(d, keepdim=k),
    "amin": lambda lib, x, d, k: x.amin(d, keepdim=k),
    "max": lambda lib, x, d, k: x.max(d, keepdim=k)[0],
    "min": lambda lib, x, d, k: x.min(d, keepdim=k).values,
    "indices": lambda lib, x, d, k: x.max(d, keepdim=k).indices,
    "var": lambda lib, x, d, k: x.var(d, correction=0, keepdim=k),
    "std": lambda lib, x, d, k: x.std(d, keepdim=k),
    "logsumexp": lambda lib, x, d, k: x.logsumexp(d, keepdim=k),
    "norm": lambda lib, x, d, k: x.norm(dim=d, keepdim=k),
    "cumsum": lambda lib, x, d, k: x.cumsum(d),
    "cumprod": lambda lib, x, d, k: x.cumprod(d),
    "softmax": lambda lib, x, d, k: (x * 90).softmax(d),
    "log_softmax": lambda lib, x, d, k: lib.log_softmax(x * 20, d),
    "flip": lambda lib, x, d, k: x.flip(d),
    "roll": lambda lib, x, d, k: x.roll(2, d),
    "unbind": lambda lib, x, d, k: lib.stack([x.sum(d), *x.unbind(d)], 0),
    "chunk": lambda lib, x, d, k: lib.cat([c * i for i, c in enumerate(x.chunk(2, d))], d),
    "split": lambda lib, x, d, k: lib.cat([c * i for i, c in enumerate(x.split(2, d))], d),
    "narrow": lambda lib, x, d, k: x.narrow(d, 0, x.shape[d] // 2),
    "cat": lambda lib, x, d, k: lib.cat([x, x * x, x], d),
    "squeeze": lambda lib, x, d, k: x.squeeze(d),
    "unsqueeze": lambda lib, x, d, k: x.unsqueeze(d),
    "transpose": lambda lib, x, d, k: x.transpose(0, d),
    "flatten": lambda lib, x, d, k: x.flatten(d),
}
MATRIX: dict[str, Call] = {
    "t": lambda lib, x: x.t() * 2 + x.T,
    "tril": lambda lib, x: x.tril() + x.triu(1) * 3,
    "diagonal": lambda lib, x: x.diagonal(1),
    "mm": lambda lib, x: lib.mm(x, x.t()),
    "mv": lambda lib, x: x.mv(x[0]) + x[0].dot(x[1]),
    "outer": lambda lib, x: lib.outer(x[0], x[:, 1]),
    "cross": lambda lib, x: lib.linalg.cross(x, x.flip(0)),
    "linear": lambda lib, x: lib.nn.functional.linear(x, x, x[0]),
    "permute": lambda lib, x: x.permute(-1, 0),
    "roll": lambda lib, x: x.roll((1, -2), (0, 1)),
    "step": lambda lib, x: x[::2, None],
    "list": lambda lib, x: x[[0, 0]],
    "mixed": lambda lib, x: x[:, lib.tensor([0, 2, 0])],
    "pairs": lambda lib, x: x[lib.tensor([0, 1, 0]), lib.tensor([2, 0, 2])],
    "take": lambda lib, x: x.take(lib.tensor([5, 0, 5])),
    "gather": lambda lib, x: x.gather(1, lib.tensor([[0, 0], [2, 1]])),
    "index_select": lambda lib, x: x.index_select(1, lib.tensor([2, 0, 2, 1])),
    "two axes": lambda lib, x: x.var((0, 1)) + x.amax((0, 1)) + x.logsumexp((0, 1)),
    "cross_entropy": lambda lib, x: lib.nn.functional.cross_entropy(x, lib.tensor([2, -100, 0])),
    "nll_loss": lambda lib, x: lib.nn.functional.nll_loss(
        x, lib.tensor([2, -100, 0]), reduction="none"
    ),
}
TWO: dict[str, Call] = {
    "add": lambda lib, a, b: a + b,
    "sub": lambda lib, a, b: a - b,
    "mul": lambda lib, a, b: a * b,
    "div": lambda lib, a, b: a / b,
    "pow": lambda lib, a, b: a**b,
    "maximum": lambda lib, a, b: lib.maximum(a, b),
    "minimum": lambda lib, a, b: lib.minimum(a, b),
    "where": lambda lib, a, b: lib.where(a > b, a, b),
    "mse": lambda lib, a, b: lib.nn.functional.mse_loss(a, b),
    "l1": lambda lib, a, b: lib.nn.functional.l1_loss(a, b, reduction="sum"),
    "smooth": lambda lib, a, b: lib.nn.functional.smooth_l1_loss(a * 3, b, reduction="none"),
}
SHAPES = [(), (1,), (4,), (0,), (2, 3), (0, 3), (1, 3, 1), (2, 3, 4), (2, 0, 3)]
PAIRS = [
    ((), (2, 3)), ((3,), (2, 3)), ((2, 3), (2, 3)), ((2, 1), (1, 3)), ((2, 1, 3), (4, 1)),
    ((0, 3), (3,)), ((0, 3), (0, 1)),
]  # fmt: skip
FACTORS = [
    ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((2, 2, 3), (2, 3, 2)),
    ((2, 2, 3), (3, 2)), ((2, 3), (2, 3, 2)), ((2, 1, 2, 3), (3, 3, 2)), ((2, 2, 3), (3,)),
    ((3,), (2, 3, 2)), ((2, 0), (0, 3)), ((0,), (0,)), ((0, 2, 3), (0, 3, 2)), ((3,), (3, 0)),
]  # fmt: skip


def answer(lib: Any, call: Call, arrays: list[Any], *, turned: bool) -> list[Any]:
    """Return a result's array and the gradients of its leaves, or the refusal's place."""
    leaves = [lib.tensor(array, requires_grad=True) for array in arrays]
    views = [x.t() if turned and x.dim() == 2 else x for x in leaves]
    try:
        out = call(lib, *views)
    except (RuntimeError, IndexError, ValueError):
        return ["refused"]
    if out.requires_grad:
        count = np.arange(out.numel()) * 1.7 + 0.3
        weights = np.cos(count).reshape(tuple(out.shape))
        out.backward(lib.tensor(weights.astype(arrays[0].dtype)))
    return [out.detach().numpy(), *(x.grad.numpy() if x.grad is not None else None for x in leaves)]


def agree(call: Call, *shapes: tuple[int, ...], turned: bool = False) -> None:
    """Compare the model with PyTorch, in both precisions, drawn freely and with ties and zeros."""
    random = np.random.default_rng(0)
    for dtype, tolerance in ((np.float32, 2e-5), (np.float64, 1e-9)):
        for draw in (random.normal, lambda size: random.integers(-1, 2, size=size)):
            arrays = [np.asarray(draw(size=shape)).astype(dtype) for shape in shapes]
            expected = answer(torch, call, arrays, turned=turned)
            found = answer(model, call, arrays, turned=turned)
            assert len(found) == len(expected)
            for want, got in zip(expected, found, strict=True):
                if not isinstance(want, np.ndarray):
                    assert got is None or got == want
                    continue
                assert (got.shape, got.dtype) == (want.shape, want.dtype)
                assert np.allclose(got, want, rtol=tolerance, atol=tolerance, equal_nan=True)


@pytest.mark.parametrize("name", ONE)
def test_operation_of_one_operand(name: str) -> None:
    """Every function gives PyTorch's values and gradients in every shape, empty ones too."""
    for shape in SHAPES:
        agree(ONE[name], shape)
    agree(ONE[name], (2, 3), turned=True)


@pytest.mark.parametrize("name", ALONG)
def test_operation_along_an_axis(name: str) -> None:
    """Every axis can be meant, counted from either end, and kept or not."""
    for shape in SHAPES[1:]:
        for dim in range(-len(shape), len(shape)):
            for kept in (False, True):
                agree(lambda lib, x, d=dim, k=kept: ALONG[name](lib, x, d, k), shape)
    agree(lambda lib, x: ALONG[name](lib, x, 0, False), (2, 3), turned=True)


@pytest.mark.parametrize("name", MATRIX)
def test_operation_of_a_matrix(name: str) -> None:
    """What is about matrices agrees with PyTorch, turned round as well."""
    for shape in ((3, 3), (2, 3), (3, 4)):
        agree(MATRIX[name], shape)
    agree(MATRIX[name], (3, 3), turned=True)


@pytest.mark.parametrize("name", TWO)
def test_operation_of_two_operands(name: str) -> None:
    """Both operands are given their gradients, however they are broadcast."""
    for one, other in PAIRS:
        agree(TWO[name], one, other)


@pytest.mark.parametrize(("one", "other"), FACTORS)
def test_product_in_every_rank(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    """Vectors, matrices, batches and empty ones multiply as PyTorch's do."""
    agree(lambda lib, a, b: a @ b, one, other)


def test_binary_cross_entropies() -> None:
    """Both forms agree with PyTorch, far out too, and refuse a target of another shape."""
    for shape in ((), (3,), (2, 3), (0, 3)):
        for reduction in ("mean", "sum", "none"):
            agree(
                lambda lib, a, b, r=reduction: lib.nn.functional.binary_cross_entropy(
                    a.sigmoid(), b.sigmoid(), reduction=r
                ),
                shape,
                shape,
            )
            agree(
                lambda lib, a, b, r=reduction: lib.nn.functional.binary_cross_entropy_with_logits(
                    a * 60, b.sigmoid(), reduction=r
                ),
                shape,
                shape,
            )
    with pytest.raises(ValueError, match="target"):
        model.nn.functional.binary_cross_entropy(model.ones(2), model.ones(3))


def test_named_products_refuse_other_ranks() -> None:
    """Each of them takes vectors, matrices or batches, and nothing else."""
    for name in ("mm", "mv", "dot", "bmm", "outer"):
        with pytest.raises(RuntimeError, match=name):
            getattr(model, name)(model.ones(1, 1, 1), model.ones(1))


def test_extremes_by_name_and_by_place() -> None:
    """What max along an axis returns has names and can be unpacked."""
    x = model.tensor([[1.0, 3.0, 2.0], [5.0, 4.0, 5.0]], requires_grad=True)
    extremes: Any = x.max(1)
    values, indices = extremes
    assert values is extremes.values
    assert indices is extremes.indices
    assert (values.tolist(), indices.tolist()) == ([3.0, 5.0], [1, 0])
    values.backward(model.tensor([2.0, 7.0]))
    assert x.grad is not None
    assert x.grad.tolist() == [[0.0, 2.0, 0.0], [7.0, 0.0, 0.0]]
