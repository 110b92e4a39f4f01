"""Keeping files as editions of catalogue resources: hash, lock, blobs, edition, entry, in that order."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from guotu.catalog import Holdings, entry
from guotu.errors.catalog import RESOURCE_KIND
from guotu.model.edition import Edition, Page
from guotu.model.resource import Label, Resource, ResourceKind
from guotu.node import Node
from guotu.ops.links import check_links
from guotu.standards import catalogue

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileDelivery:
    """A file handed in for the catalogue: which resource, what it is called, who answers for it.

    Whatever is None is taken from the entry that there is, from the standard table of datasets, or from the file itself.
    """

    path: Path
    id: str
    title: str | None = None
    title_en: str | None = None
    category: str | None = None
    abstract: str | None = None
    keywords: tuple[str, ...] | None = None
    links: tuple[str, ...] | None = None
    data_date: date | None = None
    owner: str | None = None
    author: str = "operator"
    message: str = ""
    label: Label | None = None
    update_cycle: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What reading a file gave: files to keep, pages to find it by, facts, and what the entry should say."""

    kind: ResourceKind
    format: str
    facts: dict[str, Any]
    product: Path | None = None
    thumbnail: Path | None = None
    pages: tuple[Page, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    entry: dict[str, Any] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """The entry and its edition; `new` is False where the same file was there already."""

    resource: Resource
    edition: Edition
    new: bool


def digest_of(path: Path) -> str:
    """Hex SHA-256 of a file, streaming."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def known(node: Node, delivery: FileDelivery, asked: dict[str, Any]) -> Kept | None:
    """The edition that is this very file, read in the same way for the same date; None where it is new."""
    resource = node.catalog.find(delivery.id)
    if resource is None:
        return None
    same = (digest_of(delivery.path), delivery.data_date, asked)
    for edition in Holdings(node.records).editions(delivery.id):
        if (edition.original, edition.data_date, edition.facts.get("asked", {})) == same:
            return Kept(_entered(node, _described(node, delivery, resource, None)), edition, False)
    return None


def keep(node: Node, delivery: FileDelivery, made: Made, asked: dict[str, Any]) -> Kept:
    """Enter a new edition and its resource.

    Nothing counts until the edition's record is written: blobs without one are never listed or served.
    Raises   GT-3003, GT-3005, GT-3006, GT-1311 before anything is kept
    """
    resource = _described(node, delivery, node.catalog.find(delivery.id), made)
    entry.check(resource)
    check_links(node, resource)
    holdings = Holdings(node.records)
    with _alone(node):
        edition = Edition(
            number=len(holdings.editions(delivery.id)) + 1,
            at=node.clock(),
            author=delivery.author,
            message=delivery.message or delivery.path.name,
            data_date=delivery.data_date,
            name=delivery.path.name,
            original=node.blobs.add(delivery.path),
            size=delivery.path.stat().st_size,
            format=made.format,
            product=node.blobs.add(made.product) if made.product else "",
            thumbnail=node.blobs.add(made.thumbnail) if made.thumbnail else "",
            pages=max((page.number for page in made.pages), default=0),
            facts=made.facts | {"asked": asked},
            warnings=made.warnings,
        )
        holdings.add(delivery.id, edition, made.pages)
        return Kept(_entered(node, resource), edition, True)


def _entered(node: Node, resource: Resource) -> Resource:
    """Registered or brought up to date; what the present edition says is what the entry says."""
    present = Holdings(node.records).find(resource.id)
    if present is not None:
        told = present.facts
        facts: dict[str, Any] = {
            "location": present.served,
            "format": present.format,
            "data_date": present.data_date,
            "lineage": f"{present.format} {present.name}：{present.message}（sha256 {present.original[:12]}）",
            "extent": _box(told.get("extent")) or resource.extent,
            "coverage": bytes.fromhex(told["coverage"]) if told.get("coverage") else resource.coverage,
            "quality": told.get("quality", resource.quality),
        }
        resource = replace(resource, **facts)
    if node.catalog.find(resource.id) is None:
        return node.catalog.register(resource)
    return node.catalog.update(resource)


def _described(node: Node, delivery: FileDelivery, before: Resource | None, made: Made | None) -> Resource:
    """The entry as the delivery, the file and what was there before make it."""
    given = {
        name: getattr(delivery, name)
        for name in (
            "title",
            "title_en",
            "category",
            "abstract",
            "keywords",
            "links",
            "owner",
            "label",
            "update_cycle",
            "data_date",
        )
    }
    told = {name: value for name, value in given.items() if value is not None}
    if before is not None:
        if made is not None and before.kind is not made.kind:
            raise RESOURCE_KIND(id=before.id, held=before.kind.value, given=made.kind.value)
        fresh = made.entry if made else {}
        return replace(
            before, **{k: v for k, v in fresh.items() if k in ("extent", "coverage", "quality")} | told
        )
    assert made is not None
    title, title_en, category = _standard(delivery)
    title = told.pop("title", None) or title or made.title or delivery.path.stem
    return Resource(
        id=delivery.id,
        kind=made.kind,
        title=title,
        title_en=told.pop("title_en", None) or title_en or title,
        category=told.pop("category", None) or category,
        owner=told.pop("owner", None) or node.identity.name,
        division=node.identity.division,
        **made.entry | told,
    )


def _standard(delivery: FileDelivery) -> tuple[str, str, str]:
    """Titles and category of the dataset that an id is, or begins with (`xz.dom-202406`)."""
    code, _, rest = delivery.id.partition("-")
    for dataset in catalogue.datasets():
        if dataset.code == code:
            tail = f"（{rest}）" if rest else ""
            return dataset.title + tail, f"{dataset.title_en}{f' ({rest})' if rest else ''}", dataset.category
    return "", "", code.partition(".")[0].partition(":")[0]


def _box(extent: Sequence[float] | None) -> tuple[float, float, float, float] | None:
    return None if extent is None else (extent[0], extent[1], extent[2], extent[3])


@contextmanager
def _alone(node: Node) -> Iterator[None]:
    """One writer of editions at a time, across processes."""
    with (node.home / "editions.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
