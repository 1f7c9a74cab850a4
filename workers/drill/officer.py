"""The simulated officer: takes simulated incidents that no person took, reports on them, and never touches a real one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from command_center.domain.board import Board, Row
from command_center.domain.status import AssignmentStatus, IncidentStatus
from workers.drill.habits import Habits
from workers.drill.orders import NAME, Close, Order, Report, SendProposed, SendUnit, TellDistrict

MOST_AT_ONCE = 2
"""Sending asks the centre for a proposal first; more than that would hold up the vehicles."""


@dataclass(slots=True)
class Officer:
    """Remembers what it asked for, so that it does not ask every second, and since when a suggestion stands."""

    habits: Habits
    dice: Random
    _asked_at: dict[tuple[str, str, str], datetime] = field(default_factory=dict)
    _suggested: dict[str, tuple[Row, datetime]] = field(default_factory=dict)

    def act(self, now: datetime, board: Board) -> list[Order]:
        """What the officer orders now."""
        incidents = [row for row in board.rows("incident") if row["is_simulated"]]
        reports = [row for row in board.rows("report") if row["is_simulated"]]
        self._forget([*incidents, *reports])
        active: dict[str, list[Row]] = {}
        for assignment in board.rows("assignment"):
            active.setdefault(assignment["incident_id"], []).append(assignment)
        orders: list[Order] = []
        for incident in incidents:
            if len(orders) >= MOST_AT_ONCE:
                break
            orders += self._handle(now, incident, active.get(incident["id"], []))
        for report in reports:
            if len(orders) >= MOST_AT_ONCE:
                break
            orders += self._tell(now, report)
        return orders

    def _forget(self, rows: Iterable[Row]) -> None:
        """Drop what was remembered of what is over."""
        standing = {(row["kind"], row["id"]) for row in rows}
        self._asked_at = {key: at for key, at in self._asked_at.items() if key[1:] in standing}
        self._suggested = {row_id: seen for row_id, seen in self._suggested.items() if ("incident", row_id) in standing}

    def _tell(self, now: datetime, report: Row) -> list[Order]:
        """Give a report that no person has given in time."""
        is_due = now >= moment(report["due_at"]) - timedelta(seconds=self.habits.report_before_s)
        is_old = now >= moment(report["opened_at"]) + timedelta(seconds=self.habits.report_within_s)
        if not (is_due or is_old) or not self._may_ask(now, "tell", report):
            return []
        return [TellDistrict(report_id=int(report["id"]))]

    def _handle(self, now: datetime, incident: Row, active: list[Row]) -> list[Order]:
        is_mine = incident["acknowledged_by"] == NAME
        if incident["status"] == IncidentStatus.CONTROLLED:
            return self._close(now, incident, active, is_mine=is_mine)
        if incident["acknowledged_at"] is None:
            waited = now - moment(incident["reported_at"]) >= timedelta(seconds=self.habits.untouched_s)
            return self._send(now, incident, untouched=True) if waited and not active else []
        if is_mine and (suggestion := self._standing_suggestion(now, incident)) is not None:
            return self._accept(now, incident, suggestion, active)
        if is_mine and not active and incident["status"] == IncidentStatus.NEW:
            return self._send(now, incident, untouched=False)
        return []

    def _send(self, now: datetime, incident: Row, *, untouched: bool) -> list[Order]:
        if not self._may_ask(now, "send", incident):
            return []
        return [SendProposed(incident_id=int(incident["id"]), untouched=untouched)]

    def _standing_suggestion(self, now: datetime, incident: Row) -> Row | None:
        """The suggestion of a next unit that nobody accepted for a while."""
        suggestion: Row | None = incident["suggestion"]
        if suggestion is None or suggestion["unit_id"] is None:
            self._suggested.pop(incident["id"], None)
            return None
        held = self._suggested.get(incident["id"])
        if held is None or held[0] != suggestion:
            self._suggested[incident["id"]] = held = (suggestion, now)
        return suggestion if now - held[1] >= timedelta(seconds=self.habits.suggestion_s) else None

    def _accept(self, now: datetime, incident: Row, suggestion: Row, active: list[Row]) -> list[Order]:
        """Send the suggested unit and call the silent one off, so that it does not come as well."""
        if not self._may_ask(now, "accept", incident):
            return []
        recalls = [
            Report(assignment_id=int(row["id"]), status=AssignmentStatus.RECALLED, reason="未应答，已改派")
            for row in active
            if row["unit_id"] == suggestion["instead_of"] and row["status"] == AssignmentStatus.NO_ANSWER
        ]
        return [SendUnit(incident_id=int(incident["id"]), unit_id=suggestion["unit_id"]), *recalls]

    def _close(self, now: datetime, incident: Row, active: list[Row], *, is_mine: bool) -> list[Order]:
        patience_s = self.habits.close_after_s if is_mine else self.habits.close_for_person_s
        is_due = now - moment(incident["controlled_at"]) >= timedelta(seconds=patience_s)
        if active or not is_due or not self._may_ask(now, "close", incident):
            return []
        is_false = is_mine and self.dice.random() < self.habits.false_alarm_share
        return [Close(incident_id=int(incident["id"]), outcome=IncidentStatus.FALSE_ALARM if is_false else IncidentStatus.CLOSED)]

    def _may_ask(self, now: datetime, what: str, row: Row) -> bool:
        """Whether this was not asked for a moment ago; then it counts as asked for now."""
        key = (what, str(row["kind"]), str(row["id"]))
        asked_at = self._asked_at.get(key)
        if asked_at is not None and now - asked_at < timedelta(seconds=self.habits.ask_again_s):
            return False
        self._asked_at[key] = now
        return True


def moment(text: str) -> datetime:
    """A row's time."""
    return datetime.fromisoformat(text)
