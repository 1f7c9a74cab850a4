"""What a plan would do at the chosen level: everything a person wants to know before saying yes, and the key that says it."""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from command_center.domain.activations import PUBLIC, Shortage
from command_center.domain.levels import Level
from command_center.domain.plan_book import Plan, Step
from command_center.services.plan_needs import Need, StockNeed
from command_center.services.plan_preview import MessagePreview, Preview
from command_center.services.plan_work import forbidden
from command_center.ui.console_parts import key, listed
from command_center.ui.desk_parts import goes, named, orders, section, short_minutes
from command_center.ui.plans_form import BLANK_NAMES
from command_center.ui.plans_parts import address, agencies, approver, group_name, kind_name, plan_title
from command_center.ui.shell import Screen
from command_center.ui.shelters_view import not_there
from command_center.ui.speech import audience_name, call_signs
from command_center.ui.widgets import icon, severity
from command_center.words import N_

VEHICLES = frozenset({"patrol_vehicle", "guarantee_vehicle"})
"""Kinds that are ordered one by one; everyone else is called up by number."""


def title(seen: Preview, screen: Screen) -> list[Component]:
    return [
        html.Div(
            [
                html.Span(seen.plan.id, className="plan-number"),
                html.Div(
                    [html.H2(plan_title(seen.plan, seen.variant, screen)), html.Small(screen.read(seen.plan.scope), className="muted")],
                    className="what",
                ),
                key("", symbol="x", title=screen.say(N_("Back to all plans")), keys="Esc", **goes("/plans")),
            ],
            className="title",
        )
    ]


def would(seen: Preview, screen: Screen, *, own: int | None = None) -> list[Component]:
    """The preview from top to bottom: what stands in the way, the sums, then each part, folded where nothing has to be decided.

    own : the activation that waits and is looked at itself; it does not stand in its own way.
    """
    short_stock = sum(need.short > 0 for need in seen.stock)
    return [
        html.Div(obstacles(seen, screen, own), className="obstacles"),
        sums(seen, screen),
        posture(seen.plan, seen.level, screen),
        section(screen.say(N_("Tasks")), task_list(seen.tasks, screen), note=str(len(seen.tasks)), folded=False),
        section(screen.say(N_("Units and people")), need_table(seen.units, screen), folded=False),
        section(screen.say(N_("Messages")), *(message(one, screen) for one in seen.messages), note=str(len(seen.messages)), folded=False),
        section(
            screen.say(N_("Stock wanted")),
            stock_table(seen.stock, screen),
            note=screen.say(N_("%(short)s of %(all)s short"), short=short_stock, all=len(seen.stock)),
            folded=short_stock == 0,
        ),
        *shelters(seen.plan, seen.level, screen),
        section(screen.say(N_("Pitfalls")), pitfalls(seen.plan, screen), folded=False),
        basis(seen.plan, seen.level, screen),
    ]


# ---- what stands in the way ---------------------------------------------------------------------------------------


def obstacles(seen: Preview, screen: Screen, own: int | None) -> list[Component]:
    found: list[Component] = []
    if seen.running not in (None, own):
        open_it = key(screen.say(N_("Open")), **goes(address(activation=seen.running)))
        found.append(_obstacle(screen.say(N_("This plan is in force or waits for approval already.")), open_it))
    if needs_variant(seen):
        found.append(_obstacle(screen.say(N_("Choose which variant it is; steps that belong to one are left out so far."))))
    if seen.is_below_floor and seen.floor is not None:
        text = screen.say(N_("The district has ordered level %(level)s; the street does not go below it."), level=seen.floor.value)
        found.append(_obstacle(text))
    if seen.shortages:
        text = screen.say(
            N_("With every running plan together too few: %(list)s"), list=listed((_shortage(it, screen) for it in seen.shortages), screen)
        )
        found.append(_obstacle(text))
    return found


def needs_variant(seen: Preview) -> bool:
    """Whether the plan has variants and nobody has said which one this is."""
    return bool(seen.plan.variants) and seen.variant is None


def _obstacle(text: str, *more: Component) -> html.Div:
    return html.Div([icon("alert-triangle"), html.Span(text), *more], className="obstacle")


def _shortage(it: Shortage, screen: Screen) -> str:
    return f"{kind_name(it.kind, screen)} {it.there}/{it.wanted}"


# ---- the sums -----------------------------------------------------------------------------------------------------


def sums(seen: Preview, screen: Screen) -> html.Div:
    """One number each for what follows, the short ones in the overdue colour."""
    vehicles = [need for need in seen.units if need.kind in VEHICLES]
    people = [need for need in seen.units if need.kind not in VEHICLES]
    soonest = min((due for _, due in seen.tasks if due is not None), default=None)
    first = "" if soonest is None else screen.say(N_("first within %(time)s"), time=short_minutes(soonest, screen))
    answers = sum(one.recipients for one in seen.messages if one.answer_min is not None)
    short_stock = sum(need.short > 0 for need in seen.stock)
    return html.Div(
        [
            sum_box(len(seen.tasks), N_("tasks"), first, screen),
            sum_box(_covered(vehicles), N_("vehicles"), _missing(vehicles, screen), screen, bad=any(need.short for need in vehicles)),
            sum_box(_covered(people), N_("people"), _missing(people, screen), screen, bad=any(need.short for need in people)),
            sum_box(
                len(seen.stock),
                N_("kinds of stock"),
                screen.say(N_("%(n)s short"), n=short_stock) if short_stock else "",
                screen,
                bad=short_stock > 0,
            ),
            sum_box(len(seen.messages), N_("messages"), screen.say(N_("%(n)s to answer"), n=answers) if answers else "", screen),
        ],
        className="sums",
    )


def sum_box(value: object, msgid: str, note: str, screen: Screen, *, bad: bool = False) -> html.Div:
    """One number with what it counts, and a remark."""
    return html.Div([html.B(str(value)), html.Span(screen.say(msgid)), html.Small(note)], className="sum bad" if bad else "sum")


def _covered(needs: Sequence[Need]) -> str:
    wanted = sum(need.wanted for need in needs)
    return f"{wanted - sum(need.short + need.fewer for need in needs)}/{wanted}"


def _missing(needs: Sequence[Need], screen: Screen) -> str:
    short = sum(need.short for need in needs)
    return screen.say(N_("%(n)s short"), n=short) if short else ""


# ---- the parts ----------------------------------------------------------------------------------------------------


def posture(plan: Plan, level: Level, screen: Screen) -> html.P:
    """What the level turns on, in the plan's own words."""
    return html.P([severity(level, screen), html.Span(screen.read(plan.levels[level].posture))], className="posture")


def task_list(tasks: Sequence[tuple[Step, int | None]], screen: Screen) -> html.Table:
    """The checklist in the order in which it is due, with whom it calls."""
    rows = sorted(tasks, key=lambda task: (task[1] is None, task[1] or 0))
    return table(
        [
            [
                html.Td(html.B(_allowed(due, screen)), className="when"),
                html.Td([screen.read(step.title), *_calls(step, screen)]),
                html.Td(group_name(step.group, screen), className="muted"),
            ]
            for step, due in rows
        ]
    )


def _calls(step: Step, screen: Screen) -> list[Component]:
    called = listed(agencies(step.external, screen), screen)
    return [html.Div(html.Small([icon("phone"), " ", called], className="muted"))] if called else []


def _allowed(due: int | None, screen: Screen) -> str:
    return screen.say(N_("once the snow has stopped")) if due is None else short_minutes(due, screen)


def need_table(needs: Sequence[Need], screen: Screen) -> html.Table:
    """Wanted, on duty for it already, free now; and which vehicles would go."""
    signs = call_signs(screen)
    head = [N_("wanted"), N_("on duty"), N_("free")]
    return table(
        [
            [
                html.Td(kind_name(need.kind, screen)),
                *(html.Td(str(value), className="number") for value in (need.wanted, need.there, need.free)),
                html.Td(_who_goes(need, signs, screen), className="bad" if need.short else "muted"),
            ]
            for need in needs
        ],
        ["", *(screen.say(msgid) for msgid in head), ""],
    )


def _who_goes(need: Need, signs: dict[str, str], screen: Screen) -> str:
    going = listed((signs.get(unit_id, unit_id) for unit_id in need.chosen), screen)
    short = screen.say(N_("%(n)s short"), n=need.short) if need.short else ""
    fewer = screen.say(N_("%(n)s left out"), n=need.fewer) if need.fewer else ""
    return " · ".join(part for part in (going, short, fewer) if part)


def stock_table(needs: Sequence[StockNeed], screen: Screen) -> html.Table:
    """What the level wants forward against what the depots have, the short ones first."""
    units = {code: material.unit for code, material in screen.center.catalogue.materials.items()}
    rows = sorted(needs, key=lambda need: -need.short)
    return table(
        [
            [
                html.Td(kind_name(need.material, screen)),
                html.Td(f"{need.wanted} {screen.read(units[need.material]) if need.material in units else ''}", className="number"),
                html.Td(str(need.available), className="number"),
                html.Td(screen.say(N_("%(n)s short"), n=need.short) if need.short else "", className="bad"),
            ]
            for need in rows
        ],
        ["", screen.say(N_("wanted")), screen.say(N_("available")), ""],
    )


def table(rows: Sequence[Sequence[Component]], head: Sequence[str] = ()) -> html.Table:
    """Cells by rows, under a head where there is one; a column without a title has no heading."""
    heading = [html.Thead(html.Tr([html.Th(text) if text else html.Td() for text in head]))] if head else []
    return html.Table([*heading, html.Tbody([html.Tr(list(cells)) for cells in rows])], className="listing")


def message(one: MessagePreview, screen: Screen) -> html.Div:
    """The text as it will be read, to whom, and which blanks nobody has filled."""
    words = screen.center.catalogue.common
    channels = listed((named(words.channels, channel, screen) for channel in one.channels), screen)
    names = listed((screen.read(name) for name in one.to), screen)
    more = (
        screen.say(N_("%(names)s and %(n)s more"), names=names, n=one.recipients - len(one.to)) if one.recipients > len(one.to) else names
    )
    answer = [] if one.answer_min is None else [html.Span(screen.say(N_("answer within %(n)s min"), n=one.answer_min), className="tag")]
    missing = [screen.say(BLANK_NAMES[name]) if name in BLANK_NAMES else name for name in one.blanks]
    said = [screen.say(N_("Blanks not filled: %(list)s"), list=listed(missing, screen))] if missing else []
    said += [screen.say(N_("It is not sent before they are filled or struck."))] if missing and one.audience in PUBLIC else []
    blank = [html.Div(" ".join(said), className="short")] if said else []
    return html.Div(
        [
            html.Div([html.B(audience_name(one.audience, screen)), " ", html.Small(channels, className="muted"), " ", *answer]),
            html.P(screen.read(one.text), className="final"),
            html.Small(more, className="muted"),
            *blank,
        ],
        className="message",
    )


def shelters(plan: Plan, level: Level, screen: Screen) -> list[Component]:
    """Places wanted at the level, the kinds that are preferred, and where nobody is brought."""
    nowhere, places = forbidden(plan), plan.shelters.plan_places.get(level, 0)
    if nowhere is None and not places:
        return []
    kinds = listed((named(screen.center.catalogue.common.shelter_kinds, kind, screen) for kind in plan.shelters.kinds), screen)
    note = screen.say(N_("%(n)s places"), n=places) if places else ""
    lines = not_there([] if nowhere is None else [nowhere], screen)
    return [section(screen.say(N_("Shelters")), *lines, html.P(kinds, className="muted"), note=note, folded=False)]


def pitfalls(plan: Plan, screen: Screen) -> html.Ul:
    return html.Ul([html.Li(screen.read(text)) for text in plan.pitfalls], className="plain")


def basis(plan: Plan, level: Level, screen: Screen) -> Component:
    """The plan's own text: duties of the groups, when to go up, and which wording it is."""
    duties = [[html.Td(group_name(code, screen)), html.Td(screen.read(text))] for code, text in plan.group_duties.items()]
    up = [[html.Td(severity(one.to, screen)), html.Td(screen.read(one.text))] for one in plan.escalation]
    groups = listed((group_name(code, screen) for code in plan.levels[level].groups), screen)
    return section(
        screen.say(N_("Text of the plan")),
        html.P(screen.say(N_("Groups at this level: %(list)s"), list=groups)),
        html.H4(screen.say(N_("Duties of the groups"))),
        table(duties),
        html.H4(screen.say(N_("When to go up"))),
        table(up),
        html.P(screen.say(N_("Wording %(version)s"), version=plan.version), className="muted"),
        folded=True,
    )


# ---- saying yes ---------------------------------------------------------------------------------------------------


def confirm(seen: Preview, *, life: bool, screen: Screen) -> list[Component]:
    """The switch that says a life is at risk, who decides, and the key."""
    blocked = seen.running is not None or seen.is_below_floor or needs_variant(seen)
    role = approver(seen.approve_by, screen)
    minutes = screen.center.catalogue.common.activation_rules.confirm_within_min
    if seen.may_decide:
        press, said = screen.say(N_("Put level %(level)s into force"), level=seen.level.value), screen.say(N_("You may decide this level."))
    elif life:
        press = screen.say(N_("Act now at level %(level)s"), level=seen.level.value)
        said = screen.say(N_("Everything begins at once; %(role)s confirms within %(n)s min."), role=role, n=minutes)
    else:
        press = screen.say(N_("Ask for level %(level)s"), level=seen.level.value)
        said = screen.say(N_("Decided by %(role)s; nothing moves before that."), role=role)
    return [
        *([] if seen.may_decide else [_life_switch(life, screen)]),
        html.Div(
            [
                html.Span(said, className="who"),
                key(
                    press,
                    "plans-confirm",
                    symbol="check",
                    keys="Ctrl+Enter",
                    look="primary order big",
                    disabled=blocked,
                    **{"data-main": "1"},
                    **orders("activate"),
                ),
            ],
            className="foot",
        ),
    ]


def _life_switch(life: bool, screen: Screen) -> Component:  # noqa: FBT001 - what the switch shows
    return dmc.Switch(
        checked=life,
        attributes={"input": {"name": "life"}},
        id="plans-life",
        size="md",
        label=screen.say(N_("A life is at risk: do not wait")),
        description=screen.say(N_("Orders go out at once, a leader is called and confirms afterwards.")),
    )
