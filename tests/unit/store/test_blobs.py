from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from guotu.errors import GuotuError
from guotu.store.files import FileBlobStore


def test_a_blob_is_found_by_its_content(tmp_path: Path) -> None:
    blobs, data = FileBlobStore(tmp_path / "blobs"), bytes(range(256)) * 9000
    digest = blobs.add(io.BytesIO(data))
    assert digest == hashlib.sha256(data).hexdigest()
    assert digest in blobs
    with blobs.open(digest) as stream:
        assert stream.read() == data
    assert blobs.path(digest).read_bytes() == data


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    blobs, source = FileBlobStore(tmp_path / "blobs"), tmp_path / "图斑.shp"
    source.write_bytes(b"x")
    assert blobs.add(source) == blobs.add(io.BytesIO(b"x"))
    assert len([path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]) == 1


def test_a_source_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        FileBlobStore(tmp_path).add(Broken())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64, 7])
def test_unknown_names_are_not_found(tmp_path: Path, name: object) -> None:
    blobs = FileBlobStore(tmp_path)
    assert name not in blobs
    with pytest.raises(GuotuError, match="GT-2006"):
        blobs.path(name)  # type: ignore[arg-type]
