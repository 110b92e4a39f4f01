"""Coded domains in files that GDAL has written: the C interface of the library that pyogrio brings, as it wraps none of it.

Only files just made by our own writer are opened here.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pyogrio._io

from guotu.model.schema import Field
from guotu.standards.domains import ValueDomain, domain

_UPDATE_VECTOR = 0x01 | 0x04
_STRING, _NO_SUBTYPE = 4, 0
_ALTER_DOMAIN = 0x40
_MOST_CODES = 1000
"""Longer lists are tables of their own, not choices."""


class _CodedValue(ctypes.Structure):
    _fields_ = (("code", ctypes.c_char_p), ("value", ctypes.c_char_p))


def add_domains(path: Path, layer: str, fields: Iterable[Field]) -> set[str]:
    """Add the value domains of fields to a dataset and bind the fields to them; gives the domains' ids."""
    listed = {field.code: domain(field.domain) for field in fields if field.domain}
    listed = {code: each for code, each in listed.items() if len(each) <= _MOST_CODES}
    if not listed:
        return set()
    gdal = _library()
    dataset = gdal.GDALOpenEx(str(path).encode(), _UPDATE_VECTOR, None, None, None)
    if not dataset:
        raise OSError(f"the file just written cannot be opened again: {path.name}")
    try:
        for each in {each.id: each for each in listed.values()}.values():
            _add(gdal, dataset, each)
        _bind(gdal, gdal.GDALDatasetGetLayerByName(dataset, layer.encode()), listed)
    finally:
        gdal.GDALClose(dataset)
    return {each.id for each in listed.values()}


def _add(gdal: Any, dataset: Any, each: ValueDomain) -> None:
    values = (_CodedValue * (len(each) + 1))()
    for at, code in enumerate(each):
        values[at] = _CodedValue(code.encode(), each.name(code).encode())
    made = gdal.OGR_CodedFldDomain_Create(each.id.encode(), each.title.encode(), _STRING, _NO_SUBTYPE, values)
    reason = ctypes.c_void_p()
    added = gdal.GDALDatasetAddFieldDomain(dataset, made, ctypes.byref(reason))
    gdal.OGR_FldDomain_Destroy(made)
    if not added:
        raise OSError(f"domain {each.id} was not added")


def _bind(gdal: Any, layer: Any, listed: dict[str, ValueDomain]) -> None:
    definition = gdal.OGR_L_GetLayerDefn(layer)
    for code, each in listed.items():
        at = gdal.OGR_FD_GetFieldIndex(definition, code.encode())
        wanted = gdal.OGR_FD_GetFieldDefn(definition, at)
        copy = gdal.OGR_Fld_Create(gdal.OGR_Fld_GetNameRef(wanted), gdal.OGR_Fld_GetType(wanted))
        gdal.OGR_Fld_SetDomainName(copy, each.id.encode())
        failed = gdal.OGR_L_AlterFieldDefn(layer, at, copy, _ALTER_DOMAIN)
        gdal.OGR_Fld_Destroy(copy)
        if failed:
            raise OSError(f"field {code} was not bound to domain {each.id}")


@cache
def _library() -> Any:
    """The functions used, found through the extension module that is linked with them."""
    gdal = ctypes.CDLL(pyogrio._io.__file__)
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "GDALOpenEx": (pointer, [text, ctypes.c_uint, pointer, pointer, pointer]),
        "GDALClose": (number, [pointer]),
        "GDALDatasetGetLayerByName": (pointer, [pointer, text]),
        "GDALDatasetAddFieldDomain": (ctypes.c_bool, [pointer, pointer, pointer]),
        "OGR_CodedFldDomain_Create": (
            pointer,
            [text, text, number, number, ctypes.POINTER(_CodedValue)],
        ),
        "OGR_FldDomain_Destroy": (None, [pointer]),
        "OGR_L_GetLayerDefn": (pointer, [pointer]),
        "OGR_FD_GetFieldIndex": (number, [pointer, text]),
        "OGR_FD_GetFieldDefn": (pointer, [pointer, number]),
        "OGR_Fld_Create": (pointer, [text, number]),
        "OGR_Fld_GetNameRef": (text, [pointer]),
        "OGR_Fld_GetType": (number, [pointer]),
        "OGR_Fld_SetDomainName": (None, [pointer, text]),
        "OGR_Fld_Destroy": (None, [pointer]),
        "OGR_L_AlterFieldDefn": (number, [pointer, number, pointer, number]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(gdal, name)
        function.restype, function.argtypes = result, arguments
    return gdal
