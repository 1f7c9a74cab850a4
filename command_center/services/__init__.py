"""Floor 3: one function per verb, one transaction per call. `open_center` is how a process starts."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from command_center.center import Center, utc_now
from command_center.services.reactions import reactions_to


def open_center(  # noqa: PLR0913 - one keyword per setting
    *,
    database_url: str,
    redis_url: str,
    tracks_url: str,
    data_dir: Path,
    catalogue_dir: Path | None = None,
    language: str = "zh_CN",
    watch_pattern: str = "",
    now: Callable[[], datetime] = utc_now,
) -> Center:
    """Open the centre with its verbs' consequences attached; the keywords are those of Settings.center_options()."""
    center = Center.open(
        database_url=database_url,
        redis_url=redis_url,
        tracks_url=tracks_url,
        data_dir=data_dir,
        catalogue_dir=catalogue_dir,
        language=language,
        pattern_name=watch_pattern,
        now=now,
    )
    center.reactions = reactions_to
    return center
