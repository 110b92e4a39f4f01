"""The shape of a failure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

Lang = Literal["zh", "en"]


class Family(StrEnum):
    """What a caller can do about a failure; edges translate it to exit statuses and HTTP statuses."""

    USAGE = "usage"
    REFUSED = "refused"
    HELD = "held"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    CONFLICT = "conflict"
    TOO_LARGE = "too-large"
    BUSY = "busy"
    UNFORESEEN = "unforeseen"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is wrong; every part optional. `coordinate` is (x, y) as found in the source."""

    file: str | None = None
    layer: str | None = None
    row: int | None = None
    field: str | None = None
    key: str | None = None
    coordinate: tuple[float, float] | None = None

    def as_dict(self) -> dict[str, Any]:
        """The known parts only, ready for JSON."""
        parts = {name: getattr(self, name) for name in self.__slots__}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in parts.items() if v is not None}


KINDS: dict[str, Kind] = {}
"""Every kind declared so far, by code; `kinds.all_kinds` declares them all first."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to fail. Texts are `str.format` templates over the facts given when raised."""

    code: str
    family: Family
    zh: str
    en: str
    hint_zh: str
    hint_en: str
    retryable: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        if self.code in KINDS:
            raise AssertionError(f"error code {self.code} declared twice")
        KINDS[self.code] = self

    def __call__(self, *, place: Place | None = None, **facts: object) -> GuotuError:
        return GuotuError(self, place=place, facts=facts)


class GuotuError(Exception):
    """A failure with its kind, the facts that fill its texts, and its place."""

    def __init__(self, kind: Kind, *, place: Place | None = None, facts: dict[str, object]) -> None:
        self.kind, self.place, self.facts = kind, place or Place(), facts
        super().__init__(f"{kind.code} {self.detail('zh')}")

    @property
    def code(self) -> str:
        return self.kind.code

    def detail(self, lang: Lang) -> str:
        """What happened."""
        return (self.kind.zh if lang == "zh" else self.kind.en).format(**self.facts)

    def hint(self, lang: Lang) -> str:
        """What to do about it."""
        return (self.kind.hint_zh if lang == "zh" else self.kind.hint_en).format(**self.facts)

    def as_dict(self, lang: Lang) -> dict[str, Any]:
        """The JSON core that every edge shares: code, detail, hint, place."""
        shown = {"code": self.code, "detail": self.detail(lang), "hint": self.hint(lang)}
        place = self.place.as_dict()
        return {**shown, "place": place} if place else shown
