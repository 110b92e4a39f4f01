"""A reader of Mapbox vector tiles written from the specification, independent of the encoder."""

from __future__ import annotations

import struct
from typing import Any


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _fields(data: bytes):
    at = 0
    while at < len(data):
        head, at = _varint(data, at)
        number, kind = head >> 3, head & 7
        if kind == 0:
            value, at = _varint(data, at)
        elif kind == 1:
            value, at = data[at : at + 8], at + 8
        elif kind == 2:
            size, at = _varint(data, at)
            value, at = data[at : at + size], at + size
            assert len(value) == size
        else:
            raise AssertionError(f"wire type {kind}")
        yield number, value
    assert at == len(data)


def _packed(data: bytes) -> list[int]:
    out, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        out.append(value)
    return out


def _signed(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def _value(data: bytes) -> Any:
    [(number, raw)] = list(_fields(data))
    if number == 1:
        return raw.decode()
    if number == 3:
        return struct.unpack("<d", raw)[0]
    return {5: raw, 6: _signed(raw), 7: bool(raw)}[number]


def _paths(commands: list[int]) -> list[tuple[list[tuple[int, int]], bool]]:
    """Runs of points with whether they were closed."""
    paths: list[tuple[list[tuple[int, int]], bool]] = []
    x = y = at = 0
    while at < len(commands):
        command, count = commands[at] & 7, commands[at] >> 3
        at += 1
        if command == 7:
            assert count == 1
            paths[-1] = (paths[-1][0], True)
            continue
        for _ in range(count):
            x, y, at = x + _signed(commands[at]), y + _signed(commands[at + 1]), at + 2
            if command == 1:
                paths.append(([(x, y)], False))
            else:
                assert command == 2
                paths[-1][0].append((x, y))
    return paths


def read_tile(data: bytes) -> dict[str, dict[str, Any]]:
    """Layers by name: version, extent, features of (id, type, tags, paths)."""
    layers = {}
    for number, body in _fields(data):
        assert number == 3
        fields = list(_fields(body))
        keys = [v.decode() for n, v in fields if n == 3]
        values = [_value(v) for n, v in fields if n == 4]
        features = []
        for feature in (dict(_fields(v)) for n, v in fields if n == 2):
            tags = _packed(feature.get(2, b""))
            features.append(
                {
                    "id": feature.get(1),
                    "type": feature[3],
                    "tags": {keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)},
                    "paths": _paths(_packed(feature[4])),
                }
            )
        single = dict(fields)
        layers[single[1].decode()] = {"version": single[15], "extent": single[5], "features": features}
    return layers
