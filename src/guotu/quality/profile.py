"""Rule packs and gate profiles: which rules refuse, which warn, which rest, with their thresholds and severities.

A pack is a TOML table: those of the standards lie beside them (`data/profiles/gate-*.toml`), an office's own in its node's
home (`rules/*.toml`). A profile is what one pack, and the local packs laid over it, come to for one layer.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from guotu.errors import Place
from guotu.errors.quality import PACK_UNREADABLE, PROFILE_INVALID, PROFILE_UNKNOWN
from guotu.model.finding import Severity
from guotu.model.schema import LayerSchema
from guotu.quality.clause import Clause, Level
from guotu.quality.local import LocalRule, read_rule
from guotu.standards import layers
from guotu.standards.rules import QualityRule, rules

__all__ = [
    "Clause",
    "GateProfile",
    "Level",
    "Pack",
    "gate_profile",
    "profile_for",
    "profile_names",
    "read_pack",
    "read_profile",
]

_KEYS = {
    "id", "title", "title_en", "edition", "keep", "datasets", "schemas", "extends", "refuse", "warn", "rest", "severity",
    "parameters", "rule",
}  # fmt: skip
_NEEDED = ("id", "title", "title_en", "edition")


@dataclass(frozen=True, slots=True)
class Pack:
    """One file of rules. `levels` maps a rule to what its breach does (None: it rests); `datasets` are prefixes, `schemas`
    ids of the layers it is for; `extends` the pack it starts from.
    """

    id: str
    title: str
    title_en: str
    edition: str
    digest: str
    keep: int | None
    datasets: tuple[str, ...]
    schemas: tuple[str, ...]
    extends: str | None
    levels: Mapping[str, Level | None]
    severities: Mapping[str, Severity]
    parameters: Mapping[str, Mapping[str, Any]]
    local: tuple[LocalRule, ...] = ()

    @property
    def version(self) -> str:
        """Name, edition and the first of its digest: what a journal notes."""
        return f"{self.id} {self.edition} #{self.digest[:8]}"

    def fit(self, schema: LayerSchema) -> int:
        """How well the pack fits a layer: longer for a schema named, then for a longer dataset prefix; -1 not at all."""
        if schema.id in self.schemas:
            return 1000
        return max((len(prefix) for prefix in self.datasets if schema.dataset.startswith(prefix)), default=-1)


@dataclass(frozen=True, slots=True)
class GateProfile:
    """A named way to judge layers. `keep` findings per rule are kept, all are counted; rules without a clause rest.

    `packs` are the versions of the packs it was made of, `local` the rules in CQL2 among them.
    """

    id: str
    title: str
    title_en: str
    edition: str
    keep: int
    datasets: tuple[str, ...]
    clauses: Mapping[str, Clause]
    schemas: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    local: tuple[LocalRule, ...] = field(default=())

    def clause(self, rule: str) -> Clause | None:
        """The rule as this profile applies it, None where it rests."""
        return self.clauses.get(rule)


def profile_names() -> tuple[str, ...]:
    """The ids of all gate profiles of the standards."""
    folder = resources.files("guotu.standards") / "data" / "profiles"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name[5:-5] for name in names if name.startswith("gate-") and name.endswith(".toml")))


@cache
def _standard_pack(name: str) -> Pack:
    if name not in profile_names():
        raise PROFILE_UNKNOWN(profile=name, known="、".join(profile_names()))
    source = resources.files("guotu.standards") / "data" / "profiles" / f"gate-{name}.toml"
    return read_pack(source.read_text(encoding="utf-8"), f"gate-{name}.toml")


@cache
def gate_profile(name: str) -> GateProfile:
    """A profile of the standards by id.

    Raises   GT-1402 where there is none, GT-1403 where it is wrong
    """
    chain = _chain(_standard_pack(name))
    return _profile(chain, chain[-1])


def profile_for(schema: LayerSchema, local: Iterable[Pack] = ()) -> GateProfile:
    """The profile that fits a layer best (`general` where none does), with the local packs that fit it laid over."""
    names = profile_names()
    best = max(names, key=lambda name: (_standard_pack(name).fit(schema), name == "general"))
    own = [pack for pack in local if pack.fit(schema) >= 0]
    chain = _chain(_standard_pack(best))
    return _profile([*chain, *own], chain[-1]) if own else gate_profile(best)


def read_profile(table: Mapping[str, Any]) -> GateProfile:
    """A profile from one parsed pack; raises GT-1403."""
    chain = _chain(_pack(table, "", Place()))
    return _profile(chain, chain[-1])


def read_pack(text: str, file: str) -> Pack:
    """A pack from its text, checked whole: rules known, layers known, conditions read against every layer they are for.

    Raises   GT-1405 no TOML, GT-1403 a wrong pack, GT-1404 a wrong local rule (with file and line)
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        found = re.search(r"line (\d+)", str(wrong))
        line = int(found[1]) if found else None
        raise PACK_UNREADABLE(place=Place(file=file, row=line), file=file, reason=str(wrong)) from None
    return _pack(table, text, Place(file=file))


def _pack(table: Mapping[str, Any], text: str, place: Place) -> Pack:
    name = str(table.get("id", place.file or "?"))

    def wrong(reason: str) -> Exception:
        return PROFILE_INVALID(place=place, profile=name, reason=reason)

    if unknown := set(table) - _KEYS:
        raise wrong(f"unknown {', '.join(sorted(unknown))}")
    for key in _NEEDED:
        if not isinstance(table.get(key), str):
            raise wrong(f"'{key}' is missing")
    levels: dict[str, Level | None] = dict.fromkeys(table.get("warn", ()), Level.WARN)
    levels |= dict.fromkeys(table.get("refuse", ()), Level.REFUSE) | dict.fromkeys(table.get("rest", ()))
    severities, parameters = table.get("severity", {}), table.get("parameters", {})
    inherited = "extends" in table or "rule" in table
    for id in [*levels, *severities, *parameters]:
        if id not in rules() or (id not in levels and not inherited):
            raise wrong(f"rule {id} is unknown or neither refuses nor warns")
    if bad := set(severities.values()) - set(Severity):
        raise wrong(f"severity {', '.join(map(str, bad))}")
    known = {schema.id for schema in layers.all_schemas()}
    schemas, datasets = tuple(table.get("schemas", ())), tuple(table.get("datasets", ()))
    if lost := set(schemas) - known:
        raise wrong(f"unknown schema {', '.join(sorted(lost))}")
    scope = tuple(
        s for s in layers.all_schemas() if s.id in schemas or (datasets and s.dataset.startswith(datasets))
    )
    local = tuple(
        read_rule(entry, scope, Place(file=place.file, row=_line_of(text, number)))
        for number, entry in enumerate(table.get("rule", ()))
    )
    if len({rule.clause.id for rule in local}) < len(local):
        raise wrong("two rules have the same id")
    return Pack(
        id=name,
        title=table["title"],
        title_en=table["title_en"],
        edition=table["edition"],
        digest=hashlib.sha256((text or repr(table)).encode()).hexdigest(),
        keep=int(table["keep"]) if "keep" in table else None,
        datasets=datasets or tuple({schema.dataset for rule in local for schema in _of(rule)}),
        schemas=schemas,
        extends=table.get("extends"),
        levels=levels,
        severities={id: Severity(given) for id, given in severities.items()},
        parameters=parameters,
        local=local,
    )


def _of(rule: LocalRule) -> list[LayerSchema]:
    return [layers.schema(id) for id in rule.conditions]


def _line_of(text: str, number: int) -> int | None:
    """Line of the n-th `[[rule]]`, counted from 1."""
    heads = [at for at, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*rule\s*\]\]", line)]
    return heads[number] if number < len(heads) else None


def _chain(pack: Pack) -> list[Pack]:
    """A pack after those it extends."""
    chain, seen = [pack], {pack.id}
    while chain[0].extends is not None:
        base = _standard_pack(chain[0].extends)
        if base.id in seen:
            raise PROFILE_INVALID(profile=pack.id, reason=f"extends itself through {base.id}")
        seen.add(base.id)
        chain.insert(0, base)
    return chain


def _profile(packs: list[Pack], chief: Pack) -> GateProfile:
    """Packs laid one over the other, the last word counts; named after the chief of them."""
    levels: dict[str, Level | None] = {}
    severities: dict[str, Severity] = {}
    parameters: dict[str, dict[str, Any]] = {}
    for pack in packs:
        levels |= pack.levels
        severities |= pack.severities
        for id, given in pack.parameters.items():
            parameters[id] = {**parameters.get(id, {}), **given}
    clauses = {
        id: _clause(rules()[id], level, severities.get(id), parameters.get(id, {}))
        for id, level in sorted(levels.items())
        if level is not None
    }
    return GateProfile(
        id=chief.id,
        title=chief.title,
        title_en=chief.title_en,
        edition=chief.edition,
        keep=next((pack.keep for pack in reversed(packs) if pack.keep is not None), 200),
        datasets=chief.datasets,
        clauses=clauses,
        schemas=chief.schemas,
        packs=tuple(pack.version for pack in packs),
        local=tuple(rule for pack in packs for rule in pack.local),
    )


def _clause(rule: QualityRule, level: Level, severity: Severity | None, given: Mapping[str, Any]) -> Clause:
    return Clause(
        id=rule.id,
        name=rule.name,
        name_en=rule.name_en,
        severity=severity or rule.severity,
        level=level,
        remedy_zh=rule.remedy_zh,
        remedy_en=rule.remedy_en,
        parameters={**rule.parameters, **given},
        category=rule.category,
        category_en=rule.category_en,
    )
