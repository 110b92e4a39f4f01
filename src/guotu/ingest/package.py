"""A delivery (汇交包) unpacked and listed: every file hashed, opened behind the walls as what it claims to be, its layers named.

The rules on deliveries (`quality.package`) judge what is found here; a file that does not open is a fact, not a failure.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import MD5, SHA256, SM3, Hash

from guotu.errors import GuotuError
from guotu.errors.files import DOCUMENT_UNKNOWN, FILE_NOT_FOUND, FORMAT_UNKNOWN
from guotu.errors.submission import PACKAGE_UNREADABLE
from guotu.ingest.archive import unpack
from guotu.ingest.check import Cancel, Progress, never, silent, stop_if
from guotu.ingest.document import read_document
from guotu.ingest.identify import is_gdb
from guotu.ingest.raster import RasterAsked, RasterLimits, described
from guotu.ingest.raster_files import looks_like_raster, raster_file
from guotu.ingest.sandbox import Child, Job, SandboxLimits
from guotu.ingest.source import ReadLimits, open_source
from guotu.quality.package import LayerFact, Listed, Listing, Metadata
from guotu.standards import layers
from guotu.standards.packages import FileSpec, LayerSpec, PackageProfile

SIDECARS: Final = frozenset(
    (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".xml", ".tfw", ".jgw", ".pgw")
)
_LIST_BYTES: Final = 4 << 20
_CHUNK: Final = 1 << 20
_LINE: Final = re.compile(r"^([0-9A-Fa-f]{32}|[0-9A-Fa-f]{64})[ \t]+[ *]?(\S.*)$")
_TAGGED: Final = re.compile(
    r"^(?:MD5|SHA256|SM3)\s*\((.+)\)\s*=\s*([0-9A-Fa-f]{32}|[0-9A-Fa-f]{64})$", re.IGNORECASE
)
_VECTOR: Final = frozenset(
    [".gpkg", ".gdb", ".vct", ".shp", ".geojson", ".csv", ".xlsx", ".fgb", ".parquet", ".gml", ".dxf", ".mdb"]
)


@dataclass(frozen=True, slots=True)
class Desk:
    """How files are opened: a folder for work copies, ceilings, somebody told, somebody who may stop it."""

    work: Path
    limits: ReadLimits = field(default_factory=ReadLimits)
    progress: Progress = silent
    cancel: Cancel = never


def unpacked(path: Path, work: Path) -> tuple[Path, str]:
    """The root folder of a delivery and its name: the folder itself, or what a zip holds.

    Raises   GT-7044 neither folder nor zip, GT-1107…1112 a damaged or unsafe archive, GT-1101
    """
    if path.is_dir():
        return path, path.resolve().name
    if not path.exists():
        raise FILE_NOT_FOUND(name=path.name)
    if path.suffix.lower() != ".zip":
        raise PACKAGE_UNREADABLE(name=path.name)
    folder = work / "package"
    folder.mkdir(parents=True)
    unpack(path, folder)
    inside = [each for each in folder.iterdir() if each.name not in ("__MACOSX", ".DS_Store")]
    if len(inside) == 1 and inside[0].is_dir():
        return inside[0], inside[0].name
    return folder, path.stem


def listing(root: Path, name: str, profile: PackageProfile, desk: Desk) -> Listing:
    """What lies in a delivery; every file is hashed, and opened where a file of the profile."""
    links = sorted(str(each.relative_to(root)) for each in root.rglob("*") if each.is_symlink())
    gdbs = {each for each in root.rglob("*") if not each.is_symlink() and is_gdb(each)}
    folders, singles = _entries(root, gdbs)
    files = []
    everything = [*sorted(gdbs), *singles]
    for number, each in enumerate(everything):
        stop_if(desk.cancel)
        desk.progress("files", number, len(everything))
        files.append(_listed(root, each, profile, desk))
    desk.progress("files", len(everything), len(everything))
    return Listing(name, folders, tuple(sorted(files, key=lambda one: one.path)), tuple(links))


def members(root: Path) -> Iterator[tuple[str, Path]]:
    """Every single file of a delivery with its path from the root, in order."""
    singles = (each for each in root.rglob("*") if each.is_file() and not each.is_symlink())
    yield from sorted((each.relative_to(root).as_posix(), each) for each in singles)


def digests(path: Path) -> dict[str, str]:
    """Hex MD5, SHA-256 and SM3 of a file in one pass."""
    hashes = {"md5": Hash(MD5()), "sha256": Hash(SHA256()), "sm3": Hash(SM3())}  # noqa: S303 - lists still carry MD5
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            for each in hashes.values():
                each.update(chunk)
    return {name: each.finalize().hex() for name, each in hashes.items()}


def read_sums(text: str) -> dict[str, str]:
    """A list of checksums: `<hex>  path` or `SM3 (path) = <hex>` a line; other lines are comments."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if tagged := _TAGGED.match(line.strip()):
            found[_plain(tagged[1])] = tagged[2].lower()
        elif plain := _LINE.match(line.strip()):
            found[_plain(plain[2])] = plain[1].lower()
    return found


def write_sums(root: Path, algorithm: str, but: str) -> str:
    """The list of checksums of everything under a root, save the list itself."""
    return "".join(f"{digests(each)[algorithm]}  {path}\n" for path, each in members(root) if path != but)


def _plain(path: str) -> str:
    return path.strip().replace("\\", "/").removeprefix("./")


def _entries(root: Path, gdbs: set[Path]) -> tuple[tuple[str, ...], list[Path]]:
    folders, singles = [], []
    for each in sorted(root.rglob("*")):
        if each.is_symlink() or gdbs & {each, *each.parents}:
            continue
        if each.is_dir():
            folders.append(each.relative_to(root).as_posix())
        elif not _is_sidecar(each):
            singles.append(each)
    return tuple(folders), singles


def _is_sidecar(path: Path) -> bool:
    """Belongs to a Shapefile or a picture of the same name."""
    if path.suffix.lower() not in SIDECARS:
        return False
    stem = path.name[: -len(".shp.xml")] if path.name.lower().endswith(".shp.xml") else path.stem
    chiefs = (".shp", ".SHP", ".tif", ".TIF", ".jpg", ".JPG", ".png")
    return any(path.with_name(f"{stem}{chief}").is_file() for chief in chiefs)


def _listed(root: Path, path: Path, profile: PackageProfile, desk: Desk) -> Listed:
    where = path.relative_to(root).as_posix()
    if path.is_dir():
        inside = tuple(_single(root, each) for each in sorted(path.rglob("*")) if each.is_file())
        blank = Listed(where, sum(each.size for each in inside), {}, parts=inside)
    else:
        beside = path.parent.iterdir() if path.suffix.lower() in (".shp", ".tif", ".jpg", ".png") else ()
        parts = tuple(
            _single(root, each)
            for each in sorted(beside)
            if each.name.startswith(f"{path.stem}.") and _is_sidecar(each)
        )
        single = _single(root, path)
        blank = Listed(where, single.size, single.digests, parts=parts)
    return _opened(blank, path, _kind(blank, profile), profile, desk) if blank.size else blank


def _single(root: Path, path: Path) -> Listed:
    return Listed(path.relative_to(root).as_posix(), path.stat().st_size, digests(path))


def _kind(each: Listed, profile: PackageProfile) -> FileSpec | None:
    for spec in profile.files:
        if spec.folder == each.folder and profile.matches(spec.name, each.name) is not None:
            return spec
    return None


def _opened(blank: Listed, path: Path, spec: FileSpec | None, profile: PackageProfile, desk: Desk) -> Listed:
    """The file with what came of opening it."""
    found: dict[str, object] = {}
    try:
        if spec is not None and spec.role == "checksums":
            found["sums"] = _sums_of(path)
        elif spec is not None and spec.role == "metadata":
            found["metadata"] = _metadata_of(path, desk)
        elif spec is not None and spec.role == "data":
            found["layers"] = _layers_of(
                path, [each for each in profile.layers if each.file == spec.id], profile, desk
            )
        else:
            _look(path, desk)
    except GuotuError as problem:
        found["problem"] = (
            problem.detail("zh"),
            problem.detail("en"),
            problem.hint("zh"),
            problem.hint("en"),
        )
    fields = {name: getattr(blank, name) for name in ("path", "size", "digests", "parts")}
    return Listed(**fields, **found)  # type: ignore[arg-type]


def _sums_of(path: Path) -> dict[str, str]:
    with path.open("rb") as stream:
        body = stream.read(_LIST_BYTES)
    for encoding in ("utf-8-sig", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return read_sums(body.decode(encoding))
    return {}


def _metadata_of(path: Path, desk: Desk) -> Metadata:
    folder = desk.work / "metadata"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    job = Job(path.name, path.resolve(), "", "XML", (path.resolve(),), folder, reader="package")
    child = Child(job, SandboxLimits(512, 60, 1), desk.cancel)
    try:
        (answer,) = child.call("elements")
    finally:
        child.close()
    told = dict(answer.get("elements", {}))
    return Metadata(str(answer.get("root", "")), {str(name): str(value) for name, value in told.items()})


def _layers_of(
    path: Path, wanted: list[LayerSpec], profile: PackageProfile, desk: Desk
) -> tuple[LayerFact, ...]:
    found = []
    with open_source(path, work=desk.work, limits=desk.limits, cancel=desk.cancel) as source:
        for name in source.layers:
            layer = source.layer(name)
            named = [each.schema for each in wanted if profile.matches(each.name, name) is not None]
            guessed = [
                hit.schema.id
                for hit in layers.match(layer.fields, layer.geometry, name=name)
                if hit.score >= _SURE and hit.schema.id in {each.schema for each in wanted}
            ]
            both = [id for id in guessed if id in named]
            schema = next(iter([*both, *named, *guessed]), None)
            found.append(LayerFact(name, schema, layer.feature_count))
    return tuple(found)


_SURE: Final = 0.5


def _look(path: Path, desk: Desk) -> None:
    """Open a file as what its bytes say, to see that it opens; raises what its reader raises."""
    suffix = path.suffix.lower()
    opener: Callable[[], object]
    if path.is_dir() or suffix in _VECTOR:
        opener = lambda: _describe(path, desk)  # noqa: E731
    elif looks_like_raster(path):
        opener = lambda: _header(path, desk)  # noqa: E731
    else:
        opener = lambda: _document(path, desk)  # noqa: E731
    opener()


def _describe(path: Path, desk: Desk) -> None:
    with open_source(path, work=desk.work, limits=desk.limits, cancel=desk.cancel) as source:
        if path.suffix.lower() not in (".xlsx", ".csv"):
            for name in source.layers:
                source.layer(name)


def _header(path: Path, desk: Desk) -> None:
    folder = desk.work / "raster"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with described(raster_file(path), folder, RasterAsked(), RasterLimits(), desk.cancel):
        pass


def _document(path: Path, desk: Desk) -> None:
    shutil.rmtree(desk.work / "document", ignore_errors=True)
    try:
        read_document(path, work=desk.work, cancel=desk.cancel)
    except GuotuError as problem:
        if problem.kind is DOCUMENT_UNKNOWN:
            raise FORMAT_UNKNOWN(place=problem.place, name=path.name) from None
        raise
