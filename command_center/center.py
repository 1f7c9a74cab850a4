"""The centre: database, roads, wire, catalogue and clock put together. The only place that builds them."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from command_center.catalogue import CatalogueError, load_catalogue
from command_center.catalogue.scenarios import load_scenario
from command_center.db.engine import close_engine, make_engine, reading_sessions, writing_sessions
from command_center.db.tracks import Tracks
from command_center.db.work import Reaction, Work
from command_center.domain.catalogue import Catalogue
from command_center.domain.drill_book import Scenario
from command_center.domain.drill_clock import DRILL_FILE, DrillClock
from command_center.domain.events import Event
from command_center.domain.rights import Actor
from command_center.domain.vocabulary import ShiftPattern
from command_center.wire import Wire

if TYPE_CHECKING:
    from command_center.roads import RoadNetwork, Router

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock on the wall; drills and tests hand in another."""
    return datetime.now(UTC)


def _no_reactions(_event: Event) -> tuple[Reaction, ...]:
    return ()


@dataclass(kw_only=True)
class Center:
    """One street's centre as a process sees it. Open once per process, close at the end.

    reactions : what work follows an event; the services set it, so that verbs and their consequences stay on one floor.
    public_url : where people outside reach this centre, for links in messages; "" when they cannot. router_url : of a Valhalla server.
    is_drill : an exercise on a copy of the world: nothing leaves the building. drill : its clock, None in service.
    pattern_name : how the day is divided into watches, by its name in handover_template.yaml; "" takes the catalogue's default.
    """

    engine: Engine
    tracks: Tracks
    wire: Wire
    catalogue_dir: Path | None
    roads_file: Path
    photos_dir: Path
    language: str
    pattern_name: str
    now: Clock
    public_url: str = ""
    router_url: str = ""
    is_drill: bool = False
    drill: DrillClock | None = None
    reactions: Callable[[Event], tuple[Reaction, ...]] = _no_reactions

    @classmethod
    def open(  # noqa: PLR0913 - one setting each, handed down from the door
        cls,
        *,
        database_url: str,
        redis_url: str,
        tracks_url: str,
        data_dir: Path,
        catalogue_dir: Path | None = None,
        language: str = "zh_CN",
        pattern_name: str = "",
        now: Clock = utc_now,
        public_url: str = "",
        router_url: str = "",
        drill: Mapping[str, Any] | None = None,
    ) -> Self:
        """Connect everything; nothing is read or written yet but the tracks' table. drill : DrillClock.as_row, whose time is kept then."""
        clock = None if drill is None else DrillClock.of_row(drill)
        return cls(
            engine=make_engine(database_url),
            tracks=Tracks(tracks_url),
            wire=Wire(redis_url),
            catalogue_dir=catalogue_dir,
            roads_file=data_dir / "roads.npz",
            photos_dir=data_dir / "photos",
            language=language,
            pattern_name=pattern_name,
            now=now if clock is None else lambda: clock.at(now()),
            public_url=public_url,
            router_url=router_url,
            is_drill=clock is not None,
            drill=clock,
        )

    @cached_property
    def catalogue(self) -> Catalogue:
        """The street's plans, types, places and vehicles; raises CatalogueError when a file does not fit its schema."""
        return load_catalogue(self.catalogue_dir) if self.catalogue_dir else load_catalogue()

    @cached_property
    def watch_pattern(self) -> ShiftPattern:
        """How the day is divided into watches; raises CatalogueError when the catalogue has no pattern of the name asked for."""
        patterns = self.catalogue.handover.patterns
        if not self.pattern_name:
            return next(pattern for pattern in patterns.values() if pattern.default)
        if self.pattern_name not in patterns:
            raise CatalogueError("handover_template.yaml", "patterns", f"there is no pattern {self.pattern_name!r} (CENTER_WATCH_PATTERN)")
        return patterns[self.pattern_name]

    @cached_property
    def zone(self) -> ZoneInfo:
        """The street's own time zone: clock times and days are its."""
        return ZoneInfo(self.catalogue.street.timezone)

    @cached_property
    def scenario(self) -> Scenario:
        """What this drill plays, as it lay in its folder when it began: what is edited elsewhere later does not change it."""
        return load_scenario(self.folder / DRILL_FILE, self.catalogue)

    @cached_property
    def roads(self) -> "RoadNetwork":
        """The street network that the centre was prepared with (services.seeding writes the file)."""
        from command_center.roads import RoadNetwork  # noqa: PLC0415 - SciPy is 38 MB, and the relay never asks for a road

        return RoadNetwork.of_street(self.roads_file, self.catalogue.street.coverage)

    @cached_property
    def router(self) -> "Router":
        """Who answers how long a way takes: the street's own network, or the server that was named."""
        if not self.router_url:
            return self.roads
        from command_center.roads.valhalla import ValhallaRouter  # noqa: PLC0415 - a street without a server needs no client

        keeps = self.catalogue.street.coverage.keep_turn_restrictions
        return ValhallaRouter(self.router_url, self.roads, keep_turn_restrictions=keeps)

    def read_roads_ahead(self) -> None:
        """Read the street network in a thread of its own, unless it is at hand.

        For when an order is to be expected: the first one need not wait half a second for it, and a centre where nobody takes calls
        does not hold it in memory.
        """
        if "roads" not in self.__dict__:
            threading.Thread(target=lambda: self.roads, name="roads", daemon=True).start()

    @property
    def speed(self) -> float:
        """Seconds of this centre's time in one second on the wall: 1 in service, up to 60 in a drill."""
        return 1.0 if self.drill is None else self.drill.speed

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.roads_file.parent

    def time_of_device(self, at: datetime) -> datetime:
        """A moment by the clock of a phone or tracker, which knows nothing of a drill, in this centre's time."""
        return at if self.drill is None else self.drill.at(at)

    @contextmanager
    def work(self, actor: Actor) -> Iterator[Work]:
        """One transaction in the name of `actor`; after the commit the relay is rung and due jobs are handed over.

        Handing over may fail (Redis away): the jobs' leases run out and the relay takes them up.
        """
        work = Work(session=self._write(), actor=actor, now=self.now(), reactions=self.reactions, speed=self.speed)
        with work:
            yield work
        for job in work.due_now:
            if not self.wire.hand_over(job.id, job.attempts, name=job.name, ttl_s=3):
                break
        if work.recorded:
            self.wire.ring_relay()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads; it never waits for a writer."""
        with self._read() as session:
            yield session

    @cached_property
    def _write(self) -> sessionmaker[Session]:
        return writing_sessions(self.engine)

    @cached_property
    def _read(self) -> sessionmaker[Session]:
        return reading_sessions(self.engine)

    def close(self) -> None:
        self.tracks.close()
        close_engine(self.engine)
        self.wire.close()
