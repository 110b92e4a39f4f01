"""Which of the files handed in hold the data: the file itself, the shapefiles of a folder, the contents of a zip."""

from __future__ import annotations

from pathlib import Path

from guotu.errors import GuotuError, Place
from guotu.errors.files import ARCHIVE_AMBIGUOUS, ARCHIVE_NOTHING, FILE_EMPTY, FORMAT_UNKNOWN
from guotu.ingest.archive import ArchiveLimits, unpack
from guotu.ingest.identify import (
    ACCDB,
    BOUNDARY_TXT,
    CSV,
    DXF,
    FILEGDB,
    FLATGEOBUF,
    GEOJSON,
    GEOPACKAGE,
    GML,
    KML,
    KMZ,
    MDB,
    PARQUET,
    SHAPEFILE,
    VCT,
    XLSX,
    ZIP,
    Format,
    Identified,
    identify,
    is_gdb,
)

_MEMBERS_SHOWN = 8
_SINGLE = (VCT, FLATGEOBUF, PARQUET, GML, KML, DXF, MDB, ACCDB)
"""Formats of one file each, looked for by suffix where none of the usual ones is there."""


def data_files(path: Path, folder: Path, limits: ArchiveLimits) -> tuple[Identified, ...]:
    """The data files behind `path`; a zip is unpacked under `folder`.

    Raises   what `identify` and `unpack` raise; GT-1113 nothing readable, GT-1114 several kinds of data in one archive
    """
    found = identify(path)
    if found.format is ZIP:
        unpacked = folder / "unpacked"
        unpacked.mkdir()
        unpack(path, unpacked, limits)
        return _choose(unpacked, path.name)
    if found.format is KMZ:
        unpacked = folder / "unpacked"
        unpacked.mkdir()
        return (_document(unpack(path, unpacked, limits), path.name),)
    if found.format is SHAPEFILE and path.is_dir():
        return tuple(identify(shp) for shp in _with_suffix(path.iterdir(), ".shp"))
    return (found,)


def _document(members: tuple[Path, ...], name: str) -> Identified:
    """The KML of a KMZ: the first one, as the format has it."""
    for member in members:
        if member.suffix.lower() == ".kml":
            return _inside(member, name)
    shown = "、".join(member.name for member in members[:_MEMBERS_SHOWN])
    raise ARCHIVE_NOTHING(place=Place(file=name), name=name, members=shown or "—")


def _with_suffix(paths: object, suffix: str) -> list[Path]:
    assert hasattr(paths, "__iter__")
    return sorted(path for path in paths if path.suffix.lower() == suffix)


def _choose(folder: Path, name: str) -> tuple[Identified, ...]:
    """The members of the kind that the archive is about; readme texts beside real data do not count."""
    gdbs = sorted(path for path in [folder, *folder.rglob("*")] if is_gdb(path))
    members = sorted(
        path for path in folder.rglob("*") if path.is_file() and not any(gdb in path.parents for gdb in gdbs)
    )
    members = [
        path for path in members if not path.name.startswith((".", "~")) and "__MACOSX" not in path.parts
    ]
    by_kind: dict[Format, list[Path]] = {
        FILEGDB: gdbs,
        GEOPACKAGE: _with_suffix(members, ".gpkg"),
        SHAPEFILE: _with_suffix(members, ".shp"),
        GEOJSON: _with_suffix(members, ".geojson"),
    }
    present = [kind for kind, paths in by_kind.items() if paths]
    if len(present) > 1 or any(len(by_kind[kind]) > 1 for kind in (FILEGDB, GEOPACKAGE)):
        raise ARCHIVE_AMBIGUOUS(
            place=Place(file=name),
            name=name,
            members=_listed(folder, [path for kind in present for path in by_kind[kind]]),
        )
    if present:
        return tuple(_inside(path, name) for path in by_kind[present[0]])
    others = {kind: [path for path in members if path.suffix.lower() in kind.suffixes] for kind in _SINGLE}
    listed = [kind for kind, paths in others.items() if paths]
    if len(listed) > 1:
        raise ARCHIVE_AMBIGUOUS(
            place=Place(file=name),
            name=name,
            members=_listed(folder, [path for kind in listed for path in others[kind]]),
        )
    if listed:
        return tuple(_inside(path, name) for path in others[listed[0]])
    return _by_content(folder, members, name)


def _inside(path: Path, archive: str) -> Identified:
    """A member identified; its place names the archive too."""
    try:
        return identify(path)
    except GuotuError as problem:
        raise GuotuError(
            problem.kind, place=Place(file=f"{archive}/{path.name}"), facts=problem.facts
        ) from None


def _by_content(folder: Path, members: list[Path], name: str) -> tuple[Identified, ...]:
    """No telling suffix: texts and JSON are tried, and a known but unreadable format gives its own reason."""
    found: list[Identified] = []
    refusals: list[GuotuError] = []
    for path in members:
        try:
            found.append(_inside(path, name))
        except GuotuError as problem:
            if problem.kind not in (FILE_EMPTY, FORMAT_UNKNOWN):
                refusals.append(problem)
    kinds = {each.format for each in found}
    for beside in (CSV, XLSX, BOUNDARY_TXT):
        if len(kinds) > 1 and beside in kinds:
            found = [each for each in found if each.format is not beside]
            kinds.discard(beside)
    if found:
        return tuple(found)
    if refusals:
        raise refusals[0]
    raise ARCHIVE_NOTHING(place=Place(file=name), name=name, members=_listed(folder, members) or "—")


def _listed(folder: Path, members: list[Path]) -> str:
    shown = "、".join(str(path.relative_to(folder)) for path in members[:_MEMBERS_SHOWN])
    return shown + ("…" if len(members) > _MEMBERS_SHOWN else "")
