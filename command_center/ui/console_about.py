"""What the centre knows of its street, and on whose word: stated by the source article, or a default the street has to confirm."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from command_center.ui.shell import Screen
from command_center.ui.widgets import icon
from command_center.words import N_

BASIS: Mapping[str, str] = {
    "fact": N_("stated by the source article or national statistics"),
    "published": N_("published rule of another city or a standard"),
    "working": N_("working default, to be confirmed by the street"),
    "demo": N_("demonstration value, to be replaced"),
    "unverified": N_("unverified reading, to be checked"),
}
"""Where an entry comes from, in words."""

_ORDER = tuple(BASIS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One kind of entry: how many stand on which basis. file : where the street edits it, inside command_center/catalogue."""

    name: str
    file: str
    by_basis: Mapping[str, int]


def _count(entries: Iterable[Any]) -> dict[str, int]:
    bases = [str(entry.basis) for entry in entries]
    return {basis: bases.count(basis) for basis in _ORDER if basis in bases}


def groups(screen: Screen) -> list[Group]:
    """Every kind of entry the catalogue has, with its basis counted."""
    catalogue = screen.center.catalogue
    places = catalogue.places.values()
    of_kind = {kind: [place for place in places if place.kind == kind] for kind in ("compound", "business_building", "shop", "shelter")}
    rows: list[tuple[str, str, Iterable[Any]]] = [
        (N_("Street"), "street.yaml", [catalogue.street]),
        (N_("Areas"), "street.yaml", catalogue.areas.values()),
        (N_("Communities"), "street.yaml", catalogue.communities.values()),
        (N_("Stations"), "street.yaml", catalogue.stations.values()),
        (N_("Compounds"), "places/compounds.csv", of_kind["compound"]),
        (N_("Business buildings"), "places/business_buildings.csv", of_kind["business_building"]),
        (N_("Shops"), "places/shops.csv", of_kind["shop"]),
        (N_("Shelters"), "places/shelters.csv", of_kind["shelter"]),
        (N_("Depots"), "places/depots.csv", catalogue.depots.values()),
        (N_("Cadres"), "people/cadres.csv", catalogue.cadres.values()),
        (N_("Vehicle kinds"), "street.yaml", catalogue.vehicle_kinds.values()),
        (N_("Vehicles"), "vehicles.csv", catalogue.vehicles.values()),
        (N_("Materials"), "materials.csv", catalogue.materials.values()),
        (N_("Incident types"), "incident_types.yaml", catalogue.incident_types.values()),
        (N_("Deadlines"), "incident_types.yaml", catalogue.sla_profiles.values()),
    ]
    return [Group(name=screen.say(name), file=file, by_basis=_count(entries)) for name, file, entries in rows]


def _basis_tags(group: Group, screen: Screen) -> list[Component]:
    short = {
        "fact": N_("stated"),
        "published": N_("published"),
        "working": N_("default"),
        "demo": N_("demo"),
        "unverified": N_("unverified"),
    }
    tags = []
    for basis, count in group.by_basis.items():
        text = f"{screen.say(short[basis])} {count}"
        tags += [html.Span(text, className="tag" if basis == "fact" else "tag demo", title=screen.say(BASIS[basis])), " "]
    return tags


def stated_numbers(screen: Screen) -> list[tuple[str, str]]:
    """The numbers the article states."""
    counts = screen.center.catalogue.street.counts
    return [
        (screen.say(N_("Rescue stations")), str(counts.stations)),
        (screen.say(N_("Patrol and guarantee vehicles")), f"{counts.patrol_vehicles} + {counts.guarantee_vehicles}"),
        (screen.say(N_("Compounds, business buildings, shops")), f"{counts.compounds} + {counts.business_buildings} + {counts.shops}"),
        (screen.say(N_("Street and community cadres")), f"{counts.street_cadres} + {counts.community_cadres}"),
        (screen.say(N_("Material depots")), str(counts.depots)),
        (screen.say(N_("Contingency plans")), str(counts.plans)),
        (screen.say(N_("On duty")), screen.say(N_("%(hours)s hours a day"), hours=counts.duty_hours)),
    ]


def travel_times(screen: Screen) -> str:
    """Who answers how long a way takes."""
    if not screen.center.router_url:
        return screen.say(N_("Every travel time is worked out over the street's own roads."))
    return screen.say(
        N_(
            "Arrival times, ways, stops at depots and proposals for many at once are asked of the router at %(address)s; when it does "
            "not answer, the street's own roads do. The five-minute circle, what sending a unit costs it, standby points and simulated "
            "days are always worked out over the street's own roads."
        ),
        address=screen.center.router_url,
    )


def _unverified(screen: Screen) -> list[Component]:
    """Stations whose name or place is not certain, with why."""
    notes = [(station.name, station.note) for station in screen.center.catalogue.stations.values() if station.note is not None]
    return [html.P([html.B(screen.read(name)), " ", screen.read(note)], className="said") for name, note in notes]


def about_view(screen: Screen) -> list[Component]:
    street = screen.center.catalogue.street
    numbers = [part for name, value in stated_numbers(screen) for part in (html.Dt(name), html.Dd(value))]
    head = html.Tr(
        [
            html.Th(screen.say(N_("Entries")), scope="col"),
            html.Th(screen.say(N_("Basis")), scope="col"),
            html.Th(screen.say(N_("Edit in")), scope="col"),
        ]
    )
    rows = [html.Tr([html.Td(group.name), html.Td(_basis_tags(group, screen)), html.Td(html.Code(group.file))]) for group in groups(screen)]
    legend = [part for basis, text in BASIS.items() for part in (html.Dt(html.Span(basis, className="tag")), html.Dd(screen.say(text)))]
    where = screen.say(N_("Files lie in command_center/catalogue; a change takes effect when the centre starts again."))
    return [
        html.H2([icon("info-circle"), screen.say(N_("About this street"))]),
        html.Div(
            [
                html.H3(f"{screen.read(street.city)} {screen.read(street.district.name)} {screen.read(street.name)} · {street.code}"),
                html.P(screen.say(N_("Stated by the article of %(date)s:"), date=street.counts.article_date), className="said"),
                html.Dl(numbers, className="facts"),
                html.H3(screen.say(N_("What stands on which word"))),
                html.Table([html.Thead(head), html.Tbody(rows)], className="basis"),
                html.P(where, className="said muted"),
                html.H3(screen.say(N_("Travel times"))),
                html.P(travel_times(screen), className="said"),
                *_unverified(screen),
                html.Dl(legend, className="facts"),
            ],
            className="scroll",
            tabIndex="0",
        ),
    ]


def pane() -> html.Div:
    return html.Div(id="console-about", className="dock-view", **{"data-kind": "about"})
