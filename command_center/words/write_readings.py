"""Write words/readings.txt anew from pypinyin's dictionary: `python -m command_center.words.write_readings`.

The running centre reads the table and not pypinyin, which holds 56 MB. Only the tools that make demonstration data, and this one, do.
"""

from collections import defaultdict

from pypinyin import Style, pinyin
from pypinyin.constants import PINYIN_DICT

from command_center.words.readings import TABLE

_HEAD = """\
# How Han characters are read: the readings without tones, the commonest first, and the characters that are read so.
# Made by `python -m command_center.words.write_readings` from pypinyin (MIT licence, (c) 2016 mozillazg and others).
"""


def table() -> str:
    """The text of the table."""
    read_so: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for character in map(chr, sorted(PINYIN_DICT)):
        readings = [it for it in pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")[0] if it.isascii() and it.isalpha()]
        if readings:
            read_so[tuple(dict.fromkeys(readings))].append(character)
    return _HEAD + "".join(f"{' '.join(readings)}\t{''.join(characters)}\n" for readings, characters in sorted(read_so.items()))


if __name__ == "__main__":
    TABLE.write_text(table(), "utf-8")
    print(TABLE)  # noqa: T201 - a command tells what it wrote
