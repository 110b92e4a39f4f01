"""Papers of submission — the receipt, the bulletin, the notice of return — as HTML, PDF, DOCX and XLSX."""

from guotu.apps.submission.paper.content import bulletin_paper, receipt_paper, return_paper
from guotu.apps.submission.paper.render import FORMATS, MEDIA_TYPES, render
from guotu.apps.submission.paper.report import report_paper
from guotu.apps.submission.paper.sheet import Column, Paper, Table

__all__ = [
    "FORMATS",
    "MEDIA_TYPES",
    "Column",
    "Paper",
    "Table",
    "bulletin_paper",
    "receipt_paper",
    "render",
    "report_paper",
    "return_paper",
]
