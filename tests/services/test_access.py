"""Coming in: nobody without an account, no default pass-phrase, links that work once."""

from datetime import timedelta

import pytest

from command_center.center import Center
from command_center.domain.errors import AlreadyUsed, Invalid, NotPermitted, PassphraseTooShort, Refusal, UnknownLink, WrongPassphrase
from command_center.domain.rights import SYSTEM, Actor, Role
from command_center.services import access, history
from tests.conftest import Clock

GOOD = "a long night watch"


def secret_of(link: str | None) -> str:
    assert link is not None
    return link.removeprefix("/in/")


def test_the_first_run_link_sets_up_the_first_officer_and_is_not_offered_again(center: Center) -> None:
    secret = secret_of(access.first_run_link(center))
    assert access.needs_setup(center, access.link_owner(center, secret))

    session = access.set_up_account(center, secret, "王芳", GOOD)

    caller = access.caller_of(center, session)
    assert caller is not None
    assert (caller.name, caller.role) == ("王芳", Role.DUTY_OFFICER)
    assert access.first_run_link(center) is None
    with pytest.raises(UnknownLink):
        access.use_link(center, secret)


@pytest.mark.parametrize(
    ("name", "passphrase", "refusal"), [("王芳", "short", PassphraseTooShort), ("  ", GOOD, Invalid), ("a\nb", GOOD, Invalid)]
)
def test_a_set_up_that_is_refused_leaves_the_link_good(center: Center, name: str, passphrase: str, refusal: type[Refusal]) -> None:
    secret = secret_of(access.first_run_link(center))

    with pytest.raises(refusal):
        access.set_up_account(center, secret, name, passphrase)

    assert access.set_up_account(center, secret, "王芳", GOOD)


def test_signing_in_needs_the_right_name_and_passphrase(center: Center, admin: Actor) -> None:
    access.create_account(center, "李强", Role.DUTY_LEADER, admin, passphrase=GOOD)

    assert access.caller_of(center, access.sign_in(center, "李强", GOOD)) is not None
    for name, passphrase in (("李强", "wrong wrong"), ("nobody", GOOD), ("李强", "")):
        with pytest.raises(WrongPassphrase):
            access.sign_in(center, name, passphrase)


def test_an_account_without_passphrase_cannot_sign_in_by_one(center: Center) -> None:
    access.issue_token(center, "traccar", Role.CREW, unit_id="patrol-01")

    with pytest.raises(WrongPassphrase):
        access.sign_in(center, "traccar", "")


def test_a_session_ends_by_signing_out_by_time_and_by_a_new_passphrase(center: Center, admin: Actor, clock: Clock) -> None:
    access.create_account(center, "李强", Role.DUTY_LEADER, admin, passphrase=GOOD)
    sessions = [access.sign_in(center, "李强", GOOD) for _ in range(3)]

    access.sign_out(center, sessions[0])
    assert [access.caller_of(center, it) is None for it in sessions] == [True, False, False]
    access.set_passphrase(center, "李强", "another long night", admin)
    assert access.caller_of(center, sessions[1]) is None
    late = access.sign_in(center, "李强", "another long night")
    clock.advance(timedelta(hours=27).total_seconds())
    assert access.caller_of(center, late) is None


def test_in_a_drill_everybody_who_trains_gets_a_way_in_unless_they_have_one(center: Center, admin: Actor) -> None:
    access.create_account(center, "Li Na", Role.DUTY_OFFICER, admin, passphrase=GOOD)
    roles = (Role.DUTY_OFFICER, Role.DUTY_OFFICER, Role.DUTY_LEADER)

    links = access.trainee_links(center, roles)

    assert [name for name, _ in links] == ["值班员", "带班领导"]
    for (_, path), name in zip(links, ("Wang", "Sun"), strict=True):
        access.set_up_account(center, secret_of(path), name, GOOD)
    assert access.trainee_links(center, roles) == []
    access.disable_account(center, "Sun", admin)
    assert [name for name, _ in access.trainee_links(center, roles)] == ["带班领导"]


def test_a_link_runs_out_after_a_day(center: Center, clock: Clock) -> None:
    secret = secret_of(access.first_run_link(center))

    clock.advance(timedelta(hours=25).total_seconds())

    with pytest.raises(UnknownLink):
        access.link_owner(center, secret)


def test_a_display_link_can_be_used_after_every_reboot_of_the_wall(center: Center, officer: Actor) -> None:
    secret = secret_of(access.issue_display_link(center, officer))

    callers = [access.caller_of(center, access.use_link(center, secret)) for _ in range(2)]

    assert [caller and caller.role for caller in callers] == [Role.DISPLAY, Role.DISPLAY]


def test_a_crew_link_signs_in_for_its_unit(center: Center, officer: Actor) -> None:
    caller = access.caller_of(center, access.use_link(center, secret_of(access.issue_crew_link(center, "patrol-03", officer))))

    assert caller is not None
    assert (caller.role, caller.unit_id) == (Role.CREW, "patrol-03")


def test_an_officer_cannot_make_links_into_other_peoples_accounts(center: Center, officer: Actor, admin: Actor) -> None:
    access.create_account(center, "李强", Role.COMMANDER, admin)

    with pytest.raises(NotPermitted):
        access.issue_link(center, "李强", officer)
    assert access.issue_link(center, "李强", admin).startswith("/in/")


def test_a_token_belongs_to_a_named_account_of_one_role(center: Center) -> None:
    token = access.issue_token(center, "heartbeat", Role.ADMIN)

    caller = access.caller_of(center, token)
    assert caller is not None
    assert (caller.name, caller.role) == ("heartbeat", Role.ADMIN)
    with pytest.raises(AlreadyUsed):
        access.issue_token(center, "heartbeat", Role.COMMANDER)


def test_a_revoked_token_and_a_disabled_account_are_shut_out_at_once(center: Center, admin: Actor) -> None:
    first, second = access.issue_token(center, "bridge", Role.ADMIN), access.issue_token(center, "bridge", Role.ADMIN)

    access.revoke(center, first, admin)
    assert access.caller_of(center, first) is None
    access.disable_account(center, "bridge", admin)
    assert access.caller_of(center, second) is None


def test_nobody_becomes_the_system_and_crews_have_units(center: Center, admin: Actor) -> None:
    with pytest.raises(Invalid):
        access.create_account(center, "x", Role.SYSTEM, admin)
    with pytest.raises(Invalid):
        access.create_account(center, "x", Role.CREW, admin)


def test_no_secret_is_kept_in_the_clear(center: Center) -> None:
    token = access.issue_token(center, "bridge", Role.ADMIN, SYSTEM)

    entries = str(history.recent_entries(center))

    assert token not in entries
    assert "bridge" in entries
