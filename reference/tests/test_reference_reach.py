"""A mutant or bend is asked only what its bug can change, and nothing is lost by that."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from gradmark.behaviour import load_spec
from gradmark.session import Session
from gradmark_reference.bends import load_bends
from gradmark_reference.bends.bend import Bent
from gradmark_reference.live import Live
from gradmark_reference.mutants import Edit, Mutant, build
from gradmark_reference.mutants.matrix import Stored, run_bend
from gradmark_reference.mutants.reach import Reached, altered

SPEC = load_spec()


def edited(tmp_path: Path, file: str, old: str, new: str) -> Path:
    return build(
        Mutant("edited-here", "One edit for a test", (Edit(file, old, new),), ()), tmp_path
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "names"),
    [
        ("tensor.py", "lambda g: -g)\n    __mul__", "lambda g: g)\n    __mul__", {"<lambda>"}),
        ("autograd.py", "cotangents.pop(target)", "cotangents[target]", {"walk"}),
        ("tensor.py", "return self._array.tolist()", "return list(self._array)", {"tolist"}),
    ],
)
def test_a_bug_inside_a_function_is_found(tmp_path, file, old, new, names):
    """The functions that differ are named, and no others that moved to another line."""
    places = altered(edited(tmp_path, file, old, new))
    assert places is not None
    assert {(where, name) for where, _, name in places} == {(file, name) for name in names}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (
            "tensor.py",
            '__neg__ = operation("Neg", np.negative',
            '__neg__ = operation("Neg", np.abs',
        ),
        ("tensor.py", "def detach(self)", "def detach(self, other=None)"),
        ("tensor.py", "lambda g, b: g * b,", "lambda g, a: g * a,"),
        ("autograd.py", "    count = 0\n", "    count = 1\n"),
    ],
)
def test_what_shows_without_a_call_shows_everywhere(tmp_path, file, old, new):
    """A class made otherwise, or a function that is called otherwise, leaves no program out."""
    assert altered(edited(tmp_path, file, old, new)) is None


def test_programs_reach_what_they_run():
    """A product reaches the walk back and no reduction; nobody is left out without proof."""
    reached = Reached(Stored)
    program = SPEC.get("operators.mul-grad").program()
    places = reached._of(program)
    assert {"backward", "walk", "pull"} <= {name for _, _, name in places}
    assert "mean" not in {name for _, _, name in places}
    assert reached.untouched([program], frozenset(places)) == set()
    assert reached.untouched([program], frozenset({("tensor.py", 1, "mean")})) == {program.key}
    assert reached.untouched([program], None) == set()


@pytest.mark.parametrize("bend", load_bends()[::60], ids=lambda bend: bend.id)
def test_what_a_bend_is_not_asked_it_answers_rightly(bend):
    """The whole spec on the bent PyTorch gives the verdicts of the part that it touches."""
    live = Live()
    part = {v.id: v.outcome for v in run_bend(bend, SPEC, live).verdicts}
    whole = Session(SPEC, Bent(torch, bend), live, repeats=0).run()
    assert {v.id: v.outcome for v in whole} == part
