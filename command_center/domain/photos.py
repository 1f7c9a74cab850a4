"""Photos as evidence: told by their first bytes, and freed of what a camera adds, above all of where it was taken.

The picture itself is not touched. What is dropped: EXIF (its orientation is kept), XMP, IPTC, comments, text, thumbnails, and whatever
comes after the picture's end. Layouts: ITU-T T.81 (JPEG), the PNG specification, and RFC 9649 (WebP).
"""

import struct
import zlib
from collections.abc import Iterator

from command_center.domain.errors import NotAPhoto

MOST_BYTES = 5 * 1024 * 1024

JPEG, PNG, WEBP = "jpg", "png", "webp"
MEDIA_TYPES = {JPEG: "image/jpeg", PNG: "image/png", WEBP: "image/webp"}

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD"})
_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04

_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14, _APP15, _COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length: TEM and the restarts."""

_IN_SCAN = _ALONE | {0x00, 0xFF}
"""What may follow 0xFF within a scan: a stuffed zero, a fill byte, a restart."""


def cleaned(photo: bytes) -> tuple[bytes, str]:
    """The photo without what the camera told about it, and its kind. Raises NotAPhoto."""
    if not photo:
        raise NotAPhoto(reason="empty")
    if len(photo) > MOST_BYTES:
        raise NotAPhoto(reason=f"{len(photo)} > {MOST_BYTES}")
    try:
        if photo.startswith(b"\xff\xd8\xff"):
            return b"".join(_jpeg(photo)), JPEG
        if photo.startswith(_PNG_SIGNATURE):
            return b"".join(_png(photo)), PNG
        if photo[:4] == b"RIFF" and photo[8:12] == b"WEBP":
            return _webp(photo), WEBP
    except (struct.error, IndexError):
        raise NotAPhoto(reason="broken") from None
    raise NotAPhoto(reason="unknown kind")


# ---- JPEG ----------------------------------------------------------------------------------------------------------------------


def _jpeg(photo: bytes) -> Iterator[bytes]:
    yield photo[:2]
    at = 2
    while True:
        marker, at = _marker(photo, at)
        if marker == _EOI:
            yield b"\xff\xd9"
            return
        if marker in _ALONE:
            yield bytes((0xFF, marker))
            continue
        length = struct.unpack_from(">H", photo, at)[0]
        if length < 2 or at + length > len(photo):
            raise NotAPhoto(reason="broken")
        yield from _segment(marker, photo[at + 2 : at + length])
        at += length
        if marker == _SOS:
            end = _end_of_scan(photo, at)
            yield photo[at:end]
            at = end


def _marker(photo: bytes, at: int) -> tuple[int, int]:
    """The next marker and where what it marks begins; any number of fill bytes may stand before it."""
    if photo[at] != 0xFF:
        raise NotAPhoto(reason="broken")
    while photo[at] == 0xFF:
        at += 1
    return photo[at], at + 1


def _end_of_scan(photo: bytes, at: int) -> int:
    """Where the next marker stands that is neither a stuffed byte nor a restart."""
    while True:
        at = photo.find(b"\xff", at)
        if at < 0:
            raise NotAPhoto(reason="broken")
        follows = photo[at + 1]
        if follows not in _IN_SCAN:
            return at
        at += 1 if follows == 0xFF else 2


def _segment(marker: int, body: bytes) -> Iterator[bytes]:
    """The segment as it is, or what may stay of it."""
    if marker == _APP1 and body.startswith(b"Exif\0\0"):
        turned = _orientation(body[6:])
        body = b"" if turned is None else b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + struct.pack(">HHI", turned, 0, 0)
    elif (_APP0 < marker <= _APP15 and marker != _APP14 and not body.startswith(b"ICC_PROFILE\0")) or marker == _COM:
        body = b""
    if body:
        yield struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _orientation(tiff: bytes) -> int | None:
    """Which way up the camera was held, 2 to 8; None for upright, or where the EXIF cannot be read."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return None
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for place in range(min(count, 100)):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * place)
            if (tag, kind) == (0x0112, 3):
                return int(value) if 2 <= value <= 8 else None
    except struct.error:
        return None
    return None


# ---- PNG -----------------------------------------------------------------------------------------------------------------------


def _png(photo: bytes) -> Iterator[bytes]:
    yield _PNG_SIGNATURE
    at, name, seen = 8, b"", set[bytes]()
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", photo, at)
        chunk = photo[at : at + 12 + length]
        if len(chunk) < 12 + length or zlib.crc32(chunk[4:-4]) != struct.unpack(">I", chunk[-4:])[0]:
            raise NotAPhoto(reason="broken")
        if not seen and name != b"IHDR":
            raise NotAPhoto(reason="broken")
        seen.add(name)
        if name in _PNG_KEPT:
            yield chunk
        at += 12 + length
    if b"IDAT" not in seen:
        raise NotAPhoto(reason="broken")


# ---- WebP ----------------------------------------------------------------------------------------------------------------------


def _webp(photo: bytes) -> bytes:
    size = struct.unpack_from("<I", photo, 4)[0]
    end, at, kept = 8 + size, 12, list[bytes]()
    if end > len(photo):
        raise NotAPhoto(reason="broken")
    while at < end:
        name, length = struct.unpack_from("<4sI", photo, at)
        body = photo[at + 8 : at + 8 + length]
        if at + 8 + length > end or len(body) < length:
            raise NotAPhoto(reason="broken")
        if name == b"VP8X":
            body = bytes((body[0] & ~(_WEBP_EXIF | _WEBP_XMP),)) + body[1:]
        if name in _WEBP_KEPT:
            kept.append(struct.pack("<4sI", name, length) + body + b"\0" * (length % 2))
        at += 8 + length + length % 2
    if not any(chunk[:4] in (b"VP8 ", b"VP8L", b"ANMF") for chunk in kept):
        raise NotAPhoto(reason="broken")
    whole = b"WEBP" + b"".join(kept)
    return struct.pack("<4sI", b"RIFF", len(whole)) + whole
