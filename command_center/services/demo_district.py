"""Writing the demo district anew: the catalogue's places, the map file and the base map, all from street.yaml and one seed."""

from pathlib import Path

from command_center.catalogue import FOLDER, load_catalogue, load_street_plan
from command_center.roads.base_map import write_base_map
from command_center.roads.demo_district import write_demo_district
from command_center.roads.demo_places import Wanted


def wanted_district(folder: Path = FOLDER) -> Wanted:
    """What street.yaml asks the district to hold."""
    plan = load_street_plan(folder)
    return Wanted(
        centre=plan.street.centre,
        areas=tuple(plan.areas.values()),
        communities={code: entry.name for code, entry in plan.communities.items()},
        stations={code: entry.name for code, entry in plan.stations.items()},
    )


def write_demo_catalogue(folder: Path = FOLDER) -> None:
    """Replace a catalogue's places and maps by the demo district that its street.yaml asks for; the same bytes every time."""
    write_demo_district(folder, wanted_district(folder))
    write_base_map(folder / "roads/demo.osm.pbf", folder / "roads/demo.basemap.json", load_catalogue(folder).areas.values())
