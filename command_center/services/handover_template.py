"""The Word template that comes with the centre: a plain .docx with merge fields, which an office opens in Word and makes its own.

Every section of the catalogue's template has its place in it. A field is called by its section and its name: `header_shift_no`,
`incidents_number`. A table's row with fields is repeated for every line. GB/T 9704 sets the page and the type.
"""

import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

from command_center.domain.catalogue import Catalogue
from command_center.domain.handover import FORMS
from command_center.domain.text import Language
from command_center.domain.vocabulary import HandoverSection, HandoverTemplate
from command_center.services.handover_layout import BLOCKERS, MATTER, SAID, SAID_BY, SIGNATURES, columns_of, head_of, kind_of, numeral
from command_center.words import LANGUAGES, translator

TWIPS_PER_MM = 1440 / 25.4
PAGE = (210, 297)
TOP, RIGHT, BOTTOM, LEFT = 37, 26, 35, 28
WIDTH_MM = PAGE[0] - LEFT - RIGHT
GRID_SHARES = (1.0, 1.9, 1.0, 1.9)

_NAMES = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_RELS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ALWAYS = (1980, 1, 1, 0, 0, 0)
"""The same template is the same file, byte for byte."""


def field_name(section: str, name: str) -> str:
    """What a field of a section is called in a Word template."""
    return f"{section}_{name}"


def template_name(language: Language) -> str:
    """The file of a language's template, wherever it lies."""
    return f"handover.{language}.docx"


def note_field(section: str) -> str:
    """What stands under a section as a whole."""
    return field_name(section, "note_below")


BLOCKER_FIELDS = ("blockers_what", "blockers_note", "blockers_by")
FOOT_FIELDS = ("foot_state", "foot_hash", "foot_log")


def build_template(template: HandoverTemplate, language: Language) -> bytes:
    """The template for one language as a .docx file."""
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations((("rId1", "officeDocument", "word/document.xml"),)),
        "word/_rels/document.xml.rels": _relations(
            (
                *((f"rId{place}", kind, f"{kind}.xml") for place, kind in enumerate(("styles", "settings", "fontTable"), 1)),
                ("rId4", "footer", "footer1.xml"),
            )
        ),
        "word/document.xml": _document(template, language),
        "word/styles.xml": _styles(language),
        "word/settings.xml": f'{_HEAD}<w:settings {_NAMES}><w:defaultTabStop w:val="420"/></w:settings>',
        "word/fontTable.xml": _fonts(),
        "word/footer1.xml": _footer(),
    }
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(zipfile.ZipInfo(name, _ALWAYS), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def write_templates(catalogue: Catalogue, folder: Path) -> list[Path]:
    """Write the templates of both languages into a folder; what lies there by these names is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / template_name(language): language for language in LANGUAGES}
    for file, language in files.items():
        file.write_bytes(build_template(catalogue.handover, language))
    return list(files)


# ---- the text --------------------------------------------------------------------------------------------------------------------


def _document(template: HandoverTemplate, language: Language) -> str:
    """The body. It ends in a line of no height: a full last page is not followed by an empty one."""
    body = [
        _paragraph("Mark", _field("mark")),
        _paragraph("Title", _field("title")),
        _paragraph("Subtitle", _field("street") + _run("　" if language == "zh_CN" else ", ") + _field("watch")),
    ]
    above = [section for section in template.sections if section.key != SIGNATURES]
    for number, section in enumerate(above, 1):
        body += _numbered(template, section, number, language)
    body += _blockers(len(above) + 1, language)
    for section in template.sections:
        if section.key == SIGNATURES:
            body += _numbered(template, section, len(above) + 2, language)
    return f"{_HEAD}<w:document {_NAMES} {_RELS}><w:body>{''.join(body)}{_page()}</w:body></w:document>"


def _numbered(template: HandoverTemplate, section: HandoverSection, number: int, language: Language) -> Iterator[str]:
    yield _paragraph("Heading1", _run(numeral(number, language) + section.title.in_(language)))
    yield from _section(template, section, language)
    yield _paragraph("End", "") if section.key == SIGNATURES else _paragraph("Note", _field(note_field(section.key)))


def _section(template: HandoverTemplate, section: HandoverSection, language: Language) -> Iterator[str]:
    names = template.field_names
    match kind_of(section.key, section.fields, is_form=section.key in FORMS):
        case "text":
            yield _table((1,), [[_paragraph("Body", _field(field_name(section.key, section.fields[0])))]], is_ruled=False)
        case "grid":
            cells = [
                _paragraph(style, content)
                for name in section.fields
                for style, content in (
                    ("TableHead", _run(names[name].in_(language))),
                    ("TableText", _field(field_name(section.key, name))),
                )
            ]
            yield _table(GRID_SHARES, [cells[start : start + len(GRID_SHARES)] for start in range(0, len(cells), len(GRID_SHARES))])
        case _:
            columns = columns_of(section.key, section.fields)
            heads = [head_of([names[name] for name in held], language) for held, _ in columns]
            fields = [[field_name(section.key, name) for name in held] for held, _ in columns]
            yield _repeating([share for _, share in columns], heads, fields)


def _blockers(number: int, language: Language) -> Iterator[str]:
    say = translator(language)
    yield _paragraph("Heading1", _run(numeral(number, language) + say(BLOCKERS)))
    yield _repeating((4, 4, 1.6), [say(MATTER), say(SAID), say(SAID_BY)], [[name] for name in BLOCKER_FIELDS])
    yield _paragraph("Note", "")


def _repeating(shares: Sequence[float], heads: Sequence[str], fields: Sequence[Sequence[str]]) -> str:
    """A table whose second row is written once per line."""
    cells = ["".join(_paragraph("TableText", _field(name)) for name in names) for names in fields]
    return _table(shares, [[_paragraph("TableHead", _run(head)) for head in heads], cells], has_head=True)


_EDGES = ("top", "left", "bottom", "right", "insideH", "insideV")


def _table(shares: Sequence[float], rows: Sequence[Sequence[str]], *, has_head: bool = False, is_ruled: bool = True) -> str:
    """Rows stay together; a head is repeated on every page; the last cell of a short row takes what is left of the width."""
    twips = [round(WIDTH_MM * TWIPS_PER_MM * share / sum(shares)) for share in shares]
    edges = "".join(f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="444444"/>' for edge in _EDGES if is_ruled)
    margin = 70 if is_ruled else 0
    properties = (
        f'<w:tblPr><w:tblW w:w="{sum(twips)}" w:type="dxa"/><w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:left w:w="{margin}" w:type="dxa"/><w:right w:w="{margin}" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    )
    grid = "".join(f'<w:gridCol w:w="{it}"/>' for it in twips)
    written = (_row(cells, twips, is_head=has_head and place == 0) for place, cells in enumerate(rows))
    return f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{''.join(written)}</w:tbl>"


def _row(cells: Sequence[str], twips: Sequence[int], *, is_head: bool) -> str:
    marks = "<w:cantSplit/><w:tblHeader/>" if is_head else "<w:cantSplit/>"
    last = len(cells) - 1
    widths = [*twips[:last], sum(twips[last:])]
    spans = [*([""] * last), f'<w:gridSpan w:val="{len(twips) - last}"/>' if len(cells) < len(twips) else ""]
    told = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}<w:vAlign w:val="center"/></w:tcPr>{content}</w:tc>'
        for width, span, content in zip(widths, spans, cells, strict=True)
    )
    return f"<w:tr><w:trPr>{marks}</w:trPr>{told}</w:tr>"


def _paragraph(style: str, content: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{content}</w:p>'


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _field(name: str, instruction: str = "MERGEFIELD", shown: str | None = None) -> str:
    mark = f"«{name}»" if shown is None else shown
    told = f" {instruction} {name} " if instruction == "MERGEFIELD" else f" {instruction} "
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve">{told}</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f"<w:r><w:t>{escape(mark)}</w:t></w:r>"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def _footer() -> str:
    foot = "".join(_paragraph("Foot", _field(name)) for name in FOOT_FIELDS)
    number = _paragraph("PageNumber", _run("— ") + _field("", "PAGE", "1") + _run(" —"))
    return f"{_HEAD}<w:ftr {_NAMES}>{foot}{number}</w:ftr>"


def _page() -> str:
    def twips(length_mm: float) -> int:
        return round(length_mm * TWIPS_PER_MM)

    return (
        f'<w:sectPr><w:footerReference {_RELS} w:type="default" r:id="rId4"/><w:pgSz w:w="{twips(PAGE[0])}" w:h="{twips(PAGE[1])}"/>'
        f'<w:pgMar w:top="{twips(TOP)}" w:right="{twips(RIGHT)}" w:bottom="{twips(BOTTOM)}" w:left="{twips(LEFT)}" '
        f'w:header="{twips(20)}" w:footer="{twips(12)}" w:gutter="0"/></w:sectPr>'
    )


# ---- the type --------------------------------------------------------------------------------------------------------------------

FANGSONG, HEITI, XIAOBIAOSONG, LATIN = "仿宋", "黑体", "方正小标宋简体", "Times New Roman"
_OTHER_NAMES = {FANGSONG: "FangSong", HEITI: "SimHei", XIAOBIAOSONG: "FZXiaoBiaoSong-B05S", "宋体": "SimSun"}
"""What a font is called where its Chinese name is not known; Word looks for these before it takes another."""


def _fonts() -> str:
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for name, other in _OTHER_NAMES.items()
    )
    return f"{_HEAD}<w:fonts {_NAMES}>{fonts}</w:fonts>"


def _styles(language: Language) -> str:
    zh = language == "zh_CN"
    size, line = (16.0, ' w:line="560" w:lineRule="exact"') if zh else (12.0, ' w:line="300" w:lineRule="auto"')
    indent = '<w:ind w:firstLineChars="200" w:firstLine="640"/>' if zh else ""
    styles = (
        _style("Normal", "Normal", FANGSONG, 10.5, '<w:spacing w:after="0"/>', is_default=True),
        _style("Body", "Body", FANGSONG, size, f'<w:spacing w:after="0"{line}/>{indent}'),
        _style("Mark", "Mark", HEITI, 14, '<w:spacing w:after="0"/><w:jc w:val="center"/>', extra='<w:color w:val="B3261E"/>'),
        _style("Title", "Title", XIAOBIAOSONG, 22, '<w:spacing w:before="120" w:after="120"/><w:jc w:val="center"/>'),
        _style("Subtitle", "Subtitle", FANGSONG, 14, '<w:spacing w:after="120"/><w:jc w:val="center"/>'),
        _style(
            "Heading1",
            "heading 1",
            HEITI,
            size if zh else 13,
            '<w:keepNext/><w:spacing w:before="240" w:after="120"/><w:outlineLvl w:val="0"/>',
            extra="" if zh else "<w:b/>",
        ),
        _style(
            "TableHead", "Table head", HEITI, 10.5, '<w:keepNext/><w:spacing w:before="40" w:after="40"/>', extra="" if zh else "<w:b/>"
        ),
        _style("TableText", "Table text", FANGSONG, 10.5, '<w:spacing w:before="40" w:after="40"/>'),
        _style("Note", "Note", FANGSONG, 9, '<w:spacing w:before="40" w:after="0"/>'),
        _style("End", "End", FANGSONG, 1, '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'),
        _style("Foot", "Foot", "宋体", 7.5, '<w:spacing w:after="0"/>'),
        _style("PageNumber", "Page number", "宋体", 14, '<w:spacing w:after="0"/><w:jc w:val="center"/>'),
    )
    lang = '<w:lang w:val="en-GB" w:eastAsia="zh-CN"/>'
    defaults = f"<w:docDefaults><w:rPrDefault><w:rPr>{_font(FANGSONG)}{lang}</w:rPr></w:rPrDefault></w:docDefaults>"
    return f"{_HEAD}<w:styles {_NAMES}>{defaults}{''.join(styles)}</w:styles>"


def _font(name: str) -> str:
    return f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:cs="{LATIN}" w:eastAsia="{name}"/>'


def _style(style_id: str, name: str, font: str, points: float, paragraph: str, *, extra: str = "", is_default: bool = False) -> str:
    """A paragraph style that stands on nothing but itself."""
    half = round(points * 2)
    mark = ' w:default="1"' if is_default else ""
    return (
        f'<w:style w:type="paragraph"{mark} w:styleId="{style_id}"><w:name w:val="{name}"/><w:qFormat/><w:pPr>{paragraph}</w:pPr>'
        f'<w:rPr>{_font(font)}{extra}<w:sz w:val="{half}"/><w:szCs w:val="{half}"/></w:rPr></w:style>'
    )


# ---- the package -----------------------------------------------------------------------------------------------------------------


def _content_types() -> str:
    parts = (
        ("document", "document.main"),
        ("styles", "styles"),
        ("settings", "settings"),
        ("fontTable", "fontTable"),
        ("footer1", "footer"),
    )
    overrides = "".join(f'<Override PartName="/word/{part}.xml" ContentType="{_OFFICE}.{kind}+xml"/>' for part, kind in parts)
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(targets: Sequence[tuple[str, str, str]]) -> str:
    told = "".join(f'<Relationship Id="{key}" Type="{_OFFICE_RELS}/{kind}" Target="{target}"/>' for key, kind, target in targets)
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{told}</Relationships>'
