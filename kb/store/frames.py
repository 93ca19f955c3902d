"""What goes between client, engine and worker: length-prefixed frames.

A frame is two lengths (big-endian, 32 and 64 bits), a header in JSON and a body of bytes:
a result is complete or not there at all. Must not know what the frames are about.
"""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import dataclass, field
from typing import Any, TypeAlias

_LENGTHS = struct.Struct(">IQ")
_LONGEST_HEADER = 2**20
_LONGEST_BODY = 2**36
_PIECE = 2**16

Header: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: a header of JSON values and a body."""

    header: Header
    body: bytes = b""

    def parts(self) -> tuple[bytes, ...]:
        """The frame as bytes, in one piece where it is short and without a copy where not."""
        header = json.dumps(self.header).encode()
        head = _LENGTHS.pack(len(header), len(self.body)) + header
        # One piece costs one system call, and wakes the other end once.
        return (head + self.body,) if len(self.body) < _PIECE else (head, self.body)


@dataclass(slots=True)
class Inbox:
    """Puts frames together from pieces as they arrive."""

    _held: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> None:
        """Take what arrived."""
        self._held += data

    def take(self) -> Frame | None:
        """The next whole frame, if there is one.

        Raises:
            ValueError: what arrived is no frame.
        """
        size = _LENGTHS.size
        if len(self._held) < size:
            return None
        head, body = _LENGTHS.unpack_from(self._held)
        if head > _LONGEST_HEADER or body > _LONGEST_BODY:
            raise ValueError("not a frame")
        if len(self._held) < size + head + body:
            return None
        with memoryview(self._held) as view:
            header = json.loads(bytes(view[size : size + head]))
            content = bytes(view[size + head : size + head + body])
        del self._held[: size + head + body]
        if not isinstance(header, dict):
            raise ValueError("not a frame")
        return Frame(header, content)


def send(channel: socket.socket, frame: Frame) -> None:
    """Send a whole frame on a blocking socket.

    Raises:
        OSError: the other end is gone.
    """
    for part in frame.parts():
        channel.sendall(part)


def receive(channel: socket.socket) -> Frame | None:
    """The next frame from a blocking socket; None when the other end is closed.

    The other end sends no frame before it is answered, so nothing follows this one.

    Raises:
        OSError: the connection broke, or its timeout passed.
        ValueError: what arrived is no frame.
    """
    inbox = Inbox()
    while (frame := inbox.take()) is None:
        data = channel.recv(_PIECE)
        if not data:
            return None
        inbox.feed(data)
    return frame
