"""How it is told: one file per verb, one table of exit statuses.

A verb loads what it works with when it runs, not when it is named, so that help and wrong usage answer at once.
"""

from guotu.cli.main import main

__all__ = ["main"]
