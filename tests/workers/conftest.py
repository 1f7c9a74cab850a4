"""Workers that die, for every test that wants some."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workers.dying import Workers


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    employed = Workers()
    yield employed
    employed.close()
