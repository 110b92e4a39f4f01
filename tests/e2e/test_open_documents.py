"""Every document and raster of the open data set is read, or refused with the reason a person would give."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from guotu.errors import GuotuError
from guotu.ingest.document import read_document
from guotu.ingest.raster import RasterAsked, read_raster

OPEN = next(
    (
        folder / "shared/data/open"
        for folder in Path(__file__).resolve().parents
        if (folder / "shared/data/open").is_dir()
    ),
    Path("absent"),
)
pytestmark = [
    pytest.mark.open_data,
    pytest.mark.skipif(not OPEN.is_dir(), reason="the open data set is not here"),
]

SECONDS, MEGABYTES = 20, 400
READ, KEPT = "read", "kept"
DOCUMENTS: dict[str, str] = {
    "LICENSE.txt": READ,
    "architectural_-_annotation_scaling_and_multileaders.dwg": KEPT,
    "gbk.zip": "GT-1161",
    "test-documents-spanned.zip": "GT-1161",
    "test-tika-4303-Chinese-notes.one": KEPT,
    "test-zip-of-zip.zip": "GT-1161",
    "test7Z_protected_passTika.7z": "GT-1161",
    "testDBF_gb18030.dbf": KEPT,
    "testDWG-AC1027.dwg": KEPT,
    "testDXF_ascii_no_header.dxf": KEPT,
    "testEPUB.epub": READ,
    "testEXCEL.xls": KEPT,
    "testEXCEL.xlsx": READ,
    "testEXCEL_protected_passtika.xlsx": "GT-1160",
    "testFLAC.flac": READ,
    "testFooter.ods": READ,
    "testHTML_utf8.html": READ,
    "testJPEG_EXIF.jpg": READ,
    "testJPEG_GEO.jpg": READ,
    "testJPEG_GEO_2.jpg": READ,
    "testMP3vbr.mp3": READ,
    "testMP4AudioOnly.mp4": READ,
    "testMP4Video.mp4": READ,
    "testMP4_truncated.m4a": "GT-1115",
    "testMSG_chinese.msg": KEPT,
    "testODTEncrypted.odt": "GT-1160",
    "testODTNoMeta.odt": READ,
    "testPDF.pdf": READ,
    "testPDF_Version.11.x.PDFA-1b.pdf": READ,
    "testPDF_bom.pdf": READ,
    "testPDF_malformedXFA.pdf": READ,
    "testPDF_twoAuthors.pdf": READ,
    "testPPT.ppt": KEPT,
    "testPPT.pptx": READ,
    "testRFC822_multipart_attachments.eml": READ,
    "testRTF.rtf": READ,
    "testSVG.svg": READ,
    "testTIFF.tif": READ,
    "testVISIO.vsdx": READ,
    "testVORBIS.ogg": READ,
    "testWAV.wav": READ,
    "testWORD.doc": KEPT,
    "testWORD.docx": READ,
    "testWORD_protected_passtika.docx": "GT-1160",
    "testWORD_truncated.docx": "GT-1107",
    "testZIP_corrupted_oom.zip": "GT-1107",
    "testZipEncrypted.zip": "GT-1108",
}
SAID = {
    "testPDF.pdf": ("Apache Tika", "Bertrand Delacrétaz"),
    "testWORD.docx": ("Sample Word Document", "Keith Bennett"),
    "testEXCEL.xlsx": ("Simple Excel document", "Keith Bennett"),
    "testPPT.pptx": ("Attachment Test", "Rajiv"),
    "testEPUB.epub": ("ePub for Tika", "Bart Hanssens"),
    "testFLAC.flac": ("Test Title", "Test Artist"),
    "testVORBIS.ogg": ("Test Title", "Test Artist"),
    "testMP4AudioOnly.mp4": ("Test Title", "Test Artist"),
}
RASTERS: dict[str, str] = {
    "03_cn_dem_cnmaps/china-dem.nc": READ,
    "08_geology_hamersley/dtm_rp.tif": "GT-1204",
    "10_spdata_cc0/nlcd2011.tif": "GT-1204",
    "13_landsat_pucallpa_1985_2020/1985.tif": "GT-1203",
    "14_sentinel2_xrspatial/red_band.nc": "GT-1221",
    "15_cog_riotiler/cog.tif": "GT-1204",
    "15_cog_riotiler/cog_gcps.tif": "GT-1150",
    "15_cog_riotiler/inverted_lat.tif": "GT-1203",
    "25_documents_tika/testTIFF.tif": "GT-1150",
}


def test_the_list_names_every_document() -> None:
    assert {path.name for path in (OPEN / "25_documents_tika").iterdir()} == set(DOCUMENTS)


def test_every_document_is_read_kept_or_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, wrong = [], []
    for name, expected in sorted(DOCUMENTS.items()):
        begun = time.monotonic()
        try:
            found = read_document(OPEN / "25_documents_tika" / name, work=tmp_path)
            unread = any("不读内容" in zh or "旧版格式" in zh for zh, _ in found.warnings)
            outcome = KEPT if unread else READ
            told = f"{found.format} {found.title[:24]} {found.facts.get('author', '')} {len(found.pages)}p"
            title, author = SAID.get(name, ("", ""))
            if title not in found.title or author not in str(found.facts.get("author", "")):
                wrong.append((name, found.title, found.facts))
        except GuotuError as failure:
            outcome, told = failure.code, failure.detail("zh")
        seconds = time.monotonic() - begun
        rows.append(f"{name[:52]:54}{outcome:9}{seconds:5.2f} s  {told}")
        if outcome != expected or seconds > SECONDS:
            wrong.append((name, outcome, expected, seconds))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    with capsys.disabled():
        print("\n" + "\n".join(rows) + f"\nlargest child {peak:.0f} MB")
    assert wrong == []


def test_no_document_needs_much_memory(tmp_path: Path) -> None:
    script = (
        "import resource, sys; from pathlib import Path; from guotu.errors import GuotuError\n"
        "from guotu.ingest.document import read_document\n"
        "for number, path in enumerate(sorted(Path(sys.argv[1]).iterdir())):\n"
        "    try: read_document(path, work=Path(sys.argv[2]))\n"
        "    except GuotuError: pass\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    )
    command = [sys.executable, "-c", script, str(OPEN / "25_documents_tika"), str(tmp_path)]
    paths = os.pathsep.join(sys.path)
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": paths})
    assert int(done.stdout) < MEGABYTES


@pytest.mark.parametrize("name", RASTERS)
def test_every_raster_is_read_or_refused(tmp_path: Path, name: str) -> None:
    try:
        read_raster(OPEN / name, work=tmp_path)
        outcome = READ
    except GuotuError as failure:
        outcome = failure.code
    assert outcome == RASTERS[name]


def test_the_heights_of_china_come_in_whole(tmp_path: Path) -> None:
    import rasterio

    found = read_raster(OPEN / "03_cn_dem_cnmaps/china-dem.nc", work=tmp_path, asked=RasterAsked(unit="m"))
    with rasterio.open(found.cog) as cog:
        heights = cog.read(1, masked=True)
    assert heights.shape == (225, 350)
    assert (float(heights.min()), float(heights.max())) == (-160.0, 7393.0)
    assert np.ma.count(heights) == found.facts["bands"][0]["valid"] == 59_650
    assert found.evidence.how == "magnitude"
