"""Preparing a centre: migrate, read the catalogue into the database, build the road network.

Every start does it; it changes only what differs.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.catalogue import FOLDER
from command_center.center import Center
from command_center.db.schema import migrate
from command_center.db.tables import (
    Area,
    Base,
    Cadre,
    Community,
    Depot,
    LogEntry,
    Material,
    Person,
    Place,
    Responsibility,
    Station,
    Unit,
)
from command_center.domain.catalogue import Catalogue, Vehicle
from command_center.domain.events import StockOpened, StreetSeeded
from command_center.domain.rights import SYSTEM
from command_center.domain.status import UnitStatus
from command_center.roads import Box, Progress, RoadNetwork, base_map
from command_center.roads.map_file import part
from command_center.services.base_maps import BASE_MAP, is_imported, put_base_map
from command_center.services.handover_clock import keep_clocks_running
from command_center.services.roster import keep_demo_roster
from command_center.services.stock_ledger import local_day, open_stock
from command_center.services.watches import call_up_all


def prepare(center: Center) -> None:
    """Bring database and road network to what the catalogue says. Safe to repeat; people's and units' states stay."""
    migrate(center.engine.url.render_as_string(hide_password=False))
    seed_street(center)
    keep_demo_roster(center)
    call_up_all(center)
    keep_clocks_running(center)
    build_roads(center)


def seed_street(center: Center) -> bool:
    """Put the catalogue's rows in or up to date; returns whether it had to.

    What a depot holds, who is in the directory and who answers for a place is only put in where nothing is known.
    """
    catalogue = center.catalogue
    mark = fingerprint(catalogue)
    with center.read() as session:
        if _last_seeded(session) == mark:
            return False
    with center.work(SYSTEM) as work:
        rows = [*_ground(catalogue), *_depots(catalogue)]
        tables: list[type[Base]] = [*dict.fromkeys(type(row) for row in rows), Unit]
        held = [work.session.scalars(select(table)).all() for table in tables]
        for row in rows:
            work.session.merge(row)
        _first_people(work.session, catalogue)
        _first_responsibilities(work.session, catalogue)
        units = [_merged_unit(work.session, vehicle) for vehicle in catalogue.vehicles.values()]
        del held  # kept until here: merging asks the session for each row, and what it holds it need not read again
        work.session.flush()
        opened = open_stock(work, catalogue, local_day(center, work.now))
        if opened.lots:
            work.record(StockOpened(depots=opened.depots, materials=opened.materials, lots=opened.lots, items=opened.items))
        work.record(StreetSeeded(catalogue=mark, units=len(units), places=len(catalogue.places)))
    return True


def _last_seeded(session: Session) -> str | None:
    """The fingerprint of the catalogue that was read in last."""
    newest = select(LogEntry).where(LogEntry.event == StreetSeeded.__name__).order_by(LogEntry.id.desc()).limit(1)
    entry = session.scalars(newest).one_or_none()
    return None if entry is None else str(entry.facts["catalogue"])


def fingerprint(catalogue: Catalogue) -> str:
    """A short name of exactly this catalogue, for the log."""
    return hashlib.sha256(repr(catalogue).encode()).hexdigest()[:12]


def _ground(catalogue: Catalogue) -> list[Base]:
    areas = [Area(code=area.code, name_zh=area.name.zh, name_en=area.name.en) for area in catalogue.areas.values()]
    communities = [
        Community(code=it.code, area_code=it.area, name_zh=it.name.zh, name_en=it.name.en) for it in catalogue.communities.values()
    ]
    stations = [
        Station(code=it.code, area_code=it.area, name_zh=it.name.zh, name_en=it.name.en, lat=it.point.lat, lon=it.point.lon)
        for it in catalogue.stations.values()
    ]
    places = [
        Place(
            id=it.id,
            kind=it.kind,
            area_code=it.area,
            community_code=it.community,
            name_zh=it.name.zh,
            name_en=it.name.en,
            street=it.street,
            lat=it.point.lat,
            lon=it.point.lon,
        )
        for it in catalogue.places.values()
    ]
    cadres = [Cadre(id=it.id, kind=it.kind, area_code=it.area, name_zh=it.name.zh, name_en=it.name.en) for it in catalogue.cadres.values()]
    return [*areas, *communities, *stations, *places, *cadres]


def _depots(catalogue: Catalogue) -> list[Base]:
    materials = [
        Material(code=it.code, name_zh=it.name.zh, name_en=it.name.en, category=it.category, unit_zh=it.unit.zh, unit_en=it.unit.en)
        for it in catalogue.materials.values()
    ]
    depots = [
        Depot(code=it.code, tier=it.tier, area_code=it.area, name_zh=it.name.zh, name_en=it.name.en, lat=it.point.lat, lon=it.point.lon)
        for it in catalogue.depots.values()
    ]
    return [*materials, *depots]


def _first_people(session: Session, catalogue: Catalogue) -> None:
    """The directory to begin with; what people changed in it stays."""
    known = set(session.scalars(select(Person.id)))
    session.add_all(
        Person(id=it.id, role=it.role, name_zh=it.name.zh, name_en=it.name.en, station_code=it.station, basis=it.basis)
        for it in catalogue.duty_people.values()
        if it.id not in known
    )


def _first_responsibilities(session: Session, catalogue: Catalogue) -> None:
    """Who answers for each place to begin with; places that somebody answers for already keep them."""
    known = set(session.scalars(select(Responsibility.target_id)))
    for it in catalogue.responsibilities.values():
        if it.target not in known:
            kind = catalogue.places[it.target].kind
            parts = [(it.lead, "lead"), *((cadre, "community") for cadre in sorted(it.community))]
            session.add_all(
                Responsibility(target_id=it.target, target_kind=kind, cadre_id=cadre, part=part, basis=it.basis) for cadre, part in parts
            )


def _merged_unit(session: Session, vehicle: Vehicle) -> Unit:
    """The unit with what the catalogue says of it; what it is doing and who is aboard stays."""
    unit = session.get(Unit, vehicle.id)
    if unit is None:
        unit = Unit(id=vehicle.id, status=UnitStatus.AVAILABLE, crew=[], channel=None)
        session.add(unit)
    unit.kind, unit.area_code, unit.station_code = vehicle.kind, vehicle.area, vehicle.station
    unit.call_sign_zh, unit.call_sign_en = vehicle.call_sign.zh, vehicle.call_sign.en
    unit.home_lat, unit.home_lon = vehicle.home.lat, vehicle.home.lon
    unit.seats, unit.capabilities = vehicle.seats, sorted(vehicle.capabilities)
    unit.low_battery_pct = vehicle.low_battery_pct
    return unit


def build_roads(center: Center) -> None:
    """Write the demo district's road network into the data folder, unless the street imported a network of its own."""
    if is_imported(center.roads_file):
        return
    center.roads_file.parent.mkdir(parents=True, exist_ok=True)
    _replace(center.roads_file, RoadNetwork.from_osm((center.catalogue_dir or FOLDER) / "roads" / "demo.osm.pbf").save)


def import_roads(center: Center, file: Path, *, box: Box | None = None, progress: Progress | None = None) -> RoadNetwork:
    """Take over a map file, or the part of it in a box, as the street's network and base map. Both are one file, put in place in one step:
    the old ones stay in use until the new ones are whole, and a new map never lies over old roads.

    Raises RoadFileRefused for a file that is broken, empty or has no roads: then nothing changed.
    """
    network = RoadNetwork.from_osm(file, box=box, progress=part(progress, 0, 1 / 3))
    drawing = base_map(file, center.catalogue.areas.values(), box=box, progress=part(progress, 1 / 3, 1))

    def write(target: Path) -> None:
        network.save(target)
        put_base_map(target, drawing)

    _replace(center.roads_file, write)
    center.roads_file.with_name(BASE_MAP).unlink(missing_ok=True)
    return network


def _replace(target: Path, write: Callable[[Path], None]) -> None:
    """Write beside the target, then put it in place in one step."""
    with TemporaryDirectory(dir=target.parent) as folder:
        fresh = Path(folder) / target.name
        write(fresh)
        fresh.replace(target)
