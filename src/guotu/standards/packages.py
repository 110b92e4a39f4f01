"""Package profiles (`data/packages`): what a delivery (汇交包) has to look like, as data.

A profile names the root folder, the folders in it, the files by patterns, the layers they hold, the metadata elements that must
be filled and the list of checksums. Patterns are regular expressions with tokens in braces: `{XZQDM}` stands for the pattern of
that token wherever it occurs, and wherever it occurs it must be the same text — the six digits of the root folder, of every file
name, of the metadata, and (through the layer rules on codes) of the data inside.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from guotu.errors import GuotuError, Place
from guotu.errors.submission import PACKAGE_PROFILE_INVALID, PACKAGE_PROFILE_UNKNOWN
from guotu.standards import layers, metadata

LOCAL: Final = "packages"
"""Where in a node's home an office keeps profiles of its own; one of the same id replaces that of the standards."""
ROLES: Final = ("data", "metadata", "checksums", "table", "document", "map", "other")
ALGORITHMS: Final = ("md5", "sha256", "sm3")
LAYER: Final = "LAYER"
_TOKEN: Final = re.compile(r"\{([A-Z][A-Z0-9_]*)\}")
_KEYS: Final = {
    "id", "edition", "title", "title_en", "basis", "confidence", "root", "division", "year", "largest_mb", "extra", "refuse",
    "tokens", "folder", "file", "layer", "metadata",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A part of names that must agree everywhere: its pattern, what it is called, an example."""

    name: str
    pattern: str
    title: str
    title_en: str
    example: str


@dataclass(frozen=True, slots=True)
class FileSpec:
    """Files of one kind in one folder (`""`: the root): how they are called, how many, what they are for.

    `make` is the name a generated package gives it (a text with tokens), "" where it makes none.
    """

    id: str
    folder: str
    name: str
    role: str
    title: str
    title_en: str
    formats: tuple[str, ...]
    least: int = 1
    most: int | None = None
    make: str = ""


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """A layer that the data files hold: which schema, how it is called there, whether it must be there."""

    schema: str
    name: str
    file: str
    required: bool
    least: int
    make: str

    @property
    def dataset(self) -> str:
        return layers.schema(self.schema).dataset


@dataclass(frozen=True, slots=True)
class MetadataSpec:
    """Elements that must be filled (None: those the core set calls mandatory), and those that must equal a token."""

    elements: tuple[str, ...]
    agree: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PackageProfile:
    """One kind of delivery. `folders` are (path, required); `refuse` the rules whose breaches refuse it; `extra` says
    whether files that no pattern names are allowed."""

    id: str
    edition: str
    title: str
    title_en: str
    basis: str
    confidence: str
    root: str
    division: str
    year: str
    largest: int
    extra: bool
    refuse: frozenset[str]
    tokens: Mapping[str, Token]
    folders: tuple[tuple[str, bool], ...]
    files: tuple[FileSpec, ...]
    layers: tuple[LayerSpec, ...]
    metadata: MetadataSpec
    origin: str = field(default="", compare=False)

    def matches(
        self, pattern: str, text: str, known: Mapping[str, str] | None = None
    ) -> dict[str, str] | None:
        """The tokens of a text that fits a pattern, None where it does not fit; tokens already `known` are tried first."""
        told = tuple((token.name, token.pattern) for token in self.tokens.values())
        if known:
            agreed = tuple((name, re.escape(known[name]) if name in known else each) for name, each in told)
            found = _compile(pattern, agreed).fullmatch(text)
            if found is not None:
                return {name: value for name, value in found.groupdict().items() if value}
        found = _compile(pattern, told).fullmatch(text)
        return None if found is None else {name: value for name, value in found.groupdict().items() if value}

    def fill(self, template: str, values: Mapping[str, str]) -> str:
        """A name made from a template; tokens without a value stay as they are."""
        return _TOKEN.sub(lambda hit: values.get(hit[1], hit[0]), template)

    def shown(self, spec: FileSpec, values: Mapping[str, str]) -> str:
        """How a file of a kind is called, for people: an example in its folder."""
        name = self.fill(spec.make or spec.name, {**self.examples, **values})
        return f"{spec.folder}/{name}" if spec.folder else name

    @property
    def examples(self) -> dict[str, str]:
        """An example of every token; LAYER stands for the code of a layer in the names that a package is made with."""
        return {LAYER: "DLTB", **{token.name: token.example for token in self.tokens.values()}}

    @property
    def datasets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(layer.dataset for layer in self.layers))

    def as_dict(self) -> dict[str, Any]:
        """For catalogues of profiles."""
        return {
            "id": self.id,
            "edition": self.edition,
            "title": self.title,
            "title_en": self.title_en,
            "basis": self.basis,
            "confidence": self.confidence,
            "origin": self.origin,
            "root": self.fill(self.root, self.examples),
            "files": [
                {
                    "id": spec.id,
                    "title": spec.title,
                    "title_en": spec.title_en,
                    "example": self.shown(spec, {}),
                    "role": spec.role,
                    "formats": list(spec.formats),
                    "required": spec.least > 0,
                }
                for spec in self.files
            ],
            "layers": [
                {"schema": each.schema, "dataset": each.dataset, "required": each.required}
                for each in self.layers
            ],
        }


@cache
def profile_names() -> tuple[str, ...]:
    """The ids of the profiles that come with the platform."""
    folder = resources.files("guotu.standards") / "data" / "packages"
    return tuple(
        sorted(each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml"))
    )


def profiles(home: Path | None = None) -> Mapping[str, PackageProfile]:
    """Every profile by id; those of a node's home replace those of the same id. Raises GT-7031 for a wrong one."""
    found = {name: _own(name) for name in profile_names()}
    for file in sorted((home / LOCAL).glob("*.toml")) if home else ():
        try:
            local = read_profile(file.read_text(encoding="utf-8"), file.name)
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
            raise _wrong(file.name, str(wrong)) from None
        found[local.id] = local
    return MappingProxyType(found)


def profile(name: str, home: Path | None = None) -> PackageProfile:
    """A profile by id; raises GT-7030, GT-7031."""
    known = profiles(home)
    if name not in known:
        raise PACKAGE_PROFILE_UNKNOWN(profile=name, known="、".join(known))
    return known[name]


def read_profile(text: str, origin: str) -> PackageProfile:
    """A profile from TOML; raises GT-7031 where something is missing or does not fit."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise _wrong(origin, str(wrong)) from None
    try:
        made = _profile(table, origin)
        _check(made, set(table))
    except KeyError as missing:
        raise _wrong(origin, f"缺少 / missing: {missing.args[0]}") from None
    except (TypeError, ValueError, AttributeError, re.error) as wrong:
        raise _wrong(origin, str(wrong)) from None
    except GuotuError as wrong:
        if wrong.kind is PACKAGE_PROFILE_INVALID:
            raise
        raise _wrong(origin, wrong.detail("zh")) from None
    return made


@cache
def _own(name: str) -> PackageProfile:
    source = resources.files("guotu.standards") / "data" / "packages" / f"{name}.toml"
    return read_profile(source.read_text(encoding="utf-8"), "")


def _profile(table: dict[str, Any], origin: str) -> PackageProfile:
    tokens = {name: _token(name, entry) for name, entry in table["tokens"].items()}
    told = table.get("metadata", {})
    return PackageProfile(
        id=str(table["id"]),
        edition=str(table["edition"]),
        title=str(table["title"]),
        title_en=str(table["title_en"]),
        basis=str(table["basis"]),
        confidence=str(table["confidence"]),
        root=str(table["root"]),
        division=str(table["division"]),
        year=str(table["year"]),
        largest=int(table.get("largest_mb", 8192)) << 20,
        extra=bool(table.get("extra", False)),
        refuse=frozenset(table.get("refuse", ("1101", "1102", "1103", "1201"))),
        tokens=MappingProxyType(tokens),
        folders=tuple(
            (str(each["path"]), bool(each.get("required", True))) for each in table.get("folder", [])
        ),
        files=tuple(map(_file, table["file"])),
        layers=tuple(map(_layer, table.get("layer", []))),
        metadata=MetadataSpec(
            tuple(told.get("elements", _mandatory())), MappingProxyType(dict(told.get("agree", {})))
        ),
        origin=origin,
    )


def _token(name: str, entry: dict[str, Any]) -> Token:
    return Token(
        name, str(entry["pattern"]), str(entry["title"]), str(entry["title_en"]), str(entry["example"])
    )


def _file(entry: dict[str, Any]) -> FileSpec:
    return FileSpec(
        id=str(entry["id"]),
        folder=str(entry.get("folder", "")),
        name=str(entry["name"]),
        role=str(entry["role"]),
        title=str(entry["title"]),
        title_en=str(entry["title_en"]),
        formats=tuple(entry.get("formats", ())),
        least=int(entry.get("least", 1)),
        most=entry.get("most"),
        make=str(entry.get("make", "")),
    )


def _layer(entry: dict[str, Any]) -> LayerSpec:
    schema = layers.schema(str(entry["schema"]))
    return LayerSpec(
        schema=schema.id,
        name=str(entry.get("name", rf"(?i).*{schema.code}.*")),
        file=str(entry["file"]),
        required=bool(entry.get("required", True)),
        least=int(entry.get("least", 1)),
        make=str(entry.get("make", "")),
    )


def _mandatory() -> tuple[str, ...]:
    return tuple(each.id for each in metadata.elements() if each.constraint.value == "M")


def _check(made: PackageProfile, keys: set[str]) -> None:
    """What the parts of a profile promise each other."""
    if unknown := keys - _KEYS:
        raise _wrong(made.origin or made.id, f"不认识 / unknown: {', '.join(sorted(unknown))}")
    ids = [spec.id for spec in made.files]
    wrong = [
        *(f"file {id} twice" for id in {id for id in ids if ids.count(id) > 1}),
        *(f"file {spec.id}: role {spec.role}" for spec in made.files if spec.role not in ROLES),
        *(f"layer {each.schema}: no file {each.file}" for each in made.layers if each.file not in ids),
        *(f"token {name}" for name in (made.division, made.year) if name not in made.tokens),
        *(
            f"metadata {each}"
            for each in (*made.metadata.elements, *made.metadata.agree)
            if each not in {element.id for element in metadata.elements()}
        ),
    ]
    for pattern in (*(spec.name for spec in made.files), *(each.name for each in made.layers)):
        made.matches(pattern, "")
    for spec in made.files:
        if spec.make and made.matches(spec.name, made.fill(spec.make, made.examples)) is None:
            wrong.append(f"file {spec.id}: {spec.make} does not fit {spec.name}")
        if spec.folder and spec.folder not in dict(made.folders):
            wrong.append(f"file {spec.id}: no folder {spec.folder}")
    if made.matches(made.root, made.fill(made.root, made.examples)) is None:
        wrong.append(f"root: the examples do not fit {made.root}")
    if wrong:
        raise _wrong(made.origin or made.id, "; ".join(wrong))


@lru_cache(maxsize=1024)
def _compile(pattern: str, tokens: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    known, seen = dict(tokens), set[str]()

    def placed(hit: re.Match[str]) -> str:
        name = hit[1]
        if name not in known:
            raise ValueError(f"token {name} of {pattern!r} is not declared")
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return f"(?P<{name}>{known[name]})"

    return re.compile(_TOKEN.sub(placed, pattern))


def _wrong(name: str, reason: str) -> GuotuError:
    return PACKAGE_PROFILE_INVALID(place=Place(file=name), profile=name, reason=reason)
