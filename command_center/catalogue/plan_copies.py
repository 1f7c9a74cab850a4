"""Plans as data outside their files: the copy an activation keeps, and the wording an administrator has changed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from command_center.catalogue.reading import CatalogueError, Wrong, read_entry
from command_center.domain.plan_book import Plan


def copy_of(plan: Plan) -> dict[str, Any]:
    """The plan as JSON-plain data, with the keys its file has; `plan_from` reads it back."""
    written = asdict(plan)
    del written["version"]
    copy: dict[str, Any] = json.loads(json.dumps(written))
    return copy


def version_of(copy: Mapping[str, Any]) -> str:
    """Fingerprint of a plan's content: the same words, the same version."""
    return hashlib.sha256(json.dumps(copy, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]


def plan_from(copy: Mapping[str, Any], version: str) -> Plan:
    """Read a copy back; raises CatalogueError with the place that does not fit the schema."""
    return _read(json.dumps(copy, ensure_ascii=False), version)


@lru_cache(maxsize=64)
def _read(copy: str, version: str) -> Plan:
    try:
        return read_entry(Plan, json.loads(copy), version=version)
    except Wrong as wrong:
        raise CatalogueError("plan", wrong.path, wrong.what) from None
