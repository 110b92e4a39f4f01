"""How big a county is, where it lies, and what it is called by the machinery: the few constants of the invention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from guotu.model.datum import GaussKruger

SizeName = Literal["small", "county", "large"]


@dataclass(frozen=True, slots=True)
class CountyPlan:
    """Target number of parcels and their mean size; everything else follows from these two."""

    parcels: int
    hectares_per_parcel: float = 1.25
    image_pixel: float = 8.0
    """Metres; widened where the image would pass `MAX_IMAGE_PIXELS`."""

    @property
    def area(self) -> float:
        """Square metres of the county, about."""
        return self.parcels * self.hectares_per_parcel * 10_000.0

    @property
    def side(self) -> float:
        """Metres: side of a square of that area."""
        return float(self.area**0.5)

    @property
    def villages(self) -> int:
        return max(8, round(self.parcels / 330))

    @property
    def towns(self) -> int:
        return max(3, int(round(self.villages**0.5 * 0.95, 0)))


PLAN: Final[dict[SizeName, CountyPlan]] = {
    "small": CountyPlan(20_000),
    "county": CountyPlan(150_000),
    "large": CountyPlan(1_000_000, hectares_per_parcel=0.5),
}

MAX_IMAGE_PIXELS: Final = 24_000_000

ZONE: Final = GaussKruger(3, 39)
"""The county's plane: 3° zone 39, central meridian 117° E."""
ZONE_EDGE_LONGITUDE: Final = 118.5
"""Where zone 39 ends and zone 40 begins; it crosses the east of the county."""
CENTRE_LATITUDE: Final = 30.9

DIVISION: Final = "349021"
"""No county of China has this code: 安徽 has no counties directly under the province (3490…)."""
COUNTY_NAME: Final = "青禾县"
PROVINCE_CODE: Final = "340000"
PROVINCE_NAME: Final = "安徽省"
CITY_NAME: Final = "省直辖县级行政区划"

TODAY: Final = date(2026, 6, 30)
"""The day the county is made for, where none is told."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The moments the layers describe, all a little before `today`, so that none is out of date on that day."""

    today: date = TODAY

    @property
    def first_year(self) -> int:
        """Year of the first survey."""
        return self.today.year - 2

    @property
    def second_year(self) -> int:
        """Year of the second survey."""
        return self.today.year - 1

    @property
    def survey_dates(self) -> tuple[date, date]:
        """Statutory moments of the two surveys."""
        return date(self.first_year, 12, 31), date(self.second_year, 12, 31)

    @property
    def image_dates(self) -> tuple[date, date]:
        """Autumn flights of the same years."""
        return date(self.first_year, 10, 12), date(self.second_year, 10, 20)

    @property
    def plan_date(self) -> date:
        """The territorial plan in force."""
        return date(self.first_year, 3, 1)

    @property
    def old_plan_date(self) -> date:
        """The land-use plan of 2006–2020."""
        return date(2010, 12, 31)

    @property
    def flight_date(self) -> date:
        """The terrain model."""
        return date(self.first_year, 6, 30)

    @property
    def register_date(self) -> date:
        """Management registers are kept day by day."""
        return self.back(8)

    def back(self, days: int) -> date:
        """So many days before today."""
        return self.today - timedelta(days=days)


def plan_for(size: SizeName | int) -> CountyPlan:
    """The plan of a named size, or of any number of parcels from 500 up; ValueError otherwise."""
    if isinstance(size, int):
        if size < 500:
            raise ValueError(f"a county needs at least 500 parcels, not {size}")
        return CountyPlan(size)
    if size not in PLAN:
        raise ValueError(f"no size named {size!r}; known: {', '.join(PLAN)}")
    return PLAN[size]
