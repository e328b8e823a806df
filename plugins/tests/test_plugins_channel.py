"""Messages over pipes: their frames, their limits, and what is believed of them."""

import os
import struct
import threading

import pytest

from gradmark.trace import Trace
from gradmark_backends.answers import Broken, Changed, Open, OutOfMemory, reply_from
from gradmark_backends.channel import HEADER_LIMIT, PAYLOAD_LIMIT, Channel, header_from, pack
from gradmark_backends.patience import Patience
from gradmark_backends.plan import CannotOpen, Opened


class Line:
    """A host's channel, and the bare descriptors of its other side."""

    def __init__(self, *, alive=lambda: True):
        reading, self.writes = os.pipe()
        self.reads, writing = os.pipe()
        self.host = Channel(reading, writing, alive)

    def receive(self, sent=b"", *, seconds=1.0, end=False):
        os.write(self.writes, sent)
        if end:
            os.close(self.writes)
        return self.host.receive(Patience(seconds).left)


@pytest.fixture
def line():
    return Line()


def test_a_message_arrives_as_it_was_sent(line):
    """Header and raw bytes come back unchanged."""
    assert line.receive(pack({"a": [1, "é😀"]}, b"\x00\xff")) == ({"a": [1, "é😀"]}, b"\x00\xff")


def test_two_messages_in_one_read_are_two(line):
    """What follows a message waits for the next look."""
    assert line.receive(pack({"n": 1}) + pack({"n": 2})) == ({"n": 1}, b"")
    assert line.host.unasked()
    assert line.receive() == ({"n": 2}, b"")
    assert not line.host.unasked()


def test_a_message_larger_than_the_pipe_arrives():
    """A pipe holds 64 kB; a message may be longer on either way."""
    line = Line()
    worker = Channel(line.reads, line.writes)
    echo = threading.Thread(target=lambda: worker.send(pack(*worker.receive())))
    echo.start()
    payload = bytes(range(256)) * 4096
    line.host.send(pack({"n": 1}, payload), Patience(5).left)
    assert line.receive(seconds=5) == ({"n": 1}, payload)
    echo.join()


@pytest.mark.parametrize(
    "sent",
    [
        b"\x01",
        struct.pack("<II", 2, 0),
        struct.pack("<II", 2, 0) + b"{",
        struct.pack("<II", 2, 5) + b"{}abc",
    ],
)
def test_a_message_cut_short_is_malformed(line, sent):
    """An end in the middle of a message is no end."""
    with pytest.raises(ValueError, match="cut short"):
        line.receive(sent, end=True)


@pytest.mark.parametrize("lengths", [(HEADER_LIMIT + 1, 0), (2, PAYLOAD_LIMIT + 1)])
def test_a_message_that_announces_too_much_is_malformed(line, lengths):
    """Nothing is read of what is longer than allowed."""
    with pytest.raises(ValueError, match="longer than allowed"):
        line.receive(struct.pack("<II", *lengths))


def test_nobody_sends_more_than_may_be_read():
    """The limit holds on the way out too."""
    with pytest.raises(ValueError, match="too long"):
        pack({}, b"\0" * (PAYLOAD_LIMIT + 1))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[1]",
        b"nonsense",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b'{"a": ' + b"[" * 100_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
    ],
)
def test_a_header_is_an_object_that_can_be_written_again(text):
    """NaN, lone surrogates, depth without end and numbers without end are refused."""
    with pytest.raises(ValueError):  # noqa: PT011 - each in words of its own
        header_from(text)


def test_silence_is_a_time_out(line):
    """The host's clock runs while nothing arrives."""
    with pytest.raises(TimeoutError):
        line.receive(seconds=0.05)


def test_half_a_message_is_a_time_out(line):
    """The clock does not start again with every byte."""
    with pytest.raises(TimeoutError):
        line.receive(pack({"n": 1})[:9], seconds=0.05)


def test_a_reader_that_stands_still_is_a_time_out(line):
    """A request that does not fit the pipe must not wait for ever."""
    with pytest.raises(TimeoutError):
        line.host.send(pack({}, b"\0" * 1_000_000), Patience(0.05).left)


def test_an_end_is_told_from_silence(line):
    """The other side closed its pipe."""
    with pytest.raises(EOFError):
        line.receive(end=True)


def test_a_pipe_held_open_by_a_stranger_does_not_hide_the_end():
    """The other side is gone, but a process that it left behind has its pipe."""
    line = Line(alive=lambda: False)
    with pytest.raises(EOFError):
        line.receive(seconds=5)


def test_the_last_words_of_the_dead_are_heard():
    """An answer that was written before the end counts."""
    line = Line(alive=lambda: False)
    assert line.receive(pack({"n": 1}), seconds=5) == ({"n": 1}, b"")


def said(**fields):
    return {"id": "7", **fields}, b""


OPENED = Opened(
    "mine",
    "1.0",
    scalar_shape=(1,),
    dtype="float64",
    recognised=("leaf: Value",),
    spelling=(("tensor", "Value"), ("requires_grad", "")),
)
AS_LISTS = {
    "scalar_shape": [1],
    "needs": [],
    "table": [],
    "recognised": ["leaf: Value"],
    "spelling": [["tensor", "Value"], ["requires_grad", ""]],
}


def opened(**changed):
    return said(**{"is": "opened", "python": "3.10.1", "opened": {**OPENED.to_json(), **changed}})


def test_every_kind_of_answer_is_read():
    """A worker has five things to say."""
    assert reply_from(said(**{"is": "trace", "trace": {"seen": []}}), "7") == Trace()
    assert reply_from(said(**{"is": "memory"}), "7") == OutOfMemory()
    assert reply_from(said(**{"is": "broken", "text": "why"}), "7") == Broken("why")
    assert reply_from(said(**{"is": "changed", "text": "os.open"}), "7") == Changed("os.open")
    assert reply_from(opened(**AS_LISTS), "7") == Open(OPENED, "3.10.1")
    refused = reply_from(said(**{"is": "cannot-open", "why": ["not-found", "b", "c", "d"]}), "7")
    assert isinstance(refused, CannotOpen)
    assert (refused.code, refused.message) == ("not-found", "b")
    assert (refused.cause, refused.hint) == ("c", "d")


@pytest.mark.parametrize(
    "message",
    [
        ({"id": "8", "is": "memory"}, b""),
        ({"is": "memory"}, b""),
        said(),
        said(**{"is": ["memory"]}),
        said(**{"is": "verdict", "outcome": "pass"}),
        said(**{"is": "memory", "more": 1}),
        said(**{"is": "trace"}),
        said(**{"is": "trace", "trace": []}),
        said(**{"is": "trace", "trace": {"seen": [[0, 0, "x"]]}}),
        said(**{"is": "broken", "text": None}),
        said(**{"is": "broken", "text": "x" * 10_000}),
        said(**{"is": "cannot-open", "why": ["a"]}),
        said(**{"is": "cannot-open", "why": ["no-python", "", "", ""]}),
        ({"id": "7", "is": "memory"}, b"bytes"),
    ],
)
def test_what_no_worker_would_say_is_refused(message):
    """The schema is strict: no other id, kind, field, type or length."""
    with pytest.raises(ValueError):  # noqa: PT011 - each in words of its own
        reply_from(message, "7")


@pytest.mark.parametrize(
    "changed",
    [
        {"scalar_shape": 3},
        {"scalar_shape": [-1]},
        {"scalar_shape": [True]},
        {"scalar_shape": [0]},
        {"scalar_shape": [2]},
        {"scalar_shape": [1] * 100},
        {"profile": "best"},
        {"profile": []},
        {"delivery": "by hand"},
        {"dtype": "object"},
        {"dtype": "float16"},
        {"dtype": {}},
        {"recognised": "a line"},
        {"recognised": ["x"] * 1000},
        {"recognised": [1]},
        {"spelling": {}},
        {"spelling": ["tensor"]},
        {"spelling": [["tensor", "Value"]] * 1000},
        {"spelling": [["tensor"]]},
        {"spelling": [["tensor", "Value", "x"]]},
        {"spelling": [["tensor", None]]},
        {"spelling": [["tensor", "x" * 3000]]},
        {"version": 2},
        {"where": "x" * 3000},
        {"surprise": ""},
    ],
)
def test_what_was_opened_is_checked_field_by_field(changed):
    """A library may say anything about itself, within the form."""
    with pytest.raises(ValueError):  # noqa: PT011 - each in words of its own
        reply_from(opened(**{**AS_LISTS, **changed}), "7")
