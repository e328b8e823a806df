"""The language proved: claims about PyTorch as bodies, replayed, sent as JSON, printed and run."""

import json
import math
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from gradmark.program import OPS, Program
from gradmark.record import record
from gradmark.script import as_library, as_torch
from gradmark.trace import Value, trace_from_wire, trace_to_wire
from gradmark.values import to_array

pytest.importorskip("torch")
from gradmark_reference.live import Live

HERE = Path(__file__).parent


def load(name: str) -> Any:
    path = HERE / "ledger" / f"{name}.py"
    module = ModuleType(f"gradmark_ledger_{name}")
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
    return module.CASES


CLAIMS = {
    k: v for name in "leaves backwards graphs modes changes".split() for k, v in load(name).items()
}
OWN = {**load("constructs"), **load("values")}
CASES = {**CLAIMS, **OWN}
every = pytest.mark.parametrize("identity", CASES)

RUNNER = """
import json, sys
import torch
torch.set_num_threads(1)

def plain(value):
    if isinstance(value, torch.Tensor):
        return plain(value.detach().tolist())
    if isinstance(value, BaseException):
        return str(value)
    if isinstance(value, torch.dtype):
        return str(value).partition(".")[2]
    if type(value).__module__ == "numpy":
        return plain(value.tolist())
    if isinstance(value, complex):
        return [value.real, value.imag]
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return type(value).__name__

answers = {}
for name, source in json.load(sys.stdin).items():
    printed = answers[name] = []
    torch.set_grad_enabled(True)
    torch.manual_seed(0)
    show = lambda label, *values: printed.append([label, [plain(v) for v in values]])
    try:
        exec(compile(source, name, "exec"), {"print": show, "__name__": "__main__"})
    except BaseException as error:
        printed.append(["it ended with", [type(error).__name__, str(error)]])
json.dump(answers, sys.stdout)
"""
KINDS = {
    "Tensor": "tensor", "NoneType": "none", "list": "sequence", "tuple": "sequence",
    "Size": "sequence", "str": "text",
}  # fmt: skip


@pytest.fixture(scope="module")
def live():
    """Keep one PyTorch for the module."""
    return Live()


@cache
def program_of(identity):
    return record(CASES[identity][0])


@pytest.fixture(scope="module")
def printed():
    """Run every script in one process of its own that knows nothing of Gradmark."""
    scripts = {identity: "\n".join(as_torch(program_of(identity))) for identity in CASES}
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUNNER],
        input=json.dumps(scripts),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    return json.loads(answer.stdout)


def plain(value: Value):
    """Turn an observed value into plain Python, as the runner does with a printed one."""
    if value.kind in {"none", "returned"}:
        return None
    if value.kind in {"text", "object"}:
        return value.text
    if value.kind in {"sequence", "calls"}:
        return [plain(item) for item in value.items]
    if value.kind == "warned":
        return [item.text for item in value.items]
    array = to_array(value)
    assert array is not None, value
    if array.dtype.kind == "c":
        return np.stack([array.real, array.imag], axis=-1).tolist()
    return array.tolist()


def alike(one, other, *, tolerance=0.0):
    """Say whether two plain values are the same: NaN equals NaN, and True is no number."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            alike(a, b, tolerance=tolerance) for a, b in zip(one, other, strict=True)
        )
    if isinstance(one, bool) or isinstance(other, bool) or None in (one, other):
        return one is other
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    same_sign = math.copysign(1, one) == math.copysign(1, other) or one != 0
    return (one == other and same_sign) or abs(one - other) <= tolerance


def answers(want, got: Value):
    """Say whether an observed value is the literal one."""
    if isinstance(want, tuple) and want[0] == "raises":
        return got.kind == "raised" and got.names[0] == want[1] and want[2] in got.text
    if isinstance(want, tuple) and want[0] == "warns":
        return got.kind == "warned" and tuple(i.names[0] for i in got.items) == want[1:]
    if isinstance(want, tuple):
        return got.kind == "calls" and alike(list(want[1:]), plain(got), tolerance=6e-5)
    if isinstance(want, complex):
        want = [want.real, want.imag]
    if isinstance(want, list) and any(isinstance(item, complex) for item in want):
        want = [[complex(item).real, complex(item).imag] for item in want]
    return alike(want, plain(got), tolerance=6e-5)


@every
def test_pytorch_answers_as_the_ledger_says(identity, live):
    """The replay on PyTorch observes the literal values, and nothing else."""
    program, expected = program_of(identity), CASES[identity][1]
    trace = live.expected(program)
    assert trace.stop is None
    found = {program.marks[seen.mark].label: seen.value for seen in trace.seen}
    wrong = {
        k: found.get(k) for k, v in expected.items() if k not in found or not answers(v, found[k])
    }
    assert not wrong
    assert found.keys() == expected.keys()


@every
def test_json_loses_nothing(identity, live):
    """A program that went through JSON is the same program, and has the same trace."""
    program = program_of(identity)
    again = Program.from_json(json.loads(json.dumps(program.to_json())))
    assert again.to_json() == program.to_json()
    assert again.key == program.key
    trace = live.expected(program)
    assert Live().expected(again) == trace
    header, payload = trace_to_wire(trace)
    assert trace_from_wire(json.loads(json.dumps(header)), payload) == trace


@every
def test_the_script_prints_the_same(identity, live, printed):
    """The printed script runs without Gradmark and prints exactly what the replay observed."""
    program = program_of(identity)
    got = [(label, values) for label, values in printed[identity]]
    for seen in live.expected(program).seen:
        label = f"{program.marks[seen.mark].label}:"
        mine = [values for found, values in got if found == label]
        if seen.value.kind == "raised":
            assert mine == [[seen.value.names[0], seen.value.text]]
            continue
        want = plain(seen.value)
        wanted = [[item] for item in want] if seen.value.kind == "calls" else [[want]]
        assert alike(named(wanted, mine), mine) or alike(wanted, mine)
    assert len(got) == sum(
        len(seen.value.items) if seen.value.kind == "calls" else 1
        for seen in live.expected(program).seen
    )


def named(want, got):
    """Replace the words for kinds by the names of Python's types that a script prints."""
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        return [named(a, b) for a, b in zip(want, got, strict=True)]
    return got if isinstance(got, str) and KINDS.get(got, got) == want else want


def test_there_are_enough_claims():
    """Most of the ledger's musts are here, and nothing is there twice."""
    assert len(CLAIMS) > 100
    assert len(CASES) == len(CLAIMS) + len(OWN)


def test_every_kind_of_step_occurs():
    """The cases use the whole language."""
    steps = [step for identity in CASES for step in program_of(identity).walk()]
    assert {step.op for step in steps} == OPS
    probes = {step.name for step in steps if step.op == "probe"}
    assert probes == set("kind same has dtype shape length text".split())
    hosts = {step.name.partition(".")[0] for step in steps if step.op == "host"}
    assert hosts == set("weakref alive collect copy deepcopy thread numpy".split())


@every
def test_the_library_script_is_the_same_script(identity):
    """Spelled for another library, only the names in front of the full stop differ."""
    program = program_of(identity)
    lines, places = as_library(program, module="torch")
    assert places == ()
    mine = "\n".join(lines).replace("import torch as lib", "import torch").replace("lib.", "torch.")
    theirs = "\n".join(as_torch(program))
    assert mine == theirs


def test_pytorch_warns_however_often_it_has_warned_before(live):
    """A warning that PyTorch gives once in a process is given in every program."""

    def body(lib):
        for n in range(2):
            x = lib.ones(1, requires_grad=True)
            with lib.warns(f"{n}"):
                (x * x).backward(create_graph=True)
        lib.observe("gradient", x.grad)

    first, second, _ = live.expected(record(body)).seen
    assert [item.names[0] for item in first.value.items] == ["UserWarning"]
    assert second.value == first.value
