"""Approved exceptions as the gate asks them: is this breach of this rule, at this feature and place, excused?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

import shapely

from guotu.model.exemption import Exemption


class Excuses:
    """The exceptions in force for one rule of one dataset; `used` counts what each excused."""

    def __init__(self, exemptions: Iterable[Exemption]) -> None:
        found = sorted(exemptions, key=lambda each: each.id)
        self.used: Counter[str] = Counter()
        self._keys = {each.key: each.id for each in reversed(found) if each.key is not None}
        self._whole = next((each.id for each in found if each.key is None and each.area is None), None)
        self._areas = [
            (each.id, shapely.from_wkb(each.area)) for each in found if each.key is None and each.area
        ]
        for _, area in self._areas:
            shapely.prepare(area)

    @property
    def spatial(self) -> bool:
        """Whether an answer may depend on the place."""
        return bool(self._areas)

    def excuse(
        self, key: str | None, wkb: bytes | None, coordinate: tuple[float, float] | None
    ) -> str | None:
        """The exception that excuses a breach, which is counted as its use; None if none does.

        An area excuses what lies entirely in it: the place of the fault if it has one, else the feature.
        """
        id = self._keys.get(key) if key is not None else None
        id = id or self._within(wkb, coordinate) or self._whole
        if id is not None:
            self.used[id] += 1
        return id

    def _within(self, wkb: bytes | None, coordinate: tuple[float, float] | None) -> str | None:
        if not self._areas or (wkb is None and coordinate is None):
            return None
        place = shapely.Point(coordinate) if coordinate is not None else shapely.from_wkb(wkb)
        return next((id for id, area in self._areas if shapely.covers(area, place)), None)


class Exceptions:
    """All exceptions that count for one dataset on one day."""

    def __init__(self, exemptions: Iterable[Exemption] = (), *, dataset: str = "", today: date | None = None):
        chosen = [
            each
            for each in exemptions
            if each.dataset == dataset and (each.in_force(today) if today else not each.revoked)
        ]
        self._of = {rule: Excuses(e for e in chosen if e.rule == rule) for rule in {e.rule for e in chosen}}

    def of(self, rule: str) -> Excuses | None:
        """The excuses for one rule; None where there are none."""
        return self._of.get(rule)

    @property
    def used(self) -> tuple[str, ...]:
        """Exceptions that excused something, ordered."""
        return tuple(sorted({id for excuses in self._of.values() for id in excuses.used}))

    def uses(self) -> dict[str, int]:
        """How many breaches each exception excused."""
        return dict(sum((excuses.used for excuses in self._of.values()), Counter()))
