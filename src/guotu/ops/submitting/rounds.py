"""What one round of a submission keeps: its package file by file in the blob store, its checks, how it differs from the last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson

from guotu.apps.submission.trail import canonical
from guotu.ingest.package import members, unpacked
from guotu.node import Node
from guotu.ops.submitting.checking import CheckedPackage, package_digest

Round = dict[str, Any]


def kept(node: Node, path: Path, work: Path) -> tuple[str, dict[str, Any]]:
    """Keep every file of a package by its hash; gives the name of its root and what a round says of it.

    Raises   GT-7044, GT-1107…1112
    """
    root, name = unpacked(path, work)
    files = [
        {"path": where, "size": file.stat().st_size, "sha256": node.blobs.add(file)}
        for where, file in members(root)
    ]
    folders = sorted(each.relative_to(root).as_posix() for each in root.rglob("*") if each.is_dir())
    manifest = node.blobs.add(BytesIO(canonical({"root": name, "folders": folders, "files": files})))
    package = {
        "name": name,
        "digest": package_digest(files),
        "bytes": sum(int(str(each["size"])) for each in files),
        "files": len(files),
        "manifest": manifest,
    }
    return name, package


def manifest(node: Node, package: Mapping[str, Any]) -> dict[str, Any]:
    """The files of a kept package: {root, folders, files}."""
    with node.blobs.open(package["manifest"]) as source:
        found: dict[str, Any] = orjson.loads(source.read())
    return found


def laid_out(node: Node, package: Mapping[str, Any], work: Path) -> Path:
    """A kept package as a folder again, its files linked or copied from the blob store."""
    told = manifest(node, package)
    root = work / "kept" / (told["root"] or "package")
    root.mkdir(parents=True)
    for folder in told["folders"]:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for each in told["files"]:
        target = root / each["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        with node.blobs.open(each["sha256"]) as source, target.open("wb") as sink:
            while chunk := source.read(1 << 20):
                sink.write(chunk)
    return root


def summary(node: Node, found: CheckedPackage) -> dict[str, Any]:
    """A check as a round keeps it; the whole report goes to the blob store in both languages."""
    report = found.report
    body = {"zh": report.as_dict("zh"), "en": report.as_dict("en")}
    hard = sum(count.counting for count in report.counts if count.hard)
    return {
        "at": node.clock().isoformat(timespec="seconds"),
        "passed": report.passed,
        "hard": hard,
        "remarks": sum(count.counting for count in report.counts) - hard,
        "excepted": sum(count.excepted for count in report.counts),
        "features": report.features,
        "score": report.score.points if report.score else None,
        "grade": report.score.grade.value if report.score else None,
        "counts": [
            {"rule": each.rule, "count": each.counting, "hard": each.hard, "severity": each.severity.value}
            for each in report.counts
        ],
        "layers": [layer.as_dict() for layer in found.layers],
        "tokens": found.tokens,
        "metadata": _metadata(found),
        "judged_by": list(report.judged_by),
        "report": node.blobs.add(BytesIO(orjson.dumps(body))),
        "digest": found.digest,
    }


def _metadata(found: CheckedPackage) -> dict[str, str]:
    """What the package says of itself: title, date, secrecy."""
    told = [each.metadata.elements for each in found.listing.files if each.metadata is not None]
    names = ("resTitle", "resRefDate", "secClass", "resAbstract")
    return {name: told[0][name] for name in names if told and told[0].get(name)}


def report_of(node: Node, check: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """The whole report of a check in a language."""
    with node.blobs.open(check["report"]) as source:
        found: dict[str, Any] = orjson.loads(source.read())[lang]
    return found


def dataset_of(check: Mapping[str, Any], finding: Mapping[str, Any]) -> str | None:
    """The dataset of the layer a finding lies in."""
    place = finding["place"]
    for layer in check["layers"]:
        if layer["layer"] == place.get("layer") and layer["file"] == place.get("file", layer["file"]):
            return str(layer["dataset"])
    return None


def hard_findings(node: Node, check: Mapping[str, Any]) -> list[int]:
    """The numbers (from 1) of the findings that refuse the package."""
    hard = {each["rule"] for each in check["counts"] if each["hard"] and each["count"]}
    found = report_of(node, check, "zh")["findings"]
    return [
        number for number, each in enumerate(found, 1) if each["rule"] in hard and not each.get("excepted_by")
    ]


def difference(node: Node, before: Round, after: Round) -> dict[str, Any]:
    """What changed between two rounds: files by path and digest, and findings that went, stayed and came."""
    old = {each["path"]: each["sha256"] for each in manifest(node, before["package"])["files"]}
    new = {each["path"]: each["sha256"] for each in manifest(node, after["package"])["files"]}
    told: dict[str, Any] = {
        "to": before["number"],
        "added": sorted(new.keys() - old.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "changed": sorted(path for path in old.keys() & new.keys() if old[path] != new[path]),
        "same": sum(old[path] == new[path] for path in old.keys() & new.keys()),
    }
    checks = [found for each in (before, after) if (found := each.get("gate") or each.get("check"))]
    if len(checks) == 2:
        first, second = (Counter(map(_sign, report_of(node, each, "zh")["findings"])) for each in checks)
        told["findings"] = {
            "mended": (first - second).total(),
            "remaining": (first & second).total(),
            "new": (second - first).total(),
        }
    return told


def _sign(finding: Mapping[str, Any]) -> tuple[str, ...]:
    """What makes a finding the same in two rounds: the rule and the feature, or else the place."""
    place = finding["place"]
    feature = place.get("key") or place.get("row") or place.get("field") or ""
    return finding["rule"], str(place.get("layer") or place.get("file", "")), str(feature)


def fresh(number: int, package: Mapping[str, Any], at: str, by: str) -> Round:
    """A round that has only just come."""
    return {
        "number": number, "at": at, "by": by, "package": dict(package), "check": None, "gate": None, "receipt": None,
        "explanations": [], "remarks": [], "returned": None, "difference": None,
    }  # fmt: skip
