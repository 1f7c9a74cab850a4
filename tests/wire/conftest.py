"""A Valkey of one's own, for tests that stop, pause, kill or wipe it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from command_center.wire import EmbeddedValkey, Wire


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cv-", dir="/tmp") as name:
        yield Path(name)


@pytest.fixture
def own_valkey(folder: Path) -> Iterator[EmbeddedValkey]:
    """A running Valkey that the test may treat as it likes."""
    with EmbeddedValkey(folder) as server:
        yield server


@pytest.fixture
def wire(own_valkey: EmbeddedValkey) -> Iterator[Wire]:
    wire = Wire(own_valkey.url)
    yield wire
    wire.close()


@pytest.fixture
def raw(own_valkey: EmbeddedValkey) -> Iterator[Redis]:
    """What an outsider with access to Redis can do."""
    with Redis.from_url(own_valkey.url) as redis:
        yield redis
