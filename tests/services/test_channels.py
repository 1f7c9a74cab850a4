"""Channels: set by an administrator, tried with a test message, and told only as there or not there."""

from __future__ import annotations

import json

import pytest

from command_center.center import Center
from command_center.domain.errors import ChannelRefused, Invalid, NoChannel, NotPermitted, Unknown, UnknownPerson
from command_center.domain.rights import Actor, Role
from command_center.services import channels, history, messages, notices, people
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


def test_a_test_message_that_arrives_names_its_service(center: Center, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[messages.Notice] = []
    monkeypatch.setattr(messages, "deliver", lambda _center, notice: sent.append(notice) or "json")
    notices.set_channel(center, "group", "rescue", NOWHERE, ADMIN)

    assert channels.try_channel(center, "group", "rescue", ADMIN) == "json"

    assert sent[0].channel == NOWHERE
    assert "admin" in sent[0].body


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
