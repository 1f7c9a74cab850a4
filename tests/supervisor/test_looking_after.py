"""The supervisor's small parts: when to start again, what to keep of a log, what to show."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from command_center.supervisor.children import Backoff
from command_center.supervisor.logs import FILE_BYTES, ChildLog, short
from command_center.supervisor.rounds import PATIENCE_S, browser_address
from command_center.wire import embedded


def test_a_first_crash_is_started_again_at_once_and_later_ones_ever_later() -> None:
    backoff = Backoff()

    assert [backoff.after(0.1) for _ in range(7)] == [0, 0.25, 0.5, 1, 2, 4, 4]


def test_a_steady_life_forgives_earlier_crashes() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.after(0.1)

    assert backoff.after(3600) == 0


def test_stopping_everything_takes_less_than_ten_seconds_at_worst() -> None:
    assert sum(PATIENCE_S.values()) + embedded.STOP_S < 10


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ({"level": "warning", "message": "Redis is away"}, "Redis is away"),
        ({"level": "error", "message": "first line\nsecond"}, "first line"),
        ({"level": "info", "message": "started"}, None),
        (["no", "record"], None),
    ],
)
def test_only_what_matters_is_shown(line: object, sentence: str | None) -> None:
    assert short(json.dumps(line).encode()) == sentence


def test_what_is_no_json_is_kept_and_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = ChildLog(tmp_path, "web")
    follow(log, b"Traceback (most recent call last):\n\xff\xfe\n")

    assert log.path.read_bytes() == b"Traceback (most recent call last):\n\xff\xfe\n"
    assert capsys.readouterr().out == ""
    log.close()


def test_the_same_sentence_is_shown_once_a_minute(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = ChildLog(tmp_path, "relay")
    follow(log, 5 * (json.dumps({"level": "warning", "message": "Redis is away"}).encode() + b"\n"))

    assert capsys.readouterr().out.count("Redis is away") == 1
    assert log.path.read_text().count("Redis is away") == 5
    log.close()


def test_a_log_never_grows_beyond_its_files(tmp_path: Path) -> None:
    log = ChildLog(tmp_path, "web")
    line = b"x" * 999_999 + b"\n"
    for _ in range(30):
        follow(log, line)

    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert sizes.keys() == {"web.log", "web.log.1", "web.log.2", "web.log.3"}
    assert max(sizes.values()) <= FILE_BYTES
    log.close()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8050"),
        ("0.0.0.0", "http://127.0.0.1:8050"),  # noqa: S104 - nothing is bound here
        ("::", "http://[::1]:8050"),
        ("desk", "http://desk:8050"),
    ],
)
def test_the_address_is_one_that_a_browser_can_open(host: str, address: str) -> None:
    assert browser_address(host, 8050) == address


def follow(log: ChildLog, written: bytes) -> None:
    """What a child wrote before it closed its end."""
    log.follow(io.BytesIO(written))
