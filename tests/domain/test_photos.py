"""Photos: known by their bytes, freed of what the camera told about, the picture untouched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.errors import NotAPhoto
from command_center.domain.photos import MOST_BYTES, cleaned
from tests.photos import PLACE, chunk, exif, jpeg, png, riff, segment, webp

XMP = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + PLACE)
IPTC = segment(0xED, b"Photoshop 3.0\0" + PLACE)
THUMBNAILS = segment(0xE2, b"MPF\0" + PLACE)
COMMENT = segment(0xFE, PLACE)
COLOURS = segment(0xE2, b"ICC_PROFILE\0\1\1colours")


@pytest.mark.parametrize(
    ("photo", "plain", "kind"),
    [
        (jpeg(segment(0xE1, exif()), XMP, IPTC, THUMBNAILS, COMMENT, tail=PLACE), jpeg(), "jpg"),
        (jpeg(COLOURS, COMMENT), jpeg(COLOURS), "jpg"),
        (png(chunk(b"eXIf", PLACE), chunk(b"tEXt", PLACE), tail=PLACE), png(), "png"),
        (webp(riff(b"EXIF", PLACE), riff(b"XMP ", PLACE), flags=0x0C), webp(), "webp"),
    ],
    ids=["everything a phone adds", "colours stay", "png", "webp"],
)
def test_what_the_camera_told_is_gone_and_the_picture_is_the_same(photo: bytes, plain: bytes, kind: str) -> None:
    assert cleaned(photo) == (plain, kind)


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_photo_taken_sideways_stays_upright_and_nothing_else_of_its_exif_does(order: str) -> None:
    kept, _ = cleaned(jpeg(segment(0xE1, exif(turned=6, order=order))))

    assert PLACE not in kept
    assert cleaned(kept)[0] == kept
    assert b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06" in kept


@pytest.mark.parametrize(
    "photo",
    [b"", b"GIF89a" + bytes(50), b"<svg onload=alert(1)>", b"%PDF-1.7", jpeg()[:-2], jpeg()[:30], png()[:-4], png()[:-20], webp()[:-3]],
    ids=["nothing", "gif", "svg", "pdf", "jpeg without end", "jpeg cut off", "png cut off", "png without picture", "webp cut off"],
)
def test_anything_else_is_refused(photo: bytes) -> None:
    with pytest.raises(NotAPhoto):
        cleaned(photo)


def test_a_photo_larger_than_five_mebibytes_is_refused() -> None:
    with pytest.raises(NotAPhoto):
        cleaned(jpeg(picture=bytes(MOST_BYTES)))


@given(
    whole=st.sampled_from([jpeg(segment(0xE1, exif(turned=3)), COMMENT), png(chunk(b"tEXt", PLACE)), webp(riff(b"EXIF", PLACE), flags=8)]),
    cuts=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4),
    end=st.integers(0, 400),
)
def test_a_spoilt_photo_is_kept_clean_or_refused(whole: bytes, cuts: list[tuple[int, int]], end: int) -> None:
    spoilt = bytearray(whole[: max(0, len(whole) - end // 8)])
    for at, value in cuts:
        if at < len(spoilt):
            spoilt[at] = value
    try:
        kept, _ = cleaned(bytes(spoilt))
    except NotAPhoto:
        return
    assert cleaned(kept)[0] == kept
