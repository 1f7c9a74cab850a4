"""What the centre knows of its street, and on whose word: stated by the source article, or a default the street has to confirm."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from dash import html
from dash.development.base_component import Component

from command_center.catalogue.scenarios import scenario_bases
from command_center.domain.catalogue import Catalogue
from command_center.services.base_maps import is_imported
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

RULES_OF_OTHERS = frozenset({"cma", "law"})
"""What the basis of a plan's trigger says beside the others: both are published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One kind of entry. bases : of all of them, in any order.

    file : where the street edits it, inside command_center/catalogue. page : where the running centre keeps it from its first start on.
    """

    name: str
    file: str
    bases: Callable[[Catalogue], Iterable[str]]
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A part with how many of its entries stand on which basis."""

    name: str
    file: str
    page: str
    by_basis: Mapping[str, int]


class Marked(Protocol):
    """An entry that says where it comes from."""

    @property
    def basis(self) -> str: ...


def _of(entries: Callable[[Catalogue], Mapping[Any, Marked]]) -> Callable[[Catalogue], Iterable[str]]:
    """The bases of all entries of a table."""
    return lambda catalogue: [entry.basis for entry in entries(catalogue).values()]


def _places(kind: str) -> Callable[[Catalogue], Iterable[str]]:
    return lambda catalogue: [place.basis for place in catalogue.places.values() if place.kind == kind]


PARTS = (
    Part(name=N_("Street"), file="street.yaml", bases=lambda it: [it.street.basis]),
    Part(name=N_("Five-minute circle, signals, demand"), file="street.yaml", bases=lambda it: [it.street.coverage.basis]),
    Part(name=N_("Areas"), file="street.yaml", bases=_of(lambda it: it.areas)),
    Part(name=N_("Communities"), file="street.yaml", bases=_of(lambda it: it.communities)),
    Part(
        name=N_("Where their halls stand"),
        file="places/communities.csv",
        bases=lambda it: [community.site_basis for community in it.communities.values()],
    ),
    Part(name=N_("Stations"), file="street.yaml", bases=_of(lambda it: it.stations)),
    Part(
        name=N_("Where the stations stand"),
        file="places/stations.csv",
        bases=lambda it: [station.site_basis for station in it.stations.values()],
    ),
    Part(name=N_("Compounds"), file="places/compounds.csv", bases=_places("compound")),
    Part(name=N_("Business buildings"), file="places/business_buildings.csv", bases=_places("business_building")),
    Part(name=N_("Shops"), file="places/shops.csv", bases=_places("shop")),
    Part(name=N_("Shelters"), file="places/shelters.csv", bases=_places("shelter")),
    Part(name=N_("Depots"), file="places/depots.csv", bases=_of(lambda it: it.depots)),
    Part(
        name=N_("Materials, and the stock a new centre opens with"),
        file="materials.csv",
        page="/resources",
        bases=_of(lambda it: it.materials),
    ),
    Part(name=N_("Cadres"), file="people/cadres.csv", bases=_of(lambda it: it.cadres)),
    Part(
        name=N_("Who answers for which place"),
        file="people/responsibilities.csv",
        page="/people",
        bases=_of(lambda it: it.responsibilities),
    ),
    Part(
        name=N_("People on the roster"),
        file="people/duty_people.csv",
        page="/people",
        bases=_of(lambda it: it.duty_people),
    ),
    Part(name=N_("Vehicle kinds"), file="street.yaml", bases=_of(lambda it: it.vehicle_kinds)),
    Part(name=N_("Vehicles"), file="vehicles.csv", bases=_of(lambda it: it.vehicles)),
    Part(name=N_("Incident types"), file="incident_types.yaml", bases=_of(lambda it: it.incident_types)),
    Part(name=N_("Deadlines"), file="incident_types.yaml", bases=_of(lambda it: it.sla_profiles)),
    Part(name=N_("Contingency plans"), file="plans/", page="/plan-texts", bases=_of(lambda it: it.plans)),
    Part(
        name=N_("Thresholds of the plans"),
        file="plans/",
        page="/plan-texts",
        bases=lambda it: [trigger.basis for plan in it.plans.values() for trigger in plan.triggers],
    ),
    Part(
        name=N_("Who approves, who is called"),
        file="vocabulary.yaml",
        bases=lambda it: [it.common.activation_rules.basis],
    ),
    Part(
        name=N_("What plans can ask for at most"),
        file="vocabulary.yaml",
        bases=_of(lambda it: it.common.units),
    ),
    Part(name=N_("Limits of measurements"), file="vocabulary.yaml", bases=_of(lambda it: it.common.metrics)),
    Part(name=N_("Reporting clocks"), file="vocabulary.yaml", bases=lambda it: [it.common.reporting.basis]),
    Part(name=N_("When water closes a road"), file="vocabulary.yaml", bases=lambda it: [it.common.closures.basis]),
    Part(
        name=N_("Warning signals"),
        file="warning_signals.yaml",
        bases=_of(lambda it: it.warning_signals.hazards),
    ),
    Part(name=N_("Watches and handover report"), file="handover_template.yaml", bases=lambda it: [it.handover.basis]),
)
"""Everything in the catalogue that says where it comes from."""


def _count(bases: Iterable[str]) -> dict[str, int]:
    told = ["published" if basis in RULES_OF_OTHERS else str(basis) for basis in bases]
    return {basis: told.count(basis) for basis in BASIS if basis in told}


def groups(screen: Screen) -> list[Group]:
    """Every part of the catalogue, the drills and the street network, with its basis counted."""
    center = screen.center
    counted = [
        Group(name=screen.say(part.name), file=part.file, page=part.page, by_basis=_count(part.bases(center.catalogue))) for part in PARTS
    ]
    drills = Group(name=screen.say(N_("Drills")), file="drills/", page="", by_basis=_count(scenario_bases(center.catalogue_dir)))
    return [*counted, drills, *([] if is_imported(center.roads_file) else [_shipped_streets(screen)])]


def _shipped_streets(screen: Screen) -> Group:
    return Group(name=screen.say(N_("Street network and map")), file="roads/demo.osm.pbf", page="", by_basis={"demo": 1})


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


def _edited_in(group: Group) -> list[Component]:
    return [html.Code(group.file), *([" ", html.A(group.page, href=group.page)] if group.page else [])]


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
    rows = [html.Tr([html.Td(group.name), html.Td(_basis_tags(group, screen)), html.Td(_edited_in(group))]) for group in groups(screen)]
    legend = [part for basis, text in BASIS.items() for part in (html.Dt(html.Span(basis, className="tag")), html.Dd(screen.say(text)))]
    where = screen.say(
        N_(
            "Files lie in command_center/catalogue; a change takes effect when the centre starts again. Where a page is named, a running "
            "centre keeps its own from its first start on, and the page is where it is changed."
        )
    )
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
