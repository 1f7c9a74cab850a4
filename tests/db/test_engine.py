"""Connections: those of a centre that ends are closed, whoever still holds one."""

import sqlite3

import psycopg
import pytest
from sqlalchemy import text

from command_center.db.engine import close_engine, make_engine


def test_a_connection_that_comes_back_after_the_end_is_closed(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as held:
        driver = held.connection.driver_connection
        assert driver is not None
        close_engine(engine)

        assert held.execute(text("SELECT 1")).scalar() == 1

    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
        driver.execute("SELECT 1")
