"""Answers that no worker would send: read without an accident, and never believed."""

import json
import struct
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

hypothesis = pytest.importorskip("hypothesis")
from hypothesis import HealthCheck, given, settings  # noqa: E402 - it is an extra
from hypothesis import strategies as st  # noqa: E402

_spec = spec_from_file_location("fuzz_answers", Path(__file__).with_name("fuzz_answers.py"))
assert _spec is not None
assert _spec.loader is not None
fuzz = module_from_spec(_spec)
sys.modules["fuzz_answers"] = fuzz
_spec.loader.exec_module(fuzz)

EXAMPLES = fuzz.examples()
QUICKLY = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

WORDS = st.sampled_from(
    "tensor ndarray none sequence raised returned warned calls object float32 float64 object "
    "complex128 bool trace opened memory broken seen stop is id torch".split()
)
LEAVES = st.one_of(
    st.none(), st.booleans(), WORDS, st.text(max_size=5),
    st.sampled_from([0, 1, -1, 2, 33, 1 << 39, 1 << 40, 1 << 63, -(1 << 70), 0.5, "x" * 9_000]),
)  # fmt: skip
JUNK = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(WORDS, st.text(max_size=3)), inner)
    ),
    max_leaves=8,
)


def framed(header, payload):
    text = json.dumps(header).encode("utf-8", "surrogatepass")
    return struct.pack("<II", len(text), len(payload)) + text + payload


def places(tree):
    """Every place in a tree of JSON, as the container and the key in it."""
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in list(inside):
        yield tree, key
        if isinstance(value, (dict, list)):
            yield from places(value)


@st.composite
def bent(draw):
    """An honest answer with a few places in it changed, and perhaps its bytes."""
    header, payload = draw(st.sampled_from(EXAMPLES))
    header = json.loads(json.dumps(header))
    for _ in range(draw(st.integers(1, 3))):
        if not header:
            break
        container, key = draw(st.sampled_from(list(places(header))))
        match draw(st.sampled_from(("replace", "remove", "swap", "double"))):
            case "replace":
                container[key] = draw(JUNK)
            case "remove":
                del container[key]
            case "swap":
                other, at = draw(st.sampled_from(list(places(header))))
                if other is container:
                    other[at], container[key] = container[key], other[at]
            case "double":
                if isinstance(container, list):
                    container.insert(key, json.loads(json.dumps(container[key])))
                else:
                    container[draw(st.text(max_size=3))] = draw(JUNK)
    if draw(st.booleans()):
        payload = draw(
            st.one_of(st.binary(max_size=24), st.just(payload[:-1]), st.just(payload * 2))
        )
    return framed(header, payload)


def test_honest_answers_are_believed():
    """So that the next tests refuse something."""
    replies = [fuzz.check(framed(*example)) for example in EXAMPLES]
    assert None not in replies
    assert len({type(reply) for reply in replies}) == 6


@QUICKLY
@given(bent())
def test_an_answer_that_was_bent_is_refused_or_is_one_of_the_schema(sent):
    """What is believed can be judged, holds only where it is right, and is no fault of ours."""
    fuzz.check(sent)


@QUICKLY
@given(st.binary(max_size=200))
def test_bytes_without_sense_are_refused(sent):
    """Nothing but a ValueError or an end comes of them."""
    assert fuzz.check(sent) is None


@QUICKLY
@given(JUNK, st.binary(max_size=8))
def test_json_without_sense_is_refused(tree, payload):
    """Also with the right id."""
    assert fuzz.check(framed(tree, payload)) is None
    header = {**tree, "id": fuzz.IDENTITY} if isinstance(tree, dict) else tree
    fuzz.check(framed(header, payload))


@QUICKLY
@given(st.sampled_from(EXAMPLES), st.data())
def test_a_byte_that_is_changed_changes_nothing_unseen(example, data):
    """Anywhere in a message, its lengths too."""
    sent = bytearray(framed(*example))
    for _ in range(data.draw(st.integers(1, 4))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    fuzz.check(bytes(sent))
