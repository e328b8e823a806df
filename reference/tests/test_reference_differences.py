"""An engine that measures its slopes instead of working them out is found out."""

from __future__ import annotations

from pathlib import Path

from gradmark.behaviour import load_spec
from gradmark.session import Session
from gradmark.verdict import Outcome
from gradmark_backends.backend import open_backend
from gradmark_backends.resolve import resolve
from gradmark_reference.live import Live

MEASURED = """\
class Value:
    def __init__(self, data, rule=None, parents=()):
        self.data, self.grad = float(data), 0.0
        self.rule, self.parents = rule, parents

    def made(self, rule, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(rule(self.data, other.data), rule, (self, other))

    def __add__(self, other):
        return self.made(lambda a, b: a + b, other)

    def __mul__(self, other):
        return self.made(lambda a, b: a * b, other)

    __radd__, __rmul__ = __add__, __mul__

    def at(self, leaf, by):
        if self is leaf:
            return self.data + by
        return self.rule(*(p.at(leaf, by) for p in self.parents)) if self.rule else self.data

    def leaves(self):
        return {self} if not self.rule else {v for p in self.parents for v in p.leaves()}

    def backward(self):
        for leaf in self.leaves():
            step = 1e-5 * max(1.0, abs(leaf.data))
            leaf.grad += (self.at(leaf, step) - self.at(leaf, -step)) / (2 * step)
"""


def test_measured_slopes_fail_beside_a_large_number(tmp_path: Path) -> None:
    """Differences pass where all numbers are of one size, and a must that is no detail fails."""
    (tmp_path / "measured.py").write_text(MEASURED, encoding="utf-8")
    asked = ["backward.chain-rule", "backward.exact-beside-a-large-number"]
    spec = load_spec().select([*asked, "operators.mul-grad", "operators.add-grad"])
    with open_backend(resolve("measured", rootdir=tmp_path, invocation_dir=tmp_path)) as backend:
        outcomes = {v.id: v.outcome for v in Session(spec, backend, Live()).run()}
    failed = [name for name, outcome in outcomes.items() if outcome is Outcome.FAIL]
    assert failed == ["backward.exact-beside-a-large-number"]
    assert outcomes["backward.chain-rule"] is Outcome.PASS
