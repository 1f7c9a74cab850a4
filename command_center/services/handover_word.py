"""The handover report as a Word file: the office's template with its merge fields filled in (mail merge, nothing of Word is needed)."""

import logging
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from mailmerge import MailMerge

from command_center.catalogue import FOLDER
from command_center.center import Center
from command_center.domain.errors import TemplateUnfit
from command_center.domain.handover import HandoverReport, Section
from command_center.domain.text import Language
from command_center.services.handover_layout import (
    NONE,
    Kind,
    foot_of,
    kind_of,
    printable,
    template_file,
    title_of,
    with_countersignature,
    word,
)
from command_center.services.handover_template import BLOCKER_FIELDS, FOOT_FIELDS, field_name, note_field, template_name
from command_center.words import translator

log = logging.getLogger(__name__)

Row = dict[str, str]


def handover_docx(center: Center, report: HandoverReport, language: Language) -> bytes:
    """Fill the template. Raises TemplateUnfit when the office's own cannot be used; fields it leaves out are left out."""
    file = template_file(center, template_name(language))
    fields, tables = _single(center, report, language), _repeated(report, language)
    try:
        return _merged(file, fields, tables)
    except Exception as error:  # a file from outside can break its reader in any way
        if file.is_relative_to(FOLDER):
            raise
        log.warning("the office's template cannot be used", extra={"file": str(file), "reason": str(error)})
        raise TemplateUnfit(file=str(file), reason=f"{type(error).__name__}: {error}"[:200]) from error


def _merged(file: Path, fields: Row, tables: Sequence[Sequence[Row]]) -> bytes:
    written = BytesIO()
    with MailMerge(BytesIO(file.read_bytes())) as document:
        there: set[str] = document.get_merge_fields()
        for rows in tables:
            anchor = next((name for name in rows[0] if name in there), None)
            if anchor is not None:
                document.merge_rows(anchor, list(rows))
        document.merge(**fields)
        document.write(written)
    return written.getvalue()


def _single(center: Center, report: HandoverReport, language: Language) -> Row:
    """What stands once: titles, forms, notes, the foot of every page."""
    mark, title, watch = title_of(report, language)
    fields = {"mark": mark, "title": title, "watch": watch, "street": report.street.in_(language)}
    fields |= dict(zip(FOOT_FIELDS, foot_of(report, language, center.zone), strict=True))
    for section in with_countersignature(report):
        fields[note_field(section.key)] = "" if section.note is None else section.note.in_(language)
        if _kind(section) == "grid":
            fields |= {field_name(section.key, name): word(line, name, language) for line in section.lines for name in section.fields}
    return {name: printable(text) for name, text in fields.items()}


def _kind(section: Section) -> Kind:
    return kind_of(section.key, list(section.fields), is_form=section.is_form)


def _repeated(report: HandoverReport, language: Language) -> list[list[Row]]:
    """The rows of every table, and the paragraphs of running text; a table that is empty says so in its first column."""
    tables = []
    for section in report.sections:
        names = {name: field_name(section.key, name) for name in section.fields}
        match _kind(section):
            case "table":
                rows = [{field: word(line, name, language) for name, field in names.items()} for line in section.lines]
                tables.append(rows or [_none(list(names.values()), language)])
            case "text":
                tables.append(
                    [{names[name]: told} for line in section.lines for name in names for told in word(line, name, language).split("\n")]
                )
            case "grid":
                continue
    said = [dict(zip(BLOCKER_FIELDS, (it.what.in_(language), it.note or "—", it.noted_by or "—"), strict=True)) for it in report.blockers]
    return [*tables, [_printed(row) for row in said] or [_none(BLOCKER_FIELDS, language)]]


def _printed(row: Row) -> Row:
    return {name: printable(text) for name, text in row.items()}


def _none(names: Sequence[str], language: Language) -> Row:
    return {name: translator(language)(NONE) if place == 0 else "" for place, name in enumerate(names)}


def template_fields(file: Path) -> set[str]:
    """Names of the merge fields of a template, for those who make one."""
    with MailMerge(BytesIO(file.read_bytes())) as document:
        fields: set[Any] = document.get_merge_fields()
        return {str(name) for name in fields}
