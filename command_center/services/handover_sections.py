"""The sections of a handover report as the street's template lists them, each drawn by the module that knows its rows."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from command_center.domain.handover import FORMS, NOTHING, Cell, Line, Section
from command_center.domain.text import Text
from command_center.domain.vocabulary import HandoverSection
from command_center.services import handover_duties, handover_resources, handover_situation
from command_center.services.handover_drawing import Drawing, Lines, both
from command_center.services.handover_facts import MOST_LINES
from command_center.words import N_

MORE_STOCK = N_("%(count)s more stocks are below minimum: see the list of depots.")
MORE_LINES = N_("Only the newest %(count)s are printed.")
NO_GOVERNANCE = N_("Residents' reports are kept by the governance platform: write its figures here.")

Draw = Callable[[Drawing], Lines]


def _form(key: str) -> Draw:
    """A form that people fill, or whose figures nobody keeps here."""

    def draw(_it: Drawing) -> Lines:
        yield Line(key=key, cells={})

    return draw


def _empty(_it: Drawing) -> Lines:
    yield from ()


_SECTIONS: Mapping[str, Draw] = {
    "header": handover_situation.header,
    "situation": handover_situation.situation,
    "warnings": handover_situation.warnings,
    "activations": handover_situation.activations,
    "incidents": handover_situation.incidents,
    "closed": handover_situation.closed,
    "reports": _form("reports"),
    "units": handover_resources.units,
    "stations": handover_resources.stations,
    "stock": handover_resources.stock,
    "closures": handover_resources.closures,
    "people": handover_resources.people,
    "clocks": handover_duties.clocks,
    "todo": handover_duties.todo,
    "equipment": _form("equipment"),
    "remarks": _form("remarks"),
    "signatures": _form("signatures"),
}
"""How the sections of the catalogue's template are drawn; one that is not here, a street's own, is left to the officers."""


def drawn(it: Drawing, section: HandoverSection) -> Section:
    """One section with its lines, before any officer's edit; every field of it has a cell."""
    names = {name: it.center.catalogue.handover.field_names[name] for name in section.fields}
    lines = (
        Line(key=line.key, cells={name: _led(line.cells.get(name, NOTHING), line) for name in names})
        for line in _SECTIONS.get(section.key, _empty)(it)
    )
    return Section(
        key=section.key,
        source=section.source,
        title=section.title,
        is_form=section.key in FORMS,
        fields=names,
        lines=tuple(lines),
        note=_note(it, section.key),
    )


def _led(cell: Cell, line: Line) -> Cell:
    """A cell with the way to its rows: its own, else that of the line it stands in."""
    if cell is NOTHING or cell.link is not None:
        return cell
    return replace(cell, link=next((it.link for it in line.cells.values() if it.link is not None), None))


def _note(it: Drawing, key: str) -> Text | None:
    """What a reader has to know about a section as a whole."""
    low = sum(held.lacks > 0 for held in it.facts.stock)
    told = sum(held.lacks > 0 for held in handover_resources.stock_shown(it.facts))
    match key:
        case "reports":
            return both(NO_GOVERNANCE)
        case "closed" if len(it.facts.closed) > MOST_LINES:
            return both(MORE_LINES, count=MOST_LINES)
        case "stock" if low > told:
            return both(MORE_STOCK, count=low - told)
        case _:
            return None
