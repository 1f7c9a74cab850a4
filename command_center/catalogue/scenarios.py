"""The drills that a street can hold: scenario files in `drills/`, read strictly and checked against the catalogue before a start."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from command_center.catalogue.checking import Complaints, unknown
from command_center.catalogue.loading import FOLDER
from command_center.catalogue.reading import CatalogueError, open_document
from command_center.domain.catalogue import Catalogue
from command_center.domain.drill_book import CallStep, Expectation, Scenario, Step, WarningStep, seconds_of
from command_center.domain.events import EVENTS
from command_center.domain.rights import SIGN_IN_ROLES, Role

SCHEMA = "drill/1"
DRILLS = "drills"
"""The folder of the scenarios within a catalogue."""

LONGEST_AWAY_S = 60.0
TIME_OF_DAY = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
ABOUT_CALL = frozenset({"seen", "sent", "there", "joined", "told_once"})
ABOUT_PLAN = frozenset({"proposed", "level"})
ABOUT_EVENT = frozenset({"happens", "never"})


def scenario_files(catalogue_dir: Path | None = None) -> dict[str, Path]:
    """Every scenario file by its name ("A-blue-to-orange"): the shipped ones, and the street's own, which go first."""
    folders = [FOLDER / DRILLS, *([] if catalogue_dir is None else [catalogue_dir / DRILLS])]
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.yaml"))}


def find_scenario(wanted: str, catalogue_dir: Path | None = None) -> Path | None:
    """The file of a scenario by letter, name, or as a file of its own; None when there is none."""
    known = scenario_files(catalogue_dir)
    named = known.get(wanted) or next((path for name, path in known.items() if name.partition("-")[0] == wanted.upper()), None)
    own = Path(wanted)
    return named or (own if own.suffix == ".yaml" and own.is_file() else None)


@cache
def scenario_bases(catalogue_dir: Path | None = None) -> tuple[str, ...]:
    """Whence each scenario comes, as its file says; one that cannot be read counts for nothing here and is refused when it is to start."""
    found = []
    for path in scenario_files(catalogue_dir).values():
        with suppress(CatalogueError):
            found.append(str(open_document(path, schema=SCHEMA).content.get("basis", "")))
    return tuple(found)


def load_scenario(path: Path, catalogue: Catalogue) -> Scenario:
    """Read and check one scenario. Raises CatalogueError with the step and what is wrong with it."""
    document = open_document(path, schema=SCHEMA)
    scenario: Scenario = document.read(Scenario, dict(document.content), "")
    for where, what in _complaints(scenario, catalogue, path.parent):
        raise CatalogueError(document.file, where, what)
    return scenario


def _complaints(scenario: Scenario, catalogue: Catalogue, folder: Path) -> Complaints:
    if not TIME_OF_DAY.fullmatch(scenario.starts):
        yield "starts", f"must be a time of day as 18:20, not {scenario.starts!r}"
    yield from _length("ends", scenario.ends)
    if not set(scenario.people) <= SIGN_IN_ROLES - {Role.CREW}:
        yield "people", "people of the desk: nobody signs in for a crew or a task group"
    if not scenario.steps:
        yield "steps", "nothing happens"
    ids = [step.id for step in scenario.steps if step.id is not None]
    for place, step in enumerate(scenario.steps):
        where = f"steps[{place}]"
        yield from _length(f"{where}.at", step.at)
        if len(kinds := step.kinds()) != 1:
            yield where, f"must hold one thing, not {' and '.join(kinds) or 'none'}"
        if step.id is not None and ids.count(step.id) > 1:
            yield f"{where}.id", f"{step.id} stands twice"
        if step.at_s > scenario.ends_s:
            yield f"{where}.at", f"{step.at} is after the end at {scenario.ends}"
        for inside, what in _step(step, scenario, catalogue, folder):
            yield f"{where}.{inside}", what


def _length(where: str, text: str) -> Complaints:
    try:
        seconds_of(text)
    except ValueError as error:
        yield where, str(error)


def _step(step: Step, scenario: Scenario, catalogue: Catalogue, folder: Path) -> Complaints:
    if step.call is not None:
        yield from _call(step.call, catalogue)
    if step.warning is not None:
        yield from _warning(step.warning, folder)
    if step.measurement is not None:
        yield from unknown("measurement.metric", [step.measurement.metric], catalogue.common.metrics, "metric")
        yield from unknown("measurement.place", [step.measurement.place], catalogue.places, "place")
    for kind, unit in _units(step):
        yield from unknown(f"{kind}.unit", [unit], catalogue.vehicles, "vehicle")
    if step.position is not None:
        yield from unknown("position.place", [step.position.place], catalogue.places, "place")
        if (step.position.does == "drives_to") != (step.position.place is not None):
            yield "position.place", "is needed to drive to, and for nothing else"
    if step.battery is not None and not 0 <= step.battery.pct <= 100:
        yield "battery.pct", f"must be from 0 to 100, not {step.battery.pct:g}"
    if step.fault is not None and (step.fault.what == "redis_away") != (0 < step.fault.seconds <= LONGEST_AWAY_S):
        yield "fault.seconds", f"from 1 to {LONGEST_AWAY_S:g} for redis_away, and for nothing else"
    if step.expect is not None:
        yield from _expectation(step.expect, scenario.steps, catalogue)


def _units(step: Step) -> Iterator[tuple[str, str]]:
    for kind in ("crew", "position", "battery"):
        if (part := getattr(step, kind)) is not None:
            yield kind, part.unit


def _call(call: CallStep, catalogue: Catalogue) -> Complaints:
    kind = catalogue.incident_types.get(call.type)
    if kind is None or kind.stream != "emergency":
        yield "call.type", f"there is no emergency type {call.type!r}"
    yield from unknown("call.place", [call.place], catalogue.places, "place")
    if (call.place is None) == (call.at is None):
        yield "call", "needs a place or a point"
    if call.at is not None and len(call.at) != 2:
        yield "call.at", "must be latitude and longitude"
    if call.times < 1:
        yield "call.times", "must be at least one"
    yield from _length("call.every", call.every)


def _warning(warning: WarningStep, folder: Path) -> Complaints:
    if (warning.text is None) == (warning.cap is None):
        yield "warning", "needs a text or a file"
    if warning.cap is not None and (warning.cap != Path(warning.cap).name or not (folder / warning.cap).is_file()):
        yield "warning.cap", f"there is no file {warning.cap!r} beside the scenario"


def _expectation(expect: Expectation, steps: Sequence[Step], catalogue: Catalogue) -> Complaints:
    yield from _length("expect.within", expect.within)
    if expect.that in ABOUT_CALL:
        calls = [step.id for step in steps if step.call is not None]
        if expect.of not in calls:
            yield "expect.of", f"there is no call {expect.of!r}"
    if expect.that in ABOUT_PLAN:
        if expect.level is None:
            yield "expect.level", "is missing"
        if expect.of not in catalogue.plans:
            yield "expect.of", f"there is no plan {expect.of!r}"
    if expect.that in ABOUT_EVENT and expect.event not in EVENTS:
        yield "expect.event", f"there is no event {expect.event!r}"
    if expect.given is not None and (expect.that != "never" or expect.given not in EVENTS):
        yield "expect.given", f"an event, and for never only, not {expect.given!r}"
