"""What an engine lacks is missing by its name, whatever else is wrong with the engine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradmark.behaviour import load_spec
from gradmark.lower import replay_on
from gradmark.program import Program
from gradmark.session import Answer, BackendInfo, Session
from gradmark_backends.opening import open_plan
from gradmark_backends.resolve import resolve
from gradmark_reference.recorded import open_reference

RIGHT = (Path(__file__).parent / "corpus/value_right.py").read_text(encoding="utf-8")
LIFTED = "        other = other if isinstance(other, Value) else Value(other)\n"
PRODUCT = "            other.grad += self.data * out.grad\n"
RETURNED = "        out._backward = _backward\n        return out\n\n    def __pow__"
NO_VALUE = RETURNED.replace("return out", "out = None")
NO_GRAPH = RETURNED.replace("return out", "return out.data")
TANH = "    def tanh(self):"

ENGINES: dict[str, tuple[list[tuple[str, str]], dict[str, str]]] = {
    "right": (
        [],
        {
            "operations.exp": "missing",
            "grad-mode.constant-branch": "missing",
            "grad-mode.values-are-computed": "blocked by grad-mode.constant-branch",
            "detach.original-keeps-its-graph": "missing",
        },
    ),
    "the product is wrong": (
        [(PRODUCT, "")],
        {
            "operators.mul-grad": "fail",
            "operations.exp": "missing",
            "operations.log": "missing",
            "operations.tanh": "blocked by operators.mul-grad",
            "grad-mode.constant-branch": "blocked by operators.mul-grad",
            "grad-mode.values-are-computed": "missing",
            "detach.original-keeps-its-graph": "missing",
            "accumulation.same-leaf-twice": "blocked by operators.mul-grad",
        },
    ),
    "numbers are no operands": (
        [(LIFTED, "")],
        {
            "operators.number-on-the-right": "error",
            "operations.exp": "missing",
            "operations.tanh": "blocked by operators.number-on-the-right",
            "detach.original-keeps-its-graph": "missing",
        },
    ),
    "no difference": (
        [("__sub__", "minus"), ("__rsub__", "from_number")],
        {
            "operators.number-on-the-right": "missing",
            "operators.number-minus-value": "blocked by operators.number-on-the-right",
            "operations.exp": "missing",
            "operations.tanh": "pass",
        },
    ),
    "no number is subtracted from": (
        [("__rsub__", "from_number")],
        {
            "operators.number-on-the-right": "pass",
            "operators.number-minus-value": "missing",
            "operators.number-over-value": "pass",
        },
    ),
    "the product gives nothing back": (
        [(RETURNED, NO_VALUE)],
        {
            "operators.mul-grad": "fail",
            "operators.number-on-the-right": "blocked by operators.mul-grad",
            "operations.exp": "missing",
            "operations.tanh": "blocked by operators.mul-grad",
            "accumulation.same-leaf-twice": "blocked by operators.mul-grad",
        },
    ),
    "the product gives a plain number back": (
        [(RETURNED, NO_GRAPH)],
        {
            "operators.mul-grad": "missing",
            "accumulation.same-leaf-twice": "blocked by operators.mul-grad",
            "operations.tanh": "blocked by operators.mul-grad",
        },
    ),
    "an exercise is left out": (
        [(PRODUCT, ""), (TANH, f"{TANH}\n        raise NotImplementedError")],
        {"operators.mul-grad": "fail", "operations.tanh": "missing"},
    ),
}


class Here:
    """An engine in this process."""

    info = BackendInfo("here")

    def __init__(self, file: Path) -> None:
        place = file.parent
        self.adapter, _ = open_plan(resolve(str(file), rootdir=place, invocation_dir=place))

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
    sys.modules.pop("engine_of_gaps", None)


@pytest.mark.parametrize("name", ENGINES)
def test_what_is_absent_is_missing_whatever_is_wrong(name: str, tmp_path: Path) -> None:
    """An absent name waits only for who lacks the same; what is made wrongly, for its maker."""
    edits, wanted = ENGINES[name]
    source = RIGHT
    for old, new in edits:
        assert old in source
        source = source.replace(old, new)
    file = tmp_path / "engine_of_gaps.py"
    file.write_text(source, encoding="utf-8")
    session = Session(load_spec(), Here(file), open_reference("recorded", 0))
    found = {}
    for identity in wanted:
        verdict = session.verdict(identity)
        root = f" by {verdict.root}" if verdict.root else ""
        found[identity] = f"{verdict.outcome.value}{root}"
    assert found == wanted
