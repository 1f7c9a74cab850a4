"""What the duty page is drawn from, and which part of it shows what."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from dash import Dash, Input, Output
from dash.development.base_component import Component

from command_center.center import Center
from command_center.domain.errors import Refusal
from command_center.domain.handover import HandoverReport
from command_center.domain.watches import CENTRE
from command_center.services import access, handover, history, people, places, roll_calls, swaps, watches
from command_center.services import roster as rosters
from command_center.services.handover import HandoverLine
from command_center.services.people import ChainLink, DirectoryEntry
from command_center.services.roll_calls import RollCallView
from command_center.services.roster import Roster
from command_center.services.swaps import SwapView
from command_center.services.watches import WatchView
from command_center.ui import duty_catch_up, duty_log, duty_report, duty_roll, duty_roster, duty_view
from command_center.ui.console_parts import door, signed_in
from command_center.ui.desk_page import At, DeskPage, Look, Part, demonstration, unseen
from command_center.ui.duty_catch_up import PLACE
from command_center.ui.duty_log import INCIDENTS_OFFERED, Found, Offers
from command_center.ui.duty_orders import ACTS
from command_center.ui.shell import Desk, Screen

AHEAD = timedelta(days=14)
PAST_SHOWN = 40
MOST_PLACES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Everything a part is drawn from; what the chosen tab does not show is not fetched."""

    screen: Screen
    at: At
    report: HandoverReport | None
    now: WatchView | None
    following: WatchView | None
    chain: Sequence[ChainLink]
    found: Found = field(default_factory=Found)
    offers: Offers = field(default_factory=Offers)
    call: RollCallView | None = None
    roster: Roster | None = None
    swaps: Sequence[SwapView] = ()
    directory: Sequence[DirectoryEntry] = ()
    past: Sequence[HandoverLine] = ()

    @property
    def corrects(self) -> str | None:
        return self.at.get("corrects")


def _beside(sight: Sight) -> list[Component]:
    match duty_view.tab_of(sight.at):
        case "roll":
            return duty_roll.roll_call(sight.call, sight.screen)
        case "roster":
            return [] if sight.roster is None else duty_roster.roster(sight.roster, sight.swaps, sight.at, sight.screen)
        case "past":
            return duty_view.past(sight.past, sight.at, sight.screen)
        case _:
            return duty_log.entries(sight.found, sight.at, sight.screen)


def _writes(sight: Sight) -> bool:
    return bool(sight.at.get("section"))


def _fields(sight: Sight) -> list[Component]:
    """The one form of the page: a section of the report, else what belongs to the tab."""
    if _writes(sight):
        return duty_report.writing(sight.report, sight.at, sight.screen)
    match duty_view.tab_of(sight.at):
        case "catch-up":
            return duty_catch_up.catch_up_fields(sight.at, sight.screen)
        case "roster":
            seat = duty_roster.seat_of(sight.roster, sight.at)
            return duty_roster.swap_fields(seat, sight.roster, sight.directory, sight.at, sight.screen)
        case "log":
            return duty_log.entry_fields(sight.at, sight.corrects, sight.screen)
        case _:
            return []


FORMED_BY = ("tab", "handover", "section", "corrects", "swap")
"""What of an address the form belongs to: who searches the log keeps what stands in it."""


def _fields_mark(sight: Sight) -> str:
    """Drawn again for another form and after an order, not for what happens while a person writes."""
    known = _writes(sight) and sight.report is not None and sight.report.id is not None
    return f"{known} {[sight.at.get(name) for name in (*FORMED_BY, 'wrote', 'again')]} {sight.screen.lang}"


def _search(sight: Sight) -> list[Component]:
    if duty_view.tab_of(sight.at) != "log" or _writes(sight):
        return []
    return duty_log.search(sight.found, sight.offers, sight.at, sight.screen)


PARTS: Mapping[str, Part[Sight]] = {
    "duty-demo": (lambda sight: demonstration(sight.screen), None),
    "duty-unseen": (lambda sight: unseen(sight.screen), None),
    "duty-watch": (lambda sight: duty_view.on_watch(sight.now, sight.following, sight.screen), None),
    "duty-chain": (lambda sight: duty_view.chain(sight.chain, sight.screen), None),
    "duty-title": (lambda sight: duty_report.title(sight.report, sight.at, sight.screen), None),
    "duty-steps": (lambda sight: duty_report.steps(sight.report, sight.screen), None),
    "duty-blockers": (lambda sight: duty_report.blockers(sight.report, sight.screen), None),
    "duty-sections": (lambda sight: duty_report.sections(sight.report, sight.at, sight.screen), None),
    "duty-tabs": (lambda sight: duty_view.tabs(sight.at, sight.screen), None),
    "duty-fields": (_fields, _fields_mark),
    "duty-search": (_search, lambda sight: f"{_writes(sight)} {duty_log.search_mark(sight.at, sight.screen, sight.offers)}"),
    "duty-beside": (_beside, None),
}


def see(desk: Desk, screen: Screen, look: Look) -> Sight:
    """Fetch what the parts need."""
    center, actor, at = desk.center, signed_in(desk), look.at
    tab, wanted, now = duty_view.tab_of(at), at.get("handover") or "", center.now()
    try:
        report = handover.handover_context(center, actor, int(wanted) if wanted.isdecimal() else None)
    except Refusal:
        report = None
    on_duty = watches.on_duty_now(center)
    ahead = watches.find_watches(center, now, now + AHEAD, CENTRE)
    return Sight(
        screen=screen,
        at=at,
        report=report,
        now=on_duty,
        following=next((it for it in ahead if on_duty is None or it.from_at >= on_duty.to_at), None),
        chain=people.call_chain(center),
        found=duty_log.find(center, at, actor) if tab == "log" else duty_log.find(center, {}, actor) if tab == "catch-up" else Found(),
        offers=_offers(center) if tab == "log" else Offers(),
        call=roll_calls.roll_call(center) if tab == "roll" else None,
        roster=rosters.roster(center, now - timedelta(days=1), now + AHEAD) if tab == "roster" else None,
        swaps=swaps.swaps(center, open_only=False) if tab == "roster" else (),
        directory=people.people(center) if tab == "roster" and at.get("swap") else (),
        past=handover.find_handovers(center, actor, limit=PAST_SHOWN) if tab == "past" else (),
    )


def _offers(center: Center) -> Offers:
    incidents = history.find_incidents(center, open_only=False, limit=INCIDENTS_OFFERED)
    return Offers(incidents=incidents, people=tuple(sorted(it.name for it in access.accounts(center))))


DESK_PAGE: DeskPage[Sight] = DeskPage(name="duty", path=duty_report.PATH, see=see, parts=PARTS, acts=ACTS, formed_by=FORMED_BY)


def register(app: Dash, desk: Desk) -> None:
    DESK_PAGE.register(app, desk)

    @door(app, desk, Output(f"{PLACE}-list", "children"), Input(f"{PLACE}-search", "value"), prevent_initial_call=True)
    async def search_places(query: str | None) -> Component:
        hits = await asyncio.to_thread(places.find_places, desk.center, query or "", MOST_PLACES)
        return duty_catch_up.place_lines(query or "", hits, desk.screen())
