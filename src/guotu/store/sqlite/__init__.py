"""Journal and projections in SQLite."""
