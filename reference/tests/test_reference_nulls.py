"""Doing nothing gets 0: the null backends, in every profile, however they are opened."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from gradmark.behaviour import PROFILES, Level, Spec, load_spec
from gradmark.levels import holds
from gradmark.lower import replay_on
from gradmark.program import Program
from gradmark.session import Answer, Backend, BackendInfo, Session
from gradmark.verdict import Verdict
from gradmark_backends.adapter import Adapter
from gradmark_backends.opening import open_plan
from gradmark_backends.plan import CannotOpen, Plan
from gradmark_backends.ready import nulls
from gradmark_reference.live import Live
from gradmark_reference.mutants import Edit, Mutant, build
from gradmark_reference.mutants.matrix import Here, Stored
from gradmark_reference.nulls import FOLDER, NULLS

SPEC = load_spec()
profiles = pytest.mark.parametrize("profile", PROFILES)
ADAPTERS = [name for name, kind in vars(nulls).items() if getattr(kind, "module", "")]
OPENED = ["refuses_backward", "silent_backward", "zero_gradients"]
ALL_ZERO = Mutant(
    "all-zero",
    "The model, true in everything but its gradients, which are zero",
    (
        Edit(
            "tensor.py",
            "self._grad = Tensor(cotangent.copy())",
            "self._grad = Tensor(cotangent * 0)",
        ),
        Edit("tensor.py", "self._grad._array += cotangent", "self._grad._array += 0"),
    ),
    (),
)


@cache
def live() -> Live:
    return Live()


class ByConvention:
    """An adapter in this process."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter

    @property
    def info(self) -> BackendInfo:
        return BackendInfo("a null backend")

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:
        return Answer(replay_on(program.steps, self._adapter))

    def close(self) -> None:
        pass


def headline(verdicts: Iterable[Verdict]) -> list[str]:
    """The musts about gradients that hold."""
    found = ((SPEC.get(verdict.id), verdict) for verdict in verdicts)
    return [b.id for b, v in found if b.level is Level.MUST and b.gradient and holds(b, v)]


def score(backend: Backend, spec: Spec) -> list[str]:
    try:
        return headline(Session(spec, backend, live()).run())
    finally:
        backend.close()


@profiles
@pytest.mark.parametrize("name", NULLS)
def test_a_null_backend_gets_nothing(name: str, profile: str) -> None:
    """No must is met by an engine that does nothing about gradients, spelt as PyTorch or not."""
    assert score(Here(FOLDER / name), SPEC.profile(profile)) == []


@profiles
def test_the_model_with_zeros_for_gradients_gets_nothing(profile: str, tmp_path: Path) -> None:
    """All flags, refusals and modes may be right: without one right gradient nothing counts."""
    assert score(Here(build(ALL_ZERO, tmp_path), Stored), SPEC.profile(profile)) == []


@profiles
def test_the_model_itself_gets_everything(profile: str, tmp_path: Path) -> None:
    """The same way of asking finds every must in an engine that differentiates."""
    spec = SPEC.profile(profile)
    unchanged = build(Mutant("unchanged", "The model as it is", (), ()), tmp_path)
    met = score(Here(unchanged), spec)
    assert met == [b.id for b in spec if b.level is Level.MUST and b.gradient]
    assert len(met) > 25


def test_all_kinds_of_nothing_are_here() -> None:
    """The null backends are the ones that are promised, and three more."""
    assert NULLS == (
        "accepts_everything",
        "forward_only",
        "nothing",
        "plain_numpy",
        "raises_at_everything",
        "refuses_backward",
        "returns_none",
        "silent_backward",
        "zero_gradients",
    )


@pytest.mark.parametrize(
    "kind",
    [kind for kind in ADAPTERS if getattr(nulls, kind).module.rpartition(".")[2] not in OPENED],
)
def test_a_null_backend_that_is_asked_by_its_adapter_gets_nothing(kind: str) -> None:
    """Whoever types its name gets a score, and it is 0 in the largest profile."""
    adapter, opened = open_plan(Plan(kind, "adapter", f"{nulls.__name__}:{kind}"))
    assert opened.profile == "torch"
    assert score(ByConvention(adapter), SPEC.profile("torch")) == []


def test_every_null_backend_has_an_adapter() -> None:
    """So each of them can be asked by the command line, recognised or not."""
    asked = [getattr(nulls, kind).module for kind in ADAPTERS]
    assert asked == [f"{FOLDER.parent.name}.nulls.{name}" for name in NULLS]


@pytest.mark.parametrize("name", sorted({*NULLS} - {*OPENED}))
def test_what_has_no_backward_is_not_recognised(name: str) -> None:
    """By convention, nothing is opened in which nothing looks like an engine."""
    with pytest.raises(CannotOpen) as error:
        open_plan(Plan(name, "path", str(FOLDER / f"{name}.py")))
    assert error.value.code == "not-recognised"


@profiles
@pytest.mark.parametrize("name", OPENED)
def test_what_is_opened_by_convention_gets_nothing(name: str, profile: str) -> None:
    """An engine with a backward is opened without an adapter, and what it can't do shows."""
    adapter, _ = open_plan(Plan(name, "path", str(FOLDER / f"{name}.py")))
    assert score(ByConvention(adapter), SPEC.profile(profile)) == []
