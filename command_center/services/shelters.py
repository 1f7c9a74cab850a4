"""Shelters that take people in: opened for a plan or by hand, counted, closed when nobody is left.

Locks: whoever opens takes turns with the others; then openings in order of id.
"""

from collections.abc import Sequence

from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import Activation, Incident, ShelterOpening
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.activations import RUNNING
from command_center.domain.catalogue import Shelter
from command_center.domain.errors import (
    Invalid,
    PeopleInShelters,
    PlanNotRunning,
    ShelterClosed,
    ShelterFull,
    ShelterIsOpen,
    Unknown,
    UnknownActivation,
)
from command_center.domain.geo import Point
from command_center.domain.plan_book import Plan
from command_center.domain.rights import Actor, Right
from command_center.domain.shelters import to_open

LONGEST_REASON = 300


def open_shelter(center: Center, shelter_id: str, actor: Actor, *, activation_id: int | None = None) -> int:
    """Let people in; returns the opening's id. activation_id : the running plan it is opened for, if any.

    Raises Unknown, UnknownActivation, PlanNotRunning, ShelterIsOpen with who opened it.
    """
    actor.require(Right.RUN_PLANS)
    shelter = center.catalogue.shelters.get(shelter_id)
    if shelter is None:
        raise Unknown(kind="shelter", id=shelter_id)
    with center.work(actor) as work:
        if activation_id is not None:
            activation = work.get(Activation, activation_id, UnknownActivation(activation=activation_id))
            if activation.status not in RUNNING:
                raise PlanNotRunning(plan=activation.plan_id, status=activation.status.value)
        work.take_turns("shelters")
        held = work.session.scalar(
            select(ShelterOpening).where(ShelterOpening.shelter_id == shelter_id, ShelterOpening.closed_at.is_(None))
        )
        if held is not None:
            raise ShelterIsOpen(shelter=shelter.name.in_(center.language), by=held.opened_by)
        return _open(work, shelter, activation_id).id


def count_shelter(center: Center, opening_id: int, actor: Actor, *, occupied: int, special_needs: int = 0, reason: str = "") -> None:
    """Say how many people are there, and how many of them have special needs. The same count twice changes nothing.

    Raises Unknown, ShelterClosed, ShelterFull (more people than places need a reason), Invalid (numbers that cannot be).
    """
    actor.require(Right.RUN_PLANS)
    why = _short(reason)
    if occupied < 0 or not 0 <= special_needs <= occupied:
        raise Invalid(field="special_needs" if occupied >= 0 else "occupied", value=special_needs if occupied >= 0 else occupied)
    with center.work(actor) as work:
        opening = _open_one(work, opening_id)
        if occupied > opening.capacity and not why:
            raise ShelterFull(shelter=opening.name_zh, capacity=opening.capacity, occupied=occupied)
        opening.occupied, opening.special_needs = occupied, special_needs
        opening.most_occupied = max(opening.most_occupied, occupied)
        opening.over_reason = why if occupied > opening.capacity else ""
        opening.counted_at, opening.counted_by = work.now, actor.name
        work.record(
            events.ShelterCounted(
                opening_id=opening.id,
                shelter_id=opening.shelter_id,
                shelter=opening.name_zh,
                activation_id=opening.activation_id,
                occupied=occupied,
                special_needs=special_needs,
                reason=why,
            )
        )


def close_shelter(center: Center, opening_id: int, actor: Actor, reason: str = "") -> None:
    """Close it; the people have gone. Raises Unknown, ShelterClosed, PeopleInShelters."""
    actor.require(Right.RUN_PLANS)
    why = _short(reason)
    with center.work(actor) as work:
        opening = _open_one(work, opening_id)
        if opening.occupied:
            raise PeopleInShelters(shelters=[opening.name_zh], people=opening.occupied)
        _shut(work, opening, why)


def openings_of(center: Center, activation_id: int) -> list[ShelterOpening]:
    """Every shelter that was opened for a plan, closed ones too."""
    with center.read() as session:
        query = select(ShelterOpening).where(ShelterOpening.activation_id == activation_id).order_by(ShelterOpening.id)
        return list(session.scalars(query))


def open_now(center: Center) -> dict[str, ShelterOpening]:
    """Shelter id -> its present opening."""
    with center.read() as session:
        return {it.shelter_id: it for it in session.scalars(select(ShelterOpening).where(ShelterOpening.closed_at.is_(None)))}


def _short(reason: str) -> str:
    why = reason.strip()
    if len(why) > LONGEST_REASON:
        raise Invalid(field="reason", value=f"{len(why)} > {LONGEST_REASON}")
    return why


def _open_one(work: Work, opening_id: int) -> ShelterOpening:
    opening = work.get(ShelterOpening, opening_id, Unknown(kind="open shelter", id=str(opening_id)))
    if opening.closed_at is not None:
        raise ShelterClosed(shelter=opening.name_zh, by=opening.closed_by)
    return opening


def _open(work: Work, shelter: Shelter, activation_id: int | None) -> ShelterOpening:
    opening = work.add(
        ShelterOpening(
            shelter_id=shelter.id,
            activation_id=activation_id,
            name_zh=shelter.name.zh,
            name_en=shelter.name.en,
            shelter_kind=shelter.shelter_kind,
            capacity=shelter.capacity,
            occupied=0,
            special_needs=0,
            most_occupied=0,
            over_reason="",
            opened_at=work.now,
            opened_by=work.actor.name,
            close_reason="",
        )
    )
    work.record(
        events.ShelterOpened(
            opening_id=opening.id,
            shelter_id=shelter.id,
            shelter=shelter.name.zh,
            activation_id=activation_id,
            capacity=shelter.capacity,
        )
    )
    return opening


def _shut(work: Work, opening: ShelterOpening, reason: str) -> None:
    opening.closed_at, opening.closed_by, opening.close_reason = work.now, work.actor.name, reason
    work.record(
        events.ShelterShut(
            opening_id=opening.id,
            shelter_id=opening.shelter_id,
            shelter=opening.name_zh,
            activation_id=opening.activation_id,
            reason=reason,
        )
    )


# ---- what a plan does ----------------------------------------------------------------------------------------------------------


def open_for_plan(center: Center, work: Work, activation: Activation, plan: Plan) -> tuple[int, int]:
    """Open shelters of the plan's kinds until the places its level wants are there; returns places there and places wanted.

    Nearest to the incident first, if there is one, but none nearer than the plan keeps away. A level that names no number wants one
    shelter, or its step would not ask for it.
    A shelter that another plan has opened is left to that plan.
    """
    wanted = plan.shelters.plan_places.get(activation.level, 1)
    work.take_turns("shelters")
    open_ones = work.session.scalars(select(ShelterOpening).where(ShelterOpening.closed_at.is_(None))).all()
    there = sum(it.capacity for it in open_ones if it.activation_id == activation.id)
    taken = {it.shelter_id for it in open_ones}
    free = [shelter for shelter in center.catalogue.shelters.values() if shelter.id not in taken]
    rules, scene = plan.shelters, _scene(work, activation)
    chosen = to_open(free, rules.kinds, places=wanted - there, near=scene, keep_away_m=rules.keep_away_m)
    for shelter in chosen:
        _open(work, shelter, activation.id)
    return there + sum(shelter.capacity for shelter in chosen), wanted


def _scene(work: Work, activation: Activation) -> Point | None:
    if activation.incident_id is None:
        return None
    incident = work.session.get_one(Incident, activation.incident_id)
    return Point(incident.lat, incident.lon)


def close_for_plan(work: Work, activation: Activation, *, rolled_back: bool) -> None:
    """The plan is over: its empty shelters are closed. After a roll-back one with people in it stays open, and the log says so.

    Raises PeopleInShelters when a plan ends as planned and people are still there; nobody is put on the street by a button.
    """
    openings = _openings(work, activation.id)
    full = [it for it in openings if it.occupied]
    if full and not rolled_back:
        raise PeopleInShelters(shelters=[it.name_zh for it in full], people=sum(it.occupied for it in full))
    for opening in openings:
        if not opening.occupied:
            _shut(work, opening, "")
    for opening in full:
        work.record(
            events.ShelterKeptOpen(
                opening_id=opening.id,
                shelter_id=opening.shelter_id,
                shelter=opening.name_zh,
                activation_id=activation.id,
                occupied=opening.occupied,
            )
        )


def _openings(work: Work, activation_id: int) -> Sequence[ShelterOpening]:
    """A plan's open shelters, locked: nobody is counted in between looking and closing."""
    query = select(ShelterOpening).where(ShelterOpening.activation_id == activation_id, ShelterOpening.closed_at.is_(None))
    return work.session.scalars(query.order_by(ShelterOpening.id).with_for_update(), execution_options={"populate_existing": True}).all()
