"""Files whose columns have aliases and domains. `python tests/domain_files.py FOLDER` writes the GeoPackage; the geodatabase is
`ogr2ogr -f OpenFileGDB domains.gdb domains.gpkg` of it, zipped into `tests/data/domains.gdb.zip`.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

GEODATABASE = Path(__file__).parent / "data" / "domains.gdb.zip"
_TABLES = """
CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
  mime_type TEXT, constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name));
CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT,
  min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
INSERT INTO gpkg_data_columns VALUES ('DLTB', 'D1', '地类编码', '地类编码', '', NULL, '地类字典');
INSERT INTO gpkg_data_columns VALUES ('DLTB', 'QSXZ', '权属性质', '权属性质', '', NULL, '权属字典');
INSERT INTO gpkg_data_column_constraints VALUES
  ('地类字典', 'enum', '0101', NULL, NULL, NULL, NULL, '水田'), ('地类字典', 'enum', '0102', NULL, NULL, NULL, NULL, '水浇地 <旱>'),
  ('权属字典', 'enum', '20', NULL, NULL, NULL, NULL, '国有'), ('权属字典', 'enum', '30', NULL, NULL, NULL, NULL, '集体');
INSERT INTO gpkg_extensions VALUES
  ('gpkg_data_columns', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec/#extension_schema', 'read-write'),
  ('gpkg_data_column_constraints', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec/#extension_schema', 'read-write');
"""


def geopackage(folder: Path) -> Path:
    """Three parcels whose land class stands in a column of another name, known by its alias."""
    path = folder / "domains.gpkg"
    square = shapely.box(38500000, 3380000, 38500100, 3380100)
    kinds = np.array([20, 30, 30], np.int32)
    frame = gpd.GeoDataFrame(
        {"D1": ["0101", "0102", None], "QSXZ": kinds, "MJ": [1.5, 2.5, 3.5]},
        geometry=[square] * 3,
        crs=4526,
    )
    frame.to_file(path, layer="DLTB", engine="pyogrio")
    with sqlite3.connect(path) as base:
        base.execute(
            "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,"
            " definition TEXT NOT NULL, scope TEXT NOT NULL)"
        )
        base.executescript(_TABLES)
    base.close()
    return path


if __name__ == "__main__":
    print(geopackage(Path(sys.argv[1])))
