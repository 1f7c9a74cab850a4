"""The small process that `python -m command_center up` turns itself into."""

from __future__ import annotations

import io
import os
import sys

from command_center.supervisor.rounds import CannotStart, Orders, Supervisor
from command_center.wire.embedded import DataDirInUse, ValkeyFailed


def main() -> None:
    """Run the centre; one clear sentence and exit code 1 when it cannot start."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Chinese shows question marks, and the centre runs
    try:
        Supervisor(Orders.from_environment(os.environ)).run()
    except (CannotStart, DataDirInUse, ValkeyFailed, OSError) as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
