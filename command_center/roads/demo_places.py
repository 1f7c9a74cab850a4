"""What stands in the demo district: stations, halls, compounds, buildings, shops, depots, shelters, vehicles and cadres.

All of it is made up so that the numbers of the source article have somewhere to be; every row says so (basis demo).
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import hypot

from command_center.domain.catalogue import (
    Area,
    Cadre,
    CadreKind,
    Depot,
    DepotTierCode,
    DutyPerson,
    Place,
    PlaceKind,
    Responsibility,
    Shelter,
    VehicleKindCode,
)
from command_center.domain.geo import Point
from command_center.domain.text import Text
from command_center.roads.demo_duty import people_on_duty, shared_out
from command_center.roads.demo_grid import Ground
from command_center.roads.demo_layout import NAMED_SHELTERS, STATION_BLOCK, ZONES, Block, Side, Slot, Use, Zone, blocks_of, slots_of
from command_center.roads.demo_names import BUILDING_ENDINGS, COMPOUND_ENDINGS, SHOP_KINDS, spoken

SHOP_DEPTH_M = 14.0
BUILDING_DEPTH_M = 30.0
HALL_DEPTH_M = 18.0
"""From the middle of the street to the door."""

ARTERIAL_WEIGHT = 5.0
"""How much likelier a shop stands on an arterial than on a collector."""

COMMUNITY_DEPOTS = 4
"""In an area, whatever the number of its communities."""

POINTS_AT_COMPOUNDS = 7
"""Of the nine point depots of an area; the other two stand at business buildings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the district has to hold: the numbers in `areas`, and names by code."""

    centre: Point
    areas: Sequence[Area]
    communities: Mapping[str, Text]
    stations: Mapping[str, Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a station or a community hall stands."""

    code: str
    point: Point
    street: str
    pinyin: str
    initials: str
    basis: str = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleHome:
    """A vehicle and where it waits."""

    id: str
    call_sign: Text
    kind: VehicleKindCode
    area: str
    station: str
    home: Point
    basis: str = "demo"


@dataclass(slots=True)
class Stock:
    """Everything that was placed, in order."""

    blocks: list[Block] = field(default_factory=list)
    block_names: dict[tuple[str, int, int], Text] = field(default_factory=dict)
    stations: list[Site] = field(default_factory=list)
    communities: list[Site] = field(default_factory=list)
    compounds: list[Place] = field(default_factory=list)
    business_buildings: list[Place] = field(default_factory=list)
    shops: list[Place] = field(default_factory=list)
    shelters: list[Shelter] = field(default_factory=list)
    depots: list[Depot] = field(default_factory=list)
    vehicles: list[VehicleHome] = field(default_factory=list)
    cadres: list[Cadre] = field(default_factory=list)
    responsibilities: list[Responsibility] = field(default_factory=list)
    duty_people: list[DutyPerson] = field(default_factory=list)


class Settler:
    """Fills one area after the other, so that codes and names count on."""

    def __init__(self, ground: Ground, wanted: Wanted, *, seed: int) -> None:
        self._ground = ground
        self._wanted = wanted
        self._seed = seed
        self._taken: list[Slot] = []
        self.placed = Stock()

    def settle(self) -> Stock:
        for area, zone in zip(self._wanted.areas, ZONES, strict=True):
            blocks = blocks_of(self._ground, zone, business=area.business_buildings)
            self.placed.blocks += blocks
            self._station(area, blocks)
            halls = self._halls(zone, blocks)
            self._hall_shelter(area, halls[: len(zone.bands)])
            compounds = self._compounds(blocks)
            buildings = self._buildings(area, blocks)
            self._shelters(area, blocks)
            self._depots(area, halls, compounds, buildings)
            self._shops(area, blocks)
            self._cadres(area, zone)
        self.placed.responsibilities += shared_out(
            [*self.placed.compounds, *self.placed.business_buildings, *self.placed.shops], self.placed.cadres
        )
        self.placed.duty_people += people_on_duty(self._wanted.areas)
        return self.placed

    # ---- stations, vehicles, halls ---------------------------------------------------------------

    def _station(self, area: Area, blocks: Sequence[Block]) -> None:
        block = next(block for block in blocks if (block.column, block.row) == STATION_BLOCK)
        slot = self._take(Slot(block, Side.NORTH, 0.7))
        name = self._wanted.stations[area.station]
        self.placed.stations.append(self._site(area.station, name.zh, slot))
        along = [0.7 + step * 0.06 for step in (-1.5, -0.5, 0.5, 1.5)]
        homes = iter([self._ground.point(block.beside(Side.NORTH, share, depth_m=0)) for share in along])
        self._vehicles("patrol_vehicle", area.patrol_vehicles, area, homes)
        self._vehicles("guarantee_vehicle", area.guarantee_vehicles, area, homes)

    def _vehicles(self, kind: VehicleKindCode, count: int, area: Area, homes: Iterator[Point]) -> None:
        zh, en, code = ("巡", "Patrol", "patrol-{:02d}") if kind == "patrol_vehicle" else ("保", "Guarantee", "guarantee-{}")
        for _ in range(count):
            number = 1 + sum(vehicle.kind == kind for vehicle in self.placed.vehicles)
            call_sign = Text(f"{zh}{number:02d}", f"{en} {number:02d}")
            vehicle = VehicleHome(
                id=code.format(number), call_sign=call_sign, kind=kind, area=area.code, station=area.station, home=next(homes)
            )
            self.placed.vehicles.append(vehicle)

    def _halls(self, zone: Zone, blocks: Sequence[Block]) -> list[tuple[str, Slot]]:
        """A hall per community, and second service points until the area has a place for each of its community depots."""
        halls = [(code, self._take(Slot(_middle_blocks(blocks, code)[0], Side.WEST, 0.35))) for code in zone.bands]
        for code, slot in halls:
            self.placed.communities.append(self._site(code, f"{self._wanted.communities[code].zh}党群服务中心", slot))
        second = zone.bands[: COMMUNITY_DEPOTS - len(halls)]
        return halls + [(code, self._take(Slot(_middle_blocks(blocks, code)[-1], Side.EAST, 0.65))) for code in second]

    def _hall_shelter(self, area: Area, halls: Sequence[tuple[str, Slot]]) -> None:
        """The hall next to the station opens as a shelter."""
        code, slot = halls[(len(halls) - 1) // 2]
        community = self._wanted.communities[code]
        name = Text(f"{community.zh}党群服务中心", f"{community.en} hall")
        indoor, accessible = True, area.code != "A4"
        self._shelter(area.code, code, slot, HALL_DEPTH_M, "community_hall", name, 50, indoor=indoor, accessible=accessible)

    # ---- places -----------------------------------------------------------------------------------

    def _compounds(self, blocks: Sequence[Block]) -> list[Place]:
        """One gated compound per block, named after its community; the point lies by the road through its middle."""
        compounds: list[Place] = []
        for block in blocks:
            if block.use is Use.COMPOUND:
                used = sum(place.community == block.community for place in compounds)
                community, ending = self._wanted.communities[block.community], COMPOUND_ENDINGS[used]
                name = Text(community.zh.removesuffix("社区") + ending.zh, f"{community.en.removesuffix(' community')} {ending.en}")
                number = len(self.placed.compounds) + len(compounds) + 1
                point = self._ground.point(block.at(0.52, 0.53))
                street = block.lines[block.gate].name.zh
                compounds.append(_place(f"XQ{number:03d}", "compound", name, block, point, street))
                self.placed.block_names[block.area, block.column, block.row] = name
        self.placed.compounds += compounds
        return compounds

    def _buildings(self, area: Area, blocks: Sequence[Block]) -> list[Place]:
        buildings: list[Place] = []
        for block, ending in zip((block for block in blocks if block.use is Use.BUSINESS), BUILDING_ENDINGS, strict=False):
            slot = self._take(Slot(block, _best_side(block), 0.5))
            name = Text(area.name.zh.removesuffix("片区") + ending.zh, f"{area.name.en.removesuffix(' area')} {ending.en}")
            number = len(self.placed.business_buildings) + len(buildings) + 1
            point = self._ground.point(slot.place(BUILDING_DEPTH_M))
            buildings.append(_place(f"LY{number:02d}", "business_building", name, block, point, slot.street.name.zh))
            self.placed.block_names[block.area, block.column, block.row] = name
        self.placed.business_buildings += buildings
        return buildings

    def _shelters(self, area: Area, blocks: Sequence[Block]) -> None:
        for block in blocks:
            found = NAMED_SHELTERS.get((area.code, block.use))
            if found:
                kind, name, capacity, indoor = found
                slot = self._take(Slot(block, Side.SOUTH, 0.5))
                self._shelter(area.code, block.community, slot, HALL_DEPTH_M, kind, name, capacity, indoor=indoor, accessible=True)
                self.placed.block_names[block.area, block.column, block.row] = name

    def _shelter(  # noqa: PLR0913 - one row of a table
        self,
        area: str,
        community: str,
        slot: Slot,
        depth_m: float,
        kind: str,
        name: Text,
        capacity: int,
        *,
        indoor: bool,
        accessible: bool,
    ) -> None:
        said = spoken(name.zh)
        self.placed.shelters.append(
            Shelter(
                id=f"SH{len(self.placed.shelters) + 1:02d}",
                kind="shelter",
                name=name,
                area=area,
                community=community,
                point=self._ground.point(slot.place(depth_m)),
                street=slot.street.name.zh,
                pinyin=said.pinyin,
                initials=said.initials,
                basis="demo",
                shelter_kind=kind,
                capacity=capacity,
                indoor=indoor,
                accessible=accessible,
            )
        )

    def _shops(self, area: Area, blocks: Sequence[Block]) -> None:
        """As many as the area has, mostly on arterials; then in the order in which one meets them along the streets."""
        draw = random.Random(f"{self._seed} shops {area.code}")  # noqa: S311 - a repeatable drawing, no secret
        free = [slot for block in blocks for slot in slots_of(block) if self._is_free(slot)]
        keyed = [(draw.random() ** (1 / (ARTERIAL_WEIGHT if slot.street.is_arterial else 1)), slot) for slot in free]
        chosen = [slot for _, slot in sorted(keyed, key=lambda pair: pair[0], reverse=True)[: area.shops]]
        chosen.sort(key=lambda slot: (slot.street.name.zh, slot.house_number()))
        for slot in chosen:
            kind = draw.choices([kind for kind, _ in SHOP_KINDS], [weight for _, weight in SHOP_KINDS])[0]
            street, number = slot.street.name, slot.house_number()
            name = Text(f"{street.zh}{number}号 {kind.zh}", f"{kind.en}, {number} {street.en}")
            code = f"SP{len(self.placed.shops) + 1:04d}"
            point = self._ground.point(slot.place(SHOP_DEPTH_M))
            self.placed.shops.append(_place(code, "shop", name, slot.block, point, street.zh))

    # ---- depots and people ------------------------------------------------------------------------

    def _depots(self, area: Area, halls: Sequence[tuple[str, Slot]], compounds: Sequence[Place], buildings: Sequence[Place]) -> None:
        station = self._wanted.stations[area.station]
        site = self.placed.stations[-1]
        self._depot(area, "station", 1, Text(f"{station.zh}中心库", f"{station.en} depot"), site.point, site.street)
        for number, (code, slot) in enumerate(halls, 1):
            community, second = self._wanted.communities[code], number > len({code for code, _ in halls})
            name = Text(f"{community.zh}{'第二' if second else ''}储备库", f"{community.en} {'second ' if second else ''}depot")
            self._depot(area, "community", number, name, self._ground.point(slot.place(HALL_DEPTH_M)), slot.street.name.zh)
        every = len(compounds) // POINTS_AT_COMPOUNDS
        hosts = [*compounds[::every][:POINTS_AT_COMPOUNDS], *buildings[:2]]
        for number, host in enumerate(hosts, 1):
            name = Text(f"{host.name.zh}储备点", f"{host.name.en} depot point")
            self._depot(area, "point", number, name, host.point, host.street)

    def _depot(self, area: Area, tier: DepotTierCode, number: int, name: Text, point: Point, street: str) -> None:
        said = spoken(name.zh)
        letter = {"station": "S", "community": "C", "point": "P"}[tier]
        self.placed.depots.append(
            Depot(
                code=f"{area.station}-{letter}{number:02d}",
                tier=tier,
                area=area.code,
                name=name,
                point=point,
                street=street,
                pinyin=said.pinyin,
                initials=said.initials,
                basis="demo",
            )
        )

    def _cadres(self, area: Area, zone: Zone) -> None:
        for _ in range(area.street_cadres):
            self._cadre("street_cadre", "SC", Text("街道干部", "Street cadre"), area, None)
        for number in range(area.community_cadres):
            community = zone.bands[number % len(zone.bands)]
            self._cadre("community_cadre", "CC", Text("社区干部", "Community cadre"), area, community)

    def _cadre(self, kind: CadreKind, prefix: str, title: Text, area: Area, community: str | None) -> None:
        number = 1 + sum(cadre.kind == kind for cadre in self.placed.cadres)
        name = Text(f"{title.zh}{number:02d}", f"{title.en} {number:02d}")
        self.placed.cadres.append(
            Cadre(id=f"{prefix}{number:02d}", kind=kind, name=name, area=area.code, community=community, basis="demo")
        )

    # ---- frontage ---------------------------------------------------------------------------------

    def _site(self, code: str, zh: str, slot: Slot) -> Site:
        said = spoken(zh)
        point = self._ground.point(slot.place(HALL_DEPTH_M))
        return Site(code=code, point=point, street=slot.street.name.zh, pinyin=said.pinyin, initials=said.initials)

    def _take(self, slot: Slot) -> Slot:
        """Keep shops away from this frontage."""
        self._taken.append(slot)
        return slot

    def _is_free(self, slot: Slot) -> bool:
        return slot.block.use is not Use.OPEN and not any(_overlap(slot, taken) for taken in self._taken)


def _overlap(slot: Slot, taken: Slot) -> bool:
    """Whether a shop would stand within 30 m of something else on the same side of the same block."""
    length_m, _ = slot.block.extent_m(slot.side)
    return slot.block == taken.block and slot.side is taken.side and abs(slot.share - taken.share) * length_m < 30


def _middle_blocks(blocks: Sequence[Block], community: str) -> list[Block]:
    """The compounds' blocks of a community, the one in its middle first."""
    own = [block for block in blocks if block.community == community]
    column, row = (sum(getattr(block, axis) for block in own) / len(own) for axis in ("column", "row"))
    lived_in = [block for block in own if block.use is Use.COMPOUND]
    return sorted(lived_in, key=lambda block: (hypot(block.column - column, block.row - row), block.row, block.column))


def _best_side(block: Block) -> Side:
    """The side on an arterial, if there is one."""
    return next((side for side in Side if block.lines[side].is_arterial), Side.SOUTH)


def _place(code: str, kind: PlaceKind, name: Text, block: Block, point: Point, street: str) -> Place:
    said = spoken(name.zh)
    return Place(
        id=code,
        kind=kind,
        name=name,
        area=block.area,
        community=block.community,
        point=point,
        street=street,
        pinyin=said.pinyin,
        initials=said.initials,
        basis="demo",
    )
