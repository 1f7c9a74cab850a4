"""The handover report as an Excel workbook: what it is on the first sheet, then one sheet per section, every figure with its source."""

from collections.abc import Iterator, Sequence

from command_center.center import Center
from command_center.domain.handover import HandoverReport, Line, Section
from command_center.domain.text import Language
from command_center.services.handover_layout import (
    BLOCKERS,
    MATTER,
    SAID,
    SAID_BY,
    foot_of,
    printable,
    title_of,
    with_countersignature,
    word,
)
from command_center.services.spreadsheets import BookSheet, write_book
from command_center.words import N_, translator

ABOUT = N_("About this report")
SOURCE = N_("Rows behind it")
WRITTEN_BY = N_("Written by")
WIDEST = 60
NARROWEST = 10


def handover_xlsx(center: Center, report: HandoverReport, language: Language) -> bytes:
    """The report as a workbook; nothing in it is ever a formula."""
    return write_book(list(_sheets(center, report, language)), is_drill=report.is_drill)


def _sheets(center: Center, report: HandoverReport, language: Language) -> Iterator[BookSheet]:
    say = translator(language)
    mark, title, watch = title_of(report, language)
    about = [[told] for told in (mark, title, report.street.in_(language), watch, *foot_of(report, language, center.zone)) if told]
    yield BookSheet(title=say(ABOUT), heads=[title], widths=[90], rows=about)
    for section in with_countersignature(report):
        yield _section(section, language)
    rows = [[it.what.in_(language), it.note or "", it.noted_by or "", it.link] for it in report.blockers]
    yield BookSheet(title=say(BLOCKERS), heads=[say(MATTER), say(SAID), say(SAID_BY), say(SOURCE)], widths=[50, 50, 14, 40], rows=rows)


def _section(section: Section, language: Language) -> BookSheet:
    say = translator(language)
    heads = [name.in_(language) for name in section.fields.values()]
    rows: list[Sequence[object]] = [
        [*(_figure(line, name, language) for name in section.fields), "\n".join(dict.fromkeys(_links(section, place)))]
        for place, line in enumerate(section.lines)
    ]
    if section.edited_by is not None:
        rows.append([f"{say(WRITTEN_BY)}: {section.edited_by}"])
    if section.note is not None:
        rows.append([printable(section.note.in_(language))])
    widths = [_width([head, *(str(row[place]) for row in rows if place < len(row))]) for place, head in enumerate(heads)]
    return BookSheet(title=section.title.in_(language), heads=[*heads, say(SOURCE)], widths=[*widths, 40], rows=rows)


def _figure(line: Line, name: str, language: Language) -> object:
    """A count as a number, so that a sheet can add it up; everything else as people read it."""
    cell = line.cells[name]
    is_count = isinstance(cell.value, int | float) and not isinstance(cell.value, bool) and cell.text.zh == f"{cell.value:,}"
    return cell.value if is_count else word(line, name, language)


def _links(section: Section, place: int) -> Iterator[str]:
    yield from (cell.link for cell in section.lines[place].cells.values() if cell.link is not None)


def _width(texts: Sequence[str]) -> int:
    """Characters the widest line of a column takes; a Chinese one counts twice."""
    widest = max(sum(2 if ord(letter) > 0x2E7F else 1 for letter in line) for told in texts for line in told.split("\n"))
    return min(max(widest + 2, NARROWEST), WIDEST)
