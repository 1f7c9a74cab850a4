"""Preparing a centre: the street's numbers reach the database, and a second start changes nothing that people did."""

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Area, Base, Cadre, Community, Depot, Material, Place, Station, Stock, Unit
from command_center.domain.catalogue import Catalogue
from command_center.domain.rights import Actor
from command_center.domain.status import UnitStatus
from command_center.services import history, seeding, units


def count(center: Center, table: type[Base]) -> int:
    with center.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_numbers_of_the_street_are_in_the_database(center: Center) -> None:
    counts = {table.__tablename__: count(center, table) for table in (Area, Station, Community, Depot, Material, Unit, Cadre)}
    with center.read() as session:
        kinds = {kind: number for kind, number in session.execute(select(Place.kind, func.count()).group_by(Place.kind))}  # noqa: C416 - rows are no pairs to mypy
        items = session.scalar(select(func.sum(Stock.on_hand)))

    assert counts == {"area": 4, "station": 4, "community": 10, "depot": 56, "material": 68, "unit": 16, "cadre": 156}
    assert (kinds["compound"], kinds["business_building"], kinds["shop"]) == (96, 19, 1750)
    assert items == 15_376


def test_a_second_start_writes_nothing(center: Center) -> None:
    before = history.verify_log(center).lines

    assert not seeding.seed_street(center)
    assert history.verify_log(center).lines == before


def test_a_changed_catalogue_keeps_what_units_do_and_what_depots_hold(center: Center, officer: Actor) -> None:
    units.set_unit_status(center, "patrol-01", UnitStatus.CHARGING, officer)
    with Session(center.engine) as session, session.begin():
        stock = session.scalars(select(Stock).order_by(Stock.depot_code, Stock.material_code).limit(1)).one()
        stock.on_hand += 5
        counted = (stock.depot_code, stock.material_code, stock.on_hand)
        session.get_one(Unit, "patrol-01").call_sign_zh = "旧名"

    center.catalogue = _renamed(center)
    assert seeding.seed_street(center)

    with center.read() as session:
        unit = session.get_one(Unit, "patrol-01")
        assert (unit.status, unit.call_sign_zh) == (UnitStatus.CHARGING, "巡01")
        assert session.get_one(Stock, counted[:2]).on_hand == counted[2]


def _renamed(center: Center) -> Catalogue:
    street = center.catalogue.street
    return replace(center.catalogue, street=replace(street, code=street.code + "x"))
