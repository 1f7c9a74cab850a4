"""Real services for every test: SQLite and PostgreSQL migrated and seeded as in a new centre, and a Valkey of its own.

A test that asks for `center` (or `database_url`) runs once on each engine of --engine. Each test has a fresh copy of the seeded street,
an empty Valkey, and a clock that stands still until the test moves it.
"""

from __future__ import annotations

import itertools
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import httpx
import pytest
from playwright.sync_api import Browser, expect
from redis import Redis
from sqlalchemy import Engine
from xdist.scheduler import LoadScopeScheduling

from command_center.center import Center
from command_center.domain.catalogue import Catalogue
from command_center.domain.rights import Actor, Role
from command_center.roads import RoadNetwork
from command_center.services import open_center as open_it
from command_center.services import seeding
from command_center.wire import EmbeddedValkey
from tests.browsing import chromium, failed
from tests.builders import MORNING
from tests.postgres import PostgresServer, running_postgres

ENGINES = ("sqlite", "postgresql")
ONE_CENTRE = ("tests/e2e/", "tests/ui/")
WITH_THE_CONSOLE = (
    "tests/acceptance/test_shift_change.py",
    "tests/acceptance/test_closed_road.py",
    "tests/acceptance/test_screens_of_duty.py",
    "tests/ui/test_desk_pages.py",
    "tests/ui/test_live_screens.py",
)
"""Browser tests that go to the process of tests/e2e: two browsers at a time, both about as long at work."""

DIFFERING = ("activations", "assigning", "backups", "coverage", "dispatching", "handover", "jobs", "live", "stock_reservations")
PROMISED = ("notices", "plan_proposals", "reports", "warnings")
BOTH_ENGINES = (
    "tests/acceptance/test_duty_scenarios.py",
    "tests/db/",
    "tests/workers/",
    *(f"tests/services/test_{name}.py" for name in (*DIFFERING, *PROMISED)),
)
"""Where engines differ: locks, leases, commits, and what the database itself refuses; single tests of other files are marked so. And what
is promised on both: the duty scenarios, and the way from a warning to a report.
"""
TEMPLATE = "center_template"

expect.set_options(timeout=15_000)  # a machine that runs two browsers and the other tests beside them is slow, not wrong


@dataclass(slots=True)
class Clock:
    """The tests' time: aware UTC, stands still, moves by `advance` only."""

    moment: datetime = MORNING

    def now(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> datetime:
        self.moment += timedelta(seconds=seconds)
        return self.moment


class Databases(Protocol):
    """A kind of engine that can make a seeded database in milliseconds and take it away again."""

    def create(self) -> str: ...

    def settings_of_an_empty_one(self) -> dict[str, str]:
        """What a centre is started with whose database is here and still has nothing in it."""
        ...

    def drop(self, url: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Street:
    """What all tests share and none changes: the catalogue as loaded and the prepared road network."""

    catalogue: Catalogue
    roads: RoadNetwork
    data_dir: Path


@dataclass(slots=True)
class SqliteDatabases:
    """Copies of one prepared file."""

    folder: Path
    template: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def create(self) -> str:
        path = self.folder / f"{next(self._numbers)}.sqlite"
        shutil.copyfile(self.template, path)
        return f"sqlite:///{path}"

    def settings_of_an_empty_one(self) -> dict[str, str]:
        return {}  # the file in its own data folder, as most centres have it

    def drop(self, url: str) -> None:
        for path in self.folder.glob(f"{url.rpartition('/')[2]}*"):
            path.unlink()


@dataclass(slots=True)
class PostgresDatabases:
    """Copies of one prepared database of one server."""

    server: PostgresServer
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def create(self) -> str:
        name = f"center_{next(self._numbers)}"
        self.server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        return self.server.url(name)

    def settings_of_an_empty_one(self) -> dict[str, str]:
        name = f"center_{next(self._numbers)}"
        self.server.execute(f"CREATE DATABASE {name}")
        return {"CENTER_DATABASE_URL": self.server.url(name)}

    def drop(self, url: str) -> None:
        name = url.partition("@/")[2].partition("?")[0]
        self.server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine",
        choices=(*ENGINES, "both", "where-it-matters"),
        default="both",
        help="which database engines the tests run on (default: both); where-it-matters: SQLite, both for locks, leases, commits",
    )
    parser.addoption(
        "--thorough", action="store_true", help="every combination of size, language and theme, not only the telling ones of each table"
    )


def _cells_left_out(items: list[pytest.Item]) -> set[pytest.Item]:
    """Tests marked `long`; of those marked `corners` (one thing on many sizes, languages, themes) all but the first and last; of `hardest`
    all but the last.
    """
    left_out = {item for item in items if item.get_closest_marker("long")}
    for mark, kept_first in (("corners", 1), ("hardest", 0)):
        cells: dict[str, list[pytest.Item]] = {}
        for item in items:
            if item.get_closest_marker(mark):
                engine = item.callspec.params.get("engine") if isinstance(item, pytest.Function) else None
                cells.setdefault(f"{item.nodeid.partition('[')[0]} on {engine}", []).append(item)
        left_out |= {item for row in cells.values() for item in row[kept_first:-1]}
    return left_out


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--engine")
        if chosen == "where-it-matters":
            differs = metafunc.definition.nodeid.startswith(BOTH_ENGINES) or metafunc.definition.get_closest_marker("both_engines")
            chosen = "both" if differs else "sqlite"
        metafunc.parametrize("engine", ENGINES if chosen == "both" else (chosen,), scope="session")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests (pytest.mark.anyio) run on asyncio, as the web process does."""
    return "asyncio"


class Troupes(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Which tests stay together in one process: those that share a running centre, and otherwise those of a file."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        if path in WITH_THE_CONSOLE:
            return ONE_CENTRE[0]
        return next((folder for folder in ONE_CENTRE if path.startswith(folder)), path)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Troupes:
    return Troupes(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where processes share the work, the longest pieces come first; alone, the quick tests do. Without --thorough, not every cell.

    What fails in a browser is tried once more, and the summary says RERUN: a browser on a busy machine now and then draws too late.
    """
    if not config.getoption("--thorough"):
        left_out = _cells_left_out(items)
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]
    for item in items:
        if item.nodeid.startswith((*ONE_CENTRE, *WITH_THE_CONSOLE)):
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=lambda item: item.nodeid.startswith(ONE_CENTRE) != hasattr(config, "workerinput"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[failed] = report.failed
        if call.excinfo is not None and call.excinfo.errisinstance(httpx.TimeoutException):
            report.sections.append(("what every thread was doing", _threads()))
    return report


def _threads() -> str:
    """The stacks of all threads: whoever did not answer in time is mostly one of them."""
    frames = sys._current_frames()  # noqa: SLF001 - Python has no public way to another thread's stack
    return "\n".join("".join(traceback.format_stack(frame)[-12:]) for frame in frames.values())


# ---- services, once per test process ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def valkey() -> Iterator[EmbeddedValkey]:
    """A Valkey that all tests of this process share; a test's own view of it is `redis_url`, emptied before."""
    with tempfile.TemporaryDirectory(prefix="center-valkey-", dir="/tmp") as folder, EmbeddedValkey(Path(folder)) as server:
        yield server


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory, valkey: EmbeddedValkey) -> Street:
    data_dir = tmp_path_factory.mktemp("street")
    url = f"sqlite:///{data_dir / 'template.sqlite'}"
    with closing(_prepared(url, valkey.url, data_dir)) as center:
        return Street(catalogue=center.catalogue, roads=center.roads, data_dir=data_dir)


@pytest.fixture(scope="session")
def databases_of(street: Street, valkey: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Databases]]:
    """The databases of an engine by its name; a PostgreSQL is started when the first test asks for one."""
    ready: dict[str, Databases] = {"sqlite": SqliteDatabases(tmp_path_factory.mktemp("sqlite"), street.data_dir / "template.sqlite")}
    with ExitStack() as stack:

        def start(engine: str) -> Databases:
            if engine not in ready:
                server = stack.enter_context(running_postgres())
                server.execute(f"CREATE DATABASE {TEMPLATE}")
                _prepared(server.url(TEMPLATE), valkey.url, street.data_dir).close()
                ready[engine] = PostgresDatabases(server)
            return ready[engine]

        yield start


@pytest.fixture(scope="session")
def empty_database(engine: str, databases_of: Callable[[str], Databases]) -> Callable[[], dict[str, str]]:
    """Settings for a whole centre that prepares its database itself, each time another one."""
    return lambda: databases_of(engine).settings_of_an_empty_one()


def _prepared(database_url: str, redis_url: str, data_dir: Path) -> Center:
    """Migrate and seed as `up` does for a new centre."""
    center = open_it(
        database_url=database_url,
        redis_url=redis_url,
        tracks_url=f"sqlite:///{data_dir / 'tracks.sqlite'}",
        data_dir=data_dir,
        now=Clock().now,
    )
    seeding.prepare(center)
    return center


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium; per module, because async tests cannot run while it is open."""
    with chromium() as opened:
        yield opened


# ---- what a test starts with -----------------------------------------------------------------------------------------------------


@pytest.fixture
def database_url(engine: str, databases_of: Callable[[str], Databases]) -> Iterator[str]:
    """A migrated and seeded database that nobody else uses."""
    databases = databases_of(engine)
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture
def redis_url(valkey: EmbeddedValkey) -> str:
    """An empty Valkey."""
    with closing(Redis.from_url(valkey.url)) as redis:
        redis.flushall()
    return valkey.url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_at(redis_url: str, street: Street, clock: Clock, tmp_path: Path) -> Iterator[Callable[[str], Center]]:
    """Opens a Center on a database of this test, by its address; all are closed at the end."""
    shutil.copyfile(street.data_dir / "roads.npz", tmp_path / "roads.npz")
    opened: list[Center] = []

    def open_one(database_url: str) -> Center:
        center = open_it(
            database_url=database_url,
            redis_url=redis_url,
            tracks_url=f"sqlite:///{tmp_path / 'tracks.sqlite'}",
            data_dir=tmp_path,
            now=clock.now,
        )
        center.catalogue, center.roads = street.catalogue, street.roads  # loaded once, they never change
        _share_compiled_statements(center.engine)
        opened.append(center)
        return center

    yield open_one
    for center in opened:
        center.close()


@pytest.fixture
def open_center(database_url: str, open_at: Callable[[str], Center]) -> Callable[[], Center]:
    """Opens another Center on the test's database, as a second process would."""
    return lambda: open_at(database_url)


def _share_compiled_statements(engine: Engine, shared: dict[str, Engine] = {}) -> None:  # noqa: B006 - the default is what is shared
    """Give every engine of a kind one dialect and one cache: a statement is compiled once for all tests, and kept once."""
    first = shared.setdefault(engine.dialect.name, engine)
    if first is not engine:
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache  # noqa: SLF001 - no public way


@pytest.fixture
def center(open_center: Callable[[], Center]) -> Center:
    """A centre as it stands after its first start: the street seeded, all units available, no incident."""
    return open_center()


# ---- who acts --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def officer() -> Actor:
    return Actor(name="officer", role=Role.DUTY_OFFICER)


@pytest.fixture
def leader() -> Actor:
    return Actor(name="leader", role=Role.DUTY_LEADER)


@pytest.fixture
def admin() -> Actor:
    return Actor(name="admin", role=Role.ADMIN)


@pytest.fixture
def display() -> Actor:
    return Actor(name="wall", role=Role.DISPLAY)


@pytest.fixture
def crew() -> Callable[[str], Actor]:
    """Acts for the vehicle it is called with: `crew("patrol-01")`."""
    return lambda unit_id: Actor(name=f"crew of {unit_id}", role=Role.CREW, unit_id=unit_id)
