"""Whom a running plan told: every message with who was reached and who answered, and the list of those a person still has to call."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from command_center.db.tables import Recipient
from command_center.domain.activations import WorkState
from command_center.domain.board import Row
from command_center.domain.text import Text
from command_center.services.messages import IN_DRILL
from command_center.services.notices import BY_PHONE, asked_again_at
from command_center.services.plan_figures import is_unanswered
from command_center.ui.console_parts import key, listed
from command_center.ui.desk_parts import MoreToAsk, asks, hour_minute, named, orders
from command_center.ui.shell import Screen
from command_center.ui.speech import audience_name
from command_center.ui.widgets import clock
from command_center.words import N_


def messages_view(notices: Sequence[Row], opened: str | None, recipients: Sequence[Recipient], screen: Screen) -> list[Component]:
    """Every message, those that wait for words first, then the unanswered. opened : id of the message whose `recipients` are shown."""
    now = screen.center.now()
    rows = sorted(
        notices,
        key=lambda notice: (
            not _is_held(notice),
            not is_unanswered(notice, now),
            not notice["needs_answer"],
            notice["queued_at"],
            notice["id"],
        ),
    )
    return [notice_row(row, recipients if row["id"] == opened else None, screen) for row in rows]


def _is_held(notice: Row) -> bool:
    return bool(notice["work"] == WorkState.HELD and not notice["gone"])


def notice_row(notice: Row, recipients: Sequence[Recipient] | None, screen: Screen) -> html.Div:
    """One message; with its recipients when they are unfolded."""
    words = screen.center.catalogue.common
    late = is_unanswered(notice, screen.center.now())
    channels = listed((named(words.channels, channel, screen) for channel in notice["channels"]), screen)
    folded = recipients is None
    names = key(
        screen.say(N_("Names")),
        symbol="users",
        **{"data-unfold": notice["id"], "aria-expanded": "false" if folded else "true"},
    )
    return html.Div(
        [
            html.Div([html.B(audience_name(notice["audience"], screen)), html.Small(channels, className="muted")], className="whom"),
            html.Div(_not_sent(notice, screen) if _is_held(notice) else _counts(notice, screen, late=late), className="counts"),
            names,
            html.P(screen.read(notice["text"]), className="final"),
            *([] if recipients is None else [html.Ul([recipient_row(it, screen) for it in recipients], className="recipients")]),
        ],
        className="told-line unanswered" if late or _is_held(notice) else "told-line",
        **{"data-notice-row": notice["id"]},
    )


def _not_sent(notice: Row, screen: Screen) -> list[Component]:
    """A message to the public with blanks: why it has not left, and the key that asks for its text."""
    to = audience_name(notice["audience"], screen)
    title = screen.say(N_("Message to %(audience)s: fill in or strike the blanks"), audience=to)
    words = (title, screen.say(N_("Text in Chinese")), screen.say(N_("Send it")))
    english = MoreToAsk("text_en", screen.say(N_("Text in English")), notice["text"]["en"])
    asked = asks("fill_notice", *words, value=notice["text"]["zh"], more=[english], notice=notice["id"])
    return [
        html.B(screen.say(N_("Not sent: blanks to fill in")), className="bad"),
        key(screen.say(N_("Fill in…")), symbol="edit", look="primary", **asked),
    ]


def _counts(notice: Row, screen: Screen, *, late: bool) -> list[Component]:
    reached = screen.say(N_("reached %(n)s/%(all)s"), n=notice["reached"], all=notice["recipients"])
    parts: list[Component] = [html.Span(reached)]
    if not notice["needs_answer"]:
        return parts
    answered = screen.say(N_("answered %(n)s/%(all)s"), n=notice["answered"], all=notice["recipients"])
    parts.append(html.Span(answered))
    if late:
        parts += [html.B(screen.say(N_("not answered")), className="bad"), *_next_call(notice, screen)]
    elif notice["answer_until"] and not notice["gone"] and notice["answered"] < notice["recipients"]:
        parts.append(clock(until=notice["answer_until"]))
    return parts


def _next_call(notice: Row, screen: Screen) -> list[Component]:
    """When the silent are asked again."""
    again = asked_again_at(notice)
    if again is None or again <= screen.center.now():
        return []
    return [html.Span([screen.say(N_("asked again in")), " ", clock(until=again.isoformat(), class_name="bad")], className="next-call")]


def recipient_row(recipient: Recipient, screen: Screen) -> html.Li:
    """Name, number, how far it has come; and the tick for who was told by phone."""
    name = screen.read(Text(recipient.name_zh, recipient.name_en))
    tell = key(
        screen.say(N_("Told by phone")),
        symbol="phone",
        look="order",
        **{"aria-label": f"{screen.say(N_('Told by phone'))}: {name}"},
        **orders("told", recipient=recipient.id),
    )
    return html.Li(
        [
            html.B(name),
            html.Span(recipient.phone or screen.say(N_("no number on file")), className="phone" if recipient.phone else "muted"),
            html.Span(how_far(recipient, screen), className="muted"),
            *([] if recipient.answered_at else [tell]),
        ],
        **{"data-recipient": str(recipient.id)},
    )


def how_far(recipient: Recipient, screen: Screen) -> str:
    """Answered, reached and over what, refused, or to be told by a person."""
    if recipient.answered_at is not None:
        return screen.say(N_("answered %(time)s"), time=hour_minute(recipient.answered_at, screen))
    if recipient.sent_at is not None:
        channel = {IN_DRILL: screen.say(N_("drill, kept in the house")), BY_PHONE: screen.say(N_("by phone"))}.get(recipient.channel or "")
        return screen.say(N_("sent %(time)s"), time=hour_minute(recipient.sent_at, screen)) + (f", {channel}" if channel else "")
    if recipient.failed_reason:
        return screen.say(N_("not delivered: %(reason)s"), reason=recipient.failed_reason)
    return screen.say(N_("to be told by a person"))
