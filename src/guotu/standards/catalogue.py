"""The classification of resources and the datasets known by code (`data/catalogue`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from guotu.errors.schema import CATEGORY_UNKNOWN, DATASET_UNDECLARED
from guotu.model.dataset import DATASET_CODE
from guotu.model.resource import ResourceKind
from guotu.standards import layers, tables
from guotu.standards.tables import require

_CATEGORY_COLUMNS = ("id", "title", "title_en")
_DATASET_COLUMNS = ("code", "title", "title_en", "category", "kind", "style", "confidence")


@dataclass(frozen=True, slots=True)
class Category:
    """One node of the classification; `id` is its path (`xz/land`)."""

    id: str
    title: str
    title_en: str
    children: tuple[Category, ...] = ()

    def walk(self) -> Iterator[Category]:
        """This category, then everything under it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class CatalogueDataset:
    """A dataset the platform knows by code: its titles, its place in the tree, its kind and the style group it is drawn with."""

    code: str
    title: str
    title_en: str
    category: str
    kind: ResourceKind
    style: str
    confidence: str


@cache
def categories() -> tuple[Category, ...]:
    """The roots of the tree (现状、规划、管理、社会经济、数据产品), children inside."""
    rows = tables.rows("catalogue/categories.csv", _CATEGORY_COLUMNS)
    ids = [row["id"] for row in rows]
    tables.require_distinct(ids, "catalogue/categories.csv")
    for id in ids:
        require("/" not in id or id.rpartition("/")[0] in ids, f"catalogue: {id} has no parent")
    return _under("", rows)


def _under(parent: str, rows: tuple[tables.Row, ...]) -> tuple[Category, ...]:
    return tuple(
        Category(row["id"], row["title"], row["title_en"], _under(row["id"], rows))
        for row in rows
        if row["id"].rpartition("/")[0] == parent
    )


def category(id: str) -> Category:
    """A category by its path; raises GT-1311."""
    for root in categories():
        for found in root.walk():
            if found.id == id:
                return found
    raise CATEGORY_UNKNOWN(category=id)


@cache
def datasets() -> tuple[CatalogueDataset, ...]:
    """Every dataset known by code, in the order of the tree."""
    rows = tables.rows("catalogue/datasets.csv", _DATASET_COLUMNS)
    tables.require_distinct((row["code"] for row in rows), "catalogue/datasets.csv")
    tables.require_confidence((row["confidence"] for row in rows), "catalogue/datasets.csv")
    found = tuple(_dataset(row) for row in rows)
    stored = {schema.dataset for schema in layers.all_schemas()}
    listed = {entry.code for entry in found if entry.kind is not ResourceKind.RASTER}
    require(stored == listed, f"catalogue: datasets and layers differ in {stored ^ listed}")
    return found


def dataset(code: str) -> CatalogueDataset:
    """A dataset by code; raises GT-1312."""
    for found in datasets():
        if found.code == code:
            return found
    raise DATASET_UNDECLARED(dataset=code)


def _dataset(row: tables.Row) -> CatalogueDataset:
    code = row["code"]
    require(DATASET_CODE.fullmatch(code) is not None, f"catalogue: {code} is no dataset code")
    require(
        category(row["category"]).id.startswith(code.split(".")[0]), f"catalogue: {code} outside its group"
    )
    return CatalogueDataset(
        code=code,
        title=row["title"],
        title_en=row["title_en"],
        category=row["category"],
        kind=ResourceKind(row["kind"]),
        style=row["style"],
        confidence=row["confidence"],
    )
