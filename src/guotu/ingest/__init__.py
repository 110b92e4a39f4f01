"""How it arrives: readers, normalise, check, land as a version."""

from guotu.ingest.check import Judging, Reading, check, inspect
from guotu.ingest.land import Registration, land
from guotu.ingest.normalise import Normaliser
from guotu.ingest.source import open_source

__all__ = ["Judging", "Normaliser", "Reading", "Registration", "check", "inspect", "land", "open_source"]
