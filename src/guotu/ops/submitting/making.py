"""A package made from a node's own datasets, as its profile wants it: layers, summary table, report, metadata, checksums."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import docx
import xlsxwriter

from guotu.errors import GuotuError
from guotu.errors.submission import PACKAGE_LACKS
from guotu.guard.subject import Subject
from guotu.ingest.check import Cancel, Progress, never, silent
from guotu.ingest.package import members, write_sums
from guotu.model.resource import Secrecy
from guotu.model.time import AsOf
from guotu.node import Node
from guotu.ops.export import ExportRequest, export
from guotu.standards import layers, metadata
from guotu.standards.packages import LAYER, FileSpec, LayerSpec, PackageProfile

_STAMP: Final = (2026, 1, 1, 0, 0, 0)
"""Archives carry no moment of packing: the same content gives the same names and sizes."""


@dataclass(frozen=True, slots=True)
class PackRequest:
    """What to pack: the tokens of the names (division, its name, year …), which moment, who hands it in."""

    profile: PackageProfile
    tokens: Mapping[str, str]
    unit: str = ""
    at: AsOf = None
    extra: Mapping[str, Path] = field(default_factory=dict)
    """Files to put in place of those that would be made, by the id of the file in the profile (report, tables …)."""


@dataclass(slots=True)
class _Packed:
    """A layer written into the package."""

    spec: LayerSpec
    file: str
    receipt: dict[str, Any]


def pack(
    node: Node,
    subject: Subject,
    request: PackRequest,
    target: Path,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Path:
    """Write a package to `target`: a zip where its name ends in .zip, else a folder made inside `target`; gives its path.

    Raises   GT-7032 where a required layer is not on the node (or not for the subject), and what exporting raises; then
             nothing is left behind
    """
    profile = request.profile
    tokens = {**profile.examples, **request.tokens}
    name = profile.fill(profile.root, tokens)
    wanted = _wanted(node, subject, profile)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".package-", dir=target.parent) as work:
        root = Path(work) / name
        root.mkdir()
        for path, _ in profile.folders:
            (root / path).mkdir(parents=True, exist_ok=True)
        packed = []
        for number, spec in enumerate(wanted):
            progress("layers", number, len(wanted))
            packed.append(_layer(node, subject, request, tokens, root, spec, cancel))
        progress("layers", len(wanted), len(wanted))
        _papers(node, request, tokens, root, packed)
        if target.suffix.lower() == ".zip":
            archive = Path(work) / "package.zip"
            zip_folder(root, archive)
            archive.replace(target)
            return target
        target.mkdir(exist_ok=True)
        shutil.rmtree(target / name, ignore_errors=True)
        root.replace(target / name)
        return target / name


def zip_folder(root: Path, archive: Path) -> None:
    """A folder as a zip whose one top folder is its name; large data are stored, not squeezed again."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target:
        for folder in sorted(each for each in root.rglob("*") if each.is_dir()):
            target.writestr(
                zipfile.ZipInfo(f"{root.name}/{folder.relative_to(root).as_posix()}/", _STAMP), b""
            )
        for path, each in members(root):
            info = zipfile.ZipInfo(f"{root.name}/{path}", _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            with each.open("rb") as source, target.open(info, "w", force_zip64=True) as sink:
                shutil.copyfileobj(source, sink, 1 << 20)


def _wanted(node: Node, subject: Subject, profile: PackageProfile) -> list[LayerSpec]:
    reader = node.reader(subject, "汇交")
    wanted, missing = [], []
    for spec in profile.layers:
        if node.store.streams(spec.dataset) and _may_read(reader, spec.dataset):
            wanted.append(spec)
        elif spec.required:
            missing.append(f"{spec.dataset}（{layers.schema(spec.schema).name}）")
    if missing:
        raise PACKAGE_LACKS(missing="、".join(missing))
    return wanted


def _may_read(reader: Any, dataset: str) -> bool:
    try:
        reader.plan(dataset)
    except GuotuError:
        return False
    return True


def _layer(
    node: Node,
    subject: Subject,
    request: PackRequest,
    tokens: Mapping[str, str],
    root: Path,
    spec: LayerSpec,
    cancel: Cancel,
) -> _Packed:
    chief = _file(request.profile, spec.file)
    code = layers.schema(spec.schema).code
    name = request.profile.fill(spec.make or chief.make, {**tokens, LAYER: code})
    file = root / chief.folder / name
    asked = ExportRequest(spec.dataset, "gpkg", at=request.at, crs="auto", options={"layer": code})
    written = export(node, subject, asked, file, cancel=cancel)
    for beside in file.parent.glob(f"{file.name}.receipt.json"):
        beside.unlink()
    return _Packed(spec, file.relative_to(root).as_posix(), written.receipt)


def _papers(
    node: Node, request: PackRequest, tokens: Mapping[str, str], root: Path, packed: list[_Packed]
) -> None:
    """Everything that is not a layer; the list of checksums last."""
    last: tuple[FileSpec, Path] | None = None
    for spec in request.profile.files:
        if not spec.make or spec.role == "data":
            continue
        file = root / spec.folder / request.profile.fill(spec.make, tokens)
        if spec.id in request.extra:
            shutil.copyfile(request.extra[spec.id], file.with_suffix(request.extra[spec.id].suffix))
        elif spec.role == "checksums":
            last = (spec, file)
        else:
            file.write_bytes(_paper(node, request, tokens, spec, packed, file.suffix))
    if last is not None:
        path = last[1].relative_to(root).as_posix()
        last[1].write_text(write_sums(root, last[1].suffix[1:], path), encoding="utf-8")


def _paper(
    node: Node,
    request: PackRequest,
    tokens: Mapping[str, str],
    spec: FileSpec,
    packed: list[_Packed],
    suffix: str,
) -> bytes:
    rows = [_row(each) for each in packed]
    title = f"{request.profile.fill(request.profile.root, tokens)}{spec.title}"
    if spec.role == "metadata":
        return metadata_xml(_told(node, request, tokens, packed))
    if suffix == ".xlsx":
        return _workbook(title, rows)
    if suffix == ".docx":
        return _document(title, request.unit or node.identity.name, rows)
    lines = [title, f"报送单位：{request.unit or node.identity.name}", *("　".join(row) for row in rows)]
    return "\r\n".join(lines).encode()


_HEADS: Final = ("图层", "数据集", "文件", "要素数", "面积（㎡）", "数据版本", "数据时点")


def _row(each: _Packed) -> tuple[str, ...]:
    basis = each.receipt["basis"]
    return (
        layers.schema(each.spec.schema).name,
        each.spec.dataset,
        each.file,
        str(each.receipt["features"]),
        f"{each.receipt['area_m2']:.2f}",
        "、".join(str(one["version"]) for one in basis),
        "、".join(str(one["data_date"] or "") for one in basis),
    )


def _workbook(title: str, rows: list[tuple[str, ...]]) -> bytes:
    body = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(body, options) as book:
        sheet, bold = book.add_worksheet("汇总"), book.add_format({"bold": True})
        sheet.write(0, 0, title, bold)
        sheet.write_row(1, 0, _HEADS, bold)
        sheet.set_column(0, len(_HEADS) - 1, 22)
        for at, row in enumerate(rows, 2):
            for column, value in enumerate(row):
                number = column in (3, 4)
                sheet.write(at, column, float(value) if number else value)
    return body.getvalue()


def _document(title: str, unit: str, rows: list[tuple[str, ...]]) -> bytes:
    file = docx.Document()
    file.add_heading(title, 0)
    file.add_paragraph(f"报送单位：{unit}")
    table = file.add_table(1, len(_HEADS), style="Table Grid")
    for cell, words in zip(table.rows[0].cells, _HEADS, strict=True):
        cell.text = words
    for row in rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    body = BytesIO()
    file.save(body)
    return body.getvalue()


def metadata_xml(values: Mapping[str, str]) -> bytes:
    """The metadata document: the elements of the core set (`standards/data/metadata`) in its order, those given."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<Metadata>"]
    lines += [
        f"  <{each.id}>{escape(values[each.id])}</{each.id}>"
        for each in metadata.elements()
        if values.get(each.id)
    ]
    return ("\n".join([*lines, "</Metadata>"]) + "\n").encode()


def _told(
    node: Node, request: PackRequest, tokens: Mapping[str, str], packed: list[_Packed]
) -> dict[str, str]:
    """What the node knows of the package, for its metadata."""
    profile, today = request.profile, node.clock().date().isoformat()
    unit = request.unit or node.identity.name
    boxes = [each.receipt["extent"] for each in packed if each.receipt["extent"]]
    box = [fold(each[at] for each in boxes) for at, fold in enumerate((min, min, max, max))] if boxes else []
    crs = sorted({f"EPSG:{one['epsg']} {one['name']}" for each in packed for one in each.receipt["crs"]})
    dates = sorted({one["data_date"] for each in packed for one in each.receipt["basis"] if one["data_date"]})
    basis = [f"{one['stream']} {one['version']}" for each in packed for one in each.receipt["basis"]]
    division = tokens[profile.division]
    labels = [each.receipt["label"]["secrecy"] for each in packed if each.receipt["label"]]
    secrecy = max(labels, key=lambda label: Secrecy(label).rank, default="内部")
    kinds = [layers.schema(each.spec.schema) for each in packed]
    fields = [f"{kind.name}（{len(kind.fields)} 个字段）" for kind in kinds]
    count = sum(each.receipt["features"] for each in packed)
    return {
        "mdFileID": f"{profile.id}-{division}-{tokens[profile.year]}",
        "mdLang": "zh", "mdChar": "utf8", "mdDateSt": today, "mdContact": unit,
        "resTitle": profile.fill(profile.root, tokens),
        "resRefDate": f"{dates[-1] if dates else today} 修订",
        "resAbstract": f"{profile.title}，含 {len(packed)} 个图层，共 {count} 个要素。",
        "resLang": "zh", "resChar": "utf8", "spatRpType": "矢量", "tpCat": packed[0].spec.dataset if packed else "",
        "geoID": division, "bbox": " ".join(f"{value:.6f}" for value in box), "secClass": secrecy,
        "refSysID": "；".join(crs), "vertRef": "1985国家高程基准", "dqStatement": "由节点数据库导出：" + "；".join(basis),
        "format": "GeoPackage 1.3", "provider": unit, "resCode": f"{profile.id}/{division}",
        "shareType": "有条件", "openAttr": "不开放", "updCycle": "每年", "pubDate": today, "items": "；".join(fields),
    }  # fmt: skip


def _file(profile: PackageProfile, id: str) -> FileSpec:
    return next(spec for spec in profile.files if spec.id == id)


def tokens_of(
    node: Node, profile: PackageProfile, year: int | None, given: Mapping[str, str]
) -> dict[str, str]:
    """The tokens of a node's own package: its division and name, the year, and whatever is given besides."""
    told = {
        profile.division: node.identity.division,
        "XZQMC": node.identity.name.partition("（")[0],
        profile.year: str(year or _year(node, profile)),
    }
    return {name: value for name, value in {**told, **given}.items() if name in profile.tokens}


def _year(node: Node, profile: PackageProfile) -> int:
    """The year that the newest of the profile's datasets describes, else this one."""
    days: list[date] = [
        state.head.note.data_date
        for dataset in profile.datasets
        for state in node.store.streams(dataset)
        if state.head.note.data_date
    ]
    return max(days).year if days else node.clock().year
