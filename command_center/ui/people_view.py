"""People and channels on the screen: the directory, the cadres, and who is in each audience; what reaches whom by itself."""

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from command_center.domain.rights import Right
from command_center.domain.text import Text
from command_center.domain.watches import STATION_ROLES, PersonRole
from command_center.services.channels import AudienceView, CadreEntry, Member
from command_center.services.people import DirectoryEntry
from command_center.ui import console_search
from command_center.ui.console_parts import key
from command_center.ui.desk_parts import address_of, asks, choice, goes, orders, section, text_field
from command_center.ui.shell import Screen
from command_center.ui.speech import audience_name
from command_center.ui.widgets import empty_state, icon
from command_center.words import N_, phrases

PATH = "/people"
NEW = "new"

CADRE_KINDS: Mapping[str, str] = {"street_cadre": N_("Cadres of the street"), "community_cadre": N_("Cadres of the communities")}


def may_set_channels(screen: Screen) -> bool:
    return screen.caller is not None and screen.caller.may(Right.MANAGE_ACCOUNTS)


# ---- one's number, one's channel ----------------------------------------------------------------------------------


def _service(screen: Screen) -> Component:
    return html.Span([icon("message"), " ", screen.say(N_("message service set"))], className="tag")


def reach(phone: str | None, screen: Screen, *, has_channel: bool) -> Component:
    """How somebody is reached: by a message service, by phone, or not at all."""
    number = html.Span(phone) if phone else html.Span(screen.say(N_("no number on file")), className="muted")
    mark = [_service(screen)] if has_channel else []
    return html.Span([number, *([" "] if mark else []), *mark], className="reach")


def channel_keys(kind: str, ref: str, name: str, screen: Screen, *, has_channel: bool) -> list[Component]:
    """For an administrator: set, take away, try. The address is written, and never shown again."""
    if not may_set_channels(screen):
        return []
    label = screen.say(N_("Address of the message service (it is not shown again)"))
    title = screen.say(N_("Message service of %(name)s"), name=name)
    put = asks("channel", title, label, screen.say(N_("Set")), secret=True, of=kind, ref=ref)
    keys = [key(screen.say(N_("Channel…")), symbol="message", **put)]
    if has_channel:
        away = asks("channel_away", title, "", screen.say(N_("Take it away")), kind="none", of=kind, ref=ref)
        keys.append(key(screen.say(N_("Send a test message")), symbol="send", look="order", **orders("channel_try", of=kind, ref=ref)))
        keys.append(
            key(
                "",
                symbol="trash",
                title=screen.say(N_("Take it away")),
                **{"aria-label": f"{screen.say(N_('Take it away'))}: {name}"},
                **away,
            )
        )
    return keys


# ---- the directory ------------------------------------------------------------------------------------------------


def directory(people: Sequence[DirectoryEntry], chosen: str | None, screen: Screen) -> list[Component]:
    """Everybody by what they are."""
    parts: list[Component] = []
    for role in PersonRole:
        own = [it for it in people if it.role is role]
        if own:
            lines = html.Ul([_person(it, screen, chosen=it.id == chosen) for it in own], className="lines")
            parts.append(section(screen.say(phrases.PERSON_ROLE[role.value]), lines, note=str(len(own)), folded=False))
    return parts or [empty_state(screen.say(N_("Nobody is in the directory.")), symbol="users")]


def _person(entry: DirectoryEntry, screen: Screen, *, chosen: bool) -> html.Li:
    name = screen.read(entry.name)
    demo = [" ", html.Span(screen.say(N_("demo")), className="tag")] if entry.basis == "demo" else []
    facts = [_station(entry.station, screen), screen.say(N_("account %(name)s"), name=entry.account) if entry.account else ""]
    edit = key(screen.say(N_("Edit")), symbol="edit", **goes(address_of(PATH, person=entry.id)))
    return html.Li(
        [
            html.Span(icon("user"), className="sign"),
            html.Div([html.B([name, *demo]), html.Small(" · ".join(fact for fact in facts if fact))], className="what"),
            html.Div(reach(entry.phone, screen, has_channel=entry.has_channel), className="when"),
            html.Div([edit, *channel_keys("person", entry.id, name, screen, has_channel=entry.has_channel)], className="acts"),
        ],
        className="line",
        **{"data-person": entry.id, **console_search.narrowing(entry.name.zh, entry.name.en)},
        **({"aria-current": "true"} if chosen else {}),
    )


def _station(code: str | None, screen: Screen) -> str:
    stations = screen.center.catalogue.stations
    return screen.read(stations[code].name) if code is not None and code in stations else ""


# ---- one entry ----------------------------------------------------------------------------------------------------


def entry_title(entry: DirectoryEntry | None, screen: Screen) -> list[Component]:
    title = screen.say(N_("New entry")) if entry is None else screen.read(entry.name)
    return [
        html.Div(
            [html.Div(html.H2(title), className="what"), key("", symbol="x", title=screen.say(N_("Close")), keys="Esc", **goes(PATH))],
            className="title",
        )
    ]


def entry_fields(entry: DirectoryEntry | None, token: str, screen: Screen) -> list[Component]:
    """Everything that is written about somebody, but for the message address."""
    roles = [(role.value, screen.say(phrases.PERSON_ROLE[role.value])) for role in PersonRole]
    stations = [("", screen.say(N_("none")))]
    stations += [(code, screen.read(station.name)) for code, station in screen.center.catalogue.stations.items()]
    named = Text("", "") if entry is None else entry.name
    role = PersonRole.DUTY_OFFICER if entry is None else entry.role
    hint = screen.say(
        N_("for: %(roles)s"), roles=phrases.listed(screen.lang, (screen.say(phrases.PERSON_ROLE[it.value]) for it in sorted(STATION_ROLES)))
    )
    return [
        html.Div(
            [
                html.Div(
                    [
                        text_field("name_zh", screen.say(N_("Name in Chinese")), named.zh, field_id="people-name-zh", **{"data-first": ""}),
                        text_field("name_en", screen.say(N_("Name in English")), named.en, field_id="people-name-en"),
                    ],
                    className="pair",
                ),
                html.Div(
                    [
                        choice("role", screen.say(N_("Role")), roles, role.value, token),
                        choice("station", f"{screen.say(N_('Station'))} ({hint})", stations, (entry and entry.station) or "", token),
                    ],
                    className="pair",
                ),
                html.Div(
                    [
                        text_field("phone", screen.say(N_("Phone")), (entry and entry.phone) or "", field_id="people-phone"),
                        text_field("account", screen.say(N_("Account (name)")), (entry and entry.account) or "", field_id="people-account"),
                        text_field("cadre", screen.say(N_("Cadre (code)")), (entry and entry.cadre_id) or "", field_id="people-cadre"),
                    ],
                    className="pair",
                ),
                html.Div([*_left_key(entry, screen), _save_key(entry, screen)], className="foot"),
            ],
            className="fields",
            **{"data-token": token},
        )
    ]


def _save_key(entry: DirectoryEntry | None, screen: Screen) -> Component:
    label = screen.say(N_("Save") if entry else N_("Take into the directory"))
    facts = orders("person_save", person=NEW if entry is None else entry.id)
    goes_on = {} if entry is None else {"data-saves": ""}
    return key(label, symbol="check", keys="Ctrl+Enter", look="primary order", **{"data-main": "1"}, **facts, **goes_on)


def _left_key(entry: DirectoryEntry | None, screen: Screen) -> list[Component]:
    if entry is None:
        return []
    leaves = screen.say(
        N_("%(name)s left: nobody calls them any more, and their message service is taken away."), name=screen.read(entry.name)
    )
    return [
        key(
            screen.say(N_("Has left…")),
            symbol="logout",
            look="danger",
            **asks("person_left", leaves, "", screen.say(N_("Has left")), kind="none", person=entry.id),
        )
    ]


# ---- cadres -------------------------------------------------------------------------------------------------------


def cadres(entries: Sequence[CadreEntry], screen: Screen) -> list[Component]:
    """Everyone who answers for places, with number and channel; found by name, initials or code in the box above."""
    parts = []
    for kind, label in CADRE_KINDS.items():
        own = [it for it in entries if it.kind == kind]
        without = sum(it.phone is None for it in own)
        note = screen.say(N_("%(all)s, without a number: %(n)s"), all=len(own), n=without)
        parts.append(section(screen.say(label), html.Ul([_cadre(it, screen) for it in own], className="lines"), note=note, folded=True))
    return parts


def _cadre(entry: CadreEntry, screen: Screen) -> html.Li:
    name = screen.read(entry.name)
    communities = screen.center.catalogue.communities
    community = screen.read(communities[entry.community].name) if entry.community is not None and entry.community in communities else ""
    words = (screen.say(N_("Number of %(name)s"), name=name), screen.say(N_("Phone (empty takes it away)")), screen.say(N_("Set")))
    phone = key(screen.say(N_("Number…")), symbol="phone", **asks("cadre_phone", *words, value=entry.phone or "", cadre=entry.id))
    return html.Li(
        [
            html.Span(icon("user"), className="sign"),
            html.Div([html.B(name), html.Small(" · ".join(part for part in (entry.id, community) if part))], className="what"),
            html.Div(reach(entry.phone, screen, has_channel=entry.has_channel), className="when"),
            html.Div([phone, *channel_keys("cadre", entry.id, name, screen, has_channel=entry.has_channel)], className="acts"),
        ],
        className="line",
        **{"data-cadre": entry.id, **console_search.narrowing(entry.name.zh, entry.id, entry.name.en)},
    )


# ---- audiences ----------------------------------------------------------------------------------------------------

MOST_MEMBERS = 12
"""Names of one audience that are listed; the cadres of a street are found at the left."""


def audiences(views: Sequence[AudienceView], screen: Screen) -> list[Component]:
    """Whom a plan's messages go to now, and how many of them it reaches by itself."""
    return [_audience(view, screen) for view in views]


def _audience(view: AudienceView, screen: Screen) -> Component:
    name = screen.read(view.name) if view.name else audience_name(view.code, screen)
    reached = sum(member.has_channel for member in view.members)
    note = screen.say(N_("%(n)s of %(all)s by message service"), n=reached, all=len(view.members))
    lines = [_member(member, screen) for member in view.members[:MOST_MEMBERS]]
    if len(view.members) > MOST_MEMBERS:
        more = screen.say(N_("and %(n)s more, see the cadres"), n=len(view.members) - MOST_MEMBERS)
        lines.append(html.Li(html.Span(more, className="muted"), className="line"))
    return html.Div(
        section(name, html.Ul(lines, className="lines"), note=note, folded=len(view.members) > 1), **{"data-audience": view.code}
    )


def _member(member: Member, screen: Screen) -> html.Li:
    name = screen.read(member.name)
    return html.Li(
        [
            html.Span(icon("users" if member.kind in ("group", "audience", "station") else "user"), className="sign"),
            html.Div(html.B(name), className="what"),
            html.Div(_reach_of(member, screen), className="when"),
            html.Div(_member_keys(member, name, screen), className="acts"),
        ],
        className="line",
        **{"data-member": f"{member.kind} {member.ref}"},
    )


def _reach_of(member: Member, screen: Screen) -> Component:
    """People have numbers; what stands for many has a message service, or a person tells them."""
    if member.kind in ("person", "cadre"):
        return reach(member.phone, screen, has_channel=member.has_channel)
    if member.has_channel:
        return _service(screen)
    return html.Span(screen.say(N_("to be told by a person")), className="muted")


def _member_keys(member: Member, name: str, screen: Screen) -> list[Component]:
    """People and cadres have their keys at the left; what has no entry of its own has them here."""
    if member.kind in ("person", "cadre", "role"):
        return []
    return channel_keys(member.kind, member.ref, name, screen, has_channel=member.has_channel)
