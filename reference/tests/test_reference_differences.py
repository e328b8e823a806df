"""An engine that measures its slopes instead of working them out is found out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from gradmark.behaviour import load_spec
from gradmark.judge import judge
from gradmark.lower import replay_on
from gradmark.session import Session
from gradmark.verdict import Outcome
from gradmark_backends import Adapter
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


class Plain:
    """A number that remembers nothing; what is computed of it can only be measured."""

    def __init__(self, held: Any) -> None:
        self.held: Any = held.held if isinstance(held, Plain) else held

    def __add__(self, other: Any) -> Plain:
        return Plain(self.held + Plain(other).held)

    def __mul__(self, other: Any) -> Plain:
        return Plain(self.held * Plain(other).held)

    def exp(self) -> Plain:
        return Plain(math.exp(self.held))


class Differences(Adapter):
    """A transform that measures, as well as doubles allow, and can be transformed again."""

    delivery = "transform"
    nests = True
    types = ("Plain",)
    data = "held"

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        return Plain(self.number(data))

    def vjp(self, function: Callable[..., Any], leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
        assert seed is None
        return [self.slope(function, list(leaves), n) for n in range(len(leaves))]

    def slope(self, function: Callable[..., Any], leaves: list[Any], n: int) -> Plain:
        """A central difference."""
        ends = [function(*leaves[:n], leaves[n] + by, *leaves[n + 1 :]) for by in (STEP, -STEP)]
        return Plain((ends[0].held - ends[1].held) / (2 * STEP))


STEP = 2.0**-10


def test_differences_of_differences_fail_at_high_derivatives() -> None:
    """A second derivative can be measured; an eighth one beside a steep line can not."""
    spec = load_spec()
    adapter = Differences(SimpleNamespace(Plain=Plain))
    found = {}
    for name in ("backward.second-derivative", "backward.eighth-derivative"):
        program = spec.get(name).program()
        expected = Live().expected(program)
        found[name] = judge(program, expected, replay_on(program.steps, adapter)).outcome
    assert found == {
        "backward.second-derivative": Outcome.PASS,
        "backward.eighth-derivative": Outcome.FAIL,
    }
