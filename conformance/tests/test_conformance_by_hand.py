"""The spec's bodies, run on PyTorch as they are written, against their replays."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gradmark.behaviour import Behaviour, load_spec
from gradmark.replay import replay
from gradmark.surface import Surface
from gradmark.trace import Value

torch = pytest.importorskip("torch")
BENCH = Path(__file__).parents[1] / "bench"
SLOW = "scale. training. accumulation.long-".split()


@contextmanager
def by_itself() -> Iterator[None]:
    """Let a body find PyTorch as it is when it is imported."""
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)


def by_hand(behaviour: Behaviour) -> list[Any]:
    """Return the tensors that a body sees when each of its lines is done at once."""
    from by_hand import Direct  # type: ignore[import-not-found]

    lib = Direct(torch)
    lib._recorder.random.seed(f"0:{behaviour.id}")
    with by_itself():
        behaviour.body(lib)
    seen = [entry[1] for entry in lib.seen]
    return sorted(value for value in seen if isinstance(value, tuple) and _is_array(value))


def _is_array(value: tuple[Any, ...]) -> bool:
    return len(value) == 3 and isinstance(value[2], bytes)


def replayed(behaviour: Behaviour) -> list[Any]:
    """Return the tensors that the replay of its program observes."""
    with by_itself():
        trace = replay(behaviour.program(), Surface(torch))
    values: list[Value] = []
    for seen in trace.seen:
        values += seen.value.items if seen.value.kind == "calls" else (seen.value,)
    return sorted((v.dtype, v.shape, v.data) for v in values if v.kind == "tensor")


def test_a_replay_sees_what_the_lines_by_hand_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every tensor that any behaviour observes is the same to the last bit, and there are many."""
    monkeypatch.syspath_prepend(str(BENCH))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    spec = [
        b
        for b in load_spec()
        if not b.id.startswith(tuple(SLOW)) and all(s.op != "repeat" for s in b.program().steps)
    ]
    by_lines = {b.id: by_hand(b) for b in spec}
    assert {b.id: replayed(b) for b in spec} == by_lines
    assert sum(map(len, by_lines.values())) > 4 * len(spec)
    torch.set_num_threads(threads)
    sys.modules.pop("by_hand", None)
