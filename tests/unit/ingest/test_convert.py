from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest

from guotu.ingest.convert import convert, read_date, tidy
from guotu.model.schema import Field, FieldType

TEXT = Field("T", "文本", FieldType.CHAR, length=20)
WHOLE = Field("N", "整数", FieldType.INT, length=4)
AREA = Field("A", "面积", FieldType.FLOAT, length=15, decimals=2)
DAY = Field("D", "日期", FieldType.DATE)


def values(column: pa.Array, field: Field) -> list[object]:
    return list(convert(column, field).values.to_pylist())


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ("  0101 ", "0101"), ("０１０１", "0101"), ("　水田　", "水田"), ("", None), ("   ", None), (None, None),
        ("第１村（东）", "第１村（东）"), ("\x00", None),
    ],
)  # fmt: skip
def test_text_is_tidied_but_chinese_text_keeps_its_signs(given: str | None, due: str | None) -> None:
    assert tidy(given) == due
    assert values(pa.array([given], pa.string()), TEXT) == [due]


def test_clean_text_passes_untouched() -> None:
    column = pa.array(["0101", None, "0102"])
    assert convert(column, TEXT).values is column


@pytest.mark.parametrize(
    ("column", "due"),
    [
        (pa.array([20, None], pa.int32()), ["20", None]),
        (pa.array([20.0, float("nan")]), ["20", None]),
        (pa.array([1.5]), ["1.5"]),
        (pa.array([date(2024, 1, 2)]), ["20240102"]),
        (pa.array(["a", "a"]).dictionary_encode(), ["a", "a"]),
        (pa.array([True, False]), ["1", "0"]),
    ],
)
def test_numbers_dates_and_dictionaries_become_text(column: pa.Array, due: list[str | None]) -> None:
    assert values(column, TEXT) == due


def test_numbers_in_text_are_read_and_others_are_told() -> None:
    got = convert(pa.array([" 1,234.5 ", "１２", "x", "", None, "1e999", "nan"]), AREA)
    assert got.values.to_pylist() == [1234.5, 12.0, None, None, None, None, None]
    assert got.lost.tolist() == [False, False, True, False, False, True, True]


def test_areas_are_rounded_half_up_to_the_declared_decimals() -> None:
    got = convert(pa.array([2.675, 1.005, 1.0, None]), AREA)
    assert got.values.to_pylist() == [2.68, 1.01, 1.0, None]
    assert got.rounded == 2


def test_infinities_are_lost_values() -> None:
    got = convert(pa.array([np.inf, 1.0]), AREA)
    assert got.values.to_pylist() == [None, 1.0]
    assert got.lost.tolist() == [True, False]


def test_broken_numbers_are_no_whole_numbers() -> None:
    got = convert(pa.array([2024.0, 2024.5, float("nan")]), WHOLE)
    assert got.values.to_pylist() == [2024, None, None]
    assert got.lost.tolist() == [False, True, False]
    assert values(pa.array([7], pa.int16()), WHOLE) == [7]


@pytest.mark.parametrize(
    "text",
    [
        "20240105",
        "2024-01-05",
        "2024/1/5",
        "2024.01.05",
        "2024年1月5日",
        " 2024-01-05 00:00:00",
        "２０２４０１０５",
    ],
)
def test_a_date_is_read_in_every_usual_spelling(text: str) -> None:
    assert read_date(text) == date(2024, 1, 5)


@pytest.mark.parametrize("text", ["2024", "2024-02-30", "202415", "yesterday", "20241301", None, ""])
def test_what_is_no_day_of_the_calendar_is_no_date(text: str | None) -> None:
    assert read_date(text) is None


def test_dates_come_from_text_numbers_and_timestamps() -> None:
    assert values(pa.array([20240105, None]), DAY) == [date(2024, 1, 5), None]
    assert values(pa.array([datetime(2024, 1, 5, 13, tzinfo=UTC)]), DAY) == [date(2024, 1, 5)]
    got = convert(pa.array(["2024-13-01", " ", "2024-01-05"]), DAY)
    assert got.values.to_pylist() == [None, None, date(2024, 1, 5)]
    assert got.lost.tolist() == [True, False, False]
