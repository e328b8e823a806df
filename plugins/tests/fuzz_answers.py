"""What has to hold of whatever a worker sends: a table of answers, and a check of raw bytes.

``python plugins/tests/fuzz_answers.py -max_total_time=60`` looks for bytes that break it, guided by
coverage; it needs atheris (``make fuzz`` installs it).
"""

from __future__ import annotations

import json
import os
import struct
import sys
import tempfile
from dataclasses import astuple
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from gradmark.behaviour import load_spec
from gradmark.compare import Conventions
from gradmark.judge import judge
from gradmark.trace import RETURNED, Seen, Stop, Trace, Value, trace_to_wire
from gradmark.verdict import Outcome
from gradmark_backends.answers import (
    Broken,
    Changed,
    Open,
    OutOfMemory,
    Reply,
    loaded_from,
    reply_from,
)
from gradmark_backends.channel import Channel, pack
from gradmark_backends.patience import Patience
from gradmark_backends.plan import CannotOpen, Opened
from gradmark_reference.recorded import open_reference

IDENTITY = "0123456789abcdef"
JUDGED = ("operators.mul-grad", "accumulation.many-uses", "leaf.grad-none-before-backward")
CLOSE = 1e-3


@cache
def asked() -> tuple[tuple[Any, Trace], ...]:
    """Return some programs with PyTorch's traces."""
    spec, reference = load_spec(), open_reference("recorded", 0)
    programs = [spec.get(identity).program() for identity in JUDGED]
    return tuple((program, reference.expected(program)) for program in programs)


def told(reply: Reply) -> tuple[dict[str, Any], bytes]:
    """Write an answer as a worker does."""
    body = b""
    match reply:
        case Trace():
            trace, body = trace_to_wire(reply)
            said: dict[str, Any] = {"is": "trace", "trace": trace}
        case Open(opened, python):
            said = {"is": "opened", "opened": opened.to_json(), "python": python}
        case CannotOpen():
            why = [reply.code, reply.message, reply.cause, reply.hint]
            said = {"is": "cannot-open", "why": why}
        case Broken(text):
            said = {"is": "broken", "text": text}
        case Changed(names):
            said = {"is": "changed", "text": names}
        case OutOfMemory():
            said = {"is": "memory"}
    plain: dict[str, Any] = json.loads(json.dumps({"id": IDENTITY, **said}))
    return plain, body


def examples() -> list[tuple[dict[str, Any], bytes]]:
    """Return an honest answer of every kind, as header and raw bytes."""
    array = Value("tensor", "float32", (2, 1), struct.pack("<2f", 1.5, -2.0))
    raised = Value("raised", text="no", names=("RuntimeError", "Exception"), step=3)
    several = Value("sequence", items=(array, Value("none"), Value("text", text="é")))
    values = (array, raised, several, RETURNED, Value("calls", items=(array,)))
    seen = tuple(Seen(mark, mark + 1, value) for mark, value in enumerate(values))
    stop = Stop("raised", 4, ("TypeError",), "why", "Traceback", "a name")
    opened = Opened(
        "mine", "1.0", recognised=("a line",), spelling=(("tensor", "Value"),),
        scalar_shape=(1,), dtype="float64", needs=("gpu",), table=(("value", "data"),),
    )  # fmt: skip
    replies: list[Reply] = [
        Trace(seen, stop), Trace(seen[:1]), Open(opened, "3.11.1"), OutOfMemory(), Broken("why"),
        Changed("os.open"),
        CannotOpen("not-found", "what", cause="why", hint="how"),
        *(trace for _, trace in asked()),
    ]  # fmt: skip
    return [told(reply) for reply in replies]


def check(sent: bytes) -> Reply | None:
    """Hear what was sent as the host does, and return what was believed of it.

    Raises AssertionError for what is outside of the schema and was believed, and whatever else is
    raised where a ValueError or an EOFError should be.
    """
    reading, writing = os.pipe()
    os.write(writing, sent[: 1 << 16])
    os.close(writing)
    channel = Channel(reading, os.open(os.devnull, os.O_WRONLY), alive=lambda: False)
    try:
        header, payload = channel.receive(Patience(60).left)
        before = json.dumps(_filled(header), sort_keys=True)
        loaded = loaded_from(header)
        reply = reply_from((header, payload), IDENTITY)
    except (ValueError, EOFError):
        return None
    finally:
        channel.close()
    again, body = told(reply)
    again.update({"loaded": list(loaded)} if loaded or '"loaded"' in before else {})
    assert json.dumps(again, sort_keys=True) == before, "more was believed than is said again"
    assert body == payload
    if isinstance(reply, Trace):
        for program, expected in asked():
            _judged(program, expected, reply)
    return reply


def _filled(header: dict[str, Any]) -> dict[str, Any]:
    """Return a header with what a worker may leave out of it."""
    opened = header.get("opened")
    if not isinstance(opened, dict):
        return header
    plain = json.loads(json.dumps(Opened("").to_json()))
    seconds = opened.get("import_seconds", 0.0)
    if type(seconds) is int and -1 < seconds < 1 << 20:
        seconds = float(seconds)
    return {**header, "opened": {**plain, **opened, "import_seconds": seconds}}


def _judged(program: Any, expected: Trace, observed: Trace) -> None:
    for conventions in (Conventions(), Conventions((1,), "float32"), Conventions((1, 1))):
        found = judge(program, expected, observed, conventions)
        assert found.outcome is not Outcome.UNGRADED, found.detail.reason
        assert all(isinstance(part, (str, int, float, tuple, type(None)))
                   for part in astuple(found.detail))  # fmt: skip
        if found.outcome is Outcome.PASS:
            for one, other in zip(expected.seen, observed.seen, strict=True):
                assert _close(one.value, other.value), (one, other)


def _close(one: Value, other: Value) -> bool:
    """Say by other means than the judge's whether two values agree."""
    if not one.dtype:
        return one.kind == other.kind
    left, right = (np.frombuffer(v.data, v.dtype).astype(float).ravel() for v in (one, other))
    return left.shape == right.shape and bool(np.allclose(left, right, rtol=CLOSE, atol=CLOSE))


def main() -> None:
    """Fuzz for as long as the arguments say, beginning with the honest answers."""
    import atheris  # where it installs; the tests use Hypothesis

    atheris.instrument_all()
    with tempfile.TemporaryDirectory() as folder:
        for number, (header, payload) in enumerate(examples()):
            (Path(folder) / str(number)).write_bytes(pack(header, payload))
        atheris.Setup([*sys.argv, folder, "-max_len=4096"], check_all)
        atheris.Fuzz()


def check_all(sent: bytes) -> None:
    """Check bytes, and count nothing."""
    check(sent)


if __name__ == "__main__":
    main()
