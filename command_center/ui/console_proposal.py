"""The proposal on the screen: every unit with the moment it would arrive, and why it is offered or not."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from command_center.domain.board import Row
from command_center.domain.dispatching import Proposal, RankedUnit, Shortfall, Shown, shown_by
from command_center.services import coverage
from command_center.ui.console_parts import listed, minutes_seconds
from command_center.ui.shell import Screen
from command_center.ui.speech import call_signs
from command_center.words import N_, phrases

SHOWN_AT_FIRST = 4
"""Lines of a proposal that are seen without unfolding; preselected units are always among them."""


def _when(unit: RankedUnit, screen: Screen) -> str:
    return screen.say(N_("in %(time)s"), time=minutes_seconds(unit.arrival_s)) if unit.suitable else "—"


def _why(unit: RankedUnit, screen: Screen) -> str:
    """Reasons, what it brings, turnout and travel, battery: one line."""
    parts = [_reason(code, unit, screen) for code in unit.reasons if code != "capable"]
    parts += [listed((screen.read(screen.center.catalogue.capabilities[code]) for code in unit.matching), screen)] if unit.matching else []
    if unit.suitable:
        times = {"turnout": minutes_seconds(unit.turnout_s), "travel": minutes_seconds(unit.travel_s)}
        parts.append(screen.say(N_("turnout %(turnout)s + travel %(travel)s"), **times))
    if unit.battery_pct is not None:
        parts.append(screen.say(N_("battery %(percent)s%%"), percent=round(unit.battery_pct)))
    return " · ".join(parts)


def _reason(code: str, unit: RankedUnit, screen: Screen) -> str:
    """One reason in words; where it loads, the depot by its name."""
    if code == "loads" and unit.stop is not None:
        return screen.say(N_("loads at %(depot)s"), depot=depot_name(unit.stop.depot, screen))
    return screen.say(phrases.REASON[code])


def depot_name(code: str, screen: Screen) -> str:
    depot = screen.center.catalogue.depots.get(code)
    return code if depot is None else screen.read(depot.name)


def cover_words(before: float | None, after: float | None, screen: Screen) -> str:
    """What is left of the five-minute circle; "" where nobody worked it out. before, after : shares of the demand."""
    if before is None or after is None:
        return ""
    was, left = round(100 * before), round(100 * after)
    if was == left:
        return screen.say(N_("cover stays %(share)s %%"), share=left)
    return screen.say(N_("cover %(before)s → %(after)s %%"), before=was, after=left)


def _kind_name(code: str, screen: Screen) -> str:
    return next((screen.read(kind.name) for known, kind in screen.center.catalogue.vehicle_kinds.items() if known == code), code)


def rank_row(unit: RankedUnit, screen: Screen, *, cover_before: float | None = None) -> html.Div:
    """One unit: a tick box, when it would be there, what sending it costs, and the reasons."""
    sign, when = screen.read(unit.call_sign), _when(unit, screen)
    price = cover_words(cover_before, unit.cover_after, screen)
    return html.Div(
        [
            dmc.Checkbox(value=unit.unit_id, disabled=not unit.suitable, size="md", **{"aria-label": f"{sign} {when}"}),
            html.Span([html.B(sign), " ", html.Span(_kind_name(unit.kind, screen), className="muted")]),
            html.Span(when, className="when"),
            html.Small([*([html.Span(price, className="cover"), " · "] if price else []), _why(unit, screen)]),
        ],
        className="rank" if unit.suitable else "rank unfit",
        **{"data-unit": unit.unit_id},
    )


def shortfall_line(shortfalls: Sequence[Shortfall], screen: Screen) -> list[Component]:
    """Too few units or people, as an alarm; capabilities nobody brings, as a remark. Empty when nothing is missing."""
    capabilities = screen.center.catalogue.capabilities
    few = [f"{_wanted_name(short.what, screen)} {short.offered}/{short.wanted}" for short in shortfalls if short.what not in capabilities]
    lacking = [_lacking(short, screen) for short in shortfalls if short.what in capabilities]
    lines: list[Component] = []
    if few:
        lines.append(html.Div(screen.say(N_("Short of: %(list)s"), list=listed(few, screen)), className="short"))
    if lacking:
        lines.append(html.Div(screen.say(N_("Nobody ticked brings: %(list)s"), list=listed(lacking, screen)), className="short muted"))
    return lines


def _lacking(short: Shortfall, screen: Screen) -> str:
    """A capability, and who could bring it."""
    name = screen.read(screen.center.catalogue.capabilities[short.what])
    if short.could is None:
        return name
    return screen.say(N_("%(capability)s (%(unit)s could)"), capability=name, unit=call_signs(screen).get(short.could, short.could))


def _wanted_name(what: str, screen: Screen) -> str:
    if what == "crew":
        return screen.say(N_("crew members"))
    if what in screen.center.catalogue.materials:
        return screen.read(screen.center.catalogue.materials[what].name)
    return _kind_name(what, screen)


def proposal_rows(proposal: Proposal, screen: Screen, *, ticked: Collection[str] = ()) -> list[Component]:
    """The whole proposal: what is short, the best units, every ticked one and who could bring what is lacking; the others folded away."""
    useful = {*ticked, *(short.could for short in proposal.shortfalls)}
    top = [
        unit
        for rank, unit in enumerate(proposal.units)
        if unit.preselected or unit.unit_id in useful or (rank < SHOWN_AT_FIRST and unit.suitable)
    ]
    rest = [unit for unit in proposal.units if unit not in top]
    before = proposal.cover_before
    lines = [rank_row(unit, screen, cover_before=before) for unit in top]
    rows = [*_cautions(proposal, screen), *shortfall_line(proposal.shortfalls, screen), *lines]
    if rest:
        folded = html.Summary(screen.say(N_("%(n)s more units, and why not"), n=len(rest)), className="key")
        rows.append(html.Details([folded, *(rank_row(unit, screen, cover_before=before) for unit in rest)]))
    return rows


# ---- what is ticked, and what was shown of it -----------------------------------------------------------------------


def store_row(proposal: Proposal, ticked: Collection[str]) -> Row:
    """A proposal as the screen keeps it, for what is ticked and for the order: value of a store, read back by `shown_to_officer`."""
    shown = shown_by(proposal, ticked=bool(ticked))
    stops = {unit.unit_id: unit.stop.depot for unit in proposal.units if unit.stop is not None and unit.suitable}
    return asdict(shown) | {"stops": stops}


def set_price(ticked: Sequence[str], screen: Screen) -> Row:
    """What the ticked units together leave of the circle: value of a store. Blocking."""
    before, after = coverage.cover_without(screen.center, ticked)
    return {"units": sorted(ticked), "before": before, "after": after}


def set_line(kept: Row | None, price: Row, screen: Screen) -> list[Component]:
    """The price of the ticked units together, and which of them loads for all."""
    if not price["units"]:
        return [html.Span(screen.say(N_("cover now %(share)s %%"), share=round(100 * price["before"])), className="muted")]
    line: list[Any] = [screen.say(N_("The ticked units together:")), " "]
    line.append(html.B(cover_words(price["before"], price["after"], screen), className="cover"))
    stops = {unit_id: depot for unit_id, depot in (kept or {}).get("stops", {}).items() if unit_id in price["units"]}
    if kept is not None and stops:
        loader = min(stops, key=lambda unit_id: (kept["arrival_s"][unit_id], unit_id))
        names = {"unit": call_signs(screen).get(loader, loader), "depot": depot_name(stops[loader], screen)}
        line += [" · ", screen.say(N_("%(unit)s loads at %(depot)s"), **names)]
    return [html.Span(line)]


def shown_to_officer(kept: Row | None, price: Row | None, sent: Sequence[str]) -> Shown | None:
    """What stood on the screen when these units were sent; None where no proposal had come yet. kept, price : of the two stores."""
    if kept is None:
        return None
    told = price is not None and price["units"] == sorted(sent)
    return Shown(
        proposed=tuple(kept["proposed"]),
        arrival_s=kept["arrival_s"],
        cover_before=kept["cover_before"],
        cover_proposed=kept["cover_proposed"],
        cover_sent=price["after"] if price is not None and told else None,
    )


def _cautions(proposal: Proposal, screen: Screen) -> list[Component]:
    said = []
    if not any(unit.suitable for unit in proposal.units):
        said.append(screen.say(N_("No unit is free. Take the call; send the next free unit from the incident.")))
    if proposal.off_road:
        said.append(screen.say(N_("The place is off the road network: arrival times are uncertain.")))
    return [html.Div(text, className="short") for text in said]
