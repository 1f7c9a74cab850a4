"""Backups: what is put back is the same centre, on either engine, and nothing that is no backup touches anything."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from command_center.center import Center
from command_center.db.schema import drop_everything
from command_center.db.tables import LogEntry
from command_center.db.tracks import Tracks
from command_center.domain.board import Row
from command_center.domain.geo import Point
from command_center.domain.positions import Fix
from command_center.domain.rights import Actor
from command_center.services import backups
from command_center.services import open_center as open_it
from command_center.services.drill_worlds import LiveCentre
from command_center.services.live import read_snapshot
from tests.builders import take_test_call
from tests.conftest import Clock, Databases

MADE_AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def home(center: Center, database_url: str, tmp_path: Path) -> LiveCentre:
    """A centre in use: a log, a position, a photo."""
    center.photos_dir.mkdir(exist_ok=True)
    (center.photos_dir / "a.jpg").write_bytes(b"a photo")
    center.tracks.store([Fix(unit_id="patrol-01", at=MADE_AT, point=Point(36.7, 119.1))])
    return LiveCentre(data_dir=tmp_path, database_url=database_url, tracks_url=f"sqlite:///{tmp_path / 'tracks.sqlite'}")


@pytest.fixture
def empty(engine: str, databases_of: Callable[[str], Databases], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveCentre]:
    """A new data folder, with a database of the same engine that holds nothing."""
    folder = tmp_path_factory.mktemp("new")
    if engine == "sqlite":
        yield LiveCentre(
            data_dir=folder, database_url=f"sqlite:///{folder / 'center.sqlite'}", tracks_url=f"sqlite:///{folder / 'tracks.sqlite'}"
        )
        return
    databases = databases_of(engine)
    url = databases.create()
    drop_everything(url)
    yield LiveCentre(data_dir=folder, database_url=url, tracks_url=url)
    databases.drop(url)


@pytest.fixture
def opened(redis_url: str, clock: Clock) -> Iterator[Callable[[LiveCentre], Center]]:
    """Opens the centre of a data folder."""
    centers: list[Center] = []

    def open_one(home: LiveCentre) -> Center:
        centers.append(
            open_it(database_url=home.database_url, redis_url=redis_url, tracks_url=home.tracks_url, data_dir=home.data_dir, now=clock.now)
        )
        return centers[-1]

    yield open_one
    for one in centers:
        one.close()


def board_of(center: Center) -> list[Row]:
    return sorted(read_snapshot(center).rows, key=lambda row: (row["kind"], str(row["id"])))


def lines_of(center: Center) -> int:
    with center.read() as session:
        return session.scalar(select(func.count()).select_from(LogEntry)) or 0


def test_what_is_put_back_is_the_same_centre_and_goes_on(
    center: Center, home: LiveCentre, empty: LiveCentre, opened: Callable[[LiveCentre], Center], officer: Actor, tmp_path: Path
) -> None:
    take_test_call(center, officer)

    made = backups.back_up(home, tmp_path / "b" / "one.tar.gz", MADE_AT)
    lines = lines_of(center)
    take_test_call(center, officer)
    put_back = backups.restore(empty, tmp_path / "b" / "one.tar.gz", aside=None)

    again = opened(empty)
    assert put_back == made
    assert made.lines == lines_of(again) == lines
    assert (empty.data_dir / "photos" / "a.jpg").read_bytes() == b"a photo"
    assert again.tracks.latest()["patrol-01"].point == Point(36.7, 119.1)
    take_test_call(again, officer)
    assert board_of(again) == board_of(center)


def test_a_centre_that_is_there_is_replaced_only_when_told_and_is_kept_aside(
    center: Center, home: LiveCentre, officer: Actor, tmp_path: Path, engine: str
) -> None:
    file = tmp_path / "one.tar.gz"
    backups.back_up(home, file, MADE_AT)
    take_test_call(center, officer)
    lines = lines_of(center)
    center.close()

    with pytest.raises(backups.BackupRefused, match="already"):
        backups.restore(home, file, aside=None)
    assert lines_of(center) == lines
    center.close()

    if engine == "sqlite":
        backups.restore(home, file, aside=tmp_path / "aside")
        assert lines_of(center) < lines
        assert (tmp_path / "aside" / "photos" / "a.jpg").exists()
        assert any(path.name == home.database_url.rpartition("/")[2] for path in (tmp_path / "aside").iterdir())
        center.close()


def _rewritten(source: Path, target: Path, name: str, content: bytes) -> Path:
    """A copy of a backup with one of its files exchanged."""
    with tarfile.open(source) as read, tarfile.open(target, "w:gz") as write:
        for member in read.getmembers():
            body = read.extractfile(member)
            assert body is not None
            data = content if member.name == name else body.read()
            info = tarfile.TarInfo(member.name)
            info.size = len(data)
            write.addfile(info, io.BytesIO(data))
    return target


@pytest.mark.parametrize("harm", ["cut", "other", "empty", "manifest", "database", "newer"])
def test_a_damaged_or_foreign_file_is_refused_and_nothing_is_written(
    home: LiveCentre, empty: LiveCentre, tmp_path: Path, harm: str
) -> None:
    file, bad = tmp_path / "one.tar.gz", tmp_path / "bad.tar.gz"
    made = backups.back_up(home, file, MADE_AT)
    manifest = asdict(made)
    match harm:
        case "cut":
            bad.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        case "other":
            bad.write_bytes(b"PK\x03\x04 this is a letter")
        case "empty":
            bad.write_bytes(b"")
        case "manifest":
            _rewritten(file, bad, "backup.json", json.dumps(manifest | {"lines": made.lines + 1}).encode())
        case "database":
            _rewritten(file, bad, "center.sqlite", b"no database")
        case "newer":
            _rewritten(file, bad, "backup.json", json.dumps(manifest | {"format": 2}).encode())

    with pytest.raises(backups.BackupRefused):
        backups.restore(empty, bad, aside=None)

    assert list(empty.data_dir.iterdir()) == []


def test_a_file_that_reaches_out_of_its_folder_is_refused(empty: LiveCentre, tmp_path: Path) -> None:
    bad = tmp_path / "bad.tar.gz"
    with tarfile.open(bad, "w:gz") as tar:
        info = tarfile.TarInfo("../../escaped")
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))

    with pytest.raises(backups.BackupRefused):
        backups.restore(empty, bad, aside=None)

    assert not (empty.data_dir.parent / "escaped").exists()


def test_a_backup_is_never_written_over_another_file(home: LiveCentre, tmp_path: Path) -> None:
    file = tmp_path / "kept.tar.gz"
    file.write_bytes(b"dear to somebody")

    with pytest.raises(FileExistsError):
        backups.back_up(home, file, MADE_AT)

    assert file.read_bytes() == b"dear to somebody"


def test_tracks_of_a_backup_are_whole(home: LiveCentre, center: Center, tmp_path: Path) -> None:
    file = tmp_path / "one.tar.gz"
    center.tracks.store([Fix(unit_id="patrol-02", at=MADE_AT, point=Point(36.71, 119.11))])

    backups.back_up(home, file, MADE_AT)

    with tarfile.open(file) as tar:
        tar.extract("tracks.sqlite", tmp_path / "out", filter="data")
    with closing(Tracks(f"sqlite:///{tmp_path / 'out' / 'tracks.sqlite'}")) as tracks:
        assert set(tracks.latest()) == {"patrol-01", "patrol-02"}
