"""The roster as it is read and printed: hints say whose rest it is and how short, paper has the stations too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import pypdfium2
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from command_center.db.tables import Watch
from command_center.domain.rights import SYSTEM
from command_center.domain.watches import CENTRE, Duty
from command_center.services import roster, watches
from command_center.services.watches import WatchView
from tests.ui.conftest import Screens, Theatre


def coming(theatre: Theatre, post: str) -> list[WatchView]:
    """Watches of a post that have not begun."""
    center = theatre.center
    found = watches.find_watches(center, center.now(), center.now() + timedelta(days=12), post)
    return [watch for watch in found if watch.from_at > center.now()]


@contextmanager
def seated(theatre: Theatre, seats: Mapping[str, Duty], *changed: WatchView) -> Iterator[None]:
    """Other people on some watches, for as long as the block lasts."""
    for watch in changed:
        roster.seat_people(theatre.center, watch.id, seats, SYSTEM)
    try:
        yield
    finally:
        for watch in changed:
            roster.seat_people(theatre.center, watch.id, {it.person_id: it.duty for it in watch.people}, SYSTEM)
        with Session(theatre.center.engine) as session, session.begin():
            for watch in changed:
                session.get_one(Watch, watch.id).basis = watch.basis


def printed(page: Page) -> str:
    """The text of the page on paper, without spaces."""
    document = pypdfium2.PdfDocument(page.pdf(format="A4", landscape=True))
    return re.sub(r"\s", "", "".join(sheet.get_textpage().get_text_range() for sheet in document))


def test_a_hint_says_who_it_is_about_and_how_much(screens: Screens, theatre: Theatre) -> None:
    first, second = coming(theatre, CENTRE)[4:6]
    tired = first.on(Duty.LEADER)[0]
    others = {it.person_id: it.duty for it in second.people if it.duty is not Duty.LEADER}

    with seated(theatre, others | {tired.person_id: Duty.LEADER}, second):
        hints = [screens.open("/duty?tab=roster", lang=lang).locator("[data-hint=too_long]").first for lang in ("zh_CN", "en")]

        expect(hints[0]).to_contain_text(f"{tired.name.zh} · 连续值班超过24小时 · 48 小时")
        expect(hints[1]).to_contain_text(f"{tired.name.en} · More than 24 hours in a row · 48 h")


def test_what_was_wrong_with_days_gone_by_is_no_hint(screens: Screens, theatre: Theatre) -> None:
    now = theatre.center.now()
    known = roster.roster(theatre.center, now - timedelta(days=1), now + timedelta(days=1)).hints

    page = screens.open("/duty?tab=roster")

    assert any(hint.kind == "gap" and hint.to_at <= now for hint in known)
    expect(page.locator("#duty-beside .listing").first).to_be_visible()
    expect(page.locator("[data-hint=gap]")).to_have_count(0)


def test_hints_beyond_the_first_are_counted_and_unfold(screens: Screens, theatre: Theatre) -> None:
    own = [watch for station in ("JL", "MX", "YY") for watch in coming(theatre, station)][:25]

    with seated(theatre, {}, *own):
        page = screens.open("/duty?tab=roster")
        more = page.locator("#duty-beside summary", has_text=re.compile(r"还有 \d+项"))
        expect(page.locator("[data-hint]:visible")).to_have_count(20)

        more.click()

        expect(page.locator("[data-hint]:visible").nth(24)).to_be_visible()


def test_the_stations_rosters_are_on_the_paper_too(screens: Screens, theatre: Theatre) -> None:
    stations = theatre.center.catalogue.stations
    page = screens.open("/duty?tab=roster")
    folded = page.locator("#duty-beside details:not([open]) > summary", has_text="救援站")
    expect(folded).to_have_count(len(stations))

    paper = printed(page)

    for code, station in stations.items():
        assert station.name.zh in paper
        for watch in coming(theatre, code)[:10]:
            assert all(person.name.zh in paper for person in watch.people), (code, watch.number)
    assert "打印" not in paper
    expect(folded).to_have_count(len(stations))
