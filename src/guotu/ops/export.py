"""Exports from a node: what somebody may take of a dataset, in a format of the trade, with a receipt of what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from guotu.analysis.cartography import layer_style
from guotu.delivery.files import RECEIPT, Part, beside, members, pack, place, receipt_bytes, write_parts
from guotu.delivery.formats import Format, format_of
from guotu.delivery.outgoing import IDENTITY, Appearance, Colours, Outgoing
from guotu.delivery.prepare import Preparation, Tally, fits, zones_of
from guotu.delivery.region import Region
from guotu.errors.export import CRS_NOT_CARRIED, EXPORT_FORBIDDEN, ZONES_SEVERAL
from guotu.errors.general import BUSY, REQUEST_INVALID
from guotu.errors.store import FIELD_UNKNOWN
from guotu.guard.subject import Subject
from guotu.ingest.check import Cancel, Progress, never, silent
from guotu.kernel.coords import crs_from_epsg
from guotu.model.access import AccessPlan
from guotu.model.change import GEOMETRY
from guotu.model.cql2 import parse
from guotu.model.dataset import StreamState
from guotu.model.datum import CGCS2000, Crs, Datum, GaussKruger, Geographic
from guotu.model.query import Box, Query
from guotu.model.schema import Field, GeometryKind, LayerSchema
from guotu.model.time import AsOf
from guotu.node import Node
from guotu.ops.export_receipt import receipt_of
from guotu.standards.presentation import presentation
from guotu.store.reading import Reader

PURPOSE: Final = "数据导出"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is wanted. `crs` an EPSG code, "auto" (the zone the data lie in) or None (degrees; a zone where the format has none);
    `options` go to the writer (`encoding` of shapefiles, `hilbert` of GeoParquet)."""

    dataset: str
    format: str
    at: AsOf = None
    region: Region | None = None
    cut: bool = False
    where: str | None = None
    columns: tuple[str, ...] | None = None
    crs: int | str | None = None
    split_zones: bool = False
    identity: bool = False
    geometry: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished export: its receipt, and the files put in place."""

    receipt: dict[str, Any]
    files: tuple[Path, ...]

    @property
    def features(self) -> int:
        return int(self.receipt["features"])


def export(
    node: Node,
    subject: Subject,
    request: ExportRequest,
    target: Path,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Exported:
    """Write a dataset, or a part of it, to `target`: a zip with the receipt inside where its name ends in `.zip`, else the file
    (one for each zone) with `<name>.receipt.json` beside it. Nothing is left where it fails or is cancelled.

    Raises   GT-2001, GT-2009, GT-2013 what is asked for; GT-6006 not shared; GT-6007…6014 what the format cannot hold; GT-1005
             cancelled; GT-1006 where the dataset moved meanwhile
    """
    job = _prepared(node, subject, request)
    with beside(target) as work:
        folder = work / "files"
        tally, remarks = job.write(folder, _stem(target), progress, cancel)
        _unmoved(job)
        receipt = receipt_of(node, subject, job, tally, remarks) | {"files": members(folder)}
        progress("pack", 0, None)
        if target.suffix.lower() == ".zip":
            pack(folder, work / "packed.zip", receipt)
            place(work / "packed.zip", target)
            return Exported(receipt, (target,))
        return Exported(receipt, _put_down(job, folder, work, target, receipt))


@dataclass(frozen=True)
class Job:
    """A request whose every part has been looked up."""

    request: ExportRequest
    form: Format
    reader: Reader
    plan: AccessPlan
    schema: LayerSchema
    fields: tuple[Field, ...]
    geometry: GeometryKind
    query: Query
    zones: tuple[Crs, ...]
    states: tuple[StreamState, ...]
    rows: int
    made: datetime
    owner: str
    title: str

    def write(
        self, folder: Path, stem: str, progress: Progress, cancel: Cancel
    ) -> tuple[Tally, list[dict[str, Any]]]:
        """Write one file for each zone; gives what went out in all."""
        tally, read = Tally(), [0]

        def told(rows: int) -> None:
            read[0] += rows
            progress("write", read[0], self.rows * len(self.zones))

        parts = []
        numbers = [crs.zone for crs in self.zones if isinstance(crs, GaussKruger)]
        among = (min(numbers), max(numbers)) if len(numbers) > 1 else None
        for crs in self.zones:
            how = Preparation(
                self.schema, self.fields, crs, self.request.region, self.request.cut, among,
                self.geometry is not GeometryKind.NONE,
            )  # fmt: skip
            ready = how.run(self.reader.batches(self.query), tally, told, cancel)
            suffix = f"_{crs.zone}" if among and isinstance(crs, GaussKruger) else ""
            parts.append(Part(f"{stem}{suffix}{self.form.suffix}", self._outgoing(crs, ready)))
        return tally, write_parts(parts, self.form, folder)

    def _outgoing(self, crs: Crs, batches: Any) -> Outgoing:
        shown = presentation(self.schema.dataset)
        return Outgoing(
            self.schema,
            self.fields,
            batches,
            crs,
            title=self.title,
            geometry=self.geometry,
            rows=self.rows,
            made=self.made,
            appearance=_appearance(self.schema.dataset),
            label_field=shown.label,
            class_field=shown.class_field,
            options={"owner": self.owner, **self.request.options},
        )


@dataclass(frozen=True)
class Admitted:
    """A request that its subject may make and its format can carry."""

    form: Format
    reader: Reader
    plan: AccessPlan
    schema: LayerSchema
    fields: tuple[Field, ...]
    geometry: GeometryKind
    query: Query


def admit(node: Node, subject: Subject, request: ExportRequest) -> Admitted:
    """Whether a request can be met, without reading anything. Raises GT-2001, GT-2009, GT-2013, GT-6001, GT-6006, GT-6008."""
    form = format_of(request.format)
    reader = node.reader(subject, PURPOSE)
    plan = reader.plan(request.dataset)
    schema = reader.schema(request.dataset)
    hidden = GEOMETRY in plan.masked
    if not plan.limits.export or (hidden and request.region is not None):
        raise EXPORT_FORBIDDEN(dataset=request.dataset)
    if request.region is not None and schema.geometry is GeometryKind.NONE:
        raise REQUEST_INVALID(
            reason=f"{request.dataset}: 没有图形，不能按范围导出 / no geometry, so no region"
        )
    spatial = schema.geometry is not GeometryKind.NONE and request.geometry and not hidden
    geometry = schema.geometry if spatial else GeometryKind.NONE
    form.check_layer(schema, geometry)
    fields = _fields(schema, plan, request)
    query = Query(
        request.dataset,
        box=request.region.box if request.region else None,
        where=parse(request.where, schema) if request.where else None,
        at=request.at,
        columns=tuple(each.code for each in fields if each not in IDENTITY),
        geometry=spatial or request.region is not None,
    )
    return Admitted(form, reader, plan, schema, fields, geometry, query)


def _prepared(node: Node, subject: Subject, request: ExportRequest) -> Job:
    found = admit(node, subject, request)
    spatial = found.geometry is not GeometryKind.NONE
    resource = node.catalog.find(request.dataset)
    return Job(
        request,
        **{name: getattr(found, name) for name in Admitted.__dataclass_fields__},
        zones=_zones(found.reader, found.query, request, found.form) if spatial else (CGCS2000,),
        states=tuple(found.reader.states(request.dataset, request.at)),
        rows=found.reader.count(found.query),
        made=node.clock(),
        owner=resource.owner if resource else node.identity.name,
        title=resource.title if resource else found.schema.name,
    )


def _fields(schema: LayerSchema, plan: AccessPlan, request: ExportRequest) -> tuple[Field, ...]:
    """The fields asked for that exist for the reader, as the schema orders them; raises GT-2009."""
    seen = [each for each in schema.fields if plan.sees(each.code)]
    if request.columns is not None:
        wanted = {code.upper() for code in request.columns}
        for code in sorted(wanted - {each.code for each in seen}):
            raise FIELD_UNKNOWN(dataset=schema.dataset, field=code)
        seen = [each for each in seen if each.code in wanted]
    return (*(IDENTITY if request.identity else ()), *seen)


def _zones(reader: Reader, query: Query, request: ExportRequest, form: Format) -> tuple[Crs, ...]:
    """The coordinate systems to write in, one file each. Raises GT-1204, GT-6009, GT-6012."""
    wanted = request.crs if request.crs is not None else (None if form.degrees else "auto")
    if wanted is None:
        return (CGCS2000,)
    crs = None if wanted == "auto" else crs_from_epsg(int(wanted))
    if isinstance(crs, Geographic) or (crs is not None and crs.datum is not Datum.CGCS2000):
        if crs != CGCS2000:
            raise _not_carried(form, crs)
        form.check_crs(crs)
        return (crs,)
    form.check_crs(crs)
    box = _within(reader.extent(query), request.region)
    if box is None:
        return (crs or GaussKruger(3, 36),)
    if crs is not None and fits(box, crs):
        return (crs,)
    zones = zones_of(box)
    if request.split_zones:
        prefixed = crs is None or crs.prefixed
        return tuple(replace(zone, prefixed=prefixed) for zone in zones)
    if crs is not None or len(zones) > 1:
        raise ZONES_SEVERAL(zones="、".join(str(zone.zone) for zone in zones))
    return zones


def _not_carried(form: Format, crs: Crs) -> Exception:
    """Data leave on the datum they are kept on."""
    zh, en = (
        "2000 国家大地坐标系（EPSG:4490 或 4513—4554 各带）",
        "CGCS2000 (EPSG:4490, or a zone of 4491…4554)",
    )
    return CRS_NOT_CARRIED(format=form.name, crs=f"EPSG:{crs.epsg}", carried_zh=zh, carried_en=en)


def _within(box: Box | None, region: Region | None) -> Box | None:
    if box is None or region is None:
        return box
    around = region.box
    cut = max(box[0], around[0]), max(box[1], around[1]), min(box[2], around[2]), min(box[3], around[3])
    return cut if cut[0] <= cut[2] and cut[1] <= cut[3] else None


def _appearance(dataset: str) -> Appearance:
    style = layer_style(dataset)
    classes = {
        value: (rule.label("zh"), Colours(rule.paint.fill, rule.paint.stroke, rule.paint.width))
        for rule in style.rules
        for value in rule.values
    }
    default = Colours(style.default.fill, style.default.stroke, style.default.width)
    return Appearance(default, style.field, style.prefix, classes)


def _stem(target: Path) -> str:
    """The name without `.zip` and without the suffix of its format."""
    name = target.name[:-4] if target.suffix.lower() == ".zip" else target.name
    return Path(name).stem or "export"


def _unmoved(job: Job) -> None:
    """The basis is what was read only if nothing was committed meanwhile."""
    now = [state.head.label for state in job.reader.states(job.request.dataset, job.request.at)]
    if now != [state.head.label for state in job.states]:
        raise BUSY(reason=f"{job.request.dataset} 在导出期间有新版本 / a new version was committed meanwhile")


def _put_down(job: Job, folder: Path, work: Path, target: Path, receipt: dict[str, Any]) -> tuple[Path, ...]:
    """Files without an archive: companions first, then the target, or one for each zone; the receipt last."""
    suffix = job.form.suffix
    tops = sorted(folder.iterdir(), key=lambda path: (path.suffix == suffix, path.name))
    single = len(job.zones) == 1
    put: list[Path] = []
    for path in tops:
        aim = target if single and path.suffix == suffix else target.with_name(path.name)
        place(path, aim)
        put.insert(0, aim)
    written = work / RECEIPT
    written.write_bytes(receipt_bytes(receipt))
    beside_it = target.with_name(f"{target.name}.receipt.json")
    place(written, beside_it)
    return (*put, beside_it)
