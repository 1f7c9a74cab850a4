"""QR labels for depots, to be printed and stuck on their doors: a phone that scans one has the depot's stock before it."""

import io
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

import segno
from dash import Dash, html
from dash.development.base_component import Component

from command_center.domain.catalogue import Depot
from command_center.domain.rights import Right
from command_center.ui.console_parts import key
from command_center.ui.desk_parts import address_of, goes
from command_center.ui.resources_view import LABELS, PATH
from command_center.ui.shell import Desk, Page, Screen
from command_center.ui.widgets import empty_state
from command_center.words import N_


def beginning(public_url: str, origin: str) -> str:
    """How the addresses on the labels begin: CENTER_PUBLIC_URL, else as this browser reaches the centre; "" where no phone could."""
    host = urlsplit(origin).hostname or "localhost"
    try:
        is_own = ip_address(host).is_loopback
    except ValueError:
        is_own = host == "localhost" or host.endswith(".localhost")
    return public_url or ("" if is_own else origin)


def label(depot: Depot, screen: Screen) -> html.Figure:
    """One label: code, name, and the address of its stock."""
    path = address_of(PATH, depot=depot.code)
    picture = io.BytesIO()
    segno.make(beginning(screen.center.public_url, screen.origin) + path, error="q").save(
        picture, kind="svg", scale=5, border=2, dark="#000", light="#fff"
    )
    source = f"data:image/svg+xml;utf8,{quote(picture.getvalue().decode())}"
    tier = screen.read(screen.center.catalogue.depot_tiers[depot.tier].name)
    return html.Figure(
        [
            html.Img(src=source, alt=screen.say(N_("Code of %(depot)s"), depot=depot.code)),
            html.Figcaption([html.B(depot.code), html.Span(depot.name.zh), html.Span(depot.name.en), html.Small(tier)]),
        ],
        className="label",
        **{"data-depot": depot.code},
    )


def layout(screen: Screen) -> Component:
    wanted, depots = screen.query.get("depot"), screen.center.catalogue.depots
    chosen = [depot for code, depot in sorted(depots.items()) if wanted in (None, code)]
    tools = html.Nav(
        [
            key(screen.say(N_("Back to the depots")), symbol="arrow-back-up", **goes(address_of(PATH, depot=wanted))),
            key(screen.say(N_("Print")), symbol="printer", look="primary", **{"data-print": ""}),
            html.Span(screen.say(N_("Labels: %(n)s"), n=len(chosen)), className="muted"),
            *_warning(screen),
        ],
        className="tools",
    )
    if not chosen:
        return html.Div([tools, empty_state(screen.say(N_("There is no such depot.")), symbol="package")], className="labels-page")
    return html.Div([tools, html.Div([label(depot, screen) for depot in chosen], className="labels")], className="labels-page")


def _warning(screen: Screen) -> list[Component]:
    if screen.center.public_url:
        return []
    if address := beginning("", screen.origin):
        told = screen.say(N_("The codes begin with %(address)s; CENTER_PUBLIC_URL sets another."), address=address)
        return [html.Span(told, className="muted")]
    return [html.Span(screen.say(N_("CENTER_PUBLIC_URL is not set: the codes hold no address that a phone could open.")), className="bad")]


def register(app: Dash, desk: Desk) -> None:
    """Nothing on it changes."""


PAGE = Page(path=LABELS, title=N_("QR labels of the depots"), layout=layout, register=register, right=Right.SEE_BOARD)
