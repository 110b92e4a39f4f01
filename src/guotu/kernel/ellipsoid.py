"""The CGCS2000 ellipsoid and the coefficients of the official area series (国土调查办发〔2008〕32号)."""

SEMI_MAJOR = 6_378_137.0
FLATTENING = 1 / 298.257222101
SEMI_MINOR = SEMI_MAJOR * (1 - FLATTENING)
_E2 = FLATTENING * (2 - FLATTENING)
_E4, _E6, _E8 = _E2**2, _E2**3, _E2**4
SERIES = (
    1 + 3 / 6 * _E2 + 30 / 80 * _E4 + 35 / 112 * _E6 + 630 / 2304 * _E8,
    1 / 6 * _E2 + 15 / 80 * _E4 + 21 / 112 * _E6 + 420 / 2304 * _E8,
    3 / 80 * _E4 + 7 / 112 * _E6 + 180 / 2304 * _E8,
    1 / 112 * _E6 + 45 / 2304 * _E8,
    5 / 2304 * _E8,
)
"""A, B, C, D, E of the notice."""
