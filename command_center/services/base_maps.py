"""The drawing of an imported map file lies within its road network's file, which is a zip file: whoever has the one has the other."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

BASE_MAP = "base_map.json"
"""Name of the drawing in a saved network. Networks imported by earlier versions have a file of this name beside them."""


def put_base_map(network: Path, drawing: Mapping[str, Any]) -> None:
    """Add the drawing to a saved network."""
    with ZipFile(network, "a", compression=ZIP_DEFLATED) as saved:
        saved.writestr(BASE_MAP, json.dumps(drawing, ensure_ascii=False, separators=(",", ":")))


def saved_base_map(network: Path) -> dict[str, Any] | None:
    """The drawing that was imported with a saved network; None for the demonstration's, which ships with the catalogue."""
    text = _text(network)
    drawing: dict[str, Any] | None = None if text is None else json.loads(text)
    return drawing


def is_imported(network: Path) -> bool:
    """Whether a network is there that was imported with its drawing."""
    return _text(network) is not None


def _text(network: Path) -> str | None:
    if not network.is_file():
        return None
    with suppress(KeyError, BadZipFile), ZipFile(network) as saved:
        return saved.read(BASE_MAP).decode()
    beside = network.with_name(BASE_MAP)
    return beside.read_text("utf-8") if beside.is_file() else None
