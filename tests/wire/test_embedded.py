"""The private Valkey: one per folder, private, gone with its parent, and what it acknowledged survives."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from redis import Redis

from command_center.wire.embedded import DataDirInUse, EmbeddedValkey, ValkeyFailed, find_binary, private_folder, socket_path
from tests.waiting import eventually


def test_a_second_start_on_the_same_folder_is_refused_with_a_sentence(own_valkey: EmbeddedValkey, folder: Path) -> None:
    with pytest.raises(DataDirInUse, match=rf"^Another centre is already running on {folder}\.$"):
        EmbeddedValkey(folder).start()

    assert own_valkey.is_ready()


def test_the_socket_can_be_opened_by_its_owner_only(own_valkey: EmbeddedValkey) -> None:
    assert stat.S_IMODE(own_valkey.socket.stat().st_mode) == 0o700
    assert stat.S_IMODE(own_valkey.socket.parent.stat().st_mode) == 0o700


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(folder: Path) -> None:
    deep = folder / ("深" * 40)

    with EmbeddedValkey(deep) as server:
        assert server.is_ready()
        assert len(os.fsencode(server.socket)) < 100
        assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
    shutil.rmtree(server.socket.parent)


def test_the_socket_of_a_folder_is_always_in_the_same_place(folder: Path) -> None:
    assert socket_path(folder) == socket_path(folder)
    assert socket_path(folder / ("深" * 40)) != socket_path(folder / ("浅" * 40))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a folder that belongs to someone else")
def test_a_folder_of_another_user_is_not_used(folder: Path) -> None:
    os.chown(folder, 12345, 12345)

    with pytest.raises(PermissionError, match="belongs to another user"):
        private_folder(folder)


def test_what_was_acknowledged_survives_sigkill(own_valkey: EmbeddedValkey) -> None:
    with Redis.from_url(own_valkey.url, decode_responses=True) as redis:
        for number in range(500):
            redis.rpush("acknowledged", number)

    own_valkey.kill()
    own_valkey.launch()
    own_valkey.wait_until_ready()

    with Redis.from_url(own_valkey.url, decode_responses=True) as redis:
        assert redis.lrange("acknowledged", 0, -1) == [str(number) for number in range(500)]


def test_it_refuses_new_writes_rather_than_forget_old_ones(own_valkey: EmbeddedValkey) -> None:
    with Redis.from_url(own_valkey.url, decode_responses=True) as redis:
        settings = redis.config_get("maxmemory-policy", "maxmemory", "appendonly", "appendfsync", "save")

    expected = {"maxmemory-policy": "noeviction", "maxmemory": str(256 << 20), "appendonly": "yes", "appendfsync": "everysec", "save": ""}
    assert settings == expected


def test_a_paused_server_counts_as_dead_and_can_be_killed(own_valkey: EmbeddedValkey) -> None:
    assert own_valkey.pid is not None
    os.kill(own_valkey.pid, signal.SIGSTOP)

    assert not own_valkey.is_alive()

    own_valkey.kill()
    own_valkey.launch()
    own_valkey.wait_until_ready()
    assert own_valkey.is_alive()


@pytest.mark.parametrize("paused", [False, True])
def test_an_orphan_of_a_crashed_run_is_ended_first(folder: Path, paused: bool) -> None:
    socket = socket_path(folder)
    orphan = subprocess.Popen(
        [find_binary(), "--port", "0", "--unixsocket", socket, "--dir", folder, "--appendonly", "yes", "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    eventually(socket.exists)
    if paused:
        orphan.send_signal(signal.SIGSTOP)

    with EmbeddedValkey(folder) as server:
        assert server.is_ready()
        assert orphan.wait(5) is not None
        assert server.pid != orphan.pid


def test_it_dies_with_its_parent_even_by_sigkill(folder: Path) -> None:
    program = (
        "import sys, threading\n"
        "from pathlib import Path\n"
        "from command_center.wire import EmbeddedValkey\n"
        "print(EmbeddedValkey(Path(sys.argv[1])).start().pid, flush=True)\n"
        "threading.Event().wait()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, folder], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        pid = int(parent.stdout.readline())

    parent.kill()
    parent.wait()

    eventually(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    with EmbeddedValkey(folder) as next_run:
        assert next_run.is_ready()


def test_a_server_that_cannot_start_says_why_and_gives_the_folder_back(folder: Path) -> None:
    (folder / "appendonlydir").mkdir()
    (folder / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")

    with pytest.raises(ValkeyFailed, match="Valkey did not start"):
        EmbeddedValkey(folder).start()

    shutil.rmtree(folder / "appendonlydir")
    with EmbeddedValkey(folder) as server:
        assert server.is_ready()


def test_nothing_is_left_after_stop(folder: Path) -> None:
    server = EmbeddedValkey(folder).start()
    pid = server.pid
    assert pid is not None

    server.stop()

    assert not psutil.pid_exists(pid)
    assert not server.socket.exists()
