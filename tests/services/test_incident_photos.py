"""Photos of an incident: by the desk, and by the crew that is on it; the log keeps them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from command_center.center import Center
from command_center.domain.errors import Invalid, NotPermitted, Refusal, Unknown, UnknownIncident
from command_center.domain.rights import Actor
from command_center.services import dispatching, history, incidents, photos
from command_center.services.dispatching import DispatchUnits
from tests.builders import take_test_call
from tests.photos import jpeg
from tests.working import entries


def test_a_photo_stands_in_the_incidents_own_log_after_its_end_too(center: Center, officer: Actor) -> None:
    incident = take_test_call(center, officer).incident_id
    photo = photos.store_photo(center, jpeg(), officer)
    incidents.close_incident(center, incident, officer)

    incidents.add_photo(center, incident, photo, officer, " the burnt meter ")

    story = history.incident_story(center, incident, officer)
    last = story.entries[-1]
    assert (last["event"], last["facts"]["photo"], last["facts"]["note"]) == ("IncidentPhotographed", photo, "the burnt meter")


def test_a_crew_sends_photos_of_the_incident_it_is_on_and_of_no_other(center: Center, officer: Actor, crew: Callable[[str], Actor]) -> None:
    mine, other = take_test_call(center, officer).incident_id, take_test_call(center, officer).incident_id
    dispatching.dispatch_units(center, DispatchUnits(incident_id=mine, unit_ids=("patrol-01",)), officer)
    photo = photos.store_photo(center, jpeg(), crew("patrol-01"))

    incidents.add_photo(center, mine, photo, crew("patrol-01"))

    with pytest.raises(NotPermitted):
        incidents.add_photo(center, other, photo, crew("patrol-01"))
    with pytest.raises(NotPermitted):
        incidents.add_photo(center, mine, photo, crew("patrol-02"))
    assert len(entries(center, "IncidentPhotographed")) == 1


def test_what_cannot_be_is_refused_and_leaves_nothing(center: Center, officer: Actor, display: Actor) -> None:
    incident = take_test_call(center, officer).incident_id
    photo = photos.store_photo(center, jpeg(), officer)

    attempts: tuple[tuple[Callable[[], object], type[Refusal]], ...] = (
        (lambda: incidents.add_photo(center, incident, "../secret.jpg", officer), Unknown),
        (lambda: incidents.add_photo(center, incident, f"{'0' * 64}.jpg", officer), Unknown),
        (lambda: incidents.add_photo(center, 999, photo, officer), UnknownIncident),
        (lambda: incidents.add_photo(center, incident, photo, officer, "x" * 201), Invalid),
        (lambda: incidents.add_photo(center, incident, photo, display), NotPermitted),
    )
    for attempt, refusal in attempts:
        with pytest.raises(refusal):
            attempt()

    assert entries(center, "IncidentPhotographed") == []
