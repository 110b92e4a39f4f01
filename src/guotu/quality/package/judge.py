"""The rules on deliveries, each finding at the path of the file or folder it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from guotu.errors import Place
from guotu.model.finding import Finding, QualityReport, RuleCount
from guotu.quality.package.listing import Listed, Listing
from guotu.quality.score import score
from guotu.standards import metadata
from guotu.standards.packages import FileSpec, PackageProfile
from guotu.standards.rules import rule

KEEP = 500
Remark = tuple[str, Place, str, str]
"""Rule, place, what is wrong in Chinese and in English."""


@dataclass(slots=True)
class Judgement:
    """What a delivery was found to be: the verdict, the tokens its names agree on, which files are of which kind."""

    report: QualityReport
    tokens: dict[str, str]
    kinds: dict[str, FileSpec] = field(default_factory=dict)


def judge(listing: Listing, profile: PackageProfile) -> Judgement:
    """Hold a delivery against its profile: 1101 folders and names, 1102 readability, 1103 metadata, 1201 layers."""
    tokens = profile.matches(profile.root, listing.root) or {}
    kinds: dict[str, FileSpec] = {}
    remarks = [*_root(listing, profile, tokens), *_folders(listing, profile)]
    remarks += _names(listing, profile, tokens, kinds)
    remarks += _counted(profile, tokens, kinds)
    remarks += _contents(listing)
    remarks += _sums(listing)
    remarks += _metadata(listing, profile, tokens, kinds)
    remarks += _layers(listing, profile, kinds)
    return Judgement(_report(listing, profile, remarks), tokens, kinds)


def _root(listing: Listing, profile: PackageProfile, tokens: dict[str, str]) -> Iterator[Remark]:
    if not tokens:
        wanted = profile.fill(profile.root, profile.examples)
        yield (
            "1101",
            Place(file=listing.root),
            f"根文件夹叫“{listing.root}”，应如“{wanted}”",
            f"the root folder is called {listing.root!r}; it should be like {wanted!r}",
        )
    for path in listing.links:
        yield "1101", Place(file=path), "是链接，不是文件", "it is a link, not a file"
    if listing.size > profile.largest:
        size, most = listing.size >> 20, profile.largest >> 20
        yield (
            "1101",
            Place(file=listing.root),
            f"成果共 {size} MB，超过 {most} MB",
            f"it has {size} MB, more than {most} MB",
        )


def _folders(listing: Listing, profile: PackageProfile) -> Iterator[Remark]:
    known = dict(profile.folders)
    for path, required in profile.folders:
        if required and path not in listing.folders:
            yield "1101", Place(file=path), f"缺少文件夹“{path}”", f"the folder {path!r} is missing"
    for path in listing.folders:
        if path not in known and not any(each.startswith(f"{path}/") for each in known) and not profile.extra:
            yield (
                "1101",
                Place(file=path),
                f"方案没有文件夹“{path}”",
                f"the profile knows no folder {path!r}",
            )


def _names(
    listing: Listing, profile: PackageProfile, tokens: dict[str, str], kinds: dict[str, FileSpec]
) -> Iterator[Remark]:
    """Which kind every file is by its name; the first names settle what the root folder did not."""
    here: dict[str, list[FileSpec]] = {}
    for spec in profile.files:
        here.setdefault(spec.folder, []).append(spec)
    for each in listing.files:
        place = Place(file=each.path)
        found = [
            (spec, told)
            for spec in here.get(each.folder, ())
            if (told := profile.matches(spec.name, each.name, tokens)) is not None
        ]
        if not found:
            if not profile.extra:
                shown = "、".join(profile.shown(spec, tokens) for spec in here.get(each.folder, ()))
                yield (
                    "1101",
                    place,
                    f"文件名不符合方案{f'，这里应如 {shown}' if shown else '：此处不应有文件'}",
                    f"its name does not fit the profile{f'; here belongs {shown}' if shown else ': no file belongs here'}",
                )
            continue
        spec, told = found[0]
        kinds[each.path] = spec
        for name, value in told.items():
            if tokens.setdefault(name, value) != value:
                title, title_en = profile.tokens[name].title, profile.tokens[name].title_en
                yield (
                    "1101",
                    place,
                    f"{title}“{value}”与成果的“{tokens[name]}”不一致",
                    f"its {title_en} {value} is not the delivery's {tokens[name]}",
                )


def _counted(
    profile: PackageProfile, tokens: Mapping[str, str], kinds: Mapping[str, FileSpec]
) -> Iterator[Remark]:
    count = Counter(spec.id for spec in kinds.values())
    for spec in profile.files:
        place = Place(file=profile.shown(spec, tokens))
        if count[spec.id] < spec.least:
            yield "1101", place, f"缺少{spec.title}", f"{spec.title_en}: missing"
        if spec.most is not None and count[spec.id] > spec.most:
            yield (
                "1101",
                place,
                f"{spec.title}有 {count[spec.id]} 个文件，应至多 {spec.most} 个",
                f"{spec.title_en}: {count[spec.id]} files, at most {spec.most}",
            )


def _contents(listing: Listing) -> Iterator[Remark]:
    for each in listing.files:
        place = Place(file=each.path)
        if each.size == 0:
            yield "1101", place, "是空文件", "it is empty"
        elif each.problem is not None:
            yield "1102", place, each.problem[0], each.problem[1]


def _sums(listing: Listing) -> Iterator[Remark]:
    """Every file is on the list of checksums, and is what the list says."""
    lists = [each for each in listing.files if each.sums is not None]
    if not lists:
        return
    files = {each.path: each for each in listing.everything if each not in lists}
    told = {path: (value, each.path) for each in lists for path, value in (each.sums or {}).items()}
    for path, (value, source) in told.items():
        if path not in files:
            yield (
                "1101",
                Place(file=source, key=path),
                f"清单所列 {path} 不在成果中",
                f"it lists {path}, which is not there",
            )
        elif value not in files[path].digests.values():
            yield (
                "1101",
                Place(file=path),
                "内容与校验值清单不符，文件在打包之后变过",
                "it is not what the list of checksums says; it changed after packing",
            )
    for path in files.keys() - told.keys():
        yield "1101", Place(file=path), "校验值清单没有这个文件", "the list of checksums lacks it"


def _metadata(
    listing: Listing, profile: PackageProfile, tokens: Mapping[str, str], kinds: Mapping[str, FileSpec]
) -> Iterator[Remark]:
    names = {element.id: element for element in metadata.elements()}
    for each in listing.files:
        if each.path not in kinds or kinds[each.path].role != "metadata" or each.metadata is None:
            continue
        told = each.metadata.elements
        for id in profile.metadata.elements:
            if not told.get(id, "").strip():
                yield (
                    "1103",
                    Place(file=each.path, field=id),
                    f"必填元素 {id}（{names[id].name}）没有内容",
                    f"the mandatory element {id} ({names[id].name_en}) is empty",
                )
        for id, token in profile.metadata.agree.items():
            if token in tokens and told.get(id, tokens[token]).strip() not in ("", tokens[token]):
                yield (
                    "1103",
                    Place(file=each.path, field=id),
                    f"{names[id].name}“{told[id]}”与成果的“{tokens[token]}”不一致",
                    f"{names[id].name_en} {told[id]!r} is not the delivery's {tokens[token]!r}",
                )


def _layers(listing: Listing, profile: PackageProfile, kinds: Mapping[str, FileSpec]) -> Iterator[Remark]:
    """1201: the layers that the profile wants are there, once."""
    found: dict[str, list[tuple[str, int]]] = {}
    for each in listing.files:
        for layer in each.layers:
            if layer.schema is not None:
                found.setdefault(layer.schema, []).append((each.path, layer.features))
    for spec in profile.layers:
        where = found.get(spec.schema, [])
        files = [
            each.path for each in listing.files if kinds.get(each.path) and kinds[each.path].role == "data"
        ]
        place = Place(file=files[0] if files else listing.root, layer=spec.schema)
        if not where and spec.required:
            yield "1201", place, f"缺少图层 {spec.schema}", f"the layer {spec.schema} is missing"
        elif len(where) > 1:
            shown = "、".join(path for path, _ in where)
            yield (
                "1201",
                place,
                f"图层 {spec.schema} 出现 {len(where)} 次：{shown}",
                f"the layer {spec.schema} is there {len(where)} times: {shown}",
            )
        elif where and where[0][1] < spec.least:
            yield (
                "1201",
                Place(file=where[0][0], layer=spec.schema),
                f"只有 {where[0][1]} 个要素，应至少 {spec.least} 个",
                f"it has {where[0][1]} features, at least {spec.least} are wanted",
            )


def _report(listing: Listing, profile: PackageProfile, remarks: list[Remark]) -> QualityReport:
    problems: dict[str, Listed] = {each.path: each for each in listing.files}
    findings = []
    for id, place, zh, en in remarks[:KEEP]:
        known = rule(id)
        told = problems.get(place.file or "")
        remedy = told.problem[2:] if id == "1102" and told and told.problem else None
        remedy_zh, remedy_en = remedy or (known.remedy_zh, known.remedy_en)
        findings.append(Finding(id, known.severity, place, zh, en, remedy_zh, remedy_en))
    counts = tuple(
        RuleCount(
            id, rule(id).severity, count, id in profile.refuse, rule(id).name, rule(id).name_en, rule(id).category,
            rule(id).category_en,
        )
        for id, count in sorted(Counter(each[0] for each in remarks).items())
    )  # fmt: skip
    return QualityReport(
        layer=listing.root,
        features=0,
        findings=tuple(findings),
        counts=counts,
        passed=not any(count.refuses for count in counts),
        score=score(counts, 0),
        judged_by=(f"{profile.id}@{profile.edition}",),
    )
