"""What one centre is started with: CENTER_* variables or a `.env` file, every default embedded.

Settings are read once, at the door (the command line, the web process, a worker), and handed down as arguments.
"""

from __future__ import annotations

import ipaddress
import json
import os
from datetime import UTC
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from command_center.domain.drill_clock import DRILL_FILE, FASTEST, SLOWEST, DrillClock
from command_center.wire.embedded import socket_url

ENV_PREFIX = "CENTER_"


class Settings(BaseSettings):
    """Every setting by the name of its variable without CENTER_; an empty variable counts as absent."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8050, ge=1, le=65535)
    data_dir: Path = Path("var")
    database_url: str = ""
    redis_url: str = ""
    tracks_url: str = ""
    catalogue_dir: Path | None = None
    router_url: str = ""
    language: Literal["zh_CN", "en"] = "zh_CN"
    simulator: Literal["on", "off"] = "on"
    calls_per_hour: float = Field(default=12.0, ge=0, le=3600)
    watch_pattern: str = Field(default="", pattern=r"^[a-z0-9_]{0,24}$")
    workers: int = Field(default=2, ge=1, le=16)
    device_tokens: Literal["auto", "on", "off"] = "auto"
    public_url: str = ""
    drill_started_at: AwareDatetime | None = None
    drill_clock_at: AwareDatetime | None = None
    drill_begins_at: AwareDatetime | None = None
    drill_speed: float = Field(default=SLOWEST, ge=SLOWEST, le=FASTEST)

    @field_validator("database_url", "tracks_url")
    @classmethod
    def _names_a_database(cls, url: str) -> str:
        return _with_scheme(url, "sqlite", "postgresql", "postgresql+psycopg")

    @field_validator("redis_url")
    @classmethod
    def _names_a_redis(cls, url: str) -> str:
        return _with_scheme(url, "redis", "rediss", "unix")

    @field_validator("router_url", "public_url")
    @classmethod
    def _names_a_server(cls, url: str) -> str:
        return _with_scheme(url, "http", "https")

    def model_post_init(self, _context: object) -> None:
        object.__setattr__(self, "data_dir", self.data_dir.expanduser().absolute())

    @property
    def drill(self) -> DrillClock | None:
        """The clock of the drill that this is; None in service."""
        if self.drill_started_at is None or self.drill_clock_at is None:
            return None
        return DrillClock(
            started_at=self.drill_started_at.astimezone(UTC),
            clock_at=self.drill_clock_at.astimezone(UTC),
            speed=self.drill_speed,
            begins_at=None if self.drill_begins_at is None else self.drill_begins_at.astimezone(UTC),
        )

    def mixed_worlds(self) -> str:
        """Why these settings would let a drill touch the centre in service, or the other way round; "" when they keep them apart."""
        is_drills = os.path.exists(self.data_dir / DRILL_FILE)  # noqa: PTH110 - unlike Path.exists it answers for a folder nobody may look into
        if self.drill is None:
            return f"{self.data_dir} holds a drill: start drills with `python -m command_center drill`." if is_drills else ""
        if not is_drills:
            return f"{self.data_dir} holds no drill: start drills with `python -m command_center drill`."
        own = self.drill_settings(self.data_dir, self.drill, port=self.port)
        for name in ("database_url", "tracks_url", "redis_url"):
            if getattr(self, name) != own[name]:
                return f"A drill runs on its own copy in {self.data_dir} only: {ENV_PREFIX}{name.upper()} leads elsewhere."
        return ""

    def drill_settings(self, folder: Path, clock: DrillClock, *, port: int) -> dict[str, Any]:
        """What differs in a drill in `folder`. Every address is spelled out: an empty one would be looked up in `.env`."""
        return {
            "data_dir": folder,
            "port": port,
            "database_url": f"sqlite:///{folder / 'center.sqlite'}",
            "tracks_url": f"sqlite:///{folder / 'tracks.sqlite'}",
            "redis_url": socket_url(folder / "valkey"),
            "public_url": f"http://{'[' + self.host + ']' if ':' in self.host else self.host}:{port}",
            "simulator": "on",
            "calls_per_hour": 0.0,
            "drill_started_at": clock.started_at,
            "drill_clock_at": clock.clock_at,
            "drill_begins_at": clock.begins_at,
            "drill_speed": clock.speed,
        }

    @property
    def database(self) -> str:
        """URL of the database; SQLite in the data folder unless another is named."""
        return self.database_url or f"sqlite:///{self.data_dir / 'center.sqlite'}"

    @property
    def tracks(self) -> str:
        """URL of the vehicles' tracks, a database of their own."""
        return self.tracks_url or f"sqlite:///{self.data_dir / 'tracks.sqlite'}"

    @property
    def valkey_dir(self) -> Path:
        """Folder of the embedded Valkey, used when no Redis is named."""
        return self.data_dir / "valkey"

    @property
    def redis(self) -> str:
        """URL of Redis; the private socket of the embedded Valkey unless another is named."""
        return self.redis_url or socket_url(self.valkey_dir)

    @property
    def device_tokens_required(self) -> bool:
        """True where position feeds must carry a token: always beyond loopback, unless switched by hand."""
        return self.device_tokens == "on" or (self.device_tokens == "auto" and not is_loopback(self.host))

    def center_options(self) -> dict[str, Any]:
        """Keyword arguments of Center.open."""
        return {
            "database_url": self.database,
            "redis_url": self.redis,
            "tracks_url": self.tracks,
            "data_dir": self.data_dir,
            "catalogue_dir": self.catalogue_dir,
            "language": self.language,
            "public_url": self.public_url.rstrip("/"),
            "router_url": self.router_url,
            "pattern_name": self.watch_pattern,
            "drill": None if self.drill is None else self.drill.as_row(),
        }

    def as_environment(self) -> dict[str, str]:
        """The same settings as CENTER_* variables, for child processes that may run in another folder."""
        values = self.model_dump(mode="json", exclude_none=True)
        return {f"{ENV_PREFIX}{name.upper()}": str(value) for name, value in values.items()}

    def handed_down(self) -> str:
        """What relay, workers and drill need of it, as JSON: reading settings costs 13 MB in every process that does it anew."""
        alone = {name: getattr(self, name) for name in ("host", "port", "data_dir", "catalogue_dir", "calls_per_hour", "redis")}
        return json.dumps({**alone, "options": self.center_options()}, default=str)


def _with_scheme(url: str, *schemes: str) -> str:
    """The address as it is; raises ValueError unless it is empty or begins with one of these."""
    if url and url.partition("://")[0] not in schemes:
        raise ValueError(f"an address that begins with {' or '.join(f'{scheme}://' for scheme in schemes)} is needed")
    return url


def is_loopback(host: str) -> bool:
    """True where only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load_settings(**overrides: object) -> Settings:
    """Read the settings, `overrides` first. Exits with one sentence that names the variable when a value is bad."""
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]  # validated by pydantic on the next line of its own
    except ValidationError as problem:
        raise SystemExit(_sentence(problem)) from None
    if problem_of_worlds := settings.mixed_worlds():
        raise SystemExit(problem_of_worlds)
    return settings


def _sentence(problem: ValidationError) -> str:
    first = problem.errors(include_url=False)[0]
    variable = f"{ENV_PREFIX}{'_'.join(str(part) for part in first['loc']).upper()}"
    shown = "" if "@" in str(first["input"]) else f"={first['input']!r}"  # what stands before an @ may be a password
    reason = first["msg"].removeprefix("Value error, ")
    return f"{variable}{shown} is not usable: {reason[:1].lower()}{reason[1:]}."
