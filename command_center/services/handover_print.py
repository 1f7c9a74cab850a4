"""The handover report as a PDF: set by Typst with the fonts that come with the centre, no system package needed."""

import json
import logging
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from command_center.center import Center
from command_center.domain.errors import PaperFailed
from command_center.domain.handover import HandoverReport
from command_center.domain.text import Language
from command_center.services.handover_layout import paper_of, template_file
from command_center.services.paper_fonts import font_folder

log = logging.getLogger(__name__)

PATIENCE_S = 20.0
"""A report of an ordinary night is set in half a second."""


TYPESETTER = Path(__file__).with_name("typesetter.py")
"""Run as a program, never imported: Typst is large, and native."""


def handover_pdf(center: Center, report: HandoverReport, language: Language) -> bytes:
    """Set the report. Raises PaperFailed: Typst took too long, fell, or met something it cannot set."""
    paper = asdict(paper_of(report, language, center.zone))
    with TemporaryDirectory(prefix="paper-") as name:
        folder = Path(name)
        copyfile(template_file(center, "handover.typ"), folder / "main.typ")
        (folder / "paper.json").write_text(json.dumps(paper, ensure_ascii=False), "utf-8")
        return _set(folder, font_folder(center))


def _set(folder: Path, fonts_dir: Path) -> bytes:
    command = [sys.executable, "-I", str(TYPESETTER), str(folder), str(fonts_dir)]
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
