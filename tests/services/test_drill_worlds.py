"""The world of a drill: a true copy that cannot reach anybody, and a live centre that never notices."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from command_center.catalogue.scenarios import find_scenario, load_scenario
from command_center.center import Center
from command_center.db import log
from command_center.db.copying import NothingToCopy
from command_center.db.tables import Account, Base, Incident, MessageChannel, Unit
from command_center.db.tracks import Tracks
from command_center.domain.drill_clock import DrillClock
from command_center.domain.geo import Point
from command_center.domain.positions import Fix
from command_center.domain.rights import Actor, Role
from command_center.services import access, notices, open_center, seeding, units
from command_center.services.drill_worlds import LiveCentre, PlaysAtItsHour, begins_as_copy, make_world, next_at
from tests.builders import take_test_call
from tests.conftest import Clock

CHANNEL = "json://127.0.0.1:9/secret-token"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def live(center: Center, database_url: str, tmp_path: Path, admin: Actor) -> LiveCentre:
    """A centre in service with an emergency, people, sessions, message services and a vehicle that was seen."""
    access.create_account(center, "Li Na", Role.DUTY_OFFICER, admin, passphrase="correct horse")
    take_test_call(center)
    units.set_unit_channel(center, "patrol-01", CHANNEL, Actor(name="officer", role=Role.SYSTEM))
    notices.set_channel(center, "station", "YY", CHANNEL, admin)
    center.tracks.store([Fix(unit_id="patrol-01", at=center.now(), point=Point(36.7, 119.13), battery_pct=55.0)])
    return LiveCentre(data_dir=tmp_path, database_url=database_url, tracks_url=f"sqlite:///{tmp_path / 'tracks.sqlite'}")


def made(live: LiveCentre, center: Center, clock: Clock, *, from_live: bool, speed: float = 10.0) -> tuple[Path, DrillClock]:
    file = find_scenario("A")
    assert file is not None
    folder = live.data_dir / "drills" / "A"
    return folder, make_world(live, folder, file, center.catalogue, from_live=from_live, speed=speed, started_at=clock.moment)


@pytest.fixture
def opened(live: LiveCentre, center: Center, clock: Clock, redis_url: str) -> Iterator[Center]:
    """The drill's centre on a copy of the live one, its clock moved by the test's."""
    folder, drill = made(live, center, clock, from_live=True)
    with closing(
        open_center(
            database_url=f"sqlite:///{folder / 'center.sqlite'}",
            redis_url=redis_url,
            tracks_url=f"sqlite:///{folder / 'tracks.sqlite'}",
            data_dir=folder,
            now=clock.now,
            drill=drill.as_row(),
        )
    ) as copy:
        copy.catalogue = center.catalogue
        seeding.prepare(copy)
        yield copy


def rows_of(center: Center) -> dict[str, int]:
    with center.read() as session:
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in Base.metadata.sorted_tables}


def test_a_copy_has_every_row_and_an_unbroken_log(center: Center, live: LiveCentre, opened: Center) -> None:
    assert rows_of(opened) == rows_of(center)
    with opened.read() as session:
        assert log.verify(session).broken_at is None
        assert session.scalar(select(Incident.number)) is not None


def test_nobody_can_be_reached_from_a_copy(opened: Center) -> None:
    with opened.read() as session:
        addresses = [
            *session.scalars(select(MessageChannel.address)),
            *session.scalars(select(Unit.channel).where(Unit.channel.is_not(None))),
        ]

    assert addresses == ["drill://json", "drill://json"]


def test_people_sign_in_as_themselves(center: Center, clock: Clock, live: LiveCentre, opened: Center) -> None:
    session = access.sign_in(opened, "Li Na", "correct horse")

    caller = access.caller_of(opened, session)
    assert caller is not None
    assert caller.name == "Li Na"
    assert access.caller_of(center, session) is None


def test_what_happens_in_the_drill_does_not_happen_in_service(center: Center, clock: Clock, live: LiveCentre, opened: Center) -> None:
    before = rows_of(center)

    take_test_call(opened)
    opened.tracks.store([Fix(unit_id="patrol-02", at=opened.now(), point=Point(36.7, 119.14))])
    access.issue_token(opened, "演练导演", Role.DUTY_OFFICER)

    assert rows_of(center) == before
    assert set(center.tracks.latest()) == {"patrol-01"}
    assert set(opened.tracks.latest()) == {"patrol-01", "patrol-02"}


def test_a_session_of_the_centre_in_service_lasts_as_long_in_the_drill(
    center: Center, clock: Clock, live: LiveCentre, redis_url: str
) -> None:
    session = access.sign_in(center, "Li Na", "correct horse")
    folder, drill = made(live, center, clock, from_live=True, speed=60.0)
    urls = {"database_url": f"sqlite:///{folder / 'center.sqlite'}", "tracks_url": f"sqlite:///{folder / 'tracks.sqlite'}"}
    with closing(open_center(**urls, redis_url=redis_url, data_dir=folder, now=clock.now, drill=drill.as_row())) as copy:
        clock.advance(25 * 3600)
        assert access.caller_of(copy, session) is not None
        clock.advance(2 * 3600)
        assert access.caller_of(copy, session) is None


def test_the_clock_of_a_copy_goes_on_from_where_it_stands(center: Center, clock: Clock, live: LiveCentre) -> None:
    _, drill = made(live, center, clock, from_live=True)

    assert drill.begins_at is None
    assert drill.at(clock.moment) == clock.moment
    assert drill.at(clock.moment + timedelta(seconds=3)) == clock.moment + timedelta(seconds=30)


def test_a_fresh_world_is_quiet_begins_at_its_hour_and_knows_the_people(
    center: Center, clock: Clock, live: LiveCentre, redis_url: str
) -> None:
    folder, drill = made(live, center, clock, from_live=False, speed=1.0)
    urls = {"database_url": f"sqlite:///{folder / 'center.sqlite'}", "tracks_url": f"sqlite:///{folder / 'tracks.sqlite'}"}
    with closing(open_center(**urls, redis_url=redis_url, data_dir=folder, now=clock.now, drill=drill.as_row())) as fresh:
        fresh.catalogue = center.catalogue
        seeding.prepare(fresh)
        assert drill.begins_at is not None
        assert f"{drill.begins_at.astimezone(SHANGHAI):%H:%M:%S}" == "18:20:00"
        assert timedelta(0) < drill.begins_at - drill.at(clock.moment) <= timedelta(minutes=1)  # to start, and to sign in

        assert abs(fresh.now().astimezone(SHANGHAI) - fresh.now().astimezone(SHANGHAI).replace(hour=18, minute=20, second=0)) < timedelta(
            minutes=1
        )
        with fresh.read() as session:
            assert session.scalar(select(func.count()).select_from(Incident)) == 0
            assert set(session.scalars(select(Account.name))) == {"Li Na"}
            assert session.scalar(select(func.count()).select_from(Unit)) == 16
        assert access.sign_in(fresh, "Li Na", "correct horse")


def test_a_drill_copies_the_centre_in_service_unless_it_is_about_an_hour(center: Center, live: LiveCentre) -> None:
    night, change = (load_scenario(file, center.catalogue) for file in (find_scenario("A"), find_scenario("G")) if file is not None)

    assert [begins_as_copy(live, night, wanted=wanted) for wanted in (None, True, False)] == [True, True, False]
    assert [begins_as_copy(live, change, wanted=wanted) for wanted in (None, False)] == [False, False]
    with pytest.raises(PlaysAtItsHour, match="07:20"):
        begins_as_copy(live, change, wanted=True)


def test_without_a_centre_in_service_a_fresh_world_is_made_all_the_same(center: Center, clock: Clock, tmp_path: Path) -> None:
    nowhere = LiveCentre(
        data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'none.sqlite'}", tracks_url=f"sqlite:///{tmp_path / 'no.sqlite'}"
    )

    folder, _ = made(nowhere, center, clock, from_live=False)

    assert not nowhere.exists()
    assert (folder / "center.sqlite").exists()
    assert not (tmp_path / "none.sqlite").exists()


def test_what_cannot_be_copied_leaves_no_folder_behind(center: Center, clock: Clock, tmp_path: Path) -> None:
    nowhere = LiveCentre(
        data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'none.sqlite'}", tracks_url=f"sqlite:///{tmp_path / 'no.sqlite'}"
    )

    with pytest.raises(NothingToCopy, match=r"none\.sqlite"):
        made(nowhere, center, clock, from_live=True)

    assert not (tmp_path / "drills" / "A").exists()
    assert not (tmp_path / "none.sqlite").exists()


def test_a_centre_of_another_version_is_refused(center: Center, clock: Clock, tmp_path: Path) -> None:
    old = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("CREATE TABLE account (id INTEGER PRIMARY KEY)")
    source = LiveCentre(data_dir=tmp_path, database_url=f"sqlite:///{old}", tracks_url=f"sqlite:///{tmp_path / 'no.sqlite'}")

    with pytest.raises(NothingToCopy, match="another version"):
        made(source, center, clock, from_live=False)

    assert not (tmp_path / "drills" / "A").exists()


def test_looking_at_tracks_never_writes(tmp_path: Path, street: object) -> None:
    with pytest.raises(FileNotFoundError):
        Tracks(f"sqlite:///{tmp_path / 'no.sqlite'}", only_look=True)

    assert not (tmp_path / "no.sqlite").exists()


def test_two_drills_of_one_scenario_have_folders_of_their_own(live: LiveCentre, center: Center, clock: Clock) -> None:
    made(live, center, clock, from_live=False)

    with pytest.raises(FileExistsError):
        made(live, center, clock, from_live=False)
    shutil.rmtree(live.data_dir / "drills")


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        (datetime(2026, 7, 1, 10, 0, tzinfo=UTC), datetime(2026, 7, 1, 10, 20, tzinfo=UTC)),
        (datetime(2026, 7, 1, 10, 30, tzinfo=UTC), datetime(2026, 7, 2, 10, 20, tzinfo=UTC)),
    ],
)
def test_the_next_moment_of_an_hour(now: datetime, wanted: datetime) -> None:
    assert next_at("18:20", now, SHANGHAI) == wanted
