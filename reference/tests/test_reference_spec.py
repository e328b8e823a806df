"""The spec against PyTorch itself: what every behaviour has to be before it may judge anybody."""

import math

import numpy as np
import pytest
import torch

from gradmark.behaviour import PROFILES, Level, load_spec, owners
from gradmark.compare import NUMERIC, Conventions, to_array, tolerance
from gradmark.judge import judge
from gradmark.lower import why_impure
from gradmark.replay import replay
from gradmark.surface import Surface
from gradmark.verdict import Outcome
from gradmark_reference.live import Live

SPEC = load_spec()
ids = pytest.mark.parametrize("behaviour", SPEC.behaviours, ids=lambda b: b.id)

WITHOUT_LIMIT = {
    "kinks.sqrt-at-zero",
    "kinks.log-at-zero",
    "kinks.reciprocal-at-zero",
    "kinks.norm-by-hand-at-zero",
    "kinks.where-hides-no-nan",
    "kinks.division-by-zero",
    "kinks.rsqrt-at-zero",
    "kinks.exp-out-of-range",
}
"""Behaviours about a slope that is infinite or no number."""

TOPICS = {
    "leaf": ["leaf"],
    "accumulation and zeroing": ["accumulation", "zeroing"],
    "the life of a graph": ["lifetime"],
    "the gradient argument": ["gradient-argument"],
    "no_grad": ["grad-mode"],
    ".data": ["data"],
}


@pytest.fixture(scope="module")
def live():
    """Keep one PyTorch for the module."""
    return Live()


@ids
def test_pytorch_passes(behaviour, live):
    """PyTorch passes every behaviour when it is judged as any other library is."""
    program = behaviour.program()
    judgement = judge(program, live.expected(program), replay(program, Surface(torch)))
    assert judgement.outcome is Outcome.PASS, judgement


@ids
def test_float64_agrees_within_a_tenth_of_the_tolerance(behaviour, live):
    """Rounding is no reason to fail: PyTorch's float32 and float64 agree ten times better."""
    program = behaviour.program()
    single = live.expected(program)
    torch.set_default_dtype(torch.float64)
    try:
        double = replay(program, Surface(torch))
    finally:
        torch.set_default_dtype(torch.float32)
    for one, other in zip(single.seen, double.seen, strict=True):
        if one.value.kind not in NUMERIC:
            continue
        want, got = to_array(other.value), to_array(one.value)
        assert want is not None
        assert got is not None
        rtol, atol = tolerance(one.value.dtype, program.marks[one.mark], Conventions())
        assert np.allclose(got, want, rtol=rtol / 10, atol=atol / 10, equal_nan=True)


@ids
def test_it_explains_itself(behaviour):
    """Every behaviour says why it matters, the usual mistake, and where it comes from."""
    assert len(behaviour.why) > 30
    assert len(behaviour.mistake) > 20
    assert behaviour.claims or behaviour.source


@ids
def test_its_owners_come_first_and_are_not_larger(behaviour):
    """What a behaviour builds on exists, and is part of every profile that holds the behaviour."""
    for owner in owners(behaviour):
        found = SPEC.get(owner)
        assert PROFILES.index(found.profile) <= PROFILES.index(behaviour.profile)
        assert found.level is Level.MUST


@ids
def test_it_shows_that_the_ordinary_thing_works(behaviour, live):
    """No behaviour is about absence alone: beside None, False and refusals a number appears."""
    trace = live.expected(behaviour.program())
    flags = [s.value for s in trace.seen if s.value.kind == "bool"]
    numbers = [s.value for s in trace.seen if s.value.kind in NUMERIC - {"bool"}]
    both = {v.data for v in flags} == {b"\0", b"\1"}
    texts = {s.value.text for s in trace.seen if s.value.kind == "text"}
    raises = any(s.value.kind == "raised" for s in trace.seen)
    shown = bool(numbers) or both or len(texts) > 1 or (raises and bool(flags))
    assert shown, [s.value for s in trace.seen]
    arrays = [a for a in map(to_array, numbers) if a is not None]
    finite = all(math.isfinite(x) for a in arrays for x in np.ravel(a))
    assert finite != (behaviour.id in WITHOUT_LIMIT)


@ids
def test_only_an_impure_behaviour_gives_a_reason(behaviour):
    """What libraries without .grad can't be asked says why; everything else is pure."""
    assert bool(why_impure(behaviour.program().steps)) == bool(behaviour.impure)


def test_values_are_asked_in_pure_programs():
    """The share of pure behaviours is known by chapter: values are pure, states are not."""
    shares = {
        chapter: (
            sum(not b.impure for b in SPEC if b.chapter == chapter),
            sum(b.chapter == chapter for b in SPEC),
        )
        for chapter, _ in SPEC.chapters
    }
    assert shares == {
        "operators": (23, 26),
        "operations": (349, 349),
        "kinks": (45, 45),
        "backward": (35, 53),
        "gradient-argument": (13, 25),
        "leaf": (4, 47),
        "accumulation": (8, 24),
        "zeroing": (0, 14),
        "lifetime": (0, 17),
        "scale": (6, 9),
        "grad-mode": (0, 27),
        "detach": (4, 18),
        "data": (0, 12),
        "in-place": (1, 23),
        "training": (3, 24),
        "tensors": (63, 126),
    }


@pytest.mark.parametrize("topic", TOPICS)
def test_each_topic_is_whole(topic, live):
    """Each topic has six behaviours or more, for scalars and tensors, and one about a refusal."""
    chosen = [b for b in SPEC if b.chapter in TOPICS[topic]]
    assert len(chosen) >= 6
    assert {"scalar", "tensor"} <= {b.profile for b in chosen}
    kinds = {s.value.kind for b in chosen for s in live.expected(b.program()).seen}
    flags = {s.value.data for b in chosen for s in live.expected(b.program()).seen if s.value.dtype}
    assert kinds & {"raised", "none"} or b"\0" in flags


def test_three_runs_are_identical(live):
    """PyTorch answers every program three times alike, to the byte."""
    for behaviour in SPEC:
        program = behaviour.program()
        assert replay(program, Surface(torch)) == replay(program, Surface(torch))
        assert live.expected(program) == replay(program, Surface(torch))


def test_owners_form_no_cycle():
    """The spec can be put into an order in which owners come first."""
    assert len(SPEC.ordered()) == len(SPEC)
