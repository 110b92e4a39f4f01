"""Writes the reference pages of the standards: `python -m guotu.standards.pages FOLDER`.

The pages are committed (`docs/references/standards`); a test fails when they no longer say what the tables say.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from guotu.model.schema import Field, LayerSchema
from guotu.standards import (
    catalogue,
    divisioncode,
    domains,
    identifiers,
    landclass,
    layers,
    mapsheet,
    metadata,
    rules,
    tables,
)
from guotu.standards.catalogue import Category

_NOTICE = "<!-- Made by `python -m guotu.standards.pages`; change the tables, not this page. -->"
_CONFIDENCE = "Confidence: A seen in its source or certain · B believed right · C shape right, codes or lengths uncertain."


def pages() -> dict[str, str]:
    """Every page by file name."""
    made: dict[str, Callable[[], Iterable[str]]] = {
        "README.md": _index,
        "land-classes.md": _land_classes,
        "land-class-mappings.md": _mappings,
        "three-classes.md": _three_classes,
        "layers.md": _layers,
        "domains.md": _domains,
        "divisions.md": _divisions,
        "identifiers.md": _identifiers,
        "quality-rules.md": _rules,
        "catalogue.md": _catalogue,
        "metadata.md": _metadata,
    }
    return {name: "\n".join([_NOTICE, "", *make()]).rstrip() + "\n" for name, make in made.items()}


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table and an empty line."""
    lines = [head, ["---"] * len(head), *rows]
    return [*("| " + " | ".join(map(_cell, line)) + " |" for line in lines), ""]


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")


def _index() -> Iterable[str]:
    yield from ["# Standards of the trade", ""]
    yield "The tables live in `src/guotu/standards/data`, each family with a manifest that names edition, source and confidence."
    yield from ["They are ours to correct without touching code.", "", _CONFIDENCE, ""]
    yield from table(
        ["Page", "Holds"],
        [
            ["[Land classes](land-classes.md)", f"{len(landclass.scheme_ids())} classifications 地类"],
            [
                "[Mappings](land-class-mappings.md)",
                f"{len(landclass.mappings())} correspondences between them",
            ],
            ["[Three classes](three-classes.md)", "农用地、建设用地、未利用地 by edition"],
            ["[Layers](layers.md)", f"field tables of {len(layers.all_schemas())} layers 图层"],
            ["[Value domains](domains.md)", f"{len(domains.all_domains())} code lists 值域"],
            ["[Divisions](divisions.md)", "structure of division codes 行政区划代码"],
            ["[Identifiers](identifiers.md)", "credit codes, real-estate units, map sheets 标识代码"],
            ["[Quality rules](quality-rules.md)", f"{len(rules.rules())} rules 质检规则"],
            [
                "[Catalogue](catalogue.md)",
                f"classification and {len(catalogue.datasets())} datasets 资源目录",
            ],
            ["[Metadata](metadata.md)", f"{len(metadata.elements())} elements 元数据"],
        ],
    )


def _land_classes() -> Iterable[str]:
    yield from ["# Land classes 地类", "", _CONFIDENCE, ""]
    for id in landclass.scheme_ids():
        scheme = landclass.scheme(id)
        until = f" to {scheme.valid_to}" if scheme.valid_to else ""
        yield from [f"## `{id}` {scheme.title}", ""]
        yield from [f"{scheme.title_en}, {scheme.edition}, from {scheme.valid_from}{until}.", ""]
        yield from [f"Source: {scheme.source}.", ""]
        yield from table(
            ["Code", "Name", "Level", "Under", "Marked", "Confidence", "Note"],
            [[c.code, c.name, c.level, c.parent, c.kind or c.realm, c.confidence, c.note] for c in scheme],
        )


def _mappings() -> Iterable[str]:
    yield from ["# Mappings between land classifications", ""]
    yield from [
        "A split row (待细分) is sure only of the class it names; the candidates need other evidence.",
        "",
    ]
    for source, target in landclass.mappings():
        mapping = landclass.mapping(source, target)
        a, b = landclass.scheme(source), landclass.scheme(target)
        yield from [f"## `{source}` → `{target}`", ""]
        yield from [f"Edition {mapping.edition}. Source: {mapping.provenance}.", ""]
        changed = [
            row
            for row in mapping.rows.values()
            if row.source != row.target or a.name(row.source) != b.name(row.target)
        ]
        same = len(mapping.rows) - len(changed)
        yield from [f"{same} classes keep code and name and are not listed.", ""]
        yield from table(
            ["From", "", "To", "", "Candidates", "Confidence", "Note"],
            [
                [
                    r.source,
                    a.name(r.source),
                    r.target,
                    b.name(r.target),
                    " ".join(r.candidates),
                    r.confidence,
                    r.note,
                ]
                for r in changed
            ],
        )


def _three_classes() -> Iterable[str]:
    yield from ["# The three statutory classes 三大类", ""]
    for id in landclass.three_class_editions():
        about = landclass.three_classes("sandiao", id)
        yield from [f"- `{id}` {about.title} ({about.title_en}): {about.note_en}"]
    yield ""
    for scheme_id in landclass.scheme_ids():
        scheme, default = landclass.scheme(scheme_id), landclass.three_classes(scheme_id)
        yield from [f"## `{scheme_id}` {scheme.title}", "", f"Default edition: `{default.edition}`.", ""]
        rows = [
            (three, " ".join(c for c in default.classes if c in scheme.data_codes and default.of(c) == three))
            for three in landclass.THREE_CLASSES
        ]
        yield from table(["Class", "Codes"], rows)
        yield from [f"Depends on the edition: {' '.join(default.disputed)}.", ""]


def _layers() -> Iterable[str]:
    yield from ["# Layers 图层", "", _CONFIDENCE, ""]
    schemas = layers.all_schemas()
    yield from table(
        ["Schema", "Dataset", "Layer", "Name", "Edition", "Geometry", "Confidence"],
        [
            [f"[{s.id}](#{s.id})", f"`{s.dataset}`", s.code, s.name, s.edition, s.geometry, s.confidence]
            for s in schemas
        ],
    )
    yield from [
        "Columns are recognised by code, older spelling, Chinese name, or either cut to the ten bytes of a Shapefile.",
        "",
    ]
    for schema in schemas:
        yield from _layer(schema)
    yield from ["## Layers of the survey database", ""]
    yield from table(
        ["Code", "Name", "Geometry", "Feature code", "Group", "Confidence", "Note"],
        [[s.code, s.name, s.geometry, s.ysdm, s.group, s.confidence, s.note] for s in layers.survey_layers()],
    )


def _layer(schema: LayerSchema) -> Iterable[str]:
    default = layers.schema(schema.dataset) == schema
    yield from [f"## {schema.id}", "", f"{schema.name}, {schema.name_en}. Source: {schema.source}.", ""]
    facts = [
        f"dataset `{schema.dataset}`{' (default edition)' if default else ''}",
        f"key {' + '.join(schema.key)}",
    ]
    facts += [f"area field {schema.area_field} (m²)"] if schema.area_field else []
    facts += ["tiles its territory"] if schema.coverage else []
    facts += [f"feature code {schema.ysdm}"] if schema.ysdm else []
    yield from ["; ".join(facts) + f"; also called {'、'.join(layers.names(schema.id)[1:])}.", ""]
    yield from table(
        ["Field", "Name", "Type", "M/C/O", "Domain", "Rule", "Also", "Confidence"],
        [
            [f.code, f.name, _type(f), f.constraint, f.domain, f.rule, "、".join(f.aliases), f.confidence]
            for f in schema.fields
        ],
    )


def _type(field: Field) -> str:
    size = ",".join(str(part) for part in (field.length, field.decimals) if part is not None)
    return f"{field.type}({size})" if size else str(field.type)


def _domains() -> Iterable[str]:
    yield from ["# Value domains 值域", "", _CONFIDENCE, ""]
    yield from ["A land classification serves as a domain by its id (the codes that a parcel may carry).", ""]
    for domain in domains.all_domains():
        yield from [f"## {domain.id}", "", f"{domain.title}, {domain.title_en}. Source: {domain.source}.", ""]
        yield from table(
            ["Code", "Name", "Confidence"], [[c, domain.name(c), domain.confidence[c]] for c in domain]
        )


def _divisions() -> Iterable[str]:
    about = tables.manifest("divisions")
    yield from ["# Divisions 行政区划", "", f"Source: {about['source']}.", ""]
    yield from [
        "The national lists are not shipped: a node loads its own table, CSV with the header",
        "`code,name,level,parent,valid_from,valid_to,successor` (dates ISO, end exclusive; level and parent may be empty).",
        "There is no check digit. Cities without counties (441900) and counties without a prefecture (x90xx) skip a level.",
        "",
    ]
    yield from table(
        ["Level", "", "Digits", "Prefix of everything inside", "Rule"],
        [
            [a.title, f"`{a.level}`", a.digits, a.prefix if level.rank < 4 else "all", a.rule]
            for level, a in divisioncode.levels().items()
        ],
    )
    for name, head in (
        ("ranges", ["position", "low", "high", "kind", "kind_en", "confidence"]),
        ("extensions", ["pattern", "kind", "kind_en", "confidence", "note"]),
        ("provinces", ["code", "name", "kind", "confidence"]),
    ):
        yield from [f"## {name.capitalize()}", ""]
        rows = tables.rows(f"divisions/{name}.csv", tuple(head))
        yield from table(
            [word.replace("_en", " (en)") for word in head], [list(row.values()) for row in rows]
        )


def _identifiers() -> Iterable[str]:
    about = tables.manifest("identifiers")
    yield from ["# Identifiers 标识代码", "", _CONFIDENCE, ""]
    yield from table(
        ["Identifier", "", "Shape", "Edition", "Source", "Confidence"],
        [
            [a["name_en"], a["name_zh"], f"`{a['pattern']}`", a["edition"], a["source"], a["confidence"]]
            for a in (about[kind] for kind in identifiers.kinds())
        ],
    )
    yield from ["## Map sheets 图幅 (GB/T 13989-2012)", ""]
    yield from table(
        ["Letter", "Scale", "Width", "Height"],
        [[s.letter or "–", f"1:{s.scale:,}", _angle(s.width), _angle(s.height)] for s in mapsheet.series()],
    )


def _angle(milliseconds: int) -> str:
    minutes, rest = divmod(milliseconds, 60_000)
    degrees, minutes = divmod(minutes, 60)
    parts = (
        f"{degrees}°" if degrees else "",
        f"{minutes}′" if minutes else "",
        f"{rest / 1000:g}″" if rest else "",
    )
    return "".join(parts)


def _rules() -> Iterable[str]:
    about = tables.manifest("rules")
    yield from ["# Quality rules 质检规则", "", f"Edition {about['edition']}. {about['source']}.", ""]
    yield from [
        "Severity A major, B serious, C light, D slight. Hard rules refuse a layer unless the gate profile says otherwise.",
        "",
    ]
    yield from [_CONFIDENCE, ""]
    for category, category_en in about["categories"].items():
        yield from [f"## {category} {category_en}", ""]
        for rule in rules.rules().values():
            if rule.category == category:
                yield from [f"### {rule.id} {rule.name} {rule.name_en}", ""]
                grade = f"{rule.severity}, {'hard' if rule.hard else 'soft'}, confidence {rule.confidence}"
                defaults = "; ".join(f"`{name}` = {value}" for name, value in rule.parameters.items())
                yield from [
                    f"{rule.text_zh} {rule.text_en} ({grade}{'; ' + defaults if defaults else ''})",
                    "",
                ]
                yield from [f"{rule.remedy_zh} {rule.remedy_en}", ""]
                yield from [f"例 Example: {rule.example_zh} {rule.example_en}", ""]


def _catalogue() -> Iterable[str]:
    about = tables.manifest("catalogue")
    yield from ["# Catalogue 资源目录", "", f"Edition {about['edition']}. {about['source']}.", ""]
    for root in catalogue.categories():
        yield from _branch(root, 0)
    yield from ["", "## Datasets", ""]
    yield from table(
        ["Code", "Title", "", "Category", "Kind", "Style group", "Confidence"],
        [
            [f"`{d.code}`", d.title, d.title_en, d.category, d.kind, d.style, d.confidence]
            for d in catalogue.datasets()
        ],
    )


def _branch(category: Category, depth: int) -> Iterable[str]:
    yield f"{'  ' * depth}- `{category.id}` {category.title} ({category.title_en})"
    for child in category.children:
        yield from _branch(child, depth + 1)


def _metadata() -> Iterable[str]:
    about = tables.manifest("metadata")
    yield from ["# Metadata 元数据", "", f"{about['edition']}. {about['source']}.", ""]
    yield from table(
        ["Element", "Name", "", "M/C/O", "Content", "ISO 19115", "Read from"],
        [
            [e.id, e.name, e.name_en, e.constraint, e.content, e.iso19115, e.resource]
            for e in metadata.elements()
        ],
    )
    yield from ["## Exchange table for vector data", ""]
    yield from table(
        ["Field", "Name", "Type", "M/C/O", "Rule"],
        [[f.code, f.name, _type(f), f.constraint, f.rule] for f in metadata.vector_fields()],
    )


def write(folder: Path) -> list[Path]:
    """Write every page that changed into a folder; gives those written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in pages().items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


def main(arguments: Sequence[str]) -> int:
    """Write into the folder named, by default where the sources keep their pages."""
    folder = Path(arguments[0]) if arguments else Path("docs/references/standards")
    for path in write(folder):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
