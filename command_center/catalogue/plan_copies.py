"""Plans as data outside their files: the copy an activation keeps, and the wording an administrator has changed."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints

from command_center.catalogue.checking import UPWARDS, Complaints
from command_center.catalogue.reading import CatalogueError, Wrong, read_entry, reader
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
        return read_entry(Plan, _upwards(json.loads(copy)), version=version)
    except Wrong as wrong:
        raise CatalogueError("plan", wrong.path, wrong.what) from None


def _upwards(copy: dict[str, Any]) -> dict[str, Any]:
    """The copy with its levels in the order in which plans write them: JSON keeps none."""
    for name in ("levels", "resources"):
        rows = copy.get(name)
        if isinstance(rows, dict):
            copy[name] = {level.value: rows[level.value] for level in UPWARDS if level.value in rows} | rows
    return copy


# ---- what is wrong with a copy that people wrote -------------------------------------------------------------------------------


def copy_complaints(copy: object) -> Complaints:
    """Everything that keeps a copy from being read as a plan: of each key, or of each entry of a list, the first thing wrong."""
    if not isinstance(copy, Mapping):
        yield "plan", "must be a mapping"
        return
    hints = get_type_hints(Plan)
    known = {field.name: field for field in fields(Plan) if field.metadata.get("in_file", True)}
    for key in copy:
        if key not in known:
            yield str(key)[:60], "is not a known key"
    for name, field in known.items():
        if name in copy:
            yield from _unfit(name, hints[name], copy[name])
        elif field.default is MISSING and field.default_factory is MISSING:
            yield name, "is missing"


def _unfit(name: str, kind: object, value: object) -> Complaints:
    if get_origin(kind) is tuple and isinstance(value, list):
        for place, entry in enumerate(value):
            yield from _unfit(f"{name}[{place}]", get_args(kind)[0], entry)
        return
    try:
        reader(kind)(value)
    except Wrong as wrong:
        placed = wrong.inside(name)
        yield placed.path, placed.what[:200]
    except (OverflowError, RecursionError):
        yield name, "cannot be read"
    else:
        yield from _unwritable(name, value)


def _unwritable(where: str, value: object) -> Complaints:
    """Texts and numbers that no file, message or other program could carry on."""
    match value:
        case str() if not value.isprintable() and any(not letter.isprintable() and letter not in "\n\u3000\xa0" for letter in value):
            yield where, "has characters that cannot be printed"
        case float() if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - only NaN differs from itself
            yield where, "must be a finite number"
        case Mapping():
            for key, inner in value.items():
                yield from _unwritable(f"{where}.{key}", inner)
        case list():
            for place, inner in enumerate(value):
                yield from _unwritable(f"{where}[{place}]", inner)


# ---- what has changed between two copies ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in which two copies differ. before, after : JSON-plain; None where there is nothing."""

    path: str
    before: Any
    after: Any


def differences(before: Any, after: Any, path: str = "") -> list[Difference]:  # noqa: ANN401 - JSON of any shape
    """Where two copies differ, as deep as possible. Entries of a list that have an id are compared by it, wherever they stand."""
    return list(_differences(before, after, path))


def _differences(before: Any, after: Any, path: str) -> Iterator[Difference]:  # noqa: ANN401 - JSON of any shape
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            yield from _differences(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
    elif (old := _by_id(before)) is not None and (new := _by_id(after)) is not None:
        for key in dict.fromkeys((*old, *new)):
            yield from _differences(old.get(key), new.get(key), f"{path}[{key}]")
        if [key for key in old if key in new] != [key for key in new if key in old]:
            yield Difference(f"{path}[]", list(old), list(new))
    elif before != after:
        yield Difference(path, before, after)


def _by_id(value: Any) -> dict[str, Any] | None:  # noqa: ANN401 - JSON of any shape
    if isinstance(value, Sequence) and not isinstance(value, str) and value and all(isinstance(it, Mapping) and "id" in it for it in value):
        return {str(it["id"]): it for it in value}
    return None
