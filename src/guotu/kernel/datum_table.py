"""A node's parameters between datums, and its local grids: a table in TOML, read with every doubt told.

Such parameters are controlled data: none come with the program.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from guotu.errors import GuotuError, Place
from guotu.errors.datum import DATUM_SHIFT_UNCONFIGURED, DATUM_TABLE_INVALID, SHIFT_OUT_OF_AREA
from guotu.kernel.coords import crs_from_epsg, transform_xy
from guotu.kernel.local_grid import FIRST_CODE, Affine, LocalGrid
from guotu.kernel.shift import Bursa, DatumShift, GridShift, PlaneShift
from guotu.model.arrays import Float64Array
from guotu.model.datum import Crs, Datum, GaussKruger, Geographic

FILE = "datum.toml"
"""Its name in a node's home."""
_SHIFT_KEYS = {"name", "source", "method", "valid", "provenance", "residual_m"}
_GRID_KEYS = {"code", "name", "names", "zone", "method", "area", "provenance", "residual_m"}
_BURSA, _PLANE = (
    ("dx", "dy", "dz", "rx", "ry", "rz", "scale_ppm"),
    ("d_easting", "d_northing", "rotation", "scale"),
)
_AFFINE = ("a", "b", "c", "d", "e", "f")


@dataclass(frozen=True, slots=True)
class DatumTable:
    """All that a node knows of other datums and of local grids."""

    shifts: tuple[DatumShift, ...] = ()
    grids: tuple[LocalGrid, ...] = ()

    @property
    def datums(self) -> frozenset[Datum]:
        """Datums that can be left for CGCS2000."""
        return frozenset(shift.source for shift in self.shifts)

    def grid(self, code: int | None) -> LocalGrid | None:
        """The local grid of that code."""
        return next((grid for grid in self.grids if grid.code == code), None)

    def named(self, name: str) -> LocalGrid | None:
        """The local grid that files call so."""
        plain = name.strip().casefold()
        return next(
            (grid for grid in self.grids if plain in (each.casefold() for each in (grid.name, *grid.names))),
            None,
        )

    def shift(self, crs: Crs, xy: Float64Array) -> DatumShift:
        """The parameters of the smallest area that holds every coordinate (n, 2) of `crs`.

        Raises   GT-1203 none for this datum, GT-1209 none holds here
        """
        known = [shift for shift in self.shifts if shift.source is crs.datum]
        if not known:
            raise DATUM_SHIFT_UNCONFIGURED(source=crs.datum.value, target=Datum.CGCS2000.value)
        xy = xy[np.isfinite(xy).all(axis=1)]
        degrees = transform_xy(xy, crs, Geographic(crs.datum)) if len(xy) else np.empty((0, 2))
        for shift in sorted(known, key=lambda each: each.extent):
            if not len(degrees) or _within(degrees, shift.valid).all():
                return shift
        widest = max(known, key=lambda each: each.extent)
        x, y = map(float, xy[np.argmin(_within(degrees, widest.valid))])
        raise SHIFT_OUT_OF_AREA(place=Place(coordinate=(x, y)), x=x, y=y)


def _within(degrees: Float64Array, box: tuple[float, float, float, float]) -> np.ndarray:
    west, south, east, north = box
    x, y = degrees[:, 0], degrees[:, 1]
    return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))


def parse(text: str, file_of: Callable[[str], str | None]) -> DatumTable:
    """The table a node's file describes; `file_of` gives the absolute path of a grid file, None where it is not there.

    Raises   GT-1225 with the entry and what is wrong with it
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise _invalid("TOML", str(problem)) from None
    if unknown := set(told) - {"shift", "local_grid"}:
        raise _invalid("TOML", f"{'、'.join(sorted(unknown))}?")
    shifts = tuple(
        _entry("shift", at, each, _shift, file_of) for at, each in enumerate(_list(told, "shift"), 1)
    )
    grids = tuple(
        _entry("local_grid", at, each, _grid, file_of) for at, each in enumerate(_list(told, "local_grid"), 1)
    )
    codes = [grid.code for grid in grids]
    if len(set(codes)) != len(codes):
        raise _invalid("local_grid", "code ×2")
    return DatumTable(shifts, grids)


def _list(told: dict[str, Any], name: str) -> list[Any]:
    found = told.get(name, [])
    if not isinstance(found, list):
        raise _invalid(name, f"[[{name}]]")
    return found


def _entry(
    kind: str, at: int, told: Any, build: Callable[..., Any], file_of: Callable[[str], str | None]
) -> Any:
    label = f"{kind} {at} {told.get('name', '') if isinstance(told, dict) else ''}".strip()
    try:
        return build(told, file_of)
    except KeyError as problem:
        raise _invalid(label, f"{problem.args[0]} = ?") from None
    except GuotuError as problem:
        raise _invalid(label, problem.detail("zh")) from None
    except (TypeError, ValueError, AttributeError) as problem:
        raise _invalid(label, str(problem)) from None


def _invalid(entry: str, reason: str) -> GuotuError:
    return DATUM_TABLE_INVALID(place=Place(file=FILE, key=entry), entry=entry, reason=reason[:200])


def _only(told: dict[str, Any], known: set[str]) -> None:
    if unknown := set(told) - known:
        raise ValueError(f"{'、'.join(sorted(unknown))}?")


def _numbers(told: dict[str, Any], names: tuple[str, ...]) -> list[float]:
    values = [told[name] for name in names]
    for name, value in zip(names, values, strict=True):
        if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
            raise ValueError(f"{name} = {value!r}")
    return [float(value) for value in values]


def _text(told: dict[str, Any], name: str) -> str:
    value = told[name]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} = {value!r}")
    return value.strip()


def _residual(told: dict[str, Any]) -> float | None:
    return _numbers(told, ("residual_m",))[0] if "residual_m" in told else None


def _zone(told: dict[str, Any], name: str) -> GaussKruger:
    crs = crs_from_epsg(told[name])
    if not isinstance(crs, GaussKruger):
        raise ValueError(f"{name} = {told[name]}")
    return crs


def _shift(told: dict[str, Any], file_of: Callable[[str], str | None]) -> DatumShift:
    source = Datum(_text(told, "source"))
    if source is Datum.CGCS2000:
        raise ValueError("source = CGCS2000")
    valid = told["valid"]
    if not isinstance(valid, list) or len(valid) != 4:
        raise ValueError("valid = [west, south, east, north]")
    west, south, east, north = _numbers(dict(zip("wsen", valid, strict=True)), tuple("wsen"))
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError(f"valid = {valid}")
    method: Bursa | PlaneShift | GridShift
    match told["method"]:
        case "bursa":
            _only(told, _SHIFT_KEYS | {*_BURSA, "convention"})
            convention = told.get("convention", "coordinate_frame")
            if convention not in ("coordinate_frame", "position_vector"):
                raise ValueError(f"convention = {convention!r}")
            dx, dy, dz, rx, ry, rz, scale = _numbers(told, _BURSA)
            method = Bursa(dx, dy, dz, rx, ry, rz, scale, convention)
        case "plane":
            _only(told, _SHIFT_KEYS | {*_PLANE, "source_zone", "target_zone"})
            zones = _zone(told, "source_zone"), _zone(told, "target_zone")
            if zones[0].datum is not source or zones[1].datum is not Datum.CGCS2000:
                raise ValueError("source_zone, target_zone")
            method = PlaneShift(*zones, *_numbers(told, _PLANE))
        case "grid":
            _only(told, _SHIFT_KEYS | {"file"})
            path = file_of(_text(told, "file"))
            if path is None:
                raise ValueError(f"file = {told['file']}")
            method = GridShift(path)
        case other:
            raise ValueError(f"method = {other!r}: bursa | plane | grid")
    return DatumShift(
        source, Datum.CGCS2000, method, (west, south, east, north), _text(told, "provenance"),
        name=_text(told, "name"), residual_m=_residual(told),
    )  # fmt: skip


def _grid(told: dict[str, Any], _file_of: Callable[[str], str | None]) -> LocalGrid:
    code = told["code"]
    if isinstance(code, bool) or not isinstance(code, int) or not FIRST_CODE <= code <= 999_999:
        raise ValueError(f"code = {code!r}: {FIRST_CODE}–999999")
    target = _zone(told, "zone")
    if target.datum is not Datum.CGCS2000:
        raise ValueError(f"zone = {told['zone']}")
    match told["method"]:
        case "similarity":
            _only(told, _GRID_KEYS | set(_PLANE))
            method = Affine.similarity(*_numbers(told, _PLANE))
        case "affine":
            _only(told, _GRID_KEYS | set(_AFFINE))
            method = Affine(*_numbers(told, _AFFINE))
        case other:
            raise ValueError(f"method = {other!r}: similarity | affine")
    if abs(method.a * method.e - method.b * method.d) < 1e-9:
        raise ValueError("a·e − b·d = 0")
    area = tuple((float(x), float(y)) for x, y in told["area"])
    if len(area) < 3 or not all(70 <= x <= 140 and 0 <= y <= 60 for x, y in area):
        raise ValueError("area = [[lon, lat], …]")
    names = tuple(str(name) for name in told.get("names", ()))
    return LocalGrid(
        code, _text(told, "name"), names, target, method, area, _text(told, "provenance"), _residual(told)
    )
