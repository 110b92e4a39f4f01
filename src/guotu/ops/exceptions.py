"""The book of approved exceptions (例外说明) of a node: kept, looked up by day, revoked, and what each was used for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from guotu.errors.quality import EXEMPTION_INVALID, EXEMPTION_UNKNOWN
from guotu.model.exemption import Exemption
from guotu.model.time import Clock
from guotu.quality.exceptions import Exceptions
from guotu.standards.rules import rule
from guotu.store.ports import RecordStore

KIND = "exemption"


class ExceptionBook:
    """Exceptions are never deleted: a revoked one stays in the book with its uses."""

    def __init__(self, records: RecordStore, clock: Clock) -> None:
        self._records, self._clock = records, clock

    def add(self, exemption: Exemption) -> Exemption:
        """Write an exception down under a number of its own.

        Raises   GT-1313 unknown rule, GT-1407 something is missing or the dates do not fit
        """
        if exemption.rule.isdigit():
            rule(exemption.rule)
        for name in ("dataset", "reason", "document", "approved_by"):
            if not getattr(exemption, name).strip():
                raise EXEMPTION_INVALID(reason_zh=f"缺少 {name}", reason_en=f"{name} is missing")
        if exemption.until is not None and exemption.until < exemption.approved_on:
            raise EXEMPTION_INVALID(reason_zh="截止日期早于批准日期", reason_en="it ends before it begins")
        year = exemption.approved_on.year
        taken = [each.id for each in self.all() if each.id.startswith(f"LW-{year}-")]
        number = max((int(id.rsplit("-", 1)[1]) for id in taken), default=0) + 1
        given = replace(exemption, id=f"LW-{year}-{number:04d}", revoked=False)
        self._records.put(KIND, given.id, {"exemption": given.as_dict(), "uses": []})
        return given

    def all(self) -> list[Exemption]:
        """Every exception ever, by number."""
        return [Exemption.from_dict(body["exemption"]) for _, body in self._records.all(KIND)]

    def uses(self, id: str) -> list[dict[str, Any]]:
        """What an exception let pass: when, where, how many breaches. Raises GT-1406."""
        uses: list[dict[str, Any]] = self._body(id)["uses"]
        return uses

    def revoke(self, id: str) -> Exemption:
        """From now on it excuses nothing. Raises GT-1406."""
        body = self._body(id)
        ended = replace(Exemption.from_dict(body["exemption"]), revoked=True)
        self._records.put(KIND, id, body | {"exemption": ended.as_dict()})
        return ended

    def in_force(self, dataset: str) -> Exceptions:
        """What counts today for a dataset, as the gate asks it."""
        return Exceptions(self.all(), dataset=dataset, today=self.today)

    @property
    def today(self) -> date:
        """The day exceptions are held against."""
        return self._clock().date()

    def note(self, used: Mapping[str, int], where: str) -> None:
        """Keep what exceptions let pass, with the commit it went into."""
        for id, count in used.items():
            body = self._body(id)
            body["uses"].append(
                {"at": self._clock().isoformat(timespec="seconds"), "where": where, "breaches": count}
            )
            self._records.put(KIND, id, body)

    def _body(self, id: str) -> dict[str, Any]:
        body = self._records.get(KIND, id)
        if body is None:
            raise EXEMPTION_UNKNOWN(exemption=id)
        return body
