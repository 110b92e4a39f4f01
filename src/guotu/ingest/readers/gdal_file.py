"""A file that GDAL reads in the sandbox: shapefile, GeoPackage, file geodatabase, GeoJSON."""

from __future__ import annotations

import codecs
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from guotu.errors import Place
from guotu.errors.datum import GCJ_REFUSED
from guotu.errors.files import TEXT_DAMAGED
from guotu.ingest import encoding as encodings
from guotu.ingest.encoding import EncodingChoice
from guotu.ingest.identify import FILEGDB, GEOJSON, GEOPACKAGE, Format
from guotu.ingest.readers import dbf, shapefile
from guotu.ingest.readers.described import Described, Warnings, columns_told
from guotu.ingest.readers.text_columns import decode_batches
from guotu.ingest.sandbox import Cancel, Child, Job, Protection, SandboxLimits
from guotu.model.schema import GeometryKind

DRIVERS = {
    "Shapefile": "ESRI Shapefile",
    "GeoPackage": "GPKG",
    "FileGDB": "OpenFileGDB",
    "GeoJSON": "GeoJSON",
}
_OPTIONS = (("OGR_GEOJSON_MAX_OBJ_SIZE", "200"),)
"""One GeoJSON object may take 200 MB."""
_REBUILD_INDEX = ("SHAPE_RESTORE_SHX", "YES")

_RAW = "ISO-8859-1"
"""Every byte is a character: DBF text crosses GDAL unchanged and is decoded by us, strictly."""
_OFFSET_SYSTEMS = re.compile(r"GCJ[-_ ]?02|BD[-_ ]?09|火星坐标", re.IGNORECASE)
_UTF8 = EncodingChoice("utf-8", "该格式规定为 UTF-8", "the format prescribes UTF-8")


class GdalFile:
    """One file, its reading child and its layers."""

    def __init__(self, job: Job, limits: SandboxLimits, cancel: Cancel) -> None:
        self._job, self._limits, self._cancel = job, limits, cancel
        self._child: Child | None = None
        self._busy = False
        self._known: dict[str, dict[str, Any]] = {}
        self._names: tuple[str, ...] | None = None
        self.warnings: Warnings = ()

    @property
    def protection(self) -> Protection | None:
        return self._free_child().protection

    def names(self) -> tuple[str, ...]:
        if self._names is None:
            self._describe_raw(None)
        return self._names or ()

    def describe(self, layer: str) -> Described:
        return self._described(layer, self._known.get(layer) or self._describe_raw(layer))

    def _described(self, layer: str, raw: dict[str, Any], encoding: str | None = None) -> Described:
        fields = tuple(raw["fields"])
        crs, is_default = self._declared(raw["crs"])
        return Described(
            name=layer,
            fields=fields,
            count=raw["count"],
            geometry=geometry_kind(raw["geometry_type"], raw["kinds"]),
            declared=crs,
            declared_is_default=is_default,
            sample=np.asarray(raw["sample"], dtype=np.float64).reshape(-1, 2),
            encoding=_UTF8,
            warnings=(*self.warnings, *_told(raw)),
            read=lambda: self.read(layer, encoding, list(fields)),
            columns=columns_told(raw.get("columns", ())),
        )

    def read(self, layer: str, encoding: str | None, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches from a child of its own if the first one is busy; the child dies with an unfinished iteration."""
        child = self._free_child()
        mine = child is self._child
        self._busy = self._busy or mine
        finished = False
        try:
            yield from child.read(layer, encoding, columns)
            finished = True
        finally:
            if mine:
                self._busy = False
            if not finished or not mine:
                child.close()
            if mine and not finished:
                self._child = None

    def close(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None

    def _free_child(self) -> Child:
        if self._busy:
            return Child(self._job, self._limits, self._cancel)
        if self._child is None:
            self._child = Child(self._job, self._limits, self._cancel)
        return self._child

    def _describe_raw(self, layer: str | None, encoding: str | None = None) -> dict[str, Any]:
        try:
            told = self._free_child().describe(layer, encoding)
        except BaseException:
            self.close()
            raise
        self._names = tuple(told["names"])
        self._known |= {each["name"]: each for each in told["layers"]}
        return self._known[layer] if layer is not None else {}

    def _declared(self, found: str | None) -> tuple[str | None, bool]:
        return found, False


class GeoJsonFile(GdalFile):
    """GeoJSON: RFC 7946 knows WGS84 only, the trade writes a `crs` member or simply plane coordinates."""

    def __init__(self, job: Job, limits: SandboxLimits, cancel: Cancel, crs_text: str | None) -> None:
        super().__init__(job, limits, cancel)
        self._crs_text = crs_text
        self._stem = job.name.rsplit(".", 1)[0]

    def names(self) -> tuple[str, ...]:
        """A collection without a name of its own goes by its file's."""
        return tuple(self._stem if name == self._job.path.stem else name for name in super().names())

    def describe(self, layer: str) -> Described:
        inner = layer if layer in super().names() else self._job.path.stem
        return replace(super().describe(inner), name=layer)

    def _declared(self, found: str | None) -> tuple[str | None, bool]:
        if self._crs_text is None:
            return found, True
        if system := _OFFSET_SYSTEMS.search(self._crs_text):
            raise GCJ_REFUSED(place=Place(file=self._job.name), system=system.group())
        return found or self._crs_text, False


class ShapeFile(GdalFile):
    """A shapefile: text decoded by us, CRS from its .prj."""

    def __init__(
        self,
        job: Job,
        limits: SandboxLimits,
        cancel: Cancel,
        parts: shapefile.ShapefileParts,
        asked: str | None,
    ) -> None:
        super().__init__(job, limits, cancel)
        self._parts, self._asked = parts, asked
        self._count = shapefile.check(parts)
        self.warnings = _missing(parts)

    def names(self) -> tuple[str, ...]:
        return (self._parts.name,)

    def describe(self, layer: str) -> Described:
        inner = self._job.path.stem
        raw = self._known.get(inner) or self._describe_raw(inner, _RAW)
        header = dbf.read_header(self._parts.parts[".dbf"]) if ".dbf" in self._parts.parts else None
        choice, widths = _UTF8, dict[str, int]()
        fields: tuple[str, ...] = ()
        if header is not None:
            sample = dbf.sample_texts(self._parts.parts[".dbf"], header)
            choice = encodings.decide(header, sample, cpg=self._parts.cpg, asked=self._asked)
            fields = encodings.field_names(header, choice.codec)
            widths = {name: field.width for name, field in zip(fields, header.fields, strict=True)}
        if len(fields) != len(raw["fields"]):
            fields = tuple(name.encode("latin-1").decode(choice.codec, "replace") for name in raw["fields"])
        text = self._parts.prj
        if text and (system := _OFFSET_SYSTEMS.search(text)):
            raise GCJ_REFUSED(place=Place(file=f"{self._parts.name}.prj"), system=system.group())
        warned = ((choice.zh, choice.en),) if choice.overridden else ()

        def read() -> Iterator[pa.RecordBatch]:
            batches = self.read(inner, _RAW, list(fields))
            return decode_batches(batches, choice.codec, widths, Place(file=f"{self._parts.name}.dbf"))

        return Described(
            name=layer,
            fields=fields,
            count=self._count,
            geometry=geometry_kind(raw["geometry_type"], raw["kinds"]),
            declared=text,
            declared_is_default=False,
            sample=np.asarray(raw["sample"], dtype=np.float64).reshape(-1, 2),
            encoding=choice,
            warnings=(*self.warnings, *warned, *_told(raw)),
            read=read,
        )


def _told(raw: dict[str, Any]) -> Warnings:
    """The warnings of the child."""
    return tuple((str(zh), str(en)) for zh, en in raw.get("warnings", ()))


def _missing(parts: shapefile.ShapefileParts) -> Warnings:
    """What is not there and what that means."""
    told = {
        ".shx": ("缺少 .shx，已在工作副本中重建", "the .shx is missing and was rebuilt in the work copy"),
        ".dbf": ("缺少 .dbf，没有属性", "the .dbf is missing: there are no attributes"),
        ".prj": ("缺少 .prj，坐标系由坐标判断", "the .prj is missing: the CRS is judged by the coordinates"),
    }
    return tuple(text for suffix, text in told.items() if suffix not in parts.parts)


def geometry_kind(declared: str | None, seen: list[str]) -> GeometryKind:
    """The schema's kind of a GDAL layer type; mixed or unknown layers are what their first features mostly are."""
    if declared is None:
        return GeometryKind.NONE
    word = (
        declared
        if declared not in ("Unknown", "GeometryCollection")
        else (max(seen, key=seen.count) if seen else "")
    )
    for kind, marks in (
        (GeometryKind.POLYGON, ("Polygon", "Surface", "TIN", "Triangle")),
        (GeometryKind.LINE, ("Line", "Curve", "Circular")),
        (GeometryKind.POINT, ("Point",)),
    ):
        if any(mark in word for mark in marks):
            return kind
    return GeometryKind.NONE


def open_gdal(
    path: Path, kind: Format, folder: Path, *, encoding: str | None, limits: SandboxLimits, cancel: Cancel
) -> GdalFile:
    """Lay out what GDAL may see of `path` under plain names in `folder`, and describe how to read it."""
    job = Job(path.name, folder / "data", DRIVERS[kind.name], kind.name, (path,), folder, _OPTIONS)
    if kind is GEOPACKAGE or kind is FILEGDB:
        target = folder / f"data{'.gpkg' if kind is GEOPACKAGE else '.gdb'}"
        target.symlink_to(path.resolve(), target_is_directory=path.is_dir())
        return GdalFile(replace(job, path=target), limits, cancel)
    if kind is GEOJSON:
        target, warnings = _geojson_copy(path, folder / "data.geojson", encoding)
        found = GeoJsonFile(replace(job, path=target), limits, cancel, _crs_member(target))
        found.warnings = warnings
        return found
    parts = shapefile.find_parts(path)
    target = shapefile.work_copy(parts, folder)
    options = _OPTIONS if target.with_suffix(".shx").exists() else (*_OPTIONS, _REBUILD_INDEX)
    job = replace(job, path=target, readable=tuple(parts.parts.values()), options=options)
    return ShapeFile(job, limits, cancel, parts, encoding)


def _geojson_copy(path: Path, target: Path, asked: str | None) -> tuple[Path, Warnings]:
    """A link where the file is UTF-8, else a transcoded copy."""
    codec = (encodings.codec_named(asked) if asked else "") or "utf-8"
    if codec == "utf-8" and _decodes(path, "utf-8"):
        target.symlink_to(path.resolve())
        return target, ()
    codec = "gb18030" if codec == "utf-8" else codec
    if not _decodes(path, codec):
        raise TEXT_DAMAGED(place=Place(file=path.name), name=path.name, encoding="UTF-8", bytes="…")
    with path.open(encoding=codec) as source, target.open("w", encoding="utf-8") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)
    label = encodings.label(codec)
    return target, (
        (
            f"GeoJSON 应为 UTF-8，实为 {label}，已转换",
            f"GeoJSON must be UTF-8; it was {label} and was converted",
        ),
    )


def _decodes(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)("strict")
    with path.open("rb") as file, suppress(UnicodeDecodeError):
        while chunk := file.read(1 << 20):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
        return True
    return False


def _crs_member(path: Path) -> str | None:
    """The text of a `crs` member near the beginning or the end of the file."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
        file.seek(max(0, path.stat().st_size - (1 << 12)))
        tail = file.read()
    for part in (head, tail):
        found = re.search(
            rb'"crs"\s*:\s*\{.{0,400}?"(?:name|code|href)"\s*:\s*"?([^",}]{1,200})', part, re.DOTALL
        )
        if found:
            return found.group(1).decode("utf-8", "replace")
    return None
