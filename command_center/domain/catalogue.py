"""The catalogue: everything the street knows before the first call comes in, typed.

A dataclass here is the schema of its entry in command_center/catalogue: one field, one key (or one column).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.plan_book import Basis, Plan
from command_center.domain.road_weather import RoadWeather
from command_center.domain.text import Text
from command_center.domain.vocabulary import HandoverTemplate, Vocabulary, WarningSignals
from command_center.domain.watches import PersonRole

Stream = Literal["emergency", "governance"]
VehicleKindCode = Literal["patrol_vehicle", "guarantee_vehicle"]
PlaceKind = Literal["compound", "business_building", "shop", "shelter"]
DepotTierCode = Literal["station", "community", "point"]
CadreKind = Literal["street_cadre", "community_cadre"]


# ---- what a call can be about --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaStage:
    """A stage of a governance report: due `due_min` minutes after the report reached the state `anchor`."""

    key: str
    anchor: str
    due_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaProfile:
    """Deadlines. Emergencies have the seconds, counted from the call; governance reports have the stages."""

    code: str = field(metadata={"in_file": False})
    name: Text
    stream: Stream
    basis: Basis
    dispatch_s: int | None = None
    unit_ack_s: int | None = None
    arrive_target_s: int | None = None
    arrive_limit_s: int | None = None
    stages: tuple[SlaStage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dedup:
    """Calls of one type within this circle and time are probably about the same thing."""

    radius_m: int
    window_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentType:
    """One of the 46 types a call or report can have.

    first_units : unit kind -> how many go at once; "crew" counts people.
    forward : agencies to pass it on to. stock : material -> how much the first units load at a depot on their way.
    promote_to : the emergency a governance report can turn into.
    """

    code: str
    name: Text
    stream: Stream
    category: str
    severity: Level
    life_risk: bool
    sla: SlaProfile = field(metadata={"in_file": False})
    plan: str | None
    capabilities: frozenset[str]
    forward: tuple[str, ...]
    first_units: Mapping[str, int]
    dedup: Dedup | None
    questions: tuple[Text, ...]
    variant: str | None = None
    stock: Mapping[str, int] = field(default_factory=dict)
    promote_to: str | None = None
    basis: Basis = "working"

    @property
    def answer_limit_s(self) -> float:
        """How long a crew has to answer an order: a minute to respond, unless its deadlines say otherwise."""
        return 60.0 if self.sla.unit_ack_s is None else float(self.sla.unit_ack_s)


# ---- what the street owns ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One stock item; quantities are per depot of a tier. gb38565_class: first digit of the GB/T 38565 code."""

    code: str
    name: Text
    category: str
    unit: Text
    shelf_life_months: int
    plans: frozenset[str]
    station_qty: int
    community_qty: int
    point_qty: int
    total_qty: int
    gb38565_class: int
    basis: Basis

    def quantity(self, tier: DepotTierCode) -> int:
        """How many a depot of this tier holds."""
        return {"station": self.station_qty, "community": self.community_qty, "point": self.point_qty}[tier]


@dataclass(frozen=True, slots=True, kw_only=True)
class DepotTier:
    """letter: the middle of a depot's code, as in YY-S01."""

    per_area: int
    letter: str
    name: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Depot:
    """A material depot (物资储备库)."""

    code: str
    tier: DepotTierCode
    area: str
    name: Text
    point: Point
    street: str
    pinyin: str
    initials: str
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Speeds:
    """Cruise speed by weather."""

    dry: float
    rain: float
    snow: float

    def on(self, weather: RoadWeather) -> float:
        """km/h in this weather."""
        return {RoadWeather.DRY: self.dry, RoadWeather.RAIN: self.rain, RoadWeather.SNOW: self.snow}[weather]


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleKind:
    """What every vehicle of a kind has. range_km and low_battery_pct are None for vehicles that do not run on a battery."""

    name: Text
    seats: int
    speeds_kmh: Speeds
    capabilities: frozenset[str]
    basis: Basis
    range_km: float | None = None
    cold_range_factor: float | None = None
    low_battery_pct: float | None = None
    payload_kg: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One vehicle with what its kind gives it. home: where it stands when nothing happens."""

    id: str
    call_sign: Text
    kind: VehicleKindCode
    area: str
    station: str
    home: Point
    seats: int
    capabilities: frozenset[str]
    speeds_kmh: Speeds
    range_km: float | None
    low_battery_pct: float | None
    basis: Basis


# ---- where things are ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """The district above the street; adcode is its administrative division code."""

    name: Text
    adcode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The numbers the source article states; `_min` where it says "more than"."""

    command_centres: int
    stations: int
    street_cadres: int
    community_cadres: int
    compounds: int
    business_buildings: int
    shops: int
    depots: int
    stock_items_min: int
    guarantee_vehicles: int
    patrol_vehicles: int
    plans: int
    reports_handled_min: int
    duty_hours: int
    article_date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Why the stations can claim a five-minute circle; radius_m by weather = (limit - turnout) x speed / detour.

    signal_delay_s : what every junction with traffic signals on the way costs. keep_turn_restrictions : whether the street's vehicles keep
    forbidden turns on duty. weights : kind of place -> how much demand one has beside the others.
    """

    limit_s: int
    turnout_s: int
    detour_factor: float
    signal_delay_s: float
    keep_turn_restrictions: bool
    weights: Mapping[PlaceKind, float]
    radius_m: Speeds
    basis: Basis = "working"


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """The street itself."""

    name: Text
    district: District
    city: Text
    code: str
    centre: Point
    timezone: str
    basis: Basis
    counts: Counts = field(metadata={"in_file": False})
    coverage: Coverage = field(metadata={"in_file": False})
    governance_topics: tuple[Text, ...] = field(default=(), metadata={"in_file": False})


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A station's area. The numbers are how many of each it has; outline: its corners in order, not closed."""

    code: str
    station: str
    name: Text
    compounds: int
    business_buildings: int
    shops: int
    depots: int
    patrol_vehicles: int
    guarantee_vehicles: int
    street_cadres: int
    community_cadres: int
    basis: Basis
    outline: tuple[Point, ...] = field(default=(), metadata={"in_file": False})


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """code: national statistics code; point: its service hall, and site_basis whether that really stands there."""

    code: str
    name: Text
    area: str
    basis: Basis
    point: Point = field(metadata={"in_file": False})
    site_basis: Basis = field(metadata={"in_file": False})


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A rescue station. note: what is not certain about it; site_basis: whether it really stands where the map shows it."""

    code: str
    name: Text
    crew_per_shift: int
    basis: Basis
    note: Text | None = None
    area: str = field(metadata={"in_file": False})
    point: Point = field(metadata={"in_file": False})
    street: str = field(metadata={"in_file": False})
    pinyin: str = field(metadata={"in_file": False})
    initials: str = field(metadata={"in_file": False})
    site_basis: Basis = field(metadata={"in_file": False})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somewhere a call can come from. street: its street's Chinese name; pinyin, initials: for typing without an input method."""

    id: str
    kind: PlaceKind = field(metadata={"in_file": False})
    name: Text
    area: str
    community: str
    point: Point
    street: str
    pinyin: str
    initials: str
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelter(Place):
    """A place of kind "shelter"; capacity in people."""

    shelter_kind: str
    capacity: int
    indoor: bool
    accessible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadre:
    """A street or community cadre; community is None for street cadres."""

    id: str
    kind: CadreKind
    name: Text
    area: str
    community: str | None
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsibility:
    """Who answers for a compound, a business building or a shop: one street cadre, and cadres of its own community."""

    target: str
    lead: str
    community: frozenset[str]
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyPerson:
    """Somebody who can be on watch or be called; station is None for who works at the centre.

    There are no telephone numbers here: they are nobody's to make up, and personal; the running centre keeps them.
    """

    id: str
    role: PersonRole
    name: Text
    station: str | None
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything, by code. The loader has checked every reference."""

    street: Street
    common: Vocabulary
    incident_types: Mapping[str, IncidentType]
    sla_profiles: Mapping[str, SlaProfile]
    capabilities: Mapping[str, Text]
    first_questions: tuple[Text, ...]
    plans: Mapping[str, Plan]
    materials: Mapping[str, Material]
    warning_signals: WarningSignals
    handover: HandoverTemplate
    depot_tiers: Mapping[DepotTierCode, DepotTier]
    vehicle_kinds: Mapping[VehicleKindCode, VehicleKind]
    areas: Mapping[str, Area]
    communities: Mapping[str, Community]
    stations: Mapping[str, Station]
    depots: Mapping[str, Depot]
    places: Mapping[str, Place]
    shelters: Mapping[str, Shelter]
    cadres: Mapping[str, Cadre]
    responsibilities: Mapping[str, Responsibility]
    duty_people: Mapping[str, DutyPerson]
    vehicles: Mapping[str, Vehicle]
