"""The real application behind a real server on a free port, spoken to the way outside programs do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

import httpx
import pytest
import uvicorn
from sqlalchemy import QueuePool

from command_center.center import Center
from command_center.domain.rights import Role
from command_center.domain.text import Language
from command_center.services import access
from command_center.web import compose
from tests.waiting import eventually
from workers.relay import Relay


@dataclass(slots=True)
class Web:
    """One web process and the relay beside it, which carries on when a test says so."""

    center: Center
    relay: Relay
    url: str
    _tokens: dict[str, str] = field(default_factory=dict)
    _clients: list[httpx.Client] = field(default_factory=list)

    def token(self, role: Role, unit_id: str | None = None) -> str:
        """A bearer token for a role, the same one each time it is asked for."""
        name = f"{role.value}-{unit_id or 'program'}"
        if name not in self._tokens:
            self._tokens[name] = access.issue_token(self.center, name, role, unit_id=unit_id)
        return self._tokens[name]

    def client(self, role: Role | None = None, unit_id: str | None = None) -> httpx.Client:
        """A program with a token of that role; without a role, a stranger."""
        headers = {} if role is None else {"Authorization": f"Bearer {self.token(role, unit_id)}"}
        client = httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)
        self._clients.append(client)
        return client

    def carry(self) -> None:
        """Let the relay publish what happened."""
        while self.relay.publish():
            pass

    def close(self) -> None:
        for client in self._clients:
            client.close()


@pytest.fixture
def language() -> Language:
    return "zh_CN"


@pytest.fixture
def device_tokens() -> bool:
    """Whether position feeds must carry a token; a module or test overrides it."""
    return False


@pytest.fixture
def serve(open_center: Callable[[], Center]) -> Iterator[Callable[[Center, Language, bool], str]]:
    """Starts a web process on a center of its own and returns its address; stopped at the end."""
    stops: list[Callable[[], None]] = []

    def start(center: Center, language: Language, device_tokens: bool) -> str:
        app = compose(center, language=language, device_tokens=device_tokens)
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        eventually(lambda: server.started, within_s=20)

        def stop() -> None:
            server.should_exit = True
            thread.join(15)
            pool = center.engine.pool
            assert isinstance(pool, QueuePool)
            eventually(lambda: pool.checkedout() == 0, within_s=20)  # a watch may still look in a thread of its own

        stops.append(stop)
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

    yield start
    for stop in stops:
        stop()


@pytest.fixture
def web(
    open_center: Callable[[], Center], serve: Callable[[Center, Language, bool], str], language: Language, device_tokens: bool
) -> Iterator[Web]:
    url = serve(open_center(), language, device_tokens)
    own = open_center()
    with closing(Web(center=own, relay=Relay(own), url=url)) as running:
        yield running


@pytest.fixture
def desk(web: Web) -> httpx.Client:
    """A program with the duty officer's rights."""
    return web.client(Role.DUTY_OFFICER)


@pytest.fixture
def stranger(web: Web) -> httpx.Client:
    """Nobody the centre knows."""
    return web.client()
