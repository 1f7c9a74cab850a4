"""Doors for people: sign in and out, follow a link, choose name and pass-phrase, switch the language. Plain forms, no script needed."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import parse_qsl, quote

from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from command_center.api.entrance import AtEntrance, Entrance
from command_center.api.gate import home_of, presented_token, session_cookies
from command_center.api.languages import LANGUAGE_COOKIE
from command_center.api.plain_pages import language_of, page
from command_center.domain.errors import Refusal, TooMany, UnknownLink, WrongPassphrase
from command_center.domain.rights import Actor, Role
from command_center.services import access
from command_center.words import N_, phrases, translator

router = APIRouter(include_in_schema=False)

TRIES_PER_MINUTE = 5
MINUTE_S = 60.0
MOST_NAMES = 10_000

COOKIE_DAYS: Mapping[Role, int] = {Role.DISPLAY: 400, Role.CREW: 30}
"""How long a browser keeps the session; 400 days is the longest that browsers allow. The center ends the desk's sooner by itself."""

SIGN_IN: Mapping[str, str] = {
    "t_title": N_("Sign in"),
    "t_name": N_("Name"),
    "t_passphrase": N_("Pass-phrase"),
    "t_button": N_("Sign in"),
    "t_hint": N_("First time here? Open the link that the start command printed, or ask your administrator for one."),
}
SET_UP: Mapping[str, str] = {
    "t_title": N_("Welcome. Who are you?"),
    "t_lead": N_("Choose the name that the log will show, and a pass-phrase of at least 8 characters."),
    "t_name": N_("Name"),
    "t_passphrase": N_("Pass-phrase"),
    "t_again": N_("Pass-phrase once more"),
    "t_button": N_("Save and go on duty"),
}
LINK: Mapping[str, str] = {"t_title": N_("Sign in by link"), "t_lead": N_("This link signs this device in as:"), "t_button": N_("Continue")}
LINK_GONE: Mapping[str, str] = {
    "t_title": N_("This link does not work any more"),
    "t_lead": N_("It was used, withdrawn or is too old. Ask for a new one, or sign in with your name."),
    "t_button": N_("Sign in"),
}
DIFFERENT = N_("The two pass-phrases differ.")

NextPage = Annotated[str, Query(alias="next", max_length=2000)]
LinkSecret = Annotated[str, Path(max_length=128)]


@dataclass(slots=True)
class Tries:
    """Failed sign-ins by name within the last minute; a stolen name list does not become a pass-phrase guesser."""

    clock: Callable[[], float] = time.monotonic
    _failed_at: dict[str, deque[float]] = field(default_factory=dict)

    def check(self, name: str) -> None:
        """Raise TooMany when this name failed too often."""
        failed_at = self._recent(name)
        if len(failed_at) >= TRIES_PER_MINUTE:
            raise TooMany(retry_after_s=max(1, round(failed_at[0] + MINUTE_S - self.clock())))

    def failed(self, name: str) -> None:
        while len(self._failed_at) >= MOST_NAMES:
            self._failed_at.pop(next(iter(self._failed_at)))
        self._failed_at.setdefault(name.casefold(), deque()).append(self.clock())

    def _recent(self, name: str) -> deque[float]:
        failed_at = self._failed_at.get(name.casefold(), deque())
        while failed_at and failed_at[0] <= self.clock() - MINUTE_S:
            failed_at.popleft()
        return failed_at


# ---- by name and pass-phrase -----------------------------------------------------------------------------------------------------


@router.get("/sign-in")
async def show_sign_in(request: Request, next_page: NextPage = "/") -> Response:
    return page(request, "sign_in", SIGN_IN, {"no": "", "name": "", "next": local_path(next_page)})


@router.post("/sign-in")
async def sign_in(request: Request, entrance: AtEntrance) -> Response:
    form = await _form(request)
    name, tries = form.get("name", "").strip()[:80], request.app.state.tries
    try:
        tries.check(name)
        secret = await run_in_threadpool(access.sign_in, entrance.center, name, form.get("passphrase", "")[:200])
    except WrongPassphrase as no:
        tries.failed(name)
        return _sign_in_again(request, no, name, form.get("next", "/"))
    except TooMany as no:
        return _sign_in_again(request, no, name, form.get("next", "/"))
    return await _let_in(request, entrance, secret, local_path(form.get("next", "/")))


def _sign_in_again(request: Request, no: Refusal, name: str, next_page: str) -> Response:
    answer = page(request, "sign_in", SIGN_IN, {"no": _told(request, no), "name": name, "next": local_path(next_page)}, status=no.status)
    if isinstance(no, TooMany):
        answer.headers["Retry-After"] = str(no.facts["retry_after_s"])
    return answer


@router.api_route("/sign-out", methods=["GET", "POST"])
async def sign_out(request: Request, entrance: AtEntrance) -> Response:
    """End the session. A GET may do it: the cookie never travels with another site's request."""
    cookies = session_cookies(entrance.center)
    secret = presented_token(request.headers, cookies)
    if secret:
        await run_in_threadpool(access.sign_out, entrance.center, secret)
        entrance.callers.forget(secret)
    answer = RedirectResponse("/sign-in", 303, {"Clear-Site-Data": '"cache"'})
    answer.delete_cookie(cookies[0], path="/", httponly=True, samesite="strict")
    return answer


# ---- by link ---------------------------------------------------------------------------------------------------------------------


@router.get("/in/{secret}")
async def show_link(request: Request, secret: LinkSecret, entrance: AtEntrance) -> Response:
    """Say whose link it is. Only the button uses it up: programs that preview links do not press buttons."""
    try:
        owner = await run_in_threadpool(access.link_owner, entrance.center, secret)
    except UnknownLink as no:
        return page(request, "notice", LINK_GONE, status=no.status)
    if await run_in_threadpool(access.needs_setup, entrance.center, owner):
        return page(request, "set_up", SET_UP, {"no": "", "name": owner.name})
    return page(request, "link", LINK, {"name": owner.name})


@router.post("/in/{secret}")
async def use_link(request: Request, secret: LinkSecret, entrance: AtEntrance) -> Response:
    form = await _form(request)
    try:
        owner = await run_in_threadpool(access.link_owner, entrance.center, secret)
        if await run_in_threadpool(access.needs_setup, entrance.center, owner):
            return await _set_up(request, entrance, secret, form)
        return await _let_in(request, entrance, await run_in_threadpool(access.use_link, entrance.center, secret), "/")
    except UnknownLink as no:
        return page(request, "notice", LINK_GONE, status=no.status)


async def _set_up(request: Request, entrance: Entrance, secret: str, form: Mapping[str, str]) -> Response:
    """Take the chosen name and pass-phrase; what is wrong with them is said on the same form, and the link stays good."""
    name, passphrase = form.get("name", ""), form.get("passphrase", "")
    if passphrase != form.get("again", passphrase):
        return page(request, "set_up", SET_UP, {"no": translator(language_of(request))(DIFFERENT), "name": name}, status=422)
    try:
        session = await run_in_threadpool(access.set_up_account, entrance.center, secret, name, passphrase[:200])
    except UnknownLink:
        raise
    except Refusal as no:
        return page(request, "set_up", SET_UP, {"no": _told(request, no), "name": name}, status=no.status)
    return await _let_in(request, entrance, session, "/")


# ---- what they share -------------------------------------------------------------------------------------------------------------


@router.get("/language")
async def switch_language(request: Request, to: Annotated[str, Query(max_length=8)] = "zh_CN", next_page: NextPage = "/") -> Response:
    answer = RedirectResponse(local_path(next_page), 303)
    language, secure = "en" if to == "en" else "zh_CN", request.url.scheme == "https"
    answer.set_cookie(LANGUAGE_COOKIE, language, max_age=365 * 86400, samesite="lax", secure=secure)
    return answer


async def _let_in(request: Request, entrance: Entrance, secret: str, next_page: str) -> Response:
    """Give the browser its session, and show the page that was asked for, or where somebody of this role works."""
    actor = await entrance.callers.of(secret)
    answer = RedirectResponse(next_page if next_page != "/" or actor is None else home_of(actor), 303)
    answer.set_cookie(
        session_cookies(entrance.center)[0],
        secret,
        max_age=_days(actor) * 86400,
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


def _days(actor: Actor | None) -> int:
    return 2 if actor is None else COOKIE_DAYS.get(actor.role, 2)


def local_path(wanted: str) -> str:
    """A path of this site, else "/": a link must not lead people away after they signed in."""
    if not wanted.startswith("/") or wanted.startswith(("//", "/\\")) or not wanted.isprintable():
        return "/"
    return quote(wanted, safe="/?&=#%:,;+@!~*'()-._")


def _told(request: Request, no: Refusal) -> str:
    return phrases.refusal(language_of(request), no)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form; what is no text becomes a replacement character, and only a handful of fields is read."""
    try:
        fields = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=16)
    except ValueError:
        return {}
    return {name: value.replace("\0", "\ufffd") for name, value in fields}
