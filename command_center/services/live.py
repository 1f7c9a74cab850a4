"""The living board of a web process: a snapshot, then patches, fanned out to every screen.

One reader of the wire per process, any number of subscribers. Start-up and recovery are the same path: read the snapshot, then
apply what comes after it.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.board_rows import moment, snapshot_rows, touched_rows
from command_center.db.tables import LogEntry
from command_center.domain.board import Board, Row, without_words
from command_center.services.positions import Intake, fix_of, latest_fixes
from command_center.wire import Away, Back, Facts, Lost, Positions, WireDown, WireReader

log = logging.getLogger(__name__)

KEPT_ENTRIES = 100
"""Log lines a screen gets to begin with."""

LATEST_WINS = frozenset({"positions", "beat", "coverage"})
"""Of these a screen that is behind gets the next one."""

BEAT_S = 1.0
SLOW_SCREEN = 64
"""Messages a screen may be behind; then it gets a reset instead of a backlog."""


@dataclass(frozen=True, slots=True)
class Message:
    """One thing for the screens. event: facts, positions, coverage, beat or reset; id: stream id of facts, else None."""

    event: str
    id: str | None
    data: str

    def for_display(self) -> "Message":
        """The same for a reader without READ_WORDS."""
        return Message(self.event, self.id, _without_words(self.data)) if self.event == "facts" else self


@lru_cache(maxsize=64)
def _without_words(payload: str) -> str:
    """Made once for all displays that get it."""
    facts = json.loads(payload)
    rows = [without_words(row) for row in facts["rows"]]
    return _json(facts | {"rows": rows, "entry": _entry_without_words(facts["entry"])})


def _entry_without_words(entry: dict[str, Any]) -> dict[str, Any]:
    return entry | {"facts": without_words(entry["facts"])}


def log_row(entry: LogEntry) -> dict[str, Any]:
    """A log line as screens get it."""
    return {
        "id": entry.id,
        "at": moment(entry.at),
        "actor": entry.actor,
        "event": entry.event,
        "facts": entry.facts,
        "incident_id": None if entry.incident_id is None else str(entry.incident_id),
        "unit_id": entry.unit_id,
    }


def facts_payload(center: Center, session: Session, entry: LogEntry) -> str:
    """What the relay puts on the stream for one log line: the line, and the present state of the rows it touched."""
    rows = touched_rows(session, entry.touched, center.catalogue)
    return _json({"log_id": entry.id, "rows": rows, "entry": log_row(entry)})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The board as the database has it, with the stream position it belongs to ("" when Redis was away)."""

    rows: list[Row]
    entries: list[dict[str, Any]]
    positions: dict[str, list[Any]]
    stream: str
    log_id: int


def read_snapshot(center: Center) -> Snapshot:
    """Read everything a screen starts from. The stream's end is taken first: what happens meanwhile comes again as a patch."""
    try:
        stream = center.wire.facts_tail()
    except WireDown:
        stream = ""
    with center.read() as session:
        rows = snapshot_rows(session, center.catalogue)
        newest = session.scalars(select(LogEntry).order_by(LogEntry.id.desc()).limit(KEPT_ENTRIES)).all()
    positions: dict[str, list[Any]] = {unit_id: fix.frame_row() for unit_id, fix in latest_fixes(center).items()}
    return Snapshot(
        rows=rows,
        entries=[log_row(entry) for entry in reversed(newest)],
        positions=positions,
        stream=stream,
        log_id=newest[0].id if newest else 0,
    )


@dataclass(slots=True)
class LiveBoard:
    """What this process knows of the present, and who wants to hear of it."""

    center: Center
    intake: Intake | None = None
    simulator: bool = False
    """Whether this centre's vehicles and calls are made up: every screen says so."""
    board: Board = field(default_factory=Board)
    entries: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_ENTRIES))
    positions: dict[str, list[Any]] = field(default_factory=dict)
    circle: dict[str, Any] | None = None
    """The five-minute circle in figures, as last told; None before anybody looked."""
    stream_id: str = ""
    log_id: int = 0
    _wire_away: bool = False
    _relay_lag_s: float | None = 0.0
    _workers: int = 1
    _screens: set[asyncio.Queue[Message]] = field(default_factory=set)

    def start_over(self) -> None:
        """Forget where the wire was read to: facts may be missing, so the next reader tells every screen to begin anew."""
        self.stream_id = ""

    async def load(self) -> None:
        """Start anew from the database."""
        snapshot = await asyncio.to_thread(read_snapshot, self.center)
        revision = self.board.revision
        self.board = Board.of(snapshot.rows)
        self.board.revision += revision + 1
        self.entries = deque(snapshot.entries, maxlen=KEPT_ENTRIES)
        self.positions = snapshot.positions | {unit: row for unit, row in self.positions.items() if unit not in snapshot.positions}
        self.stream_id, self.log_id = snapshot.stream, snapshot.log_id

    async def run(self, redis_url: str) -> None:
        """Follow the wire until cancelled. `load` must have been awaited before."""
        heart = asyncio.create_task(self._beat())
        try:
            async for message in WireReader(redis_url).messages(self.stream_id):
                await self._take(message)
        finally:
            heart.cancel()

    async def _take(self, message: object) -> None:
        match message:
            case Facts(id=stream_id, payload=payload):
                await self._take_facts(stream_id, payload)
            case Positions(payload=payload):
                self._take_positions(payload)
            case Lost():
                await self._start_over()
            case Away():
                self._wire_away = True
            case Back():
                self._wire_away = False

    async def _take_facts(self, stream_id: str, payload: str) -> None:
        facts = json.loads(payload)
        gap = facts["log_id"] > self.log_id + 1
        self.stream_id = stream_id
        if gap:
            log.warning(
                "log entries are missing on the wire: reading the snapshot anew", extra={"have": self.log_id, "got": facts["log_id"]}
            )
            await self._start_over()
            return
        self.board.apply(facts["rows"])
        if facts["log_id"] > self.log_id:
            self.log_id = facts["log_id"]
            self.entries.append(facts["entry"])
        self.tell(Message("facts", stream_id, payload))

    async def _start_over(self) -> None:
        stream_id = self.stream_id
        await self.load()
        self.stream_id = self.stream_id or stream_id
        self.tell(Message("reset", None, "{}"))

    def _take_positions(self, payload: str) -> None:
        for row in json.loads(payload)["v"]:
            self.positions[row[0]] = row
            if self.intake is not None:
                self.intake.heard(fix_of(row))
        self.tell(Message("positions", None, payload))

    async def _beat(self) -> None:
        while True:
            self._relay_lag_s, self._workers = await asyncio.to_thread(self._ask_workers)
            now = moment(self.center.now())
            self.tell(
                Message("beat", None, _json({"at": now, "speed": self.center.speed, "log_id": self.log_id, "degraded": self.degraded()}))
            )
            await asyncio.sleep(BEAT_S)

    def _ask_workers(self) -> tuple[float | None, int]:
        return self.center.wire.relay_lag_s(), self.center.wire.worker_count()

    def degraded(self) -> list[str]:
        """What does not work now: "redis", "relay", "workers"; empty when all is well."""
        away = ["redis"] if self._wire_away else []
        relay = ["relay"] if self._relay_lag_s is None or self._relay_lag_s > 5 else []
        return away + relay + (["workers"] if self._workers == 0 else [])

    def tell(self, message: Message) -> None:
        """Hand a message to every screen of this process. Call it on the event loop."""
        for queue in self._screens:
            if message.event in LATEST_WINS and queue.qsize() > SLOW_SCREEN // 8:
                continue  # this screen is behind; it gets the next one
            if queue.full():
                _reset_slow(queue)
            else:
                queue.put_nowait(message)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[asyncio.Queue[Message]]:
        """A queue of what happens from now on; ends with the block."""
        queue: asyncio.Queue[Message] = asyncio.Queue(maxsize=SLOW_SCREEN)
        self._screens.add(queue)
        try:
            yield queue
        finally:
            self._screens.discard(queue)

    @property
    def screens(self) -> int:
        return len(self._screens)

    def snapshot(self, *, with_words: bool = True) -> dict[str, Any]:
        """The board as `GET /api/v1/board` gives it. with_words : whether the reader has the right READ_WORDS."""
        now = moment(self.center.now())
        rows, entries = self.board.all_rows(), list(self.entries)[-50:]
        return {
            "rows": rows if with_words else [without_words(row) for row in rows],
            "stream": self.stream_id,
            "log_id": self.log_id,
            "positions": {"at": now, "v": list(self.positions.values())},
            "entries": entries if with_words else [_entry_without_words(entry) for entry in entries],
            "now": now,
            "speed": self.center.speed,
            "degraded": self.degraded(),
            "simulator": self.simulator,
        }


def _reset_slow(queue: asyncio.Queue[Message]) -> None:
    """Drop the backlog of a screen that does not keep up; it reads the board anew."""
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(Message("reset", None, "{}"))
