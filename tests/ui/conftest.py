"""Screens in front of a real centre: its database, its Valkey, its relay and its web process, on an evening that the tests describe."""

from __future__ import annotations

import os
import re
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Assignment, Call, Incident, LogEntry, Unit
from command_center.domain.events import CallTaken, UnitEnRoute, UnitOnScene
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.rights import SYSTEM, Role
from command_center.domain.status import IncidentStatus, UnitStatus
from command_center.services import access, open_center, seeding
from command_center.web import compose
from command_center.wire import EmbeddedValkey
from tests.builders import given
from tests.waiting import eventually
from workers.relay import Relay

ROOT = Path(__file__).parents[2]
SIGHTS = ROOT / "test-results"
FLAGS = [
    "--autoplay-policy=user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]

failed = pytest.StashKey[bool]()


@dataclass(frozen=True, slots=True, kw_only=True)
class Theatre:
    """A running centre whose state a test sets by hand; the screens learn of it as they would in service."""

    center: Center
    url: str
    tokens: dict[Role, str]

    def sign_in(self, context: BrowserContext, role: Role) -> None:
        context.add_cookies([{"name": "center_session", "value": self.tokens[role], "url": self.url, "sameSite": "Strict", "httpOnly": True}])

    def clear(self) -> None:
        """Nothing has happened yet: all units at home, no incident, an empty day."""
        with Session(self.center.engine) as session, session.begin():
            session.execute(update(Unit).values(status=UnitStatus.AVAILABLE, incident_id=None, assignment_id=None, version=Unit.version + 1))
            for table in (Assignment, Call, Incident):
                session.execute(delete(table))
        self.tell()

    def tell(self) -> None:
        """Let every screen read the board anew, as after an outage."""
        httpx.post(f"{self.url}/test/start-over", timeout=10, trust_env=False).raise_for_status()

    def report(self, *units: tuple[str, Point, float]) -> None:
        """Position fixes: unit id, place, age in seconds."""
        now = self.center.now()
        fixes = [
            {"unit": unit, "at": (now - timedelta(seconds=age_s)).isoformat(), "lat": at.lat, "lon": at.lon, "heading_deg": 90}
            for unit, at, age_s in units
        ]
        headers = {"Authorization": f"Bearer {self.tokens[Role.DUTY_OFFICER]}"}
        httpx.post(f"{self.url}/api/v1/positions", json=fixes, headers=headers, timeout=10, trust_env=False).raise_for_status()

    def incident(self, kind: str, level: Level, *, ago_s: float, place: str, at: Point, **more: Any) -> Incident:
        """An open incident as it stands now; acknowledged unless `acknowledged_at=None` is stated."""
        reported_at = self.center.now() - timedelta(seconds=ago_s)
        stated = {"acknowledged_at": reported_at, "dispatched_at": reported_at} | more
        return given(
            self.center,
            Incident,
            type=kind,
            severity=level,
            lat=at.lat,
            lon=at.lon,
            place_zh=place,
            place_en=more.pop("place_en", place),
            reported_at=reported_at,
            last_call_at=reported_at,
            **{name: value for name, value in stated.items() if name != "place_en"},
        )
