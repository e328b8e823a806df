"""PyTorch itself, replaying in this process, with its global state restored after each program."""

from __future__ import annotations

import gc
import random
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from gradmark.behaviour import REFERENCE_VERSION
from gradmark.errors import GradmarkError
from gradmark.graph import Graph
from gradmark.program import Program
from gradmark.replay import replay
from gradmark.surface import Surface
from gradmark.trace import Trace, Value

CACHE_LIMIT = 2_048
"""Answers that are kept; the one that was not asked for the longest goes first."""

CACHE_BYTES = 16 << 20
"""Bytes that the kept answers may take together."""

_EMPTY_VALUE = 400
"""Bytes of a value without data, with all that Python needs to hold it."""


class Live:
    """PyTorch's answers, asked when needed and kept by program."""

    answers = "live"

    def __init__(self) -> None:
        """Import PyTorch. Raises `GradmarkError` where it is not there or does not work."""
        self._torch = _import_torch()
        self._surface = Surface(self._torch)
        self._answers: OrderedDict[str, Trace] = OrderedDict()
        self._bytes = 0

    @property
    def version(self) -> str:
        """Return PyTorch's version without its build."""
        return str(self._torch.__version__).partition("+")[0]

    @property
    def is_the_specs(self) -> bool:
        """Say whether this is the PyTorch that the spec speaks about."""
        return self.version == REFERENCE_VERSION

    def expected(self, program: Program) -> Trace:
        """Return PyTorch's trace of a program."""
        if program.key in self._answers:
            self._answers.move_to_end(program.key)
            return self._answers[program.key]
        with restored(self._torch, program):
            trace = replay(program, self._surface)
        if _interrupted(trace):
            raise KeyboardInterrupt
        self._answers[program.key] = trace
        self._bytes += _size(trace)
        while len(self._answers) > CACHE_LIMIT or self._bytes > CACHE_BYTES:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= _size(oldest)
        return trace

    def diagnosed(self, program: Program, graph: Graph, step: int) -> Graph:
        """Return a program's graph with what PyTorch saves and which gradients pass inside."""
        from gradmark_reference.diagnose import diagnosed, torch_lens

        lens = torch_lens(self._torch, self._surface, lambda each: restored(self._torch, each))
        name = f"PyTorch {self.version}"
        return diagnosed(program, graph, lens, name, self.expected(program), step)


def _import_torch() -> Any:
    try:
        import torch
    except (ImportError, OSError) as error:
        absent = isinstance(error, ModuleNotFoundError) and error.name == "torch"
        what = "is not installed" if absent else "can't be imported"
        raise GradmarkError(
            "no-reference",
            f"PyTorch {what}, and it is what libraries are compared with",
            cause="" if absent else f"{type(error).__name__}: {error}",
            hint=f"pip install torch=={REFERENCE_VERSION}",
        ) from None
    # A million objects that live as long as this process need not be counted again and again.
    gc.freeze()
    return torch


def _settings(torch: Any) -> list[tuple[Callable[[], Any], Callable[[Any], Any], Any]]:
    """Return what PyTorch keeps for the whole process: how to read it, to set it, and to what."""
    is_warn_only = torch.is_deterministic_algorithms_warn_only_enabled
    is_checking_nan = torch.is_anomaly_check_nan_enabled
    return [
        (torch.is_grad_enabled, torch.set_grad_enabled, True),
        (torch.get_default_dtype, torch.set_default_dtype, torch.float32),
        (torch.get_num_threads, torch.set_num_threads, 1),
        # A warning that is given once a process would depend on what was asked before.
        (torch.is_warn_always_enabled, torch.set_warn_always, True),
        (
            lambda: (torch.are_deterministic_algorithms_enabled(), is_warn_only()),
            lambda state: torch.use_deterministic_algorithms(state[0], warn_only=state[1]),
            (False, False),
        ),
        (
            lambda: (torch.is_anomaly_enabled(), is_checking_nan()),
            lambda state: torch.autograd.set_detect_anomaly(*state),
            (False, True),
        ),
        (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "highest"),
        # Setting the CPU would put Python between every call and PyTorch; None takes that away.
        (
            torch.get_default_device,
            lambda device: torch.set_default_device(None if device.type == "cpu" else device),
            torch.device("cpu"),
        ),
    ]


@contextmanager
def restored(torch: Any, program: Program) -> Iterator[None]:
    """Give a program PyTorch as it is after import, and leave no trace of the program."""
    with ExitStack() as around:
        around.enter_context(_restored_torch(torch))
        if any(s.op == "host" and s.name.startswith("numpy.") for s in program.walk()):
            around.enter_context(_restored_numpy())
        yield


@contextmanager
def _restored_torch(torch: Any) -> Iterator[None]:
    before = [(get, put, get()) for get, put, _ in _settings(torch)]
    torch_random, plain_random = torch.get_rng_state(), random.getstate()
    printing = vars(torch._tensor_str.PRINT_OPTS).copy()  # noqa: SLF001 - there is no other way
    try:
        for get, put, wanted in _settings(torch):
            if get() != wanted:
                put(wanted)
        torch.default_generator.manual_seed(0)
        random.seed(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for get, put, state in before:
            if get() != state:
                put(state)
        torch.set_rng_state(torch_random)
        random.setstate(plain_random)
        vars(torch._tensor_str.PRINT_OPTS).update(printing)  # noqa: SLF001 - there is no other way


@contextmanager
def _restored_numpy() -> Iterator[None]:
    """Seed NumPy's own generator, and put it back, for a program that may draw from it."""
    state, errors = np.random.get_state(), np.geterr()  # noqa: NPY002 - the global one
    np.random.seed(0)  # noqa: NPY002 - the global one
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002 - the global one
        np.seterr(**errors)


def _interrupted(trace: Trace) -> bool:
    """Say whether somebody pressed Ctrl-C: PyTorch raises that for nobody."""
    stop = trace.stop is not None and trace.stop.names[:1] == ("KeyboardInterrupt",)
    return stop or any(seen.value.names[:1] == ("KeyboardInterrupt",) for seen in trace.seen)


def _size(trace: Trace) -> int:
    return _EMPTY_VALUE + sum(_value_size(seen.value) for seen in trace.seen)


def _value_size(value: Value) -> int:
    own = _EMPTY_VALUE + len(value.data) + len(value.text)
    return own + sum(_value_size(item) for item in value.items)
