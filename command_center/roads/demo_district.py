"""The demo district: one schematic ground from which the map file, the places and the base map are all written.

The same wishes give the same files, byte for byte; it is neither a survey nor taken from any map provider.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from command_center.domain.geo import Point
from command_center.domain.text import Text
from command_center.roads.demo_grid import Ground
from command_center.roads.demo_layout import ZONES, outline_of
from command_center.roads.demo_map import draw_map
from command_center.roads.demo_places import Settler, Stock, Wanted

SEED = 370705003
"""The street's own code: another street gets another district."""


def write_demo_district(folder: Path, wanted: Wanted) -> None:
    """Write roads/demo.osm.pbf, places/*.csv, people/*.csv and vehicles.csv below a catalogue folder."""
    ground = Ground(wanted.centre, seed=SEED)
    placed = Settler(ground, wanted, seed=SEED).settle()
    for sub in ("roads", "places", "people"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    draw_map(ground, placed.blocks, placed.block_names).write(folder / "roads/demo.osm.pbf")
    for file, rows in _tables(placed).items():
        _write_table(folder / file, rows)
    _write_outlines(folder / "places/outlines.csv", ground)


def _tables(placed: Stock) -> dict[str, Sequence[object]]:
    return {
        "places/stations.csv": placed.stations,
        "places/communities.csv": placed.communities,
        "places/compounds.csv": placed.compounds,
        "places/business_buildings.csv": placed.business_buildings,
        "places/shops.csv": placed.shops,
        "places/shelters.csv": placed.shelters,
        "places/depots.csv": placed.depots,
        "people/cadres.csv": placed.cadres,
        "people/responsibilities.csv": placed.responsibilities,
        "people/duty_people.csv": placed.duty_people,
        "vehicles.csv": placed.vehicles,
    }


def _write_table(path: Path, rows: Sequence[object]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow([header for header, _ in _cells(rows[0])])
        table.writerows([cell for _, cell in _cells(row)] for row in rows)


def _write_outlines(path: Path, ground: Ground) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["area", "lat", "lon"])
        for zone in ZONES:
            corners = [ground.point(place) for place in outline_of(ground, zone)]
            table.writerows([zone.area, f"{corner.lat:.7f}", f"{corner.lon:.7f}"] for corner in corners)


def _cells(row: object) -> Iterator[tuple[str, str]]:
    """Header and cell of every column, as the catalogue's table reader expects them."""
    for column in fields(row):  # type: ignore[arg-type]  # rows are dataclasses
        if not column.metadata.get("in_file", True):
            continue
        value = getattr(row, column.name)
        match value:
            case Text(zh=zh, en=en):
                yield f"{column.name}_zh", zh
                yield f"{column.name}_en", en
            case Point(lat=lat, lon=lon):
                yield "lat", f"{lat:.7f}"
                yield "lon", f"{lon:.7f}"
            case frozenset():
                yield column.name, " ".join(sorted(value))
            case bool():
                yield column.name, "true" if value else "false"
            case _:
                yield column.name, "" if value is None else str(value)
