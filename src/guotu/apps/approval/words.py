"""Text in both languages of the platform, and how figures are written into it."""

from __future__ import annotations

from dataclasses import dataclass

from guotu.errors import Lang


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in Chinese and in English."""

    zh: str
    en: str

    def in_(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en

    def __add__(self, other: Text) -> Text:
        return Text(self.zh + other.zh, f"{self.en} {other.en}".strip())


def same(text: str) -> Text:
    """A name that reads the same in both languages."""
    return Text(text, text)
