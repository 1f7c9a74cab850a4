"""The web process put together: one FastAPI application with the doors, the screens, and the guards before both."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from command_center.api import open_doors
from command_center.api.body_limit import BodyLimit
from command_center.api.callers import Callers, caller, forget_changed
from command_center.api.entrance import Entrance
from command_center.api.front import Front, security_policy
from command_center.api.gate import Gate, session_cookies
from command_center.api.screen_calls import ScreenCalls
from command_center.center import Center
from command_center.domain.text import Language
from command_center.services import access, open_center, paper
from command_center.services.circle_watch import CircleWatch
from command_center.services.guarding import GuardWatch
from command_center.services.live import LiveBoard
from command_center.services.positions import Intake
from command_center.ui import app as ui
from config import Settings

log = logging.getLogger(__name__)

YOUNG = 10_000
"""New objects before they are looked through for rubbish: one answer makes some thousands, and next to none of them in circles."""

BREATHER_S = 1.0
"""Between a failure of background work and its next try."""


def create_app(settings: Settings) -> FastAPI:
    """The application uvicorn serves; opens the center that the settings describe, and closes it when the server stops."""
    center = open_center(**settings.center_options())
    server = compose(
        center, language=settings.language, device_tokens=settings.device_tokens_required, simulator=settings.simulator == "on"
    )
    settle()
    return server


def settle() -> None:
    """What has been loaded stays as long as the process: looking through it for rubbish held every answer up. So did looking often."""
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])


def compose(center: Center, *, language: Language, device_tokens: bool, simulator: bool = False) -> FastAPI:
    """Put doors, screens and guards together around an open center.

    device_tokens : position feeds must carry a token. simulator : vehicles and calls are made up, and every screen says so.
    """
    guard_watch = GuardWatch(center)
    intake = Intake(center, on_fix=guard_watch.see)
    live = LiveBoard(center=center, intake=intake, simulator=simulator)
    entrance = Entrance(
        center=center,
        live=live,
        intake=intake,
        circle=CircleWatch(center, live),
        callers=Callers(partial(access.caller_of, center)),
        language=language,
        device_tokens=device_tokens,
    )
    server = FastAPI(
        title="Street Command Center",
        version="1",
        lifespan=partial(_running, entrance, guard_watch),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    open_doors(server, entrance)
    screens = ui.create(server, center, live, caller)
    server.add_middleware(ScreenCalls, known=screens.callback_map, language=language)
    _guard(server, entrance, security_policy(screens.csp_hashes()))
    return server


def _guard(server: FastAPI, entrance: Entrance, policy: str) -> None:
    """Put the guards before everything; the last one added is the first that a request meets."""
    server.add_middleware(Gate, callers=entrance.callers, language=entrance.language, cookies=session_cookies(entrance.center))
    server.add_middleware(BodyLimit, language=entrance.language)
    server.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5)
    server.add_middleware(Front, policy=policy, language=entrance.language, is_drill=entrance.center.is_drill)


@asynccontextmanager
async def _running(entrance: Entrance, guard_watch: GuardWatch, _server: FastAPI) -> AsyncIterator[None]:
    """While the server runs: the board follows the wire, positions go on, guards are watched, paper is written, tokens are forgotten."""
    center, live, intake = entrance.center, entrance.live, entrance.intake
    await asyncio.to_thread(intake.load)
    await live.load()
    async with AsyncExitStack() as stack:
        stack.callback(center.close)
        await stack.enter_async_context(_beside("live board", partial(_follow_wire, live)))
        await stack.enter_async_context(_beside("positions", intake.run))
        await stack.enter_async_context(_beside("paper", partial(paper.keep_writing, center)))
        await stack.enter_async_context(_beside("circle", entrance.circle.run))
        await stack.enter_async_context(_beside("guards", guard_watch.run))
        await stack.enter_async_context(_beside("callers", partial(forget_changed, live, entrance.callers)))
        yield


async def _follow_wire(live: LiveBoard) -> None:
    """Follow the wire; should that fail (the database was away when the board had to be read anew), the next try starts over."""
    try:
        await live.run(live.center.wire.redis_url)
    except Exception:
        live.start_over()
        raise


@asynccontextmanager
async def _beside(name: str, work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Work that goes on as long as the block; when it fails, it is logged and begun again."""
    task = asyncio.create_task(_again_and_again(name, work), name=name)
    try:
        yield
    finally:
        while not task.done():  # wait_for of Python 3.11, which redis-py sends with, can swallow a cancellation (cpython#86296)
            task.cancel()
            await asyncio.wait([task], timeout=0.2)


async def _again_and_again(name: str, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception:
            log.exception("background work failed; beginning again", extra={"work": name})
        await asyncio.sleep(BREATHER_S)
