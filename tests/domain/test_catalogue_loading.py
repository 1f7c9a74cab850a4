"""A catalogue that cannot be right is refused with the file, the place in it and what is wrong."""

import re
import shutil
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import command_center
from command_center.catalogue import FOLDER, CatalogueError, complaints, load_catalogue
from command_center.catalogue.loading import unchecked_catalogue
from command_center.catalogue.reading import Wrong, reader
from command_center.catalogue.tables import table_headers
from command_center.domain.catalogue import Dedup, Place, SlaProfile
from command_center.domain.closures import ClosureRules
from command_center.domain.text import Text
from command_center.domain.vocabulary import ActivationRules, ReportingClocks

Edit = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "catalogue", ignore=shutil.ignore_patterns("*.py", "__pycache__", "roads"))
    return tmp_path / "catalogue"


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace the first occurrence of a text in a file."""

    def edit(file: str, old: str, new: str) -> None:
        path = folder / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return edit


def refusal(folder: Path) -> CatalogueError:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(folder)
    return caught.value


def test_a_copy_of_the_shipped_catalogue_loads(folder: Path) -> None:
    assert load_catalogue(folder) == load_catalogue()
    assert not list(complaints(unchecked_catalogue(folder)))


SPOILED = {
    "an unknown key": ("incident_types.yaml", "life_risk: false", "life_risk: false, colour: red", "types[0].colour", "not a known key"),
    "a missing key": ("incident_types.yaml", "severity: IV, ", "", "types[0].severity", "missing"),
    "an unknown top-level key": ("street.yaml", "governance_topics:", "topics:", "governance_topics", "missing"),
    "a key that stands twice": ("plans/03-fire.yaml", "slug: fire", "slug: fire\nslug: fire", "line", "stands twice"),
    "a missing language": ("plans/03-fire.yaml", 'en: "Fire"', 'fr: "Feu"', "name.en", "no English text"),
    "an empty language": ("vocabulary.yaml", 'zh: "总指挥"', 'zh: " "', "roles.commander.name.zh", "no Chinese text"),
    "a missing language in a table": ("materials.csv", "Sandbag (filled)", "", "line 2", "no English text"),
    "a word that should be a number": (
        "plans/01-flood-drought.yaml",
        "patrol_min: 120",
        "patrol_min: often",
        "levels.IV.patrol_min",
        "number",
    ),
    "a yes that should be true": ("incident_types.yaml", "life_risk: false", 'life_risk: "no"', "types[0].life_risk", "true or false"),
    "a level that does not exist": ("incident_types.yaml", "severity: IV", "severity: V", "types[0].severity", "must be one of"),
    "an unknown deadline profile": ("incident_types.yaml", "sla: E15", "sla: E99", "types[0].sla", "must be one of"),
    "a foreign schema": ("plans/03-fire.yaml", "schema: plan/1", "schema: plan/9", "schema", "plan/1"),
    "broken YAML": ("street.yaml", "areas:", "areas: [", "line", ""),
    "an unknown column": ("places/compounds.csv", "name_zh", "name_fr", "line 1", "column"),
    "a row that is too short": ("people/cadres.csv", ",A1,,demo", ",A1", "line 2", "cells"),
    "a place that is not on earth": ("places/stations.csv", "36.", "136.", "line 2", "no place on earth"),
    "a code that stands twice": ("places/shops.csv", "SP0002", "SP0001", "SP0001", "stands twice"),
    "an unknown incident type in a plan": ("plans/03-fire.yaml", "incident_types: [", "incident_types: [E999, ", "incident_types", "E999"),
    "a trigger of another plan's signal": ("plans/01-flood-drought.yaml", "hazard: rainstorm", "hazard: gale", "P01-T01", "belongs to P05"),
    "a signal that does not exist": ("plans/01-flood-drought.yaml", "hazard: rainstorm", "hazard: tsunami", "P01-T01", "no signal"),
    "a windowed metric without a window": ("plans/01-flood-drought.yaml", ", window_h: 1", "", "P01-T05", "window_h"),
    "a step for a group that is not active": (
        "plans/01-flood-drought.yaml",
        "group: coordination",
        "group: aftermath",
        "P01-S01",
        "not active",
    ),
    "more vehicles than the street has": (
        "plans/01-flood-drought.yaml",
        "{patrol_vehicle: 12, guarantee_vehicle: 4",
        "{patrol_vehicle: 13, guarantee_vehicle: 4",
        "resources.II",
        "13 patrol_vehicle",
    ),
    "less at a graver level": ("plans/01-flood-drought.yaml", "FL05: 10,", "FL05: 3,", "resources.III", "fewer FL05"),
    "a material that does not know the plan": (
        "plans/03-fire.yaml",
        "materials: {",
        "materials: {SN01: 1, ",
        "resources.IV",
        "does not list P03",
    ),
    "placeholders that differ": ("plans/01-flood-drought.yaml", "{signal}生效", "{warning}生效", "notifications[0]", "placeholders"),
    "a plan that does not list the type": ("incident_types.yaml", "plan: P01", "plan: P02", "E101", "does not list it"),
    "an unknown capability": ("incident_types.yaml", "capabilities: [pumping", "capabilities: [flying", "E101", "flying"),
    "stock that does not add up": ("materials.csv", ",2000,3,", ",2001,3,", "FL01", "add up to 2000"),
    "areas that do not add up": ("street.yaml", "shops: 438", "shops: 400", "areas.shops", "the street has 1750"),
    "a place in an unknown area": ("places/shops.csv", ",A1,", ",A9,", "SP0001", "A9"),
    "a community of another area": ("places/compounds.csv", "370705003008", "370705003014", "XQ001", "no community"),
    "a depot code of another station": ("places/depots.csv", "YY-S01", "LY-S09", "LY-S09", "must start with YY-S"),
    "a vehicle of another area's station": ("vehicles.csv", ",A1,YY,", ",A1,LY,", "patrol-01", "is not LY"),
    "two default shift patterns": ("handover_template.yaml", "hours: 12,", "hours: 12, default: true,", "patterns", "exactly one"),
    "a pattern that is no regular expression": (
        "warning_signals.yaml",
        "id_regex: '^(",
        "id_regex: '^((",
        "parse.id_regex",
        "regular expression",
    ),
    "a role that does not exist": ("vocabulary.yaml", "approve_by: duty_leader", "approve_by: mayor", "levels.IV", "mayor"),
}
"""What was spoiled -> file, text, its replacement, then what `where` and `what` must contain."""


@pytest.mark.parametrize("settings", [ActivationRules, ReportingClocks, ClosureRules, SlaProfile, Dedup])
def test_every_setting_is_read_by_something(settings: type[Any]) -> None:
    house = Path(command_center.__file__).parent
    code = "\n".join(file.read_text("utf-8") for file in house.rglob("*.py") if file.parent != house / "catalogue")

    unread = [it.name for it in fields(settings) if re.search(rf"\.{it.name}\b", code) is None]

    assert unread == [], "a key that changes nothing promises what is not so"


@pytest.mark.parametrize(("file", "old", "new", "where", "what"), SPOILED.values(), ids=SPOILED.keys())
def test_a_spoiled_catalogue_is_refused(folder: Path, edit: Edit, file: str, old: str, new: str, where: str, what: str) -> None:
    edit(file, old, new)

    refused = refusal(folder)

    assert where in refused.where
    assert what in refused.what
    assert f"{refused.file}: {refused.where}: {refused.what}" == str(refused)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "places/shops.csv").unlink()

    assert refusal(folder).file == "shops.csv"


def test_a_plan_file_must_be_named_after_its_plan(folder: Path) -> None:
    (folder / "plans/03-fire.yaml").rename(folder / "plans/03-flames.yaml")

    assert "must be named 03-fire.yaml" in refusal(folder).what


def test_a_station_needs_a_place_on_the_map(folder: Path) -> None:
    path = folder / "places/stations.csv"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(lines[:-1]) + "\n", "utf-8")

    refused = refusal(folder)

    assert (refused.file, refused.what) == ("stations.csv", "has no row")


def test_a_table_has_two_columns_for_a_text_and_two_for_a_point() -> None:
    headers = table_headers(Place)

    assert {"name_zh", "name_en", "lat", "lon"} < set(headers)
    assert "kind" not in headers


@given(zh=st.text(min_size=1).filter(str.strip), en=st.text(min_size=1).filter(str.strip))
def test_a_text_in_both_languages_is_kept_as_it_is(zh: str, en: str) -> None:
    assert reader(Text)({"zh": zh, "en": en}) == Text(zh, en)


@given(st.one_of(st.none(), st.text(), st.floats(), st.booleans(), st.lists(st.integers()), st.integers(max_value=-1)))
def test_only_a_whole_number_from_zero_is_a_whole_number(raw: object) -> None:
    with pytest.raises(Wrong):
        reader(int)(raw)


@given(st.dictionaries(st.text(), st.integers(min_value=0)).filter(lambda raw: set(raw) != {"radius_m", "window_min"}))
def test_an_entry_has_exactly_its_keys(raw: dict[str, int]) -> None:
    with pytest.raises(Wrong):
        reader(Dedup)(raw)
