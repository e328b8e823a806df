"""The model in place, in its modes and over time; the numbers here are PyTorch's own."""

from __future__ import annotations

import gc
import importlib
import shutil
import sys
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
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


def test_data_goes_unseen() -> None:
    """.data shares memory, is untracked, and its changes of saved values are not noticed."""
    x = model.ones(1, requires_grad=True)
    twice, square = 2 * x, x * x
    x.data *= 100
    assert x.tolist() == [100.0]
    assert x.is_leaf
    assert not x.data.requires_grad
    twice.backward()
    assert grad(x) == [2.0]
    square.backward()
    assert grad(x) == [202.0]
    square = x * x
    x.data = model.tensor([7.0])
    square.backward()
    assert grad(x) == [216.0]
    assert x.tolist() == [7.0]
    assert x._counter.count == 0


def test_detach() -> None:
    """detach() cuts history, shares memory, and may start a branch of its own."""
    x = leaf(2.0, 5.0)
    cut = x.detach()
    assert cut is not x
    assert np.shares_memory(cut.numpy(), x.detach().numpy())
    assert cut.grad_fn is None
    (x * cut).sum().backward()
    assert grad(x) == [2.0, 5.0]
    cut[0] = -1.0
    assert x.tolist() == [-1.0, 5.0]
    branch = x.detach().requires_grad_()
    (branch * 4).sum().backward()
    assert grad(branch) == [4.0, 4.0]
    assert grad(x) == [2.0, 5.0]


def test_version_is_shared() -> None:
    """A view and a detached tensor count changes together with their base; .data doesn't."""
    x = model.ones(3)
    view, cut = x[1:], x.detach()
    x.add_(1)
    view.mul_(2)
    cut.sub_(1)
    assert [t._counter.count for t in (x, view, cut, x.data)] == [3, 3, 3, 0]
    assert x.tolist() == [1.0, 3.0, 3.0]


def test_in_place_on_a_leaf() -> None:
    """A leaf that requires grad is changed under no_grad alone; a refusal changes nothing."""
    x = leaf(1.0, 2.0)
    for change in (lambda: x.add_(1), lambda: x.__setitem__(0, 9.0), lambda: x.__imul__(2)):
        with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
            change()
    assert x.tolist() == [1.0, 2.0]
    assert x._counter.count == 0
    held = x
    with model.no_grad():
        x -= model.ones(2)
        x[0] += 5
    assert held is x
    assert x.tolist() == [5.0, 1.0]
    assert x.is_leaf
    assert x.requires_grad


def test_in_place_is_recorded() -> None:
    """In-place changes of a result, and of a constant by something tracked, are differentiated."""
    x, w = leaf(1.0, 2.0, 3.0), leaf(10.0)
    y = x * 3
    same = y
    y.mul_(2)
    y += 5
    y[1] = w[0]
    buffer = model.zeros(3)
    buffer[2] = w[0] * 4
    (y * buffer + y).sum().backward()
    assert same is y
    assert y.tolist() == [11.0, 10.0, 23.0]
    assert not buffer.is_leaf
    assert grad(x) == [6.0, 0.0, 246.0]
    assert grad(w) == [93.0]


def test_overwriting_cuts_gradients() -> None:
    """What was filled or copied over gets zero; the source of a copy gets the gradient."""
    x, source = leaf(1.0), leaf(9.0)
    (x * 2).fill_(5.0).backward()
    (x * 2).zero_().backward()
    (x * 2).copy_(source).backward()
    assert grad(x) == [0.0]
    assert grad(source) == [1.0]


def test_in_place_refusals() -> None:
    """In place, neither shape nor kind of dtype may change."""
    for change in (
        lambda: model.ones(1).add_(model.ones(3)),
        lambda: model.tensor([1]).add_(1.5),
    ):
        with pytest.raises(RuntimeError):
            change()


def test_views_never_give_a_wrong_number() -> None:
    """Changing a tracked view, or using one whose base was changed, is refused aloud."""
    y = leaf(1.0, 2.0) * 1
    view = y[:1]
    with pytest.raises(RuntimeError, match="change its base instead"):
        view.mul_(2)
    y.mul_(2)
    for use in (lambda: view * 1, view.backward):
        with pytest.raises(RuntimeError, match="take the view again"):
            use()


def test_no_grad_in_every_form() -> None:
    """no_grad works as a block and as a decorator, nests, and restores after exceptions."""

    @model.no_grad
    def plain() -> Any:
        return model.is_grad_enabled()

    @model.no_grad()
    def called() -> Any:
        return model.is_grad_enabled()

    assert not plain()
    assert not called()
    assert plain.__name__ == "plain"
    with model.no_grad():
        with model.no_grad():
            assert not (leaf(1.0) * 2).requires_grad
        assert not model.is_grad_enabled()
        with model.enable_grad():
            assert (leaf(1.0) * 2).requires_grad
        assert not model.is_grad_enabled()
    with pytest.raises(KeyError), model.no_grad(), model.enable_grad():
        raise KeyError
    assert (leaf(1.0) * 2).requires_grad


def test_set_grad_enabled() -> None:
    """set_grad_enabled acts at once, restores as a block, and leaves the mode when decorating."""
    with model.set_grad_enabled(False):
        assert not model.is_grad_enabled()
    assert model.is_grad_enabled()

    @model.set_grad_enabled(False)
    def inside() -> bool:
        return model.is_grad_enabled()

    assert model.is_grad_enabled()
    assert not inside()
    model.set_grad_enabled(False)
    try:
        assert not (leaf(1.0) * 2).requires_grad
    finally:
        model.set_grad_enabled(True)


def test_grad_mode_is_each_threads_own() -> None:
    """A thread that is started inside no_grad records."""
    seen: list[bool] = []
    with model.no_grad():
        thread = threading.Thread(target=lambda: seen.append(model.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_untracked_branch_is_a_constant() -> None:
    """What was computed under no_grad counts as a constant; backward itself works there."""
    x = model.tensor(2.0, requires_grad=True)
    with model.no_grad():
        frozen = x**3
        born = model.ones(1, requires_grad=True)
    y = x * frozen * born
    with model.no_grad():
        y.backward()
    assert grad(x) == 8.0
    assert grad(born) == [16.0]


def test_hooks() -> None:
    """A hook sees the total once, may replace it, and hooks run in order."""
    x = leaf(3.0)
    h = x * 2
    seen: list[Any] = []
    h.register_hook(lambda g: seen.append(g.item()))
    h.register_hook(lambda g: g * 10)
    h.register_hook(lambda g: seen.append(g.item()))
    h.retain_grad()
    (h * 3 + h * 4).backward()
    assert seen == [7.0, 70.0]
    assert grad(h) == [70.0]
    assert grad(x) == [140.0]


def test_hook_refusals() -> None:
    """A hook needs a tensor that requires grad, and must return a tensor of the same shape."""
    with pytest.raises(RuntimeError):
        model.ones(1).register_hook(print)
    x = leaf(1.0)
    x.register_hook(lambda _: model.ones(3))
    with pytest.raises(RuntimeError, match="changed the size"):
        (x * 2).backward()


def test_hooks_and_retained_grads_across_in_place() -> None:
    """A hook stays with the value that it was put on; a retained .grad is the newest value's."""
    x = leaf(3.0)
    h = x * 2
    seen: list[Any] = []
    h.register_hook(lambda g: seen.append(("old", g.item())))
    h.retain_grad()
    h.mul_(3)
    h.register_hook(lambda g: seen.append(("new", g.item())))
    (h * 5).backward()
    assert seen == [("new", 5.0), ("old", 15.0)]
    assert grad(h) == [5.0]


def test_a_dropped_graph_dies_at_once() -> None:
    """No reference cycle keeps a graph alive, whatever was done with its tensors."""
    gc.disable()
    try:
        x = leaf(1.0, 2.0)
        h = x.exp() * 2
        h.retain_grad()
        h.register_hook(lambda g: g * 2)
        h.add_(1)
        h[0] = x.sum()
        y = (h[1:].tanh() * h.mean()).sum()
        y.backward()
        alive = [weakref.ref(tensor) for tensor in (h, y)]
        del h, y
        assert [reference() for reference in alive] == [None, None]
    finally:
        gc.enable()


def test_backward_frees_saved_values() -> None:
    """What was saved for backward is gone after it, while the output still lives."""
    h = leaf(1.0, 2.0).exp()
    y = (h * h).sum()
    memory = weakref.ref(h._array)
    del h
    assert memory() is not None
    y.backward()
    assert memory() is None


def test_deep_and_shared_graphs() -> None:
    """A chain of 20,000 steps and a ladder of 60 diamonds are walked, and dropped, in no time."""
    began = time.perf_counter()
    x = model.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(20_000):
        y = y * 1.0
    for _ in range(60):
        y = y + y
    y.backward()
    assert grad(x) == 2.0**60
    del y
    y = x
    for _ in range(20_000):
        y = y * 1.0
    del y
    assert time.perf_counter() - began < 30


def test_training_reaches_least_squares() -> None:
    """Gradient descent with zeroed gradients converges to the closed solution."""
    steps = model.tensor([0.0, 1.0, 2.0, 3.0, 4.0])
    goal = model.tensor([0.3, 2.1, 4.4, 6.2, 8.3])
    slope = model.tensor(0.0, requires_grad=True)
    for _ in range(60):
        if slope.grad is not None:
            slope.grad.zero_()
        ((steps * slope - goal) ** 2).mean().backward()
        assert slope.grad is not None
        with model.no_grad():
            slope -= 0.05 * slope.grad
    assert slope.item() == pytest.approx(62.7 / 30, abs=1e-4)


def test_factories() -> None:
    """Factories make leaves of PyTorch's shapes and dtypes."""
    assert model.zeros((2, 1)).tolist() == [[0.0], [0.0]]
    assert model.ones(()).shape == ()
    assert model.full((2,), 3).dtype == np.int64
    assert model.full((2,), 3.0).dtype == np.float32
    assert model.ones_like(leaf(5.0)).is_leaf
    assert model.zeros_like(model.ones(1, dtype=model.float64)).dtype == np.float64


@pytest.mark.parametrize(
    ("tensor", "expected"),
    [
        (model.tensor([8.0, -0.5]), "tensor([8.0, -0.5])"),
        (leaf(2.0), "tensor([2.0], requires_grad=True)"),
        (leaf(2.0) * 1, "tensor([2.0], grad_fn=<MulBackward0>)"),
    ],
)
def test_repr(tensor: Tensor, expected: str) -> None:
    """A tensor prints its values and its part in the graph."""
    assert repr(tensor) == expected


def test_refusals() -> None:
    """What doesn't fit is refused."""
    refused: list[tuple[Callable[[], object], type[Exception]]] = [
        (lambda: model.ones(2) + model.ones(3), RuntimeError),
        (lambda: model.ones(2, 3) @ model.ones(2, 3), RuntimeError),
        (lambda: model.ones(2, 3).reshape(4), ValueError),
        (lambda: model.ones(2).sum(1), IndexError),
        (lambda: model.ones(2)[5], IndexError),
        (lambda: bool(model.ones(2)), RuntimeError),
        (lambda: leaf(1.0).numpy(), RuntimeError),
        (lambda: model.tensor([1, 2]).mean(), RuntimeError),
        (lambda: model.ones(1) + None, TypeError),
    ]
    for call, error in refused:
        with pytest.raises(error):
            call()


def test_the_folder_works_under_another_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of the model's folder is an engine of its own."""
    assert model.__file__ is not None
    shutil.copytree(Path(model.__file__).parent, tmp_path / "specimen_engine")
    monkeypatch.syspath_prepend(tmp_path)
    copy = importlib.import_module("specimen_engine")
    try:
        x = copy.ones(2, requires_grad=True)
        (x * x).sum().backward()
        assert x.grad.tolist() == [2.0, 2.0]
        assert copy.Tensor is not model.Tensor
    finally:
        for name in [name for name in sys.modules if name.startswith("specimen_engine")]:
            del sys.modules[name]
