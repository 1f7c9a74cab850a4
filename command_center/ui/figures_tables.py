"""Plans that were activated and stock that was used in a time, as tables; each says so when there was none."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from command_center.domain.period_figures import WatchFigures
from command_center.ui.desk_parts import section
from command_center.ui.shell import Screen
from command_center.ui.widgets import severity
from command_center.words import N_
from command_center.words.names import catalogue_names


def tables(figures: WatchFigures, screen: Screen) -> list[Component]:
    return [_plans(figures, screen), _stock(figures, screen)]


def _plans(figures: WatchFigures, screen: Screen) -> Component:
    names = catalogue_names(screen.center.catalogue, screen.lang)
    rows = [
        html.Tr(
            [
                html.Th(names.get(it.plan, it.plan), scope="row"),
                _number(it.activations),
                html.Td(severity(it.gravest.value, screen), className="number"),
            ],
            **{"data-plan-used": it.plan},
        )
        for it in figures.plans
    ]
    heads = (N_("Plan"), N_("Activations"), N_("Gravest level"))
    return _table(N_("Plan activations"), heads, rows, N_("No plan was put into force in this time."), screen)


def _stock(figures: WatchFigures, screen: Screen) -> Component:
    """What left the depots, the most first; gone is what did not come back."""
    catalogue = screen.center.catalogue
    names = catalogue_names(catalogue, screen.lang)
    rows = []
    for it in figures.stock:
        unit = screen.read(catalogue.materials[it.material].unit) if it.material in catalogue.materials else ""
        name = f"{names.get(it.material, it.material)} ({unit})" if unit else names.get(it.material, it.material)
        counts = (it.issued, it.returned, it.consumed, it.written_off, it.gone)
        rows.append(html.Tr([html.Th(name, scope="row"), *(_number(n) for n in counts)], **{"data-material-used": it.material}))
    heads = (N_("Material name"), N_("Issued"), N_("Taken back"), N_("Used up"), N_("Written off"), N_("Gone"))
    return _table(N_("Stock used"), heads, rows, N_("No stock left a depot in this time."), screen)


def _number(count: int) -> html.Td:
    return html.Td(f"{count:,}", className="number")


def _table(title: str, heads: Sequence[str], rows: Sequence[Component], nothing: str, screen: Screen) -> Component:
    if not rows:
        return section(screen.say(title), html.P(screen.say(nothing), className="muted"))
    head = html.Tr([html.Th(screen.say(it), scope="col") for it in heads])
    table = html.Table([html.Thead(head), html.Tbody(list(rows))], className="listing")
    return section(screen.say(title), html.Div(table, className="wide"), note=str(len(rows)))
