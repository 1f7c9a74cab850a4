"""`up`: one run per folder, every part back after SIGKILL, nothing left behind."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import psutil
import pytest

from tests.supervisor.conftest import Run
from tests.waiting import eventually

BACK_WITHIN_S = 5.0
PARTS = {
    "web": "command_center web",
    "relay": "workers relay",
    "worker": "workers work",
    "drill": "workers drill",
    "valkey": "valkey-server",
}


def part_of(run: Run, part: str) -> psutil.Process:
    process = eventually(lambda: run.child(PARTS[part]))
    assert process is not None
    return process


def ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def is_new(process: psutil.Process | None, before: psutil.Process) -> bool:
    return process is not None and process.pid != before.pid


def test_it_says_where_it_is_and_how_to_sign_in_first(run: Run) -> None:
    eventually(lambda: "Ctrl-C" in run.terminal)

    assert f"http://127.0.0.1:{run.port}\n" in run.terminal
    assert re.search(rf"http://127\.0\.0\.1:{run.port}/in/\S+", run.terminal)


def test_a_second_run_on_the_same_folder_is_refused_with_a_sentence(run: Run) -> None:
    second = run.run("up", CENTER_PORT="1")

    assert second.returncode == 1
    assert second.stderr == f"Another centre is already running on {run.data_dir}.\n"
    assert run.is_well()


def test_a_port_that_is_taken_is_refused_before_anything_starts(run: Run, tmp_path: Path) -> None:
    refused = run.run("up", CENTER_DATA_DIR=str(tmp_path))

    assert refused.returncode == 1
    assert refused.stderr == f"Port {run.port} is taken by another program: choose another with CENTER_PORT.\n"
    assert not (tmp_path / "center.sqlite").exists()
    assert not (tmp_path / "valkey").exists()


def test_a_host_that_is_not_ours_is_refused(run: Run, tmp_path: Path) -> None:
    refused = run.run("up", CENTER_DATA_DIR=str(tmp_path), CENTER_HOST="203.0.113.7")

    assert refused.returncode == 1
    assert refused.stderr == "CENTER_HOST=203.0.113.7 is not an address of this machine.\n"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CENTER_PORT", "http"),
        ("CENTER_LANGUAGE", "fr"),
        ("CENTER_SIMULATOR", "maybe"),
        ("CENTER_WORKERS", "0"),
        ("CENTER_REDIS_URL", "localhost:6379"),
        ("CENTER_DATABASE_URL", "mysql://x"),
    ],
)
def test_a_bad_setting_is_refused_by_its_name(run: Run, variable: str, value: str) -> None:
    refused = run.run("up", **{variable: value})

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"{variable}='{value}' is not usable: ")
    assert refused.stderr.count("\n") == 1


def test_a_password_in_a_bad_setting_is_not_repeated(run: Run) -> None:
    refused = run.run("up", CENTER_DATABASE_URL="mysql://root:hunter2@db/center")

    assert refused.returncode == 1
    assert refused.stderr.startswith("CENTER_DATABASE_URL is not usable: an address that begins with sqlite://")
    assert "hunter2" not in refused.stderr


def test_a_folder_that_cannot_be_used_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    refused = run.run("up", CENTER_DATA_DIR=str(tmp_path / "file" / "var"))

    assert refused.returncode == 1
    assert refused.stderr == f"CENTER_DATA_DIR={tmp_path / 'file' / 'var'} cannot be used: Not a directory.\n"


@pytest.mark.parametrize("part", PARTS)
def test_a_killed_part_is_back_within_five_seconds(run: Run, part: str) -> None:
    eventually(run.is_well, within_s=20)
    before = part_of(run, part)

    before.kill()

    eventually(lambda: is_new(run.child(PARTS[part]), before), within_s=BACK_WITHIN_S)
    eventually(run.is_well, within_s=20)


def test_a_paused_valkey_is_noticed_and_replaced(run: Run) -> None:
    before = part_of(run, "valkey")

    before.suspend()

    eventually(lambda: is_new(run.child(PARTS["valkey"]), before), within_s=2 * BACK_WITHIN_S)
    eventually(run.is_well, within_s=20)


def test_every_line_that_a_child_logs_is_kept_as_json(run: Run) -> None:
    log = run.data_dir / "logs" / "web.log"

    lines = eventually(lambda: log.read_text("utf-8").splitlines())

    assert {"at", "level", "logger", "message"} <= json.loads(lines[0]).keys()


def test_ctrl_c_stops_everything_within_ten_seconds(own_run: Run) -> None:
    children = own_run.supervisor.children(recursive=True)

    assert own_run.stop() < 10

    assert own_run.process is not None
    assert own_run.process.returncode == 0
    assert all(ended(child) for child in children)
    assert not (own_run.data_dir / "valkey" / "v.sock").exists()
    assert "Traceback" not in own_run.terminal


def test_a_killed_supervisor_takes_its_children_along_and_the_next_run_just_works(own_run: Run) -> None:
    children = own_run.supervisor.children(recursive=True)
    assert own_run.process is not None

    own_run.process.send_signal(signal.SIGKILL)
    own_run.process.wait()

    eventually(lambda: all(ended(child) for child in children), within_s=2)
    own_run.start()
    assert own_run.health()["status"] == "ok"
