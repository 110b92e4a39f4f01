"""The balanced land-class table: leaves in exact decimals, every sum a sum of leaves."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

ThreeClass = Literal["农用地", "建设用地", "未利用地", "未定", "未覆盖"]


@dataclass(frozen=True, slots=True)
class LandUseRow:
    """One leaf of the land-class table: unit × ownership × class.

    `owner_code`/`owner_unit` are QSDWDM/QSDWMC, `ownership` is 国有, 集体 or 未定; `code`/`name` the land class (1203 for 田坎
    split off), `first_code`/`first_name` its first class (湿地 00 included), `three_class` 农用地/建设用地/未利用地, 未定 for a
    code no table knows, or 未覆盖 for what no parcel of the layer covers. `area_ha` is balanced: the leaves of a table sum exactly
    to its `total_ha`.
    """

    owner_code: str
    owner_unit: str
    ownership: str
    code: str
    name: str
    first_code: str
    first_name: str
    three_class: ThreeClass
    area_m2: float
    area_ellipsoid_m2: float
    area_ha: Decimal

    @property
    def uncovered(self) -> bool:
        return self.three_class == "未覆盖"

    def as_json(self) -> dict[str, Any]:
        return {
            "owner_code": self.owner_code,
            "owner_unit": self.owner_unit,
            "ownership": self.ownership,
            "class": self.code,
            "name": self.name,
            "first_class": self.first_code,
            "first_name": self.first_name,
            "three_class": self.three_class,
            "area_m2": round(self.area_m2, 4),
            "area_ellipsoid_m2": round(self.area_ellipsoid_m2, 4),
            "area_ha": float(self.area_ha),
        }


@dataclass(frozen=True, slots=True)
class LandUseTable:
    """Land classes of one parcel, or of the whole project (`parcel` None); subtotals are sums of the rounded leaves."""

    parcel: str | None
    rows: tuple[LandUseRow, ...]
    total_ha: Decimal

    def sum(
        self,
        *,
        three_class: str | None = None,
        first: str | None = None,
        ownership: str | None = None,
        prefix: str | None = None,
    ) -> Decimal:
        """Hectares of the leaves that match every given condition (`prefix`: beginning of the land-class code)."""
        return sum(
            (
                row.area_ha
                for row in self.rows
                if (three_class is None or row.three_class == three_class)
                and (first is None or row.first_code == first)
                and (ownership is None or row.ownership == ownership)
                and (prefix is None or row.code.startswith(prefix))
            ),
            Decimal("0.0000"),
        )

    @property
    def cultivated_ha(self) -> Decimal:
        """耕地, 田坎 already taken out."""
        return self.sum(first="01")

    @property
    def uncovered_ha(self) -> Decimal:
        return self.sum(three_class="未覆盖")

    def as_json(self) -> dict[str, Any]:
        three = {
            name: float(self.sum(three_class=name))
            for name in ("农用地", "建设用地", "未利用地", "未定", "未覆盖")
        }
        owners = {name: float(self.sum(ownership=name)) for name in ("国有", "集体", "未定")}
        return {
            "parcel": self.parcel,
            "rows": [row.as_json() for row in self.rows],
            "total_ha": float(self.total_ha),
            "by_three_class": three,
            "by_ownership": owners,
            "cultivated_ha": float(self.cultivated_ha),
        }
