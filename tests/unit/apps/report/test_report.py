"""The review's report in every format: whole, adding up, self-contained, the same each time."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdfium2
import pytest

import review_cast as cast
from guotu.apps.approval import Review
from guotu.apps.approval.report import FORMATS, MapPictures, pictures_of, render, write
from guotu.apps.approval.report.hits import planned
from guotu.errors import GuotuError
from guotu.model.access import AccessPlan
from guotu.standards import layers


@pytest.fixture(scope="module")
def made() -> tuple[Review, MapPictures]:
    """A project over farmland of two villages, with a name that needs the rare face, and one that no face can write."""
    stage = cast.clean_stage("xz.dltb", "gh.yjjbntb")
    stage.plans = {dataset: AccessPlan(dataset, "tests", "review") for dataset in ("xz.xzq", "xz.cjdcq")}
    stage.put(
        "xz.dltb",
        [
            (cast.box(-500, -500, 500, 1000), cast.dltb("0102", kcxs=0.1)),
            (cast.box(0, -500, 500, 500), cast.dltb("0301", owner="乙村")),
            (cast.box(0, 0, 500, 500), cast.dltb("1003", owner="乙村", ownership="20")),
        ],
    )
    stage.put(
        "gh.yjjbntb", [(cast.box(-100, -100, 60, 60), {"DLBM": "0102", "QSDWMC": "甲村", "YJJBNTTBBH": "7"})]
    )
    review = cast.run(stage, cast.box(-150, -150, 300, 300))
    named = replace(review, project=replace(review.project, name="嵘璟<b>电子😀\x07&产业园"))
    pictures = pictures_of(named, stage.sources.reader, "pdf")
    assert pictures is not None
    return named, pictures


def pages(body: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(body)
    texts = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return texts


def test_every_format_is_written(made: tuple[Review, MapPictures], tmp_path: Path) -> None:
    for format in FORMATS:
        for lang in ("zh", "en"):
            file = tmp_path / f"review-{lang}.{format}"
            write(made[0], made[1], file, format, lang)  # type: ignore[arg-type]
            assert file.stat().st_size > 1_000
    assert len(list(tmp_path.iterdir())) == 2 * len(FORMATS)


def test_an_unknown_format_is_refused(made: tuple[Review, MapPictures]) -> None:
    with pytest.raises(GuotuError) as refused:
        render(made[0], made[1], "odt")
    assert refused.value.code == "GT-5092"


def test_the_pdf_tells_every_check_and_numbers_its_pages(made: tuple[Review, MapPictures]) -> None:
    review = made[0]
    told = pages(render(*made, "pdf"))
    whole = "".join("".join(told).split())
    for check in review.checks:
        assert "".join(check.title.zh.split()) in whole
    for number, text in enumerate(told, 1):
        assert f"—{number}—" in "".join(text.split())
    assert "嵘璟<b>电子〓&产业园" in whole
    assert f"{review.landuse.total_ha:,.4f}" in whole


def test_the_pdf_lists_every_boundary_point_and_closes_the_ring(made: tuple[Review, MapPictures]) -> None:
    whole = "".join(pages(render(*made, "pdf")))
    for point in made[0].project.parcels[0].points:
        assert f"{point.northing:.3f}" in whole
        assert f"{point.easting:.3f}" in whole


def test_the_pdf_says_the_same_each_time(made: tuple[Review, MapPictures]) -> None:
    assert pages(render(*made, "pdf")) == pages(render(*made, "pdf"))


@pytest.mark.parametrize("format", ["json", "html", "docx"])
def test_the_same_review_has_the_same_bytes(made: tuple[Review, MapPictures], format: str) -> None:
    assert render(*made, format) == render(*made, format)


def test_the_html_needs_nothing_else_and_takes_words_as_words(made: tuple[Review, MapPictures]) -> None:
    page = render(*made, "html").decode()
    assert re.findall(r"""(?:src|href)\s*=\s*["'](?!data:)""", page) == []
    assert "http" not in re.sub(r"data:[^\"]+", "", page)
    assert "url(" not in page
    assert "<script" not in page
    assert "&lt;b&gt;电子" in page
    assert page.count("<img ") == 1 + len(made[1].conflicts) + len(made[1].details)
    assert page.count(' alt="') == page.count("<img ")


def test_the_docx_holds_the_tables_with_repeated_heads(made: tuple[Review, MapPictures]) -> None:
    body = render(*made, "docx")
    file = docx.Document(BytesIO(body))
    texts = ["".join(cell.text for cell in row.cells) for table in file.tables for row in table.rows]
    assert any("0102" in text for text in texts)
    assert any(f"{made[0].landuse.total_ha:,.4f}" in text for text in texts)
    xml = zipfile.ZipFile(BytesIO(body)).read("word/document.xml").decode()
    assert xml.count("w:tblHeader") >= 5
    assert "仿宋" in xml
    assert 'w:eastAsia="黑体"' in xml
    section = file.sections[0]
    assert [
        round(side.mm)
        for side in (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    ] == [37, 35, 28, 26]  # type: ignore[union-attr]


def workbook(made: tuple[Review, MapPictures]) -> Any:
    return openpyxl.load_workbook(BytesIO(render(*made, "xlsx")), data_only=True)


def exact(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.0001"))


def test_the_workbook_adds_up_to_the_review(made: tuple[Review, MapPictures]) -> None:
    table, book = made[0].landuse, workbook(made)
    sheet = book["地类面积明细"]
    rows = [row for row in sheet.iter_rows(min_row=2, values_only=True) if row[5]]
    assert sum((exact(row[7]) for row in rows), Decimal(0)) == table.total_ha
    assert [row[5] for row in rows] == [row.code for row in table.rows]
    assert exact(sheet.cell(sheet.max_row, 8).value) == table.total_ha


def test_the_laid_out_table_adds_up_in_both_directions(made: tuple[Review, MapPictures]) -> None:
    table, sheet = made[0].landuse, workbook(made)["地类面积汇总表"]
    last = [cell.value for cell in sheet[sheet.max_row]]
    assert last[0] == "总计"
    assert exact(last[-1]) == table.total_ha
    state = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "国有合计")
    collective = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "集体合计")
    assert exact(state[-1]) == table.sum(ownership="国有")
    assert exact(state[-1]) + exact(collective[-1]) == table.total_ha


def test_codes_stay_text_in_the_workbook(made: tuple[Review, MapPictures]) -> None:
    sheet = workbook(made)["地类面积明细"]
    assert {type(row[5]) for row in sheet.iter_rows(min_row=2, values_only=True) if row[5]} == {str}


def test_every_layer_of_the_reviews_has_columns_of_its_own_and_they_exist() -> None:
    for dataset in planned():
        assert layers.schema(dataset).dataset == dataset


def test_the_json_is_the_reviews_own(made: tuple[Review, MapPictures]) -> None:
    assert json.loads(render(*made, "json")) == json.loads(made[0].as_bytes("zh"))
