"""Parked jobs: background work that failed three times and waits for a person."""

from dash import html
from dash.development.base_component import Component

from command_center.domain.board import Row
from command_center.domain.rights import Right
from command_center.ui.console_incidents import opens
from command_center.ui.console_parts import key, time_of_day
from command_center.ui.desk_parts import orders
from command_center.ui.shell import Screen
from command_center.ui.widgets import empty_state, icon
from command_center.words import N_, phrases


def job_row(row: Row, screen: Screen) -> html.Div:
    """What was to be done, what went wrong, and the two ways out."""
    name = screen.say(phrases.JOB[row["name"]]) if row["name"] in phrases.JOB else row["name"]
    wrong = screen.say(N_("failed %(n)s times, last at %(time)s"), n=row["attempts"], time=time_of_day(row["parked_at"], screen))
    ways: list[Component] = []
    if screen.caller and screen.caller.may(Right.RUN_JOBS):
        ways = [
            key(screen.say(N_("Try again")), symbol="refresh", look="order", **orders("retry_job", job=row["id"])),
            key(screen.say(N_("Drop: done by hand")), symbol="x", look="order", **orders("drop_job", job=row["id"])),
        ]
    if row["incident_id"]:
        ways.append(key(screen.say(N_("Open the incident")), **opens("incident", row["incident_id"])))
    error = html.Small(row["last_error"], className="muted")
    return html.Div(
        [html.Div([html.B(name), html.Div(wrong, className="muted"), error]), html.Div(ways, className="acts")], className="sent"
    )


def jobs_view(screen: Screen) -> list[Component]:
    rows = [job_row(row, screen) for row in screen.live.board.rows("job")]
    body = rows or [
        empty_state(screen.say(N_("No background job is waiting.")), screen.say(N_("Orders and messages go out by themselves.")))
    ]
    return [html.H2([icon("refresh"), screen.say(N_("Background jobs that failed"))]), html.Div(body, className="scroll")]


def pane() -> html.Div:
    return html.Div(id="console-jobs", className="dock-view", **{"data-kind": "jobs"})


def badge(screen: Screen) -> list[Component]:
    """The head's badge: how many."""
    count = len(screen.live.board.rows("job"))
    return [icon("alert-octagon"), html.Span(screen.say(N_("Failed jobs")), className="word"), html.Span(str(count), className="n")]
