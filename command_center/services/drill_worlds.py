"""The world of a drill: a folder of its own with a copy of the centre in service, or a fresh street where the same people can sign in."""

import shutil
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.exc import OperationalError

from command_center.catalogue.scenarios import load_scenario
from command_center.db.copying import copy_accounts, copy_database, newest_line_at, settle_in
from command_center.db.engine import sqlite_file
from command_center.db.schema import migrate
from command_center.db.tracks import Tracks
from command_center.domain.catalogue import Catalogue
from command_center.domain.drill_book import Scenario
from command_center.domain.drill_clock import DRILL_FILE, DrillClock
from command_center.services.base_maps import BASE_MAP

ROADS = ("roads.npz", BASE_MAP)
"""What an imported street network lies in; a centre without them builds the demo district's."""

HEAD_START_S = 45.0
"""A fresh drill's clock is set back by so much on the wall: time for its centre to start and for people to sign in before the scenario's
hour, at which its director begins. A machine that needs longer begins later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCentre:
    """Where the centre in service keeps what a drill copies; nothing of it is ever written."""

    data_dir: Path
    database_url: str
    tracks_url: str

    def exists(self) -> bool:
        """Whether there is anything to copy; a server's database is taken to be there."""
        return not self.database_url.startswith("sqlite") or sqlite_file(self.database_url).is_file()


class PlaysAtItsHour(Exception):
    """A copy was asked for of a scenario that makes sense at one hour only."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(
            f"Scenario {scenario.id} plays at {scenario.starts}, whatever hour it is: it begins with a quiet street, without --from-live."
        )


def begins_as_copy(live: LiveCentre, scenario: Scenario, *, wanted: bool | None) -> bool:
    """Whether a drill copies the centre in service; where nobody says, it does if there is one. Raises PlaysAtItsHour."""
    if scenario.at_its_hour and wanted:
        raise PlaysAtItsHour(scenario)
    return live.exists() and not scenario.at_its_hour if wanted is None else wanted


def drill_folder(live: LiveCentre, scenario: Scenario, started_at: datetime) -> Path:
    """A folder nobody has used: drills/A-20261123-093000 in the centre's own."""
    return live.data_dir / "drills" / f"{scenario.id}-{started_at:%Y%m%d-%H%M%S}"


def make_world(
    live: LiveCentre, folder: Path, scenario_file: Path, catalogue: Catalogue, *, from_live: bool, speed: float, started_at: datetime
) -> DrillClock:
    """Build the folder of a drill and return its clock. started_at : now, by the clock on the wall.

    from_live : copy everything that stands in the centre in service; else begin with a fresh street and copy who may sign in.
    Raises NothingToCopy; then the folder is gone again. Raises FileExistsError for a folder that is there already.
    """
    scenario = load_scenario(scenario_file, catalogue)
    folder.mkdir(parents=True, mode=0o700)
    try:
        _put_scenario(scenario, scenario_file, folder)
        database = folder / "center.sqlite"
        clock = (
            _copied(live, folder, database, speed, started_at)
            if from_live
            else _fresh(live, database, scenario, speed, started_at, catalogue)
        )
        settle_in(database, clock.at)
        _keep_roads(live, folder)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return clock


def _put_scenario(scenario: Scenario, scenario_file: Path, folder: Path) -> None:
    shutil.copyfile(scenario_file, folder / DRILL_FILE)
    for name in scenario.files():
        shutil.copyfile(scenario_file.with_name(name), folder / name)


def _copied(live: LiveCentre, folder: Path, database: Path, speed: float, started_at: datetime) -> DrillClock:
    """The clock goes on from where the copy stands: ages and deadlines in it stay what they are."""
    copy_database(live.database_url, database)
    newest = newest_line_at(database)
    _copy_last_places(live, folder)
    return DrillClock(started_at=started_at, clock_at=max(started_at, newest or started_at), speed=speed)


def _fresh(live: LiveCentre, database: Path, scenario: Scenario, speed: float, started_at: datetime, catalogue: Catalogue) -> DrillClock:
    migrate(f"sqlite:///{database}")
    if live.exists():
        copy_accounts(live.database_url, database)
    begins_at = next_at(scenario.starts, started_at, ZoneInfo(catalogue.street.timezone))
    clock_at = begins_at - timedelta(seconds=HEAD_START_S * speed)
    return DrillClock(started_at=started_at, clock_at=clock_at, speed=speed, begins_at=begins_at)


def next_at(time_of_day: str, after: datetime, zone: ZoneInfo) -> datetime:
    """The next moment at which clocks in the street show this time ("18:20"), in UTC."""
    hour, _, minute = time_of_day.partition(":")
    local = after.astimezone(zone)
    wanted = local.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    return (wanted if wanted >= local else wanted + timedelta(days=1)).astimezone(after.tzinfo)


def _copy_last_places(live: LiveCentre, folder: Path) -> None:
    """Where each vehicle was last; the tracks themselves stay where they are."""
    with suppress(FileNotFoundError, OperationalError), closing(Tracks(live.tracks_url, only_look=True)) as before:
        last = before.latest()
        with closing(Tracks(f"sqlite:///{folder / 'tracks.sqlite'}")) as ours:
            ours.store(last.values())


def _keep_roads(live: LiveCentre, folder: Path) -> None:
    for name in ROADS:
        if (live.data_dir / name).is_file():
            shutil.copyfile(live.data_dir / name, folder / name)
