"""Texts of the plans: the list, the wording that stands open, and every wording there was, with what it changed."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from command_center.catalogue.plan_copies import Difference
from command_center.domain.plan_book import Plan
from command_center.domain.rights import Right
from command_center.services.plan_texts import PlanWording
from command_center.ui import plan_texts_form
from command_center.ui.console_parts import key
from command_center.ui.desk_page import Filled
from command_center.ui.desk_parts import address_of, asks, goes, hour_minute
from command_center.ui.shell import Screen
from command_center.ui.widgets import icon
from command_center.words import N_

PATH = "/plan-texts"
MOST_CHANGES = 12


def address(plan_id: object = None, version: object = None) -> str:
    return address_of(PATH, plan=plan_id, v=version)


def may_edit(screen: Screen) -> bool:
    return screen.caller is not None and screen.caller.may(Right.EDIT_PLANS)


def plans(all_plans: Sequence[Plan], waiting: Collection[str], chosen: str | None, screen: Screen) -> list[Component]:
    """Every plan; those whose newest wording waits for approval say so."""
    return [
        html.A(
            [
                html.Span(plan.id, className="plan-number"),
                html.B(screen.read(plan.name)),
                html.Small([html.Span(screen.say(N_("waits for approval")), className="tag")] if plan.id in waiting else []),
            ],
            href=address(plan.id),
            className="plan-line waits" if plan.id in waiting else "plan-line",
            **{"data-plan": plan.id},
            **goes(address(plan.id)),
            **({"aria-current": "true"} if plan.id == chosen else {}),
        )
        for plan in all_plans
    ]


def title(newest: PlanWording, screen: Screen) -> list[Component]:
    state = screen.say(N_("as filed")) if newest.id is None else _by(newest, screen)
    return [
        html.Div(
            [
                html.Span(newest.plan_id, className="plan-number"),
                html.Div(
                    [
                        html.H2(screen.read(newest.copy["name"])),
                        html.Small(f"{screen.say(N_('Wording %(version)s'), version=newest.version)} · {state}", className="muted"),
                    ],
                    className="what",
                ),
                *_approve(newest, screen),
                key("", symbol="x", title=screen.say(N_("Back to all plans")), keys="Esc", **goes(PATH)),
            ],
            className="title",
        )
    ]


def _by(wording: PlanWording, screen: Screen) -> str:
    edited = screen.say(N_("%(name)s, %(time)s"), name=wording.edited_by, time=hour_minute(wording.edited_at, screen))
    if wording.approved_by is None:
        return f"{edited} · {screen.say(N_('not approved yet'))}"
    return f"{edited} · {screen.say(N_('approved by %(name)s'), name=wording.approved_by)}"


def _approve(newest: PlanWording, screen: Screen) -> list[Component]:
    """For a commander: from then on this wording counts; what runs keeps its own."""
    if newest.id is None or newest.approved_at is not None or screen.caller is None or not screen.caller.may(Right.APPROVE_PLANS):
        return []
    asked = screen.say(
        N_("Approve wording %(version)s? It counts from the next activation on; what runs keeps its own."), version=newest.version
    )
    yes = asks("text_approve", asked, "", screen.say(N_("Approve")), kind="none", plan=newest.plan_id, version=newest.version)
    return [key(screen.say(N_("Approve…")), symbol="check", look="primary", **yes)]


def fields(newest: PlanWording, mark: str, token: str, screen: Screen) -> list[Component]:
    edits = may_edit(screen)
    facts = {"data-token": token, "data-version": newest.version, "data-mark": mark}
    if not edits:
        said = html.P(
            [icon("lock"), " ", screen.say(N_("An administrator edits the texts; a commander approves them."))], className="muted"
        )
        return [html.Fieldset([said, *plan_texts_form.form(newest.copy, screen, edits=False)], disabled=True, className="texts", **facts)]
    return [html.Div(plan_texts_form.form(newest.copy, screen, edits=True), className="texts", **facts)]


def other(newest: PlanWording, filled: Filled, screen: Screen) -> list[Component]:
    """Somebody else saved meanwhile: what they changed, and the ways on. Nothing typed is lost."""
    held = filled.get("version")
    if held is None or held == newest.version:
        return []
    said = screen.say(N_("%(name)s has saved another wording meanwhile. Yours still stands here."), name=newest.edited_by or "")
    theirs = key(screen.say(N_("Take theirs")), **goes(address(newest.plan_id, newest.version)))
    why = screen.say(N_("What is changed, and why"))
    over = screen.say(N_("Save mine over it"))
    mine = key(f"{over}…", **asks("text_save", over, why, over, plan=newest.plan_id, over=newest.version))
    changes = html.Ul([_change(it, screen) for it in newest.changes[:MOST_CHANGES]], className="changes")
    return [
        html.Div(
            [html.Div([icon("alert-triangle"), html.Span(said)]), changes, html.Div([theirs, mine], className="acts")],
            className="obstacle meanwhile",
            role="alert",
        )
    ]


def keys(newest: PlanWording, screen: Screen) -> list[Component]:
    if not may_edit(screen):
        return []
    save = screen.say(N_("Save as a new wording"))
    asked = asks("text_save", save, screen.say(N_("What is changed, and why")), screen.say(N_("Save")), plan=newest.plan_id)
    note = html.Span(screen.say(N_("It counts once a commander has approved it.")), className="muted")
    return [
        html.Div(
            [note, key(f"{save}…", symbol="check", keys="Ctrl+Enter", look="primary", **{"data-main": "1"}, **asked)], className="foot"
        )
    ]


# ---- history ------------------------------------------------------------------------------------------------------


def history(wordings: Sequence[PlanWording], screen: Screen) -> list[Component]:
    """Newest first: who, when, why, and what was changed."""
    return [html.Ul([_wording(it, screen) for it in wordings], className="lines")]


def _wording(wording: PlanWording, screen: Screen) -> html.Li:
    force = [" ", html.Span(screen.say(N_("counts now")), className="tag")] if wording.is_in_force else []
    state = screen.say(N_("as filed")) if wording.id is None else _by(wording, screen)
    changes = [_change(it, screen) for it in wording.changes[:MOST_CHANGES]]
    if len(wording.changes) > MOST_CHANGES:
        changes.append(html.Li(screen.say(N_("and %(n)s more changes"), n=len(wording.changes) - MOST_CHANGES), className="muted"))
    return html.Li(
        [
            html.Span(icon("check" if wording.is_in_force else "history"), className="sign"),
            html.Div(
                [
                    html.B([wording.note or wording.version, *force]),
                    html.Small(state),
                    *([html.Ul(changes, className="changes")] if changes else []),
                ],
                className="what",
            ),
            html.Div(html.Small(wording.version), className="when"),
        ],
        className="line",
        **{"data-version": wording.version},
    )


def _change(change: Difference, screen: Screen) -> html.Li:
    """Where, what stood there, and what stands there now."""
    return html.Li([html.Code(change.path), " ", html.Del(_said(change.before, screen)), " ", html.Ins(_said(change.after, screen))])


def _said(value: Any, screen: Screen) -> str:
    """A value as people read it; a whole entry by its title or its name."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        told = value.get("title") or value.get("text") or value.get("name") or value
        return screen.read(told) if isinstance(told, Mapping) and {"zh", "en"} <= set(told) else str(value.get("id", "…"))
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
