"""The handover on paper: each form opened again and read, in both languages, with what people typed left as text."""

from __future__ import annotations

import lzma
import re
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import Pt
from fontTools.ttLib import TTFont
from openpyxl import Workbook, load_workbook

from command_center.catalogue import FOLDER, load_catalogue
from command_center.center import Center
from command_center.domain.errors import PaperFailed, TemplateUnfit
from command_center.domain.handover import HandoverReport, SectionEdit
from command_center.domain.rights import Actor, Role
from command_center.domain.text import Language
from command_center.services import handover, handover_print, paper_fonts
from command_center.services.handover import EditHandover
from command_center.services.handover_layout import columns_of, numeral, printable
from command_center.services.handover_print import handover_pdf
from command_center.services.handover_template import build_template, field_name, template_name, write_templates
from command_center.services.handover_word import handover_docx, template_fields
from command_center.services.handover_workbook import handover_xlsx
from command_center.words import LANGUAGES
from tests.builders import as_drill, take_test_call
from tests.conftest import Clock
from tests.flood_night import PASSPHRASE, flood_night, signer
from tests.services.test_handover import ready

A4_PT = (595.28, 841.89)
FORMULA = '=HYPERLINK("http://example.org","水泵")'


@pytest.fixture
def report(center: Center, clock: Clock, officer: Actor) -> HandoverReport:
    """A sealed and countersigned report of a night with everything in it."""
    flood_night(center, clock, officer)
    outgoing, incoming, leader = signer(center, "王交班"), signer(center, "李接班"), signer(center, "张带班", Role.DUTY_LEADER)
    handover_id = ready(center, outgoing)
    objection = SectionEdit(fields={"objections": FORMULA})
    handover.edit_handover(center, EditHandover(handover_id=handover_id, section="signatures", edit=objection, based_on=0), incoming)
    handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)
    handover.sign_incoming(center, handover_id, PASSPHRASE, incoming)
    handover.countersign(center, handover_id, PASSPHRASE, leader)
    return handover.handover_context(center, outgoing, handover_id)


def pages(pdf: bytes) -> list[str]:
    """The text of every page, with lines joined."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [re.sub(r"[\r\n]+", "", page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


def told(text: str) -> str:
    """Without blanks: a typesetter puts its own between characters and letters."""
    return re.sub(r"\s", "", text)


def book(content: bytes) -> Workbook:
    return load_workbook(BytesIO(content))


def word(content: bytes) -> WordDocument:
    return Document(BytesIO(content))


def every_text(document: WordDocument) -> str:
    texts = (node.text or "" for node in document.element.body.iter(qn("w:t")))
    return "".join(texts)


# ---- PDF ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_has_every_section_and_the_seal_on_every_page(center: Center, report: HandoverReport, language: Language) -> None:
    pdf = handover_pdf(center, report, language)
    read = pages(pdf)
    whole = told("".join(read))

    for section in report.sections:
        assert told(section.title.in_(language)) in whole
    for blocker in report.blockers:
        assert told(blocker.what.in_(language)) in whole
    assert report.sha256 is not None
    for number, page in enumerate(read, 1):
        assert report.sha256 in page
        assert report.log_hash in page
        assert "张带班" in page
        assert f"—{number}—" in told(page)
    document = pypdfium2.PdfDocument(pdf)
    assert all(size == pytest.approx(A4_PT, abs=0.5) for size in (page.get_size() for page in document))
    document.close()


def test_a_draft_says_on_every_page_that_nobody_has_signed_it(center: Center, officer: Actor) -> None:
    for page in pages(handover_pdf(center, handover.handover_context(center, officer), "en")):
        assert "Draft, not signed" in page
        assert "no hash" in page


def test_what_people_type_is_never_typesetting(center: Center, officer: Actor) -> None:
    handover_id = handover.open_handover(center, officer)
    typed = '#read("/etc/passwd") $x^2$ *bold* @label <tag> \\ & 水'
    order = EditHandover(handover_id=handover_id, section="remarks", edit=SectionEdit(fields={"text": typed}), based_on=0)
    handover.edit_handover(center, order, officer)
    report = handover.handover_context(center, officer)

    assert told(typed) in told("".join(pages(handover_pdf(center, report, "en"))))
    assert typed in every_text(word(handover_docx(center, report, "en")))
    assert book(handover_xlsx(center, report, "en"))["Remarks"]["A2"].value == typed


def test_a_typesetter_that_never_ends_is_stopped(center: Center, officer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    own = center.folder / "handover"
    own.mkdir()
    (own / "handover.typ").write_text("#for a in range(100000) { for b in range(100000) { let c = a * b } }", "utf-8")
    monkeypatch.setattr(handover_print, "PATIENCE_S", 1.0)

    with pytest.raises(PaperFailed) as no:
        handover_pdf(center, handover.handover_context(center, officer), "en")

    assert no.value.facts["reason"] == "> 1 s"


def test_a_typesetter_that_falls_is_told_with_its_reason(center: Center, officer: Actor) -> None:
    own = center.folder / "handover"
    own.mkdir()
    (own / "handover.typ").write_text("#unknown-word", "utf-8")

    with pytest.raises(PaperFailed) as no:
        handover_pdf(center, handover.handover_context(center, officer), "en")

    assert "unknown" in str(no.value.facts["reason"])


def letters(font: bytes) -> set[str]:
    with TTFont(BytesIO(font)) as read:
        return {chr(code) for code in read.getBestCmap()}


def packed(file: Path) -> bytes:
    return lzma.decompress(file.read_bytes())


def test_the_fonts_of_papers_have_every_letter_of_the_screens_fonts() -> None:
    files = sorted(paper_fonts.PACKED.glob("*.ttf.xz"))

    assert len(files) == 4
    for file in files:
        screens = paper_fonts.WEB_FONTS / f"{file.name.removesuffix('.ttf.xz')}-normal.woff2"
        assert letters(packed(file)) == letters(screens.read_bytes())


def test_no_word_of_ours_on_paper_lacks_its_letter(report: HandoverReport) -> None:
    known = set[str]().union(*(letters(packed(file)) for file in paper_fonts.PACKED.glob("*-400.ttf.xz")))
    names = [text for section in report.sections for text in (section.title, *section.fields.values())]
    figures = [cell.text for section in report.sections for line in section.lines for cell in line.cells.values()]

    assert {letter for text in (*names, *figures) for letter in text.zh + text.en} - known <= {"\n"}


# ---- Word --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_file_has_every_line_in_its_table_and_no_field_left(center: Center, report: HandoverReport, language: Language) -> None:
    document = word(handover_docx(center, report, language))
    whole = every_text(document)

    assert "MERGEFIELD" not in document.element.xml
    assert "«" not in whole
    for section in report.sections:
        assert section.title.in_(language) in whole
        for line in section.lines:
            for name, cell in line.cells.items():
                if name not in ("leader", "leader_at"):
                    assert all(part in whole for part in printable(cell.text.in_(language)).split("\n")), (section.key, name)
    assert "张带班" in whole
    rows = {table.cell(0, 0).text: len(table.rows) for table in document.tables}
    incidents = report.section("incidents")
    head = (" / " if language == "en" else "／").join(incidents.fields[name].in_(language) for name in ("number", "severity"))
    assert rows[head] == 1 + len(incidents.lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_page_is_that_of_official_documents_with_the_seal_at_its_foot(
    center: Center, report: HandoverReport, language: Language
) -> None:
    document = word(handover_docx(center, report, language))
    (page,) = document.sections
    lengths = (page.page_width, page.page_height, page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    foot = "".join(paragraph.text for paragraph in page.footer.paragraphs)

    assert [round(length.mm) for length in lengths if length is not None] == [210, 297, 37, 35, 28, 26]
    assert report.sha256 is not None
    assert report.sha256 in foot
    assert report.log_hash in foot
    assert "PAGE" in page.footer._element.xml  # noqa: SLF001 - python-docx shows fields in no other way


def test_the_type_is_that_of_official_documents(center: Center) -> None:
    styles = word((FOLDER / "handover" / template_name("zh_CN")).read_bytes()).styles

    faces = {name: styles[name].element.rPr.rFonts.get(qn("w:eastAsia")) for name in ("Body", "Title", "Heading 1")}
    assert faces == {"Body": "仿宋", "Title": "方正小标宋简体", "Heading 1": "黑体"}
    assert [styles[name].font.size.pt for name in ("Body", "Title", "Heading 1")] == [16, 22, 16]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_full_last_page_is_not_followed_by_an_empty_one(center: Center, report: HandoverReport, language: Language) -> None:
    last = word(handover_docx(center, report, language)).paragraphs[-1]

    assert (last.text, last.paragraph_format.line_spacing, last.style and last.style.paragraph_format.line_spacing) == ("", None, Pt(1))


def test_the_shipped_templates_are_those_of_the_catalogue() -> None:
    template = load_catalogue().handover

    for language in LANGUAGES:
        file = FOLDER / "handover" / template_name(language)
        assert file.read_bytes() == build_template(template, language)
        wanted = {field_name(section.key, name) for section in template.sections for name in section.fields}
        assert wanted <= template_fields(file)


def test_the_offices_own_template_goes_first_and_may_leave_fields_out(center: Center, officer: Actor, tmp_path: Path) -> None:
    write_templates(center.catalogue, tmp_path / "made")
    theirs = word((tmp_path / "made" / template_name("en")).read_bytes())
    for table in theirs.tables[1:]:
        table._element.getparent().remove(table._element)  # noqa: SLF001 - python-docx removes no tables
    theirs.add_paragraph("Our own closing words.")
    (center.folder / "handover").mkdir()
    theirs.save(str(center.folder / "handover" / template_name("en")))

    report = handover.handover_context(center, officer)

    assert "Our own closing words." in every_text(word(handover_docx(center, report, "en")))
    assert "Our own closing words." not in every_text(word(handover_docx(center, report, "zh_CN")))


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x05\x06" + bytes(18)])
def test_a_template_that_is_no_word_file_is_refused_by_its_name(center: Center, officer: Actor, content: bytes) -> None:
    (center.folder / "handover").mkdir()
    (center.folder / "handover" / template_name("en")).write_bytes(content)

    with pytest.raises(TemplateUnfit) as no:
        handover_docx(center, handover.handover_context(center, officer), "en")

    assert str(no.value.facts["file"]).endswith("handover.en.docx")


# ---- Excel -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_has_a_sheet_per_section_with_where_each_figure_comes_from(
    center: Center, report: HandoverReport, language: Language
) -> None:
    read = book(handover_xlsx(center, report, language))

    assert len(read.sheetnames) == 1 + len(report.sections) + 1
    cover = [row[0] for row in read.worksheets[0].iter_rows(values_only=True)]
    assert any(report.sha256 is not None and report.sha256 in str(it) for it in cover)
    incidents = read[report.section("incidents").title.in_(language)]
    assert incidents.max_row == 1 + len(report.section("incidents").lines)
    assert str(incidents.cell(2, incidents.max_column).value).startswith("/api/v1/incidents/")
    stock = read[report.section("stock").title.in_(language)]
    assert isinstance(stock.cell(2, 3).value, int)


def test_no_cell_is_a_formula(center: Center, report: HandoverReport) -> None:
    read = book(handover_xlsx(center, report, "en"))

    cells = [cell for sheet in read.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert FORMULA in {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} <= {"s", "n"}


# ---- what all share ----------------------------------------------------------------------------------------------------------------


def test_an_exercise_is_marked_on_every_paper(center: Center, officer: Actor, clock: Clock) -> None:
    drill = as_drill(center, clock.now(), 1.0)
    report = handover.handover_context(drill, officer)

    assert all("演练 DRILL" in page for page in pages(handover_pdf(drill, report, "en")))
    assert "演练 DRILL" in every_text(word(handover_docx(drill, report, "zh_CN")))
    assert "演练 DRILL" in str([row[0] for row in book(handover_xlsx(drill, report, "en")).worksheets[0].iter_rows(values_only=True)])


def test_what_no_file_can_hold_is_left_out(center: Center, officer: Actor) -> None:
    take_test_call(center, officer, place_text="3楼\x0b\x1f东户")
    report = handover.handover_context(center, officer)

    assert "3楼东户" in every_text(word(handover_docx(center, report, "zh_CN")))
    assert "3楼东户" in told("".join(pages(handover_pdf(center, report, "zh_CN"))))
    assert book(handover_xlsx(center, report, "zh_CN")) is not None


@pytest.mark.parametrize(("number", "zh"), [(1, "一、"), (10, "十、"), (11, "十一、"), (20, "二十、"), (21, "二十一、")])
def test_sections_are_numbered_as_official_documents_number_them(number: int, zh: str) -> None:
    assert numeral(number, "zh_CN") == zh
    assert numeral(number, "en") == f"{number}. "


def test_every_field_of_the_template_has_a_column(center: Center) -> None:
    for section in center.catalogue.handover.sections:
        columns = columns_of(section.key, section.fields)
        assert sorted(name for names, _ in columns for name in names) == sorted(section.fields)
