"""The handover report as a PDF: set by Typst with the fonts that come with the centre, no system package needed."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from fontTools.ttLib import TTFont

from command_center.center import Center
from command_center.domain.errors import PaperFailed
from command_center.domain.handover import HandoverReport
from command_center.domain.text import Language
from command_center.services import typesetter
from command_center.services.handover_layout import paper_of, template_file

log = logging.getLogger(__name__)

PATIENCE_S = 20.0
"""A report of an ordinary night is set in half a second."""

WEB_FONTS = Path(__file__).parents[2] / "assets" / "fonts"
FAMILY = "Noto Sans SC"
_SHIPPED = {f"noto-sans-sc-{part}-{weight}-normal": part for part in ("chinese-simplified", "latin") for weight in (400, 700)}
_NAMES = (1, 4, 16)
"""Records of a font's name table that a typesetter reads the family from."""


def handover_pdf(center: Center, report: HandoverReport, language: Language) -> bytes:
    """Set the report. Raises PaperFailed: Typst took too long, fell, or met something it cannot set."""
    paper = asdict(paper_of(report, language, center.zone))
    with TemporaryDirectory(prefix="paper-") as name:
        folder = Path(name)
        copyfile(template_file(center, "handover.typ"), folder / "main.typ")
        (folder / "paper.json").write_text(json.dumps(paper, ensure_ascii=False), "utf-8")
        return _set(folder, fonts(center))


def _set(folder: Path, fonts_dir: Path) -> bytes:
    command = [sys.executable, "-I", str(Path(typesetter.__file__)), str(folder), str(fonts_dir)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        log.warning("a paper took too long", extra={"patience_s": PATIENCE_S})
        raise PaperFailed(reason=f"> {PATIENCE_S:g} s") from None
    if done.returncode != 0:
        told = done.stderr.decode("utf-8", "replace").strip().splitlines()
        log.warning("a paper could not be set", extra={"reason": told[-20:]})
        raise PaperFailed(reason=(told[-1] if told else f"exit {done.returncode}")[:200])
    return done.stdout


def fonts(center: Center) -> Path:
    """The folder with the fonts a typesetter can read; made once from those of the screens, which are packed for browsers.

    Fonts that an office puts there itself (its FangSong, its XiaoBiaoSong) are used before ours.
    """
    folder = center.folder / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in _SHIPPED.items():
        target = folder / f"{name}.ttf"
        if not target.exists():
            with _arriving(target) as fresh:
                _unpack(WEB_FONTS / f"{name}.woff2", fresh, FAMILY if part == "chinese-simplified" else f"{FAMILY} Latin")
    return folder


@contextmanager
def _arriving(target: Path) -> Iterator[Path]:
    """A file beside the target that takes its place when it is whole; two at once do the same work, and neither harm."""
    with TemporaryDirectory(dir=target.parent) as beside:
        fresh = Path(beside) / target.name
        yield fresh
        fresh.replace(target)


def _unpack(source: Path, target: Path, family: str) -> None:
    """Write a web font as plain TrueType. Letters and characters come in two files: each gets a family of its own."""
    font = TTFont(source)
    font.flavor = None
    for record in font["name"].names:
        if record.nameID in _NAMES:
            record.string = family
    font.save(target)
