"""Write the demo district anew: python -m tools.make_demo_district. The shipped catalogue's places, map file and base map are replaced."""  # noqa: INP001 - a script

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


if __name__ == "__main__":
    write_demo_district(FOLDER, wanted_district())
    write_base_map(FOLDER / "roads/demo.osm.pbf", FOLDER / "roads/demo.basemap.json", load_catalogue().areas.values())
