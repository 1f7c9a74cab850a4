"""One activation: its head with what may be decided, units on duty, conditions for ending it, and the text it stands on."""

from dash import html
from dash.development.base_component import Component

from command_center.domain import events
from command_center.domain.activations import ActivationStatus
from command_center.domain.board import Row
from command_center.domain.levels import Level
from command_center.domain.triggers import EscalationDue
from command_center.services.activations import ActivatePlan
from command_center.services.plan_endings import Ending
from command_center.services.plan_figures import PlanFigures, is_unconfirmed
from command_center.services.plan_levels import LevelStep
from command_center.services.plan_preview import Preview
from command_center.services.plan_story import PlanStory
from command_center.ui.console_log import actor_name
from command_center.ui.console_parts import key, listed, moment, time_of_day
from command_center.ui.desk_parts import asks, goes, hour_minute, orders, section
from command_center.ui.plans_parts import address, approver, group_name, may_decide, plan_title, progress
from command_center.ui.plans_preview import basis, pitfalls, posture
from command_center.ui.shell import Screen
from command_center.ui.speech import call_signs
from command_center.ui.widgets import clock, icon, level_name, severity
from command_center.words import N_, phrases

RUNS = frozenset({ActivationStatus.ACTIVE.value, ActivationStatus.PROVISIONAL.value})

ANCHORS = {"snow_stop": (N_("The snow has stopped…"), N_("The snow stopped at"), N_("Snow stopped: %(time)s"))}
"""Moment that deadlines count from -> the key that records it, the label of its field, and the sentence once it is known."""


# ---- head ---------------------------------------------------------------------------------------------------------


def head(
    story: PlanStory, figures: PlanFigures | None, ending: Ending | None, screen: Screen, rises: EscalationDue | None = None
) -> list[Component]:
    """What never scrolls away: plan, level, status, since when, who approved; and the keys. ending : None when it does not run.

    rises : the rule that asks for a graver level.
    """
    row = story.activation
    name = plan_title(story.plan, row["variant"], screen)
    return [
        html.Div(
            [
                severity(row["level"], screen),
                html.Div(
                    [
                        html.H2([name, " ", html.Small(level_name(row["level"], screen))]),
                        html.Div(status_line(story, figures, screen), className="status"),
                    ],
                    className="what",
                ),
                *_undo(row, screen),
                key("", symbol="x", title=screen.say(N_("Back to all plans")), keys="Esc", **goes("/plans")),
            ],
            className="title",
        ),
        *decision(row, screen),
        *go_up(row, rises, screen),
        *may_end(ending, screen),
        html.Div(keys(story, screen), className="acts"),
    ]


def status_line(story: PlanStory, figures: PlanFigures | None, screen: Screen) -> list[Component | str]:
    row = story.activation
    parts: list[Component | str] = [html.B(screen.say(phrases.ACTIVATION_STATUS[row["status"]]))]
    if row["is_exercise"]:
        parts.append(html.Span(screen.say(N_("exercise")), className="tag"))
    if story.ended_at is not None:
        said = screen.say(N_("%(time)s by %(name)s"), time=hour_minute(story.ended_at, screen), name=story.ended_by)
        return [*parts, html.Span(said), *([html.Span(story.end_reason)] if story.end_reason else [])]
    if row["started_at"] is not None:
        since = screen.say(N_("since %(time)s"), time=hour_minute(row["started_at"], screen))
        parts.append(html.Span([since, " (", clock(row["started_at"]), ")"]))
    if row["approved_by"] is not None:
        parts.append(html.Span(screen.say(N_("approved by %(name)s"), name=row["approved_by"])))
    if figures is not None and figures.runs:
        parts.append(progress(figures, screen))
    if story.incident is not None:
        parts.append(html.Span(screen.say(N_("incident %(number)s"), number=story.incident)))
    reason = next((step.reason for step in reversed(story.levels) if step.reason), story.reason)
    if reason:
        parts.append(html.Span(reason, className="muted"))
    return parts


def _undo(row: Row, screen: Screen) -> list[Component]:
    """Thirty seconds in which one key takes everything back; assets/plans.js takes the key away when they are over."""
    until = moment(row["undo_until"])
    if until is None or until <= screen.center.now() or screen.caller is None:
        return []
    decides = screen.center.catalogue.common.levels[Level(row["level"])].approve_by
    if screen.caller.name != (row["approved_by"] or row["requested_by"]) and not may_decide(decides, screen):
        return []
    undo = html.Button(
        [icon("arrow-back-up"), html.Span(screen.say(N_("Undo")), className="word"), clock(until=row["undo_until"])],
        type="button",
        className="key order undo",
        **{"data-gone-at": row["undo_until"]},
        **orders("undo", activation=row["id"]),
    )
    return [undo]


def decision(row: Row, screen: Screen) -> list[Component]:
    """What waits for a yes or no, big for whoever may say it; for everyone else who that is."""
    if row["gone"] or (row["status"] == ActivationStatus.ACTIVE and row["wanted_level"] is None):
        return []
    asked, late = _asked(row, screen), " late" if is_unconfirmed(row, screen.center.now()) else ""
    if not may_decide(row["approve_by"], screen):
        role = approver(row["approve_by"], screen)
        said = html.Span([asked, " ", screen.say(N_("Decided by %(role)s, who is being called."), role=role)])
        return [html.Div([icon("lock"), said, *_time_left(row, screen), *_while_it_waits(row, screen)], className=f"decision{late}")]
    number = {"activation": row["id"]}
    yes = key(
        screen.say(N_("Approve")),
        symbol="check",
        keys="Ctrl+Enter",
        look="primary order big",
        **{"data-main": "1"},
        **orders("approve", **number),
    )
    no_words = (screen.say(N_("Decline")), screen.say(N_("Why")), screen.say(N_("Decline")))
    no = key(screen.say(N_("Decline…")), symbol="x", look="big", **asks("decline", *no_words, **number))
    return [html.Div([icon("bell"), html.Span(asked), *_time_left(row, screen), yes, no], className=f"decision mine{late}", role="alert")]


def _while_it_waits(row: Row, screen: Screen) -> list[Component]:
    """What the desk may do with a request before it is decided: act on it at once, or take its own back."""
    number = {"activation": row["id"]}
    found: list[Component] = []
    is_proposed = row["status"] == ActivationStatus.PROPOSED
    wanted = Level(row["wanted_level"] or row["level"])
    if is_proposed or wanted.rank > Level(row["level"]).rank:
        words = (screen.say(N_("A life is at risk")), screen.say(N_("Why")), screen.say(N_("Act now")))
        found.append(key(screen.say(N_("A life is at risk: act now…")), symbol="alert-triangle", **asks("go_ahead", *words, **number)))
    if screen.caller is not None and screen.caller.name == (row["requested_by"] if is_proposed else row["wanted_by"]):
        found.append(
            key(screen.say(N_("Take the request back")), symbol="arrow-back-up", look="order", **orders("take_back_request", **number))
        )
    return found


def _asked(row: Row, screen: Screen) -> str:
    names = {"name": row["requested_by"], "level": row["wanted_level"] or row["level"]}
    if row["wanted_level"] is not None:
        return screen.say(N_("Level %(level)s is asked for."), **names)
    if row["status"] == ActivationStatus.PROVISIONAL:
        return screen.say(
            N_("Level %(level)s runs already, put into force by %(name)s because a life is at risk. To be confirmed."), **names
        )
    return screen.say(N_("%(name)s asks for level %(level)s. Nothing moves before your decision."), **names)


def _time_left(row: Row, screen: Screen) -> list[Component]:
    if row["confirm_until"] is None:
        return []
    if is_unconfirmed(row, screen.center.now()):
        return [html.B([screen.say(N_("not confirmed in time, for")), " ", clock(row["confirm_until"])], className="left bad")]
    return [html.Span([screen.say(N_("confirm within")), " ", clock(until=row["confirm_until"])], className="left")]


def go_up(row: Row, rises: EscalationDue | None, screen: Screen) -> list[Component]:
    """The plan's own rule asks for a graver level: why, and the way to what it would add."""
    if rises is None:
        return []
    look = key(screen.say(N_("What it would add")), symbol="list-check", **goes(address(activation=row["id"], to=rises.to.value)))
    return [
        html.Div([icon("alert-circle"), html.Span(why_up(rises, screen)), severity(rises.to, screen), look], className="decision go-up")
    ]


def why_up(rises: EscalationDue, screen: Screen) -> str:
    """The rule as a sentence; where nobody can tell whose reading it is, it says so."""
    said = screen.say(N_("Go up to level %(level)s: %(reason)s"), level=rises.to.value, reason=screen.read(rises.text))
    return f"{said} {screen.say(N_('(judge whether it belongs to this plan)'))}" if rises.to_judge else said


def change_head(story: PlanStory, seen: Preview, rises: EscalationDue | None, screen: Screen) -> Component:
    """Over the preview of another level: what it is, the key that changes to it, and the way back."""
    row, level = story.activation, seen.level
    raised = level.rank > Level(row["level"]).rank
    title = screen.say(N_("Raise to level %(level)s") if raised else N_("Lower to level %(level)s"), level=level.value)
    asks_only = "" if seen.may_decide else f" ({screen.say(N_('decided by: %(role)s'), role=approver(seen.approve_by, screen))})"
    why = screen.read(rises.text) if rises is not None and rises.to is level else ""
    words = (f"{title}{asks_only}", screen.say(N_("Why")), screen.say(N_("Change the level")))
    asked = asks("change_level", *words, value=why, life=raised and not seen.may_decide, activation=row["id"], level=level.value)
    return html.Div(
        [
            severity(level, screen),
            html.H3(screen.say(N_("What level %(level)s would add"), level=level.value)),
            key(f"{title}…", symbol="check", look="primary", disabled=seen.is_below_floor, **{"data-main": "1"}, **asked),
            key(screen.say(N_("Back to the checklist")), symbol="arrow-back-up", **goes(address(activation=row["id"]))),
        ],
        className="change-head",
    )


def may_end(ending: Ending | None, screen: Screen) -> list[Component]:
    """Nothing speaks for the plan any more: the checklist is offered, and it never ends by itself."""
    if ending is None or not ending.called_for:
        return []
    met = sum(condition.met_by is not None for condition in ending.conditions)
    said = screen.say(N_("What had called for the plan is over. Go through the conditions for ending it:"))
    return [
        html.Div([icon("flag"), html.Span(said), html.B(f"{met}/{len(ending.conditions)}")], className="decision may-end", role="status")
    ]


# ---- keys ---------------------------------------------------------------------------------------------------------


def keys(story: PlanStory, screen: Screen) -> list[Component]:
    """Raise and lower, moments that deadlines count from, end, roll back."""
    row = story.activation
    if row["status"] not in RUNS or row["gone"]:
        return []
    levels = html.Div(
        [html.Small(screen.say(N_("Raise or lower"))), *(_level_key(level, row, screen) for level in reversed(Level))],
        className="levels",
        role="group",
        **{"aria-label": screen.say(N_("Raise or lower"))},
    )
    return [*_for_real(row, screen), levels, *_anchor_keys(story, screen), *_end_keys(story, screen)]


def _for_real(row: Row, screen: Screen) -> list[Component]:
    """From an exercise to the preview of the real thing, which takes its place."""
    if not row["is_exercise"]:
        return []
    return [key(screen.say(N_("For real…")), symbol="alert-triangle", **goes(address(plan=row["plan_id"], level=row["level"])))]


def _level_key(level: Level, row: Row, screen: Screen) -> Component:
    present = Level(row["level"])
    label = level_name(level.value, screen)
    if level is present:
        return html.Button(severity(level, screen), type="button", className="key", disabled=True, title=label, **{"aria-pressed": "true"})
    raised = level.rank > present.rank
    decides = screen.center.catalogue.common.levels[level if raised else present].approve_by
    title = screen.say(N_("Raise to level %(level)s") if raised else N_("Lower to level %(level)s"), level=level.value)
    if not may_decide(decides, screen):
        title = f"{title} ({screen.say(N_('decided by: %(role)s'), role=approver(decides, screen))})"
    life = raised and not may_decide(decides, screen)
    words = (title, screen.say(N_("Why")), screen.say(N_("Change the level")))
    asked = asks("change_level", *words, life=life, activation=row["id"], level=level.value)
    return html.Button(severity(level, screen), type="button", className="key", title=title, **{"aria-label": title}, **asked)


def _anchor_keys(story: PlanStory, screen: Screen) -> list[Component]:
    """A key for every moment the plan's deadlines count from; once recorded it says when, and a press corrects it."""
    row = story.activation
    found: list[Component] = []
    for anchor in dict.fromkeys(step.anchor for step in story.plan.steps if step.anchor is not None):
        press, label, known = (screen.say(text) for text in ANCHORS[anchor])
        at = row["anchors"].get(anchor)
        text = known % {"time": hour_minute(at, screen)} if at else press
        now = time_of_day(screen.center.now(), screen)[:5]
        asked = asks("anchor", label, label, screen.say(N_("Record")), kind="time", value=now, activation=row["id"], anchor=anchor)
        found.append(key(text, symbol="snowflake", **asked))
    return found


def _end_keys(story: PlanStory, screen: Screen) -> list[Component]:
    number = {"activation": story.activation["id"]}
    end = (screen.say(N_("End the plan")), screen.say(N_("Remark (may stay empty)")), screen.say(N_("End the plan")))
    back = (screen.say(N_("Roll the plan back")), screen.say(N_("Why (everyone who was told hears of it)")), screen.say(N_("Roll back")))
    return [
        key(screen.say(N_("End…")), symbol="flag", **asks("terminate", *end, **number)),
        key(screen.say(N_("Roll back…")), symbol="arrow-back-up", look="danger", **asks("roll_back", *back, **number)),
    ]


# ---- beside the checklist -----------------------------------------------------------------------------------------


def duties(story: PlanStory, screen: Screen) -> Component:
    """Vehicles on duty for the plan, and whether their crews have acknowledged it."""
    signs = call_signs(screen)
    held = [duty for duty in story.duties if not duty["gone"] or story.ended_at is not None]
    known = sum(duty["acknowledged_at"] is not None for duty in held)
    note = screen.say(N_("%(n)s on duty, %(known)s acknowledged"), n=len(held), known=known)
    return section(
        screen.say(N_("Units")), html.Ul([_duty(duty, signs, screen) for duty in held], className="duties"), note=note, folded=True
    )


def _duty(duty: Row, signs: dict[str, str], screen: Screen) -> html.Li:
    sign = signs.get(duty["unit_id"]) or str(duty["unit_id"])
    if duty["acknowledged_at"] is not None:
        state = screen.say(N_("acknowledged %(time)s"), time=hour_minute(duty["acknowledged_at"], screen))
        return html.Li([html.B(sign), html.Span(state, className="muted")])
    told = [] if duty["gone"] else [_told_by_phone(duty, sign, screen)]
    if duty["work"] == "failed":
        return html.Li([html.B(sign), html.Span(screen.say(N_("not reached: phone the crew")), className="bad"), *told])
    state = screen.say(N_("told %(time)s"), time=hour_minute(duty["sent_at"], screen)) if duty["sent_at"] else screen.say(N_("being told"))
    return html.Li([html.B(sign), html.Span(state, className="muted"), *told])


def _told_by_phone(duty: Row, sign: str, screen: Screen) -> Component:
    words = screen.say(N_("Told by phone"))
    label = {"aria-label": f"{words}: {sign}"}
    return key("", symbol="phone", look="order", title=words, **label, **orders("duty", duty=duty["id"]))


def conditions(story: PlanStory, ending: Ending | None, screen: Screen) -> Component:
    """What has to be true before the plan ends, each ticked by a person, and what still speaks for the plan."""
    lines = []
    for number, text in enumerate(story.plan.termination.all):
        met = story.conditions.get(str(number))
        by = screen.say(N_("%(time)s by %(name)s"), time=hour_minute(met["at"], screen), name=met["by"]) if met else ""
        lines.append(
            html.Button(
                [icon("check" if met else "clock"), html.Span(screen.read(text)), html.Small(by, className="muted")],
                type="button",
                className="condition order",
                role="checkbox",
                disabled=story.ended_at is not None,
                **{"aria-checked": "true" if met else "false"},
                **orders("condition", activation=story.activation["id"], number=number, met=not met),
            )
        )
    note, called_for = f"{len(story.conditions)}/{len(lines)}", ending is not None and ending.called_for
    return section(
        screen.say(N_("Conditions for ending it")), *_holding(ending, screen), *lines, note=note, folded=None if called_for else True
    )


def _holding(ending: Ending | None, screen: Screen) -> list[Component]:
    if ending is None or ending.offered:
        return []
    said = (
        [screen.say(N_("Still speaks for it: %(list)s"), list=listed(map(screen.read, ending.holding), screen))] if ending.holding else []
    )
    if ending.floor is not None:
        said.append(screen.say(N_("The district has ordered level %(level)s; the street does not go below it."), level=ending.floor.value))
    return [html.P(text, className="muted") for text in said]


# ---- the level's history ------------------------------------------------------------------------------------------

STEPS = {
    events.ActivationAsked.name: N_("asked for"),
    events.PlanActivated.name: N_("put into force"),
    events.ActivationConfirmed.name: N_("confirmed"),
    events.ActivationNotConfirmed.name: N_("nobody confirmed in time"),
    events.LevelAsked.name: N_("change asked for"),
    events.LevelChanged.name: N_("changed from level %(before)s"),
}
"""Event of the level's history -> what it says."""


def levels(story: PlanStory, screen: Screen) -> Component:
    """Every step of the level with its reason, the newest first."""
    lines = [_level_step(step, screen) for step in reversed(story.levels)]
    return section(screen.say(N_("Level history")), html.Ul(lines, className="level-steps"), note=str(len(lines)), folded=False)


def _level_step(step: LevelStep, screen: Screen) -> html.Li:
    said = [screen.say(N_("provisional"))] if step.is_provisional else []
    if not (step.is_provisional and step.event == events.PlanActivated.name):
        said.append(screen.say(STEPS[step.event], before=step.before))
    late = [html.B(screen.say(N_("%(n)s min late"), n=max(1, round(step.late_s / 60))), className="bad")] if step.late_s else []
    return html.Li(
        [
            severity(step.level, screen),
            html.Div([html.B(" · ".join(said)), *late, html.Small(step.reason)], className="what"),
            html.Small([hour_minute(step.at, screen), " ", actor_name(step.by, screen)]),
        ],
        **{"data-level-step": step.event},
    )


def text_of_plan(story: PlanStory, screen: Screen) -> list[Component]:
    """Folded away: what the level turns on, the pitfalls, and the plan's wording as it was when it was activated."""
    level = Level(story.activation["level"])
    return [
        section(screen.say(N_("What the level turns on")), posture(story.plan, level, screen), folded=True),
        section(screen.say(N_("Pitfalls")), pitfalls(story.plan, screen), folded=True),
        basis(story.plan, level, screen),
    ]


def group_choice(story: PlanStory, screen: Screen) -> list[tuple[str, str]]:
    """Groups that have a task, as (code, name), all of them first."""
    having = {task["group"] for task in story.tasks}
    return [
        ("", screen.say(N_("All groups"))),
        *((code, group_name(code, screen)) for code in screen.center.catalogue.common.groups if code in having),
    ]


def order_of(story: PlanStory) -> ActivatePlan:
    """The order that made this activation, to show what it would do."""
    row = story.activation
    return ActivatePlan(
        plan_id=row["plan_id"],
        level=Level(row["level"]),
        variant=row["variant"],
        incident_id=None if row["incident_id"] is None else int(row["incident_id"]),
        reason=story.reason,
        is_exercise=row["is_exercise"],
        fields=story.fields,
        units=story.units,
    )
