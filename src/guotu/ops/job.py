"""One job as it is kept and shown: whose it is, how far it has come, what it gave or why it failed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from guotu.errors import GuotuError, Lang


class Status(StrEnum):
    """queued → running → done, failed, cancelled; interrupted where the process ended first."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def ended(self) -> bool:
        return self not in (Status.QUEUED, Status.RUNNING)


@dataclass(frozen=True, slots=True)
class Result:
    """What work gives back: `facts` (JSON) to show, and a file inside the job's folder to download, if there is one."""

    facts: dict[str, Any] = field(default_factory=dict)
    file: Path | None = None
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Job:
    """A job at one moment. `file` is the absolute path of the result; `digest` its hex SHA-256, `size` its bytes."""

    id: str
    kind: str
    owner: str
    status: Status
    created: datetime
    title: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    expires: datetime | None = None
    stage: str = ""
    done: int = 0
    total: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    file: Path | None = None
    media_type: str = ""
    size: int | None = None
    digest: str = ""
    failure: dict[str, dict[str, Any]] | None = None
    """`GuotuError.as_dict` by language."""

    def as_json(self, lang: Lang) -> dict[str, Any]:
        """What its owner sees."""
        shown: dict[str, Any] = {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "status": self.status.value,
            "progress": {"stage": self.stage, "done": self.done, "total": self.total},
            "result": self.facts,
            "file": None
            if self.file is None
            else {
                "name": self.file.name,
                "bytes": self.size,
                "sha256": self.digest,
                "media_type": self.media_type,
            },
            "error": None if self.failure is None else self.failure[lang],
        }
        times = ("created", "started", "ended", "expires")
        return shown | {name: _shown(getattr(self, name)) for name in times}

    def ending(self, status: Status, at: datetime, keep: timedelta, **more: Any) -> Job:
        """The job once it has ended."""
        return replace(self, status=status, ended=at, expires=at + keep, **more)


def failure_of(error: GuotuError) -> dict[str, dict[str, Any]]:
    """A failure in every language, as jobs keep it."""
    return {"zh": error.as_dict("zh"), "en": error.as_dict("en")}


_TIMES = ("created", "started", "ended", "expires")


def to_record(job: Job, runner: str) -> dict[str, Any]:
    """The job as a record of the control plane."""
    body = {name: getattr(job, name) for name in Job.__slots__ if name != "id"}
    body |= {name: _shown(body[name]) for name in _TIMES}
    return body | {"status": job.status.value, "file": job.file and job.file.name, "runner": runner}


def from_record(id: str, body: dict[str, Any], folder: Path) -> Job:
    """A kept job; its file lies in `folder`."""
    known = {name: value for name, value in body.items() if name != "runner"}
    known |= {name: None if body[name] is None else datetime.fromisoformat(body[name]) for name in _TIMES}
    known["status"] = Status(body["status"])
    known["file"] = body["file"] and folder / body["file"]
    return Job(id=id, **known)


def _shown(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
