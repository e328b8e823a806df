"""The bugs that engines of single numbers have, each put into a right one: the profile tells."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradmark.behaviour import load_spec
from gradmark.compare import Conventions
from gradmark.lower import replay_on
from gradmark.program import Program
from gradmark.session import Answer, BackendInfo, Session
from gradmark_backends.opening import open_plan
from gradmark_backends.resolve import resolve
from gradmark_reference.recorded import open_reference

RIGHT = (Path(__file__).parent / "corpus/value_right.py").read_text(encoding="utf-8")
SLOW = ("scale.", "backward.long-chain")
"""Chapters about size, which none of these is wrong about."""

TIMES = (
    "            self.grad += other.data * out.grad\n            other.grad += self.data * out.grad"
)
PLUS = "            self.grad += out.grad\n            other.grad += out.grad"
FORGETS = "            if v._prev:\n                v.grad = 0\n"
EQUAL = """    def __eq__(self, other):
        return self.data == getattr(other, "data", other)

    def __hash__(self):
        return hash(self.data)

"""
DIVIDES = """    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data / other.data, (self, other))

        def _backward():
            self.grad += out.grad / other.data
            other.grad += self.data / other.data**2 * out.grad

        out._backward = _backward
        return out"""
UNARY = """    def {name}(self):
        out = Value({value}, (self,))

        def _backward():
            self.grad += {slope}

        out._backward = _backward
        return out

    def backward(self):"""


def unary(name: str, value: str, slope: str) -> tuple[str, str]:
    return "    def backward(self):", UNARY.format(name=name, value=value, slope=slope)


BUGS = {
    "the product fills one factor": (TIMES, TIMES.partition("\n")[0], "operators.mul-grad"),
    "the sum hands on 1": (PLUS, PLUS.replace("out.grad", "1"), "operators.add-grad"),
    "shares are assigned": (TIMES, TIMES.replace("+=", "="), "accumulation.same-leaf-twice"),
    "the power forgets its exponent": (
        "other * self.data ** (other - 1)",
        "self.data ** (other - 1)",
        "operators.pow-grad",
    ),
    "the divisor lacks its minus": (
        "    def __truediv__(self, other):\n        return self * other**-1",
        DIVIDES,
        "operators.div-grad",
    ),
    "1 - x is x - 1": (
        "return (-self) + other",
        "return self + (-other)",
        "operators.number-minus-value",
    ),
    "1 / x is x / 1": (
        "return other * self**-1",
        "return self * other**-1",
        "operators.number-over-value",
    ),
    "minus forgets its graph": (
        "return self * -1",
        "return Value(-self.data)",
        "operators.neg-grad",
    ),
    "exp has another slope": (
        *unary("exp", "math.exp(self.data)", "self.data * out.grad"),
        "operations.exp",
    ),
    "log has another slope": (
        *unary("log", "math.log(self.data)", "out.grad / out.data"),
        "operations.log",
    ),
    "relu forgets what arrives": (
        *unary("relu", "max(0, self.data)", "1.0 if self.data > 0 else 0.0"),
        "operations.relu",
    ),
    "what lies inside is never cleared": (
        FORGETS,
        "            pass\n",
        "lifetime.never-a-wrong-number",
    ),
    "backward clears the leaves too": (
        FORGETS,
        "            v.grad = 0\n",
        "accumulation.second-graph-adds",
    ),
    "the leaves come first": (
        "        for v in reversed(topo):",
        "        for v in topo[-1:] + topo[:-1]:",
        "backward.chain-rule",
    ),
    "values of one size are one node": (
        "    def __neg__(self):",
        EQUAL + "    def __neg__(self):",
        "accumulation.same-leaf-twice",
    ),
    "detach differentiates": (
        "    def __neg__(self):",
        "    def detach(self):\n        return self\n\n    def __neg__(self):",
        "detach.blocks-the-gradient",
    ),
    "the start is not 1": ("self.grad += 1", "self.grad += 2", "gradient-argument.implicit-one"),
}


MOST = {
    "values of one size are one node": 20,
    "the leaves come first": 20,
    "shares are assigned": 6,
    "backward clears the leaves too": 5,
}
"""Bugs that show in many places at once."""


class Here:
    """An engine in this process."""

    def __init__(self, file: Path) -> None:
        place = file.parent
        self.adapter, said = open_plan(resolve(str(file), rootdir=place, invocation_dir=place))
        self.info = BackendInfo("here", conventions=Conventions(said.scalar_shape, said.dtype))

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:
        return Answer(replay_on(program.steps, self.adapter))

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def _untouched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    path = list(sys.path)
    yield
    sys.path[:] = path
    sys.modules.pop("engine_of_bugs", None)


def failed(source: str, place: Path) -> set[str]:
    file = place / "engine_of_bugs.py"
    file.write_text(source, encoding="utf-8")
    session = Session(load_spec(), Here(file), open_reference("recorded", 0))
    asked = [b.id for b in load_spec().profile("scalar") if not b.id.startswith(SLOW)]
    return {i for i in asked if session.verdict(i).outcome.value == "fail"}


def test_a_right_engine_fails_nothing(tmp_path: Path) -> None:
    """What a plain engine lacks is missing, and nothing of it is wrong."""
    assert failed(RIGHT, tmp_path) == set()


@pytest.mark.parametrize("name", BUGS)
def test_each_bug_is_told(name: str, tmp_path: Path) -> None:
    """The behaviour that owns a bug is among the few that fail."""
    old, new, owner = BUGS[name]
    assert RIGHT.count(old) == 1
    found = failed(RIGHT.replace(old, new), tmp_path)
    assert owner in found
    assert len(found) <= MOST.get(name, 3)
