"""What the page of people draws: the directory, one entry, the cadres, who answers for what, the audiences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dash.development.base_component import Component

from command_center.services import channels
from command_center.services import people as directory
from command_center.services.channels import AudienceView, CadreEntry
from command_center.services.people import DirectoryEntry
from command_center.services.responsibilities import ResponsibilityCheck
from command_center.ui import people_responsible, people_view
from command_center.ui.console_parts import signed_in
from command_center.ui.desk_page import At, DeskPage, Look, Part, demonstration, unseen
from command_center.ui.people_orders import ACTS
from command_center.ui.shell import Desk, Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Everything a part is drawn from."""

    screen: Screen
    at: At
    people: Sequence[DirectoryEntry]
    cadres: Sequence[CadreEntry]
    audiences: Sequence[AudienceView]
    answering: ResponsibilityCheck

    @property
    def chosen(self) -> str | None:
        return self.at.get("person")

    @property
    def entry(self) -> DirectoryEntry | None:
        return next((it for it in self.people if it.id == self.chosen), None)

    @property
    def edits(self) -> bool:
        return self.entry is not None or self.chosen == people_view.NEW


def _title(sight: Sight) -> list[Component]:
    return people_view.entry_title(sight.entry, sight.screen) if sight.edits else []


def _fields(sight: Sight) -> list[Component]:
    return people_view.entry_fields(sight.entry, sight.at.get("token") or "", sight.screen) if sight.edits else []


def _fields_mark(sight: Sight) -> str:
    return f"{sight.edits} {sight.at.get('token')} {sight.screen.lang}"


PARTS: Mapping[str, Part[Sight]] = {
    "people-demo": (lambda sight: demonstration(sight.screen), None),
    "people-unseen": (lambda sight: unseen(sight.screen), None),
    "people-directory": (lambda sight: people_view.directory(sight.people, sight.chosen, sight.screen), None),
    "people-entry-title": (_title, None),
    "people-fields": (_fields, _fields_mark),
    "people-cadres": (lambda sight: people_view.cadres(sight.cadres, sight.screen), None),
    "people-responsible": (lambda sight: people_responsible.overview(sight.answering, sight.screen), None),
    "people-audiences": (lambda sight: people_view.audiences(sight.audiences, sight.screen), None),
}


def see(desk: Desk, screen: Screen, look: Look) -> Sight:
    """Fetch what the parts need."""
    actor = signed_in(desk)
    found = directory.people(desk.center)
    known = channels.known_channels(desk.center, actor)
    return Sight(
        screen=screen,
        at=look.at,
        people=[replace(it, has_channel=("person", it.id) in known) for it in found],
        cadres=channels.cadres(desk.center, actor),
        audiences=channels.audience_views(desk.center, actor),
        answering=people_responsible.check(desk),
    )


DESK_PAGE: DeskPage[Sight] = DeskPage(
    name="people", path=people_view.PATH, see=see, parts=PARTS, acts={**ACTS, **people_responsible.ACTS}, formed_by=("person",)
)
