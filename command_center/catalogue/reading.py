"""A strict reader: turns what a file says into a dataclass, and refuses what the dataclass does not know.

The dataclass is the schema: one field, one key. A field with a default may be left out; a field marked
`metadata={"in_file": False}` comes from the loader and may not stand in the file. Texts must be in both languages.
"""

import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import yaml

from command_center.domain.text import Text

T = TypeVar("T")
Read = Callable[[Any], Any]


class CatalogueError(Exception):
    """A catalogue file that cannot be used: which file, where in it, and what is wrong."""

    def __init__(self, file: str, where: str, what: str) -> None:
        super().__init__(f"{file}: {where}: {what}" if where else f"{file}: {what}")
        self.file = file
        self.where = where
        self.what = what


class Wrong(Exception):
    """What is wrong with a value; every level on the way out adds its own step to the path."""

    def __init__(self, what: str, path: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.path = path

    def inside(self, step: str) -> "Wrong":
        if not step:
            return self
        joint = "" if not self.path or self.path.startswith("[") else "."
        return Wrong(self.what, f"{step}{joint}{self.path}")


@dataclass(frozen=True, slots=True)
class Document:
    """One file's content, ready to be read entry by entry."""

    file: str
    content: Mapping[str, Any]

    def read(self, entry: type[T], raw: object, where: str, **derived: object) -> T:
        """Build `entry` from `raw`; `derived` are the fields that do not stand in the file. Raises CatalogueError."""
        try:
            return read_entry(entry, raw, **derived)
        except Wrong as wrong:
            placed = wrong.inside(where)
            raise CatalogueError(self.file, placed.path, placed.what) from None

    def part(self, kind: Hashable, key: str) -> Any:  # noqa: ANN401 - what `kind` says, and Python 3.11 cannot write that down
        """Read the top-level key `key` as `kind`, any type the reader knows. Raises CatalogueError."""
        try:
            return reader(kind)(self.content[key])
        except KeyError:
            raise CatalogueError(self.file, key, "is missing") from None
        except Wrong as wrong:
            placed = wrong.inside(key)
            raise CatalogueError(self.file, placed.path, placed.what) from None


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C parser where PyYAML was built with it
    """Safe YAML that refuses a key written twice instead of keeping the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        if len(mapping) < len(node.value):
            seen: set[str] = set()
            for key, _ in node.value:
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"the key {key.value!r} stands twice", key.start_mark)
                seen.add(key.value)
        return mapping


def open_document(path: Path, *, schema: str, keys: frozenset[str] | None = None) -> Document:
    """Read a YAML file and check its `schema` line and, if given, that it has exactly these other top-level keys."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(path.name, "", f"cannot be read: {error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        raise CatalogueError(path.name, where, getattr(error, "problem", None) or str(error)) from error
    if not isinstance(content, dict):
        raise CatalogueError(path.name, "", "is not a mapping")
    if content.pop("schema", None) != schema:
        raise CatalogueError(path.name, "schema", f"must be {schema}")
    if keys is not None:
        _refuse_keys(path.name, frozenset(content), keys)
    return Document(path.name, content)


def _refuse_keys(file: str, found: frozenset[str], wanted: frozenset[str]) -> None:
    for key in sorted(found ^ wanted):
        raise CatalogueError(file, str(key), "is missing" if key in wanted else "is not a known key")


def read_entry(entry: type[T], raw: object, **derived: object) -> T:
    """Build a dataclass from a mapping. Raises Wrong with the path inside the entry."""
    return cast("T", _shape(cast("Hashable", entry)).read(raw, derived))


@dataclass(frozen=True, slots=True)
class _Shape:
    """A dataclass seen as a schema."""

    build: Callable[..., Any]
    readers: Mapping[str, Read]
    required: frozenset[str]

    def read(self, raw: object, derived: Mapping[str, object]) -> object:
        if not isinstance(raw, dict):
            raise Wrong(f"must be a mapping, not {raw!r}")
        values = dict(derived)
        for key, value in raw.items():
            read = self.readers.get(key)
            if read is None:
                raise Wrong("is not a known key", str(key))
            try:
                values[key] = read(value)
            except Wrong as wrong:
                raise wrong.inside(key) from None
        for key in sorted(self.required - raw.keys()):
            raise Wrong("is missing", key)
        return self.build(**values)


@cache
def _shape(entry: Any) -> _Shape:  # noqa: ANN401 - any dataclass
    hints = get_type_hints(entry)
    written = [field for field in fields(entry) if field.metadata.get("in_file", True)]
    return _Shape(
        build=entry,
        readers={field.name: reader(hints[field.name]) for field in written},
        required=frozenset(field.name for field in written if _is_required(field)),
    )


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


@cache
def reader(kind: Any) -> Read:  # noqa: ANN401 - any annotation: a class, a Literal, a union, a tuple of something
    """Return the function that reads one value of a type: plain values, texts, dataclasses, tuples, sets, mappings and unions of them."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if is_dataclass(kind):
        return lambda raw: _shape(cast("Hashable", kind)).read(raw, {})
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _one_of(tuple(kind), kind)
    return _composed(get_origin(kind), get_args(kind))


def _composed(origin: object, inner: tuple[Any, ...]) -> Read:
    if origin is Literal:
        return _one_of(inner, str)
    if origin is tuple or origin is frozenset:
        return _many(origin, reader(inner[0]))
    if origin is Mapping:
        return _mapping(reader(inner[0]), reader(inner[1]))
    if origin is Union or origin is types.UnionType:
        return _either([reader(choice) for choice in inner])
    raise TypeError(f"the catalogue reader does not know {origin!r}")


def _text(raw: object) -> Text:
    if not isinstance(raw, dict):
        raise Wrong(f"must be a text in both languages {{zh, en}}, not {raw!r}")
    for language, name in (("zh", "Chinese"), ("en", "English")):
        if not isinstance(raw.get(language), str) or not raw[language].strip():
            raise Wrong(f"has no {name} text", language)
    for key in raw.keys() - {"zh", "en"}:
        raise Wrong("is not a known key", str(key))
    return Text(raw["zh"], raw["en"])


def _word(raw: object) -> str:
    if not isinstance(raw, str) or not raw:
        raise Wrong(f"must be a word or text, not {raw!r}")
    return raw


def _whole(raw: object) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or raw < 0:
        raise Wrong(f"must be a whole number from 0, not {raw!r}")
    return raw


def _number(raw: object) -> float:
    if not isinstance(raw, int | float) or isinstance(raw, bool):
        raise Wrong(f"must be a number, not {raw!r}")
    return float(raw)


def _yes_or_no(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise Wrong(f"must be true or false, not {raw!r}")
    return raw


def _nothing(raw: object) -> None:
    if raw is not None:
        raise Wrong(f"must be null, not {raw!r}")


def _anything(raw: object) -> object:
    return raw


_PLAIN: Mapping[Any, Read] = {
    Any: _anything,
    Text: _text,
    str: _word,
    int: _whole,
    float: _number,
    bool: _yes_or_no,
    type(None): _nothing,
}


def _one_of(words: tuple[Any, ...], build: Callable[[str], Any]) -> Read:
    known = {str(word): build(word) for word in words}

    def read(raw: object) -> object:
        if not isinstance(raw, str) or raw not in known:
            raise Wrong(f"must be one of {', '.join(known)}, not {raw!r}")
        return known[raw]

    return read


def _many(collect: Callable[[list[Any]], Any], read_one: Read) -> Read:
    def read(raw: object) -> object:
        if not isinstance(raw, list):
            raise Wrong(f"must be a list, not {raw!r}")
        values = []
        for place, value in enumerate(raw):
            try:
                values.append(read_one(value))
            except Wrong as wrong:
                raise wrong.inside(f"[{place}]") from None
        return collect(values)

    return read


def _mapping(read_key: Read, read_value: Read) -> Read:
    def read(raw: object) -> Mapping[Any, Any]:
        if not isinstance(raw, dict):
            raise Wrong(f"must be a mapping, not {raw!r}")
        values = {}
        for key, value in raw.items():
            try:
                values[read_key(key)] = read_value(value)
            except Wrong as wrong:
                raise wrong.inside(str(key)) from None
        return values

    return read


def _either(choices: list[Read]) -> Read:
    """Try each type; None means "may be null", and then the complaint is about the other type."""

    def read(raw: object) -> object:
        complaint: Wrong | None = None
        for choice in choices:
            try:
                return choice(raw)
            except Wrong as wrong:
                complaint = complaint or wrong
        raise complaint or Wrong("cannot be read")

    return read
