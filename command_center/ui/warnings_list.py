"""What is in force and what follows from it: warnings, orders of the district, measured values, and the plans that are proposed."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from command_center.domain.board import Row
from command_center.domain.notices import NoticeState
from command_center.services.warnings import WarningStory
from command_center.ui.console_parts import key, listed
from command_center.ui.desk_parts import MoreToAsk, asks, day_and_minute, goes, hour_minute, orders, section
from command_center.ui.plans_parts import address, approver
from command_center.ui.shell import Screen
from command_center.ui.warnings_form import LASTS_H, hazard_color, unit_word, value_word
from command_center.ui.widgets import clock, empty_state, icon, severity
from command_center.words import N_, phrases

GRAVEST_FIRST = ("red", "orange", "yellow", "blue", None)

Measured = Mapping[str, Any]
"""A measurement as services.measurements lists it."""


# ---- warnings -----------------------------------------------------------------------------------------------------


def in_force(stories: Sequence[WarningStory], standing: Sequence[Row], opened: str | None, screen: Screen) -> list[Component]:
    """What the district ordered and every warning in force, the gravest first. opened : id of the warning whose text is unfolded."""
    rows = [it for it in stories if it.row["state"] == NoticeState.ACTIVE]
    rows.sort(key=lambda it: (GRAVEST_FIRST.index(it.row["color"]), it.row["issued_at"]))
    if not rows and not standing:
        return [
            empty_state(screen.say(N_("No warning is in force.")), screen.say(N_("Paste the next one at the left.")), symbol="cloud-rain")
        ]
    lines = [*(_standing(row, screen) for row in standing), *(_warning(it, screen, opened=it.row["id"] == opened) for it in rows)]
    return [html.Ul(lines, className="lines")]


def _warning(story: WarningStory, screen: Screen, *, opened: bool) -> html.Li:
    row, name = story.row, hazard_color(story.row, screen)
    facts = [row["issuer"], row["area"], screen.say(N_("issued %(time)s"), time=hour_minute(row["issued_at"], screen))]
    read = key(screen.say(N_("Text")), symbol="notes", **{"data-unfold": row["id"], "aria-expanded": "true" if opened else "false"})
    why = (screen.say(N_("End the warning: %(name)s"), name=name), screen.say(N_("Why")), screen.say(N_("End it")))
    end = key(screen.say(N_("End…")), symbol="flag", **asks("end_warning", *why, warning=row["id"]))
    return html.Li(
        [
            html.Span(html.Span(className=f"pennant {row['color'] or 'none'}"), className="sign"),
            html.Div(
                [
                    html.B([name, *_marks(row, screen)]),
                    html.Small(" · ".join(fact for fact in facts if fact)),
                    *([html.P(story.text, className="final"), html.Small(_taken(story, screen))] if opened else []),
                ],
                className="what",
            ),
            html.Div(_time_left(row, screen), className="when"),
            html.Div([read, *_end_keys(row, name, screen), end], className="acts"),
        ],
        className="line",
        **{"data-warning": row["id"]},
    )


def _marks(row: Row, screen: Screen) -> list[Component | str]:
    """An exercise, and a message that differs from another one with the same number: both have to be seen."""
    marks: list[Component | str] = []
    if row["status"] == "exercise":
        marks += [" ", html.Span(screen.say(N_("exercise")), className="tag")]
    if row["flag"]:
        differs = screen.say(N_("differs from an earlier message with the same number"))
        marks += [" ", html.Span([icon("alert-triangle"), " ", differs], className="tag bad")]
    return marks


def _taken(story: WarningStory, screen: Screen) -> str:
    said = screen.say(N_("taken in %(time)s by %(name)s"), time=hour_minute(story.received_at, screen), name=story.taken_by)
    return " · ".join([said, *story.remarks])


def _time_left(row: Row, screen: Screen) -> list[Component]:
    if row["expires_at"] is None:
        return [html.Span(screen.say(N_("no end stated")), className="muted")]
    until = screen.say(N_("until %(time)s"), time=hour_minute(row["expires_at"], screen))
    return [clock(until=row["expires_at"]), html.Small(until)]


def _end_keys(row: Row, name: str, screen: Screen) -> list[Component]:
    """Until when it stands: a few hours with one press where nothing is stated, any time by hand."""
    quick = [
        key(screen.say(N_("+%(n)s h"), n=hours), look="order", **orders("time_warning", warning=row["id"], hours=hours))
        for hours in LASTS_H[1:]
    ]
    title = screen.say(N_("Until when it stands: %(name)s"), name=name)
    words = (title, screen.say(N_("Until (20:00, or 07-13 08:00)")), screen.say(N_("Set")))
    at = key(
        screen.say(N_("Until…")),
        symbol="clock",
        **asks("time_warning", *words, value=day_and_minute(row["expires_at"], screen), warning=row["id"]),
    )
    return [*([] if row["expires_at"] else quick), at]


def _standing(row: Row, screen: Screen) -> html.Li:
    said = screen.say(N_("District: %(plan)s level %(level)s"), plan=screen.read(row["plan_name"]), level=row["level"])
    why = (screen.say(N_("The order no longer stands: %(name)s"), name=said), screen.say(N_("Why")), screen.say(N_("End it")))
    exercise = [" ", html.Span(screen.say(N_("exercise")), className="tag")] if row["is_exercise"] else []
    facts = [row["issuer"], screen.say(N_("issued %(time)s"), time=hour_minute(row["issued_at"], screen))]
    return html.Li(
        [
            html.Span(severity(row["level"], screen), className="sign"),
            html.Div([html.B([said, *exercise]), html.Small(" · ".join(fact for fact in facts if fact))], className="what"),
            html.Div(html.Span(screen.say(N_("until it is ended")), className="muted"), className="when"),
            html.Div(key(screen.say(N_("End…")), symbol="flag", **asks("end_order", *why, order=row["id"])), className="acts"),
        ],
        className="line",
        **{"data-standing-order": row["id"]},
    )


def ended(stories: Sequence[WarningStory], screen: Screen) -> list[Component]:
    """Folded away: what was replaced, lifted, withdrawn, ended, or is over."""
    rows = [it for it in stories if it.row["state"] != NoticeState.ACTIVE]
    if not rows:
        return []
    return [
        section(
            screen.say(N_("No longer in force")),
            html.Ul([_over(it, screen) for it in rows], className="lines"),
            note=str(len(rows)),
            folded=True,
        )
    ]


def _over(story: WarningStory, screen: Screen) -> html.Li:
    row = story.row
    how = [screen.say(phrases.NOTICE_STATE[row["state"]]), story.end_reason, row["issuer"]]
    if story.row["state"] == NoticeState.NOTED:
        how.insert(1, screen.say(phrases.WARNING_ACT[story.act.value]))
    return html.Li(
        [
            html.Span(html.Span(className=f"pennant {row['color'] or 'none'}"), className="sign"),
            html.Div(
                [html.B([hazard_color(row, screen), *_marks(row, screen)]), html.Small(" · ".join(part for part in how if part))],
                className="what",
            ),
            html.Div(html.Small(hour_minute(story.ended_at or story.received_at, screen)), className="when"),
        ],
        className="line over",
    )


# ---- measured values ----------------------------------------------------------------------------------------------


def measured(rows: Sequence[Measured], screen: Screen) -> list[Component]:
    if not rows:
        return []
    return [
        section(
            screen.say(N_("Measured")),
            html.Ul([_measured(row, screen) for row in rows], className="lines"),
            note=str(len(rows)),
            folded=False,
        )
    ]


def _measured(row: Measured, screen: Screen) -> html.Li:
    metric = screen.center.catalogue.common.metrics.get(row["metric"])
    name = screen.read(metric.name) if metric else row["metric"]
    value = f"{value_word(row['value'], screen)} {unit_word(metric.unit, screen) if metric else ''}".strip()
    over = [screen.say(N_("in %(n)s h"), n=f"{row['window_h']:g}")] if row["window_h"] else []
    facts = [*over, _where(row, screen), row["note"], screen.say(N_("by %(name)s"), name=row["taken_by"])]
    if row["corrected_by"]:
        facts.append(screen.say(N_("corrected")))
    why = MoreToAsk("why", screen.say(N_("Why")))
    words = (screen.say(N_("Correct: %(name)s"), name=name), screen.say(N_("The right value")), screen.say(N_("Correct it")))
    correct = key(
        screen.say(N_("Correct…")),
        symbol="edit",
        **asks("correct", *words, kind="number", more=[why], measurement=row["id"], metric=row["metric"]),
    )
    return html.Li(
        [
            html.Span(icon("report-analytics"), className="sign"),
            html.Div([html.B(f"{name} {value}"), html.Small(" · ".join(fact for fact in facts if fact))], className="what"),
            html.Div(html.Small(hour_minute(row["measured_at"], screen)), className="when"),
            html.Div([] if row["corrected_by"] else [correct], className="acts"),
        ],
        className="line over" if row["corrected_by"] else "line",
        **{"data-measurement": row["id"]},
    )


def _where(row: Measured, screen: Screen) -> str:
    """The incident, the place, or nothing for the street as a whole."""
    incident = screen.live.board.get("incident", row["incident_id"] or "")
    if incident is not None:
        return screen.say(N_("incident %(number)s"), number=incident["number"])
    place = screen.center.catalogue.places.get(row["place_id"] or "")
    return screen.read(place.name) if place else ""


# ---- proposals ----------------------------------------------------------------------------------------------------


def proposals(rows: Sequence[Row], to_end: Sequence[int], screen: Screen) -> list[Component]:
    """Plans that the situation speaks for, the gravest first; saying yes is activating one. Then those it speaks for no longer."""
    ends = [_end(row, screen) for activation in to_end if (row := screen.live.board.get("activation", str(activation)))]
    if not rows and ends:
        return ends
    if not rows:
        return [empty_state(screen.say(N_("No plan is proposed.")), screen.say(N_("Warnings, values and incidents propose plans.")))]
    ordered = sorted(rows, key=lambda row: (["I", "II", "III", "IV"].index(row["level"]), row["proposed_at"]))
    return [*(_proposal(row, screen) for row in ordered), *ends]


def _end(row: Row, screen: Screen) -> html.Article:
    """A running plan whose reason is gone: the way to its checklist, nothing else."""
    said = screen.say(N_("What had called for the plan is over; it goes on until its conditions are ticked and a leader ends it."))
    look = key(screen.say(N_("To the checklist")), symbol="flag", look="primary", **goes(address(activation=row["id"])))
    name = html.B(screen.say(N_("May end: %(plan)s"), plan=screen.read(row["name"])))
    return html.Article(
        [
            html.Div([severity(row["level"], screen), html.Div([name, html.Small(said)], className="what")], className="title"),
            html.Div(look, className="acts"),
        ],
        className="proposal",
        **{"data-may-end": row["id"]},
    )


def _proposal(row: Row, screen: Screen) -> html.Article:
    name = screen.read(row["plan_name"])
    variant = [" · ", screen.read(row["variant_name"])] if row["variant_name"] else []
    first = screen.read(row["reasons"][0]["text"]) if row["reasons"] else ""
    look = _look(row, first, screen)
    why = (
        screen.say(N_("Not now: %(plan)s, level %(level)s"), plan=name, level=row["level"]),
        screen.say(N_("Why")),
        screen.say(N_("Not now")),
    )
    no = key(screen.say(N_("Not now…")), symbol="x", **asks("decline", *why, proposal=row["id"]))
    exercise = [" ", html.Span(screen.say(N_("exercise")), className="tag")] if row["is_exercise"] else []
    decides = screen.say(N_("decided by: %(role)s"), role=approver(row["approve_by"], screen))
    since = screen.say(N_("proposed %(time)s"), time=hour_minute(row["proposed_at"], screen))
    return html.Article(
        [
            html.Div(
                [
                    severity(row["level"], screen),
                    html.Div([html.B([name, *variant, *exercise]), html.Small(f"{decides} · {since}")], className="what"),
                ],
                className="title",
            ),
            html.Ul([_reason(reason, screen) for reason in row["reasons"]], className="reasons"),
            *_to_judge(row, screen),
            *_floor(row, screen),
            html.Div([look, no], className="acts"),
        ],
        className="proposal",
        **{"data-proposal": row["id"]},
    )


def _look(row: Row, reason: str, screen: Screen) -> Component:
    """The way to saying yes: the preview, or the running plan, whose level is to be raised."""
    running = next((it for it in screen.live.board.rows("activation") if it["plan_id"] == row["plan_id"]), None)
    if running is None:
        exercise = 1 if row["is_exercise"] else None
        href = address(plan=row["plan_id"], level=row["level"], variant=row["variant"], reason=reason, exercise=exercise)
        return key(screen.say(N_("Look at the plan")), symbol="list-check", look="primary", **goes(href))
    return key(screen.say(N_("To the running plan")), symbol="list-check", look="primary", **goes(address(activation=running["id"])))


def _reason(reason: Mapping[str, Any], screen: Screen) -> html.Li:
    """What speaks for it, and where that is known from."""
    sources = listed(dict.fromkeys(_source(source, screen) for source in reason["sources"]), screen)
    return html.Li([html.B(reason["level"]), " ", screen.read(reason["text"]), html.Small(f" {sources}", className="muted")])


def _source(source: str, screen: Screen) -> str:
    """A source as people call it: the incident by its number, everything else by its kind."""
    kind, _, row_id = source.partition(":")
    if kind == "incident":
        row = screen.live.board.get("incident", row_id)
        return screen.say(N_("incident %(number)s"), number=row["number"]) if row else ""
    words = {
        "warning": N_("a warning in force"),
        "measurement": N_("a measured value"),
        "standing_order": N_("an order of the district"),
        "call": N_("what a caller said"),
    }
    return screen.say(words[kind]) if kind in words else ""


def _to_judge(row: Row, screen: Screen) -> list[Component]:
    """What no number can say: a person decides."""
    if not row["to_judge"]:
        return []
    lines = [
        html.Li(
            [
                html.B(doubt["level"]),
                " ",
                screen.read(doubt["text"]),
                html.Small(f" {screen.say(phrases.DOUBT[doubt['doubt']])}", className="muted"),
            ]
        )
        for doubt in row["to_judge"]
    ]
    return [html.H4(screen.say(N_("To be judged by a person"))), html.Ul(lines, className="reasons")]


def _floor(row: Row, screen: Screen) -> list[Component]:
    if row["floor"] is None:
        return []
    said = screen.say(N_("The district has ordered level %(level)s; the street does not go below it."), level=row["floor"])
    return [html.Small(said, className="muted")]
