"""Doors of the handover: the report as JSON, PDF, Word and Excel, what officers write in it, and their signatures."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Query, Request, Response

from command_center.api.entrance import AtCenter, SignedIn
from command_center.api.shapes import MOST_ID, BlockerNoteIn, EntryIn, PathField, RowId, SectionIn, SignatureIn
from command_center.api.sheets import XLSX, InLanguage, download
from command_center.api.sign_in import Tries
from command_center.center import Center
from command_center.domain.errors import SignatureRefused
from command_center.domain.handover import EntryAct, HandoverReport, SectionEdit
from command_center.domain.rights import Actor
from command_center.domain.text import Language
from command_center.services import duty_log, handover, paper
from command_center.services.handover import EditHandover, HandoverLine
from command_center.services.handover_layout import with_countersignature
from command_center.services.handover_print import handover_pdf
from command_center.services.handover_word import handover_docx
from command_center.services.handover_workbook import handover_xlsx
from command_center.words import as_language

router = APIRouter(prefix="/api/v1", tags=["handover"])

T = TypeVar("T")

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAPERS: Mapping[str, tuple[str, Callable[[Center, HandoverReport, Language], bytes]]] = {
    "pdf": (PDF, handover_pdf),
    "docx": (DOCX, handover_docx),
    "xlsx": (XLSX, handover_xlsx),
}
"""How a report leaves the house: ending -> media type, and who makes it."""

Paper = Literal["pdf", "docx", "xlsx"]
_PAPER_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {kind: {} for kind, _ in PAPERS.values()}}}


# ---- reading -----------------------------------------------------------------------------------------------------------------------


@router.get("/handover")
def list_handovers(
    center: AtCenter,
    actor: SignedIn,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
) -> dict[str, Any]:
    """Reports, newest first: whose watch, how far, who signed, and the hash of what was sealed. `before` an id pages back."""
    return {"handovers": [_line(it) for it in handover.find_handovers(center, actor, limit=limit, before=before)]}


def _line(line: HandoverLine) -> dict[str, Any]:
    return asdict(line) | {"id": str(line.id), "watch_id": str(line.watch_id), "status": line.status.value}


@router.post("/handover", status_code=201)
def open_handover(center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Begin the report of the watch in charge; one that was begun is found again."""
    return {"id": str(handover.open_handover(center, actor))}


@router.get("/handover/current.json")
def read_current(center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """The report of the watch in charge as the situation is now, in both languages; `id` is null while nobody has begun it."""
    return _report(handover.handover_context(center, actor))


@router.get("/handover/current.{paper}", response_class=Response, responses=_PAPER_ANSWER)
def print_current(paper: Paper, center: AtCenter, actor: SignedIn, lang: InLanguage = None) -> Response:
    """The same as PDF, Word or Excel."""
    return _paper(center, handover.handover_context(center, actor), paper, lang)


@router.get("/handover/{handover_id}.json")
def read_handover(handover_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """One report. Once sealed it is what was signed; `intact` says that its content still has the hash that went into the log."""
    return _report(handover.handover_context(center, actor, handover_id))


@router.get("/handover/{handover_id}.{paper}", response_class=Response, responses=_PAPER_ANSWER)
def print_handover(handover_id: RowId, paper: Paper, center: AtCenter, actor: SignedIn, lang: InLanguage = None) -> Response:
    """The same as PDF, Word or Excel."""
    return _paper(center, handover.handover_context(center, actor, handover_id), paper, lang)


def _report(report: HandoverReport) -> dict[str, Any]:
    """`content` is what the hash is over, as canonical JSON; `sections` shows the leader's signature as well."""
    content = report.content()
    return {
        **content,
        "id": None if report.id is None else str(report.id),
        "watch_id": str(report.watch_id),
        "status": report.status.value,
        "sections": [section.as_row() for section in with_countersignature(report)],
        "sha256": report.sha256,
        "intact": handover.seal_holds(report) if report.sha256 is not None else None,
        "leader_by": report.leader_by,
        "content": content if report.sha256 is not None else None,
    }


def _paper(center: Center, report: HandoverReport, paper: str, lang: Language | None) -> Response:
    media_type, make = PAPERS[paper]
    language = lang or as_language(center.language)
    return download(make(center, report, language), f"handover-{report.number}.{paper}", media_type)


# ---- writing -----------------------------------------------------------------------------------------------------------------------


@router.put("/handover/{handover_id}/sections/{section}")
def write_section(handover_id: RowId, section: PathField, body: SectionIn, center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """Keep what an officer wrote in a section, whole; what somebody else wrote meanwhile is a 409 that names them."""
    edit = SectionEdit(fields=body.fields, lines=body.lines, added=tuple(body.added))
    order = EditHandover(handover_id=handover_id, section=section, edit=edit, based_on=body.based_on)
    return {"id": str(handover_id), "version": handover.edit_handover(center, order, actor)}


@router.post("/handover/{handover_id}/notes")
def note_blocker(handover_id: RowId, body: BlockerNoteIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Say a word about something that holds the signatures up."""
    handover.note_blocker(center, handover_id, body.blocker, body.note, actor)
    return {"id": str(handover_id)}


# ---- signing -----------------------------------------------------------------------------------------------------------------------


@router.post("/handover/{handover_id}/sign-outgoing")
def sign_outgoing(handover_id: RowId, body: SignatureIn, center: AtCenter, actor: SignedIn, request: Request) -> dict[str, str]:
    """The outgoing officer signs; a 409 lists what still needs a word, or who was faster."""
    _with_passphrase(request, actor, lambda: handover.sign_outgoing(center, handover_id, body.passphrase, actor))
    return {"id": str(handover_id)}


@router.post("/handover/{handover_id}/withdraw")
def withdraw_signature(handover_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Take the outgoing signature back while nobody has taken over."""
    handover.withdraw_signature(center, handover_id, actor)
    return {"id": str(handover_id)}


@router.post("/handover/{handover_id}/sign-incoming")
def sign_incoming(handover_id: RowId, body: SignatureIn, center: AtCenter, actor: SignedIn, request: Request) -> dict[str, str]:
    """The incoming officer takes over: the report is sealed, its hash is the answer."""
    sha256 = _with_passphrase(request, actor, lambda: handover.sign_incoming(center, handover_id, body.passphrase, actor))
    return {"id": str(handover_id), "sha256": sha256}


@router.post("/handover/{handover_id}/countersign")
def countersign(handover_id: RowId, body: SignatureIn, center: AtCenter, actor: SignedIn, request: Request) -> dict[str, str]:
    """A leader countersigns the sealed report."""
    _with_passphrase(request, actor, lambda: handover.countersign(center, handover_id, body.passphrase, actor))
    return {"id": str(handover_id)}


def _with_passphrase(request: Request, actor: Actor, sign: Callable[[], T]) -> T:
    """Guessing under a signature is slowed down as guessing at the door is, and both count together."""
    tries: Tries = request.app.state.tries
    tries.check(actor.name)
    try:
        return sign()
    except SignatureRefused:
        tries.failed(actor.name)
        raise


# ---- paper mode ------------------------------------------------------------------------------------------------------------------


@router.get("/paper", response_class=Response, responses={200: {"content": {"text/html": {}}}})
def read_paper(center: AtCenter, actor: SignedIn, lang: InLanguage = None) -> Response:
    """The situation as one page that opens without a server: to be printed, or kept for when the line is down."""
    return Response(paper.draw(center, lang or as_language(center.language), actor), media_type="text/html")


# ---- the duty log ------------------------------------------------------------------------------------------------------------------


@router.post("/log/entries", status_code=201)
def write_entry(body: EntryIn, center: AtCenter, actor: SignedIn) -> dict[str, int]:
    """A free entry: taken, reported, passed on or followed up; with `corrects`, what is right instead of an earlier line."""
    act = EntryAct(body.act)
    entry_id = duty_log.write_entry(
        center, body.note, act, actor, incident_id=body.incident_id, corrects=body.corrects, happened_at=body.happened_at
    )
    return {"id": entry_id}


@router.get("/log/entries/{entry_id}")
def read_entry(entry_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """One line of the log with its hash."""
    return duty_log.read_entry(center, entry_id, actor)
