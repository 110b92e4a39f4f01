"""The outcome of a compliance review: values only, complete enough to write the report from.

Every value is immutable and carries its texts in both languages; `as_json(lang)` gives the plain form that
`schemas/review.schema.json` describes. Areas in m² are floats, areas in hectares are exact decimals of four places.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

import orjson
import shapely

from guotu.apps.approval.request import ReviewRequest
from guotu.apps.approval.table import LandUseRow, LandUseTable, ThreeClass
from guotu.apps.approval.words import Text
from guotu.errors import Lang
from guotu.model.project import ProjectBoundary

__all__ = [
    "SEVERITY", "VERDICT_TITLES", "AreaKind", "Authority", "BasisEntry", "CheckResult", "Clause", "Fact", "Hit", "LandUseRow",
    "LandUseTable",
    "LayerState", "ParcelSummary", "Review", "ThreeClass", "Total", "Verdict", "geojson", "worst",
]  # fmt: skip

AreaKind = Literal["plane", "ellipsoid"]
"""Which area the statutory figures (hectares, verdicts) come from: plane of the project's zone, or ellipsoid."""


class Verdict(StrEnum):
    """Answer of one check. `UNKNOWN`: the data does not allow an answer; it is never read as a pass."""

    PASS = "pass"  # noqa: S105 - a verdict
    ATTENTION = "attention"
    FAIL = "fail"
    UNKNOWN = "unknown"


VERDICT_TITLES: dict[Verdict, Text] = {
    Verdict.PASS: Text("通过", "pass"),
    Verdict.ATTENTION: Text("需关注", "attention"),
    Verdict.FAIL: Text("不通过", "fail"),
    Verdict.UNKNOWN: Text("无法判定", "unknown"),
}

SEVERITY: tuple[Verdict, ...] = (Verdict.PASS, Verdict.ATTENTION, Verdict.UNKNOWN, Verdict.FAIL)
"""From harmless to decisive."""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The most decisive of several verdicts: fail over unknown over attention over pass; none at all is unknown."""
    return max(verdicts, key=SEVERITY.index, default=Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Clause:
    """A legal basis: title of the document (《…》), article, and what it asks, in short words of our own."""

    title: Text
    article: Text
    text: Text

    def as_json(self, lang: Lang) -> dict[str, Any]:
        return {"title": self.title.in_(lang), "article": self.article.in_(lang), "text": self.text.in_(lang)}


class LayerState(StrEnum):
    """Whether a layer can carry a verdict."""

    CURRENT = "current"
    STALE = "stale"
    UNDATED = "undated"
    PARTIAL = "partial"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class BasisEntry:
    """One stream of data that a check read (or would have read), as it is cited.

    `stream` is `dataset/partition` (the bare dataset where the node holds none); `version` is the commit's label
    (`1.42#9f86d081884c`), empty where missing; `data_date` the moment the data describes; `reason` says why it cannot be relied on.
    """

    dataset: str
    stream: str
    title: Text
    version: str
    data_date: date | None
    features: int
    owner: str
    state: LayerState
    reason: Text | None = None

    def marked(self, reason: Text) -> BasisEntry:
        """The same stream, found not to reach the whole project."""
        return replace(self, state=LayerState.PARTIAL, reason=reason)

    def as_json(self, lang: Lang) -> dict[str, Any]:
        return {
            "dataset": self.dataset,
            "stream": self.stream,
            "title": self.title.in_(lang),
            "version": self.version or None,
            "data_date": self.data_date.isoformat() if self.data_date else None,
            "year": self.data_date.year if self.data_date else None,
            "features": self.features,
            "owner": self.owner,
            "state": self.state.value,
            "reason": self.reason.in_(lang) if self.reason else None,
        }


@dataclass(frozen=True, slots=True)
class Hit:
    """One feature that meets one parcel of the project.

    `feature` is the feature's id in hex (empty for ground that *no* feature covers, such as outside a boundary), `version` the
    label of the commit it was read at, `parcel` the project parcel's number.
    `area_m2` is plane area in the project's zone, `area_ellipsoid_m2` the official ellipsoid area of the same piece, `area_ha` the
    statutory area (the review's area kind) half-up to 4 places. `counted` is False for what is listed and not counted (slivers at
    layer edges, records that are void), and `note` says why. `geometry` is WKB in degrees of the shared part (of the feature
    itself for points); None where the check needs no picture. `distance_m` is given where the check looks around the parcel.
    """

    dataset: str
    stream: str
    feature: str
    version: str
    parcel: str
    title: Text
    attributes: dict[str, Any]
    area_m2: float
    area_ellipsoid_m2: float
    area_ha: Decimal
    counted: bool = True
    note: Text | None = None
    distance_m: float | None = None
    share: float | None = None
    """Part of the feature's own area that is met, 0..1; None where it has none."""
    geometry: bytes | None = field(default=None, repr=False)

    def as_json(self, lang: Lang) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "dataset": self.dataset,
            "stream": self.stream,
            "feature": self.feature,
            "version": self.version,
            "parcel": self.parcel,
            "title": self.title.in_(lang),
            "attributes": dict(self.attributes),
            "area_m2": round(self.area_m2, 4),
            "area_ellipsoid_m2": round(self.area_ellipsoid_m2, 4),
            "area_ha": float(self.area_ha),
            "counted": self.counted,
            "note": self.note.in_(lang) if self.note else None,
        }
        if self.distance_m is not None:
            shown["distance_m"] = round(self.distance_m, 2)
        if self.share is not None:
            shown["share"] = round(self.share, 6)
        if self.geometry is not None:
            shown["geometry"] = geojson(self.geometry)
        return shown


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of areas that a check arrives at, counted pieces only."""

    key: str
    title: Text
    area_m2: float
    area_ellipsoid_m2: float
    area_ha: Decimal

    def as_json(self, lang: Lang) -> dict[str, Any]:
        return {
            "title": self.title.in_(lang),
            "area_m2": round(self.area_m2, 4),
            "area_ellipsoid_m2": round(self.area_ellipsoid_m2, 4),
            "area_ha": float(self.area_ha),
        }


@dataclass(frozen=True, slots=True)
class Fact:
    """Anything else a check arrives at: a grade, a count, a distance; `value` is what JSON carries, `shown` what people read."""

    key: str
    title: Text
    value: str | int | float | bool | None
    shown: Text

    def as_json(self, lang: Lang) -> dict[str, Any]:
        return {"title": self.title.in_(lang), "value": self.value, "text": self.shown.in_(lang)}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check's verdict with all that it rests on.

    `hits` holds every feature met, in a fixed order; `conditions` are what must still be shown or applied for (论证, 补划, 协议 …);
    `tolerances` the figures that decided what counts, by name, in their own units.
    """

    id: str
    title: Text
    verdict: Verdict
    reason: Text
    clauses: tuple[Clause, ...] = ()
    hits: tuple[Hit, ...] = ()
    totals: tuple[Total, ...] = ()
    facts: tuple[Fact, ...] = ()
    conditions: tuple[Text, ...] = ()
    basis: tuple[BasisEntry, ...] = ()
    tolerances: dict[str, float] = field(default_factory=dict)
    area_kind: AreaKind = "plane"

    @property
    def counted(self) -> tuple[Hit, ...]:
        """The hits that count."""
        return tuple(hit for hit in self.hits if hit.counted)

    def total(self, key: str) -> Total | None:
        """The sum of that key, if the check has it."""
        return next((total for total in self.totals if total.key == key), None)

    def fact(self, key: str) -> Fact | None:
        """The fact of that key, if the check has it."""
        return next((fact for fact in self.facts if fact.key == key), None)

    def as_json(self, lang: Lang) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title.in_(lang),
            "verdict": self.verdict.value,
            "reason": self.reason.in_(lang),
            "clauses": [clause.as_json(lang) for clause in self.clauses],
            "hits": [hit.as_json(lang) for hit in self.hits],
            "totals": {total.key: total.as_json(lang) for total in self.totals},
            "facts": {fact.key: fact.as_json(lang) for fact in self.facts},
            "conditions": [condition.in_(lang) for condition in self.conditions],
            "basis": [entry.as_json(lang) for entry in self.basis],
            "tolerances": dict(self.tolerances),
            "area_kind": self.area_kind,
        }


@dataclass(frozen=True, slots=True)
class ParcelSummary:
    """One parcel measured: plane area in the project's zone, ellipsoid area, and hectares balanced within the project."""

    number: str
    name: str
    use: str
    area_plane_m2: float
    area_ellipsoid_m2: float
    area_ha: Decimal
    declared_ha: Decimal | None
    geometry: bytes = field(repr=False)
    """WKB in degrees."""

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "name": self.name,
            "use": self.use,
            "area_plane_m2": round(self.area_plane_m2, 4),
            "area_ellipsoid_m2": round(self.area_ellipsoid_m2, 4),
            "area_ha": float(self.area_ha),
            "declared_ha": None if self.declared_ha is None else float(self.declared_ha),
            "geometry": geojson(self.geometry),
        }


@dataclass(frozen=True, slots=True)
class Authority:
    """Who may approve: `level` is `state-council`, `province`, `below-province`, `none` (no conversion or taking) or `unknown`."""

    level: str
    title: Text
    reason: Text
    clauses: tuple[Clause, ...] = ()

    def as_json(self, lang: Lang) -> dict[str, Any]:
        return {
            "level": self.level,
            "title": self.title.in_(lang),
            "reason": self.reason.in_(lang),
            "clauses": [clause.as_json(lang) for clause in self.clauses],
        }


@dataclass(frozen=True, slots=True)
class Review:
    """A finished review.

    `project` is the boundary as read (its parcels carry the boundary points of the coordinate table); `area_ha` is the statutory
    total; `landuse` is the table of the whole project, `landuse_by_parcel` one per parcel whose rows add up to it. `warnings` are
    remarks on the boundary itself; `as_of` is the moment asked for (a date, a version, or empty for the newest data).
    """

    project: ProjectBoundary
    request: ReviewRequest
    parcels: tuple[ParcelSummary, ...]
    area_plane_m2: float
    area_ellipsoid_m2: float
    area_ha: Decimal
    warnings: tuple[Text, ...]
    checks: tuple[CheckResult, ...]
    landuse: LandUseTable
    landuse_by_parcel: tuple[LandUseTable, ...]
    landuse_notes: tuple[Text, ...]
    """Choices the table depends on, such as the class of 0404 其他草地."""
    authority: Authority
    area_kind: AreaKind
    tolerances: dict[str, float]
    basis: tuple[BasisEntry, ...]
    profile_id: str
    profile_edition: str
    today: date
    as_of: str
    platform_version: str

    @property
    def verdict(self) -> Verdict:
        """The most decisive verdict of all checks."""
        return worst(check.verdict for check in self.checks)

    def check(self, id: str) -> CheckResult | None:
        """The result of that check, if it was made."""
        return next((check for check in self.checks if check.id == id), None)

    def as_json(self, lang: Lang = "zh") -> dict[str, Any]:
        """Plain JSON form (`schemas/review.schema.json`)."""
        return {
            "format": "guotu-review/1",
            "project": {
                "name": self.project.name,
                "area_plane_m2": round(self.area_plane_m2, 4),
                "area_ellipsoid_m2": round(self.area_ellipsoid_m2, 4),
                "area_ha": float(self.area_ha),
                "zone_epsg": self.project.zone.epsg,
                "source_hash": self.project.source_hash,
                "crs_evidence": self.project.evidence_zh if lang == "zh" else self.project.evidence_en,
                "warnings": [warning.in_(lang) for warning in self.warnings],
                "parcels": [parcel.as_json() for parcel in self.parcels],
            },
            "request": self.request.as_json(),
            "verdict": self.verdict.value,
            "basis": {entry.stream: entry.version for entry in self.basis if entry.version},
            "layers": [entry.as_json(lang) for entry in self.basis],
            "checks": [check.as_json(lang) for check in self.checks],
            "landuse_table": [row.as_json() for row in self.landuse.rows],
            "landuse_summary": {
                key: value for key, value in self.landuse.as_json().items() if key not in ("rows", "parcel")
            },
            "landuse_by_parcel": [table.as_json() for table in self.landuse_by_parcel],
            "landuse_notes": [note.in_(lang) for note in self.landuse_notes],
            "authority": self.authority.as_json(lang),
            "area_kind": self.area_kind,
            "tolerances": dict(self.tolerances),
            "profile": {"id": self.profile_id, "edition": self.profile_edition},
            "today": self.today.isoformat(),
            "as_of": self.as_of or None,
            "platform": {"version": self.platform_version},
        }

    def as_bytes(self, lang: Lang = "zh") -> bytes:
        """UTF-8 JSON; the same inputs give the same bytes."""
        return orjson.dumps(self.as_json(lang), option=orjson.OPT_SORT_KEYS)


def geojson(wkb: bytes) -> dict[str, Any]:
    """GeoJSON geometry of a WKB in degrees."""
    parsed: dict[str, Any] = orjson.loads(shapely.to_geojson(shapely.from_wkb(wkb)))
    return parsed
