"""What goes between client, engine and worker: length-prefixed frames.

A frame is three lengths (big-endian; 32, 32 and 64 bits), a note for who passes it on, a header
in JSON and a body of bytes. A result is complete or not there at all. The engine reads the
note and hands the rest on as it came. Must not know what the frames are about.
"""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import dataclass
from typing import Any, TypeAlias

_LENGTHS = struct.Struct(">IIQ")
_LONGEST_HEADER = 2**20
#: The longest body that a frame may have where nothing else is said.
_LONGEST = 2**36
#: What is read at a time where nobody knows how much comes. More than most frames have, and
#: little enough not to make the allocator tidy up each time.
_PIECE = 2**14
#: Frames up to this size are sent in one piece.
_SHORT = 2**16

Header: TypeAlias = dict[str, Any]
Bytes: TypeAlias = bytes | memoryview


@dataclass(slots=True, eq=False)
class Frame:
    """One message.

    Not frozen, which would double the time that making one takes; nobody changes one.

    Args:
        head: the header, a JSON object.
        body: anything.
        note: a few bytes for who passes it on.
        raw: the whole frame as it arrived, where it arrived in one piece.
    """

    head: bytes
    body: Bytes = b""
    note: bytes = b""
    raw: bytes | None = None

    @classmethod
    def of(cls, header: Header, body: Bytes = b"", note: bytes = b"") -> Frame:
        """A frame with this header."""
        return cls(json.dumps(header).encode(), body, note)

    @property
    def header(self) -> Header:
        """The header, read anew each time.

        Raises:
            ValueError: it is no JSON object.
        """
        header = json.loads(self.head)
        if not isinstance(header, dict):
            raise ValueError("not a frame")
        return header

    def parts(self) -> tuple[Bytes, ...]:
        """The frame as bytes, in one piece where it is short and without a copy where not."""
        if self.raw is not None:
            return (self.raw,)
        head = _LENGTHS.pack(len(self.note), len(self.head), len(self.body)) + self.note + self.head
        # One piece costs one system call, and wakes the other end once.
        return (head + self.body,) if len(self.body) < _SHORT else (head, self.body)


def _split(data: Bytes) -> tuple[int, int, int]:
    """Where note, header and body end."""
    note, head, body = _LENGTHS.unpack_from(data)
    if note > _LONGEST_HEADER or head > _LONGEST_HEADER:
        raise ValueError("not a frame")
    start = _LENGTHS.size + note
    return start, start + head, start + head + body


class Inbox:
    """Puts frames together from pieces as they arrive on a socket that does not block.

    Args:
        longest: the longest body that is taken, in bytes.
    """

    __slots__ = ("_at", "_held", "_large", "_longest")

    def __init__(self, longest: int = _LONGEST) -> None:
        self._longest = longest
        self._held = b""
        self._large: bytearray | None = None  # the frame that is on its way, all of its size
        self._at = 0

    def read(self, channel: socket.socket) -> int:
        """Take what has arrived: how many bytes, 0 when the other end is closed.

        Raises:
            BlockingIOError: nothing has.
            OSError: the connection broke.
            ValueError: more than anyone has reason to send.
        """
        if self._large is not None and self._at < len(self._large):
            with memoryview(self._large) as view:
                count = channel.recv_into(view[self._at :])
            self._at += count
            return count
        data = channel.recv(_PIECE)
        self.feed(data)
        return len(data)

    def feed(self, data: bytes) -> None:
        """Take what arrived.

        Raises:
            ValueError: more than anyone has reason to send.
        """
        if self._large is not None and self._at < len(self._large):
            space = len(self._large) - self._at
            piece, data = data[:space], data[space:]
            self._large[self._at : self._at + len(piece)] = piece
            self._at += len(piece)
        self._held = self._held + data if self._held else data
        if len(self._held) > self._longest + _LONGEST_HEADER:
            raise ValueError("too much at a time")

    def take(self) -> Frame | None:
        """The next whole frame, if there is one.

        Raises:
            ValueError: what arrived is no frame, or one that is too long.
        """
        if self._large is not None:
            if self._at < len(self._large):
                return None
            whole, self._large, self._at = memoryview(self._large).toreadonly(), None, 0
            start, middle, end = _split(whole)
            note, head = bytes(whole[_LENGTHS.size : start]), bytes(whole[start:middle])
            return Frame(head, whole[middle:end], note)
        held = self._held
        if len(held) < _LENGTHS.size:
            return None
        start, middle, end = _split(held)
        if end - middle > self._longest:
            raise ValueError("too long a frame")
        if len(held) >= end:
            self._held = held[end:]
            raw = held if len(held) == end else held[:end]
            return Frame(held[start:middle], held[middle:end], held[_LENGTHS.size : start], raw)
        if end > _PIECE:
            self._large = bytearray(end)
            self._held, self._at = b"", 0
            self.feed(held)
        return None


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
    data = channel.recv(_PIECE)
    while data and len(data) < _LENGTHS.size:
        more = channel.recv(_PIECE)
        data = data + more if more else b""
    if not data:
        return None
    start, middle, end = _split(data)
    pieces = [data]
    missing = end - len(data)
    while missing > 0:
        piece = channel.recv(missing, socket.MSG_WAITALL)
        if not piece:
            return None
        pieces.append(piece)
        missing -= len(piece)
    if len(pieces) > 1 and len(data) < middle:
        data, pieces = b"".join(pieces), [b""]
    body = data[middle:end] if len(pieces) == 1 else b"".join([data[middle:], *pieces[1:]])
    return Frame(data[start:middle], body, data[_LENGTHS.size : start])
