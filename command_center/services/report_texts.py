"""The words of a report as the facts give them: what is known is filled in, what is not stays a visible blank."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.log import lines_about
from command_center.db.tables import Assignment, Call, LogEntry, Report, Unit, UnitDuty
from command_center.domain import events
from command_center.domain.activations import UNFILLED
from command_center.domain.reports import ReportKind
from command_center.domain.rights import Actor
from command_center.domain.status import AssignmentStatus
from command_center.domain.text import Text
from command_center.services.report_clocks import Subject, subject_of_report
from command_center.words import N_, phrases, translator

PHONE = N_(
    "%(exercise)sPhone report: %(type)s at %(place)s, %(time)s: %(nature)s. Casualties: %(casualties)s. Sent: %(units)s. "
    "Plans: %(plans)s. A written report follows."
)
INITIAL = N_(
    "%(exercise)sFirst report: %(type)s at %(place)s\n"
    "1. Situation: %(time)s, reported by %(source)s: %(nature)s. Casualties and losses: %(casualties)s.\n"
    "2. Action: %(leaders)s on scene; sent: %(units)s; plans: %(plans)s.\n"
    "3. Trend and effects: %(trend)s.\n"
    "4. Next steps and requests: %(next)s.\n"
    "Officer %(officer)s, released by %(leader)s, %(sent_at)s"
)
FOLLOW_UP = N_(
    "%(exercise)sFollow-up report %(number)s: %(type)s at %(place)s (last report %(previous)s)\n"
    "1. New since then:\n%(news)s\n"
    "2. Casualties and losses: %(casualties)s.\n"
    "3. Trend and effects: %(trend)s.\n"
    "4. Next steps and requests: %(next)s.\n"
    "Officer %(officer)s, released by %(leader)s, %(sent_at)s"
)
FINAL = N_(
    "%(exercise)sFinal report: %(type)s at %(place)s\n"
    "1. Course: %(time)s, reported by %(source)s: %(nature)s. Over %(ended_at)s (%(outcome)s).\n"
    "2. Action: %(leaders)s on scene; sent: %(units)s; plans: %(plans)s.\n"
    "3. Casualties and losses: %(casualties)s. Cause: %(cause)s.\n"
    "4. Aftermath and lessons: %(aftermath)s.\n"
    "Officer %(officer)s, released by %(leader)s, %(sent_at)s"
)
_TEMPLATES: Mapping[ReportKind, str] = {
    ReportKind.PHONE: PHONE,
    ReportKind.INITIAL: INITIAL,
    ReportKind.FOLLOW_UP: FOLLOW_UP,
    ReportKind.FINAL: FINAL,
}

EXERCISE = N_("[Exercise] ")
RESPONSE = N_("%(plan)s response")
CENTRE = N_("the street's command centre (%(by)s)")
CALLERS = N_("residents by phone (calls: %(count)s)")
PLAN_AT = N_("%(plan)s (level %(level)s response)")
NO_UNITS = N_("no unit yet")
NO_PLANS = N_("none in force")
NO_NEWS = N_("nothing new")
ARRIVED = N_("%(unit)s (on scene %(at)s)")

NEWS = frozenset(
    kind.name
    for kind in (
        events.CallTaken,
        events.SeverityChanged,
        events.IncidentNoted,
        events.IncidentControlled,
        events.IncidentClosed,
        events.IncidentMerged,
        events.IncidentReopened,
        events.UnitDispatched,
        events.UnitOnScene,
        events.UnitRecalled,
        events.PlanActivated,
        events.LevelChanged,
        events.PlanRolledBack,
        events.PlanTerminated,
        events.TaskDone,
        events.ShelterOpened,
        events.ShelterCounted,
        events.ShelterShut,
    )
)
"""What the district wants to read in a follow-up; who was messaged and which clock ran is the street's own affair."""

_NOT_SENT = frozenset({AssignmentStatus.DECLINED, AssignmentStatus.RECALLED})


def compose(center: Center, session: Session, report: Report, actor: Actor | None = None) -> Text:
    """The report in both languages as the facts stand now. actor : who writes it; a leader also releases it."""
    subject = subject_of_report(session, report)
    entries = entries_of(session, subject)
    zh, en = (_compose(center, session, report, subject, entries, language, actor) for language in ("zh_CN", "en"))
    return Text(zh, en)


def _compose(
    center: Center, session: Session, report: Report, subject: Subject, entries: Sequence[LogEntry], language: str, actor: Actor | None
) -> str:
    say, clock = translator(language), _Clock(center, language)
    previous, news = _since_last_report(entries)
    names = _names(center, session, subject, language)
    known = {
        "exercise": say(EXERCISE) if center.is_drill or subject.is_exercise else "",
        "number": str(report.number),
        "time": clock(_began(subject)),
        "units": _units(session, subject, language, clock) or say(NO_UNITS),
        "plans": _plans(subject, language) or say(NO_PLANS),
        "previous": "" if previous is None else clock(previous.at),
        "news": "\n".join(_sentence(entry, language, names, clock) for entry in news) or say(NO_NEWS),
        "officer": "" if actor is None else actor.name,
        "leader": actor.name if actor is not None and actor.role in phrases.LEADERS else "",
        "sent_at": clock(center.now()),
        **_place_and_kind(center, subject, language),
        **_ending(subject, language, clock),
    }
    if subject.incident is not None and (count := _calls(session, subject)):
        known["source"] = say(CALLERS) % {"count": count}
    return say(_TEMPLATES[report.kind]) % _Known(known)


class _Known(dict[str, str]):
    """What is known; anything else, and anything empty, is a visible blank."""

    def __init__(self, known: Mapping[str, str]) -> None:
        super().__init__({name: value for name, value in known.items() if value or name == "exercise"})

    def __missing__(self, key: str) -> str:
        return UNFILLED


class _Clock:
    """Says a moment as official letters of the language do."""

    def __init__(self, center: Center, language: str) -> None:
        self.zone, self.language = center.zone, language

    def __call__(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        return f"{local:%Y-%m-%d %H:%M}" if self.language == "en" else f"{local.month}月{local.day}日{local.hour}时{local:%M}分"


def _began(subject: Subject) -> datetime:
    if subject.incident is not None:
        return subject.incident.reported_at
    first = subject.activations[0]
    return first.started_at or first.requested_at


def _place_and_kind(center: Center, subject: Subject, language: str) -> dict[str, str]:
    incident = subject.incident
    if incident is None:
        plan = subject.activations[0].plan["short"]
        street = center.catalogue.street.name.in_(language)
        first, say = subject.activations[0], translator(language)
        return {
            "type": say(RESPONSE) % {"plan": _in(plan, language)},
            "place": street,
            "nature": " ".join(first.reason.split()),
            "source": say(CENTRE) % {"by": first.requested_by},
        }
    kind = center.catalogue.incident_types[incident.type].name.in_(language)
    place = incident.place_en if language == "en" else incident.place_zh
    return {"type": kind, "place": place, "nature": " ".join(incident.note.split()) or kind}


def _in(text: Mapping[str, str], language: str) -> str:
    return text["en" if language == "en" else "zh"]


def _ending(subject: Subject, language: str, clock: _Clock) -> dict[str, str]:
    over: list[tuple[datetime, str]] = [(it.ended_at, it.status.value) for it in subject.activations if it.ended_at is not None]
    incident = subject.incident
    if incident is not None and incident.ended_at is not None:
        over.append((incident.ended_at, incident.status.value))
    if not over:
        return {}
    ended_at, outcome = max(over)
    return {"ended_at": clock(ended_at), "outcome": phrases.status(language, outcome)}


def _calls(session: Session, subject: Subject) -> int:
    return session.scalar(select(func.count()).select_from(Call).where(Call.incident_id.in_(subject.incident_ids))) or 0


def _plans(subject: Subject, language: str) -> str:
    say = translator(language)
    named = (say(PLAN_AT) % {"plan": _in(it.plan["short"], language), "level": it.level.value} for it in subject.activations)
    return phrases.listed(language, named)


def _units(session: Session, subject: Subject, language: str, clock: _Clock) -> str:
    """Units sent to the incident with their arrival, or on duty for the plan."""
    say = translator(language)
    named: list[str] = []
    sent = select(Unit, Assignment.on_scene_at).join(Assignment, Assignment.unit_id == Unit.id)
    sent = sent.where(Assignment.incident_id.in_(subject.incident_ids), Assignment.status.not_in(_NOT_SENT)).order_by(Assignment.id)
    for unit, arrived_at in session.execute(sent):
        name = _call_sign(unit, language)
        named.append(name if arrived_at is None else say(ARRIVED) % {"unit": name, "at": clock(arrived_at)})
    if subject.incident is None:
        on_duty = select(Unit).join(UnitDuty, UnitDuty.unit_id == Unit.id)
        on_duty = on_duty.where(UnitDuty.activation_id.in_([it.id for it in subject.activations])).order_by(Unit.id)
        named += [_call_sign(unit, language) for unit in session.scalars(on_duty).unique()]
    return phrases.listed(language, dict.fromkeys(named))


def _call_sign(unit: Unit, language: str) -> str:
    return unit.call_sign_en if language == "en" else unit.call_sign_zh


# ---- what has happened ---------------------------------------------------------------------------------------------------------


def entries_of(session: Session, subject: Subject) -> list[LogEntry]:
    """Every log line about the incident, those merged into it, and its plans, oldest first."""
    return list(session.scalars(lines_about(incidents=subject.incident_ids, activations=[it.id for it in subject.activations])))


def _since_last_report(entries: Sequence[LogEntry]) -> tuple[LogEntry | None, list[LogEntry]]:
    """The last report that was sent, and what the district has not read yet."""
    last = max((place for place, entry in enumerate(entries) if entry.event == events.ReportSent.name), default=None)
    news = [entry for entry in entries[0 if last is None else last + 1 :] if entry.event in NEWS]
    return (None if last is None else entries[last]), news


def _sentence(entry: LogEntry, language: str, names: Mapping[str, str], clock: _Clock) -> str:
    return f"· {clock(entry.at)} {phrases.event(language, entry.event, entry.facts, names)}"


def _names(center: Center, session: Session, subject: Subject, language: str) -> dict[str, str]:
    """What ids and codes in log lines are called."""
    names = {unit.id: _call_sign(unit, language) for unit in session.scalars(select(Unit))}
    names |= {code: kind.name.in_(language) for code, kind in center.catalogue.incident_types.items()}
    names |= {shelter.id: shelter.name.in_(language) for shelter in center.catalogue.shelters.values()}
    for activation in subject.activations:
        names[activation.plan_id] = _in(activation.plan["short"], language)
        names |= {step["id"]: _in(step["title"], language) for step in activation.plan["steps"]}
    return names
