"""Submission (汇交): how a package goes from the unit that makes it to the one that adopts it, and what is told of it."""
