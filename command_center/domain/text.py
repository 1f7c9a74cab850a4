"""Text shown to people: always in both languages."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh_CN", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One wording in Chinese and English; the catalogue refuses an entry that lacks either."""

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """Return the wording for `language` ("zh_CN" or "en")."""
        return self.en if language == "en" else self.zh

    def as_row(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}
