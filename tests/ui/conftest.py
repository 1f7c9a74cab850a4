"""Screens in front of a real centre: its database, its Valkey, its relay and its web process, on an evening that the tests describe."""

from __future__ import annotations

import re
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError
from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import Incident, Unit
from command_center.domain.events import CallTaken, Event, IncidentClosed, UnitEnRoute, UnitOnScene, UnitStatusSet
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.rights import SYSTEM, Actor, Role
from command_center.domain.status import IncidentStatus, UnitStatus
from command_center.services import access, activations, open_center, seeding
from command_center.services.live import read_snapshot
from command_center.web import compose
from command_center.wire import EmbeddedValkey
from tests.browsing import chromium
from tests.waiting import eventually
from workers.relay import Relay

ROOT = Path(__file__).parents[2]
SIGHTS = ROOT / "test-results"

ROLES = (Role.DUTY_OFFICER, Role.DUTY_LEADER, Role.DEPUTY_COMMANDER, Role.COMMANDER, Role.DISPLAY)
"""Who sits in front of a screen in these tests."""

failed = pytest.StashKey[bool]()


@dataclass(slots=True)
class Theatre:
    """A running centre whose state a test sets by hand: every change is a recorded event, so screens learn of it as in service."""

    center: Center
    url: str
    tokens: dict[Role, str] = field(default_factory=dict)
    _count: int = 0

    def sign_in(self, context: BrowserContext, role: Role) -> None:
        context.add_cookies(
            [{"name": "center_session", "value": self.tokens[role], "url": self.url, "sameSite": "Strict", "httpOnly": True}]
        )

    def incident(
        self, kind: str, level: Level, *, ago_s: float, place: tuple[str, str], at: Point, simulated: bool = False, **columns: object
    ) -> int:
        """An open incident as it stands now; returns its id. Acknowledged unless `acknowledged_at=None` is stated."""
        self._count += 1
        reported_at = self.center.now() - timedelta(seconds=ago_s)
        stated: dict[str, object] = {"status": IncidentStatus.DISPATCHED, "acknowledged_at": reported_at} | columns
        row = Incident(
            number=f"0101-{self._count:03d}",
            type=kind,
            severity=level,
            lat=at.lat,
            lon=at.lon,
            place_zh=place[0],
            place_en=place[1],
            note="",
            call_count=1,
            is_simulated=simulated,
            reported_at=reported_at,
            last_call_at=reported_at,
            **stated,
        )
        with self.center.work(SYSTEM) as work:
            work.add(row)
            work.record(
                CallTaken(
                    incident_id=row.id,
                    number=row.number,
                    type=kind,
                    severity=level.value,
                    call_id=1,
                    joined=False,
                    is_simulated=simulated,
                )
            )
            incident_id: int = row.id
        return incident_id

    def acknowledge(self, incident_id: int) -> None:
        with self.center.work(SYSTEM) as work:
            row = work.get(Incident, incident_id)
            row.acknowledged_at = self.center.now()
            work.record(UnitEnRoute(incident_id=row.id, number=row.number, unit_id="patrol-01", assignment_id=1))

    def unit(self, unit_id: str, status: UnitStatus, incident_id: int | None = None) -> None:
        with self.center.work(SYSTEM) as work:
            row = work.get(Unit, unit_id)
            before, row.status, row.incident_id = row.status, status, incident_id
            work.record(self._told(unit_id, before, status, incident_id))

    def _told(self, unit_id: str, before: UnitStatus, status: UnitStatus, incident_id: int | None) -> Event:
        if incident_id and status is UnitStatus.ON_SCENE:
            return UnitOnScene(incident_id=incident_id, number="0101-001", unit_id=unit_id, assignment_id=1, response_s=200.0, first=True)
        if incident_id and status is UnitStatus.EN_ROUTE:
            return UnitEnRoute(incident_id=incident_id, number="0101-001", unit_id=unit_id, assignment_id=1)
        return UnitStatusSet(unit_id=unit_id, before=before.value, after=status.value)

    def report(self, *fixes: tuple[str, Point, float]) -> None:
        """Position fixes: unit id, place, age in seconds."""
        now = self.center.now()
        body = [
            {"unit": unit, "at": (now - timedelta(seconds=age_s)).isoformat(), "lat": at.lat, "lon": at.lon, "heading_deg": 90}
            for unit, at, age_s in fixes
        ]
        headers = {"Authorization": f"Bearer {self.tokens[Role.DUTY_OFFICER]}"}
        answer = httpx.post(f"{self.url}/api/v1/positions", json=body, headers=headers, timeout=10, trust_env=False)
        assert answer.json() == {"accepted": len(fixes), "rejected": {}}

    def end_plans(self) -> None:
        """Take back whatever plan runs or waits."""
        chief = Actor(name="chief", role=Role.COMMANDER)
        for row in read_snapshot(self.center).rows:
            if row["kind"] == "activation" and not row["gone"]:
                take_back = activations.decline if row["status"] == "proposed" else activations.roll_back
                take_back(self.center, int(row["id"]), chief, "the test is over")

    def clear(self) -> None:
        """No plan in force, all units free, no incident open."""
        self.end_plans()
        with self.center.work(SYSTEM) as work:
            for unit in work.session.scalars(select(Unit)):
                unit.status, unit.incident_id = UnitStatus.AVAILABLE, None
            for row in work.session.scalars(select(Incident).where(Incident.ended_at.is_(None))):
                row.status, row.ended_at = IncidentStatus.CLOSED, self.center.now()
                work.record(IncidentClosed(incident_id=row.id, number=row.number, outcome="closed"))
            work.record(UnitStatusSet(unit_id="patrol-01", before="available", after="available"))

    def known(self) -> int:
        """How far the screens' board is: the last log entry it has heard of."""
        headers = {"Authorization": f"Bearer {self.tokens[Role.DUTY_OFFICER]}"}
        log_id: int = httpx.get(f"{self.url}/api/v1/board", headers=headers, timeout=10, trust_env=False).json()["log_id"]
        return log_id


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:  # noqa: ANN401 - pytest's hook protocol
    report = yield
    if report.when == "call":
        item.stash[failed] = report.failed
    return report


@contextmanager
def serving(center: Center) -> Iterator[str]:
    """The web process in a thread of ours; gives its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        app = compose(center, language="zh_CN", device_tokens=False)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, args=([listening],), name="web")
        thread.start()
        eventually(lambda: server.started, within_s=30)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@contextmanager
def relaying(center: Center) -> Iterator[None]:
    """The relay in a thread of ours."""
    stopping = threading.Event()
    thread = threading.Thread(target=Relay(center).run, args=(stopping,), name="relay")
    thread.start()
    yield
    stopping.set()
    thread.join()


class Cable:
    """A line to the centre that can be cut the nasty way: its connections stay open, and nothing comes through."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._whole = threading.Event()
        self._whole.set()
        self._sockets: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    def close(self) -> None:
        self.mend()
        for end in (self._listening, *self._sockets):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                screen, _ = self._listening.accept()
                centre = socket.create_connection(("127.0.0.1", self._port))
                self._sockets += [screen, centre]
                for giver, taker in ((screen, centre), (centre, screen)):
                    threading.Thread(target=self._carry, args=(giver, taker), daemon=True).start()

    def _carry(self, giver: socket.socket, taker: socket.socket) -> None:
        with suppress(OSError):
            while data := giver.recv(65536):
                self._whole.wait()
                taker.sendall(data)
            taker.shutdown(socket.SHUT_WR)


@pytest.fixture
def cable(theatre: Theatre) -> Iterator[Cable]:
    line = Cable(int(theatre.url.rpartition(":")[2]))
    yield line
    line.close()


@pytest.fixture(scope="session")
def theatre(empty_database: Callable[[], dict[str, str]]) -> Iterator[Theatre]:
    """One centre with the demo street for all screen tests; each test starts from `clear()`."""
    with tempfile.TemporaryDirectory(prefix="center-ui-", dir="/tmp") as folder, EmbeddedValkey(Path(folder) / "valkey") as valkey:
        data_dir = Path(folder)
        options: dict[str, Any] = {
            "database_url": empty_database().get("CENTER_DATABASE_URL", f"sqlite:///{data_dir / 'center.sqlite'}"),
            "redis_url": valkey.url,
            "tracks_url": f"sqlite:///{data_dir / 'tracks.sqlite'}",
            "data_dir": data_dir,
        }
        with closing(open_center(**options)) as prepared:
            seeding.prepare(prepared)
        with (
            closing(open_center(**options)) as own,
            closing(open_center(**options)) as carried,
            relaying(carried),
            serving(open_center(**options)) as url,
        ):
            yield Theatre(own, url, {role: access.issue_token(own, f"test-{role}", role) for role in ROLES})


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium("--autoplay-policy=document-user-activation-required") as launched:
        yield launched


def until(page: Page, truth: str) -> None:
    """Wait until a JavaScript expression is true; our content security policy forbids Playwright's own way of waiting for one."""

    def is_so() -> bool:
        try:
            return bool(page.evaluate(truth))
        except PlaywrightError as error:
            if "navigation" not in str(error):
                raise
            return False  # the page that was asked has just given way to the next one

    eventually(is_so, within_s=40, every_s=0.05)


@dataclass(slots=True)
class Screens:
    """Opens screens on the theatre and remembers what went wrong on them; what a test provokes it takes off `problems`."""

    browser: Browser
    theatre: Theatre
    problems: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self,
        path: str,
        *,
        role: Role = Role.DUTY_OFFICER,
        size: tuple[int, int] = (1920, 1080),
        theme: str = "night",
        lang: str = "zh_CN",
        through: Cable | None = None,
        script: str = "",
    ) -> Page:
        """A signed-in screen at `path`, once its map or its list is drawn and the stream is alive.

        through : a line of its own to the centre. script : runs before the page's own.
        """
        url = through.url if through else self.theatre.url
        context = self.browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="no-preference")
        self._contexts.append(context)
        self.theatre.sign_in(context, role)
        context.add_cookies(
            [{"name": "theme", "value": theme, "url": self.theatre.url}, {"name": "lang", "value": lang, "url": self.theatre.url}]
        )
        page = context.new_page()
        self._watch(page, url)
        page.add_init_script(script)
        page.goto(url + path)
        page.wait_for_selector("main[data-page] :is(.leaflet-container, .empty, .labels, .desk[data-drawn])", state="attached")
        until(page, "window.cc && cc.link() === 'live' && document.fonts.status === 'loaded'")
        return page

    def _watch(self, page: Page, url: str) -> None:
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("console", lambda said: self.problems.append(f"console: {said.text}") if said.type == "error" else None)
        page.on("request", lambda asked: self._note_request(asked.url, url))

    def _note_request(self, asked: str, url: str) -> None:
        if not asked.startswith((f"{url}/", "data:", "blob:")):
            self.problems.append(f"outside: {asked}")

    def keep_sight(self, name: str) -> None:
        SIGHTS.mkdir(exist_ok=True)
        plain = re.sub(r"[^\w.-]+", "_", name)
        for number, page in enumerate(page for context in self._contexts for page in context.pages):
            page.screenshot(path=SIGHTS / f"{plain}-{number}.png")

    def close(self) -> None:
        """Close every screen that was opened so far."""
        while self._contexts:
            self._contexts.pop().close()


@pytest.fixture
def screens(browser: Browser, theatre: Theatre, request: pytest.FixtureRequest) -> Iterator[Screens]:
    """Screens on a street where nothing happens yet."""
    theatre.clear()
    opened = Screens(browser, theatre)
    yield opened
    if request.node.stash.get(failed, False):
        opened.keep_sight(request.node.name)
    opened.close()
    assert not opened.problems


SHOPS = ("九龙社区沿街商铺1043号", "No. 1043, shops along Jiulong Street")
BRIDGE = ("宝通东街铁路桥下", "Under the railway bridge, Baotong East Street")
WEST, EAST, NORTH = Point(36.6920, 119.1320), Point(36.6935, 119.1500), Point(36.7070, 119.1580)


def busy_evening(theatre: Theatre) -> Sequence[int]:
    """Seven incidents, units in every state, one overdue, one unacknowledged II, a lost and an old fix. Returns ids, gravest first."""
    later = theatre.center.now() - timedelta(seconds=170)
    gas = theatre.incident("E109", Level.II, ago_s=132, place=SHOPS, at=EAST, acknowledged_at=None)
    fire = theatre.incident(
        "E105",
        Level.III,
        ago_s=412,
        place=("梨园小区12号楼", "Block 12, Liyuan Compound"),
        at=NORTH,
        status=IncidentStatus.ON_SCENE,
        on_scene_at=later,
    )
    crash = theatre.incident(
        "E131", Level.III, ago_s=700, place=("虞河路与胜利东街路口", "Yuhe Road and Shengli East Street"), at=Point(36.7032, 119.1395)
    )
    flood = theatre.incident(
        "E101", Level.IV, ago_s=65, place=("宝通东街铁路桥下", "Under the railway bridge, Baotong East Street"), at=WEST
    )
    lift = theatre.incident(
        "E125", Level.IV, ago_s=290, place=("御景大厦B座", "Yujing Tower B"), at=Point(36.7000, 119.1590), simulated=True
    )
    tree = theatre.incident(
        "E112", Level.IV, ago_s=600, place=("樱园广场南门", "South gate of Yingyuan Square"), at=Point(36.7095, 119.1290)
    )
    wall = theatre.incident(
        "E113", Level.IV, ago_s=30, place=("文化路小学北墙", "North wall of Wenhua Road School"), at=Point(36.6960, 119.1420)
    )
    for unit, status, incident in (
        ("patrol-10", UnitStatus.EN_ROUTE, gas),
        ("guarantee-4", UnitStatus.DISPATCHED, gas),
        ("patrol-04", UnitStatus.ON_SCENE, fire),
        ("guarantee-2", UnitStatus.ON_SCENE, fire),
        ("patrol-02", UnitStatus.DISPATCHED, crash),
        ("patrol-07", UnitStatus.RETURNING, None),
        ("patrol-08", UnitStatus.CHARGING, None),
        ("patrol-12", UnitStatus.OUT_OF_SERVICE, None),
    ):
        theatre.unit(unit, status, incident)
    theatre.report(
        ("patrol-10", Point(36.6915, 119.1530), 0),
        ("patrol-04", Point(36.7071, 119.1581), 0),
        ("guarantee-2", Point(36.7069, 119.1579), 0),
        ("patrol-07", Point(36.6940, 119.1300), 5),
        ("patrol-03", Point(36.7000, 119.1330), 180),
        ("patrol-11", Point(36.6875, 119.1590), 60),
    )
    return gas, fire, crash, flood, lift, tree, wall
