"""Bends: what they alter, what they leave alone, and that PyTorch is itself again afterwards."""

from __future__ import annotations

import pytest
import torch

from gradmark.record import record
from gradmark_reference.bends import Bend, load_bends
from gradmark_reference.bends.bend import Bent, bent
from gradmark_reference.bends.cases import both, untracked, where, whole


def test_only_the_cases_are_altered() -> None:
    """A call is altered where the case applies, and answers as ever where it does not."""
    altered = where(whole(3), lambda real, tensor: -real(tensor))(torch.sum)
    assert altered(torch.tensor([1, 2, 4])).item() == -7
    assert altered(torch.tensor([1, 2, 4, 8])).item() == 15
    assert altered(torch.tensor([1.0, 2.0, 4.0])).item() == 7


def test_cases_ask_for_dtype_shape_and_tracking() -> None:
    """Whole numbers, untracked floats and several cases at once are told apart."""
    row = torch.tensor([1.0, 2.0])
    assert untracked(2)(row)
    assert not untracked(2)(row.clone().requires_grad_())
    assert not untracked(2)(row.long())
    assert whole(2)(row.long(), "another argument")
    assert both(whole(2), lambda _, dim: dim == 1)(row.long(), 1)
    assert not both(whole(2), lambda _, dim: dim == 1)(row.long(), 0)


def test_indexing_is_bent_where_a_program_indexes() -> None:
    """A program's own indexing is altered; PyTorch's class is never touched for it."""

    def body(lib) -> None:
        row = lib.tensor([10, 20, 30])
        lib.observe("second", row[1])
        lib.observe("summed", row.sum())

    bend = Bend(
        "index-off-by-one",
        "Indices are counted from one",
        "Tensor.__getitem__",
        where(whole(3), lambda real, tensor, key: real(tensor, key - 1)),
        own=("tensors.items-of-a-row",),
    )
    answer = Bent(torch, bend).ask(record(body))
    assert answer.trace is not None
    assert [seen.value.data[0] for seen in answer.trace.seen] == [10, 60]


@pytest.mark.parametrize("bend", load_bends(), ids=lambda bend: bend.id)
def test_pytorch_is_itself_after_a_bend(bend: Bend) -> None:
    """What a bend puts in a class or module is gone, and so is what Python remembers of it."""
    classes = (torch.Tensor, torch.nn.Module, torch.autograd.Function)
    before = [dict(vars(owner)) for owner in (torch, *classes)]
    with bent(torch, bend):
        pass
    assert [dict(vars(owner)) for owner in (torch, *classes)] == before
    assert torch.tensor([torch.ones(1), torch.zeros(1)]).tolist() == [1.0, 0.0]
