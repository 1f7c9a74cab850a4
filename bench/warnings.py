"""How soon the plans are weighed, and what becomes of a thousand spoiled CAP messages at the door."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random

from bench.figures import Figure, Peer, figure, p50, p95
from bench.ground import Ground, desk, opened
from command_center.cap import Alert, Area, Info, MessageType, Named, Status, read_alerts, write_alert
from command_center.domain.catalogue import Catalogue
from command_center.domain.errors import UnreadableAlert
from command_center.domain.geo import Point
from command_center.domain.notices import Reference
from command_center.domain.triggers import OpenIncident, Reading, SignalInForce, Situation, Weigher

WEIGH_GOAL_MS = 5.0
ANSWER_GOAL_MS = 1000.0
MESSAGES = 1_000
SEED = 20260712
SPOILERS = (
    *(b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!DOCTYPE x>", b"&#0;", b"&x;", b"\0", b"\xff\xfe", b"\xb1\xa9"),
    *(b"nan", b"1e999", b"-0", b"2026-02-30T25:00:00", b"<info>", b"</info>", b"<area>" * 80, b"<a/>" * 500, b"9" * 300),
)
"""What parsers, clocks and maps stumble over."""


def measure(ground: Ground) -> Iterator[Figure]:
    """Weighing in this process on a bad night; mutated messages over HTTP, as a feed would post them."""
    with opened(ground.centre) as center:
        weighing = weighing_ms(center.catalogue, ground.samples(300, 50))
    yield figure("weigh all 12 plans on a bad night, p95", p95(weighing), "ms", goal=WEIGH_GOAL_MS)
    yield figure("weigh all 12 plans on a bad night, p50", p50(weighing), "ms")

    files = spoiled(ground.samples(MESSAGES, 100))
    reading = [reading_ms(raw) for raw in files]
    statuses, answers = answers_ms(ground, files)
    taken = sum(status < 300 for status in statuses)
    yield figure("server errors among 1,000 mutated CAP messages", sum(status >= 500 for status in statuses), "answers", goal=0)
    yield figure(
        "slowest answer to one of them", max(answers), "ms", goal=ANSWER_GOAL_MS, peer=Peer(name="slowest reading", value=max(reading))
    )
    yield figure("answer to one of them, p50", p50(answers), "ms", peer=Peer(name="reading, p50", value=p50(reading)))
    yield figure("taken all the same", taken, "messages")
    yield figure("slowest of the heaviest messages that are allowed, read", max(map(reading_ms, heaviest())), "ms", goal=ANSWER_GOAL_MS)


# ---- weighing ------------------------------------------------------------------------------------


def bad_night(catalogue: Catalogue) -> Situation:
    """Every hazard in force in its gravest colour, forty incidents of every plan, three readings of every metric."""
    now = datetime(2026, 7, 12, 13, 0, tzinfo=UTC)
    kinds = [code for code, kind in catalogue.incident_types.items() if kind.stream == "emergency"]
    numbers = [name for name, metric in catalogue.common.metrics.items() if not metric.values]
    return Situation(
        signals=[
            SignalInForce(hazard=code, color=list(hazard.signals)[-1], source=f"warning:{number}")
            for number, (code, hazard) in enumerate(catalogue.warning_signals.hazards.items())
        ],
        incidents=[OpenIncident(type=kinds[number % len(kinds)], source=f"incident:{number}") for number in range(40)],
        readings=[
            Reading(
                metric=name,
                value=float(5 * (place + 1)),
                at=now - timedelta(minutes=place),
                source=f"measurement:{place}",
                subject=f"incident:{place}",
                window_h=1.0,
                incident_type=kinds[place * 7 % len(kinds)] if place else None,
            )
            for name in numbers
            for place in range(3)
        ],
    )


def weighing_ms(catalogue: Catalogue, count: int) -> list[float]:
    weigher, situation = Weigher(catalogue), bad_night(catalogue)
    times: list[float] = []
    for _ in range(count):
        began = time.perf_counter()
        weighed = weigher.weigh(situation)
        times.append((time.perf_counter() - began) * 1000)
        assert len(weighed) == len(catalogue.plans)
    return times


# ---- mutated messages ----------------------------------------------------------------------------


def messages() -> list[bytes]:
    """Whole messages to spoil: an alert with an outline, an update of it, a cancellation, and the first in GB18030."""
    sent = datetime(2026, 7, 12, 7, 42, tzinfo=UTC)
    ring = tuple(Point(36.6 + number % 9 / 50, 119.0 + number / 400) for number in range(60))
    info = Info(
        language="zh-CN",
        categories=("Met",),
        event="暴雨",
        urgency="Expected",
        severity="Severe",
        certainty="Likely",
        event_codes=(Named("eventType", "02"),),
        expires=sent + timedelta(hours=6),
        sender_name="潍坊市气象台",
        headline="潍坊市气象台发布暴雨橙色预警",
        description="预计未来3小时内奎文区降雨量将达50毫米以上。" * 5,
        parameters=(Named("alertLevel", "03"),),
        areas=(Area(description="奎文区", polygons=((*ring, ring[0]),)),),
    )

    def message(number: int, kind: MessageType, *ends: int) -> bytes:
        references = tuple(Reference("met@example.org", f"bench-{one}") for one in ends)
        identifier, at = f"bench-{number}", sent + timedelta(minutes=number)
        alert = Alert(
            identifier=identifier,
            sender="met@example.org",
            sent=at,
            status=Status.ACTUAL,
            msg_type=kind,
            references=references,
            infos=(info,),
        )
        return write_alert(alert)

    alert = message(1, MessageType.ALERT)
    chinese = alert.decode("utf-8").replace('"UTF-8"', '"GB18030"').encode("gb18030")
    return [alert, message(2, MessageType.UPDATE, 1), message(3, MessageType.CANCEL, 1, 2), chinese]


def spoiled(count: int) -> list[bytes]:
    """The same every time: pieces cut out, doubled and overwritten."""
    random, whole = Random(SEED), messages()
    files = []
    for number in range(count):
        raw = bytearray(whole[number % len(whole)])
        for _ in range(random.randint(1, 4)):
            start = random.randrange(len(raw))
            end = start + random.choice((0, 1, 5, 40))
            raw[start:end] = random.choice((b"", bytes([random.randrange(256)]), random.choice(SPOILERS), raw[start : start + 60] * 2))
        files.append(bytes(raw))
    return files


def heaviest() -> list[bytes]:
    """As much as one mebibyte may hold of what costs most: points of an outline, empty elements, comments, entities."""
    whole, (start, end) = messages()[0], (b"<area>", b"</area>")
    outline = start + b"<areaDesc>x</areaDesc><polygon>" + b"36.66,119.08 " * 75_000 + b"36.66,119.08</polygon>" + end
    fillings = [outline, b"<a/>" * 19_000, b"x<!---->" * 120_000, b"&amp;" * 200_000]
    return [whole.replace(start, filling + start, 1) for filling in fillings]


def reading_ms(raw: bytes) -> float:
    began = time.perf_counter()
    with suppress(UnreadableAlert):
        read_alerts(raw)
    return (time.perf_counter() - began) * 1000


def answers_ms(ground: Ground, files: list[bytes]) -> tuple[list[int], list[float]]:
    """Statuses of the answers and how long each took, one connection, back to back."""
    statuses: list[int] = []
    times: list[float] = []
    with desk(ground.centre) as officer:
        for raw in files:
            began = time.perf_counter()
            answer = officer.http.post("/api/v1/warnings", content=raw, headers={"Content-Type": "application/cap+xml"})
            times.append((time.perf_counter() - began) * 1000)
            statuses.append(answer.status_code)
    return statuses, times
