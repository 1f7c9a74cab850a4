"""A street on duty: the real application over HTTP, a worker beside it, a message service that writes down what it was given.

People act through the doors alone. Time passes from one due job to the next, so that everything happens at its own moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import func, select

from command_center.db.tables import Job, LogEntry
from command_center.domain.rights import Actor, Role
from command_center.services import notices
from command_center.services import units as unit_verbs
from command_center.wire import EmbeddedValkey
from tests.api.conftest import Web, device_tokens, language, serve, web
from tests.conftest import Clock
from tests.phones import MessageService, message_service
from tests.waiting import eventually
from tests.wire.conftest import folder, own_valkey
from workers import jobs as workers_jobs

__all__ = ["device_tokens", "folder", "language", "own_valkey", "serve", "web"]


WEIFANG = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def redis_url(own_valkey: EmbeddedValkey) -> str:
    """A Redis of the test's own: it may be taken away."""
    return own_valkey.url


@pytest.fixture
def phones(clock: Clock) -> Iterator[MessageService]:
    with message_service(clock.now) as service:
        yield service


@dataclass(slots=True)
class RunningClock(Clock):
    """The tests' time, which also passes by itself: screens show how old their data is."""

    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.moment + (datetime.now(UTC) - self.started)

    def go_to(self, moment: datetime) -> None:
        self.moment += moment - self.now()

    def next(self, hour: int, minute: int) -> datetime:
        """The next time of day by the street's clocks."""
        local = self.now().astimezone(WEIFANG)
        wanted = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return wanted if wanted > local else wanted + timedelta(days=1)

    def until(self, hour: int, minute: int) -> None:
        """Go on to the next time of day, whatever was due on the way."""
        self.go_to(self.next(hour, minute))


@dataclass(slots=True)
class Duty:
    """Everyone at work: clients of the roles, the worker, the clock."""

    web: Web
    clock: Clock
    phones: MessageService
    desk: httpx.Client
    leader: httpx.Client
    deputy: httpx.Client
    commander: httpx.Client
    stranger: httpx.Client

    # ---- time ----

    def local(self, hour: int, minute: int) -> datetime:
        """The next time the street's clock reads this."""
        now = self.clock.moment.astimezone(self.web.center.zone)
        then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return then if then >= now else then + timedelta(days=1)

    def until(self, moment: datetime) -> None:
        """Let time pass, doing every job at the moment it is due."""
        while (due := self._next_due()) is not None and due[1] <= moment:
            self.clock.moment = max(self.clock.moment, due[1])
            assert workers_jobs.run(due[0]) in ("done", "already done"), self._name(due[0])
        self.clock.moment = max(self.clock.moment, moment)

    def wait(self, minutes: float = 0.0) -> None:
        self.until(self.clock.moment + timedelta(minutes=minutes))

    def _next_due(self) -> tuple[int, datetime] | None:
        with self.web.center.read() as session:
            waiting = select(Job.id, Job.due_at).where(Job.done_at.is_(None), Job.parked_at.is_(None))
            row = session.execute(waiting.order_by(Job.due_at, Job.id).limit(1)).first()
            return None if row is None else (row[0], row[1])

    def _name(self, job_id: int) -> str:
        with self.web.center.read() as session:
            job = session.get_one(Job, job_id)
            return f"{job.name}: {job.last_error}"

    # ---- what the street sees ----

    def board(self, client: httpx.Client | None = None) -> dict[str, Any]:
        """The board once it shows everything that had been committed when it was asked for."""
        with self.web.center.read() as session:
            newest = session.scalar(select(func.max(LogEntry.id))) or 0

        def look() -> dict[str, Any] | None:
            self.web.carry()
            board: dict[str, Any] = (client or self.desk).get("/api/v1/board").json()
            return board if board["log_id"] >= newest else None

        found = eventually(look, within_s=20)
        assert found is not None
        return found

    def rows(self, kind: str, **wanted: object) -> list[dict[str, Any]]:
        """Rows of the board of one kind with these values."""
        found = [row for row in self.board()["rows"] if row["kind"] == kind and not row["gone"]]
        return [row for row in found if all(row[name] == value for name, value in wanted.items())]

    def message(self, audience: str, words: str) -> dict[str, Any]:
        """The message on the board to this audience whose Chinese text has these words."""
        (found,) = [row for row in self.rows("notice", audience=audience) if words in row["text"]["zh"]]
        return found

    def row(self, kind: str, **wanted: object) -> dict[str, Any]:
        (found,) = self.rows(kind, **wanted)
        return found

    # ---- what people do ----

    def post(
        self, client: httpx.Client, path: str, body: Mapping[str, object] | None = None, *, status: int | None = None
    ) -> dict[str, Any]:
        """A command that must go through, or be refused with this status."""
        answer = client.post(f"/api/v1{path}", json=body or {})
        assert answer.status_code == status if status else answer.is_success, (path, answer.status_code, answer.text)
        told: dict[str, Any] = answer.json()
        return told

    def get(self, path: str, client: httpx.Client | None = None) -> dict[str, Any]:
        answer = (client or self.desk).get(f"/api/v1{path}")
        assert answer.is_success, (path, answer.status_code, answer.text)
        told: dict[str, Any] = answer.json()
        return told

    def paste(self, text: str) -> dict[str, Any]:
        """A warning or an order of the district, as it came by WeChat; the plans are weighed."""
        told = self.post(self.desk, "/warnings", {"text": text})
        self.wait()
        return told

    def measure(self, metric: str, value: float, **more: object) -> None:
        self.post(self.desk, "/measurements", {"metric": metric, "value": value, **more})
        self.wait()

    def proposals(self) -> dict[str, dict[str, Any]]:
        """Open proposals by plan."""
        return {row["plan_id"]: row for row in self.get("/proposals")["proposals"]}

    def story(self, incident: str) -> dict[str, Any]:
        return self.get(f"/incidents/{incident}")

    def log_of(self, activation: str) -> list[dict[str, Any]]:
        """The lines of an activation's own log, oldest first."""
        lines: list[dict[str, Any]] = self.get(f"/activations/{activation}/review")["timeline"]
        return lines

    def reach(self, kind: str, ref: str, name: str) -> None:
        """Where messages for someone go was set up before the watch began: by the desk for a crew, by an administrator for others."""
        if kind == "crew":
            unit_verbs.set_unit_channel(self.web.center, ref, self.phones.address(name), Actor(name="desk", role=Role.DUTY_OFFICER))
        else:
            notices.set_channel(self.web.center, kind, ref, self.phones.address(name), Actor(name="admin", role=Role.ADMIN))


@pytest.fixture
def duty(web: Web, clock: Clock, phones: MessageService) -> Iterator[Duty]:
    web.center.public_url = web.url
    with workers_jobs.working_at(web.center):
        yield Duty(
            web=web,
            clock=clock,
            phones=phones,
            desk=web.client(Role.DUTY_OFFICER),
            leader=web.client(Role.DUTY_LEADER),
            deputy=web.client(Role.DEPUTY_COMMANDER),
            commander=web.client(Role.COMMANDER),
            stranger=web.client(),
        )
