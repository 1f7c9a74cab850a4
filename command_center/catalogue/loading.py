"""From the files of one folder to a `Catalogue`.

Folder
├── vocabulary.yaml, incident_types.yaml, warning_signals.yaml, handover_template.yaml
├── plans/NN-slug.yaml           one contingency plan each
├── materials.csv                quantities per tier of depot
├── street.yaml                  the street, its areas, communities, stations, kinds of vehicles
├── places/*.csv                 where things are: stations, communities, outlines, depots, compounds, shops, ...
├── people/*.csv                 cadres, who of them answers for which place, and who can be on watch
├── vehicles.csv
└── roads/                       the street network (read by command_center.roads)
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from command_center.catalogue.checks import complaints
from command_center.catalogue.reading import CatalogueError, Document, open_document
from command_center.catalogue.tables import read_table
from command_center.domain.catalogue import (
    Area,
    Cadre,
    Catalogue,
    Community,
    Counts,
    Coverage,
    Depot,
    DepotTier,
    DepotTierCode,
    DutyPerson,
    IncidentType,
    Material,
    Place,
    PlaceKind,
    Responsibility,
    Shelter,
    SlaProfile,
    Station,
    Street,
    Vehicle,
    VehicleKind,
    VehicleKindCode,
)
from command_center.domain.geo import Point
from command_center.domain.plan_book import Basis, Plan
from command_center.domain.text import Text
from command_center.domain.vocabulary import HandoverTemplate, Vocabulary, WarningSignals

FOLDER = Path(__file__).parent
"""The catalogue that is shipped: the article's numbers with a schematic demo district."""

PLACE_FILES: Mapping[str, PlaceKind] = {"compounds.csv": "compound", "business_buildings.csv": "business_building", "shops.csv": "shop"}
STREET_KEYS = frozenset(
    {"street", "counts", "coverage", "areas", "communities", "stations", "depot_tiers", "vehicle_kinds", "governance_topics"}
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityEntry:
    """A community as street.yaml writes it; places/communities.csv adds where its hall stands."""

    code: str
    name: Text
    area: str
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class StationEntry:
    """A station as street.yaml writes it; places/stations.csv adds where it stands."""

    code: str
    name: Text
    crew_per_shift: int
    basis: Basis
    note: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetPlan:
    """street.yaml alone: what is known before anything has a place on the map."""

    street: Street
    areas: Mapping[str, Area]
    communities: Mapping[str, CommunityEntry]
    stations: Mapping[str, StationEntry]
    depot_tiers: Mapping[DepotTierCode, DepotTier]
    vehicle_kinds: Mapping[VehicleKindCode, VehicleKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A row of stations.csv or communities.csv."""

    code: str
    point: Point
    street: str
    pinyin: str
    initials: str
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Corner:
    """A row of outlines.csv: one corner of an area, in order."""

    area: str
    point: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleEntry:
    """A row of vehicles.csv; its kind in street.yaml gives the rest."""

    id: str
    call_sign: Text
    kind: VehicleKindCode
    area: str
    station: str
    home: Point
    basis: Basis


def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """Read and check every file of a catalogue. Raises CatalogueError (file, where, what) at the first thing that is wrong."""
    catalogue = unchecked_catalogue(folder)
    for complaint in complaints(catalogue):
        raise complaint
    return catalogue


def unchecked_catalogue(folder: Path) -> Catalogue:
    """Read every file, each for itself; `complaints` tells what does not fit together. Raises CatalogueError."""
    plan = load_street_plan(folder)
    types = open_document(folder / "incident_types.yaml", schema="incident-types/1")
    profiles = _sla_profiles(types)
    shelters = read_table(folder / "places/shelters.csv", Shelter, kind="shelter")
    return Catalogue(
        street=plan.street,
        common=_whole_document(folder / "vocabulary.yaml", "vocabulary/1", Vocabulary),
        incident_types=_incident_types(types, profiles),
        sla_profiles=profiles,
        capabilities=types.part(Mapping[str, Text], "capabilities"),
        first_questions=types.part(tuple[Text, ...], "first_questions"),
        plans=_plans(folder / "plans"),
        materials=_keyed("materials.csv", read_table(folder / "materials.csv", Material), lambda row: row.code),
        warning_signals=_whole_document(folder / "warning_signals.yaml", "warning-signals/1", WarningSignals),
        handover=_whole_document(folder / "handover_template.yaml", "handover-template/1", HandoverTemplate),
        depot_tiers=plan.depot_tiers,
        vehicle_kinds=plan.vehicle_kinds,
        areas=_areas(folder, plan),
        communities=_communities(folder, plan),
        stations=_stations(folder, plan),
        depots=_keyed("depots.csv", read_table(folder / "places/depots.csv", Depot), lambda row: row.code),
        places=_places(folder / "places", shelters),
        shelters=_keyed("shelters.csv", shelters, lambda row: row.id),
        cadres=_keyed("cadres.csv", read_table(folder / "people/cadres.csv", Cadre), lambda row: row.id),
        responsibilities=_keyed(
            "responsibilities.csv", read_table(folder / "people/responsibilities.csv", Responsibility), lambda row: row.target
        ),
        duty_people=_keyed("duty_people.csv", read_table(folder / "people/duty_people.csv", DutyPerson), lambda row: row.id),
        vehicles=_vehicles(folder, plan),
    )


def load_street_plan(folder: Path = FOLDER) -> StreetPlan:
    """Read street.yaml alone. Raises CatalogueError."""
    document = open_document(folder / "street.yaml", schema="street/1", keys=STREET_KEYS)
    street = document.read(
        Street,
        document.content["street"],
        "street",
        counts=document.part(Counts, "counts"),
        coverage=document.part(Coverage, "coverage"),
        governance_topics=document.part(tuple[Text, ...], "governance_topics"),
    )
    return StreetPlan(
        street=street,
        areas=_keyed(document.file, document.part(tuple[Area, ...], "areas"), lambda area: area.code),
        communities=_keyed(document.file, document.part(tuple[CommunityEntry, ...], "communities"), lambda entry: entry.code),
        stations=_keyed(document.file, document.part(tuple[StationEntry, ...], "stations"), lambda entry: entry.code),
        depot_tiers=document.part(Mapping[DepotTierCode, DepotTier], "depot_tiers"),
        vehicle_kinds=document.part(Mapping[VehicleKindCode, VehicleKind], "vehicle_kinds"),
    )


def _whole_document(path: Path, schema: str, entry: type[T]) -> T:
    document = open_document(path, schema=schema)
    return document.read(entry, dict(document.content), "")


def _keyed(file: str, rows: Iterable[T], key: Callable[[T], str]) -> dict[str, T]:
    """By code, refusing a code that stands twice."""
    found: dict[str, T] = {}
    for row in rows:
        if found.setdefault(key(row), row) is not row:
            raise CatalogueError(file, key(row), "stands twice")
    return found


def _sla_profiles(document: Document) -> dict[str, SlaProfile]:
    entries = document.part(Mapping[str, Any], "sla_profiles")
    return {code: document.read(SlaProfile, raw, f"sla_profiles.{code}", code=code) for code, raw in entries.items()}


def _incident_types(document: Document, profiles: Mapping[str, SlaProfile]) -> dict[str, IncidentType]:
    entries = document.part(tuple[Mapping[str, Any], ...], "types")
    rows = [_incident_type(document, f"types[{place}]", raw, profiles) for place, raw in enumerate(entries)]
    return _keyed(document.file, rows, lambda row: row.code)


def _incident_type(document: Document, where: str, raw: Mapping[str, Any], profiles: Mapping[str, SlaProfile]) -> IncidentType:
    entry = dict(raw)
    profile = profiles.get(entry.pop("sla", ""))
    if profile is None:
        raise CatalogueError(document.file, f"{where}.sla", f"must be one of {', '.join(profiles)}")
    return document.read(IncidentType, entry, where, sla=profile)


def _plans(folder: Path) -> dict[str, Plan]:
    return _keyed("plans", [_plan(path) for path in sorted(folder.glob("*.yaml"))], lambda plan: plan.id)


def _plan(path: Path) -> Plan:
    document = open_document(path, schema="plan/1")
    plan = document.read(Plan, dict(document.content), "")
    if path.stem != f"{plan.id[1:]}-{plan.slug}":
        raise CatalogueError(path.name, "id", f"the file must be named {plan.id[1:]}-{plan.slug}.yaml")
    return replace(plan, version=sha256(path.read_bytes()).hexdigest()[:12])


def _areas(folder: Path, plan: StreetPlan) -> dict[str, Area]:
    corners = read_table(folder / "places/outlines.csv", Corner)
    return {
        code: replace(area, outline=tuple(corner.point for corner in corners if corner.area == code))
        for code, area in plan.areas.items()
    }  # fmt: skip


def _sites(path: Path, codes: Iterable[str]) -> dict[str, Site]:
    sites = _keyed(path.name, read_table(path, Site), lambda site: site.code)
    for code in sorted(sites.keys() ^ set(codes)):
        raise CatalogueError(path.name, code, "is not in street.yaml" if code in sites else "has no row")
    return sites


def _communities(folder: Path, plan: StreetPlan) -> dict[str, Community]:
    sites = _sites(folder / "places/communities.csv", plan.communities)
    return {
        code: Community(
            code=code, name=entry.name, area=entry.area, basis=entry.basis, point=sites[code].point, site_basis=sites[code].basis
        )
        for code, entry in plan.communities.items()
    }


def _stations(folder: Path, plan: StreetPlan) -> dict[str, Station]:
    sites = _sites(folder / "places/stations.csv", plan.stations)
    areas = {area.station: area.code for area in plan.areas.values()}
    for code in sorted(plan.stations.keys() ^ areas.keys()):
        raise CatalogueError("street.yaml", f"stations {code}", "every station has one area, every area one station")
    return {code: _station(entry, sites[code], areas[code]) for code, entry in plan.stations.items()}


def _station(entry: StationEntry, site: Site, area: str) -> Station:
    return Station(
        code=entry.code,
        name=entry.name,
        crew_per_shift=entry.crew_per_shift,
        basis=entry.basis,
        note=entry.note,
        area=area,
        point=site.point,
        street=site.street,
        pinyin=site.pinyin,
        initials=site.initials,
        site_basis=site.basis,
    )


def _places(folder: Path, shelters: list[Shelter]) -> dict[str, Place]:
    rows: list[Place] = []
    for file, kind in PLACE_FILES.items():
        rows += read_table(folder / file, Place, kind=kind)
    return _keyed("places", [*rows, *shelters], lambda row: row.id)


def _vehicles(folder: Path, plan: StreetPlan) -> dict[str, Vehicle]:
    rows = read_table(folder / "vehicles.csv", VehicleEntry)
    for row in rows:
        if row.kind not in plan.vehicle_kinds:
            raise CatalogueError("vehicles.csv", row.id, f"street.yaml has no kind {row.kind!r}")
    return _keyed("vehicles.csv", [_vehicle(row, plan.vehicle_kinds[row.kind]) for row in rows], lambda row: row.id)


def _vehicle(row: VehicleEntry, kind: VehicleKind) -> Vehicle:
    return Vehicle(
        id=row.id,
        call_sign=row.call_sign,
        kind=row.kind,
        area=row.area,
        station=row.station,
        home=row.home,
        seats=kind.seats,
        capabilities=kind.capabilities,
        speeds_kmh=kind.speeds_kmh,
        range_km=kind.range_km,
        low_battery_pct=kind.low_battery_pct,
        basis=row.basis,
    )
