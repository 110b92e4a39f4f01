"""How it is told: one file per verb, one table of exit statuses."""

from guotu.cli.main import main

__all__ = ["main"]
