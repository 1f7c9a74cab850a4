"""Channels: set by an administrator, tried with a test message, and told only as there or not there."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from command_center.center import Center
from command_center.domain.errors import ChannelRefused, Invalid, NoChannel, NotPermitted, Unknown, UnknownPerson
from command_center.domain.rights import Actor, Role
from command_center.services import channels, history, notices, people
from tests.builders import OFFICER
from tests.working import entries

ADMIN = Actor(name="admin", role=Role.ADMIN)
NOWHERE = "json://secret-token@127.0.0.1:9/gone"
"""A service that exists and does not answer."""


def person(center: Center) -> str:
    return people.people(center)[0].id


def test_a_persons_channel_is_shown_as_there_and_its_address_is_nowhere(center: Center) -> None:
    who = person(center)

    notices.set_channel(center, "person", who, NOWHERE, ADMIN)

    assert next(it for it in people.people(center) if it.id == who).has_channel
    assert ("person", who) in channels.known_channels(center, OFFICER)
    told = json.dumps(history.recent_entries(center, 50), default=str)
    assert "secret-token" not in told
    notices.set_channel(center, "person", who, None, ADMIN)
    assert not next(it for it in people.people(center) if it.id == who).has_channel


def test_a_test_message_tells_what_the_service_said(center: Center) -> None:
    notices.set_channel(center, "station", "YY", NOWHERE, ADMIN)

    with pytest.raises(ChannelRefused) as refused:
        channels.try_channel(center, "station", "YY", ADMIN)

    assert "json" in str(refused.value.facts["answer"])
    assert entries(center, "ChannelTried") == [
        {"kind": "station", "ref": "YY", "service": "json", "answer": "json did not take the message"}
    ]
    with pytest.raises(NoChannel):
        channels.try_channel(center, "station", "LY", ADMIN)


@pytest.fixture
def service() -> Iterator[tuple[str, list[str]]]:
    """The address of a message service that takes everything, and what it was given."""
    given: list[str] = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"json://127.0.0.1:{server.server_port}/rescue", given
        server.shutdown()
        thread.join()


def test_a_test_message_that_arrives_names_its_service(center: Center, service: tuple[str, list[str]]) -> None:
    address, given = service
    notices.set_channel(center, "group", "rescue", address, ADMIN)

    assert channels.try_channel(center, "group", "rescue", ADMIN) == "json"

    (message,) = given
    assert "admin" in json.loads(message)["message"]


def test_every_audience_of_the_plans_has_somebody_and_counts_those_a_message_reaches(center: Center) -> None:
    notices.set_channel(center, "station", "YY", NOWHERE, ADMIN)

    views = {view.code: view for view in channels.audience_views(center, OFFICER)}

    assert set(views) == {*center.catalogue.common.audiences, notices.CALLERS}
    assert all(view.members for view in views.values())
    assert [member.ref for member in views["stations"].members if member.has_channel] == ["YY"]
    assert len(views["responsible"].members) == len(channels.cadres(center, OFFICER)) == 156


def test_only_an_administrator_sets_and_tries(center: Center, display: Actor) -> None:
    who = person(center)

    with pytest.raises(NotPermitted):
        notices.set_channel(center, "person", who, NOWHERE, OFFICER)
    with pytest.raises(NotPermitted):
        channels.try_channel(center, "person", who, OFFICER)
    with pytest.raises(NotPermitted):
        channels.audience_views(center, display)
    with pytest.raises(Invalid):
        notices.set_channel(center, "person", who, "no address", ADMIN)
    with pytest.raises(Unknown):
        notices.set_channel(center, "station", "nowhere", NOWHERE, ADMIN)
    with pytest.raises(UnknownPerson):
        notices.set_channel(center, "person", "P999", NOWHERE, ADMIN)
