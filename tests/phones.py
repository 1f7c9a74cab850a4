"""A message service on this machine: what phones would have shown, and a number that is out of order."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LINK = re.compile(r"/a/[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a phone shows. to : the last part of the address it came by."""

    to: str
    title: str
    body: str
    at: datetime

    @property
    def link(self) -> str:
        """The path behind which its receiver says "received"."""
        found = LINK.search(self.body)
        assert found is not None, self.body
        return found.group()


@dataclass(slots=True)
class MessageService:
    """A service on this machine that takes every message, except for those who are out of order."""

    port: int
    received: list[Message] = field(default_factory=list)
    out_of_order: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    def address(self, name: str) -> str:
        return f"json://127.0.0.1:{self.port}/{name}"

    def to(self, name: str) -> list[Message]:
        """Everything that came for one receiver, oldest first."""
        return [message for message in self.received if message.to == name]


@contextmanager
def message_service(now: Callable[[], datetime]) -> Iterator[MessageService]:
    """One that listens until the block ends."""
    service = MessageService(port=0)

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told, to = json.loads(self.rfile.read(int(self.headers["Content-Length"]))), self.path.strip("/")
            if to in service.out_of_order:
                service.refused.append(to)
            else:
                service.received.append(Message(to=to, title=told["title"], body=told["message"], at=now()))
            self.send_response(503 if to in service.out_of_order else 200)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        service.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield service
        server.shutdown()
        thread.join()
