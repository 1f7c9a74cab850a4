"""From bytes to a tree of elements, with every door for attacks shut: docs/decisions says why it is not defusedxml.

Limits are on size, depth and number of elements; a document type ends the reading before anything in it is looked at.
"""

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from command_center.domain.errors import (
    AlertEncoding,
    AlertHasDoctype,
    AlertNotXml,
    AlertTooDeep,
    AlertTooLarge,
    AlertTooManyParts,
)

MOST_BYTES = 1024 * 1024
MOST_LEVELS = 64
MOST_ELEMENTS = 20_000
"""The largest real lists have some thousand; a file of nothing but empty elements would take seconds."""

_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "iso-8859-1": "latin-1",
}
"""GB18030 contains GBK and GB2312."""

_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]{0,400}\?>")


@dataclass(slots=True)
class Element:
    """One element: namespace ("" without one), name, own text, children in order."""

    namespace: str
    name: str
    text: str = ""
    children: list["Element"] = field(default_factory=list)


@dataclass(slots=True)
class _Tree:
    """Builds the tree and counts; raises as soon as a limit is passed."""

    root: Element | None = None
    count: int = 0
    open: list[Element] = field(default_factory=list)
    pieces: list[list[str]] = field(default_factory=list)

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) >= MOST_LEVELS:
            raise AlertTooDeep(most=MOST_LEVELS)
        if self.count > MOST_ELEMENTS:
            raise AlertTooManyParts(most=MOST_ELEMENTS)
        namespace, _, local = name.rpartition(" ")
        element = Element(namespace, local)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)
        self.pieces.append([])

    def end(self, _name: str) -> None:
        self.open.pop().text = "".join(self.pieces.pop())

    def text(self, letters: str) -> None:
        self.pieces[-1].append(letters)


def _refuse_doctype(*_: object) -> None:
    raise AlertHasDoctype


def read_elements(raw: bytes) -> Element:
    """The root element. Raises AlertTooLarge, AlertEncoding, AlertNotXml, AlertHasDoctype, AlertTooDeep, AlertTooManyParts."""
    if len(raw) > MOST_BYTES:
        raise AlertTooLarge(most_bytes=MOST_BYTES)
    letters = _DECLARATION.sub("", _decoded(raw), count=1)
    tree = _Tree()
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    try:
        parser.Parse(letters.encode("utf-8"), True)
    except expat.ExpatError as error:
        raise AlertNotXml(line=error.lineno, reason=expat.ErrorString(error.code) or "") from None
    except UnicodeEncodeError:
        raise AlertNotXml(line=0, reason="half a surrogate pair") from None
    if tree.root is None:
        raise AlertNotXml(line=0, reason="no element found")
    return tree.root


def _decoded(raw: bytes) -> str:
    """Decoded here and not by expat, which knows no GB18030."""
    name = _encoding(raw)
    codec = _ENCODINGS.get(name.lower())
    if codec is None:
        raise AlertEncoding(encoding=name)
    try:
        return raw.decode(codec).lstrip("\ufeff").lstrip()
    except UnicodeDecodeError:
        raise AlertEncoding(encoding=name) from None


def _encoding(raw: bytes) -> str:
    """By mark, by the zero bytes of UTF-16, by declaration; XML without any of them is UTF-8."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if raw[:2] == b"<\0":
        return "utf-16le"
    if raw[:2] == b"\0<":
        return "utf-16be"
    declared = _DECLARED.match(raw.removeprefix(b"\xef\xbb\xbf"))
    return "utf-8" if declared is None else declared[1].decode("ascii")
