"""Resources of the catalogue: vector, raster, table, document, audio, video, service, site."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class ResourceKind(StrEnum):
    VECTOR = "vector"
    RASTER = "raster"
    TABLE = "table"
    DOCUMENT = "document"
    AUDIO = "audio"
    VIDEO = "video"
    SERVICE = "service"
    SITE = "site"


class Secrecy(StrEnum):
    """State-secret level (GB/T 19710 MD_ClassificationCode 001-005)."""

    PUBLIC = "公开"
    INTERNAL = "内部"
    SECRET = "秘密"
    CONFIDENTIAL = "机密"
    TOP_SECRET = "绝密"

    @property
    def rank(self) -> int:
        return list(Secrecy).index(self)


class DataClass(StrEnum):
    """Data class (GB/T 43697-2024)."""

    GENERAL = "一般"
    IMPORTANT = "重要"
    CORE = "核心"


class Sharing(StrEnum):
    UNCONDITIONAL = "无条件共享"
    CONDITIONAL = "有条件共享"
    NONE = "不予共享"


@dataclass(frozen=True, slots=True)
class Label:
    """What guards a resource."""

    secrecy: Secrecy = Secrecy.INTERNAL
    data_class: DataClass = DataClass.GENERAL
    sharing: Sharing = Sharing.CONDITIONAL


@dataclass(frozen=True, slots=True)
class Resource:
    """One catalogue entry (TD/T 1016-2003 core metadata, GB/T 21063 resource catalogue elements).

    `id` is the dataset code for data in the store, any other stable code otherwise; `category` is a path of the
    classification (`xz/land`), `coverage` a WKB polygon in degrees that the resource claims to cover entirely,
    `data_date` the moment it describes.
    """

    id: str
    kind: ResourceKind
    title: str
    title_en: str
    category: str
    owner: str
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    division: str = "000000"
    label: Label = Label()
    update_cycle: str = "不定期"
    data_date: date | None = None
    published: datetime | None = None
    extent: tuple[float, float, float, float] | None = None
    coverage: bytes | None = None
    schema_id: str | None = None
    format: str = ""
    location: str = ""
    """Blob hash, URL of a service, or empty for data in the store."""
    quality: str = ""
    lineage: str = ""
    status: str = "published"
    links: tuple[str, ...] = field(default=())
