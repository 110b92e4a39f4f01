"""A file whose reader in the sandbox tells everything itself: encoding, evidence, warnings."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from guotu.errors import Place
from guotu.errors.files import MDB_TOOLS_ABSENT
from guotu.ingest.archive import ArchiveLimits, look_over
from guotu.ingest.encoding import Candidate, EncodingChoice
from guotu.ingest.identify import (
    ACCDB,
    CSV,
    DXF,
    FLATGEOBUF,
    GML,
    KML,
    MDB,
    PARQUET,
    VCT,
    XLSX,
    Identified,
)
from guotu.ingest.readers.described import Described, Warnings
from guotu.ingest.readers.gdal_file import GdalFile
from guotu.ingest.readers.xml_copy import utf8_copy
from guotu.ingest.sandbox import Cancel, Job, SandboxLimits


@dataclass(frozen=True, slots=True)
class Reader:
    """The module of the sandbox that reads a format, the suffix of its work copy, its one GDAL driver and its options."""

    module: str
    suffix: str
    driver: str = ""
    options: tuple[tuple[str, str], ...] = ()


READERS = {
    CSV.name: Reader("tables", ".csv"),
    XLSX.name: Reader(
        "tables", ".xlsx", "XLSX", (("OGR_XLSX_HEADERS", "DISABLE"), ("OGR_XLSX_FIELD_TYPES", "STRING"))
    ),
    KML.name: Reader("markup", ".kml", "LIBKML"),
    GML.name: Reader(
        "markup", ".gml", "GML", (("GML_DOWNLOAD_SCHEMA", "NO"), ("GML_SKIP_RESOLVE_ELEMS", "ALL"))
    ),
    FLATGEOBUF.name: Reader("vector", ".fgb", "FlatGeobuf"),
    PARQUET.name: Reader("columnar", ".parquet"),
    VCT.name: Reader("vct", ".vct"),
    DXF.name: Reader("dxf", ".dxf"),
    MDB.name: Reader("mdb", ".mdb"),
    ACCDB.name: Reader("mdb", ".accdb"),
}
_MDB_TOOLS, _TOOLS_PATH = ("mdb-tables", "mdb-export"), "/usr/bin:/bin"
_MDB_ENVIRONMENT = (("MDB_JET3_CHARSET", "GB18030"),)
"""Access 97 keeps text in the writing machine's code page; later versions in Unicode."""


class ToldFile(GdalFile):
    """Layers as the child names them; one called like the work copy goes by the file's own name."""

    def __init__(
        self, job: Job, limits: SandboxLimits, cancel: Cancel, *, encoding: str | None = None
    ) -> None:
        super().__init__(job, limits, cancel)
        self._asked = encoding
        self._stem = job.name.rsplit(".", 1)[0]

    def names(self) -> tuple[str, ...]:
        return tuple(self._stem if name == self._job.path.stem else name for name in super().names())

    def describe(self, layer: str) -> Described:
        inner = layer if layer in super().names() else self._job.path.stem
        raw = self._known.get(inner) or self._describe_raw(inner, self._asked)
        found = replace(self._described(inner, raw, self._asked), name=layer)
        evidence = raw.get("evidence")
        return replace(
            found,
            encoding=_choice(raw) or found.encoding,
            declared_is_default=bool(raw.get("default_crs", False)),
            evidence=(str(evidence[0]), str(evidence[1])) if evidence else None,
        )


def _choice(raw: dict[str, Any]) -> EncodingChoice | None:
    encoding = raw.get("encoding")
    if not encoding:
        return None
    codec, zh, en = (str(part) for part in encoding)
    offered = tuple(_candidate(each) for each in raw.get("candidates", ()))
    return EncodingChoice(codec, zh, en, candidates=offered)


def _candidate(told: dict[str, Any]) -> Candidate:
    score = told["score"]
    samples = tuple(str(sample) for sample in told["samples"])
    return Candidate(str(told["encoding"]), None if score is None else float(score), samples)


def open_told(
    found: Identified,
    folder: Path,
    *,
    encoding: str | None,
    limits: SandboxLimits,
    archive: ArchiveLimits,
    cancel: Cancel,
) -> ToldFile:
    """Link the file under a plain name in `folder` and describe how to read it.

    Raises   GT-1135 an Access database where mdbtools is not installed;
             GT-1120 XML that is not in the encoding it declares; GT-1107/1108/1109/1111/1112 for a workbook whose package
             is not safe to unpack
    """
    how = READERS[found.format.name]
    if how.module == "mdb" and not all(shutil.which(tool, path=_TOOLS_PATH) for tool in _MDB_TOOLS):
        raise MDB_TOOLS_ABSENT(place=Place(file=found.path.name), name=found.path.name)
    if found.format is XLSX:
        look_over(found.path, archive)
    target = folder / f"data{how.suffix}"
    warnings: Warnings = ()
    if how.module == "markup":
        warnings = utf8_copy(found.path, target, encoding)
    else:
        target.symlink_to(found.path.resolve())
    job = Job(
        found.path.name,
        target,
        how.driver,
        found.format.name,
        (found.path,),
        folder,
        how.options,
        how.module,
        _MDB_ENVIRONMENT if how.module == "mdb" else (),
    )
    file = ToldFile(job, limits, cancel, encoding=encoding)
    file.warnings = warnings
    return file
