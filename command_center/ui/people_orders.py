"""Every order about people and their channels."""

from collections.abc import Mapping

from command_center.domain.errors import Refusal
from command_center.domain.watches import PersonRole
from command_center.services import channels, notices, people, responsibilities
from command_center.services.people import PersonFacts
from command_center.ui.console_parts import order, tell
from command_center.ui.desk_page import Act, At, Order, Outcome
from command_center.ui.people_view import NEW, PATH
from command_center.ui.shell import Desk
from command_center.words import N_


async def _save(desk: Desk, wanted: Order, at: At) -> Outcome:
    form = {name: str(value).strip() for name, value in wanted["form"].items()}
    facts = PersonFacts(
        role=PersonRole(form["role"]),
        name_zh=form["name_zh"],
        name_en=form["name_en"],
        station=form["station"] or None,
        phone=form["phone"] or None,
        account=form["account"] or None,
        cadre_id=form["cadre"] or None,
    )
    if wanted["person"] == NEW:
        done: object = await order(desk, people.add_person, facts)
    else:
        done = await order(desk, people.change_person, wanted["person"], facts, keep_channel=True)
    if isinstance(done, Refusal):
        return done
    tell(desk.screen().say(N_("Saved")))
    return PATH


async def _left(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, people.person_left, wanted["person"])
    return done if isinstance(done, Refusal) else PATH


async def _cadre_phone(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, responsibilities.set_cadre_phone, wanted["cadre"], wanted["word"].strip() or None)


async def _channel(desk: Desk, wanted: Order, at: At) -> Outcome:
    """Set the address; the next thing to do is to try it."""
    done = await order(desk, notices.set_channel, wanted["of"], wanted["ref"], wanted["word"].strip())
    if isinstance(done, Refusal):
        return done
    screen = desk.screen()
    tell(screen.say(N_("The message service is set")), screen.say(N_("Send a test message to see whether it works.")))
    return None


async def _channel_away(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, notices.set_channel, wanted["of"], wanted["ref"], None)


async def _channel_try(desk: Desk, wanted: Order, at: At) -> Outcome:
    service = await order(desk, channels.try_channel, wanted["of"], wanted["ref"])
    if isinstance(service, Refusal):
        return service
    screen = desk.screen()
    if desk.center.is_drill:
        tell(screen.say(N_("A drill: the test message stayed in the house")), tone="told")
    else:
        tell(screen.say(N_("The test message is on its way")), screen.say(N_("taken by: %(service)s"), service=service))
    return None


ACTS: Mapping[str, Act] = {
    "person_save": _save,
    "person_left": _left,
    "cadre_phone": _cadre_phone,
    "channel": _channel,
    "channel_away": _channel_away,
    "channel_try": _channel_try,
}
