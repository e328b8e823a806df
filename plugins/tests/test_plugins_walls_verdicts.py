"""The real spec at every level: walls change no verdict."""

from pathlib import Path

import pytest

from gradmark.behaviour import load_spec
from gradmark.session import Session
from gradmark_backends.backend import open_backend
from gradmark_backends.graded import graded_plan
from gradmark_backends.reach import obstacle
from gradmark_backends.resolve import resolve
from gradmark_reference.recorded import open_reference

LEVELS = [level for level in (1, 2, 3) if not obstacle(level)]
MODEL = Path(__file__).parents[2] / "reference" / "gradmark_reference" / "model"
STEP = 40
"""Every so many behaviours are asked: all kinds of them, and not for long."""


def verdicts(plan, level):
    spec = load_spec()
    with open_backend(plan, isolation=level) as backend:
        session = Session(spec, backend, open_reference("recorded", 0))
        asked = [b.id for b in spec.profile("torch")][::STEP]
        found = [session.verdict(identity) for identity in asked]
        return [(v.id, v.outcome, v.detail.observed) for v in found]


@pytest.mark.parametrize("name", [str(MODEL), "torch", "micrograd"])
def test_walls_change_no_verdict(name, tmp_path):
    """An honest engine, PyTorch itself and a scalar engine, also with a list of packages."""
    pytest.importorskip("numpy" if name == str(MODEL) else name)
    plan = resolve(name, rootdir=tmp_path, invocation_dir=tmp_path)
    plain = verdicts(plan, 0)
    for level in LEVELS:
        assert verdicts(plan, level) == plain
    assert verdicts(graded_plan(plan, []), LEVELS[-1]) == plain
