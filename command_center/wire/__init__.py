"""Floor 2, the wire: one stream of facts, one of positions, a bell and a queue. Names of Redis and RQ live in this package only.

Nothing here is the truth. The database is; Redis may be wiped at any moment, and the relay and the readers' snapshots make it good.

    Wire            the short calls of the web process, the relay and the jobs; none of them holds up a click
    WireReader      the one long reader of a web process
    DispatchWorker  runs workers.jobs.run and nothing else
    EmbeddedValkey  a private Valkey, so that a centre needs no server installed

The names below are loaded when they are first used: the supervisor needs EmbeddedValkey and must stay small.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from command_center.wire.connection import WireDown
    from command_center.wire.embedded import DataDirInUse, EmbeddedValkey
    from command_center.wire.reader import Away, Back, Facts, Lost, Message, Positions, WireReader
    from command_center.wire.wire import Wire
    from command_center.wire.worker import DispatchWorker, work_until_stopped

__all__ = [
    "Away",
    "Back",
    "DataDirInUse",
    "DispatchWorker",
    "EmbeddedValkey",
    "Facts",
    "Lost",
    "Message",
    "Positions",
    "Wire",
    "WireDown",
    "WireReader",
    "work_until_stopped",
]

_HOMES = {
    "connection": ("WireDown",),
    "embedded": ("DataDirInUse", "EmbeddedValkey"),
    "reader": ("Away", "Back", "Facts", "Lost", "Message", "Positions", "WireReader"),
    "wire": ("Wire",),
    "worker": ("DispatchWorker", "work_until_stopped"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the named module holds under this name
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
