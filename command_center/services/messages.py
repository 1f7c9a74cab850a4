"""Telling crews: the in-app card always has the order; a unit with a message channel gets it there as well."""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Assignment, Incident, Unit
from command_center.words import translator
from command_center.words.names import catalogue_names
from command_center.words.phrases import LEVEL, listed

if TYPE_CHECKING:
    from apprise import Apprise

log = logging.getLogger(__name__)

CARD = "card"
"""The channel that needs no network service: the crew's page reads the board."""

IN_DRILL = "drill"
"""What stands as channel when a drill, or an exercise, keeps the message in the building."""


class ChannelFailed(Exception):
    """The message service did not take the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message on its way. channel : Apprise addresses, None when a crew's card is all there is.

    is_exercise : it is about something that is only exercised, and does not leave the building.
    """

    channel: str | None
    title: str
    body: str
    is_exercise: bool = False


def dispatch_notice(center: Center, assignment_id: int) -> Notice:
    """The order in words: what, where, how grave, where to load on the way, what the caller said."""
    with center.read() as session:
        assignment, unit, incident = _order(session, assignment_id)
        say = translator(center.language)
        kind = center.catalogue.incident_types[incident.type].name.in_(center.language)
        place = incident.place_en if center.language == "en" else incident.place_zh
        title = say("%(kind)s, level %(level)s (%(word)s)") % {
            "kind": kind,
            "level": incident.severity.value,
            "word": say(LEVEL[incident.severity]),
        }
        where = f"{place}\n{incident.lat:.5f},{incident.lon:.5f}"
        lines = (where, _loading(center, assignment), incident.note, say("Incident %(number)s") % {"number": incident.number})
        body = "\n".join(line for line in lines if line)
        return Notice(channel=unit.channel, title=title, body=body, is_exercise=incident.is_simulated)


def recall_notice(center: Center, assignment_id: int) -> Notice:
    with center.read() as session:
        _, unit, incident = _order(session, assignment_id)
        say = translator(center.language)
        body = say("Incident %(number)s") % {"number": incident.number}
        return Notice(channel=unit.channel, title=say("Recalled"), body=body, is_exercise=incident.is_simulated)


def _order(session: Session, assignment_id: int) -> tuple[Assignment, Unit, Incident]:
    assignment = session.get_one(Assignment, assignment_id)
    return assignment, session.get_one(Unit, assignment.unit_id), session.get_one(Incident, assignment.incident_id)


def _loading(center: Center, assignment: Assignment) -> str:
    """Where to load on the way, and what; "" for an order that goes straight."""
    if assignment.stop_depot is None:
        return ""
    names = catalogue_names(center.catalogue, center.language)
    loads = [f"{names.get(material, material)}×{quantity}" for material, quantity in sorted((assignment.stop_loads or {}).items())]
    facts = {"depot": names.get(assignment.stop_depot, assignment.stop_depot), "loads": listed(center.language, loads)}
    return translator(center.language)("First load at %(depot)s: %(loads)s") % facts


def services_of(channel: str | None) -> tuple[str, ...]:
    """The addresses in a channel: one, or several with blanks between them, in the order in which they are tried."""
    return () if channel is None else tuple(channel.split())


def is_usable_channel(channel: str) -> bool:
    """Whether these are addresses of message services that exist."""
    return bool(services_of(channel)) and all(_service().add(address) for address in services_of(channel))


def _service() -> "Apprise":
    """An empty Apprise. Its own log would hold the addresses, which are secrets."""
    from apprise import Apprise  # noqa: PLC0415 - large, and a centre without message services never needs it

    logging.getLogger("apprise").disabled = True
    return Apprise()


def deliver(center: Center, notice: Notice) -> str:
    """Hand a notice to the first of its services that takes it; returns its kind. The only way out of the building: a drill
    has none, and an exercise in service has none either.

    Raises ChannelFailed when all refuse or none can be reached; delivery is at least once.
    """
    if notice.channel is None:
        return CARD
    if center.is_drill or notice.is_exercise:
        return IN_DRILL
    refused = "the channel has no address"
    for address in services_of(notice.channel):
        kind, service = address.partition(":")[0], _service()
        if not service.add(address):
            refused = "the channel's address is not one that can be used"
        elif service.notify(title=notice.title, body=notice.body):
            return kind
        else:
            refused = f"{kind} did not take the message"
    raise ChannelFailed(refused)
