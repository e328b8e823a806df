"""PyTorch as the reference: what it leaves behind, what it keeps, and what it says when absent."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from gradmark.record import record
from gradmark.trace import Seen, Stop, Trace, Value
from gradmark_reference import live as module
from gradmark_reference.live import Live


@pytest.fixture(scope="module")
def live() -> Live:
    """One PyTorch for all."""
    return Live()


def small(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    lib.observe("gradient", x.grad)


def printing(lib):
    lib.set_printoptions(precision=1)
    lib.observe("text", lib.text(lib.tensor(1 / 3)))


def drawing(lib):
    lib.host.numpy.random.seed(7)
    lib.observe("drawn", lib.host.numpy.random.rand(2))


STATE: list[tuple[str, Callable[[Any], Any], Callable[[], Any]]] = [
    ("grad mode", lambda lib: lib.set_grad_enabled(False), torch.is_grad_enabled),
    (
        "default dtype",
        lambda lib: lib.set_default_dtype(lib.float64),
        torch.get_default_dtype,
    ),
    (
        "PyTorch's seed",
        lambda lib: lib.manual_seed(7),
        lambda: torch.get_rng_state().tolist(),
    ),
    (
        "warnings",
        lambda lib: lib.set_warn_always(False),
        torch.is_warn_always_enabled,
    ),
    (
        "deterministic algorithms",
        lambda lib: lib.use_deterministic_algorithms(True, warn_only=True),
        lambda: (
            torch.are_deterministic_algorithms_enabled(),
            torch.is_deterministic_algorithms_warn_only_enabled(),
        ),
    ),
    (
        "anomaly mode",
        lambda lib: lib.autograd.set_detect_anomaly(True, check_nan=False),
        lambda: (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()),
    ),
    ("threads", lambda lib: lib.set_num_threads(2), torch.get_num_threads),
    (
        "precision",
        lambda lib: lib.set_float32_matmul_precision("medium"),
        torch.get_float32_matmul_precision,
    ),
    ("device", lambda lib: lib.set_default_device("meta"), torch.get_default_device),
    ("printing", printing, lambda: str(torch.tensor(1 / 3))),
    ("NumPy's seed", drawing, lambda: str(np.random.get_state())),  # noqa: NPY002
]


@pytest.mark.parametrize("state", STATE, ids=lambda state: state[0])
def test_a_program_leaves_nothing_behind(state, live):
    """Whatever a program sets for the whole process is as it was before."""
    _, change, read = state

    def body(lib):
        change(lib)
        lib.observe("done", lib.host.numpy.zeros(1))

    before = read()
    assert live.expected(record(body)).stop is None
    assert read() == before


def test_a_program_that_fails_leaves_nothing_behind(live):
    """An exception of PyTorch's is no way around the restoring."""

    def body(lib):
        lib.set_grad_enabled(False)
        lib.observe("never", lib.no_such_function())

    trace = live.expected(record(body))
    assert trace.stop is not None
    assert trace.stop.reason == "missing"
    assert torch.is_grad_enabled()


def test_what_the_host_has_set_changes_no_answer():
    """Somebody's conftest may set seeds, dtypes, devices and modes: PyTorch answers as ever."""

    def body(lib):
        x = lib.rand(3, requires_grad=True)
        lib.observe("drawn", x * lib.host.numpy.random.rand())
        lib.observe("dtype", lib.dtype(x))
        lib.observe("tracked", (x * 2).requires_grad)

    program = record(body)
    plain = Live().expected(program)
    before = torch.get_rng_state(), random.getstate(), warnings.filters[:]
    torch.set_default_dtype(torch.float64)
    torch.set_default_device("meta")
    torch.set_anomaly_enabled(True, False)
    np.random.seed(3)  # noqa: NPY002 - the global one
    torch.manual_seed(3)
    try:
        with torch.no_grad():
            assert Live().expected(program) == plain
            assert not torch.is_grad_enabled()
        assert torch.get_default_dtype() is torch.float64
        assert torch.get_default_device().type == "meta"
        assert torch.is_anomaly_enabled()
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)
        torch.set_anomaly_enabled(False)
        torch.set_rng_state(before[0])
    assert plain.value(1) == Value("text", text="float32")
    assert (random.getstate(), warnings.filters) == before[1:]


def test_python_stays_as_it_was(live):
    """Neither Python's own seed nor the filters of warnings move."""
    before = random.getstate(), warnings.filters[:]
    live.expected(record(small, seed="python"))
    assert (random.getstate(), warnings.filters) == before


def test_a_warning_is_given_every_time():
    """What PyTorch says once a process would depend on what was asked before."""

    def body(lib):
        y = lib.ones(2, requires_grad=True) * 2
        with lib.warns("reading"):
            unused = y.grad
        lib.observe("grad", unused)

    program = record(body)
    first, second = Live().expected(program), Live().expected(program)
    assert first == second
    assert len(first.seen[0].value.items) == 1


def test_an_answer_is_asked_once(live, monkeypatch):
    """Equal programs have one answer, whoever recorded them."""
    first = live.expected(record(small))
    monkeypatch.setattr(module, "replay", None)
    assert live.expected(record(small)) is first


def test_the_oldest_answers_go_first(monkeypatch):
    """By number: what was asked for lately stays."""
    monkeypatch.setattr(module, "CACHE_LIMIT", 2)
    live, programs = Live(), [record(numbered(n)) for n in range(3)]
    live.expected(programs[0])
    live.expected(programs[1])
    live.expected(programs[0])
    live.expected(programs[2])
    assert list(live._answers) == [programs[0].key, programs[2].key]


def numbered(number):
    def body(lib):
        lib.observe("value", lib.full([1_000], float(number)))

    return body


def test_answers_are_bounded_in_bytes(monkeypatch):
    """By size, lists of calls included; what is too large is answered and not kept."""
    monkeypatch.setattr(module, "CACHE_BYTES", 10_000)
    live = Live()
    for number in range(9):
        live.expected(record(numbered(number)))
    assert len(live._answers) == 2
    assert live._bytes < 10_000

    def calls(lib):
        x = lib.ones(1_000, requires_grad=True)
        x.register_hook(lambda g: lib.observe("seen", g))
        for _ in range(3):
            x.sum().backward()
        lib.observe("gradient", x.grad)

    trace = live.expected(record(calls))
    assert len(trace.seen[0].value.items) == 3
    assert not live._answers
    assert live._bytes == 0


def test_pressing_ctrl_c_ends_the_run(live, monkeypatch):
    """PyTorch raises KeyboardInterrupt for nobody; a person did."""
    stopped = Trace((), Stop("raised", 1, ("KeyboardInterrupt", "BaseException")))
    refused = Trace((Seen(0, 1, Value("raised", names=("KeyboardInterrupt",))),))
    for number, trace in enumerate((stopped, refused)):
        monkeypatch.setattr(module, "replay", lambda *_, trace=trace: trace)
        with pytest.raises(KeyboardInterrupt):
            live.expected(record(numbered(100 + number)))
    assert torch.is_grad_enabled()


def test_another_pytorch_is_not_the_specs(live, monkeypatch):
    """It answers all the same, and whoever grades is told."""
    assert (live.version, live.is_the_specs) == ("2.13.0", True)
    monkeypatch.setattr(torch, "__version__", "2.12.1+cpu")
    assert (live.version, live.is_the_specs) == ("2.12.1", False)


ASK = """
import sys
{before}
from gradmark.errors import GradmarkError
from gradmark_reference.live import Live
try:
    Live()
except GradmarkError as error:
    print(error)
    sys.exit(error.exit_code)
"""


@pytest.mark.parametrize(
    ("torch_module", "said"),
    [
        (
            "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')",
            "is not installed",
        ),
        ("raise OSError('libcudart.so.13: cannot open')", "libcudart.so.13: cannot open"),
        ("import no_such_dependency", "No module named 'no_such_dependency'"),
    ],
)
def test_without_pytorch_there_is_one_message(torch_module, said, tmp_path):
    """It says what to type, whether PyTorch is absent or broken, and no traceback of ours."""
    (tmp_path / "torch.py").write_text(torch_module, encoding="utf-8")
    before = f"sys.path.insert(0, {str(tmp_path)!r})"
    command = [sys.executable, "-c", ASK.format(before=before)]
    answer = subprocess.run(
        command, capture_output=True, check=False, text=True, env={**os.environ, "PYTHONPATH": ""}
    )
    assert (answer.returncode, answer.stderr) == (4, "")
    assert said in answer.stdout
    assert "[no-reference]" in answer.stdout
    assert answer.stdout.endswith("hint: pip install torch==2.13.0\n")
