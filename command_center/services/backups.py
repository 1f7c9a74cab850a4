"""Backups: one file that holds a whole centre, taken while it runs, and put back where none runs.

The file is a gzipped tar: backup.json, the database and the vehicles' tracks as SQLite files (whatever engine they came from, so that a
backup also moves a centre from SQLite to PostgreSQL), the imported street network, and the photos. A catalogue of the street's own
(CENTER_CATALOGUE_DIR) stays with whoever edits it.
"""

import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from command_center.db import log
from command_center.db.copying import NothingToCopy, closing_engine, copy_database, fill_database
from command_center.db.engine import sqlite_file
from command_center.db.schema import migrate, newest_revision, revision_of
from command_center.db.tracks import TRACKS
from command_center.services.drill_worlds import ROADS, LiveCentre

MANIFEST = "backup.json"
DATABASE = "center.sqlite"
TRACKS_FILE = "tracks.sqlite"
PHOTOS = "photos"
FORMAT = 1


class BackupRefused(Exception):
    """The file is no backup of ours, is damaged, or would overwrite a centre; the text says which, and nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a backup says of itself. lines, head : length of the operations log and the hash of its last line."""

    format: int
    made_at: str
    revision: str
    lines: int
    head: str
    photos: int


def back_up(home: LiveCentre, file: Path, made_at: datetime) -> Backup:
    """Write a backup of a centre that may be running; `file` is there whole or not at all. Raises NothingToCopy, FileExistsError."""
    if file.exists():
        raise FileExistsError(17, "is there already", str(file))
    file.parent.mkdir(parents=True, exist_ok=True)
    with _workshop(file.parent) as folder:
        copy_database(home.database_url, folder / DATABASE)
        copy_database(home.tracks_url, folder / TRACKS_FILE, TRACKS)
        photos = sorted(path for path in (home.data_dir / PHOTOS).glob("*") if path.is_file())
        verdict = _checked(folder / DATABASE)
        backup = Backup(
            format=FORMAT,
            made_at=made_at.isoformat(),
            revision=revision_of(f"sqlite:///{folder / DATABASE}") or "",
            lines=verdict.lines,
            head=verdict.head_hash,
            photos=len(photos),
        )
        (folder / MANIFEST).write_text(json.dumps(asdict(backup), indent=2), "utf-8")
        packed = folder / "packed"
        with tarfile.open(packed, "w:gz", compresslevel=6) as tar:
            for name in (MANIFEST, DATABASE, TRACKS_FILE):
                tar.add(folder / name, name)
            for path in (home.data_dir / name for name in ROADS):
                if path.is_file():
                    tar.add(path, path.name)
            for path in photos:
                tar.add(path, f"{PHOTOS}/{path.name}")
        packed.chmod(0o600)
        packed.rename(file)
    return backup


def restore(home: LiveCentre, file: Path, *, aside: Path | None) -> Backup:
    """Put a backup back; the caller sees to it that nothing runs on this data folder.

    aside : where the centre that is there now goes, a folder that does not exist; None refuses to replace one. A centre on a server's
    database is only ever put into an empty one. Everything is unpacked and its log checked before anything is touched.
    Raises BackupRefused.
    """
    home.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _workshop(home.data_dir) as folder:
        backup = _unpacked(file, folder)
        own = home.database_url.startswith("sqlite")
        present = [path for path in _files(home) if path.exists()]
        if own and present and aside is None:
            raise BackupRefused(f"{home.data_dir} holds a centre already; --replace puts it aside first")
        if not own:
            _put_on_server(home, folder)
        _move(present, aside)
        for name in (*ROADS, PHOTOS):
            if (folder / name).exists():
                (folder / name).rename(home.data_dir / name)
        for name, url in ((DATABASE, home.database_url), (TRACKS_FILE, home.tracks_url)):
            if url.startswith("sqlite"):
                sqlite_file(url).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(folder / name, sqlite_file(url))
    return backup


@contextmanager
def _workshop(beside: Path) -> Iterator[Path]:
    """A private folder on the same disk, so that what is finished there is moved in one step."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=beside) as name:
        yield Path(name)


def _files(home: LiveCentre) -> list[Path]:
    """Everything of a centre that a backup would take the place of."""
    files = [home.data_dir / name for name in (*ROADS, PHOTOS)]
    for url in (home.database_url, home.tracks_url):
        if url.startswith("sqlite"):
            files += [sqlite_file(url).with_name(sqlite_file(url).name + end) for end in ("", "-wal", "-shm")]
    return files


def _move(present: list[Path], aside: Path | None) -> None:
    if present and aside is not None:
        aside.mkdir(parents=True, mode=0o700)
        for path in present:
            shutil.move(path, aside / path.name)


def _unpacked(file: Path, folder: Path) -> Backup:
    try:
        with tarfile.open(file, "r:gz") as tar:
            tar.extractall(folder, filter="data")
        backup = Backup(**json.loads((folder / MANIFEST).read_text("utf-8")))
    except (tarfile.TarError, EOFError, OSError, ValueError, TypeError) as problem:
        raise BackupRefused(f"{file} is no backup of a centre, or is damaged: {problem}") from None
    if backup.format != FORMAT:
        raise BackupRefused(f"{file} was made by a newer version of the centre")
    try:
        migrate(f"sqlite:///{folder / DATABASE}")
    except Exception as problem:  # noqa: BLE001 - Alembic has no error of its own for a revision it does not know
        raise BackupRefused(
            f"{file} has a database this version cannot bring up to date ({backup.revision} to {newest_revision()}): {problem}"
        ) from None
    verdict = _checked(folder / DATABASE)
    if (verdict.lines, verdict.head_hash) != (backup.lines, backup.head):
        raise BackupRefused(f"{file} holds another log than it says: {verdict.lines} lines, not {backup.lines}")
    return backup


def _checked(database: Path) -> log.LogVerdict:
    """Raises BackupRefused when the log's chain is broken."""
    with closing_engine(database) as engine, Session(engine) as session:
        verdict = log.verify(session)
    if verdict.broken_at is not None:
        raise BackupRefused(f"the log is broken at line {verdict.broken_at}: it was changed, removed or put in")
    return verdict


def _put_on_server(home: LiveCentre, folder: Path) -> None:
    migrate(home.database_url)
    try:
        fill_database(folder / DATABASE, home.database_url)
        if not home.tracks_url.startswith("sqlite"):
            fill_database(folder / TRACKS_FILE, home.tracks_url, TRACKS)
    except NothingToCopy as problem:
        raise BackupRefused(str(problem)) from None
