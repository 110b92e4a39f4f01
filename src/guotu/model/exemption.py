"""Approved exceptions (例外说明): breaches that a competent person has allowed for a reason and a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from guotu.errors import Lang


@dataclass(frozen=True, slots=True)
class Exemption:
    """Excuses breaches of one `rule` in one `dataset`: those of a feature `key`, or those inside `area` (WKB, degrees).

    With neither key nor area it excuses the whole dataset. It counts from `approved_on` up to and including `until`
    (None: without end), unless `revoked`.
    """

    id: str
    rule: str
    dataset: str
    reason: str
    document: str
    approved_by: str
    approved_on: date
    until: date | None = None
    key: str | None = None
    area: bytes | None = None
    revoked: bool = False

    def in_force(self, today: date) -> bool:
        """Whether it counts on a day."""
        ended = self.until is not None and today > self.until
        return not self.revoked and self.approved_on <= today and not ended

    def as_dict(self, lang: Lang = "zh") -> dict[str, Any]:  # noqa: ARG002 - the same in both languages
        """Ready for JSON and for a record; the area in hexadecimal WKB."""
        return {
            "id": self.id,
            "rule": self.rule,
            "dataset": self.dataset,
            "reason": self.reason,
            "document": self.document,
            "approved_by": self.approved_by,
            "approved_on": self.approved_on.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "key": self.key,
            "area": self.area.hex() if self.area else None,
            "revoked": self.revoked,
        }

    @classmethod
    def from_dict(cls, body: dict[str, Any]) -> Exemption:
        """What `as_dict` gave."""
        dates = {name: body[name] and date.fromisoformat(body[name]) for name in ("approved_on", "until")}
        area = bytes.fromhex(body["area"]) if body["area"] else None
        return cls(**{**body, **dates, "area": area})
