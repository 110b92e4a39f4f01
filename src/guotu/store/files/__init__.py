"""Blobs and snapshot files on a local disk."""
