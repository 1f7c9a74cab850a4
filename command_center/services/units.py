"""A unit's own affairs: fit for duty or not, who is aboard, how its crew is reached."""

from datetime import date

from command_center.center import Center
from command_center.db.tables import Unit
from command_center.domain import events
from command_center.domain.errors import Invalid, NotPermitted, UnknownUnit
from command_center.domain.rights import Actor, Right
from command_center.domain.status import UNIT_CHART, UnitStatus, advance
from command_center.services.dispatching import check_free
from command_center.services.messages import is_usable_channel

LONGEST_FAULT = 200

_SET_BY_HAND = frozenset({UnitStatus.AVAILABLE, UnitStatus.CHARGING, UnitStatus.OUT_OF_SERVICE})


def set_unit_status(center: Center, unit_id: str, to: UnitStatus, actor: Actor, reason: str = "") -> None:
    """Set a unit that has no order to available, charging or out of service; a crew may do so for its own unit.

    reason : what is wrong with it; kept as its fault while it is out of service.
    Raises UnknownUnit, NotPermitted, Invalid, IllegalStep (a unit on an incident is cleared or recalled, not set).
    """
    if to not in _SET_BY_HAND:
        raise Invalid(field="status", value=to.value)
    if len(reason) > LONGEST_FAULT:
        raise Invalid(field="reason", value=reason[:40])
    if not actor.may(Right.SET_UNIT_STATUS) and (actor.unit_id != unit_id or not actor.may(Right.REPORT_OWN_STATUS)):
        raise NotPermitted(role=actor.role.value, right=Right.SET_UNIT_STATUS.value)
    with center.work(actor) as work:
        unit = work.get(Unit, unit_id, UnknownUnit(unit=unit_id))
        if unit.assignment_id is not None:
            check_free(work, unit)
        before = unit.status
        unit.status = advance(UNIT_CHART, unit.status, to, subject=unit.id)
        unit.fault = reason.strip() if to is UnitStatus.OUT_OF_SERVICE else ""
        work.record(events.UnitStatusSet(unit_id=unit.id, before=before.value, after=to.value, reason=reason))


def set_unit_crew(center: Center, unit_id: str, crew: list[str], actor: Actor) -> None:
    """Say who is aboard; names as they are spoken on the radio. Raises UnknownUnit, Invalid (more people than seats)."""
    actor.require(Right.SET_UNIT_STATUS)
    names = [name.strip() for name in crew if name.strip()]
    with center.work(actor) as work:
        unit = work.get(Unit, unit_id, UnknownUnit(unit=unit_id))
        if len(names) > unit.seats or any(len(name) > 40 for name in names):
            raise Invalid(field="crew", value="、".join(names)[:80])
        unit.crew = names
        work.record(events.UnitCrewSet(unit_id=unit.id, crew=names))


def plan_service(center: Center, unit_id: str, due_on: date | None, actor: Actor) -> None:
    """Say on which day a unit's maintenance is due; None when none is planned. Raises UnknownUnit."""
    actor.require(Right.SET_UNIT_STATUS)
    with center.work(actor) as work:
        unit = work.get(Unit, unit_id, UnknownUnit(unit=unit_id))
        unit.service_due_on = due_on
        work.record(events.UnitServicePlanned(unit_id=unit.id, due_on="" if due_on is None else due_on.isoformat()))


def set_unit_channel(center: Center, unit_id: str, channel: str | None, actor: Actor) -> None:
    """Give a unit a message service (an Apprise address) beside its in-app card, or take it away with None.

    The address holds secrets: the log says that it was set, not what it is. Raises UnknownUnit, Invalid.
    """
    actor.require(Right.SET_UNIT_STATUS)
    if channel is not None and not is_usable_channel(channel):
        raise Invalid(field="channel", value=channel.partition(":")[0])
    with center.work(actor) as work:
        unit = work.get(Unit, unit_id, UnknownUnit(unit=unit_id))
        unit.channel = channel
        work.record(events.UnitChannelSet(unit_id=unit.id, service=None if channel is None else channel.partition(":")[0]))
