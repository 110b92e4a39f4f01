"""Unpacking a zip handed in from outside: names, nesting, ratio, sizes and count are checked while it streams out."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from guotu.errors import Place
from guotu.errors.files import (
    ARCHIVE_BOMB,
    ARCHIVE_DAMAGED,
    ARCHIVE_ENCRYPTED,
    ARCHIVE_NAME,
    ARCHIVE_NESTED,
    ARCHIVE_TOO_LARGE,
)

ARCHIVE_SUFFIXES = frozenset({".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst"})
ARCHIVE_MAGIC = (
    b"PK\x03\x04",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ\x00",
)
_OFFICE_SUFFIXES = frozenset({".xlsx", ".xlsm", ".docx", ".pptx", ".odt", ".ods", ".kmz"})
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Ceilings of one archive: entries, bytes unpacked, bytes unpacked per byte packed (above `ratio_floor` bytes)."""

    entries: int = 10_000
    total: int = 8 << 30
    ratio: int = 100
    ratio_floor: int = 8 << 20


def unpack(archive: Path, folder: Path, limits: ArchiveLimits = ArchiveLimits()) -> tuple[Path, ...]:
    """Every file of the archive under `folder`, in the archive's order.

    Raises   GT-1107 damaged or truncated, GT-1108 encrypted, GT-1109 unsafe name, GT-1110 nested archive,
             GT-1111 compressed beyond the ratio, GT-1112 beyond the quota
    """
    check_directory(archive, limits)
    try:
        with zipfile.ZipFile(archive) as opened:
            members = list(_members(opened, archive.name, limits))
            return tuple(_extract(opened, members, folder, archive.name, limits))
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, OSError, UnicodeError) as problem:
        raise _damaged(archive.name, problem) from None
    except NotImplementedError:
        raise _damaged_text(archive.name, "压缩方法不受支持", "unsupported compression method") from None


def look_over(package: Path, limits: ArchiveLimits = ArchiveLimits()) -> None:
    """A zip that another program will unpack (a workbook): directory, names and declared sizes, nothing is written.

    Raises   GT-1107 damaged, GT-1108 encrypted, GT-1109 unsafe name, GT-1111 compressed beyond ten times the usual ratio,
             GT-1112 beyond the quota
    """
    check_directory(package, limits)
    try:
        with zipfile.ZipFile(package) as opened:
            members = list(_members(opened, package.name, limits))
    except (
        zipfile.BadZipFile,
        EOFError,
        struct.error,
        OSError,
        UnicodeError,
        NotImplementedError,
    ) as problem:
        raise _damaged(package.name, problem) from None
    for info, member in members:
        if info.file_size > max(limits.ratio_floor, info.compress_size * limits.ratio * 10):
            raise ARCHIVE_BOMB(
                place=Place(file=f"{package.name}/{member}"),
                name=package.name,
                member=member,
                limit=limits.ratio * 10,
            )


def _damaged(name: str, problem: Exception) -> Exception:
    if isinstance(problem, UnicodeError):
        return _damaged_text(name, "文件名标为 UTF-8 却不是", "a name is marked as UTF-8 and is not")
    truncated = isinstance(problem, EOFError) or "not a zip file" in str(problem)
    if truncated:
        return _damaged_text(name, "没有找到结尾的目录，像是被截断", "its end is missing, as if cut off")
    return _damaged_text(name, "校验不符", "its content fails the checksum")


def _damaged_text(name: str, zh: str, en: str) -> Exception:
    return ARCHIVE_DAMAGED(place=Place(file=name), name=name, reason_zh=zh, reason_en=en)


def _too_large(name: str, zh: str, en: str) -> Exception:
    return ARCHIVE_TOO_LARGE(place=Place(file=name), name=name, reason_zh=zh, reason_en=en)


def check_directory(archive: Path, limits: ArchiveLimits) -> None:
    """The end record's own count, before `zipfile` builds an object per entry."""
    with archive.open("rb") as file:
        file.seek(0, 2)
        size = file.tell()
        file.seek(max(0, size - 65_557))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise _damaged_text(
            archive.name, "没有找到结尾的目录，像是被截断", "its end is missing, as if cut off"
        )
    disk, _, _, entries, directory = struct.unpack_from("<HHHHI", tail, at + 4)
    if disk not in (0, 0xFFFF):
        raise _damaged_text(archive.name, "是分卷压缩的一卷", "it is one volume of a split archive")
    if directory != 0xFFFF_FFFF and directory > limits.entries * 600:
        raise _too_large(archive.name, f"文件数超过 {limits.entries}", f"more than {limits.entries} files")
    if entries != 0xFFFF and entries > limits.entries:
        raise _too_large(archive.name, f"文件数超过 {limits.entries}", f"more than {limits.entries} files")


def _members(
    opened: zipfile.ZipFile, name: str, limits: ArchiveLimits
) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    infos = opened.infolist()
    if len(infos) > limits.entries:
        raise _too_large(name, f"文件数超过 {limits.entries}", f"more than {limits.entries} files")
    if sum(info.file_size for info in infos) > limits.total:
        raise _too_large(
            name,
            f"声明的总大小超过 {limits.total >> 20} MB",
            f"it declares more than {limits.total >> 20} MB",
        )
    seen: set[str] = set()
    for info in infos:
        member = safe_name(info, name)
        if info.flag_bits & 0x1:
            raise ARCHIVE_ENCRYPTED(place=Place(file=f"{name}/{member}"), name=name)
        if member.endswith("/"):
            continue
        if member.casefold() in seen:
            raise ARCHIVE_NAME(place=Place(file=f"{name}/{member}"), name=name, member=member)
        seen.add(member.casefold())
        yield info, member


def safe_name(info: zipfile.ZipInfo, archive: str) -> str:
    """The member's relative path with forward slashes, Chinese names decoded; refuses what leaves the folder."""
    member = _decoded(info).replace("\\", "/")
    path = PurePosixPath(member)
    link = stat.S_ISLNK(info.external_attr >> 16)
    bad_part = any(part in ("..", "") or ":" in part or len(part.encode()) > 250 for part in path.parts)
    if link or path.is_absolute() or bad_part or not member.isprintable() or not path.parts:
        raise ARCHIVE_NAME(place=Place(file=archive), name=archive, member=ascii(member)[1:-1][:120])
    return member


def _decoded(info: zipfile.ZipInfo) -> str:
    """Names without the UTF-8 flag are read by zipfile as code page 437; in the trade they are UTF-8 or GBK."""
    if info.flag_bits & 0x800:
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _extract(
    opened: zipfile.ZipFile,
    members: list[tuple[zipfile.ZipInfo, str]],
    folder: Path,
    name: str,
    limits: ArchiveLimits,
) -> Iterator[Path]:
    total = 0
    packed = max(1, sum(info.compress_size for info, _ in members))
    for info, member in members:
        target = folder.joinpath(*PurePosixPath(member).parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with opened.open(info) as source, target.open("xb") as sink:
            for chunk in _chunks(source):
                if sink.tell() == 0:
                    _refuse_nested(chunk, member, name)
                total += len(chunk)
                if total > limits.total:
                    raise _too_large(
                        name, f"超过 {limits.total >> 20} MB", f"more than {limits.total >> 20} MB"
                    )
                if total > limits.ratio_floor and total > packed * limits.ratio:
                    raise ARCHIVE_BOMB(
                        place=Place(file=f"{name}/{member}"), name=name, member=member, limit=limits.ratio
                    )
                sink.write(chunk)
        yield target


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk


def _refuse_nested(head: bytes, member: str, name: str) -> None:
    suffix = PurePosixPath(member).suffix.lower()
    office = suffix in _OFFICE_SUFFIXES
    if suffix in ARCHIVE_SUFFIXES or (head.startswith(ARCHIVE_MAGIC) and not office):
        raise ARCHIVE_NESTED(place=Place(file=f"{name}/{member}"), name=name, member=member)
