"""Stores that are plain files."""

from guotu.store.files.blobs import FileBlobStore

__all__ = ["FileBlobStore"]
