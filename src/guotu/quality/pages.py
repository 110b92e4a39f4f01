"""The reference page of the quality rules, made from register and standards: `python -m guotu.quality.pages [FILE]`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from guotu.model.finding import Grade, Severity
from guotu.quality import rules as _programs  # noqa: F401 - registers every rule
from guotu.quality.clause import Clause
from guotu.quality.layerset.gate import PROFILE
from guotu.quality.layerset.registry import SET_REGISTER
from guotu.quality.profile import GateProfile, gate_profile, profile_names
from guotu.quality.registry import REGISTER
from guotu.quality.score import scale
from guotu.standards import layers
from guotu.standards.rules import QualityRule, rules

NOTE = "<!-- Made by `python -m guotu.quality.pages`; change the program, not this page. -->"
_SCOPES = {
    "feature": "each feature 逐个要素",
    "layer": "the whole layer 整个图层",
    "set": "several layers together 图层之间",
    "update": "an edition against the one before 更新前后",
    "package": "a delivery as a whole 成果包",
}

_HEAD = """# Quality rules / 质检规则

What `guotu check` asks of a layer, and what `guotu ingest` refuses. The same gate runs in both: a refused layer is not stored
at all (GT-1401), and the report names every breach by rule, layer, row, field, key and coordinate, with a remedy.

Texts, severities, examples and thresholds of the rules are data (`src/guotu/standards/data/rules/rules.toml`); which rules refuse
and which only warn is data too: rule packs, `src/guotu/standards/data/profiles/gate-*.toml`, and an office's own in its node
([how](../how-tos/add-a-local-rule.md)). A pack is chosen by the layer's edition or dataset.

- Every breach is counted; the first 200 of each rule are kept with place and geometry.
- Rows are counted from 1 in the order of the file. Coordinates are longitude and latitude on CGCS2000.
- A tolerated breach (a remark) has severity D and never refuses, even under a rule that does.
- A breach that an approved exception covers (`guotu exception`) is shown as excepted and does not count.
- The report and the commit name every pack that judged, with its edition and digest.
- Several layers checked together (`guotu check` of a GeoPackage, FileGDB, folder or archive) are also held against each other.

Memory stays bounded: 1305 and 1510 keep keys and fingerprints (about 60 bytes a feature), 1502 and 1503 the edges that no neighbour
has cancelled yet; rules between layers keep boxes and codes (about 40 bytes a feature and the codes) and read geometries by chunks
along Hilbert's curve.
"""


def page() -> str:
    """The page as it should be."""
    parts: list[str] = [NOTE, _HEAD, *_score(), *_overview()]
    for category in dict.fromkeys(rule.category for rule in rules().values()):
        members = [rule for rule in rules().values() if rule.category == category]
        parts += [f"## {category} {members[0].category_en}", ""]
        for rule in members:
            parts += [*_rule(rule), ""]
    return "\n".join(parts).rstrip() + "\n"


def _score() -> Iterator[str]:
    by = scale()
    costs = ", ".join(f"{severity.value} {by.points[severity]:g}" for severity in Severity)
    grades = ", ".join(f"{grade.value} ({grade.word('en')}) from {least:g}" for grade, least in by.grades)
    yield "## Gate and score"
    yield ""
    yield (
        "The gate passes a layer when no breach of a refusing rule is left that no exception covers. Beside it every report has "
        f"points in the manner of {by.edition}: 100 less what each breach costs ({costs}), whole and by category; {grades}, "
        f"below that {Grade.UNQUALIFIED.value}. Any breach of severity A makes a layer {Grade.UNQUALIFIED.value}. B, C and D are "
        "divided by the difficulty factor t (`adjust`, 1); `unit_features` spreads the cost over units of product where a layer "
        "is more than one. Both stand in `src/guotu/standards/data/rules/scoring.toml`."
    )
    yield ""


def _judging() -> list[GateProfile]:
    """Packs that judge single layers, then those that judge several together."""
    found = [gate_profile(name) for name in profile_names()]
    return sorted(found, key=lambda profile: (not _single(profile), profile.id != PROFILE, profile.id))


def _single(profile: GateProfile) -> bool:
    return bool(profile.datasets) or bool(profile.schemas) or profile.id == "general"


def _overview() -> Iterator[str]:
    profiles = _judging()
    yield "## Rules and packs"
    yield ""
    head = ["rule", "名称", "name", "severity", "looks at", *(profile.id for profile in profiles)]
    yield from _table(
        head,
        [
            [
                rule.id,
                rule.name,
                rule.name_en,
                rule.severity.value,
                rule.scope,
                *(_level(profile.clause(rule.id)) for profile in profiles),
            ]
            for rule in rules().values()
        ],
    )
    yield ""
    yield "A rule in no pack rests. 1101–1103 are asked of packages, 2001–2003 of updates."
    yield ""


def _level(clause: Clause | None) -> str:
    return "–" if clause is None else clause.level.value


def _rule(rule: QualityRule) -> Iterator[str]:
    yield f"### {rule.id} {rule.name} {rule.name_en}"
    yield ""
    yield f"{rule.text_zh} {rule.text_en}"
    yield ""
    yield f"- Severity {rule.severity.value}; looks at {_SCOPES[rule.scope]}."
    if editions := _editions(rule):
        yield f"- Layers 图层: {editions}."
    yield f"- Example 例: {rule.example_zh} {rule.example_en}"
    yield f"- Remedy 处理: {rule.remedy_zh} {rule.remedy_en}"
    for name, value in _flat(rule.parameters):
        yield f"- `{name}` = {value:g}"


def _editions(rule: QualityRule) -> str:
    """Schemas that a registered program of the rule fits."""
    entries = [entry for entry in REGISTER if entry.id == rule.id]
    known = layers.all_schemas()
    fitting = [schema.id for schema in known if any(entry.fits(schema) for entry in entries)]
    between = any(id == rule.id for id, _ in SET_REGISTER)
    if len(fitting) == len(known):
        return "every layer 所有图层"
    words = [f"`{id}`" for id in fitting]
    if len(fitting) > 12:
        words = [f"{len(fitting)} of {len(known)} layers that have the fields"]
    return ", ".join([*words, *(["layers checked together 多图层联合检查"] if between else [])])


def _flat(parameters: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, float(value)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def main(arguments: Sequence[str]) -> int:
    """Write the page, by default where the documentation keeps it."""
    target = Path(arguments[0]) if arguments else Path("docs/references/quality-rules.md")
    target.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
