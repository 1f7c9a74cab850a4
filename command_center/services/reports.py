"""Information reports to the district: read, drafted, edited, sent or dropped by a person.

Locks: whoever changes reports takes turns with the keepers of the clocks; then the report.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Report
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.activations import blanks_left
from command_center.domain.errors import BlanksLeft, EditedMeanwhile, Invalid, ReportClosed, Unknown
from command_center.domain.reports import ReportKind, ReportState
from command_center.domain.rights import Actor, Right
from command_center.domain.text import Text
from command_center.services.audiences import Audience, addressees
from command_center.services.notices import Draft, queue_notice
from command_center.services.report_clocks import about_of, keep_clocks, report_facts, subject_of
from command_center.services.report_texts import compose

LONGEST_TEXT = 8000
LONGEST_RECEIVER = 120
DISTRICT = "district"
ANSWER_WITHIN_S = 1800.0
"""The district's desk says "received" within half an hour, as the plans' own messages to it ask; then it is asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """A report as a page shows it. text : what would be sent now. is_draft : nobody has edited it, so it follows the facts.

    about : number of the incident, else id of the plan. blanks : how many places of the text are still open. ends_duty : to drop this
    one would leave nothing told and nothing open, and so end the duty to report on the matter.
    """

    id: int
    kind: ReportKind
    number: int
    state: ReportState
    about: str
    incident_id: int | None
    activation_id: int | None
    opened_at: datetime
    due_at: datetime
    overdue_at: datetime | None
    text: Text
    is_draft: bool
    text_version: int
    edited_by: str | None
    edited_at: datetime | None
    receiver: str
    by_phone: bool
    closed_at: datetime | None
    closed_by: str | None
    close_reason: str
    ends_duty: bool

    @property
    def blanks(self) -> int:
        return blanks_left(self.text)


def read_report(center: Center, report_id: int, actor: Actor) -> ReportView:
    """One report with its text, drafted from the facts while nobody has edited it. Raises Unknown."""
    actor.require(Right.SEND_REPORTS)
    with center.read() as session:
        report = _known(session, report_id)
        is_draft = report.text_version == 0 and report.state is ReportState.OPEN
        text = compose(center, session, report, actor) if is_draft else Text(report.text_zh, report.text_en)
        return _view(session, report, text, is_draft=is_draft, others=_states(session, [report]))


def list_reports(
    center: Center,
    actor: Actor,
    *,
    state: Literal["open", "closed", "all"] = "open",
    incident_id: int | None = None,
    activation_id: int | None = None,
    limit: int = 200,
) -> list[ReportView]:
    """Reports with the text as saved or sent ("" while there is a draft only): open ones soonest due first, others newest first.

    incident_id, activation_id : of one matter; a merged incident's reports are those of the one it went into.
    """
    actor.require(Right.SEND_REPORTS)
    query = select(Report).order_by(Report.due_at, Report.id) if state == "open" else select(Report).order_by(Report.id.desc())
    if state != "all":
        query = query.where(Report.closed_at.is_(None) if state == "open" else Report.closed_at.is_not(None))
    with center.read() as session:
        if incident_id is not None or activation_id is not None:
            subject = subject_of(session, incident_id=incident_id, activation_id=activation_id)
            query = query.where(Report.subject == ("" if subject is None else subject.key))
        rows = session.scalars(query.limit(limit)).all()
        others = _states(session, rows)
        return [
            _view(session, it, Text(it.text_zh, it.text_en), is_draft=it.text_version == 0 and it.closed_at is None, others=others)
            for it in rows
        ]


def _states(session: Session, reports: Sequence[Report]) -> dict[str, dict[int, ReportState]]:
    """By matter, where each of its reports stands."""
    found: dict[str, dict[int, ReportState]] = {}
    rows = session.execute(select(Report.subject, Report.id, Report.state).where(Report.subject.in_({it.subject for it in reports})))
    for subject, row_id, state in rows:
        found.setdefault(subject, {})[row_id] = state
    return found


def draft(center: Center, report_id: int, actor: Actor | None = None) -> Text:
    """The report as the facts give it now, whatever was edited; what is not known is a visible blank. Raises Unknown."""
    with center.read() as session:
        return compose(center, session, _known(session, report_id), actor)


def _known(session: Session, report_id: int) -> Report:
    report = session.get(Report, report_id)
    if report is None:
        raise Unknown(kind="report", id=str(report_id))
    return report


def _view(session: Session, report: Report, text: Text, *, is_draft: bool, others: dict[str, dict[int, ReportState]]) -> ReportView:
    left = {state for row_id, state in others[report.subject].items() if row_id != report.id}
    return ReportView(
        id=report.id,
        kind=report.kind,
        number=report.number,
        state=report.state,
        about=about_of(session, report),
        incident_id=report.incident_id,
        activation_id=report.activation_id,
        opened_at=report.opened_at,
        due_at=report.due_at,
        overdue_at=report.overdue_at,
        text=text,
        is_draft=is_draft,
        text_version=report.text_version,
        edited_by=report.edited_by,
        edited_at=report.edited_at,
        receiver=report.receiver,
        by_phone=report.by_phone,
        closed_at=report.closed_at,
        closed_by=report.closed_by,
        close_reason=report.close_reason,
        ends_duty=left <= {ReportState.DROPPED, ReportState.WITHDRAWN},
    )


# ---- what people do ------------------------------------------------------------------------------------------------------------


def save_report(center: Center, report_id: int, text_zh: str, text_en: str, actor: Actor, *, based_on: int) -> int:
    """Keep an edited text; returns its version. based_on : version of the text it was edited from, 0 for the draft.

    Raises Unknown, ReportClosed, EditedMeanwhile with who, Invalid (no text at all, or too long).
    """
    actor.require(Right.SEND_REPORTS)
    text = Text(text_zh.strip(), text_en.strip())
    if not text.zh and not text.en:
        raise Invalid(field="text", value="")
    for name, words in (("text_zh", text.zh), ("text_en", text.en)):
        if len(words) > LONGEST_TEXT:
            raise Invalid(field=name, value=f"{len(words)} > {LONGEST_TEXT}")
    with center.work(actor) as work:
        report = _open_report(work, report_id)
        if report.text_version != based_on:
            raise EditedMeanwhile(what="report", by=report.edited_by, version=report.text_version)
        report.text_zh, report.text_en = text.zh, text.en
        report.text_version += 1
        report.edited_by, report.edited_at = actor.name, work.now
        work.record(events.ReportSaved(**report_facts(report, about_of(work.session, report)), text_version=report.text_version))
        return report.text_version


def send_report(
    center: Center, report_id: int, actor: Actor, receiver: str, *, told_by_phone: bool = False, key: str | None = None
) -> datetime:
    """Tell the district, and start the clock of the next report; returns when. receiver : who was told, or who gets it.

    A phone report, and one that was read out (told_by_phone), is a tick; a written one is queued as a message to the district.
    Raises Unknown, ReportClosed with who was faster, Invalid (nobody told), BlanksLeft while a text to be sent has blanks.
    """
    actor.require(Right.SEND_REPORTS)
    to = receiver.strip()
    if not to or len(to) > LONGEST_RECEIVER:
        raise Invalid(field="receiver", value=to[:40])
    with center.work(actor) as work:
        earlier = work.answered(key, {"verb": "send_report", "report": report_id})
        if earlier is not None:
            return datetime.fromisoformat(earlier["at"])
        work.take_turns("reports")
        report = _open_report(work, report_id)
        by_phone = told_by_phone or report.kind is ReportKind.PHONE
        text = _final_text(center, work, report, actor)
        if not by_phone:
            _queue(center, work, report, text)
        report.text_zh, report.text_en, report.receiver, report.by_phone = text.zh, text.en, to, by_phone
        _close(work, report, ReportState.SENT)
        late_s = max(0.0, (work.now - report.due_at).total_seconds())
        facts = report_facts(report, about_of(work.session, report))
        work.record(events.ReportSent(**facts, receiver=to, by_phone=by_phone, late_s=late_s))
        keep_clocks(center, work, incident_id=report.incident_id, activation_id=report.activation_id)
        work.answer(key, {"at": work.now.isoformat()})
        return work.now


def drop_report(center: Center, report_id: int, actor: Actor, reason: str) -> None:
    """Decide that this one is not needed, and say why. Raises Unknown, ReportClosed, Invalid (no reason)."""
    actor.require(Right.SEND_REPORTS)
    why = reason.strip()
    if not why:
        raise Invalid(field="reason", value="")
    with center.work(actor) as work:
        work.take_turns("reports")
        report = _open_report(work, report_id)
        _close(work, report, ReportState.DROPPED)
        report.close_reason = why
        work.record(events.ReportDropped(**report_facts(report, about_of(work.session, report)), reason=why))
        keep_clocks(center, work, incident_id=report.incident_id, activation_id=report.activation_id)


def _open_report(work: Work, report_id: int) -> Report:
    report = work.get(Report, report_id, Unknown(kind="report", id=str(report_id)))
    if report.state is not ReportState.OPEN:
        raise ReportClosed(report=report.id, state=report.state.value, by=report.closed_by)
    return report


def _final_text(center: Center, work: Work, report: Report, actor: Actor) -> Text:
    """What is on file as told: the edited text in both languages (the one there is, where only one was written), else the draft."""
    if report.text_version == 0:
        return compose(center, work.session, report, actor)
    return Text(report.text_zh or report.text_en, report.text_en or report.text_zh)


def _queue(center: Center, work: Work, report: Report, text: Text) -> None:
    blanks = blanks_left(text)
    if blanks:
        raise BlanksLeft(report=report.id, blanks=blanks)
    message = Draft(
        key=f"report:{report.id}",
        audience=DISTRICT,
        channels=("phone",),
        text=text,
        to=addressees(center, work.session, Audience(code=DISTRICT)),
        answer_in_s=ANSWER_WITHIN_S,
    )
    queue_notice(work, message, incident_id=report.incident_id)


def _close(work: Work, report: Report, state: ReportState) -> None:
    report.state, report.closed_at, report.closed_by = state, work.now, work.actor.name
