"""Those who called about an incident: told once when it is under control."""

from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import Call, Incident
from command_center.db.work import Work
from command_center.domain.text import Text
from command_center.services.audiences import Addressee
from command_center.services.exercises import is_exercise
from command_center.services.notices import CALLERS, Draft, queue_notice
from command_center.words import N_, translator

UNDER_CONTROL = N_("%(kind)s at %(place)s, which you reported, is under control. Thank you for calling.")
CALLER = N_("Caller")


def tell_callers(center: Center, work: Work, incident_id: int) -> None:
    """Queue one message to everyone who left a number; a number that called twice is told once. Simulated calls have nobody behind them.

    Nothing happens while the incident is not under control, and nothing a second time.
    """
    incident = work.get(Incident, incident_id)
    if incident.controlled_at is None or is_exercise(center, marked=incident.is_simulated):
        return
    to = _callers(work, incident)
    kind = center.catalogue.incident_types[incident.type].name

    def text(language: str, place: str) -> str:
        return translator(language)(UNDER_CONTROL) % {"kind": kind.in_(language), "place": place}

    if to:
        draft = Draft(
            key=f"controlled:{incident.id}",
            audience=CALLERS,
            channels=("sms",),
            text=Text(text("zh_CN", incident.place_zh), text("en", incident.place_en)),
            to=to,
        )
        queue_notice(work, draft, incident_id=incident.id)


def _callers(work: Work, incident: Incident) -> list[Addressee]:
    calls = work.session.scalars(select(Call).where(Call.incident_id == incident.id, Call.caller_phone != "").order_by(Call.id))
    by_phone = {call.caller_phone: call for call in reversed(calls.all())}
    return [
        Addressee(kind="caller", ref=str(call.id), name=_name(call), phone=phone)
        for phone, call in sorted(by_phone.items(), key=lambda item: item[1].id)
    ]


def _name(call: Call) -> Text:
    return Text(call.caller_name, call.caller_name) if call.caller_name else Text(translator("zh_CN")(CALLER), translator("en")(CALLER))
