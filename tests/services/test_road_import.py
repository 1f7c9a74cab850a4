"""The street's own roads: network and base map are put in place together, whatever happens meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from command_center.center import Center
from command_center.roads import RoadNetwork, base_map
from command_center.services import seeding
from command_center.services.base_maps import BASE_MAP, is_imported, saved_base_map
from command_center.ui import map_layers
from tests.roads.test_road_network import Lines, draw

HERE: Lines = [([(0, 0), (4, 0)], {"highway": "primary"}), ([(0, 0), (0, 3)], {"highway": "primary"})]
ELSEWHERE: Lines = [([(50, 50), (54, 50)], {"highway": "primary"}), ([(50, 50), (50, 53)], {"highway": "primary"})]

CRASHES = """
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

from command_center.roads import RoadNetwork
from command_center.services import seeding
from command_center.services.base_maps import saved_base_map

new, network = Path(sys.argv[1]), Path(sys.argv[2])
center = SimpleNamespace(roads_file=network, catalogue=SimpleNamespace(areas={}))
TOUCHES = {"open", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "shutil.rmtree"}


def import_and_die(at):
    touched = 0

    def die(event, arguments):
        nonlocal touched
        if event in TOUCHES and any(str(network.parent) in str(one) for one in arguments) and str(new) not in map(str, arguments):
            touched += 1
            if touched == at:
                os._exit(9)

    sys.addaudithook(die)
    seeding.import_roads(center, new)
    os._exit(0)


def south_of_both():
    return [round(RoadNetwork.load(network).bounds[0].lat, 4), round(saved_base_map(network)["bounds"][0][0], 4)]


for at in range(1, 1000):
    child = os.fork()
    if not child:
        import_and_die(at)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps([ended, *south_of_both()]))
    if ended == 0:
        break
"""


def test_an_import_that_dies_at_any_moment_leaves_network_and_map_of_one_and_the_same_file(center: Center, tmp_path: Path) -> None:
    """A process of its own dies before its first touch of the data folder, before the second, and so on until it comes through."""
    folder = tmp_path / "data"
    folder.mkdir()
    old, new = (draw(tmp_path / f"{name}.osm.pbf", lines) for name, lines in (("old", HERE), ("new", ELSEWHERE)))
    center.roads_file = folder / "roads.npz"
    seeding.import_roads(center, old)

    said = subprocess.run(
        [sys.executable, "-c", CRASHES, str(new), str(center.roads_file)], capture_output=True, text=True, check=True, timeout=120
    ).stdout

    lives = [json.loads(line) for line in said.splitlines()]
    (before, after) = (round(RoadNetwork.from_osm(file).bounds[0].lat, 4) for file in (old, new))
    assert len(lives) > 4
    assert [ended for ended, *_ in lives] == [9] * (len(lives) - 1) + [0]
    assert all(network == drawn for _, network, drawn in lives)
    assert lives[0][1:] == [before, before]
    assert lives[-1][1:] == [after, after]


def test_screens_draw_what_was_imported_and_the_demonstration_until_then(center: Center, tmp_path: Path) -> None:
    demonstration = map_layers.base_map(center)["bounds"]
    own = draw(tmp_path / "own.osm.pbf", HERE)

    seeding.import_roads(center, own)

    drawn = map_layers.base_map(center)
    assert drawn["bounds"] == base_map(own)["bounds"] != demonstration
    assert drawn == saved_base_map(center.roads_file)


def test_a_map_that_an_earlier_version_put_beside_the_network_counts_until_the_next_import(center: Center, tmp_path: Path) -> None:
    beside = center.roads_file.with_name(BASE_MAP)
    beside.write_text(json.dumps({"bounds": [[1, 2], [3, 4]]}), encoding="utf-8")
    assert is_imported(center.roads_file)
    assert map_layers.base_map(center)["bounds"] == [[1, 2], [3, 4]]
    before = center.roads_file.read_bytes()

    seeding.build_roads(center)
    assert center.roads_file.read_bytes() == before, "a start leaves the street's own roads alone"

    seeding.import_roads(center, draw(tmp_path / "own.osm.pbf", HERE))
    assert not beside.exists()
    assert map_layers.base_map(center)["bounds"][0][0] == pytest.approx(36.7, abs=0.01)


def test_a_network_without_a_map_of_its_own_is_the_demonstration_s(center: Center, tmp_path: Path) -> None:
    assert not is_imported(center.roads_file)
    assert not is_imported(tmp_path / "nowhere.npz")
    center.roads_file.write_bytes(b"no network at all")

    seeding.build_roads(center)

    assert len(RoadNetwork.load(center.roads_file).lat_lon) > 100
