"""Messages between host and worker over two pipes: two lengths, a JSON header, raw bytes.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import json
import os
import select
import struct
from collections.abc import Callable
from typing import Any

HEADER_LIMIT = 8 << 20
"""Bytes of JSON in one message."""

PAYLOAD_LIMIT = 64 << 20
"""Raw bytes in one message."""

SLICE = 0.1
"""Seconds between two looks at whether the other side still lives."""

_LENGTHS = struct.Struct("<II")
_CHUNK = 1 << 18

Message = tuple[dict[str, Any], bytes]
Left = Callable[[], float]
"""Returns the seconds that are left."""


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} in a header")


_decode = json.JSONDecoder(parse_constant=_refuse).decode
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def pack(header: dict[str, Any], payload: bytes = b"") -> bytes:
    """Frame a message. Raises ValueError where it is longer than the limits."""
    text = _encode(header).encode()
    if len(text) > HEADER_LIMIT or len(payload) > PAYLOAD_LIMIT:
        raise ValueError(f"a message of {len(text)} and {len(payload)} bytes is too long")
    return b"".join((_LENGTHS.pack(len(text), len(payload)), text, payload))


def header_from(text: bytes) -> dict[str, Any]:
    """Read a header. Raises ValueError for anything but a JSON object that can be written again."""
    try:
        header = _decode(text.decode())
        if b"\\ud" in text.lower():
            _encode_plainly(header)
    except RecursionError:
        raise ValueError("a header nested too deeply") from None
    if not isinstance(header, dict):
        raise ValueError("a header that is no object")  # noqa: TRY004 - as all that is malformed
    return header


def _encode_plainly(header: Any) -> None:
    """Raise for a lone surrogate, which no file could hold."""
    json.dumps(header, ensure_ascii=False).encode()


class Channel:
    """One side's ends of the two pipes.

    ``alive`` is asked while nothing arrives: a process that the other side left behind may hold
    the pipe open long after the other side is gone.
    """

    def __init__(self, reading: int, writing: int, alive: Callable[[], bool] | None = None) -> None:
        """Take over both descriptors; with ``alive`` nothing ever blocks for long."""
        self.reading = reading
        self.writing = writing
        self._alive = alive
        self._rest = b""
        if alive is not None:
            os.set_blocking(reading, False)
            os.set_blocking(writing, False)

    def send(self, message: bytes, left: Left | None = None) -> None:
        """Write a packed message. Raises EOFError where nobody reads, TimeoutError when late."""
        view = memoryview(message)
        try:
            while view:
                try:
                    view = view[os.write(self.writing, view) :]
                except BlockingIOError:
                    self._wait(self.writing, select.POLLOUT, left)
        except BrokenPipeError:
            raise EOFError("nobody reads any more") from None

    def receive(self, left: Left | None = None) -> Message:
        """Read one message.

        Raises EOFError where the other side is gone, TimeoutError when it is late, and ValueError
        for a message that is cut short, too long or no JSON.
        """
        size, extra = _LENGTHS.unpack(self._take(_LENGTHS.size, left))
        if size > HEADER_LIMIT or extra > PAYLOAD_LIMIT:
            raise ValueError(f"a message of {size} and {extra} bytes, longer than allowed")
        try:
            header = header_from(self._take(size, left))
            return header, self._take(extra, left)
        except EOFError:
            raise ValueError("a message cut short") from None

    def unasked(self) -> bool:
        """Say whether something was sent though nothing was asked for; never waits.

        Raises EOFError where the other side is gone.
        """
        if self._rest:
            return True
        try:
            self._rest = os.read(self.reading, _CHUNK)
        except BlockingIOError:
            return False
        if not self._rest:
            raise EOFError("nobody writes any more")
        return True

    def speaks(self) -> bool:
        """Say whether there is something to read, be it the end; never waits."""
        return bool(self._rest) or self._ready(self.reading, select.POLLIN, 0)

    def close(self) -> None:
        """Close both ends."""
        os.close(self.reading)
        os.close(self.writing)

    def _take(self, size: int, left: Left | None) -> bytes:
        parts, have = [self._rest], len(self._rest)
        while have < size:
            chunk = self._read(left)
            if not chunk:
                self._rest = b""
                if have:
                    raise ValueError("a message cut short")
                raise EOFError("nobody writes any more")
            parts.append(chunk)
            have += len(chunk)
        whole = b"".join(parts)
        self._rest = whole[size:]
        return whole[:size]

    def _read(self, left: Left | None) -> bytes:
        while True:
            try:
                return os.read(self.reading, _CHUNK)
            except BlockingIOError:
                self._wait(self.reading, select.POLLIN, left)

    def _wait(self, descriptor: int, event: int, left: Left | None) -> None:
        """Wait until a descriptor is ready. Raises EOFError and TimeoutError."""
        while True:
            seconds = SLICE if left is None else left()
            if self._ready(descriptor, event, min(max(seconds, 0), SLICE)):
                return
            if self._alive is not None and not self._alive():
                # It may have spoken between the look and its end.
                if self._ready(descriptor, event, 0):
                    return
                raise EOFError("the other side is gone")
            if seconds <= 0:
                raise TimeoutError

    @staticmethod
    def _ready(descriptor: int, event: int, seconds: float) -> bool:
        poll = select.poll()
        poll.register(descriptor, event)
        return bool(poll.poll(seconds * 1000))
