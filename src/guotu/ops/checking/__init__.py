"""Check before you submit: a file identified, its columns matched, its layers judged, and everything found kept in one folder."""

from guotu.ops.checking.result import Asked, Examination, LayerResult, Question
from guotu.ops.checking.run import Bench, examine

__all__ = ["Asked", "Bench", "Examination", "LayerResult", "Question", "examine"]
