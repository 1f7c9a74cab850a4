"""Every order about reports to the district."""

from collections.abc import Mapping

from command_center.domain.errors import Refusal
from command_center.domain.text import Text
from command_center.services import reports
from command_center.ui.console_parts import order, tell
from command_center.ui.desk_page import Act, At, Order, Outcome
from command_center.ui.reports_view import PATH, address
from command_center.ui.shell import Desk
from command_center.words import N_


async def _save(desk: Desk, wanted: Order, at: At) -> Outcome:
    """Keep the text. Who saves over somebody else's says which version they have seen (over)."""
    saved = await _kept(desk, wanted)
    if isinstance(saved, Refusal):
        return saved
    tell(desk.screen().say(N_("The text is saved")))
    return address(wanted["report"], saved)


async def _kept(desk: Desk, wanted: Order) -> int | Refusal:
    """The text as it stands in the form, saved; its version."""
    form = wanted["form"]
    based_on = int(wanted.get("over", form.get("version", 0)))
    return await order(
        desk, reports.save_report, int(wanted["report"]), form.get("text_zh", ""), form.get("text_en", ""), based_on=based_on
    )


async def _send(desk: Desk, wanted: Order, at: At) -> Outcome:
    """What is read on the screen is what goes out: a text that differs from what is kept is saved first."""
    refused = await _keep_what_differs(desk, wanted)
    return refused or await _close(desk, wanted, by_phone=False)


async def _told(desk: Desk, wanted: Order, at: At) -> Outcome:
    refused = await _keep_what_differs(desk, wanted)
    return refused or await _close(desk, wanted, by_phone=True)


async def _keep_what_differs(desk: Desk, wanted: Order) -> Refusal | None:
    form = wanted.get("form")
    if not form or "text_zh" not in form:
        return None
    held = await order(desk, reports.read_report, int(wanted["report"]))
    if isinstance(held, Refusal):
        return held
    if held.text == Text(form["text_zh"].strip(), form["text_en"].strip()):
        return None
    saved = await _kept(desk, wanted)
    return saved if isinstance(saved, Refusal) else None


async def _close(desk: Desk, wanted: Order, *, by_phone: bool) -> Outcome:
    done = await order(desk, reports.send_report, int(wanted["report"]), receiver=wanted["word"], told_by_phone=by_phone, key=wanted["key"])
    if isinstance(done, Refusal):
        return done
    tell(desk.screen().say(N_("The district is told")))
    return _onwards(wanted)


async def _drop(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, reports.drop_report, int(wanted["report"]), reason=wanted["word"])
    return done if isinstance(done, Refusal) else _onwards(wanted)


def _onwards(wanted: Order) -> str | None:
    """From the editor back to the clocks; a panel beside other things stays where it is."""
    return PATH if "form" in wanted else None


ACTS: Mapping[str, Act] = {"report_save": _save, "report_send": _send, "report_told": _told, "report_drop": _drop}
