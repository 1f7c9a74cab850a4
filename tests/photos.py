"""Photos as cameras make them: small, whole, and full of what must not be kept."""

from __future__ import annotations

import struct
import zlib

PLACE = b"GPSLatitude 36.7046"
"""Stands for whatever a camera tells about where it was."""


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def exif(*, turned: int | None = None, order: str = "<") -> bytes:
    """The body of an APP1 segment: an orientation if asked for, and a place."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    tags = [] if turned is None else [struct.pack(f"{order}HHIHH", 0x0112, 3, 1, turned, 0)]
    table = struct.pack(f"{order}H", len(tags)) + b"".join(tags) + b"\0\0\0\0"
    return b"Exif\0\0" + mark + struct.pack(f"{order}I", 8) + table + PLACE


def jpeg(*extra: bytes, tail: bytes = b"", picture: bytes = b"\x11\xff\x00\x22\xff\xd0\x33") -> bytes:
    """Start, JFIF, the extra segments, tables, one scan with a stuffed byte and a restart, end, and what a phone appends."""
    head = b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    tables = segment(0xDB, bytes(65)) + segment(0xC0, b"\x08\0\1\0\1\1\1\x11\0") + segment(0xC4, bytes(17))
    scan = segment(0xDA, b"\1\1\0\0?\0") + picture
    return head + b"".join(extra) + tables + scan + b"\xff\xd9" + tail


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*extra: bytes, tail: bytes = b"") -> bytes:
    """One grey pixel."""
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return head + b"".join(extra) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"") + tail


def riff(name: bytes, body: bytes) -> bytes:
    return struct.pack("<4sI", name, len(body)) + body + b"\0" * (len(body) % 2)


def webp(*extra: bytes, flags: int = 0) -> bytes:
    """An extended WebP with one lossless picture."""
    body = b"WEBP" + riff(b"VP8X", bytes((flags,)) + bytes(9)) + riff(b"VP8L", b"\x2f\0\0\0\0\x07") + b"".join(extra)
    return struct.pack("<4sI", b"RIFF", len(body)) + body
