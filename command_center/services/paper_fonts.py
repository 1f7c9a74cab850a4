"""The fonts of papers: those of the screens as plain TrueType, which a typesetter can read.

They come packed (xz) and are unpacked into the data folder once, in a third of a second; turning a browser's font into one takes ten.
"""

import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from command_center.catalogue import FOLDER
from command_center.center import Center

PACKED = FOLDER / "handover" / "fonts"
WEB_FONTS = Path(__file__).parents[2] / "assets" / "fonts"
FAMILIES = {"chinese-simplified": "Noto Sans SC", "latin": "Noto Sans SC Latin"}
"""Characters and letters come in two files; each is a family of its own, so that a typesetter finds both."""

_FAMILY_NAMES = (1, 4, 16)
"""Records of a font's name table that a typesetter reads the family from."""


def font_folder(center: Center) -> Path:
    """Where the fonts of papers lie. What an office puts there itself (its FangSong, its XiaoBiaoSong) is used before ours."""
    folder = center.folder / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    for packed in sorted(PACKED.glob("*.ttf.xz")):
        target = folder / packed.stem
        if not target.exists() or target.stat().st_mtime < packed.stat().st_mtime:
            with _arriving(target) as fresh:
                fresh.write_bytes(lzma.decompress(packed.read_bytes()))
    return folder


@contextmanager
def _arriving(target: Path) -> Iterator[Path]:
    """A file beside the target that takes its place when it is whole; two at once do the same work, and neither harm."""
    with TemporaryDirectory(dir=target.parent) as beside:
        fresh = Path(beside) / target.name
        yield fresh
        fresh.replace(target)


def pack_fonts(target: Path = PACKED) -> list[Path]:
    """Make the packed fonts anew from those of the screens; needs fontTools, which only developers have."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - no dependency of a running centre

    target.mkdir(parents=True, exist_ok=True)
    made = []
    for part, family in FAMILIES.items():
        for weight in (400, 700):
            plain = target / f"noto-sans-sc-{part}-{weight}.ttf"
            with TTFont(WEB_FONTS / f"noto-sans-sc-{part}-{weight}-normal.woff2", recalcTimestamp=False) as font:
                font.flavor = None
                for record in font["name"].names:
                    if record.nameID in _FAMILY_NAMES:
                        record.string = family
                written = BytesIO()
                font.save(written)
            made.append(plain.with_name(f"{plain.name}.xz"))
            made[-1].write_bytes(lzma.compress(written.getvalue(), preset=9 | lzma.PRESET_EXTREME))
    return made
