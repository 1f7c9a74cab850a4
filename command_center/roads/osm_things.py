"""The few properties of osmium's objects that are read here; osmium itself ships no types."""

from collections.abc import Iterable
from typing import Protocol, overload


class Tags(Protocol):
    """Keys and values of one object of the map."""

    @overload
    def get(self, key: str) -> str | None: ...
    @overload
    def get(self, key: str, default: str) -> str: ...
    def __getitem__(self, key: str) -> str: ...
    def __contains__(self, key: object) -> bool: ...


class Location(Protocol):
    """Where a node is, if the file says so."""

    def valid(self) -> bool: ...


class NodeRef(Protocol):
    """A node as a way refers to it; degrees."""

    ref: int
    lat: float
    lon: float
    location: Location


class Way(Protocol):
    """A line with tags."""

    tags: Tags
    nodes: Iterable[NodeRef]


class MapArea(Protocol):
    """A closed way or multipolygon."""

    tags: Tags

    def outer_rings(self) -> Iterable[Iterable[NodeRef]]: ...
    def inner_rings(self, outer: Iterable[NodeRef]) -> Iterable[Iterable[NodeRef]]: ...
