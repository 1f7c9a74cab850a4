"""The page behind the link in a message: says what was asked, and takes "received" without an account."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from command_center.api.entrance import AtEntrance
from command_center.api.plain_pages import language_of, page
from command_center.domain.errors import UnknownLink
from command_center.services import notices
from command_center.words import N_

router = APIRouter(include_in_schema=False)

AnswerLink = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{10,32}$")]

ASK: Mapping[str, str] = {
    "t_title": N_("Message from the command center"),
    "t_for": N_("For:"),
    "t_button": N_("I have received this"),
}
THANKS: Mapping[str, str] = {**ASK, "t_title": N_("Thank you, the command center knows.")}
GONE: Mapping[str, str] = {
    "t_title": N_("This link is not valid any more."),
    "t_lead": N_("Phone the command center if you are not sure."),
    "t_button": N_("Sign in"),
}


@router.get("/a/{link}")
def show_message(request: Request, link: AnswerLink, entrance: AtEntrance) -> Response:
    """The message with its button; looking at it answers nothing (message services look at links too)."""
    return _page(request, entrance, link)


@router.post("/a/{link}")
def answer(request: Request, link: AnswerLink, entrance: AtEntrance) -> Response:
    """The press of the button."""
    try:
        notices.answer_by_link(entrance.center, link)
    except UnknownLink:
        return page(request, "notice", GONE, status=404)
    return _page(request, entrance, link)


def _page(request: Request, entrance: AtEntrance, link: str) -> Response:
    try:
        text, name, is_answered = notices.notice_by_link(entrance.center, link)
    except UnknownLink:
        return page(request, "notice", GONE, status=404)
    language = language_of(request)
    shown = {"text": text.in_(language), "name": name.in_(language)}
    return page(request, "message_answered" if is_answered else "message", THANKS if is_answered else ASK, shown)
