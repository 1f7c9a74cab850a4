"""The relay carries two things out of the database: log entries to every screen, and due jobs to the workers.

Beside that it files the words of the log for searching, after the screens have been told: no order waits for it.

It keeps nothing of its own. Killed anywhere, the next one finds the same unpublished entries and the same expired leases; delivery is
at least once, and rows with versions make that harmless. Only one is started, but a second one would do no harm either.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.engine import writing_sessions
from command_center.db.tables import LogEntry
from command_center.domain.errors import ChangedMeanwhile
from command_center.services import jobs, live, log_search
from command_center.wire import WireDown

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.25
"""Without a bell, so often; also how late a due job may be."""

OFTEN_ENOUGH_S = 0.05
"""A drill's clock runs up to sixty times as fast: it looks more often, but not more often than this."""

BATCH = 100
BEAT_EVERY_S = 1.0
QUEUE_ROOM = 20
"""No further job is handed over while so many wait in the queue: a lease should not run out before a worker was free to begin."""

FILE_EVERY_S = 0.4
"""So often the words of new lines are filed: seldom enough to be few transactions, often enough to be found within a second."""

AGAIN_AFTER_S = 5.0
"""An entry that could not be told is tried again after so long; the others go on."""


@dataclass(slots=True)
class Relay:
    """Publishes and hands over, turn by turn, until told to stop."""

    center: Center
    has_more_to_file: bool = False
    """Whether the next turn should come at once: the last one filed as many words as it may at a time."""
    _redis_is_back: bool = True
    _beat_at: float = float("-inf")
    _untold: dict[int, float] = field(default_factory=dict)
    _file_at: float = float("-inf")

    def run(self, stopping: threading.Event) -> None:
        """Turn after turn, through outages of Redis and of the database."""
        while not stopping.is_set():
            try:
                moved = self.turn()
                if moved < BATCH and not self.has_more_to_file:
                    self.center.wire.wait_for_bell(max(LOOK_EVERY_S / self.center.speed, OFTEN_ENOUGH_S))
                self._note_redis(is_back=True)
            except WireDown as problem:
                self._note_redis(is_back=False, reason=str(problem))
                stopping.wait(LOOK_EVERY_S)
            except (SQLAlchemyError, ChangedMeanwhile) as problem:
                log.warning("the database did not do it; trying again", extra={"reason": str(problem)})
                stopping.wait(LOOK_EVERY_S)

    def turn(self) -> int:
        """Publish what is unpublished, hand over what is due, say that we are alive. Returns how much was moved.

        Raises WireDown, SQLAlchemyError; nothing is lost by either.
        """
        try:
            moved = self.publish() + self.hand_over_due()
        finally:
            self._file_words()
        self._beat()
        return moved

    def publish(self) -> int:
        """Put unpublished log entries on the stream, oldest first, and mark them. Returns how many.

        They are found by what they lack and never by "id > last one": ids need not become visible in their order.
        """
        told: list[int] = []
        try:
            with self.center.read() as session:
                for entry in self._unpublished(session):
                    if (payload := self._payload(session, entry)) is not None:
                        self.center.wire.publish_facts(payload)
                        told.append(entry.id)
        finally:
            self._mark_published(told)
        return len(told)

    def hand_over_due(self) -> int:
        """Claim due jobs whose lease has run out and give them to the workers. Returns how many.

        Without Redis or without a worker nothing is claimed: an attempt that nobody could begin is no attempt.
        """
        wire = self.center.wire
        if not jobs.has_due(self.center) or wire.backlog() >= QUEUE_ROOM or not wire.worker_count():
            return 0
        claims = jobs.claim_due(self.center, limit=QUEUE_ROOM)
        for number, claim in enumerate(claims):
            if not wire.hand_over(claim.job_id, claim.handover, name=claim.name, ttl_s=math.ceil(claim.lease_s)):
                for unsent in claims[number:]:
                    jobs.give_back(self.center, unsent)
                raise WireDown("the queue did not take a due job")
        return len(claims)

    def lag_s(self) -> float:
        """Age of the oldest unpublished entry in seconds on the wall, 0 when there is none."""
        with self.center.read() as session:
            oldest: datetime | None = session.scalar(select(func.min(LogEntry.at)).where(LogEntry.published_at.is_(None)))
        return max(0.0, (self.center.now() - oldest).total_seconds()) / self.center.speed if oldest else 0.0

    # ---- filing words ----

    def _file_words(self) -> None:
        """File a few new lines; while more are left, the next turn goes on at once. Whatever is wrong with them, orders are carried on."""
        if not self.has_more_to_file and time.monotonic() < self._file_at:
            return
        try:
            filed = log_search.file_log(self.center, log_search.FILED_AT_ONCE)
        except SQLAlchemyError:
            raise
        except Exception:
            log.exception("new lines of the log could not be filed for searching")
            self.has_more_to_file, self._file_at = False, time.monotonic() + AGAIN_AFTER_S
        else:
            self.has_more_to_file, self._file_at = filed == log_search.FILED_AT_ONCE, time.monotonic() + FILE_EVERY_S

    # ---- publishing ----

    def _unpublished(self, session: Session) -> list[LogEntry]:
        now = time.monotonic()
        self._untold = {entry_id: at for entry_id, at in self._untold.items() if at > now}
        query = select(LogEntry).where(LogEntry.published_at.is_(None), LogEntry.id.not_in(list(self._untold)))
        return list(session.scalars(query.order_by(LogEntry.id).limit(BATCH)))

    def _payload(self, session: Session, entry: LogEntry) -> str | None:
        """What the screens are told, None if this entry cannot be put into words: it must not hold up the others."""
        try:
            return live.facts_payload(self.center, session, entry)
        except SQLAlchemyError:
            raise
        except Exception:
            log.exception("an entry of the log could not be told to the screens", extra={"entry": entry.id, "event": entry.event})
            self._untold[entry.id] = time.monotonic() + AGAIN_AFTER_S
            return None

    def _mark_published(self, entry_ids: list[int]) -> None:
        if not entry_ids:
            return
        with writing_sessions(self.center.engine)() as session, session.begin():
            session.execute(update(LogEntry).where(LogEntry.id.in_(entry_ids)).values(published_at=self.center.now()))

    # ---- health ----

    def _beat(self) -> None:
        if time.monotonic() - self._beat_at >= BEAT_EVERY_S:
            self._beat_at = time.monotonic()
            self.center.wire.beat("relay", f"{self.lag_s():.3f}")

    def _note_redis(self, *, is_back: bool, reason: str = "") -> None:
        if is_back != self._redis_is_back:
            self._redis_is_back = is_back
            if is_back:
                log.info("Redis is back; catching up")
            else:
                log.warning("Redis is away: orders are kept in the database until it is back", extra={"reason": reason})
