"""Documents of every kind, made here, in Chinese."""

from __future__ import annotations

import io
import struct
import wave
import zipfile
from pathlib import Path

from PIL import Image

SENTENCE = "永久基本农田不得占用，生态保护红线内严格限制人为活动。"


def pdf(path: Path, *pages: str) -> Path:
    """A PDF with a page for each text."""
    import typst

    source = '#set page(paper: "a5")\n#set document(title: "规划文本", author: "青禾县")\n'
    source += "\n#pagebreak()\n".join(pages)
    fonts = Path(__file__).parents[1] / "src" / "guotu" / "analysis" / "fonts"
    path.write_bytes(typst.compile(source.encode(), font_paths=[str(fonts)], ignore_system_fonts=True))
    return path


LOCKED_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    b"4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<" + b"11" * 32 + b">/U<" + b"22" * 32 + b">>>endobj\n"
    b"trailer<</Root 1 0 R/Encrypt 4 0 R/ID[<" + b"33" * 16 + b"><" + b"33" * 16 + b">]/Size 5>>\n%%EOF\n"
)


def package(path: Path, parts: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, body in parts.items():
            target.writestr(name, body)
    return path


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CORE = (
    '<cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t"><dc:title>总体规划</dc:title><dc:creator>王工</dc:creator>'
    "<cp:keywords>规划；三区三线</cp:keywords><dcterms:created>2026-01-02T03:04:05Z</dcterms:created></cp:coreProperties>"
)


def docx(path: Path, *paragraphs: str, before: str = "") -> Path:
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    return package(
        path,
        {
            "[Content_Types].xml": "<Types/>",
            "docProps/core.xml": CORE,
            "word/document.xml": f'{before}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
        },
    )


def pptx(path: Path, *slides: str) -> Path:
    a = "http://schemas.openxmlformats.org/drawingml/2006/main"
    parts: dict[str, str | bytes] = {"ppt/presentation.xml": "<p/>", "docProps/core.xml": CORE}
    for number, text in enumerate(slides, 1):
        parts[f"ppt/slides/slide{number}.xml"] = (
            f'<s xmlns:a="{a}"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></s>'
        )
    return package(path, parts)


def odt(path: Path, text: str) -> Path:
    return package(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "meta.xml": '<m xmlns:dc="d"><dc:title>说明</dc:title></m>',
            "content.xml": f'<c xmlns:text="t"><text:p>{text}</text:p></c>',
        },
    )


def photo(path: Path, *, lon: float = 118.4429, lat: float = 30.9049, orientation: int = 6) -> Path:
    """A picture with the place it was taken at, lying on its side."""
    image = Image.new("RGB", (400, 200), (200, 40, 40))
    image.paste((40, 40, 200), (0, 0, 200, 200))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110] = orientation, "Maker", "Model 1"
    exif.get_ifd(0x8769)[0x9003] = "2026:05:06 07:08:09"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", _parts(lat), "E", _parts(lon)
    image.save(path, "JPEG", exif=exif)
    return path


def _parts(value: float) -> tuple[float, float, float]:
    degrees = int(value)
    minutes = int((value - degrees) * 60)
    return float(degrees), float(minutes), round((value - degrees - minutes / 60) * 3600, 4)


def sound(path: Path, seconds: float = 1.5) -> Path:
    with wave.open(str(path), "wb") as target:
        target.setnchannels(2)
        target.setsampwidth(2)
        target.setframerate(8000)
        target.writeframes(b"\0" * int(8000 * seconds) * 4)
    return path


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, name) + body


def film(path: Path, *, seconds: int = 95, width: int = 1920, height: int = 1080) -> Path:
    """The boxes of an MP4 that say how long and how large it is."""
    mvhd = _box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000) + b"\0" * 80)
    tkhd = _box(b"tkhd", b"\0" * 76 + struct.pack(">II", width << 16, height << 16))
    stsd = _box(b"stsd", struct.pack(">II", 0, 1) + _box(b"avc1", b"\0" * 78))
    media = _box(b"mdia", _box(b"minf", _box(b"stbl", stsd)))
    moov = _box(b"moov", mvhd + _box(b"trak", tkhd + media))
    path.write_bytes(_box(b"ftyp", b"isom\0\0\2\0") + moov + _box(b"mdat", b"\0" * 64))
    return path


def flood(path: Path) -> Path:
    """A PNG whose header declares ten thousand million pixels."""
    import zlib

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )
    return path


def png_size(body: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(body)) as image:
        return image.size
