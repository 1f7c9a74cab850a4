"""Channels: set by an administrator, tried with a test message, and told only as there or not there."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from email import message_from_string
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import parse_qs

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


@pytest.fixture
def service() -> Iterator[tuple[str, list[str]]]:
    """The address of a message service that takes everything, and what it was given: path and body."""
    given: list[str] = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given.append(f"{self.path}\n{self.rfile.read(int(self.headers['Content-Length'])).decode()}")
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
    assert "admin" in json.loads(message.partition("\n")[2])["message"]


def kept(center: Center, kind: str, ref: str) -> str | None:
    with center.read() as session:
        return notices.address_of(session, kind, ref)


SECRET = "693a91f6-7a0c-4bc4-97a0-0ec2sifa5aaa"
SERVICES = {
    "WeCom": (f"wecombot://{SECRET}", "wecombot"),
    "Feishu": (f"feishu://{SECRET}", "feishu"),
    "DingTalk": (f"dingtalk://{SECRET.replace('-', '')}/", "dingtalk"),
    "e-mail": (f"mailtos://desk:{SECRET}@smtp.street.example?to=station@street.example", "mailtos"),
    "a gateway for text messages": (f"forms://sms.example/send?:message=content&-key={SECRET}&-phone=13800000000", "forms"),
}


@pytest.mark.parametrize("what", SERVICES)
def test_addresses_of_the_usual_services_are_taken_and_kept_and_the_log_names_the_service_only(center: Center, what: str) -> None:
    address, service = SERVICES[what]

    notices.set_channel(center, "group", "rescue", address, ADMIN)

    assert kept(center, "group", "rescue") == address
    assert entries(center, "ChannelSet") == [{"kind": "group", "ref": "rescue", "service": service}]
    assert SECRET[:8] not in json.dumps(history.recent_entries(center, 50), default=str)


@pytest.fixture
def mailbox() -> Iterator[tuple[int, list[str]]]:
    """The port of a mail server that takes everything, and the letters it was given."""
    letters: list[str] = []

    class Postman(StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 street\r\n")
            while order := self.rfile.readline().strip().upper():
                if order == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    letters.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self.wfile.write(b"250 done\r\n")

    with ThreadingTCPServer(("127.0.0.1", 0), Postman) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1], letters
        server.shutdown()
        thread.join()


def test_a_message_by_mail_arrives_with_its_title_and_text(center: Center, mailbox: tuple[int, list[str]]) -> None:
    port, letters = mailbox
    address = f"mailto://127.0.0.1:{port}?from=desk@street.example&to=station@street.example"
    notices.set_channel(center, "station", "YY", address, ADMIN)

    sent = messages.Notice(channel=kept(center, "station", "YY"), title="集合", body="到樱园站集合")
    assert messages.deliver(center, sent) == "mailto"

    (letter,) = letters
    mail = message_from_string(letter, policy=default)
    assert (mail["Subject"], mail["To"]) == ("集合", "station@street.example")
    body = mail.get_body()
    assert body is not None
    assert "到樱园站集合" in body.get_content()


def test_a_gateway_for_text_messages_gets_the_number_and_the_text_under_the_names_it_wants(
    center: Center, service: tuple[str, list[str]]
) -> None:
    address, given = service
    gateway = address.replace("json://", "form://").replace("/rescue", "/sms?:message=content&-phone={phone}")
    notices.set_channel(center, "audience", notices.CALLERS, gateway, ADMIN)

    with center.read() as session:
        channel = notices.address_of(session, "caller", "1", "138 0000 0000")
    messages.deliver(center, messages.Notice(channel=channel, title="处置完毕", body="您反映的积水已排除"))

    (form,) = given
    path, _, body = form.partition("\n")
    assert parse_qs(path.partition("?")[2])["phone"] == ["138 0000 0000"]
    assert parse_qs(body)["content"] == ["您反映的积水已排除"]


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
