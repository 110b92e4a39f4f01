"""The one door for vector files: unpack, identify, decide encoding and CRS, read in the sandbox.

with open_source(path, work=folder) as source:
    for batch in source.layer().batches():
        ...
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from guotu.errors import GuotuError, Place
from guotu.errors.files import LAYER_AMBIGUOUS, LAYER_EMPTY, LAYER_UNKNOWN
from guotu.ingest import datum
from guotu.ingest.archive import ArchiveLimits
from guotu.ingest.boundary_txt import BoundaryFile
from guotu.ingest.crs_evidence import CrsEvidence
from guotu.ingest.encoding import EncodingChoice
from guotu.ingest.identify import BOUNDARY_TXT, XLSX, Identified
from guotu.ingest.readers import told_file
from guotu.ingest.readers.described import Column, Described, LayerFile, Warnings
from guotu.ingest.readers.gdal_file import open_gdal
from guotu.ingest.readers.txt_file import TxtFile
from guotu.ingest.sandbox import Cancel, Protection, SandboxLimits
from guotu.ingest.unpacked import data_files
from guotu.kernel.datum_table import DatumTable
from guotu.model.datum import Crs
from guotu.model.schema import GeometryKind


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What a node allows and knows when it reads: ceilings of the reading process and of an archive, parameters between datums."""

    sandbox: SandboxLimits = field(default_factory=SandboxLimits)
    archive: ArchiveLimits = field(default_factory=ArchiveLimits)
    datum: DatumTable = field(default_factory=DatumTable)


@dataclass(frozen=True, slots=True)
class SourceLayer:
    """One layer: what is in it, what its text and coordinates are, and its batches.

    `fields` are the attribute names decoded, in order; batches carry them and, unless `geometry` is NONE, a last column
    `geometry` with 2-D WKB in `crs`. `warnings` are (zh, en) pairs; `columns` those the file says more of than their names.
    """

    name: str
    fields: tuple[str, ...]
    feature_count: int
    geometry: GeometryKind
    crs: Crs
    crs_evidence: CrsEvidence
    encoding: str
    encoding_evidence: EncodingChoice
    warnings: Warnings
    read: Callable[[], Iterator[pa.RecordBatch]] = field(repr=False)
    columns: tuple[Column, ...] = ()

    @property
    def aliases(self) -> dict[str, str]:
        """What the file calls its columns beside their names."""
        return {column.name: column.alias for column in self.columns if column.alias}

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The features in file order; every call starts anew.

        Shapes   at most 16 384 rows and about 24 MB a batch (a single larger feature comes alone)
        Raises   GT-1115 damaged data, GT-1120 undecodable text (with row and field), GT-1121/1122 time and memory,
                 GT-1123 the reader died, GT-1005 cancelled
        """
        return self.read()


@dataclass(slots=True)
class Source:
    """An opened file: its layers by name. Close it (or use `with`) to stop the reader and remove the work copy."""

    path: Path
    format: str
    layers: tuple[str, ...]
    _files: dict[str, LayerFile]
    _crs_epsg: int | None
    _datum: DatumTable
    _folder: Path

    def layer(self, name: str | None = None) -> SourceLayer:
        """A layer by name; without a name the only one, or the first sheet of a workbook.

        Raises   GT-1116 unknown, GT-1117 several, GT-12xx if its coordinate system cannot be settled
        """
        if name is None:
            if len(self.layers) != 1 and self.format != XLSX.name:
                raise _layer_error(LAYER_AMBIGUOUS, self.path.name, "", self.layers)
            return self._first()
        if name not in self._files:
            raise _layer_error(LAYER_UNKNOWN, self.path.name, name, self.layers)
        return _settled(self._files[name].describe(name), self._crs_epsg, self.path.name, self._datum)

    def _first(self) -> SourceLayer:
        """The only layer, or the first of several with a warning that names the others."""
        if not self.layers:
            raise LAYER_EMPTY(place=Place(file=self.path.name), layer=self.path.name)
        layer = self.layer(self.layers[0])
        if len(self.layers) == 1:
            return layer
        others = self.layers[1:]
        zh = f"工作簿有 {len(self.layers)} 张表，读第一张“{layer.name}”，未读：{'、'.join(others)}"
        en = f"the workbook has {len(self.layers)} sheets; the first, {layer.name}, is read, not {', '.join(others)}"
        return replace(layer, warnings=(*layer.warnings, (zh, en)))

    @property
    def protection(self) -> Protection | None:
        """The walls around the reader; None for text, which no foreign parser touches."""
        return self._files[self.layers[0]].protection if self.layers else None

    @property
    def boundaries(self) -> tuple[BoundaryFile, ...]:
        """The boundary TXT files as they are, with ring and point numbers; empty for every other format."""
        return tuple(file.boundary for file in self._files.values() if isinstance(file, TxtFile))

    def close(self) -> None:
        """Stop the reader, remove the work copy."""
        for file in set(self._files.values()):
            file.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_source(
    path: Path,
    *,
    work: Path,
    layer: str | None = None,
    encoding: str | None = None,
    crs_epsg: int | None = None,
    limits: ReadLimits = ReadLimits(),
    cancel: Cancel = lambda: False,
) -> Source:
    """Open a vector file, folder or zip; nothing is read but what is needed to name its layers.

    Needs    `work` for a private copy, removed by `close`; `crs_epsg` counts only where the file declares none
    Raises   GT-11xx: missing, empty, unknown, not yet read, disguised, unsafe or damaged files; GT-1116 unknown `layer`
    """
    work.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="source-", dir=work.resolve()))
    opened: list[LayerFile] = []
    try:
        found = data_files(path, folder, limits.archive)
        files: dict[str, LayerFile] = {}
        for number, each in enumerate(found):
            if each.format is BOUNDARY_TXT:
                file: LayerFile = TxtFile(each.path, crs_epsg, limits.datum)
            else:
                place = folder / str(number)
                place.mkdir()
                file = _open(each, place, encoding, limits, cancel)
            opened.append(file)
            files |= dict.fromkeys(file.names(), file)
        if layer is not None:
            if layer not in files:
                raise _layer_error(LAYER_UNKNOWN, path.name, layer, tuple(files))
            files = {layer: files[layer]}
    except BaseException:
        for file in opened:
            file.close()
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Source(path, found[0].format.name, tuple(files), files, crs_epsg, limits.datum, folder)


def _open(
    found: Identified, folder: Path, encoding: str | None, limits: ReadLimits, cancel: Cancel
) -> LayerFile:
    """The reader of a format, at work in `folder`."""
    if found.format.name in told_file.READERS:
        return told_file.open_told(
            found, folder, encoding=encoding, limits=limits.sandbox, archive=limits.archive, cancel=cancel
        )
    return open_gdal(
        found.path, found.format, folder, encoding=encoding, limits=limits.sandbox, cancel=cancel
    )


def _settled(described: Described, asked: int | None, file: str, table: DatumTable) -> SourceLayer:
    place = Place(file=file, layer=described.name)
    evidence, way = datum.settle(described, asked, place, table)
    read = described.read if way is None else partial(_moved, described.read, way, place)
    return SourceLayer(
        name=described.name,
        fields=described.fields,
        feature_count=described.count,
        geometry=described.geometry,
        crs=evidence.crs,
        crs_evidence=evidence,
        encoding=described.encoding.codec,
        encoding_evidence=described.encoding,
        warnings=(*described.warnings, *evidence.warnings),
        read=read,
        columns=described.columns,
    )


def _moved(
    read: Callable[[], Iterator[pa.RecordBatch]], way: datum.Way, place: Place
) -> Iterator[pa.RecordBatch]:
    return way.batches(read(), place)


def _layer_error(
    kind: Callable[..., GuotuError], name: str, layer: str, layers: tuple[str, ...]
) -> GuotuError:
    return kind(place=Place(file=name, layer=layer or None), name=name, layer=layer, layers="、".join(layers))
