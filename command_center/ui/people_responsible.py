"""Who answers for which place, on the page of people: how complete the list is, what it lacks, and the list out and in as a sheet."""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from typing import Any, cast

from dash import html, set_props
from dash.development.base_component import Component

from command_center.domain.errors import Refusal, SheetRefused
from command_center.services import responsibilities, responsibility_sheet
from command_center.services.responsibilities import ResponsibilityCheck, ResponsibilityGap
from command_center.services.responsibility_sheet import SheetChange, SheetPreview
from command_center.ui.console_parts import key, listed, order, refuse, signed_in, tell
from command_center.ui.desk_page import Act, At, Order, Outcome
from command_center.ui.desk_parts import orders, section
from command_center.ui.people_view import CADRE_KINDS
from command_center.ui.shell import Desk, Screen
from command_center.ui.widgets import empty_state, icon
from command_center.words import N_, phrases

PREVIEW = "people-sheet-preview"
GAPS_SHOWN = 20
"""Of each kind; the sheet has them all as empty cells."""

CHANGES_SHOWN = 40


# ---- the list as it is --------------------------------------------------------------------------------------------


def keys(screen: Screen) -> html.Div:
    """The list out, and in again."""
    out = html.A(
        [icon("file-download"), html.Span(screen.say(N_("The list (Excel)")), className="word")],
        href=f"/api/v1/responsibilities/sheet.xlsx?lang={screen.lang}",
        className="key",
        download="",
    )
    take = key(screen.say(N_("Check an edited list…")), symbol="database", **{"data-choose-sheet": "responsible_preview"})
    return html.Div([out, take], className="acts")


def overview(check: ResponsibilityCheck, screen: Screen) -> list[Component]:
    """How many places and cadres there are, how many can be phoned, and every gap."""
    rows = [
        *(_row(screen.say(phrases.PLACE_KIND[kind]), n, "", "place") for kind, n in check.targets_by_kind.items()),
        _row(screen.say(N_("All places")), check.targets, "", "place", whole=True),
        *(
            _row(screen.say(CADRE_KINDS[kind]), n, _numbers(check.numbers_by_kind.get(kind, 0), screen), "cadre")
            for kind, n in check.cadres_by_kind.items()
        ),
        _row(screen.say(N_("All cadres")), check.cadres, _numbers(check.numbers, screen), "cadre", whole=True),
    ]
    return [html.Table(html.Tbody(rows), className="listing counted"), *_gaps(check.gaps, screen)]


def _numbers(count: int, screen: Screen) -> str:
    return screen.say(N_("numbers on file: %(n)s"), n=count)


def _row(name: str, count: int, note: str, of: str, *, whole: bool = False) -> html.Tr:
    cells = [html.Th(name, scope="row"), html.Td(f"{count:,}", className="number"), html.Td(note)]
    return html.Tr(cells, className="whole" if whole else "", **{"data-counted": of})


def _gaps(gaps: Sequence[ResponsibilityGap], screen: Screen) -> list[Component]:
    if not gaps:
        told = screen.say(N_("Every place has a street lead and a cadre of its community."))
        return [html.P([icon("circle-check"), " ", told], className="complete")]
    by_kind = {kind: [gap for gap in gaps if gap.kind == kind] for kind in phrases.RESPONSIBILITY_GAP}
    return [_gaps_of(kind, of_it, screen) for kind, of_it in by_kind.items() if of_it]


def _gaps_of(kind: str, gaps: Sequence[ResponsibilityGap], screen: Screen) -> Component:
    lines = [html.Li(_gap(gap, screen), className="line", **{"data-gap": kind}) for gap in gaps[:GAPS_SHOWN]]
    if len(gaps) > GAPS_SHOWN:
        more = screen.say(N_("and %(n)s more, see the list"), n=len(gaps) - GAPS_SHOWN)
        lines.append(html.Li(html.Span(more, className="muted"), className="line"))
    return section(screen.say(phrases.RESPONSIBILITY_GAP[kind]), html.Ul(lines, className="lines"), note=str(len(gaps)), folded=False)


def _gap(gap: ResponsibilityGap, screen: Screen) -> html.Div:
    parts = [_place(gap.target_id, screen) if gap.target_id else "", _cadre(gap.cadre_id, screen) if gap.cadre_id else ""]
    return html.Div([html.B(parts[0] or parts[1]), *([html.Small(parts[1])] if parts[0] and parts[1] else [])], className="what")


def _place(target_id: str, screen: Screen) -> str:
    place = screen.center.catalogue.places.get(target_id)
    return target_id if place is None else f"{screen.read(place.name)} ({target_id})"


def _cadre(cadre_id: str, screen: Screen) -> str:
    cadre = screen.center.catalogue.cadres.get(cadre_id)
    return cadre_id if cadre is None else screen.read(cadre.name)


# ---- a sheet that was chosen --------------------------------------------------------------------------------------


def preview(found: SheetPreview, screen: Screen) -> list[Component]:
    """What a sheet would do, place by place, and the key that does it."""
    facts = {"rows": found.rows, "changed": len(found.changes), "before": found.gaps_before, "after": found.gaps_after}
    told = screen.say(N_("The sheet names %(rows)s places; %(changed)s of them change. Gaps: %(before)s before, %(after)s after."), **facts)
    heads = [html.Th(screen.say(head), scope="col") for head in (N_("Place"), N_("Now"), N_("Then"))]
    rows = [_changed(it, screen) for it in found.changes[:CHANGES_SHOWN]]
    more = len(found.changes) - CHANGES_SHOWN
    rest = [html.P(screen.say(N_("and %(n)s more places"), n=more), className="muted")] if more > 0 else []
    table = [html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="listing")] if rows else []
    take = key(screen.say(N_("Take it over")), symbol="check", look="primary", **{"data-take-sheet": "responsible_take", "data-main": "1"})
    return _previewed(told, [*table, *rest], [take] if rows else [], screen)


def _changed(it: SheetChange, screen: Screen) -> html.Tr:
    now, then = (it.lead_before, it.community_before), (it.lead_after, it.community_after)
    return html.Tr([html.Td(_place(it.target_id, screen)), *(html.Td(_answering(*side, screen)) for side in (now, then))])


def _answering(lead: str | None, community: Sequence[str], screen: Screen) -> str:
    return listed((_cadre(it, screen) for it in (*([lead] if lead else []), *community)), screen) or "—"


def refused(refusal: SheetRefused, screen: Screen) -> list[Component]:
    """Every cell that cannot be right, by its address; nothing was taken over."""
    cells, count = cast("list[Any]", refusal.facts["cells"]), cast("int", refusal.facts["count"])
    lines = [html.Li(phrases.cell_problem(screen.lang, cell), className="line") for cell in cells]
    if count > len(cells):
        lines.append(html.Li(html.Span(screen.say(N_("and %(n)s more cells"), n=count - len(cells)), className="muted"), className="line"))
    told = screen.say(N_("Nothing would be taken over: %(count)s cells cannot be right."), count=count)
    return _previewed(told, [html.Ul(lines, className="lines wrong")], [], screen)


def _previewed(told: str, parts: Sequence[Component], ways: Sequence[Component], screen: Screen) -> list[Component]:
    away = key(screen.say(N_("Leave it")), symbol="x", look="order", **orders("responsible_leave"))
    return [section(screen.say(N_("The chosen sheet")), html.P(told, className="said"), *parts, html.Div([*ways, away], className="acts"))]


# ---- orders -------------------------------------------------------------------------------------------------------


async def _preview(desk: Desk, wanted: Order, at: At) -> Outcome:
    """What a chosen sheet (base64, as the browser read it) would do, or every cell that is wrong."""
    screen = desk.screen()
    try:
        read = responsibility_sheet.preview_responsibilities
        found = await asyncio.to_thread(read, desk.center, base64.b64decode(wanted["raw"]), signed_in(desk))
    except SheetRefused as refusal:
        set_props(PREVIEW, {"children": refused(refusal, screen)})
        return refusal
    except Refusal as refusal:
        refuse(screen, refusal)
        return refusal
    set_props(PREVIEW, {"children": preview(found, screen)})
    return None


async def _take(desk: Desk, wanted: Order, at: At) -> Outcome:
    """The sheet that was looked at, all of it or nothing."""
    done = await order(desk, responsibility_sheet.import_responsibilities, base64.b64decode(wanted["raw"]))
    if isinstance(done, Refusal):
        return done
    set_props(PREVIEW, {"children": []})
    tell(desk.screen().say(N_("The list is taken over: %(n)s places changed"), n=done))
    return None


async def _leave(desk: Desk, wanted: Order, at: At) -> Outcome:
    set_props(PREVIEW, {"children": []})
    return None


ACTS: Mapping[str, Act] = {"responsible_preview": _preview, "responsible_take": _take, "responsible_leave": _leave}


def check(desk: Desk) -> ResponsibilityCheck:
    return responsibilities.check_responsibilities(desk.center)


def pane(screen: Screen) -> list[Component]:
    """The panel's body: its keys, the chosen sheet, the overview."""
    preview_box = html.Div(id=PREVIEW, **{"aria-live": "polite"})
    body = html.Div([preview_box, html.Div(empty_state("…"), id="people-responsible")], className="scroll inset", tabIndex="0")
    return [html.Div(keys(screen), className="tools"), body]
