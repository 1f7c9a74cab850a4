"""Duty on the screens: the wall names who is on watch, and an incident tells whom to phone first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from playwright.sync_api import expect

from command_center.domain.levels import Level
from command_center.domain.rights import SYSTEM, Role
from command_center.domain.watches import CENTRE, Duty
from command_center.services import roster, watches
from tests.ui.conftest import NORTH, Screens, Theatre


@contextmanager
def nobody_on_watch(theatre: Theatre, *, after: int = 0) -> Iterator[None]:
    """The desk's roster is empty but for its first `after` watches; afterwards it goes as far as it did."""
    center = theatre.center
    now = center.now()
    found = watches.find_watches(center, now, now + timedelta(days=30), CENTRE)
    for watch in found[after:]:
        roster.drop_watch(center, watch.id, SYSTEM)
    try:
        yield
    finally:
        roster.fill_roster(center, 1 + (found[-1].to_at - now).days // 7, SYSTEM)


def test_the_wall_names_who_leads_and_who_is_at_the_desk(screens: Screens, theatre: Theatre) -> None:
    watch = watches.on_duty_now(theatre.center)
    assert watch is not None
    leader, officer = (watch.on(duty)[0].name for duty in (Duty.LEADER, Duty.OFFICER))

    chinese, english = (screens.open("/wall", role=Role.DISPLAY, lang=lang) for lang in ("zh_CN", "en"))

    expect(chinese.locator("#wall-duty")).to_have_text(f"带班领导 {leader.zh} · 值班员 {officer.zh}")
    expect(english.locator("#wall-duty")).to_have_text(f"Duty leader {leader.en} · Duty officer {officer.en}")
    fits = "document.querySelector('.wall-foot').scrollWidth <= document.querySelector('.wall-foot').clientWidth"
    assert all(page.evaluate(fits) for page in (chinese, english))


def test_the_wall_follows_a_change_of_the_roster_and_falls_back_where_nobody_is_rostered(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/wall", role=Role.DISPLAY)
    expect(page.locator("#wall-duty")).to_contain_text("带班领导")

    with nobody_on_watch(theatre):
        expect(page.locator("#wall-duty")).to_have_text("24小时值守 · 4站16车", timeout=20_000)

    expect(page.locator("#wall-duty")).to_contain_text("带班领导", timeout=20_000)


def test_the_desk_is_told_from_when_on_nobody_is_on_the_roster(screens: Screens, theatre: Theatre) -> None:
    watch = watches.on_duty_now(theatre.center)
    assert watch is not None

    with nobody_on_watch(theatre, after=1):
        page = screens.open("/duty")
        expect(page.locator("#duty-watch [data-unrostered]")).to_have_text(
            f"{watch.to_at.astimezone(theatre.center.zone):%m-%d %H:%M}起无人排班"
        )


def test_an_incident_tells_whom_to_phone_first(screens: Screens, theatre: Theatre) -> None:
    theatre.incident("E105", Level.III, ago_s=5, place=("樱南花园", "Yingnan Garden"), at=NORTH, place_id="XQ001")
    page = screens.open("/console")

    page.get_by_text("樱南花园").first.click()

    lead = theatre.center.catalogue.cadres[theatre.center.catalogue.responsibilities["XQ001"].lead]
    first = page.locator("#console-incident-rest .phones li").first
    expect(first).to_contain_text(f"{lead.name.zh} 街道包保干部 未登记电话")
