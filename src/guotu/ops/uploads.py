"""Files brought to a node in pieces: each piece is on disk before it is acknowledged, so that whatever ends the way — the
network, the browser, the server itself — the upload goes on where it stood.

    uploads = Uploads.of(node)
    upload = uploads.begin(subject, Wanted("地类图斑.gpkg", 200_000_000))
    with uploads.writing(upload.id, subject, offset=0) as sink:
        sink.write(piece)
    uploads.complete(upload.id, subject, sha256="…")      # → the file, its content verified
    uploads.path(upload.id, subject)

Several files (a folder) travel as one stream of bytes, one after the other, and are put apart when it is complete. What has
arrived is the length of the file `part`: no other note of it exists that could disagree. An upload is seen by its owner only.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from guotu.errors import Place
from guotu.errors.checks import (
    UPLOAD_BUSY,
    UPLOAD_COMPLETE,
    UPLOAD_DIGEST,
    UPLOAD_NAMES,
    UPLOAD_OFFSET,
    UPLOAD_OVERFULL,
    UPLOAD_QUOTA,
    UPLOAD_TOO_LARGE,
    UPLOAD_UNFINISHED,
    UPLOAD_UNKNOWN,
    VISITORS_REFUSED,
)
from guotu.errors.store import STORAGE_FULL
from guotu.guard.subject import Subject
from guotu.model.identity import IdSource
from guotu.model.time import Clock
from guotu.node import Node
from guotu.settings import Settings
from guotu.store.ports import RecordStore

KIND: Final = "upload"
VISITOR: Final = "visitor-"
"""What the ids of visitors without an account begin with."""
_PART, _DATA = "part", "data"
_SPARE = 256 << 20
"""Bytes of disk that uploads leave free."""
_MOST_FILES = 5_000
_LONGEST_NAME = 240
_ALL_VISITORS = 10
_STEP = 1 << 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to upload: a file of `size` bytes, or a folder `name` of `files` (relative path, bytes)."""

    name: str
    size: int
    files: tuple[tuple[str, int], ...] = ()
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload at one moment; `offset` bytes have arrived, `sha256` is declared until complete, then verified."""

    id: str
    owner: str
    name: str
    size: int
    created: datetime
    expires: datetime
    files: tuple[tuple[str, int], ...] = ()
    sha256: str = ""
    complete: bool = False
    offset: int = 0

    def as_json(self) -> dict[str, Any]:
        """What its owner sees."""
        return {
            "id": self.id,
            "name": self.name,
            "size": self.size,
            "offset": self.offset,
            "complete": self.complete,
            "sha256": self.sha256 or None,
            "files": len(self.files) or 1,
            "created": self.created.isoformat(),
            "expires": self.expires.isoformat(),
        }


@dataclass(slots=True)
class Sink:
    """Where the pieces of one request go; refuses what is beyond the declared size."""

    file: IO[bytes]
    at: int
    size: int

    def write(self, piece: bytes) -> None:
        """Append; raises GT-7006 before anything beyond the declared size is written."""
        if self.at + len(piece) > self.size:
            raise UPLOAD_OVERFULL(size=self.size)
        self.file.write(piece)
        self.at += len(piece)


class Uploads:
    """The uploads of a node; any process may work on them."""

    def __init__(
        self, folder: Path, records: RecordStore, clock: Clock, ids: IdSource, settings: Settings
    ) -> None:
        self._folder, self._records, self._clock, self._ids = folder, records, clock, ids
        self._settings = settings
        folder.mkdir(parents=True, exist_ok=True)

    @classmethod
    def of(cls, node: Node) -> Uploads:
        """The uploads of a node, in `<home>/uploads`."""
        return cls(node.home / "uploads", node.records, node.clock, node.ids, node.settings)

    def begin(self, subject: Subject, wanted: Wanted) -> Upload:
        """Make room for an upload.

        Raises   GT-7002 names, GT-7003 too large, GT-7004 no room left for the subject, GT-7017 a visitor where none are
                 taken, GT-20xx a full disk
        """
        self.sweep()
        files = tuple((_checked(name), size) for name, size in wanted.files)
        _distinct(files)
        size = sum(size for _, size in files) if files else wanted.size
        name = _checked(wanted.name)
        if "/" in name:
            raise _bad_name(name, "名称里不能有文件夹", "a name has no folders")
        self._room(subject, size)
        now = self._clock()
        expires = now + timedelta(hours=self._settings.upload_hours)
        made = Upload(
            self._ids().hex(), subject.id, name, size, now, expires, files, wanted.sha256.strip().lower()
        )
        place = self._folder / made.id
        place.mkdir()
        (place / _PART).touch()
        self._records.put(KIND, made.id, _body(made))
        return made

    def get(self, id: str, subject: Subject) -> Upload:
        """An upload of the subject with what has arrived; raises GT-7001 for any other."""
        body = self._records.get(KIND, id)
        if body is None:
            raise UPLOAD_UNKNOWN(id=id)
        found = _upload(id, body)
        if found.owner != subject.id or subject.anonymous or found.expires <= self._clock():
            raise UPLOAD_UNKNOWN(id=id)
        return self._measured(found)

    def mine(self, subject: Subject) -> list[Upload]:
        """The subject's uploads, newest first."""
        mine = [each for each in self._all() if each.owner == subject.id and not subject.anonymous]
        now = self._clock()
        alive = [self._measured(each) for each in mine if each.expires > now]
        return sorted(alive, key=lambda each: (each.created, each.id), reverse=True)

    @contextmanager
    def writing(self, id: str, subject: Subject, offset: int) -> Iterator[Sink]:
        """Go on at `offset`; what was written when the block ends, however it ends, is on disk and counts.

        Raises   GT-7001, GT-7005 a wrong offset, GT-7008 somebody else is writing, GT-7010 complete already
        """
        upload = self.get(id, subject)
        if upload.complete:
            raise UPLOAD_COMPLETE()
        with self._locked(id) as file:
            at = file.seek(0, os.SEEK_END)
            if at != offset:
                raise UPLOAD_OFFSET(expected=at, given=offset)
            try:
                yield Sink(file, at, upload.size)
            finally:
                file.flush()
                os.fdatasync(file.fileno())

    def complete(self, id: str, subject: Subject, sha256: str = "") -> Upload:
        """Verify the whole and put its files apart; complete twice is complete.

        Raises   GT-7009 bytes are missing, GT-7007 another digest than declared: then the bytes are dropped
        """
        upload = self.get(id, subject)
        declared = sha256.strip().lower() or upload.sha256
        if upload.complete:
            self._same(upload, declared, upload.sha256)
            return upload
        if upload.offset != upload.size:
            raise UPLOAD_UNFINISHED(offset=upload.offset, size=upload.size)
        with self._locked(id) as file:
            place = self._folder / id
            shutil.rmtree(place / _DATA, ignore_errors=True)
            found = _apart(file, place / _DATA, upload)
            self._same(upload, declared, found)
            if not upload.files:
                os.link(place / _PART, place / _DATA / upload.name)
            done = replace(upload, sha256=found, complete=True)
            self._records.put(KIND, id, _body(done))
            (place / _PART).unlink()
        return done

    def path(self, id: str, subject: Subject) -> Path:
        """The file, or the folder of files, of a complete upload; raises GT-7009 before."""
        upload = self.get(id, subject)
        if not upload.complete:
            raise UPLOAD_UNFINISHED(offset=upload.offset, size=upload.size)
        return self._folder / id / _DATA / upload.name

    def remove(self, id: str, subject: Subject) -> None:
        """Take an upload away; raises GT-7001."""
        self._drop(self.get(id, subject).id)

    def sweep(self) -> None:
        """Remove what has expired, and folders that no record knows."""
        now, known = self._clock(), set()
        for each in self._all():
            if each.expires <= now:
                self._drop(each.id)
            else:
                known.add(each.id)
        for place in self._folder.iterdir():
            if place.name not in known and _older(place, now, timedelta(minutes=5)):
                shutil.rmtree(place, ignore_errors=True)

    def _same(self, upload: Upload, declared: str, found: str) -> None:
        if declared and declared != found:
            if not upload.complete:
                self._drop(upload.id)
            raise UPLOAD_DIGEST(place=Place(file=upload.name), declared=declared[:64], found=found)

    def _room(self, subject: Subject, size: int) -> None:
        visitor = subject.id.startswith(VISITOR)
        most = self._settings.visitor_upload_mb if visitor else self._settings.upload_max_mb
        if subject.anonymous or most == 0:
            raise VISITORS_REFUSED()
        setting = "GUOTU_VISITOR_UPLOAD_MB" if visitor else "GUOTU_UPLOAD_MAX_MB"
        if size > most << 20:
            raise UPLOAD_TOO_LARGE(megabytes=_megabytes(size), limit=most, setting=setting)
        limit = most * _ALL_VISITORS if visitor else self._settings.upload_quota_mb
        whose = [
            each
            for each in self._all()
            if (each.owner.startswith(VISITOR) if visitor else each.owner == subject.id)
        ]
        used = sum(each.size for each in whose)
        if used + size > limit << 20:
            raise UPLOAD_QUOTA(used=_megabytes(used), limit=limit)
        if shutil.disk_usage(self._folder).free < size + _SPARE:
            raise STORAGE_FULL()

    def _all(self) -> list[Upload]:
        return [_upload(id, body) for id, body in self._records.all(KIND)]

    def _measured(self, upload: Upload) -> Upload:
        if upload.complete:
            return replace(upload, offset=upload.size)
        try:
            return replace(upload, offset=(self._folder / upload.id / _PART).stat().st_size)
        except FileNotFoundError:
            raise UPLOAD_UNKNOWN(id=upload.id) from None

    @contextmanager
    def _locked(self, id: str) -> Iterator[IO[bytes]]:
        """The file of pieces, held by this process alone."""
        try:
            file = (self._folder / id / _PART).open("r+b", buffering=_STEP)
        except FileNotFoundError:
            raise UPLOAD_UNKNOWN(id=id) from None
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UPLOAD_BUSY() from None
            yield file

    def _drop(self, id: str) -> None:
        self._records.delete(KIND, id)
        shutil.rmtree(self._folder / id, ignore_errors=True)


def _apart(file: IO[bytes], target: Path, upload: Upload) -> str:
    """The digest of the whole; several files are written into their folder on the way."""
    target.mkdir()
    digest = hashlib.sha256()
    file.seek(0)
    if not upload.files:
        while piece := file.read(_STEP):
            digest.update(piece)
    for name, size in upload.files:
        place = target / upload.name / name
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as sink:
            left = size
            while left:
                piece = file.read(min(_STEP, left))
                digest.update(piece)
                sink.write(piece)
                left -= len(piece)
    return digest.hexdigest()


def _checked(name: str) -> str:
    """A relative path with forward slashes that stays where it is put."""
    plain = name.replace("\\", "/").strip("/")
    parts = PurePosixPath(plain).parts
    if not parts or not plain.isprintable():
        raise _bad_name(name, "空白或含不可见字符", "it is empty or has unprintable characters")
    if any(part in ("..", ".") or ":" in part or len(part.encode()) > _LONGEST_NAME for part in parts):
        raise _bad_name(name, "含“..”、冒号，或过长", "it has '..', a colon, or is too long")
    return "/".join(parts)


def _distinct(files: tuple[tuple[str, int], ...]) -> None:
    if len(files) > _MOST_FILES:
        raise _bad_name("…", f"多于 {_MOST_FILES} 个文件", f"there are more than {_MOST_FILES} files")
    seen: set[str] = set()
    for name, _ in files:
        if name.casefold() in seen:
            raise _bad_name(name, "有重复", "it is there twice")
        seen.add(name.casefold())


def _bad_name(name: str, zh: str, en: str) -> Exception:
    return UPLOAD_NAMES(name=name[:120], reason_zh=zh, reason_en=en)


def _older(place: Path, now: datetime, than: timedelta) -> bool:
    try:
        return now.timestamp() - place.stat().st_mtime > than.total_seconds()
    except FileNotFoundError:
        return False


def _megabytes(size: int) -> str:
    return f"{size / (1 << 20):.1f}"


def _body(upload: Upload) -> dict[str, Any]:
    return {
        "owner": upload.owner,
        "name": upload.name,
        "size": upload.size,
        "created": upload.created.isoformat(),
        "expires": upload.expires.isoformat(),
        "files": [list(pair) for pair in upload.files],
        "sha256": upload.sha256,
        "complete": upload.complete,
    }


def _upload(id: str, body: dict[str, Any]) -> Upload:
    times = {name: datetime.fromisoformat(body[name]) for name in ("created", "expires")}
    files = tuple((str(name), int(size)) for name, size in body["files"])
    return Upload(**{**body, **times, "files": files, "id": id})
