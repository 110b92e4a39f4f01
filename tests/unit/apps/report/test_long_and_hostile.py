"""Reports of projects with very many rows, very long words, and words that would like to be something else."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import docx
import openpyxl
import pypdfium2
import pytest
import shapely

import review_cast as cast
from guotu.analysis import typefaces
from guotu.apps.approval import Review, review_profile
from guotu.apps.approval.report import MapPictures, pdf, pictures_of, render
from guotu.apps.approval.report.content import compose, report_number
from guotu.apps.approval.report.document import Bullets, Document, Heading, Paragraph, Table
from guotu.apps.approval.result import LandUseRow, LandUseTable
from guotu.apps.approval.words import Text
from guotu.model.access import AccessPlan

HOSTILE = (
    '#image("/etc/passwd")',
    "</script><script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "*粗* _斜_ $x$ `码` \\ @表",
    "<b>&amp;",
    "\x00\x1b控制\ufffe",
)
LONG = "土地整治与生态修复综合开发示范区" * 12
PLACES = 300
CODES = ("0101", "0102", "0103", "0301", "0702", "1003", "1101", "1202")


def land(review: Review) -> LandUseTable:
    """Eight classes of each of forty villages: 320 leaves."""
    rows = tuple(
        LandUseRow(
            owner_code=f"33010600{village:03d}",
            owner_unit=f"第{village:02d}村民小组",
            ownership="国有" if number % 4 == 3 else "集体",
            code=code,
            name=f"类{code}",
            first_code=code[:2],
            first_name=f"大类{code[:2]}",
            three_class="建设用地" if code in ("0702", "1003") else "农用地",
            area_m2=10.0,
            area_ellipsoid_m2=10.0,
            area_ha=Decimal("0.0010") * (village + number + 1),
        )
        for village in range(40)
        for number, code in enumerate(CODES)
    )
    return replace(review.landuse, rows=rows, total_ha=sum((row.area_ha for row in rows), Decimal(0)))


@pytest.fixture(scope="module")
def made() -> tuple[Review, MapPictures]:
    stage = cast.clean_stage()
    stage.plans = {dataset: AccessPlan(dataset, "tests", "review") for dataset in ("xz.xzq", "xz.cjdcq")}
    x, y = cast.at(0, 0)
    ring = [
        (x + 80 * math.cos(2 * math.pi * n / PLACES), y + 80 * math.sin(2 * math.pi * n / PLACES))
        for n in range(PLACES)
    ]
    review = cast.run(stage, shapely.Polygon(ring))
    pictures = pictures_of(review, stage.sources.reader, "pdf")
    assert pictures is not None
    checks = tuple(
        replace(
            check,
            reason=Text(f"{LONG}{word}", f"{word} {'word' * 60}"),
            conditions=(Text(word, word), *check.conditions),
        )
        for check, word in zip(review.checks, HOSTILE * 2, strict=False)
    )
    project = replace(review.project, name=LONG + HOSTILE[0])
    return replace(review, project=project, checks=checks, landuse=land(review)), pictures


def told(body: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(body)
    texts = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return texts


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b\ufffe\x02]", "", text)


def test_every_boundary_point_and_every_owner_is_on_some_page(made: tuple[Review, MapPictures]) -> None:
    texts = told(render(*made, "pdf"))
    whole = squeezed("".join(texts))
    points = made[0].project.parcels[0].points
    assert len(points) == PLACES
    missing = [p.label for p in points if f"{p.northing:.3f}" not in whole or f"{p.easting:.3f}" not in whole]
    assert missing == []
    assert [n for n in range(40) if f"第{n:02d}村民小组" not in whole] == []
    assert f"{made[0].landuse.total_ha:,.4f}" in whole
    assert sum("界址点坐标成果表" in squeezed(text) for text in texts) >= 1
    assert (
        sum("边长（m）" in squeezed(text) for text in texts) >= 6
    )  # the head repeats on every page of 301 rows


def test_words_stay_words_in_every_format(made: tuple[Review, MapPictures]) -> None:
    whole = squeezed("".join(told(render(*made, "pdf"))))
    page = render(*made, "html").decode()
    words = "\n".join(p.text for p in docx.Document(BytesIO(render(*made, "docx"))).paragraphs)
    for word in HOSTILE[:5]:
        assert squeezed(word) in whole
        assert word in words
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "控制" in whole
    assert "控制" in page


def test_nothing_in_the_workbook_becomes_a_formula_but_the_sums(made: tuple[Review, MapPictures]) -> None:
    book = openpyxl.load_workbook(BytesIO(render(made[0], None, "xlsx")))
    formulas = [
        cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ]
    assert formulas
    assert all(re.fullmatch(r"=[A-Z0-9:(),.+ROUNDSM]+", str(formula)) for formula in formulas)
    texts = [cell.value for row in book["审查结论"].iter_rows() for cell in row]
    assert any((isinstance(text, str) and text.startswith("=cmd")) or "=cmd" in str(text) for text in texts)


def test_leaves_of_the_workbook_are_the_reviews_to_the_last_digit(made: tuple[Review, MapPictures]) -> None:
    book = openpyxl.load_workbook(BytesIO(render(made[0], None, "xlsx")), data_only=True)
    rows = [row for row in book["地类面积明细"].iter_rows(min_row=2, values_only=True) if row[5]]
    shown = [Decimal(str(row[7])).quantize(Decimal("0.0001")) for row in rows]
    assert shown == [row.area_ha for row in made[0].landuse.rows]
    assert sum(shown) == made[0].landuse.total_ha


def test_the_laid_out_table_goes_on_over_pages_with_every_figure(made: tuple[Review, MapPictures]) -> None:
    document = compose(*made, review_profile(), "zh")
    wide = [block for block in document.blocks if isinstance(block, Table) and block.wide]
    assert wide
    for table in wide:
        assert len(table.rows) >= 40
        assert sum(column.share for column in table.columns) == pytest.approx(1.0, abs=0.01)


def test_tables_are_numbered_one_after_the_other(made: tuple[Review, MapPictures]) -> None:
    document = compose(*made, review_profile(), "en")
    captions = [block.caption for block in document.blocks if isinstance(block, Table) and not block.wide]
    assert [caption.partition(".")[0] for caption in captions] == [
        f"Table {n}" for n in range(1, len(captions) + 1)
    ]


def test_the_conclusion_comes_first(made: tuple[Review, MapPictures]) -> None:
    document = compose(*made, review_profile(), "zh")
    headings = [block.text for block in document.blocks if isinstance(block, Heading) and block.level == 1]
    assert headings[0] == "一、审查结论"
    assert headings[-1] == "六、数据依据与审查参数"


def test_the_number_follows_from_the_result_alone(made: tuple[Review, MapPictures]) -> None:
    review = made[0]
    assert re.fullmatch(r"GT20260301-[0-9A-F]{8}", report_number(review))
    assert report_number(review) == report_number(replace(review))
    assert report_number(review) != report_number(replace(review, platform_version="9.9"))


def test_english_reports_have_no_chinese_headings(made: tuple[Review, MapPictures]) -> None:
    document = compose(*made, review_profile(), "en")
    for block in document.blocks:
        if isinstance(block, Heading):
            assert block.text.isascii(), block.text
        if isinstance(block, Table):
            assert block.caption.partition(" of ")[0].isascii(), block.caption
            for column in block.columns:
                assert (
                    not re.search(r"[\u3000-\u303f\uff00-\uffef]", column.title.replace("㎡", ""))
                    or "（" in column.title
                )


def test_all_words_of_the_reports_own_are_in_the_fonts(made: tuple[Review, MapPictures]) -> None:
    document = compose(*made, review_profile(), "zh")
    words: list[str] = [document.title, document.subtitle]
    for block in document.blocks:
        match block:
            case Heading(text, _) | Paragraph(text, _, _):
                words.append(text)
            case Bullets(items):
                words += items
            case Table():
                words += [
                    block.caption,
                    *(c.title for c in block.columns),
                    *(c for r in block.rows for c in r.cells),
                ]
    lost = {c for word in words for c in typefaces.plain(word) if typefaces.printable(c) != c}
    assert lost == set()


def test_a_report_of_nothing_but_a_title_is_still_a_page() -> None:
    body = pdf.render(
        Document(
            "题",
            "某项目",
            "GT1",
            "日期",
            "zh-CN",
            (Heading("一"), Paragraph("无", "unknown"), Bullets(("甲",))),
        )
    )
    assert len(told(body)) == 1
