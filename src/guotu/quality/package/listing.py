"""What a delivery holds, as plain values: every file with its place, size, digests, and what came of opening it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LayerFact:
    """A layer found in a data file: its name there and the schema it was taken for (None: of no known kind)."""

    name: str
    schema: str | None
    features: int = 0


@dataclass(frozen=True, slots=True)
class Metadata:
    """The leaf elements of a metadata document by local name, and the name of its root."""

    root: str
    elements: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """One file (a file geodatabase counts as one): path with forward slashes from the root of the delivery, bytes, digests.

    `problem` (zh, en, remedy zh, remedy en) says why it does not open; `digests` are hex by algorithm (sha256, md5, sm3);
    `parts` are the companions that belong to it (.dbf, .shx …, the tables of a geodatabase) with theirs.
    """

    path: str
    size: int
    digests: Mapping[str, str]
    problem: tuple[str, str, str, str] | None = None
    layers: tuple[LayerFact, ...] = ()
    metadata: Metadata | None = None
    sums: Mapping[str, str] | None = None
    parts: tuple[Listed, ...] = ()

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Listing:
    """A delivery: the name of its root folder, the folders in it, its files; `links` are entries that are no files."""

    root: str
    folders: tuple[str, ...]
    files: tuple[Listed, ...]
    links: tuple[str, ...] = field(default=())

    @property
    def size(self) -> int:
        return sum(each.size for each in self.files)

    @property
    def everything(self) -> tuple[Listed, ...]:
        """Every single file: those of the list, and in place of a folder that counts as one its parts."""
        return tuple(
            single
            for each in self.files
            for single in ((each, *each.parts) if each.digests else (*each.parts,))
        )
