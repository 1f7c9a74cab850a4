"""The short calls: what they do while Redis is there, and how little they cost when it is not."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from redis import Redis

from command_center.wire import EmbeddedValkey, Wire, WireDown
from command_center.wire.wire import STRANGERS_KEPT
from tests.waiting import eventually

CLICK_S = 1.5
"""More than a click may ever wait for Redis."""


@contextmanager
def paused(server: EmbeddedValkey) -> Iterator[None]:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


def seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def test_the_bell_wakes_the_relay_once_however_often_it_rang(wire: Wire) -> None:
    assert wire.ring_relay()
    assert wire.ring_relay()

    assert wire.wait_for_bell(0.2)
    assert not wire.wait_for_bell(0.05)


def test_the_same_attempt_is_queued_once(wire: Wire) -> None:
    assert wire.hand_over(7, 1, name="send_dispatch", ttl_s=3)
    assert wire.hand_over(7, 1, name="send_dispatch", ttl_s=3)
    assert wire.hand_over(7, 2, name="send_dispatch", ttl_s=6)

    assert wire.backlog() == 2


def test_an_attempt_that_nobody_began_evaporates_with_its_lease(wire: Wire, raw: Redis) -> None:
    wire.hand_over(7, 1, name="send_dispatch", ttl_s=3)

    assert 0 < raw.ttl("rq:job:job-7-1") <= 3


def test_facts_are_read_back_in_order(wire: Wire) -> None:
    assert wire.facts_tail() == "0-0"

    first, second = wire.publish_facts('{"n":1}'), wire.publish_facts('{"n":2}')

    assert wire.facts_tail() == second
    assert wire.facts_after("0-0") == [(first, '{"n":1}'), (second, '{"n":2}')]
    assert wire.facts_after(first) == [(second, '{"n":2}')]
    assert wire.has_fact(first)
    assert not wire.has_fact("1-1")


def test_an_id_that_is_none_is_no_fact(wire: Wire) -> None:
    wire.publish_facts("{}")

    for nonsense in ("", "abc", "-", "1-2-3", "; FLUSHALL"):
        assert not wire.has_fact(nonsense)


def test_the_last_position_of_each_unit_is_kept(wire: Wire) -> None:
    wire.save_last_positions({"patrol-01": "[1]", "patrol-02": "[2]"})
    wire.save_last_positions({"patrol-02": "[3]"})
    wire.save_last_positions({})

    assert sorted(json.loads(wire.last_positions())) == [[1], [3]]


def test_rejected_fixes_are_counted_by_reason(wire: Wire) -> None:
    wire.count_rejected("too_old")
    wire.count_rejected("too_old", 2)
    wire.count_rejected("unknown_unit")

    assert wire.rejected() == {"too_old": 3, "unknown_unit": 1}


def test_rejected_fixes_are_counted_for_their_unit_too(wire: Wire) -> None:
    wire.count_rejected("jump", 2, unit_id="patrol-01")
    wire.count_rejected("jump", unit_id="patrol-02")

    assert wire.rejected() == {"jump": 3}
    assert (wire.rejected("patrol-01"), wire.rejected("patrol-03")) == ({"jump": 2}, {})


def test_of_names_that_are_no_units_the_newest_are_kept(wire: Wire) -> None:
    wire.note_strangers({f"truck-{number}": float(number) for number in range(STRANGERS_KEPT + 5)})
    wire.note_strangers({"truck-7": 1000.0})
    wire.note_strangers({})

    assert len(wire.strangers()) == STRANGERS_KEPT
    assert next(iter(wire.strangers().items())) == ("truck-7", 1000.0)
    assert "truck-0" not in wire.strangers()


def test_a_silent_relay_has_no_lag_to_tell(wire: Wire) -> None:
    assert wire.relay_lag_s() is None

    wire.beat("relay", "0.250")

    assert wire.relay_lag_s() == 0.25


def test_two_centres_may_share_a_redis(own_valkey: EmbeddedValkey, wire: Wire) -> None:
    other = Wire(own_valkey.url, prefix="other")

    other.publish_facts("{}")
    other.hand_over(1, 1, name="send_dispatch", ttl_s=3)
    other.ring_relay()

    assert wire.facts_tail() == "0-0"
    assert wire.backlog() == 0
    assert not wire.wait_for_bell(0.05)
    other.close()


@pytest.mark.parametrize("was_used", [True, False])
def test_a_click_does_not_wait_for_a_redis_that_is_gone(own_valkey: EmbeddedValkey, was_used: bool) -> None:
    wire = Wire(own_valkey.url)
    if was_used:
        assert wire.hand_over(1, 1, name="send_dispatch", ttl_s=3)
    own_valkey.stop()

    assert seconds(lambda: wire.hand_over(2, 1, name="send_dispatch", ttl_s=3)) < CLICK_S
    assert not wire.hand_over(3, 1, name="send_dispatch", ttl_s=3)
    assert not wire.ring_relay()
    wire.close()


@pytest.mark.parametrize("was_used", [True, False])
def test_a_click_does_not_wait_for_a_redis_that_is_paused(own_valkey: EmbeddedValkey, was_used: bool) -> None:
    wire = Wire(own_valkey.url)
    if was_used:
        assert wire.hand_over(1, 1, name="send_dispatch", ttl_s=3)

    with paused(own_valkey):

        def five_calls_of_one_click() -> None:
            assert not wire.hand_over(2, 1, name="send_dispatch", ttl_s=3)
            assert not wire.hand_over(3, 1, name="send_dispatch", ttl_s=3)
            assert not wire.hand_over(4, 1, name="send_dispatch", ttl_s=3)
            assert not wire.ring_relay()
            assert wire.worker_count() == 0

        assert seconds(five_calls_of_one_click) < CLICK_S
    wire.close()


def test_the_wire_works_again_soon_after_redis_is_back(own_valkey: EmbeddedValkey, wire: Wire) -> None:
    assert wire.ring_relay()
    own_valkey.kill()
    assert not wire.ring_relay()

    own_valkey.launch()

    eventually(wire.ring_relay, within_s=3)
    eventually(lambda: wire.hand_over(1, 1, name="send_dispatch", ttl_s=3), within_s=3)


def test_what_must_not_be_lost_says_that_redis_is_away(own_valkey: EmbeddedValkey, wire: Wire) -> None:
    own_valkey.stop()

    for call in (
        lambda: wire.publish_facts("{}"),
        lambda: wire.publish_positions("{}"),
        lambda: wire.save_last_positions({"patrol-01": "[]"}),
        wire.last_positions,
        wire.facts_tail,
        wire.backlog,
        lambda: wire.has_fact("1-1"),
        lambda: wire.facts_after("0-0"),
        lambda: wire.wait_for_bell(0.1),
    ):
        with pytest.raises(WireDown):
            call()
    assert not wire.ping()
    assert wire.rejected() == {}
    assert wire.relay_lag_s() is None
    wire.count_rejected("too_old")


def test_a_full_redis_counts_as_away_and_forgets_nothing(wire: Wire, raw: Redis) -> None:
    kept = wire.publish_facts("{}")
    raw.config_set("maxmemory", "1mb")

    assert not wire.hand_over(1, 1, name="send_dispatch", ttl_s=3)
    with pytest.raises(WireDown):
        wire.publish_facts("x" * 100)
    assert wire.has_fact(kept)
