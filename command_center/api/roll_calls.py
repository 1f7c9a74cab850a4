"""The page behind a station's link: how many are there, answered without an account and without a script."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from command_center.api.entrance import AtEntrance, Entrance
from command_center.api.plain_pages import language_of, page
from command_center.domain.errors import Invalid, Refusal, UnknownLink
from command_center.services import roll_calls
from command_center.words import N_, phrases, translator

router = APIRouter(include_in_schema=False)

StationLink = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{10,32}$")]

TEXTS: Mapping[str, str] = {
    "t_title": N_("Roll call"),
    "t_number": N_("People on duty"),
    "t_note": N_("Remark (may stay empty)"),
    "t_button": N_("Report it"),
}
GONE: Mapping[str, str] = {
    "t_title": N_("This link is not valid any more."),
    "t_lead": N_("Phone the command center if you are not sure."),
    "t_button": N_("Sign in"),
}
ASKED = N_("%(station)s: %(expected)s people are expected. Please answer by %(due)s.")
ANSWERED = N_("Reported at %(at)s: %(n)s people. Thank you; if that changes, report it anew.")
MOST_FIELDS = 4


@router.get("/q/{link}")
def show_roll_call(request: Request, link: StationLink, entrance: AtEntrance) -> Response:
    """The question; looking at it answers nothing (message services look at links too)."""
    return _page(request, entrance, link)


@router.post("/q/{link}")
async def answer_roll_call(request: Request, link: StationLink, entrance: AtEntrance) -> Response:
    """The press of the button. What is refused is said on the page itself."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return await run_in_threadpool(_answer, request, entrance, link, form)


def _answer(request: Request, entrance: Entrance, link: str, form: FormData) -> Response:
    try:
        roll_calls.answer_by_link(entrance.center, link, _number(form), _words(form, "note"))
    except UnknownLink:
        return page(request, "notice", GONE, status=404)
    except Refusal as no:
        return _page(request, entrance, link, no)
    return RedirectResponse(f"/q/{link}", 303)


def _number(form: FormData) -> int:
    told = _words(form, "on_duty")
    if not (told.isascii() and told.isdecimal() and len(told) <= 4):
        raise Invalid(field="on_duty", value=told[:20])
    return int(told)


def _words(form: FormData, field: str) -> str:
    value = form.get(field, "")
    return "".join(letter for letter in value if letter.isprintable()).strip() if isinstance(value, str) else ""


def _page(request: Request, entrance: Entrance, link: str, no: Refusal | None = None) -> Response:
    center = entrance.center
    try:
        asked = roll_calls.page_by_link(center, link)
    except UnknownLink:
        return page(request, "notice", GONE, status=404)
    language = language_of(request)
    say = translator(language)
    words = {"station": asked.name.in_(language), "expected": asked.expected, "due": f"{asked.due_at.astimezone(center.zone):%H:%M}"}
    told = (
        ""
        if asked.answered_at is None
        else say(ANSWERED) % {"at": f"{asked.answered_at.astimezone(center.zone):%H:%M}", "n": asked.on_duty}
    )
    shown = {
        "lead": say(ASKED) % words,
        "told": told,
        "no": "" if no is None else phrases.refusal(language, no),
        "number": str(asked.expected if asked.on_duty is None else asked.on_duty),
        "note": asked.note,
    }
    return page(request, "roll_call", TEXTS, shown, status=200 if no is None else no.status)
