"""Compiled loops over flat arrays. They trust their callers' layouts; every one has a twin made of numpy or shapely."""
