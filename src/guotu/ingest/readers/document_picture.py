"""Inside the sandbox: pictures by Pillow — size, camera, when and where taken, which way up; a small one for the catalogue."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, ImageOps

from guotu.errors import Place
from guotu.errors.files import DOCUMENT_TOO_LARGE
from guotu.ingest.readers.document import Found, damaged

PIXELS = 400_000_000
_FORMATS = {"JPEG": "JPEG", "PNG": "PNG", "GIF": "GIF", "TIFF": "TIFF", "BMP": "BMP", "WebP": "WEBP"}
_TURNED = {3: 180, 6: 90, 8: 270}


def read(path: str, format: str, folder: Path) -> Found:
    """Declared sizes are held against the limit before a pixel is read."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(path, formats=(_FORMATS[format],)) as image:
            width, height = image.size
            if width * height > PIXELS:
                zh, en = f"声明 {width}×{height} 像素", f"it declares {width}×{height} pixels"
                raise DOCUMENT_TOO_LARGE(place=Place(), name="", reason_zh=zh, reason_en=en)
            exif = _exif(image)
            found = Found(format, facts=_facts(image, exif), searchable=False)
            _place(found, exif)
            _small(image, folder / "thumb.png")
            return found
    except (OSError, SyntaxError, ValueError, EOFError) as problem:
        raise damaged(
            format, "图像数据读不出", f"its picture cannot be read ({type(problem).__name__})"
        ) from None


def _exif(image: Any) -> dict[Any, Any]:
    try:
        exif = image.getexif()
        return (
            dict(exif)
            | dict(exif.get_ifd(ExifTags.IFD.Exif))
            | {"gps": dict(exif.get_ifd(ExifTags.IFD.GPSInfo))}
        )
    except (OSError, SyntaxError, ValueError, KeyError, TypeError):
        return {"gps": {}}


def _facts(image: Any, exif: dict[Any, Any]) -> dict[str, Any]:
    tag = ExifTags.Base
    make, model = (str(exif.get(one, "")).strip("\0 ") for one in (tag.Make, tag.Model))
    return {
        "width": image.width,
        "height": image.height,
        "mode": image.mode,
        "frames": getattr(image, "n_frames", 1),
        "camera": model if model.startswith(make) else f"{make} {model}".strip(),
        "created": str(exif.get(tag.DateTimeOriginal) or exif.get(tag.DateTime) or ""),
        "author": str(exif.get(tag.Artist, "")).strip("\0 "),
        "subject": str(exif.get(tag.ImageDescription, "")).strip("\0 "),
        "turned": _TURNED.get(exif.get(tag.Orientation, 1), 0),
    }


def _place(found: Found, exif: dict[Any, Any]) -> None:
    """The point of a camera's receiver, which works on WGS 84; within metres of CGCS2000, good for finding, not for measuring."""
    gps = exif["gps"]
    try:
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude]) * (
            -1 if gps.get(ExifTags.GPS.GPSLatitudeRef) == "S" else 1
        )
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude]) * (
            -1 if gps.get(ExifTags.GPS.GPSLongitudeRef) == "W" else 1
        )
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return
    if -180 <= lon <= 180 and -90 <= lat <= 90 and (lon, lat) != (0.0, 0.0):
        found.point = (lon, lat)
        found.facts |= {"longitude": round(lon, 6), "latitude": round(lat, 6)}
        direction = gps.get(ExifTags.GPS.GPSImgDirection)
        if direction is not None and math.isfinite(float(direction)):
            found.facts["direction"] = round(float(direction), 1)
        found.warnings.append(
            ("拍摄位置来自相机（WGS 84），只作查找用", "the place is the camera's (WGS 84), for finding only")
        )


def _degrees(parts: Any) -> float:
    d, m, s = (float(part) for part in parts)
    value = d + m / 60 + s / 3600
    if not math.isfinite(value):
        raise ValueError
    return value


def _small(image: Any, target: Path) -> None:
    image.draft("RGB", (720, 720))
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((360, 360))
    upright.convert("RGBA" if "A" in upright.getbands() else "RGB").save(target, "PNG")
