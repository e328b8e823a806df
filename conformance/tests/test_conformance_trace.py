"""What travels back from a worker: a trace as JSON and bytes, and nothing that is not one."""

import json
import struct

import pytest

from gradmark.trace import Seen, Stop, Trace, Value, trace_from_wire, trace_to_wire

WHOLE = Trace(
    (
        Seen(0, 3, Value("tensor", "float32", (2, 1), struct.pack("<ff", 1.5, -0.0))),
        Seen(2, 5, Value("sequence", items=(Value("none"), Value("int", "int64", (), b"\1" * 8)))),
        Seen(1, 9, Value("raised", text="no", names=("ValueError", "Exception"), step=8)),
        Seen(4, 9, Value("warned", items=(Value("text", text="w", names=("UserWarning",)),))),
        Seen(5, 11, Value("calls", items=(Value("bool", "bool", (), b"\1"), Value("returned")))),
        Seen(6, 12, Value("ndarray", "float64", (0, 3), b"")),
        Seen(7, 13, Value("object", text="Node")),
    ),
    Stop("missing", 14, ("Missing",), "no exp", "", "no exp"),
)


def test_a_trace_comes_back_as_it_was():
    """A header of JSON and one run of bytes hold all of it."""
    header, payload = trace_to_wire(WHOLE)
    assert trace_from_wire(json.loads(json.dumps(header)), payload) == WHOLE
    assert len(payload) == 8 + 8 + 1


def value(**changes):
    """Return the wire form of one observation of a float32 pair, with changes."""
    fields = {
        "kind": "tensor", "dtype": "float32", "shape": [2], "items": [], "text": "", "names": [],
        "step": 0,
    }  # fmt: skip
    return {"seen": [[0, 1, list({**fields, **changes}.values())]]}


@pytest.mark.parametrize(
    ("header", "payload"),
    [
        (value(), b"1234567"),
        (value(), b"123456789"),
        (value(dtype="object"), b""),
        (value(dtype="float128"), b"12345678"),
        (value(dtype=""), b""),
        (value(dtype=7), b"12345678"),
        (value(shape=[-2]), b""),
        (value(shape=[2.0]), b"12345678"),
        (value(shape=[True, 2]), b"12345678"),
        (value(shape=["2"]), b"12345678"),
        (value(shape=None), b"12345678"),
        (value(shape=[1 << 62]), b"12345678"),
        (value(shape=[0, 1 << 60]), b""),
        (value(shape=[0] + [1] * 40), b""),
        (value(kind="module"), b"12345678"),
        (value(kind=["tensor"]), b"12345678"),
        (value(kind="none"), b"12345678"),
        (value(kind="none", dtype=""), b""),
        (value(kind="text", dtype="", shape=[], text="x" * 3_000), b""),
        (value(kind="text", dtype="", shape=[], text=5), b""),
        (value(kind="text", dtype="", shape=[], text="\ud800"), b""),
        (value(kind="raised", dtype="", shape=[], names="AB" * 40), b""),
        (value(kind="raised", dtype="", shape=[], names=[3]), b""),
        (value(items=[value()["seen"][0][2]]), b"1234567812345678"),
        (value(step=-1), b"12345678"),
        ({"seen": [[-1, 1, value()["seen"][0][2]]]}, b"12345678"),
        ({"seen": value()["seen"] * 2}, b"1234567812345678"),
        ({"seen": [[0, 1]]}, b""),
        ({"seen": 5}, b""),
        ({"seen": None}, b""),
        ({}, b""),
        (None, b""),
        ([], b""),
        ({"seen": [], "more": 1}, b""),
        ({"seen": [], "stop": None}, b""),
        ({"seen": [], "stop": ["gone", 1, [], "", "", ""]}, b""),
        ({"seen": [], "stop": ["raised", 1, [], "", "x" * 7_000, ""]}, b""),
        ({"seen": [], "stop": ["raised", True, [], "", "", ""]}, b""),
        ({"seen": []}, b"surplus"),
    ],
)
def test_a_malformed_trace_is_refused(header, payload):
    """Whatever a worker makes up, it is a ValueError or a trace, and nothing else."""
    with pytest.raises(ValueError, match=r"\w"):
        trace_from_wire(header, payload)


def test_depth_is_limited():
    """A value that is nested without end is refused before it is followed."""
    inner = ["none", "", [], [], "", [], 0]
    for _ in range(5_000):
        inner = ["sequence", "", [], [inner], "", [], 0]
    with pytest.raises(ValueError, match="nested"):
        trace_from_wire({"seen": [[0, 1, inner]]}, b"")


def test_mutated_traces_never_break_the_reader():
    """Any change of one place of a header gives a trace or a ValueError."""
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies
    good, payload = trace_to_wire(WHOLE)
    text = json.dumps(good)
    odd = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
        st.lists(st.integers(), max_size=3), st.just({}),
    )  # fmt: skip

    def places(node, path=()):
        yield path
        keys = (
            node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        )
        for key in keys:
            yield from places(node[key], (*path, key))

    known = [path for path in places(good) if path]

    @hypothesis.settings(max_examples=300, deadline=None, derandomize=True, database=None)
    @hypothesis.given(st.sampled_from(known), odd, st.binary(max_size=3))
    def run(path, value, more):
        header = json.loads(text)
        node = header
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = value
        try:
            trace = trace_from_wire(header, payload + more)
        except ValueError:
            return
        again, data = trace_to_wire(trace)
        assert trace_from_wire(json.loads(json.dumps(again)), data) == trace

    run()
