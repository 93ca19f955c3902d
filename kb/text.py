"""A text in Chinese and English: what every message, label and hint is made of.

Must not know what the text is about, nor how it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in both languages of the interface.

    >>> Text(zh="举措", en="measures").in_("zh")
    '举措'
    """

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        """The text in one language (BCP 47 primary tag)."""
        return self.zh if language == "zh" else self.en

    def as_dict(self) -> dict[str, str]:
        """The form of a bilingual text in JSON: ``{"zh": …, "en": …}``."""
        return {"zh": self.zh, "en": self.en}
