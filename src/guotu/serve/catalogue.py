"""The catalogue over HTTP: search, browse, one resource with its schema, versions and lineage."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from guotu.catalog import Found, Holdings
from guotu.catalog.passages import Passage
from guotu.errors.general import REQUEST_INVALID
from guotu.guard.policy import visible
from guotu.guard.subject import Subject
from guotu.model.dataset import Commit
from guotu.model.resource import Resource, ResourceKind
from guotu.model.schema import LayerSchema
from guotu.node import Node
from guotu.serve.access import TheNode, TheReader, TheSubject
from guotu.serve.answers import Json
from guotu.serve.holding import holding
from guotu.standards.catalogue import Category, categories

router = APIRouter(prefix="/api", tags=["catalogue"])

Text = Annotated[str, Query(max_length=200)]

MOST = 500


@router.get("/catalog")
def search(
    node: TheNode,
    subject: TheSubject,
    text: Text = "",
    kind: Text = "",
    category: Text = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """Resources the subject may know of, best match first."""
    wanted, branch, seen = _kind(kind), category or None, seen_by(subject)
    found: Found | list[Resource]
    if text.strip():
        found = node.catalog.search(text, MOST, kind=wanted, category=branch, visible=seen)
    else:
        found = node.catalog.list(wanted, branch, visible=seen)
    said = found.passages if isinstance(found, Found) else {}
    holdings = Holdings(node.records)
    items = [
        describe(node, resource) | _said(said.get(resource.id)) | {"thumbnail": _pictured(holdings, resource)}
        for resource in islice(found, limit)
    ]
    return Json({"total": len(found), "items": items})


@router.get("/catalog/tree")
def tree(node: TheNode, subject: TheSubject) -> Response:
    """The classification with the number of resources the subject may know of."""
    counts = node.catalog.counts(visible=seen_by(subject))
    return Json([_branch(category, counts) for category in categories()])


@router.get("/catalog/{id}")
def show(id: str, node: TheNode, subject: TheSubject) -> Response:
    """One resource in full; hidden reads as absent (GT-3001)."""
    resource = node.catalog.get(id, visible=seen_by(subject))
    commits = _commits(node, id)
    schema = node.store.schema(id) if commits else None
    sources = dict.fromkeys(digest for commit in commits for digest in commit.note.source)
    details = {
        "schema": schema and _schema(schema),
        "versions": [version(commit) for commit in commits],
        "sources": [{"hash": digest} for digest in sources],
        **holding(node, resource, seen_by(subject)),
    }
    return Json(describe(node, resource) | details)


@router.get("/versions")
def versions(reader: TheReader, node: TheNode, dataset: Text) -> Response:
    """Every version of a dataset, newest first."""
    reader.plan(dataset)
    return Json([version(commit) for commit in _commits(node, dataset)])


@router.get("/moments")
def moments(node: TheNode, subject: TheSubject) -> Response:
    """The statutory dates that the subject's datasets have versions for, newest first."""
    dates: dict[str, set[str]] = {}
    for state in node.store.streams():
        label = node.label_of(state.stream.dataset)
        if visible(subject, label):
            for commit in node.store.commits(state.stream):
                if commit.note.data_date:
                    dates.setdefault(commit.note.data_date.isoformat(), set()).add(state.stream.dataset)
    return Json([{"date": date, "datasets": sorted(dates[date])} for date in sorted(dates, reverse=True)])


def describe(node: Node, resource: Resource) -> dict[str, Any]:
    """A resource as JSON, with the size and version of what the store holds of it."""
    states = node.store.streams(resource.id)
    held: dict[str, Any] = {}
    if states:
        held = {
            "features": sum(state.features for state in states),
            "version": ", ".join(s.head.label for s in states),
        }
    return {
        "id": resource.id,
        "kind": resource.kind,
        "title": resource.title,
        "title_en": resource.title_en,
        "category": resource.category,
        "owner": resource.owner,
        "abstract": resource.abstract,
        "keywords": resource.keywords,
        "label": {
            "secrecy": resource.label.secrecy,
            "data_class": resource.label.data_class,
            "sharing": resource.label.sharing,
        },
        "update_cycle": resource.update_cycle,
        "data_date": resource.data_date,
        "published": resource.published,
        "extent": resource.extent,
        "format": resource.format,
        "quality": resource.quality,
        "lineage": resource.lineage,
        "status": resource.status,
        **held,
    }


def version(commit: Commit) -> dict[str, Any]:
    """A version as JSON."""
    return {
        "stream": str(commit.stream),
        "version": str(commit.version),
        "label": commit.label,
        "at": commit.at,
        "author": commit.note.author,
        "message": commit.note.message,
        "data_date": commit.note.data_date,
        "added": commit.added,
        "changed": commit.changed,
        "deleted": commit.deleted,
        "quality": commit.note.quality,
        "digest": commit.digest.hex(),
    }


def seen_by(subject: Subject) -> Callable[[Resource], bool]:
    """Whether a resource exists for a subject."""
    return lambda resource: visible(subject, resource.label)


def _pictured(holdings: Holdings, resource: Resource) -> bool:
    edition = (
        None if resource.kind in (ResourceKind.VECTOR, ResourceKind.SERVICE) else holdings.find(resource.id)
    )
    return bool(edition and edition.thumbnail)


def _said(passages: list[Passage] | None) -> dict[str, Any]:
    if not passages:
        return {}
    return {"passages": [{"page": one.page, "snippet": one.snippet} for one in passages]}


def _kind(text: str) -> ResourceKind | None:
    try:
        return ResourceKind(text) if text else None
    except ValueError:
        raise REQUEST_INVALID(reason=f"kind={text}") from None


def _branch(category: Category, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "id": category.id,
        "title": category.title,
        "title_en": category.title_en,
        "count": counts.get(category.id, 0),
        "children": [_branch(child, counts) for child in category.children],
    }


def _commits(node: Node, dataset: str) -> list[Commit]:
    found = [commit for state in node.store.streams(dataset) for commit in node.store.commits(state.stream)]
    return sorted(found, key=lambda commit: commit.at, reverse=True)


def _schema(schema: LayerSchema) -> dict[str, Any]:
    return {
        "code": schema.code,
        "edition": schema.edition,
        "fields": [
            {
                "code": field.code,
                "name": field.name,
                "type": field.type,
                "length": field.length,
                "decimals": field.decimals,
                "constraint": field.constraint,
                "domain": field.domain,
            }
            for field in schema.fields
        ],
    }
