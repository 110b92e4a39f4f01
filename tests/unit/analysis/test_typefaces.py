"""The fonts that travel with the platform: what they cover, and what becomes of what they do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from guotu.analysis import typefaces
from guotu.standards import catalogue, division, domains, landclass, layers, rules

FACES = ("NotoSansSC-Regular", "NotoSansSC-Bold", "NotoSerifSC-Regular", "NotoSerifSC-Bold")
RARE = "NotoSansSC-Rare"
NAMES = "嵘璟堃喆犇淼焱垚镕翀玥翊韫晟甡"
"""Characters of people's names; half of them stand outside GB 2312."""
SIGNS = "√×△●▲■◆○□★—…·、。《》〈〉“”‘’（）〔〕【】％‰°′″㎡m²→←↑↓①②⑩㈠ⅣΑα"


def missing(face: str, text: str) -> str:
    return "".join(sorted({c for c in text if not typefaces.writes(face, c)}))


@pytest.mark.parametrize("face", FACES)
def test_every_face_writes_gb2312(face: str) -> None:
    known = ""
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            known += bytes((row, cell)).decode("gb2312", errors="ignore")
    assert len(known) == 6763
    assert missing(face, known) == ""


@pytest.mark.parametrize("face", FACES)
def test_every_face_writes_names_and_signs(face: str) -> None:
    assert missing(face, NAMES + SIGNS) == ""


def test_the_words_of_the_standards_can_be_written() -> None:
    words = [dataset.title for dataset in catalogue.datasets()]
    words += [field.name for schema in layers.all_schemas() for field in schema.fields]
    words += [named.name(code) for named in domains.all_domains() for code in named]
    words += [found.name for found in division.divisions()]
    words += [rule.name for rule in rules.rules().values()]
    words += [item.name for id in ("sandiao", "ydyh-2023") for item in landclass.scheme(id)]
    text = "".join(words)
    assert len(set(text)) > 600
    assert typefaces.printable(text) == typefaces.plain(text)


def test_the_words_of_the_styles_can_be_written() -> None:
    text = (Path(typefaces.folder()).parent / "styles" / "layers.json").read_text(encoding="utf-8")
    assert typefaces.GETA not in typefaces.printable(json.dumps(json.loads(text), ensure_ascii=False))


def test_a_rare_ideograph_is_written_by_the_fallback_face() -> None:
    assert not any(typefaces.writes(face, "龘") for face in FACES)
    assert typefaces.writes(RARE, "龘")
    assert typefaces.printable("龘县𠮷村") == "龘县𠮷村"


def test_what_no_face_has_is_shown_as_geta() -> None:
    assert typefaces.printable("一期😀\ue000") == "一期〓〓"


def test_controls_and_invisible_marks_are_left_out_and_breaks_become_spaces() -> None:
    assert typefaces.plain("甲\x00乙\u200b丙\ufe0f丁\ud800") == "甲乙丙丁"
    assert typefaces.plain("甲\r\n乙\t丙") == "甲  乙 丙"


def test_plain_text_stays_as_it_is() -> None:
    for text in ("", "Land Use 1:10,000", "永久基本农田 2.7742 公顷（41.61 亩）"):
        assert typefaces.printable(text) == text


def test_the_fallback_face_and_the_text_faces_do_not_overlap() -> None:
    runs = typefaces.coverage(RARE)
    taken = {code for low, high in runs for code in range(low, high + 1)}
    assert len(taken) > 20_000
    assert not any(typefaces.writes("NotoSansSC-Regular", chr(code)) for code in taken)


def test_the_licence_lies_beside_the_fonts() -> None:
    assert "SIL OPEN FONT LICENSE" in (typefaces.folder() / "OFL.txt").read_text(encoding="utf-8").upper()
