"""Doors of message channels: an address goes in and never comes out again."""

from __future__ import annotations

from command_center.domain.rights import Role
from tests.api.conftest import Web
from tests.api.test_incident_doors import refused

SECRET = "json://secret-token@127.0.0.1:9/gone"


def test_an_address_is_written_tried_and_never_read_back(web: Web) -> None:
    admin, desk = web.client(Role.ADMIN), web.client(Role.DUTY_OFFICER)
    assert admin.put("/api/v1/channels/station/YY", json={"address": SECRET}).status_code == 200

    told = desk.get("/api/v1/channels/audiences")

    stations = next(it for it in told.json()["audiences"] if it["code"] == "stations")
    assert {it["ref"]: it["has_channel"] for it in stations["members"]}["YY"]
    assert "secret-token" not in told.text
    refused(admin.post("/api/v1/channels/station/YY/test"), 409, "channel_refused")
    assert admin.put("/api/v1/channels/station/YY", json={"address": None}).status_code == 200
    refused(admin.post("/api/v1/channels/station/YY/test"), 409, "no_channel")


def test_who_may_not_and_what_cannot_be_is_refused(web: Web) -> None:
    admin, desk, display = (web.client(role) for role in (Role.ADMIN, Role.DUTY_OFFICER, Role.DISPLAY))

    refused(desk.put("/api/v1/channels/station/YY", json={"address": SECRET}), 403, "not_permitted")
    refused(desk.post("/api/v1/channels/station/YY/test"), 403, "not_permitted")
    assert display.get("/api/v1/channels/audiences").status_code == 403
    refused(admin.put("/api/v1/channels/station/nowhere", json={"address": SECRET}), 404, "unknown")
    refused(admin.put("/api/v1/channels/station/YY", json={"address": "no address"}), 422, "invalid")
