"""Sets one paper with Typst, in a process of its own: `python -I typesetter.py FOLDER FONTS`, the PDF comes on standard output.

FOLDER holds main.typ and what it reads; FONTS holds the fonts. Typst is native code that takes what people typed: when it never comes
to an end, or falls, whoever started this process goes on. It imports nothing of the centre, so it starts in a tenth of a second.
"""

import sys
from pathlib import Path

import typst


def main(folder: str, fonts: str) -> None:
    paper = typst.compile(Path(folder) / "main.typ", root=Path(folder), font_paths=[Path(fonts)], ignore_system_fonts=True)
    if not isinstance(paper, bytes):
        raise TypeError("one paper is one file")
    sys.stdout.buffer.write(paper)


if __name__ == "__main__":
    main(*sys.argv[1:3])
