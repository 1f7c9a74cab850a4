"""Join words/zh/*.po and compile them: `python -m command_center.words`. A msgid with two translations is refused."""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from command_center.words import DOMAIN, LOCALE

SOURCES = Path(__file__).with_name("zh")


def joined() -> Catalog:
    """All Chinese in one catalogue; exits with one sentence when two files disagree."""
    whole = Catalog(locale="zh_CN", domain=DOMAIN, fuzzy=False)
    for source in sorted(SOURCES.glob("*.po")):
        with source.open("rb") as lines:
            for message in read_po(lines, locale="zh_CN"):
                held = whole.get(message.id) if message.id else None
                if held is not None and held.string != message.string:
                    sys.exit(f"{source.name}: {message.id!r} is {message.string!r} here and {held.string!r} elsewhere")
                if message.id:
                    whole.add(message.id, message.string)
    return whole


def compile_words() -> Path:
    """Write the compiled catalogue that ships with the product."""
    words = joined()
    target = LOCALE / "zh_CN" / "LC_MESSAGES" / f"{DOMAIN}.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        write_mo(out, words)
    return target


if __name__ == "__main__":
    print(compile_words())  # noqa: T201 - a command tells what it wrote
