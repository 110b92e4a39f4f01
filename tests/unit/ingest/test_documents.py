"""Documents behind the walls: what they say, where they say it, and what is refused with which reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import document_cast as cast
from guotu.errors import GuotuError
from guotu.ingest.document import DocumentProduct, looks_like_document, read_document
from guotu.ingest.sandbox import SandboxLimits
from guotu.model.resource import ResourceKind


def read(path: Path) -> DocumentProduct:
    return read_document(path, work=path.parent / "work")


def code_of(path: Path, limits: SandboxLimits | None = None) -> str:
    with pytest.raises(GuotuError) as failure:
        read_document(path, work=path.parent / "work", limits=limits)
    assert (failure.value.place.file or "").startswith(path.name)
    return failure.value.code


def test_a_pdf_tells_its_text_page_by_page(tmp_path: Path) -> None:
    found = read(cast.pdf(tmp_path / "plan.pdf", "第一页，总则。", "", cast.SENTENCE))
    assert (found.kind, found.format, found.title) == (ResourceKind.DOCUMENT, "PDF", "规划文本")
    assert found.facts["author"] == "青禾县"
    assert found.facts["pages"] == 3
    assert [page.number for page in found.pages] == [1, 3]
    assert cast.SENTENCE in found.pages[1].text.replace("\n", "")
    assert found.thumbnail is not None
    assert max(cast.png_size(found.thumbnail.read_bytes())) <= 360


def test_a_word_file_tells_title_author_keywords_and_paragraphs(tmp_path: Path) -> None:
    found = read(cast.docx(tmp_path / "plan.docx", "第一条", cast.SENTENCE))
    assert (found.format, found.title, found.facts["author"]) == ("DOCX", "总体规划", "王工")
    assert found.facts["keywords"] == "规划；三区三线"
    assert found.pages[0].text.splitlines() == ["第一条", cast.SENTENCE]


def test_slides_keep_their_numbers(tmp_path: Path) -> None:
    found = read(cast.pptx(tmp_path / "talk.pptx", "背景", "", *[f"第{n}张" for n in range(3, 12)]))
    assert [page.number for page in found.pages] == [1, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert found.pages[-1].text == "第11张"
    assert found.facts["unit"] == "slide"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_plain_text_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(f"# 选址论证\n\n{cast.SENTENCE}".encode(encoding))
    found = read(path)
    assert found.title == "选址论证"
    assert cast.SENTENCE in found.pages[0].text


def test_opendocument_html_rtf_and_mail_are_read(tmp_path: Path) -> None:
    assert read(cast.odt(tmp_path / "a.odt", cast.SENTENCE)).pages[0].text == cast.SENTENCE
    page = tmp_path / "b.html"
    page.write_text(
        "<!doctype html><html><head><title>公示</title><meta name=author content=局><script>隐藏</script></head>"
        f"<body><p>{cast.SENTENCE}</p></body></html>",
        encoding="utf-8",
    )
    found = read(page)
    assert (found.title, found.facts["author"]) == ("公示", "局")
    assert cast.SENTENCE in found.pages[0].text
    assert "隐藏" not in found.pages[0].text
    rich = tmp_path / "c.rtf"
    coded = "".join(f"\\'{byte:02x}" for byte in cast.SENTENCE.encode("gbk"))
    rich.write_bytes(
        f"{{\\rtf1\\ansi\\ansicpg936{{\\fonttbl{{\\f0 SimSun;}}}}\\f0 {coded}\\par \\u27700?}}".encode(
            "ascii"
        )
    )
    assert read(rich).pages[0].text == f"{cast.SENTENCE}\n水"
    letter = tmp_path / "d.eml"
    letter.write_bytes(
        b"From: a@b.cn\r\nTo: c@d.cn\r\nSubject: =?utf-8?B?5Zue5aSN?=\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=gbk\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + cast.SENTENCE.encode("gbk")
    )
    found = read(letter)
    assert found.title == "回复"
    assert cast.SENTENCE in found.pages[0].text


def test_a_photograph_stands_upright_and_knows_its_place(tmp_path: Path) -> None:
    found = read(cast.photo(tmp_path / "site.jpg"))
    assert found.point == pytest.approx((118.4429, 30.9049), abs=1e-6)
    assert found.facts["camera"] == "Maker Model 1"
    assert found.facts["created"] == "2026:05:06 07:08:09"
    assert found.facts["turned"] == 90
    assert found.thumbnail is not None
    wide, high = cast.png_size(found.thumbnail.read_bytes())
    assert wide < high, "turned as it was held"


def test_sound_and_film_tell_duration_size_and_codec(tmp_path: Path) -> None:
    heard = read(cast.sound(tmp_path / "a.wav"))
    assert (heard.kind, heard.facts["seconds"], heard.facts["sample_rate"]) == (ResourceKind.AUDIO, 1.5, 8000)
    seen = read(cast.film(tmp_path / "b.mp4"))
    assert seen.kind is ResourceKind.VIDEO
    assert {name: seen.facts[name] for name in ("seconds", "width", "height", "codecs")} == {
        "seconds": 95.0, "width": 1920, "height": 1080, "codecs": "avc1",
    }  # fmt: skip


def test_a_scan_without_words_is_kept_with_a_warning(tmp_path: Path) -> None:
    found = read(cast.pdf(tmp_path / "scan.pdf", "#rect(width: 2cm)"))
    assert found.pages == ()
    assert any("不可检索" in zh for zh, _ in found.warnings)


def _cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def _made(path: Path, body: bytes) -> Path:
    path.write_bytes(body)
    return path


DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aa">]>'


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda d: d / "nothing.pdf", "GT-1101"),
        (lambda d: _made(d / "empty.pdf", b""), "GT-1102"),
        (lambda d: _made(d / "cut.pdf", b"%PDF-1.7\nnothing"), "GT-1115"),
        (lambda d: _made(d / "locked.pdf", cast.LOCKED_PDF), "GT-1160"),
        (lambda d: _cut(cast.docx(d / "cut.docx", cast.SENTENCE * 50)), "GT-1107"),
        (lambda d: cast.docx(d / "unsafe.docx", "&a;", before=DOCTYPE), "GT-1134"),
        (lambda d: cast.docx(d / "bomb.docx", "甲" * 60_000_000), "GT-1111"),
        (lambda d: cast.package(d / "files.zip", {"a.txt": "a"}), "GT-1161"),
        (lambda d: _made(d / "files.7z", b"7z\xbc\xaf\x27\x1c" + b"\0" * 40), "GT-1161"),
        (lambda d: _made(d / "noise.bin", bytes(range(256)) * 8), "GT-1163"),
        (lambda d: cast.flood(d / "flood.png"), "GT-1162"),
        (lambda d: _cut(cast.photo(d / "cut.jpg")), "GT-1115"),
        (lambda d: _made(d / "cut.mp4", b"\0\0\0\x18ftypisom\0\0\2\0mp42\0\0\0\x08mdat"), "GT-1115"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_reason(tmp_path: Path, make: Any, code: str) -> None:
    assert code_of(make(tmp_path)) == code


@pytest.mark.parametrize(
    ("limits", "codes"), [((1024, 0), {"GT-1121", "GT-1122"}), ((8, 60), {"GT-1122", "GT-1123"})]
)
def test_a_reader_that_takes_too_much_is_stopped(
    tmp_path: Path, limits: tuple[int, int], codes: set[str]
) -> None:
    path = cast.pdf(tmp_path / "plan.pdf", cast.SENTENCE)
    assert code_of(path, SandboxLimits(*limits)) in codes


def test_very_long_text_is_read_up_to_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("地块坐落。\n" * 400_000, encoding="utf-8")
    found = read(path)
    assert found.facts["characters"] <= 1_000_000
    assert len(found.pages) > 100
    assert any("只有前面" in zh for zh, _ in found.warnings)


def test_tables_and_features_are_not_taken_for_documents(tmp_path: Path) -> None:
    for name, body in (
        ("a.csv", b"a,b\n1,2\n"),
        ("b.txt", b"J1,1,2,3\n"),
        ("c.geojson", b'{"type": "FeatureCollection"}'),
    ):
        assert not looks_like_document(_made(tmp_path / name, body))
    assert looks_like_document(cast.pdf(tmp_path / "a.pdf", "甲"))
    assert looks_like_document(cast.docx(tmp_path / "a.docx", "甲"))
