"""The review's report: one composition, five formats."""

from __future__ import annotations

import os
from pathlib import Path

from guotu.apps.approval.profile import review_profile
from guotu.apps.approval.report import docx, html, pdf, xlsx
from guotu.apps.approval.report.content import compose
from guotu.apps.approval.report.pictures import MapPictures, for_review
from guotu.apps.approval.result import Review
from guotu.errors import Lang
from guotu.errors.review import REPORT_FORMAT
from guotu.store.reading import Reader

__all__ = ["FORMATS", "MEDIA_TYPES", "MapPictures", "pictures_of", "render", "write"]

PICTURED = {"html": html.render, "pdf": pdf.render, "docx": docx.render}
MEDIA_TYPES = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FORMATS = tuple(MEDIA_TYPES)


def pictures_of(review: Review, reader: Reader, format: str, lang: Lang = "zh") -> MapPictures | None:
    """The maps that a format needs; None where it shows none. Raises GT-5092."""
    if format not in FORMATS:
        raise REPORT_FORMAT(format=format, known=", ".join(FORMATS))
    return for_review(review, reader, review_profile(review.profile_id), lang) if format in PICTURED else None


def render(review: Review, pictures: MapPictures | None, format: str, lang: Lang = "zh") -> bytes:
    """The report's bytes; the same review gives the same words and figures in every format. Raises GT-5092."""
    match format:
        case "json":
            return review.as_bytes(lang)
        case "xlsx":
            return xlsx.render(review, review_profile(review.profile_id), lang)
        case "html" | "pdf" | "docx" if pictures is not None:
            return PICTURED[format](compose(review, pictures, review_profile(review.profile_id), lang))
    raise REPORT_FORMAT(format=format, known=", ".join(FORMATS))


def write(review: Review, pictures: MapPictures | None, path: Path, format: str, lang: Lang = "zh") -> None:
    """Write the report beside its target, then move it into place."""
    body = render(review, pictures, format, lang)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(body)
    os.replace(temporary, path)
