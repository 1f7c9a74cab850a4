"""The schema: made by migrations only, the same on both engines."""

import pytest
from alembic import command
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.schema import alembic_config, drop_everything, migrate
from command_center.db.tables import Assignment, Incident, Unit
from command_center.domain.rights import Actor
from command_center.domain.status import AssignmentStatus
from tests.builders import given


def test_the_migrations_make_exactly_the_tables(database_url: str) -> None:
    command.check(alembic_config(database_url))


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    migrate(database_url)


def test_everything_can_be_taken_down_and_built_again(database_url: str, center: Center) -> None:
    drop_everything(database_url)
    left = set(inspect(center.engine).get_table_names())
    migrate(database_url)

    assert left == {"alembic_version"}


def test_the_database_itself_refuses_a_second_active_assignment_of_a_unit(center: Center) -> None:
    unit, first, second = given(center, Unit), given(center, Incident), given(center, Incident)
    given(center, Assignment, unit_id=unit.id, incident_id=first.id)

    with pytest.raises(IntegrityError, match=r"uq_assignment_one_active_per_unit|assignment\.unit_id"):
        given(center, Assignment, unit_id=unit.id, incident_id=second.id)


def test_a_unit_may_have_any_number_of_ended_assignments(center: Center) -> None:
    unit, incident = given(center, Unit), given(center, Incident)

    ended = [
        given(center, Assignment, unit_id=unit.id, incident_id=incident.id, status=AssignmentStatus.CLEARED, ended_at=center.now())
        for _ in range(2)
    ]

    assert ended[0].id != ended[1].id


def test_a_moment_without_zone_is_refused(center: Center) -> None:
    naive = center.now().replace(tzinfo=None)

    with pytest.raises(Exception, match="without a time zone"):
        given(center, Incident, reported_at=naive)


def test_a_change_of_the_board_without_an_event_is_a_bug_that_shows(center: Center, officer: Actor) -> None:
    def change_in_silence() -> None:
        with center.work(officer) as work:
            work.get(Unit, "patrol-01").crew = ["somebody"]

    with pytest.raises(RuntimeError, match="without a recorded event"):
        change_in_silence()
    with Session(center.engine) as session:
        assert session.get_one(Unit, "patrol-01").crew == []
