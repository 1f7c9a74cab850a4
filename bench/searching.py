"""Searching a log of a million lines, and everything else with one box; how long after an order its words are found.

The lines are those of a hundred thousand emergencies, as the verbs would have written them: chained, with calls in which people say
different things. They are put in in bulk and then filed by what the relay files them with.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from bench.figures import Figure, Peer, figure, p50, p95
from bench.ground import Ground, folder, opened, running_centre
from command_center.center import Center
from command_center.db import log
from command_center.db.tables import Base, Call, ChainHead, Incident, LogEntry
from command_center.db.types import canonical_json
from command_center.domain import events
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.domain.status import IncidentStatus
from command_center.services import log_search, open_center, report_figures, search, seeding
from command_center.services.log_search import LogQuery, search_log

GOAL_MS = 50.0
LAG_GOAL_S = 1.0
FILED_AT_ONCE = 2_000
PUT_IN_AT_ONCE = 1_000
EVERY_S = 180
"""Seconds from one emergency to the next: a million lines are seven months."""

OFFICER = Actor(name="王秀英", role=Role.DUTY_OFFICER)

WHAT = (
    "冒烟",
    "着火",
    "积水",
    "漏水",
    "被困",
    "摔倒",
    "晕倒",
    "树倒了",
    "电线垂落",
    "墙体开裂",
    "燃气味",
    "井盖缺失",
    "堵塞",
    "爆裂",
    "噪声",
    "异味",
)
WHERE = (
    "楼道里",
    "地下车库",
    "电梯口",
    "北门",
    "南门外",
    "二单元",
    "三楼",
    "楼顶",
    "菜市场",
    "学校门口",
    "公交站",
    "河边",
    "桥下",
    "仓库",
    "配电室",
)
WHO = ("老人", "孩子", "工人", "司机", "居民", "商户", "学生", "保安")
RARE = ("蜂窝", "氯气", "煤油", "鹦鹉", "脚手架", "变压器", "锅炉房", "水银")

COMMON = ("事件", "现场", "签收", "巡", "人", "王秀英", "incident", "级")
USUAL = ("积水", "地下车库", "燃气", "电动自行车", "巡07", "patrol-03", "墙体开裂", "老人 摔倒", "井盖", "flood")
SELDOM = ("氯气", "鹦鹉", "脚手架", "水银", "煤油 楼顶")
NUMBERS = ("0302-017", "13805", "4711", "1380531", "003")
MISSES = ("鲸鱼", "submarine", "99887766", "积水 鲸鱼", "现场事件", "氯气 水银 鹦鹉", "巡07事件")
"""The parts of the last one stand in a tenth of all lines, but never in a row."""

TYPED = (
    "ynhy",
    "yingyuan",
    "巡11",
    "沙袋",
    "sd",
    "积水",
    "P05",
    "yyyjjyzzxk",
    "jdgb01",
    "樱南花园",
    "4711",
    "garden",
    "氯气",
    "zzzz",
    "y",
    "到场",
)


def measure(ground: Ground) -> Iterator[Figure]:
    """A big log of its own, then a running centre for the lag."""
    lines, repeats = ground.samples(1_000_000, 30_000), ground.samples(12, 3)
    with folder() as data_dir:
        url = f"sqlite:///{data_dir / 'center.sqlite'}"
        center = open_center(
            database_url=url, redis_url="unix:///nowhere", tracks_url=f"sqlite:///{data_dir / 'tracks.sqlite'}", data_dir=data_dir
        )
        with closing(center):
            seeding.prepare(center)
            yield from measure_big(center, lines, repeats)
    yield from _lag(ground.samples(40, 5))


def measure_big(center: Center, lines: int, repeats: int) -> Iterator[Figure]:
    """On a prepared centre of any engine."""
    fill(center, lines)
    with Session(center.engine) as session:
        before_mb = _size_mb(session)
    began = time.perf_counter()
    while log_search.file_log(center, FILED_AT_ONCE):
        pass
    took_s = time.perf_counter() - began
    yield figure("log lines filed per second, in bulk", lines / took_s, "lines/s")
    with Session(center.engine) as session:
        yield figure(f"index of the words of {lines:,} lines", _size_mb(session) - before_mb, "MB")
        session.execute(text("ANALYZE"))
        session.commit()
    yield from _searches(center, lines, repeats)
    with center.read() as session:
        began = time.perf_counter()
        verdict = log.verify(session)
        took_s = time.perf_counter() - began
    assert verdict.broken_at is None
    yield figure(f"one line of {verdict.lines:,} verified", took_s / verdict.lines * 1e6, "us", goal=5.0)
    month = (center.now() - timedelta(days=30), center.now())
    times = _times_ms(lambda _: report_figures.figures(center, *month), [""] * repeats)
    yield figure("figures of a month, median", p50(times), "ms")


def _searches(center: Center, lines: int, repeats: int) -> Iterator[Figure]:
    def look(words: str) -> None:
        search_log(center, LogQuery(text=words), OFFICER)

    kinds = {"common words": COMMON, "usual words": USUAL, "seldom words": SELDOM, "numbers": NUMBERS, "misses": MISSES}
    everything: list[float] = []
    for kind, words in kinds.items():
        times = _times_ms(look, words * repeats)
        everything += times
        yield figure(f"search over {lines:,} log lines: {kind}, p95", p95(times), "ms", goal=GOAL_MS)
    yield figure(f"search over {lines:,} log lines: all of them, p95", p95(everything), "ms", goal=GOAL_MS, peer=_scan(center))
    newest = center.now()
    month = LogQuery(text="积水", from_at=newest - timedelta(days=90), to_at=newest - timedelta(days=60), groups=("incidents",))
    yield figure(
        "search with a time and a kind of event, p95",
        p95(_times_ms(lambda _: search_log(center, month, OFFICER), [""] * repeats)),
        "ms",
        goal=GOAL_MS,
    )
    times = _times_ms(lambda typed: search.find(center, typed, OFFICER), TYPED * repeats)
    yield figure("one box over everything, p95", p95(times), "ms", goal=GOAL_MS)
    yield figure("one box over everything, p50", p50(times), "ms")


def _times_ms(look: Callable[[str], object], words: Sequence[str]) -> list[float]:
    """Each of them once before: what is made once is not what is measured."""
    for word in dict.fromkeys(words):
        look(word)
    times = []
    for word in words:
        began = time.perf_counter()
        look(word)
        times.append((time.perf_counter() - began) * 1000)
    return times


def _scan(center: Center) -> Peer:
    """What a database does without an index of words: look at every line."""
    with center.read() as session:
        began = time.perf_counter()
        session.execute(text("SELECT id FROM log_entry WHERE facts LIKE :wanted ORDER BY id DESC LIMIT 50"), {"wanted": "%鲸鱼%"}).all()
        return Peer(name="LIKE over every line", value=(time.perf_counter() - began) * 1000)


def _size_mb(session: Session) -> float:
    if session.get_bind().dialect.name == "sqlite":
        pages = session.execute(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")).scalar_one()
        return float(pages) / 1e6
    return float(session.execute(text("SELECT pg_database_size(current_database())")).scalar_one()) / 1e6


# ---- a long log -------------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Writer:
    """Writes lines as `db/log.append` does, without a transaction for each."""

    prev: str
    entry_id: int
    rows: dict[type[Base], list[dict[str, Any]]] = field(default_factory=lambda: {Incident: [], Call: [], LogEntry: []})

    def write(self, event: events.Event, at: datetime, actor: str, role: Role) -> None:
        facts = event.facts()
        self.entry_id += 1
        hashed = log.digest(
            prev=self.prev, entry_id=self.entry_id, at=at, actor=actor, role=role.value, event=event.name, facts=canonical_json(facts)
        )
        row: dict[str, Any] = {
            "id": self.entry_id,
            "at": at,
            "actor": actor,
            "role": role,
            "event": event.name,
            "facts": facts,
            "incident_id": facts.get("incident_id"),
            "unit_id": facts.get("unit_id"),
            "touched": [],
            "prev": self.prev,
            "hash": hashed,
            "published_at": at,
        }
        self.rows[LogEntry].append(row)
        self.prev = hashed


def fill(center: Center, lines: int) -> None:
    """Put in emergencies until the log has so many lines more, the newest of them now."""
    dice = random.Random(2026)
    with Session(center.engine) as session:
        head = session.get_one(ChainHead, 1)
        writer = _Writer(head.last_hash, head.last_id)
        first = session.scalar(select(Incident.id).order_by(Incident.id.desc()).limit(1)) or 0
    last, number = writer.entry_id + lines, first
    begin = center.now() - timedelta(seconds=EVERY_S * lines / 10)
    while writer.entry_id < last:
        with Session(center.engine) as session, session.begin():
            for _ in range(PUT_IN_AT_ONCE // 10):
                number += 1
                _emergency(writer, dice, center, number, begin + timedelta(seconds=EVERY_S * (number - first)))
            for table, rows in writer.rows.items():
                session.execute(insert(table), rows)
                rows.clear()
            session.execute(update(ChainHead).values(last_id=writer.entry_id, last_hash=writer.prev))


def _emergency(writer: _Writer, dice: random.Random, center: Center, number: int, at: datetime) -> None:
    """Ten lines, a call and the incident of one emergency."""
    kind = dice.choice([it for it in center.catalogue.incident_types.values() if it.stream == "emergency"])
    place = dice.choice(list(center.catalogue.places.values()))
    said = f"{dice.choice(WHERE)}{dice.choice(WHAT)}，{dice.choice(WHO)}{dice.choice(WHAT)}" + (
        dice.choice(RARE) if dice.random() < 0.002 else ""
    )
    unit, other = (f"patrol-{one:02d}" for one in dice.sample(range(1, 13), 2))
    name = f"{at.astimezone(center.zone):%Y%m%d}-{number % 480:03d}"
    writer.rows[Incident].append(_incident(kind.code, kind.severity, place, number, f"{name}/{number}", said, at))
    phone = f"1{dice.randrange(30, 99)}{dice.randrange(10**8):08d}"
    writer.rows[Call].append(_call(number, at, said, phone, (place.point.lat, place.point.lon)))
    about: Mapping[str, Any] = {"incident_id": number, "number": name}
    order = {**about, "unit_id": unit, "assignment_id": number}
    told: list[tuple[float, str, Role, events.Event]] = [
        (
            0,
            OFFICER.name,
            OFFICER.role,
            events.CallTaken(**about, type=kind.code, severity=kind.severity.value, call_id=number, joined=False),
        ),
        (8, OFFICER.name, OFFICER.role, events.IncidentAcknowledged(**about)),
        (25, OFFICER.name, OFFICER.role, events.UnitDispatched(**order, travel_s=93.4, proposed=[unit, other])),
        (26, "system", Role.SYSTEM, events.DispatchSent(**order, channel="card")),
        (40, f"crew of {unit}", Role.CREW, events.DispatchAcknowledged(**order)),
        (70, f"crew of {unit}", Role.CREW, events.UnitEnRoute(**order)),
        (200, f"crew of {unit}", Role.CREW, events.UnitOnScene(**order, response_s=200.0, first=True)),
        (
            400,
            OFFICER.name,
            OFFICER.role,
            events.IncidentNoted(**about, note=f"{dice.choice(WHERE)}{dice.choice(WHAT)}已处置，{dice.choice(WHO)}平安"),
        ),
        (900, f"crew of {unit}", Role.CREW, events.UnitCleared(**order)),
        (960, OFFICER.name, OFFICER.role, events.IncidentClosed(**about, outcome="closed", note="")),
    ]
    for _after_s, actor, role, event in told:
        writer.write(event, at, actor, role)


def _incident(kind: str, severity: Level, place: Any, number: int, name: str, said: str, at: datetime) -> dict[str, Any]:  # noqa: ANN401 - a place of the catalogue
    done = at + timedelta(seconds=960)
    return {
        "id": number,
        "number": name,
        "type": kind,
        "severity": severity,
        "status": IncidentStatus.CLOSED,
        "lat": place.point.lat,
        "lon": place.point.lon,
        "place_id": place.id,
        "place_zh": place.name.zh,
        "place_en": place.name.en,
        "area_code": place.area,
        "note": said,
        "call_count": 1,
        "is_simulated": False,
        "reported_at": at,
        "last_call_at": at,
        "dispatched_at": at + timedelta(seconds=25),
        "on_scene_at": at + timedelta(seconds=200),
        "ended_at": done,
        "version": 1,
    }


def _call(number: int, at: datetime, said: str, phone: str, point: tuple[float, float]) -> dict[str, Any]:
    return {
        "id": number,
        "incident_id": number,
        "at": at,
        "taken_by": OFFICER.name,
        "caller_name": "",
        "caller_phone": phone,
        "said": said,
        "answers": {},
        "lat": point[0],
        "lon": point[1],
        "joined": False,
    }


# ---- how soon -----------------------------------------------------------------------------------------------------------------------


def _lag(count: int) -> Iterator[Figure]:
    """From the answer to an order until a search finds it, on a running centre."""
    with running_centre() as running, opened(running) as center, running.client("duty_officer") as officer:
        incident = (
            officer.post("/api/v1/incidents", json={"kind": "E107", "place_id": "XQ001", "join": "new"}).raise_for_status().json()["id"]
        )
        lags = []
        for number in range(count):
            body = {"act": "report", "note": f"第{number}次回报 7{number:05d}", "incident_id": int(incident)}
            officer.post("/api/v1/log/entries", json=body).raise_for_status()
            began = time.perf_counter()
            while not search_log(center, LogQuery(text=f"7{number:05d}"), OFFICER).lines:
                time.sleep(0.005)
            lags.append(time.perf_counter() - began)
    yield figure("order answered to its words found, p95", p95(lags), "s", goal=LAG_GOAL_S)
    yield figure("order answered to its words found, longest", max(lags), "s")
