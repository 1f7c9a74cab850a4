"""The drill that a centre may be: its beginning, what its director brings about, its end, and how it stands.

A drill keeps nothing beside the log: its score can be counted again from the lines at any time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import LogEntry, Notice
from command_center.domain import events
from command_center.domain.drill_book import Scenario
from command_center.domain.drill_score import Line, Score, score
from command_center.domain.errors import Invalid, NotADrill
from command_center.domain.rights import Actor, Right
from command_center.domain.text import Text
from command_center.services.notices import is_answered


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillState:
    """How the drill stands. started_at : None before the director began; begins_at : when he will, where that is known.

    played : names of what was brought about.
    """

    scenario: Scenario
    speed: float
    now: datetime
    started_at: datetime | None
    ended_at: datetime | None
    begins_at: datetime | None
    notes: Sequence[tuple[datetime, Text]]
    played: Sequence[str]

    @property
    def elapsed_s(self) -> float:
        return 0.0 if self.started_at is None else ((self.ended_at or self.now) - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnansweredMessage:
    """A message that wanted an answer and did not get it from everyone, or, of a chain of command, from anyone."""

    at: datetime
    audience: str
    text: Text
    recipients: int
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSheet:
    """A drill's result: what the log says, and the messages without an answer."""

    state: DrillState
    score: Score
    unanswered: Sequence[UnansweredMessage]


def scenario_of(center: Center) -> Scenario:
    """The scenario in this drill's folder. Raises NotADrill for a centre in service."""
    if not center.is_drill:
        raise NotADrill
    return center.scenario


# ---- what the director does ----------------------------------------------------------------------------------------------------


def begin_drill(center: Center, actor: Actor) -> datetime:
    """The scenario's minutes count from now; a second time changes nothing. Returns when they began. Raises NotADrill."""
    actor.require(Right.RUN_DRILL)
    scenario = scenario_of(center)
    with center.work(actor) as work:
        work.take_turns("drill")
        started = _first(work.session, events.DrillStarted)
        if started is None:
            work.record(events.DrillStarted(scenario=scenario.name, speed=center.speed))
        return work.now if started is None else started.at


def note_played(center: Center, name: str, actor: Actor, *, incident_id: int | None = None, problem: str = "") -> None:
    """Write down that a step was brought about, once; a note to those who train is told them with it. Raises NotADrill, Invalid."""
    actor.require(Right.RUN_DRILL)
    injection = next((one for one in scenario_of(center).injections() if one.name == name), None)
    if injection is None:
        raise Invalid(field="step", value=name)
    with center.work(actor) as work:
        work.take_turns("drill")
        if name in _played(work.session):
            return
        if injection.step.note is not None:
            work.record(events.DrillNoted(step=name, text_zh=injection.step.note.zh, text_en=injection.step.note.en))
        work.record(
            events.DrillStepPlayed(step=name, group=injection.group, kind=injection.kind, incident=incident_id, problem=problem[:300])
        )


def end_drill(center: Center, actor: Actor, reason: str = "") -> None:
    """The score counts up to now; a second time changes nothing, nor does it end what has not begun. Raises NotADrill."""
    actor.require(Right.RUN_DRILL)
    scenario = scenario_of(center)
    with center.work(actor) as work:
        work.take_turns("drill")
        if _first(work.session, events.DrillStarted) is not None and _first(work.session, events.DrillEnded) is None:
            work.record(events.DrillEnded(scenario=scenario.name, reason=reason))


def _first(session: Session, kind: type[events.Event]) -> LogEntry | None:
    return session.scalars(select(LogEntry).where(LogEntry.event == kind.__name__).order_by(LogEntry.id).limit(1)).one_or_none()


def _played(session: Session) -> list[str]:
    lines = select(LogEntry).where(LogEntry.event == events.DrillStepPlayed.__name__).order_by(LogEntry.id)
    return [str(line.facts["step"]) for line in session.scalars(lines)]


# ---- how it stands -------------------------------------------------------------------------------------------------------------


def drill_state(center: Center) -> DrillState:
    """Raises NotADrill."""
    scenario = scenario_of(center)
    with center.read() as session:
        return _state(center, scenario, session)


def _state(center: Center, scenario: Scenario, session: Session) -> DrillState:
    started, ended = _first(session, events.DrillStarted), _first(session, events.DrillEnded)
    noted = session.scalars(select(LogEntry).where(LogEntry.event == events.DrillNoted.__name__).order_by(LogEntry.id))
    return DrillState(
        scenario=scenario,
        speed=center.speed,
        now=center.now(),
        started_at=None if started is None else started.at,
        ended_at=None if ended is None else ended.at,
        begins_at=None if center.drill is None else center.drill.begins_at,
        notes=[(line.at, Text(str(line.facts["text_zh"]), str(line.facts["text_en"]))) for line in noted],
        played=_played(session),
    )


def score_sheet(center: Center) -> ScoreSheet:
    """The score so far, or the final one when the drill is over. Raises NotADrill."""
    scenario = scenario_of(center)
    with center.read() as session:
        state = _state(center, scenario, session)
        lines: list[Line] = []
        unanswered: list[UnansweredMessage] = []
        if state.started_at is not None:
            first = _first(session, events.DrillStarted)
            found = session.scalars(select(LogEntry).where(LogEntry.id >= (first.id if first else 0)).order_by(LogEntry.id))
            lines = [Line(at=line.at, event=line.event, facts=line.facts) for line in found]
            unanswered = _unanswered(session, state.started_at, state.ended_at or state.now)
    started_at = state.started_at or state.now
    until = state.ended_at or state.now
    return ScoreSheet(state=state, score=score(scenario, lines, started_at=started_at, until=until), unanswered=unanswered)


def _was_over_in_time(notice: Notice) -> bool:
    """Whether it was withdrawn while there was still time to answer it: nobody was silent."""
    return notice.closed_at is not None and notice.answer_until is not None and notice.closed_at <= notice.answer_until


def _unanswered(session: Session, since: datetime, until: datetime) -> list[UnansweredMessage]:
    asked = select(Notice).where(Notice.needs_answer, Notice.queued_at >= since, Notice.queued_at <= until).order_by(Notice.id)
    return [
        UnansweredMessage(
            at=it.queued_at, audience=it.audience, text=Text(it.text_zh, it.text_en), recipients=it.recipients, answered=it.answered
        )
        for it in session.scalars(asked)
        if not is_answered(it) and not _was_over_in_time(it)
    ]
