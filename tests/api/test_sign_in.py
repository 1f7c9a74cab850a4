"""Signing in by name, by link, for the first time; and leaving."""

from __future__ import annotations

import httpx
import pytest

from command_center.domain.rights import SYSTEM, Role
from command_center.services import access
from tests.api.conftest import Web
from tests.waiting import eventually

PASSPHRASE = "three blue lanterns"


@pytest.fixture
def anna(web: Web) -> str:
    """A duty officer with a pass-phrase."""
    access.create_account(web.center, "安娜", Role.DUTY_OFFICER, SYSTEM, passphrase=PASSPHRASE)
    return "安娜"


def cookie_of(answer: httpx.Response) -> str:
    """The Set-Cookie line of the session."""
    return next(line for line in answer.headers.get_list("set-cookie") if line.startswith("center_session="))


def test_the_right_pass_phrase_opens_the_page_that_was_wanted(stranger: httpx.Client, anna: str) -> None:
    answer = stranger.post("/sign-in", data={"name": anna, "passphrase": PASSPHRASE, "next": "/wall?d=5"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/wall?d=5")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie_of(answer).split("; "))
    assert stranger.get("/api/v1/incidents").status_code == 200


def test_without_a_wish_the_officer_lands_at_the_console(stranger: httpx.Client, anna: str) -> None:
    answer = stranger.post("/sign-in", data={"name": anna, "passphrase": PASSPHRASE})

    assert answer.headers["location"] == "/console"


def test_signing_in_never_leads_away(stranger: httpx.Client, anna: str) -> None:
    for wanted in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\r\nX: y"):
        answer = stranger.post("/sign-in", data={"name": anna, "passphrase": PASSPHRASE, "next": wanted})
        assert answer.headers["location"] == "/console", wanted


def test_the_sixth_wrong_guess_within_a_minute_has_to_wait(stranger: httpx.Client, anna: str) -> None:
    wrong = [stranger.post("/sign-in", data={"name": anna, "passphrase": f"guess {n}"}) for n in range(5)]
    right = stranger.post("/sign-in", data={"name": anna, "passphrase": PASSPHRASE})

    assert [answer.status_code for answer in wrong] == [401] * 5
    assert "姓名或口令" in wrong[0].text or "口令" in wrong[0].text
    assert right.status_code == 429
    assert 1 <= int(right.headers["retry-after"]) <= 60
    assert stranger.post("/sign-in", data={"name": "someone else", "passphrase": "x"}).status_code == 401


def test_what_a_visitor_typed_is_shown_as_text(stranger: httpx.Client) -> None:
    answer = stranger.post("/sign-in", data={"name": '"><script>alert(1)</script>', "passphrase": "x", "next": '/"><b>'})

    assert answer.status_code == 401
    assert "<script>alert" not in answer.text
    assert '"><b>' not in answer.text


def test_an_odd_form_is_a_wrong_pass_phrase(stranger: httpx.Client) -> None:
    for body in (b"pass", b"\xff\xfe=1", b"name=%00&passphrase=%ff", b"name=\0\1\2", b"name=" + b"x" * 100_000):
        answer = stranger.post("/sign-in", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status_code == 401, body[:20]


def test_signing_out_ends_the_session_everywhere(web: Web, stranger: httpx.Client, anna: str) -> None:
    stranger.post("/sign-in", data={"name": anna, "passphrase": PASSPHRASE})
    stolen = stranger.cookies["center_session"]

    answer = stranger.post("/sign-out")

    assert answer.headers["location"] == "/sign-in"
    assert "center_session" not in stranger.cookies
    assert web.client().get("/api/v1/board", headers={"Cookie": f"center_session={stolen}"}).status_code == 401


def test_the_first_officer_sets_the_account_up_by_the_link(web: Web, stranger: httpx.Client) -> None:
    link = access.first_run_link(web.center)
    assert link is not None

    shown = [stranger.get(link) for _ in range(2)]
    short = stranger.post(link, data={"name": "李岗", "passphrase": "short", "again": "short"})
    differs = stranger.post(link, data={"name": "李岗", "passphrase": PASSPHRASE, "again": PASSPHRASE + "!"})
    done = stranger.post(link, data={"name": "李岗", "passphrase": PASSPHRASE, "again": PASSPHRASE})

    assert all('name="again"' in page.text for page in shown), "looking does not use the link up"
    assert (short.status_code, differs.status_code) == (422, 422)
    assert 'value="李岗"' in short.text
    assert (done.status_code, done.headers["location"]) == (303, "/console")
    assert stranger.get("/api/v1/incidents").status_code == 200
    assert web.client().post(link, data={"name": "x", "passphrase": PASSPHRASE, "again": PASSPHRASE}).status_code == 404
    assert web.client().post("/sign-in", data={"name": "李岗", "passphrase": PASSPHRASE}).status_code == 303


def test_a_crew_link_signs_a_phone_in_once(web: Web, stranger: httpx.Client) -> None:
    link = access.issue_crew_link(web.center, "patrol-01", SYSTEM)

    shown = stranger.get(link)
    used = stranger.post(link)
    again = web.client().post(link)

    assert "巡01" in shown.text
    assert used.headers["location"] == "/m"
    assert "Max-Age=2592000" in cookie_of(used)
    assert again.status_code == 404


def test_a_display_link_stays_good_for_the_wall(web: Web) -> None:
    link = access.issue_display_link(web.center, SYSTEM)

    first, second = web.client().post(link), web.client().post(link)

    assert (first.headers["location"], second.headers["location"]) == ("/wall", "/wall")
    assert f"Max-Age={400 * 86400}" in cookie_of(first)


def test_a_link_that_is_none_says_so(stranger: httpx.Client) -> None:
    for link in ("/in/nothing", "/in/%00", "/in/" + "x" * 128):
        assert (stranger.get(link).status_code, stranger.post(link).status_code) == (404, 404), link


def test_the_language_is_switched_by_a_link(stranger: httpx.Client) -> None:
    assert '<html lang="zh-CN"' in stranger.get("/sign-in", headers={"Accept-Language": "en"}).text

    answer = stranger.get("/language", params={"to": "en", "next": "/sign-in"})

    assert answer.headers["location"] == "/sign-in"
    assert "<h1>Sign in</h1>" in stranger.get("/sign-in").text


def test_the_session_ends_with_the_duty_day(web: Web, stranger: httpx.Client, anna: str, clock: object) -> None:
    stranger.post("/sign-in", data={"name": anna, "passphrase": PASSPHRASE})
    assert stranger.get("/api/v1/incidents").status_code == 200

    clock.advance(27 * 3600)  # type: ignore[attr-defined]  # the clock of tests/conftest.py, which has no importable name here

    assert eventually(lambda: stranger.get("/api/v1/incidents").status_code == 401, within_s=8, every_s=0.5)
