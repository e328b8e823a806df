"""PyTorch itself, replaying in this process, with its global state restored after each program."""

from __future__ import annotations

import random
import warnings
from collections import OrderedDict
from typing import Any

from gradmark.behaviour import REFERENCE_VERSION
from gradmark.errors import GradmarkError
from gradmark.program import Program
from gradmark.replay import replay
from gradmark.surface import Surface
from gradmark.trace import Trace

CACHE_LIMIT = 4_096
"""Answers that are kept; the oldest goes first."""

CACHE_BYTES = 16 << 20
"""Bytes of arrays that the kept answers may hold together."""


class Live:
    """PyTorch's answers, asked when needed and kept by program."""

    def __init__(self) -> None:
        """Import PyTorch. Raises `GradmarkError` where it is not installed."""
        try:
            import torch  # noqa: PLC0415 - an extra: only a live reference needs it
        except ImportError:
            raise GradmarkError(
                "no-reference",
                "PyTorch is not installed, and it is what libraries are compared with",
                hint=f"pip install torch=={REFERENCE_VERSION}",
            ) from None
        self._torch: Any = torch
        self._surface = Surface(torch)
        self._answers: OrderedDict[str, Trace] = OrderedDict()
        self._bytes = 0
        torch.set_num_threads(1)

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
        trace = self._replay(program)
        self._answers[program.key] = trace
        self._bytes += _size(trace)
        while len(self._answers) > CACHE_LIMIT or self._bytes > CACHE_BYTES:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= _size(oldest)
        return trace

    def _replay(self, program: Program) -> Trace:
        torch = self._torch
        mode, dtype = torch.is_grad_enabled(), torch.get_default_dtype()
        state, plain = torch.get_rng_state(), random.getstate()
        torch.set_grad_enabled(True)
        torch.manual_seed(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return replay(program, self._surface)
            finally:
                torch.set_grad_enabled(mode)
                torch.set_default_dtype(dtype)
                torch.set_rng_state(state)
                random.setstate(plain)


def _size(trace: Trace) -> int:
    return 200 + sum(len(seen.value.data) for seen in trace.seen)
