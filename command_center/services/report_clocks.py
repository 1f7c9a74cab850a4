"""The clocks of information reports: kept in step with the incident and the plans they are about.

Locks: keepers take turns; then reports in order of id. Incidents and activations are only read: each change of theirs brings a keeper
of its own after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Activation, Incident, LogEntry, Report
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.activations import RUNNING, ActivationStatus
from command_center.domain.levels import Level
from command_center.domain.reports import (
    REPORTABLE,
    Because,
    Change,
    Clock,
    Matter,
    Move,
    Open,
    ReportState,
    TakeOver,
    Withdraw,
    changes,
    merged,
)
from command_center.domain.status import IncidentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What one set of reports is about. incidents : the one that lives on first, then those merged into it; none for a plan alone.

    activations : plans that were put into force for it, oldest first; those that only waited for approval are left out.
    """

    incidents: tuple[Incident, ...]
    activations: tuple[Activation, ...]

    @property
    def incident(self) -> Incident | None:
        return self.incidents[0] if self.incidents else None

    @property
    def key(self) -> str:
        return f"activation:{self.activations[0].id}" if self.incident is None else f"incident:{self.incident.id}"

    @property
    def about(self) -> str:
        return self.activations[0].plan_id if self.incident is None else self.incident.number

    @property
    def is_exercise(self) -> bool:
        return any(it.is_simulated for it in self.incidents) or any(it.is_exercise for it in self.activations)

    @property
    def incident_ids(self) -> tuple[int, ...]:
        return tuple(it.id for it in self.incidents)


def subject_of(session: Session, *, incident_id: int | None = None, activation_id: int | None = None) -> Subject | None:
    """What an incident or an activation is reported as; None for a plan that was never in force and has no incident."""
    if activation_id is not None and incident_id is None:
        activation = session.get_one(Activation, activation_id)
        if activation.incident_id is None:
            return None if activation.started_at is None else Subject(incidents=(), activations=(activation,))
        incident_id = activation.incident_id
    if incident_id is None:
        return None
    incidents = _family(session, session.get_one(Incident, incident_id))
    query = select(Activation).where(Activation.incident_id.in_([it.id for it in incidents]), Activation.started_at.is_not(None))
    return Subject(incidents=incidents, activations=tuple(session.scalars(query.order_by(Activation.id))))


def _family(session: Session, incident: Incident) -> tuple[Incident, ...]:
    """The incident that this one lives on in, and all that went into it, by whatever way."""
    living = _living(session, incident)
    found, newest = [living], [living.id]
    while newest:
        children = session.scalars(select(Incident).where(Incident.merged_into_id.in_(newest)).order_by(Incident.id)).all()
        found += children
        newest = [it.id for it in children]
    return tuple(found)


def _living(session: Session, incident: Incident) -> Incident:
    while incident.merged_into_id is not None:
        incident = session.get_one(Incident, incident.merged_into_id)
    return incident


def about_of(session: Session, report: Report) -> str:
    """What people call the matter of a report: the number of the incident that lives on, else the id of the plan."""
    if report.incident_id is None:
        return session.get_one(Activation, report.activation_id).plan_id
    return _living(session, session.get_one(Incident, report.incident_id)).number


def _matter(session: Session, subject: Subject) -> Matter:
    running = [it for it in subject.activations if it.status in RUNNING]
    rolled_back = all(it.status is ActivationStatus.ROLLED_BACK for it in subject.activations)
    reportable = [it for it in subject.incidents if it.severity in REPORTABLE]
    incident = subject.incident
    is_false = incident is not None and incident.status is IncidentStatus.FALSE_ALARM
    return Matter(
        level=_level(subject, running),
        since=_since(session, reportable, running),
        ended_at=_ended_at(subject, running),
        taken_back=rolled_back and (is_false or (bool(subject.activations) and not reportable)),
    )


def _level(subject: Subject, running: Sequence[Activation]) -> Level:
    """The gravest of what still goes on; when it is over, of what it was."""
    incident = subject.incident
    levels = [it.level for it in running or subject.activations]
    if incident is not None and (incident.ended_at is None or not levels):
        levels.append(incident.severity)
    return max(levels, key=lambda level: level.rank)


def _ended_at(subject: Subject, running: Sequence[Activation]) -> datetime | None:
    ends = [it.ended_at for it in subject.activations]
    if subject.incident is not None:
        ends.append(subject.incident.ended_at)
    over = [end for end in ends if end is not None]
    return None if running or len(over) < len(ends) else max(over)


def _since(session: Session, reportable: Sequence[Incident], running: Sequence[Activation]) -> datetime | None:
    """When it became reportable: the call, the moment a lighter incident was judged graver, or the plan's start."""
    moments = [_grave_since(session, it) for it in reportable] + [it.started_at for it in running if it.started_at is not None]
    return min(moments, default=None)


def _grave_since(session: Session, incident: Incident) -> datetime:
    judged = select(LogEntry).where(LogEntry.incident_id == incident.id, LogEntry.event == events.SeverityChanged.name)
    for entry in session.scalars(judged.order_by(LogEntry.id.desc())):
        if Level(entry.facts["before"]) not in REPORTABLE:
            return entry.at
    return incident.reported_at


# ---- keeping them --------------------------------------------------------------------------------------------------------------


def keep_clocks(center: Center, work: Work, *, incident_id: int | None = None, activation_id: int | None = None) -> None:
    """Bring the clocks to what the incident or plan needs now; asked twice, or too late, it changes nothing that is right."""
    work.take_turns("reports")
    subject = subject_of(work.session, incident_id=incident_id, activation_id=activation_id)
    if subject is None:
        return
    own = _clocks(work, Report.subject == subject.key)
    others = _clocks(work, Report.incident_id.in_(subject.incident_ids[1:]), Report.subject != subject.key)
    if others:
        _apply(work, subject, {it.id: it for it in (*own, *others)}, merged(_seen(own), _seen(others)))
        own = _clocks(work, Report.subject == subject.key)
    needed = changes(_matter(work.session, subject), _seen(own), center.catalogue.common.reporting, work.now)
    _apply(work, subject, {it.id: it for it in own}, needed)


def _clocks(work: Work, *where: ColumnElement[bool]) -> Sequence[Report]:
    """Reports with their rows locked, in order of id."""
    work.session.flush()
    query = select(Report).where(*where).order_by(Report.id).with_for_update()
    return work.session.scalars(query, execution_options={"populate_existing": True}).all()


def _seen(reports: Sequence[Report]) -> list[Clock]:
    return [Clock(id=it.id, kind=it.kind, number=it.number, state=it.state, opened_at=it.opened_at, due_at=it.due_at) for it in reports]


def _apply(work: Work, subject: Subject, held: dict[int, Report], wanted: Sequence[Change]) -> None:
    for change in wanted:
        match change:
            case Open():
                _open(work, subject, change)
            case Move(id=row_id, due_at=due_at):
                held[row_id].due_at = due_at
                work.record(events.ReportMoved(**report_facts(held[row_id], subject.about), due_in_s=_due_in_s(work, due_at)))
            case Withdraw(id=row_id, because=because):
                _withdraw(work, held[row_id], subject.about, because)
            case TakeOver(id=row_id, number=number):
                report = held[row_id]
                report.subject, report.number, report.incident_id = subject.key, number, subject.incident_ids[0]
                work.record(events.ReportTakenOver(**report_facts(report, subject.about)))


def _open(work: Work, subject: Subject, clock: Open) -> None:
    report = work.add(
        Report(
            subject=subject.key,
            incident_id=None if subject.incident is None else subject.incident.id,
            activation_id=subject.activations[0].id if subject.incident is None else None,
            kind=clock.kind,
            number=clock.number,
            state=ReportState.OPEN,
            opened_at=work.now,
            due_at=clock.due_at,
            text_zh="",
            text_en="",
            text_version=0,
            receiver="",
            by_phone=False,
            close_reason="",
        )
    )
    work.record(events.ReportOpened(**report_facts(report, subject.about), due_in_s=_due_in_s(work, clock.due_at)))


def _withdraw(work: Work, report: Report, about: str, because: Because) -> None:
    report.state, report.closed_at, report.closed_by, report.close_reason = (
        ReportState.WITHDRAWN,
        work.now,
        work.actor.name,
        because.value,
    )
    work.record(events.ReportWithdrawn(**report_facts(report, about), because=because.value))


def _due_in_s(work: Work, due_at: datetime) -> float:
    return max(0.0, (due_at - work.now).total_seconds())


class _ReportFacts(TypedDict):
    report_id: int
    report_kind: str
    report_number: int
    about: str
    incident_id: int | None
    activation_id: int | None


def report_facts(report: Report, about: str) -> _ReportFacts:
    """What all events of a report say."""
    return {
        "report_id": report.id,
        "report_kind": report.kind.value,
        "report_number": report.number,
        "about": about,
        "incident_id": report.incident_id,
        "activation_id": report.activation_id,
    }


def subject_of_report(session: Session, report: Report) -> Subject:
    """What a report is about. A clock that was withdrawn in a merge speaks of the incident that lives on."""
    subject = subject_of(session, incident_id=report.incident_id, activation_id=report.activation_id)
    if subject is None:
        raise LookupError(f"report {report.id} is about nothing")
    return subject


def mark_overdue(work: Work, report_id: int) -> None:
    """The deadline has passed: say so, once, if the report is still open. One that was moved has a later word of its own."""
    report = work.get(Report, report_id)
    is_past = report.due_at <= work.now + timedelta(seconds=1)
    if report.state is ReportState.OPEN and is_past and report.overdue_at is None:
        report.overdue_at = work.now
        work.record(events.ReportOverdue(**report_facts(report, about_of(work.session, report))))
