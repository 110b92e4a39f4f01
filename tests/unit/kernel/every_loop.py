"""Run every kernel once on small data and print a digest of each answer (see test_compiled.py)."""

import hashlib

import numpy as np
import pyarrow as pa
import shapely

import kernel_shapes
from guotu.kernel import compiled, coverage, grid, guard, hilbert, overlay, tile
from guotu.kernel.area import ellipsoid_area_wkb, equal_area_xy
from guotu.kernel.wkb import lay_out, to_wkb
from guotu.model.datum import GaussKruger


def show(name: str, answer: object) -> None:
    if isinstance(answer, np.ndarray) and answer.dtype.kind == "f":
        answer = [f"{value:.9g}" for value in answer.ravel().tolist()]
    raw = answer.tobytes() if isinstance(answer, np.ndarray) else repr(answer).encode()
    print(name, hashlib.sha256(raw).hexdigest()[:16])


def main() -> None:
    rng = np.random.default_rng(11)
    parcels = [
        kernel_shapes.holed(rng, tuple(rng.uniform([117.3, 31.0], [117.4, 31.1])), 0.004, 12)
        for _ in range(6)
    ]
    mixed = [
        shapely.Point(117.35, 31.05),
        shapely.LineString([(117.3, 31.0), (117.4, 31.1), (118, 31)]),
        None,
    ]
    multi = shapely.multipolygons(parcels[:2])
    wkb = to_wkb(kernel_shapes.many(*parcels, multi))
    every = to_wkb(kernel_shapes.many(*parcels, multi, *mixed))
    tiles = kernel_shapes.mosaic(3, 5)
    print("compiled", compiled.COMPILED)
    show("layout", lay_out(every).at)
    show("guard", guard.guard(every))
    show("area", ellipsoid_area_wkb(every))
    show("wide-area", ellipsoid_area_wkb(to_wkb(kernel_shapes.many(shapely.box(100, 20, 110, 40)))))
    show("equal-area", equal_area_xy(np.array([[117.0, 31.0], [118.0, -40.0]])))
    show("plane", overlay.project_gauss(np.array([[117.1, 31.0], [119.0, 45.0]]), GaussKruger(3, 39)))
    subject = kernel_shapes.star(rng, (117.35, 31.05), 0.03, 30)
    show("overlap", overlay.overlap_areas_wkb(subject, wkb, GaussKruger(3, 39)))
    encoded = grid.encode(every)
    show("grid", encoded.to_pylist())
    show("grid-back", grid.decode(encoded).to_pylist())
    balance = coverage.EdgeBalance()
    balance.feed(to_wkb(tiles[:5]))
    balance.feed(to_wkb(tiles[5:]))
    show("coverage", balance.net().ends)
    show("hilbert", hilbert.hilbert_order(shapely.bounds(tiles)))
    columns = {"k": pa.array([f"{n % 3}" for n in range(len(every))])}
    for z, x, y in ((12, 3383, 1676), (9, 422, 209), (3, 6, 3)):
        show(
            f"tile-{z}",
            tile.encode_layer("p", every, columns, z, x, y, ids=np.arange(len(every)), smallest=0.0),
        )


if __name__ == "__main__":
    main()
